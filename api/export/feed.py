"""The trending topics as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import azure.functions as func

from api.deps import Deps
from api.reads.trending import only_watched, topic_answer
from api.schema.trending import TopicAnswer
from shared.models import Origin, Topics
from shared.settings import own_host
from shared.store import CURRENT, TOPICS, Store
from shared.times import iso

ATOM = "http://www.w3.org/2005/Atom"
# Some clients take no other XML than the latter.
FEED_TYPES = ("application/atom+xml", "text/xml")
PATH = "/api/v1/trending.atom"
MAX_ENTRIES = 20
# Topics are kept for 7 days, and computed each hour.
MAX_LOOKED_BACK = 168
# https://www.rfc-editor.org/rfc/rfc4151#section-2.1: a date at which the name was the authority's.
TAG_DATE = "2026"
# What XML 1.0 can't hold, however it is escaped: https://www.w3.org/TR/xml/#charsets
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The Host header is a client's own: what is no name with a port is not repeated.
HOST = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
UNKNOWN_HOST = "localhost"
NOTES: Mapping[Origin, str] = {"live": "", "sample": "sample data", "recorded": "recorded data"}

register_namespace("", ATOM)


@dataclass(frozen=True)
class Place:
    """Where the app is reached: its address without a path, and what its tag: URIs begin with."""

    base: str
    tag: str


@dataclass(frozen=True)
class Entry:
    """One topic as an entry of the feed."""

    topic: str
    title: str
    summary: str
    subreddits: tuple[str, ...]


@dataclass(frozen=True)
class Entries:
    """The entries, since when each says what it says, and since when all of them together do."""

    entries: Sequence[Entry]
    since: Mapping[str, str]
    updated: str


def place_of(request: func.HttpRequest) -> Place:
    """Return where the app is reached: on Azure its own host, elsewhere the one that was asked.

    Clients choose the Host header, but only in their own answers: on Azure it doesn't count.
    """
    asked = urlsplit(request.url)
    is_https = request.headers.get("x-forwarded-proto", asked.scheme) == "https"
    own = own_host()
    found = HOST.fullmatch(own or asked.netloc)
    scheme = "https" if own or is_https else "http"
    if found is None:
        return Place(f"{scheme}://{UNKNOWN_HOST}", f"tag:{UNKNOWN_HOST},{TAG_DATE}:")
    name, port = found[1].lower(), found[2]
    # An authority is a name; an address of IPv6 is none.
    authority = UNKNOWN_HOST if name.startswith("[") else name.rstrip(".-")
    address = f"{scheme}://{name}" + (f":{port}" if port else "")
    return Place(address, f"tag:{authority},{TAG_DATE}:" + (f"{port}/" if port else ""))


async def read_entries(deps: Deps) -> Entries:
    """Read the topics, and earlier ones for as long as they say the same. Raises StoreError.

    It costs a read for each time that topics were computed since something changed, and one more.
    """
    store = await deps.store()
    current = await store.read(TOPICS, CURRENT, CURRENT)
    if current is None:
        # Before any were computed: what says nothing is as old as the day.
        return Entries([], {}, f"{iso(deps.clock())[:10]}T00:00:00Z")
    return await _since_changed(store, current, deps.settings.watched)


async def _since_changed(store: Store, current: Topics, names: Sequence[str]) -> Entries:
    entries = _entries(current, names)
    same, is_whole = set(entries), True
    since = dict.fromkeys((entry.topic for entry in entries), current["created_at"])
    updated = current["created_at"]
    for created in reversed(current["snapshots"][-MAX_LOOKED_BACK:]):
        earlier = await store.read(TOPICS, created, created)
        if earlier is None:
            break
        known = set(_entries(earlier, names))
        same, is_whole = same & known, is_whole and known == set(entries)
        if not same and not is_whole:
            break
        since |= dict.fromkeys((entry.topic for entry in same), created)
        updated = created if is_whole else updated
    return Entries(entries, since, updated)


def _entries(topics: Topics, names: Sequence[str]) -> list[Entry]:
    watched = only_watched(topics["topics"], names)
    return [_entry(topic_answer(topic)) for topic in watched[:MAX_ENTRIES]]


def _entry(topic: TopicAnswer) -> Entry:
    return Entry(topic.id, topic.theme, _summary(topic), tuple(topic.subreddits))


def _summary(topic: TopicAnswer) -> str:
    said = topic.sentiment_distribution
    words = f"; also: {', '.join(topic.keywords)}" if topic.keywords else ""
    state = f"; {_state(topic)}" if topic.state else ""
    return (
        f"{topic.mentions} posts of 24 hours in {', '.join(topic.subreddits)}{state};"
        f" {said.positive} positive, {said.neutral} neutral and {said.negative} negative{words}"
    )


def _state(topic: TopicAnswer) -> str:
    return f"peaked at {topic.peak_time}" if topic.state == "peaked" else str(topic.state)


def atom_of(found: Entries, origin: Origin, place: Place) -> bytes:
    """Write the feed: an entry for each topic, the same one as long as its theme lasts.

    Data that isn't live says so, and has ids of its own.
    """
    note = NOTES[origin]
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    _add(root, "id", f"{place.tag}{origin}/trending")
    _add(root, "title", "Trending on Undertone" + (f" ({note})" if note else ""))
    if note:
        _add(root, "subtitle", f"This is {note}: its posts can't be found elsewhere.")
    _add(root, "updated", found.updated)
    _add(_add(root, "author"), "name", "Undertone")
    _add(root, "link", rel="self", type=FEED_TYPES[0], href=f"{place.base}{PATH}")
    _add(root, "link", rel="alternate", type="text/html", href=f"{place.base}/")
    for entry in found.entries:
        _write(root, entry, found.since[entry.topic], origin, place)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _write(root: Element, said: Entry, since: str, origin: Origin, place: Place) -> None:
    note = NOTES[origin]
    entry = _add(root, "entry")
    _add(entry, "id", f"{place.tag}{origin}/topic/{quote(said.topic, safe='')}")
    _add(entry, "title", said.title)
    _add(entry, "updated", since)
    _add(entry, "summary", f"{note.capitalize()}: {said.summary}" if note else said.summary)
    for name in said.subreddits:
        _add(entry, "category", term=name)
    # As the dashboard addresses it, dashboard/src/address.ts: the topic as it was then.
    query = urlencode({"view": "posts", "topic": said.topic, "at": since})
    _add(entry, "link", rel="alternate", type="text/html", href=f"{place.base}/?{query}")


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    safe = {key: NOT_IN_XML.sub("\ufffd", value) for key, value in attributes.items()}
    element = SubElement(parent, f"{{{ATOM}}}{name}", safe)
    if text is not None:
        element.text = NOT_IN_XML.sub("\ufffd", text)
    return element
