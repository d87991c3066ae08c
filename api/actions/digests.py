"""Changes of digests that are sent: each is checked whole, and written over what it changes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from api.actions.watchlist import check, same_id
from api.deps import Deps, named
from api.errors import BadParameters, PreconditionFailed
from api.http.conditions import Condition
from api.http.responses import tag_of
from api.reads.digest_states import digest_answer, digest_named, digests_answer
from api.schema.digests import DigestAnswer, DigestBody, DigestsAnswer
from api.schema.problems import BadParameter
from shared.digests.definitions import read_digests, write_digests
from shared.digests.recipients import address_of, digests_with, without_recipient
from shared.digests.states import KIND, TEST, edit_state, with_test
from shared.digests.validation import clean_digest, count_refusals, digest_refusals
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.logs import event
from shared.models import ScheduledDigest, ScheduledDigests
from shared.store import DIGEST_STATES
from shared.subjects.refusals import quoted

log = logging.getLogger(__name__)

MAX_TRIES = 5
WHAT = "The digests have"


@dataclass(frozen=True)
class Edit:
    """The next state of the digests; `change` says in a few words what is new."""

    digests: Sequence[ScheduledDigest]
    change: str


@dataclass(frozen=True)
class WrittenDigests:
    """The digests after a change; `was` are those before."""

    digests: ScheduledDigests
    was: ScheduledDigests

    @property
    def answer(self) -> DigestsAnswer:
        """Return the digests as answers show them."""
        return digests_answer(self.digests)

    @property
    def tag(self) -> str:
        """Return the ETag of the digests, for the next change."""
        return tag_of(self.answer)

    def digest(self, digest_id: str) -> DigestAnswer:
        """Return one of them as answers show it."""
        return digest_answer(digest_named(self.digests, digest_id))


async def put_digest(
    deps: Deps, condition: Condition, digest_id: str, body: DigestBody
) -> WrittenDigests:
    """Write a digest, new or not. Raises BadParameters, PreconditionFailed and StoreError."""
    watchlist = await deps.read_watchlist()

    def edit(before: ScheduledDigests) -> Edit:
        was = next((each for each in before["digests"] if each["id"] == digest_id), None)
        own = clean_digest(body.model_dump(), digest_id, was, deps.clock())
        digests = [own if each is was else each for each in before["digests"]]
        digests += [own] if was is None else []
        check(same_id(body.id, digest_id), digest_refusals(own, watchlist), count_refusals(digests))
        return Edit(digests, f"{own['name']} {'added' if was is None else 'changed'}")

    return await _change(deps, condition, edit, changed=digest_id)


async def delete_digest(deps: Deps, condition: Condition, digest_id: str) -> WrittenDigests:
    """Remove a digest, and what is known of its issues.

    Raises NotFound, PreconditionFailed and StoreError.
    """

    def edit(before: ScheduledDigests) -> Edit:
        own = digest_named(before, digest_id)
        left = [each for each in before["digests"] if each is not own]
        return Edit(left, f"{own['name']} removed")

    written = await _change(deps, condition, edit, changed=digest_id)
    await (await deps.store()).delete(DIGEST_STATES, [(KIND, digest_id)])
    return written


async def remove_recipient(deps: Deps, channel: str) -> ScheduledDigests:
    """Remove the recipient with this id from all digests, and return the digests before.

    Raises StoreError.
    """

    def edit(before: ScheduledDigests) -> Edit:
        digests = [without_recipient(each, channel) for each in before["digests"]]
        names = ", ".join(each["name"] for each in digests_with(before["digests"], channel))
        who = address_of(before["digests"], channel)
        return Edit(digests, f"unsubscribed {who} from {names}")

    return (await _change(deps, Condition(), edit, changed="")).was


async def send_digest_test(deps: Deps, digest_id: str, name: str) -> str:
    """Ask for a test of a digest, and return the id of its issue.

    name tells it from other tests, in eight hexadecimal digits. Raises NotFound, BadParameters
    where the digest has no channel, and StoreError.
    """
    store = await deps.store()
    digest = digest_named(await read_digests(store), digest_id)
    if not digest["channels"]:
        raise BadParameters(
            [
                BadParameter(
                    parameter="id",
                    detail=f"{quoted(digest_id)} has no channels, so that nothing can be sent",
                    takes="the id of a digest with at least one channel",
                )
            ]
        )
    await edit_state(store, digest_id, lambda state: with_test(state, name))
    return f"{TEST}{name}"


async def _change(
    deps: Deps,
    condition: Condition,
    edit: Callable[[ScheduledDigests], Edit],
    *,
    changed: str,
) -> WrittenDigests:
    """Read the digests, make the edit of them, and write it.

    The condition may be of all digests, or of the one `changed`. Where anything is taken as it is,
    a change of others in between is no conflict. Raises PreconditionFailed, StoreError, and what
    `edit` raises.
    """
    store = await deps.store()
    for _ in range(MAX_TRIES):
        before = await read_digests(store)
        if not condition.holds(*_tags(before, changed)):
            raise PreconditionFailed(WHAT)
        after = edit(before)
        if list(after.digests) == before["digests"]:
            return WrittenDigests(before, before)
        with suppress(DocumentChanged, DocumentExists):
            written = await write_digests(
                store,
                before,
                digests=after.digests,
                change=after.change,
                now=deps.clock(),
                by=deps.by,
            )
            fields = {"revision": written["revision"], "change": after.change}
            event(log, "digests.changed", **fields, **named(deps))
            return WrittenDigests(written, before)
        if not condition.is_any:
            raise PreconditionFailed(WHAT)
    raise StoreUnavailable("the digests change with every read")


def _tags(digests: ScheduledDigests, changed: str) -> Iterator[str]:
    """Yield the ETags of the digests, and of the one to change."""
    yield tag_of(digests_answer(digests))
    for digest in digests["digests"]:
        if digest["id"] == changed:
            yield tag_of(digest_answer(digest))
