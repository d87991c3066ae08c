"""Makes and revokes signed addresses of feeds."""

import logging
from collections.abc import Sequence
from secrets import token_bytes

from api.deps import Deps, named
from api.errors import BadParameters, NotFound
from api.reads.alert_rules import rule_named
from api.reads.scopes import subject_named
from api.schema.feeds import ABOUT_TARGET, FeedBody
from api.schema.problems import BadParameter
from shared.alerts.links import read_key
from shared.alerts.rules import read_rules
from shared.feed_addresses import MAX_ADDRESSES, edit_addresses, token_of
from shared.logs import event
from shared.models import FeedAddress
from shared.times import iso

log = logging.getLogger(__name__)


async def make_address(deps: Deps, body: FeedBody, own_id: str) -> tuple[FeedAddress, str]:
    """Store a new address, and return it with its token. own_id is unpredictable.

    Raises BadParameters, NotFound, UnknownSubject and StoreError.
    """
    store = await deps.store()
    made = FeedAddress(
        id=own_id,
        feed=body.feed,
        target=await _target(deps, body),
        name=body.name,
        made_at=iso(deps.clock()),
        made_by=deps.by,
        revoked_at=None,
        revoked_by=None,
    )

    def add(before: Sequence[FeedAddress]) -> Sequence[FeedAddress]:
        if sum(each["revoked_at"] is None for each in before) >= MAX_ADDRESSES:
            takes = f"at most {MAX_ADDRESSES} addresses: revoke one first"
            raise _refused("feed", "there are too many addresses", takes)
        return [*before, made]

    await edit_addresses(store, add)
    event(log, "feed.address_made", address=own_id, feed=body.feed, **named(deps))
    return made, token_of(await read_key(store, token_bytes), made)


async def revoke_address(deps: Deps, address_id: str) -> FeedAddress:
    """Revoke an address, from the next request on, and return it. Done twice, the first counts.

    Raises NotFound and StoreError.
    """
    revoked: list[FeedAddress] = []

    def revoke(before: Sequence[FeedAddress]) -> Sequence[FeedAddress]:
        after = [_revoked(each, deps) if each["id"] == address_id else each for each in before]
        revoked[:] = [each for each in after if each["id"] == address_id]
        if not revoked:
            raise NotFound("There is no address with this id: GET /api/v1/feeds lists them.")
        return after

    await edit_addresses(await deps.store(), revoke)
    event(log, "feed.address_revoked", address=address_id, **named(deps))
    return revoked[0]


def _revoked(address: FeedAddress, deps: Deps) -> FeedAddress:
    if address["revoked_at"] is not None:
        return address
    return {**address, "revoked_at": iso(deps.clock()), "revoked_by": deps.by}


async def _target(deps: Deps, body: FeedBody) -> str:
    """Return the id of what the feed is about, as it is stored; "" of trending."""
    if (body.feed == "trending") != (body.id is None):
        raise _refused("id", f"{body.feed} takes {'no' if body.id else 'an'} id", ABOUT_TARGET)
    if body.feed == "subject":
        subjects = (await deps.read_watchlist())["subjects"]
        return subject_named(subjects, body.id or "", parameter="id")["id"]
    if body.feed == "alert_rule":
        return rule_named(await read_rules(await deps.store()), body.id or "")["id"]
    return ""


def _refused(parameter: str, detail: str, takes: str) -> BadParameters:
    return BadParameters([BadParameter(parameter=f"/{parameter}", detail=detail, takes=takes)])
