"""The incidents of an alert rule as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287."""

from urllib.parse import quote
from xml.etree.ElementTree import Element, tostring

from api.export.feed import ATOM, FEED_TYPES, NOTES, add_element
from api.http.place import Place
from api.reads.incidents import RuleFeed
from api.schema.incidents import IncidentSummary
from shared.alerts.links import incident_path
from shared.models import Origin


def incidents_atom(found: RuleFeed, origin: Origin, place: Place) -> bytes:
    """Return the feed, with an entry for each incident, which keeps it until it is removed.

    Data that isn't live is marked, and has separate ids.
    """
    note = NOTES[origin]
    own = f"{place.tag}{origin}/alert-rule/{found.rule}"
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    add_element(root, "id", own)
    add_element(root, "title", f"{found.name} on Undertone" + (f" ({note})" if note else ""))
    if note:
        add_element(root, "subtitle", f"This is {note}: its items can't be found elsewhere.")
    add_element(root, "updated", found.updated)
    add_element(add_element(root, "author"), "name", "Undertone")
    path = f"{place.base}/api/v1/alerts/rules/{quote(found.rule)}/feed.atom"
    add_element(root, "link", rel="self", type=FEED_TYPES[0], href=place.feed or path)
    page = f"{place.base}/?view=alerts"
    add_element(root, "link", rel="alternate", type="text/html", href=page)
    for incident in found.incidents:
        _write(root, incident, own, place, note)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _write(root: Element, incident: IncidentSummary, own: str, place: Place, note: str) -> None:
    entry = add_element(root, "entry")
    number = incident.id.rpartition(".")[2]
    add_element(entry, "id", f"{own}/{number}")
    sentence = incident.sentence or incident.rule_name
    add_element(entry, "title", f"Over: {sentence}" if incident.status == "closed" else sentence)
    add_element(entry, "updated", incident.updated)
    add_element(entry, "published", incident.opened)
    summary = _summary(incident)
    add_element(entry, "summary", f"{note.capitalize()}: {summary}" if note else summary)
    add_element(entry, "category", term=incident.status)
    add_element(entry, "category", term=incident.type)
    page = place.base + incident_path(incident.id)
    add_element(entry, "link", rel="alternate", type="text/html", href=page)


def _summary(incident: IncidentSummary) -> str:
    """Return what it is about, since when, and until when."""
    since = f"{incident.scope_name}, since {incident.opened}"
    if incident.closed is not None:
        return f"{since}, over at {incident.closed}"
    state = ", acknowledged" if incident.acknowledged else ""
    return f"{since}, open{state}"
