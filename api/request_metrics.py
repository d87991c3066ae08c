"""Counts the requests that this process has answered, for /metrics."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from shared.costs import Costs

# Seconds. A cached answer takes a millisecond or two, a search about one second.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Clients choose methods, so that others are one.
OTHER_METHOD: Final = "other"


@dataclass
class Durations:
    """A histogram of durations: a count for each bucket and one above them; the sum in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count a request."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds

    def merge(self, other: "Durations") -> None:
        """Count the requests of another one too."""
        self.counts = [mine + more for mine, more in zip(self.counts, other.counts, strict=True)]
        self.seconds += other.seconds


@dataclass
class RequestMetrics:
    """Requests by function, method and status; their durations and costs by function.

    The functions, methods and statuses are few, so that the counts stay small.
    """

    answered: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    durations: dict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))
    costs: dict[str, Costs] = field(default_factory=lambda: defaultdict(Costs))

    def record(self, function: str, method: str, status: int, seconds: float, costs: Costs) -> None:
        """Count a request that was answered."""
        known = method if method in METHODS else OTHER_METHOD
        self.answered[function, known, status] += 1
        self.durations[function].add(seconds)
        total = self.costs[function]
        total.operations += costs.operations
        total.request_units += costs.request_units

    def by_route(self, routes: Mapping[str, str], rest: str) -> "RequestMetrics":
        """Return the counts by route instead; `routes` has that of each function, or else `rest`.

        Several functions have one route, each for a method.
        """
        found = RequestMetrics()
        for (function, method, status), count in self.answered.items():
            found.answered[routes.get(function, rest), method, status] += count
        for function, durations in self.durations.items():
            found.durations[routes.get(function, rest)].merge(durations)
        for function, costs in self.costs.items():
            total = found.costs[routes.get(function, rest)]
            total.operations += costs.operations
            total.request_units += costs.request_units
        return found


@lru_cache(maxsize=1)
def process_request_metrics() -> RequestMetrics:
    """Return the counts of this process."""
    return RequestMetrics()
