"""Reads signed addresses of feeds: the list of them, and the one that a token opens."""

from collections.abc import Awaitable, Callable

from api.deps import Deps
from api.errors import NotFound
from api.schema.feeds import FeedAnswer, Feeds
from api.schema.parameters import NoParameters
from shared.feed_addresses import find_address, is_token, read_addresses
from shared.models import FeedAddress, FeedAddresses


async def read_feeds(deps: Deps, _: NoParameters) -> Feeds:
    """Return the signed addresses, the newest first, without their tokens. Raises StoreError."""
    found = await read_addresses(await deps.store())
    return Feeds([feed_answer(each) for each in reversed(found["addresses"])])


async def opened_by(
    token: str,
    addresses: Callable[[], Awaitable[FeedAddresses]],
    key: Callable[[], Awaitable[bytes]],
) -> FeedAddress:
    """Return the address that a token opens. Raises NotFound, and what the two reads raise.

    What hasn't the form of a token reads neither addresses nor the key.
    """
    found = None
    if is_token(token):
        found = find_address(await key(), token, (await addresses())["addresses"])
    if found is None:
        raise NotFound("There is no feed at this address, or it was revoked: ask for a new one.")
    return found


def feed_answer(address: FeedAddress) -> FeedAnswer:
    """Return a signed address as lists show it."""
    return FeedAnswer.model_validate({**address, "target": address["target"] or None})
