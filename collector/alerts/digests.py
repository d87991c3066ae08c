"""Makes digests that are due: reads what one says, keeps it, and owes it to its channels.

What an issue says is stored first, and the first one to write it counts. Then the digest's state
gets the issue with its deliveries. A run that is killed in between is repeated by the next one, and
one that comes twice makes nothing.
"""

import logging
from dataclasses import dataclass
from functools import partial

from shared.digests.definitions import read_digests
from shared.digests.reading import ReadDigest
from shared.digests.schedule import next_issue
from shared.digests.states import edit_state, made, new_state, not_made, read_states, to_make
from shared.digests.wording import next_text
from shared.errors import DocumentExists, PermanentFailure, StoreError
from shared.logs import event
from shared.models import DigestContent, DigestIssue, DigestState, ScheduledDigest
from shared.settings import Settings
from shared.store import DIGEST_CONTENTS, Store
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

# It is sent within a day. It quotes people, so it isn't kept for longer than that needs.
CONTENT_SECONDS = 3 * 24 * 3600


@dataclass(frozen=True)
class Made:
    """What a run did: issues that were made, and attempts that failed."""

    made: int = 0
    failed: int = 0

    def __add__(self, other: "Made") -> "Made":
        return Made(self.made + other.made, self.failed + other.failed)


@dataclass(frozen=True)
class DigestMaker:
    """Makes the issues of a store's digests; settings have its watched communities."""

    store: Store
    settings: Settings
    read: ReadDigest
    clock: Clock = utc_now

    async def due(self) -> list[str]:
        """Return the ids of digests of which something is to be made now. Raises StoreError."""
        digests = (await read_digests(self.store))["digests"]
        states = await read_states(self.store, [each["id"] for each in digests])
        return [each["id"] for each in digests if self._to_make(each, states.get(each["id"]))]

    async def make(self, digest_id: str) -> Made:
        """Make what is due of a digest; nothing if it is gone. Raises StoreError."""
        digests = (await read_digests(self.store))["digests"]
        digest = next((each for each in digests if each["id"] == digest_id), None)
        if digest is None:
            return Made()
        states = await read_states(self.store, [digest_id])
        done = Made()
        for issue in self._to_make(digest, states.get(digest_id)):
            done += await self._make(digest, issue)
        return done

    def _to_make(self, digest: ScheduledDigest, state: DigestState | None) -> list[DigestIssue]:
        return to_make(digest, state or new_state(digest["id"]), self.clock())

    async def _make(self, digest: ScheduledDigest, issue: DigestIssue) -> Made:
        try:
            await self._keep_content(digest, issue)
        except StoreError:
            raise
        except PermanentFailure as error:
            return await self._note_failed(digest, issue, error.reason, is_final=True)
        except Exception as error:  # noqa: BLE001 - it is shown, and tried again
            reason = f"it couldn't be read: {type(error).__name__}: {error}"
            return await self._note_failed(digest, issue, reason, is_final=False)
        edit = partial(made, digest=digest, issue=issue, now=self.clock())
        if await edit_state(self.store, digest["id"], edit) is None:
            return Made()
        event(log, "digests.made", **_named(digest, issue))
        return Made(made=1)

    async def _keep_content(self, digest: ScheduledDigest, issue: DigestIssue) -> None:
        """Store what an issue says, unless an earlier run has."""
        own = content_id(digest["id"], issue["id"])
        if await self.store.read(DIGEST_CONTENTS, "digest_content", own) is not None:
            return
        content = await self.read(self.store, self.settings, digest, issue, self.clock)
        after: DigestContent = {**content, "id": own, "ttl": CONTENT_SECONDS}
        after["made_at"] = iso(self.clock())
        after["next_text"] = next_text(digest, next_issue(digest, None, self.clock()))
        try:
            await self.store.create(DIGEST_CONTENTS, after)
        except DocumentExists:
            # Another run was first, and its words are sent.
            return

    async def _note_failed(
        self, digest: ScheduledDigest, issue: DigestIssue, reason: str, *, is_final: bool
    ) -> Made:
        edit = partial(not_made, issue=issue, error=reason, now=self.clock(), is_final=is_final)
        if await edit_state(self.store, digest["id"], edit) is None:
            return Made()
        event(log, "digests.not_made", logging.ERROR, **_named(digest, issue), reason=reason)
        return Made(failed=1)


def content_id(digest_id: str, issue_id: str) -> str:
    """Return the id of what an issue says."""
    return f"{digest_id}.{issue_id}"


def _named(digest: ScheduledDigest, issue: DigestIssue) -> dict[str, str]:
    return {"digest": digest["id"], "issue": issue["id"], "period_end": issue["period_end"]}
