"""Items as answers cite them, and the beginning of their text."""

from api.reads.excerpts import excerpt, in_one_line
from api.reads.explain.items import SampledItem
from api.schema.explain import ExplainedItem


def cited_item(item: SampledItem) -> ExplainedItem:
    """Return an item as answers cite it."""
    own = item.item
    return ExplainedItem(
        kind=own["kind"],
        id=own["id"],
        post_id=item.thread,
        community=own["community"],
        title=item.title,
        created_utc=own["created_utc"],
        permalink=own["permalink"],
        label=item.scored.label,
        compound=item.scored.compound,
    )


def beginning_of(text: str) -> str:
    """Return the beginning of a text, in one line."""
    return excerpt(in_one_line(text), [])[0]
