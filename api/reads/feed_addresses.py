"""Reads signed addresses of feeds: the list of them, and the one that a token opens."""

from secrets import token_bytes

from api.deps import Deps
from api.errors import NotFound
from api.schema.feeds import FeedAnswer, Feeds
from api.schema.parameters import NoParameters
from shared.alerts.links import read_key
from shared.feed_addresses import find_address, read_addresses
from shared.models import FeedAddress


async def read_feeds(deps: Deps, _: NoParameters) -> Feeds:
    """Return the signed addresses, the newest first, without their tokens. Raises StoreError."""
    found = await read_addresses(await deps.store())
    return Feeds([feed_answer(each) for each in reversed(found["addresses"])])


async def opened_by(deps: Deps, token: str) -> FeedAddress:
    """Return the address that a token opens, by two point reads. Raises NotFound and StoreError."""
    store = await deps.store()
    addresses = await read_addresses(store)
    found = find_address(await read_key(store, token_bytes), token, addresses["addresses"])
    if found is None:
        raise NotFound("There is no feed at this address, or it was revoked: ask for a new one.")
    return found


def feed_answer(address: FeedAddress) -> FeedAnswer:
    """Return a signed address as lists show it."""
    return FeedAnswer.model_validate({**address, "target": address["target"] or None})
