"""The mentions of a subject as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287."""

from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, tostring

from api.export.feed import ATOM, FEED_TYPES, NOTES, add_element
from api.http.place import Place
from api.reads.mentions import MentionFeed
from api.schema.subjects import MentionAnswer
from shared.models import Origin

MAX_SUMMARY_CHARS = 1000
CUT = " […]"


def mentions_atom(found: MentionFeed, origin: Origin, place: Place) -> bytes:
    """Return the feed, with an entry for each mention; an item keeps its entry while it is stored.

    Data that isn't live is marked, and has separate ids.
    """
    note = NOTES[origin]
    own = f"{place.tag}{origin}/subject/{found.subject}"
    is_sorted = found.sort != "newest"
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    add_element(root, "id", f"{own}/by/{found.sort}" if is_sorted else own)
    by = f", by {found.sort.replace('_', ' ')}" if is_sorted else ""
    name = f"Mentions of {found.title}{by} on Undertone"
    add_element(root, "title", name + (f" ({note})" if note else ""))
    if note:
        add_element(root, "subtitle", f"This is {note}: its items can't be found elsewhere.")
    add_element(root, "updated", found.updated)
    add_element(add_element(root, "author"), "name", "Undertone")
    path = f"{place.base}/api/v1/subjects/{quote(found.subject)}/mentions.atom"
    path += f"?sort={found.sort}" if is_sorted else ""
    add_element(root, "link", rel="self", type=FEED_TYPES[0], href=place.feed or path)
    # The dashboard's address of the subject: dashboard/src/address.ts.
    page = f"{place.base}/?{urlencode({'subject': found.subject})}"
    add_element(root, "link", rel="alternate", type="text/html", href=page)
    for mention in found.mentions:
        _write(root, mention, own, page, note)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _write(root: Element, mention: MentionAnswer, own: str, page: str, note: str) -> None:
    entry = add_element(root, "entry")
    add_element(entry, "id", f"{own}/{mention.kind}/{quote(mention.id, safe='')}")
    of_comment = f"A comment by {mention.author} in {mention.community}"
    add_element(entry, "title", (mention.title or "").strip() or of_comment)
    add_element(entry, "updated", mention.collected_at)
    add_element(entry, "published", mention.created_utc)
    add_element(add_element(entry, "author"), "name", mention.author)
    summary = _summary(mention)
    add_element(entry, "summary", f"{note.capitalize()}: {summary}" if note else summary)
    add_element(entry, "category", term=mention.community)
    add_element(entry, "category", term=mention.sentiment.label)
    add_element(entry, "link", rel="alternate", type="text/html", href=mention.permalink or page)


def _summary(mention: MentionAnswer) -> str:
    """Return how the item is about the subject, its sentiment, and the beginning of its text."""
    how = f"{mention.via}: {', '.join(mention.matched)}" if mention.matched else mention.via
    text = mention.text
    if len(text) > MAX_SUMMARY_CHARS:
        text = text[:MAX_SUMMARY_CHARS] + CUT
    what = "text" if mention.sentiment_of == "text" else "mention"
    said = f"{mention.sentiment.label} {what}, by {how}"
    return f"{said}. {text}" if text else said
