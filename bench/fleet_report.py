"""The tables of a fleet's report, in Markdown."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.fleet import Report

KB = 1024
MILLION = 1_000_000


def table(reports: Sequence["Report"]) -> str:
    """Return a column for each report: its figures, and its largest documents."""
    head = ["communities", *(f"{each.communities:,}" for each in reports)]
    rows = [[name, *(show(each) for each in reports)] for name, show in ROWS.items()]
    rows += [
        [f"{kind}: communities, held, worst", *(_fresh(each, kind) for each in reports)]
        for kind in dict.fromkeys(kind for each in reports for kind in each.freshness)
    ]
    kinds = dict.fromkeys(kind for each in reports for kind in each.largest_bytes)
    sizes = [
        [
            f"largest, KB: {kind}",
            *(_size(each.largest_bytes.get(kind)) for each in reports),
        ]
        for kind in kinds
    ]
    prices = dict.fromkeys(kind for each in reports for kind in each.request_units_by_kind)
    units = [
        [
            f"million RU a day: {kind}",
            *(f"{each.request_units_by_kind.get(kind, 0) / MILLION:.2f}" for each in reports),
        ]
        for kind in prices
    ]
    return markdown(head, [*rows, *sizes, *units])


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _fresh(report: "Report", kind: str) -> str:
    found = report.freshness.get(kind)
    if found is None:
        return ""
    return f"{found.communities:,}, {found.held:.1%}, {found.worst_minutes:,.0f} min"


def _size(size: int | None) -> str:
    return "" if size is None else f"{size / KB:,.1f}"


ROWS: dict[str, Callable[["Report"], str]] = {
    "run": lambda each: "all" if each.is_real else "planner, queues; turns modelled",
    "hours": lambda each: f"{each.hours:g}",
    "shards": lambda each: f"{each.shards:,}",
    "Reddit's clients": lambda each: f"{each.clients}",
    "polls a day": lambda each: f"{each.polls_a_day:,.0f}",
    "new items a day": lambda each: f"{each.new_items_a_day:,.0f}",
    "requests to Reddit a day": lambda each: f"{each.reddit_requests_a_day:,.0f}",
    "share of the clients' pace": lambda each: f"{each.reddit_share_of_pace:.0%}",
    "most requests to Reddit in ten minutes": lambda each: f"{each.most_requests_in_ten_minutes:,}",
    "shards put twice": lambda each: f"{each.doubled}",
    "messages that wait at the end": lambda each: f"{each.unfinished_shards}",
    "invocations a day": lambda each: f"{each.executions_a_day:,.0f}",
    "active seconds a day": lambda each: f"{each.active_seconds_a_day:,.0f}",
    "longest turn, s": lambda each: f"{each.longest_turn_seconds:.0f}",
    "own time of a turn, mean and longest, s": lambda each: (
        f"{each.mean_turn_own_seconds:.2f}, {each.longest_turn_own_seconds:.1f}"
    ),
    "longest plan, s": lambda each: f"{each.longest_plan_seconds:.1f}",
    "million RU a day": lambda each: f"{each.request_units_a_day / MILLION:.1f}",
    "RU a second in the busiest minute": lambda each: f"{each.peak_request_units_a_second:,.0f}",
    "Cosmos DB serverless, $ a month": lambda each: (
        f"{each.dollars_a_month['Cosmos DB, serverless, without storage']:,.0f}"
    ),
    "Functions, $ a month": lambda each: f"{each.dollars_a_month['Functions']:,.0f}",
}
