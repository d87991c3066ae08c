"""The trending topics as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287."""

import re
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from api.answers import Prepared, prepared
from api.models import Feed, TopicAnswer, TopicsAnswer
from shared.times import iso, parse_iso

ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 can't hold, however it is escaped: https://www.w3.org/TR/xml/#charsets
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NEVER = "1970-01-01T00:00:00Z"

# Some clients take no other XML than the latter.
FEED_TYPES = ("application/atom+xml", "text/xml")

register_namespace("", ATOM)


def prepare_atom(topics: TopicsAnswer, feed: Feed) -> Prepared:
    """Write the feed down, with the tag of what it says."""
    body = atom_of(topics)
    return prepared(body, feed)


def atom_of(topics: TopicsAnswer) -> bytes:
    """Write the feed: an entry for each topic, the same one as long as its theme lasts."""
    feed = Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    _add(feed, "id", "urn:undertone:trending")
    _add(feed, "title", "Trending on Undertone")
    _add(feed, "updated", max((topic.created_at for topic in topics.root), default=NEVER))
    _add(_add(feed, "author"), "name", "Undertone")
    _add(feed, "link", rel="self", type=FEED_TYPES[0], href="/api/v1/trending.atom")
    for topic in topics.root:
        _entry(feed, topic)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: Element, topic: TopicAnswer) -> None:
    entry = _add(feed, "entry")
    day = iso(parse_iso(topic.created_at))[:10]
    _add(entry, "id", f"urn:undertone:topic:{topic.id}:{day}")
    _add(entry, "title", topic.theme)
    _add(entry, "updated", topic.created_at)
    _add(entry, "summary", _summary(topic))
    for name in topic.subreddits:
        _add(entry, "category", term=name)
    if topic.post_ids:
        href = f"https://www.reddit.com/comments/{topic.post_ids[0]}"
        _add(entry, "link", rel="alternate", type="text/html", href=href)


def _summary(topic: TopicAnswer) -> str:
    said = topic.sentiment_distribution
    words = f"; also: {', '.join(topic.keywords)}" if topic.keywords else ""
    gained = ""
    if topic.upvotes is not None and topic.comments is not None:
        gained = f", which gained {topic.upvotes:,} upvotes and {topic.comments:,} comments"
    state = f"; {_state(topic)}" if topic.state else ""
    return (
        f"{topic.mentions} posts of 24 hours in {', '.join(topic.subreddits)}{gained}{state};"
        f" {said.positive} positive, {said.neutral} neutral and {said.negative} negative{words}"
    )


def _state(topic: TopicAnswer) -> str:
    return f"peaked at {topic.peak_time}" if topic.state == "peaked" else str(topic.state)


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text is not None:
        element.text = NOT_IN_XML.sub("\ufffd", text)
    return element
