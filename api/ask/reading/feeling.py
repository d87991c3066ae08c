"""The mood of a scope: the mean and the labels of a span, and whether they changed."""

from api.ask.reading.asking import Asking
from api.ask.reading.cited import say_reads
from api.ask.wording import (
    Counted,
    change_text,
    counted,
    coverage_text,
    mean_text,
    percent,
)
from api.reads.explain.explanation import read_explanation
from api.reads.statistics import read_stats
from api.schema.explain import ExplainParameters
from api.schema.parameters import ScopeParameters
from api.schema.sentiment import Stats, WindowTotals
from shared.kinds import OTHER
from shared.reasons.sentence import TALK


async def answer_feeling(asking: Asking) -> None:
    """Add the mood of the scope, and whether it changed."""
    stats, number = await read_figures(asking)
    say_figures(asking, stats.statistics, number)
    _say_kinds(asking, stats.statistics, number)
    if stats.statistics.total:
        await say_change(asking)
    asking.citing.say(coverage_text(stats.coverage), [number])
    say_rematching(asking, is_rematching=stats.rematching)


async def read_figures(asking: Asking) -> tuple[Stats, int]:
    """Return the sentiment of the scope and the span."""
    return await asking.read(
        read_stats,
        asking.parameters(ScopeParameters),
        cite=("sentiment", f"Sentiment of {asking.name}", "/sentiment/stats"),
    )


def say_figures(asking: Asking, totals: WindowTotals, number: int) -> None:
    """Add the number of items, their mean and their labels."""
    say, when = asking.citing.say, asking.hours.text
    if not totals.total:
        say(f"No posts or comments {asking.about} are known of {when}.", [number])
        return
    if totals.mixed_methods:
        say(
            f"There are {posts_and_comments(totals.total)} {asking.about}, {when}, but several"
            " methods scored them, so that their mean means nothing.",
            [number],
        )
        return
    say(
        f"{_leaning(totals, asking)}: the mean is {mean_text(totals)} on a scale from -1 to 1,"
        f" {when}.",
        [number],
    )
    if totals.shares is None:
        return
    shares = totals.shares
    labels = (
        f"{percent(shares['positive']['share'])} are positive ({totals.positive:,}),"
        f" {percent(shares['negative']['share'])} negative ({totals.negative:,}) and"
        f" {percent(shares['neutral']['share'])} neutral ({totals.neutral:,})"
    )
    left_out = (
        f" {totals.left_out:,} more aren't in English and don't count." if totals.left_out else ""
    )
    say(
        f"Of {posts_and_comments(totals.total - totals.left_out)} {asking.about}, {labels}."
        f"{left_out}",
        [number],
    )


def posts_and_comments(number: int) -> str:
    """Return a number of items in words."""
    return "1 post or comment" if number == 1 else f"{number:,} posts and comments"


def _leaning(totals: Counted, asking: Asking) -> str:
    """Return which way the mean leans, where its interval says so."""
    subject = asking.parsed.subjects
    about = f"about {asking.name}" if subject else f"in {asking.name}"
    if totals.interval is None or totals.few:
        return f"There is too little to tell how people feel {about}"
    low, high = totals.interval
    if low > 0:
        return f"People are more positive than negative {about}"
    if high < 0:
        return f"People are more negative than positive {about}"
    return f"Positive and negative balance each other {about}"


def _say_kinds(asking: Asking, totals: WindowTotals, number: int) -> None:
    """Add the largest kind of talk, where kinds are known."""
    kinds = {kind: each for kind, each in (totals.kinds or {}).items() if kind != OTHER}
    if not kinds:
        return
    kind, figures = max(kinds.items(), key=lambda each: each[1].items)
    asking.citing.say(
        f"The largest kind of talk is {TALK[kind]}: {percent(figures.share)}"
        f" ({counted(figures.items, 'item')}).",
        [number],
    )


async def say_change(asking: Asking) -> None:
    """Add the change of the mood since the time before, and the items that weigh most."""
    if asking.hours.is_long:
        asking.citing.cannot.append("Whether the mood changed is compared over 90 days at most.")
        return
    explanation, number = await asking.read(
        read_explanation,
        asking.parameters(ExplainParameters),
        cite=("explain_change", f"Change of {asking.name}", "/explain"),
    )
    text = change_text(asking.name, explanation.change, explanation.before)
    asking.citing.say(text, [number])
    await say_reads(asking, explanation, number)


def say_rematching(asking: Asking, *, is_rematching: bool) -> None:
    """Add that figures may change, where stored items are matched again."""
    if is_rematching:
        asking.citing.say(
            "Stored items are being matched with changed rules: figures may change soon."
        )
