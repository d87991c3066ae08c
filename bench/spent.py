"""Cost of a piece of work: the sum of a bill, and the mean of several costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from bench import bill
from bench.priced_store import Bill

RUS = bill.FREE_RUS.amount


@dataclass(frozen=True)
class Cost:
    """Cost of a piece of work: request units, requests, items written, the code's own seconds."""

    request_units: float
    operations: int
    items_written: int
    seconds: float
    by_kind: Mapping[str, float]

    @property
    def paced_seconds(self) -> float:
        """Return the minimum seconds at 1,000 RU/s."""
        return self.request_units / RUS


def cost_of(spent: Bill, seconds: float) -> Cost:
    """Return the cost of a bill."""
    return Cost(
        spent.request_units,
        len(spent.operations),
        spent.written("posts", "comments"),
        seconds,
        spent.by_kind(),
    )


def mean_of(costs: Sequence[Cost]) -> Cost:
    """Return the mean of several costs."""
    kinds = {kind for cost in costs for kind in cost.by_kind}
    return Cost(
        mean(cost.request_units for cost in costs),
        round(mean(cost.operations for cost in costs)),
        round(mean(cost.items_written for cost in costs)),
        mean(cost.seconds for cost in costs),
        {kind: mean(cost.by_kind.get(kind, 0.0) for cost in costs) for kind in sorted(kinds)},
    )
