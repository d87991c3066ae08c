"""The calls of signed addresses of feeds, for the cost of each."""

from api.actions.feeds import make_address, revoke_address
from api.deps import Deps
from api.reads.feed_addresses import read_feeds
from api.schema.feeds import FeedBody
from api.schema.parameters import NoParameters
from bench.subject_endpoints import Asked
from shared.models import FeedAddress

ADDRESS = "0123456789abcdef"


def feeds_asked() -> Asked:
    """Return them; the last one revokes the address that the first one makes."""
    return {
        "make_feed": {"": _make},
        "feeds": {"": lambda deps: read_feeds(deps, NoParameters())},
        "revoke_feed": {"": lambda deps: revoke_address(deps, ADDRESS)},
    }


async def _make(deps: Deps) -> FeedAddress:
    made, _ = await make_address(deps, FeedBody(feed="trending", name="bench"), ADDRESS)
    return made
