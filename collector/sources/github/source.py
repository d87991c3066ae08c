"""GitHub as a source: the issues of repositories with their comments, and their discussions."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from collector.sources.base import ItemReference, Looked, Page, Seen, Slice, SourceBase
from collector.sources.github.budget import RESERVE_OF_SWEEP, SHARE_OF_CYCLE, Resource
from collector.sources.github.client import PACE, GitHubClient
from collector.sources.github.looks import Looks
from collector.sources.github.names import repository_of
from collector.sources.github.past import Past
from collector.sources.github.polling import FIRST_SPAN, Poll
from collector.sources.waiting import Backoff, Wait
from shared.communities import SourceName, source_of
from shared.errors import SourceRefused
from shared.models import Watermark
from shared.settings import Settings
from shared.times import Clock, iso, utc_now

# Issues, and comments.
MIN_OF_POLL = 2

# The part of SWEEP_REQUESTS that a token needs: 18 a cycle look at 160,000 items in two days, and a
# cycle waits for each.
SWEEP_WITH_TOKEN = 0.6


class GitHubSource(SourceBase):
    """GitHub, or a server with its API at GITHUB_BASE_URL."""

    name: SourceName = "github"
    has_past = True

    def __init__(
        self,
        settings: Settings,
        *,
        wait: Wait,
        clock: Clock = utc_now,
        backoff: Backoff | None = None,
        pace: float = PACE,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._client = GitHubClient(
            settings,
            kept=self.kept,
            wait=wait,
            clock=clock,
            backoff=backoff,
            pace=pace,
            seconds=seconds,
        )
        # A query takes many threads; without a token each takes a request.
        self.keys_at_once = 100 if self._client.has_token else 5
        self._sweep_requests = settings.sweep_requests
        self._communities = sum(source_of(each) == self.name for each in settings.watched)
        self._polled = 0
        self._known: dict[str, bool] = {}
        self._named: set[object] = set()

    @property
    def requests_used(self) -> int:
        """Return the number of requests so far, including retries."""
        return self._client.http.requests_used

    @property
    def requests_left(self) -> int:
        """Return the requests that are left of this hour's."""
        return self._client.budget.left()

    @property
    def sweep_factor(self) -> float:
        """Return what keeps the sweep within the part of the hour that polling doesn't need."""
        if not self._sweep_requests:
            return 1
        budget = self._client.budget
        resource: Resource = "graphql" if self._client.has_token else "core"
        # The sweep counts its requests after each batch.
        at_once = 1 if self._client.has_token else self.keys_at_once
        spare = budget.left(resource) - budget.reserve(RESERVE_OF_SWEEP, resource) - at_once
        wanted = self._sweep_requests * (SWEEP_WITH_TOKEN if self._client.has_token else 1)
        return min(wanted, max(0, spare)) / self._sweep_requests

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield what was updated since the watermark; without one, in the last two days."""
        del oldest
        poll = Poll(
            self._client,
            repository_of(community),
            watermark,
            floor=iso(now - FIRST_SPAN),
            leave_out=self._leave_out,
        )
        begun = self.requests_used
        pages = poll.pages(self._allowance())
        try:
            yield from pages
        finally:
            self._polled += self.requests_used - begun

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Look up stored items, with one request for many or for each."""
        found: list[Seen] = []
        gone: set[str] = set()
        by_community: dict[str, list[ItemReference]] = defaultdict(list)
        for item in items:
            by_community[item.community].append(item)
        with self._client.budget.keeping(RESERVE_OF_SWEEP):
            for community, own in by_community.items():
                looks = Looks(self._client, repository_of(community), self._known, self._leave_out)
                looked = looks.look(own)
                found += looked.found
                gone |= looked.gone
        return Looked(found, frozenset(gone))

    def backfill(
        self, community: str, start: str, end: str, cursor: Watermark | None
    ) -> Iterator[Slice]:
        """Yield what was written from start to end, the newest days first."""
        past = Past(self._client, repository_of(community), (start, end), self._leave_out)
        return past.slices(cursor)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _allowance(self) -> int:
        """Return the requests that the poll of one community may send.

        Raises SourceRefused where they are too few: the communities that are left haven't failed,
        they wait, and come first in the next cycle.
        """
        budget = self._client.budget
        left, share = budget.left(), budget.reserve(SHARE_OF_CYCLE)
        if left < MIN_OF_POLL:
            raise SourceRefused("rate_limited", budget.reason(least=MIN_OF_POLL))
        if share - self._polled < MIN_OF_POLL:
            raise SourceRefused(
                "rate_limited",
                f"{share} of GitHub's {budget.limit():,} requests an hour are for one cycle, and"
                " used; the communities that are left come first in the next"
                + ("" if self._client.has_token else "; set GITHUB_TOKEN for 5,000"),
            )
        own = max(MIN_OF_POLL, share // max(1, self._communities))
        return min(own, left, share - self._polled)

    def _leave_out(self, reason: str, name: object) -> None:
        """Count an object that can't be stored, once however often it is listed."""
        if (reason, name) not in self._named:
            self._named.add((reason, name))
            self.left_out[reason] += 1
