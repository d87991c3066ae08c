"""Usage and cost of a month: the timers' runs, and dashboards that are open."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench import bill
from bench.spent import Cost

CYCLES_A_DAY, TRENDING_A_DAY = 48, 24
INTERVAL_SECONDS = 1800
NEWS = "steady cycle, half an hour's news"
LOOK, LOOK_AT_CYCLE = "one look for news", "one look while a cycle goes on"
# The intervals at which an open dashboard polls.
LOOK_SECONDS, TRENDING_SECONDS = 60, 300
# The files of a first visit: the page, its script, its styles, its font and its icon.
PAGE_FILES = 5
# Two listings of each of 14 subreddits, and the sweep's 30.
REDDIT_REQUESTS = 28 + 30
REDDIT_WAITS = REDDIT_REQUESTS * bill.ANSWER_SECONDS
# The requests of a view: health, cycles, subreddits, trending, and three comparisons.
VIEW_REQUESTS = 7


def month_of(
    work: Mapping[str, Cost],
    views: Mapping[str, Cost],
    gigabytes: float,
    waits: float = REDDIT_WAITS,
) -> bill.Month:
    """Return the month's usage at the default schedule, with VIEWS_A_DAY views a day.

    waits are the seconds that a cycle waits for its sources.
    """
    open_page = tab(work, views, bill.MINUTES_OPEN * 60, waits)
    day = add_up(collector_day(work, waits), open_page, bill.VIEWS_A_DAY)
    return bill.Month(
        request_units=bill.DAYS_A_MONTH * day.request_units,
        gigabytes=gigabytes,
        executions=bill.DAYS_A_MONTH * day.executions,
        seconds=bill.DAYS_A_MONTH * day.seconds,
        timer_runs=bill.DAYS_A_MONTH * (CYCLES_A_DAY + TRENDING_A_DAY + 1),
    )


@dataclass(frozen=True)
class Use:
    """Usage: request units, executions of functions, and active seconds of an instance."""

    request_units: float
    executions: float
    seconds: float


def add_up(one: Use, other: Use, times: float) -> Use:
    """Return one usage plus `times` the other."""
    return Use(
        one.request_units + times * other.request_units,
        one.executions + times * other.executions,
        one.seconds + times * other.seconds,
    )


def collector_day(work: Mapping[str, Cost], waits: float = REDDIT_WAITS) -> Use:
    """Return the timers' usage in a day."""
    runs = (
        (work[NEWS], CYCLES_A_DAY, waits),
        (work["trending"], TRENDING_A_DAY, 0.0),
        (work["cleanup of a day"], 1, 0.0),
    )
    day = Use(0, 0, 0)
    for cost, times, waiting in runs:
        day = add_up(day, Use(cost.request_units, 1, active_seconds(cost) + waiting), times)
    return day


def tab(
    work: Mapping[str, Cost],
    views: Mapping[str, Cost],
    seconds: float,
    waits: float = REDDIT_WAITS,
) -> Use:
    """Return the usage of a dashboard that is open for `seconds`.

    The page polls once a minute, and once a second while a cycle runs. Each poll is an active
    period of its own. The page lists the cycles when a cycle begins and when it ends, and reloads
    all data twice in each cycle (dashboard/src/cycles.ts).
    """
    runs = active_seconds(work[NEWS]) + waits
    cycles = seconds / INTERVAL_SECONDS
    asked = {
        "first view, 24 h": 1 + 2 * cycles,
        LOOK: (seconds - cycles * runs) / LOOK_SECONDS,
        LOOK_AT_CYCLE: cycles * runs,
        "the list of cycles": 2 * cycles,
        "topics": seconds / TRENDING_SECONDS,
    }
    shown, looks, finds = asked["first view, 24 h"], asked[LOOK], asked["topics"]
    return Use(
        sum(times * views[name].request_units for name, times in asked.items()),
        PAGE_FILES + (VIEW_REQUESTS - 1) * shown + sum(asked.values()) + asked[LOOK_AT_CYCLE],
        (2 * shown + looks + asked[LOOK_AT_CYCLE] + finds) * bill.MIN_PERIOD.amount,
    )


def active_seconds(cost: Cost) -> float:
    """Return an instance's active seconds: the code's own, plus the database's at 1,000 RU/s."""
    return max(bill.MIN_PERIOD.amount, cost.seconds + cost.paced_seconds)


def open_tab_month(work: Mapping[str, Cost], views: Mapping[str, Cost]) -> dict[str, float]:
    """Return the usage and cost of one tab left open for a month, before any free grant."""
    used = tab(work, views, bill.HOURS_A_MONTH * 3600)
    month = bill.Month(used.request_units, 0, used.executions, used.seconds, 0)
    return {
        "request units": used.request_units,
        "executions": used.executions,
        "GB-seconds": used.seconds * bill.INSTANCE_GB,
        "Cosmos DB serverless, $": bill.cosmos_bills(month)["serverless"],
        "Functions, $": bill.functions_bill(month)["bill without the free grant"],
    }
