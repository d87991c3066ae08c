"""The trending topics as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from api.deps import Deps
from api.http.place import Place
from api.reads.trending import only_watched, topic_answer
from api.schema.trending import TopicAnswer
from shared.models import Origin, Topics
from shared.store import CURRENT, TOPICS, Store
from shared.times import iso

ATOM = "http://www.w3.org/2005/Atom"
# Some clients accept only text/xml.
FEED_TYPES = ("application/atom+xml", "text/xml")
PATH = "/api/v1/trending.atom"
MAX_ENTRIES = 20
# Snapshots of 7 days, one an hour.
MAX_LOOKED_BACK = 168
# Characters that XML 1.0 can't contain, even escaped: https://www.w3.org/TR/xml/#charsets
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOTES: Mapping[Origin, str] = {"live": "", "sample": "sample data", "recorded": "recorded data"}

register_namespace("", ATOM)


@dataclass(frozen=True)
class Entry:
    """One topic as an entry of the feed."""

    topic: str
    title: str
    summary: str
    subreddits: tuple[str, ...]


@dataclass(frozen=True)
class Entries:
    """The entries, the time since which each is unchanged, and the last change of any."""

    entries: Sequence[Entry]
    since: Mapping[str, str]
    updated: str


async def read_entries(deps: Deps) -> Entries:
    """Read the current topics, and earlier ones back to the last change. Raises StoreError.

    The number of reads grows with the number of snapshots since the last change.
    """
    store = await deps.store()
    current = await store.read(TOPICS, CURRENT, CURRENT)
    if current is None:
        # An empty feed, before topics were ever computed, dates from the beginning of the day.
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
    """Return the feed, with an entry for each topic; a topic keeps its entry while it has its id.

    Data that isn't live is marked, and has separate ids.
    """
    note = NOTES[origin]
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    add_element(root, "id", f"{place.tag}{origin}/trending")
    add_element(root, "title", "Trending on Undertone" + (f" ({note})" if note else ""))
    if note:
        add_element(root, "subtitle", f"This is {note}: its posts can't be found elsewhere.")
    add_element(root, "updated", found.updated)
    add_element(add_element(root, "author"), "name", "Undertone")
    own = place.feed or f"{place.base}{PATH}"
    add_element(root, "link", rel="self", type=FEED_TYPES[0], href=own)
    add_element(root, "link", rel="alternate", type="text/html", href=f"{place.base}/")
    for entry in found.entries:
        _write(root, entry, found.since[entry.topic], origin, place)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _write(root: Element, said: Entry, since: str, origin: Origin, place: Place) -> None:
    note = NOTES[origin]
    entry = add_element(root, "entry")
    add_element(entry, "id", f"{place.tag}{origin}/topic/{quote(said.topic, safe='')}")
    add_element(entry, "title", said.title)
    add_element(entry, "updated", since)
    add_element(entry, "summary", f"{note.capitalize()}: {said.summary}" if note else said.summary)
    for name in said.subreddits:
        add_element(entry, "category", term=name)
    # The dashboard's address of the topic at that time: dashboard/src/address.ts.
    query = urlencode({"view": "posts", "topic": said.topic, "at": since})
    add_element(entry, "link", rel="alternate", type="text/html", href=f"{place.base}/?{query}")


def add_element(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Add an element; what XML can't contain is replaced."""
    safe = {key: NOT_IN_XML.sub("\ufffd", value) for key, value in attributes.items()}
    element = SubElement(parent, f"{{{ATOM}}}{name}", safe)
    if text is not None:
        element.text = NOT_IN_XML.sub("\ufffd", text)
    return element
