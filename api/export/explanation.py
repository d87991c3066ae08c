"""An explanation of a change as Markdown, with its figures, its evidence and what was observed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from api.export.markdown import bold, escaped, link, table
from api.export.report import COMPARED, PageLinks, community_text, notes_of, section
from api.reads.digest.periods import day_text
from api.schema.coverage import CoverageAnswer, GapAnswer
from api.schema.explain import (
    ContributionAnswer,
    ExplainedItem,
    Explanation,
    ItemsRead,
    QuotesOfReason,
)
from api.schema.sentiment import Change
from shared.communities import community_name
from shared.digests.figures import NO_VALUE, VERDICTS, VOLUMES, signed
from shared.reasons.sentence import TALK, KindOf, counted
from shared.stats.contributions import REST
from shared.times import parse_iso

HEADINGS: Final[Mapping[KindOf, str]] = {
    "community": "Communities",
    "kind": "Kinds of talk",
    "topic": "Topics",
    "thread": "Threads",
    "item": "Single items",
}
"""The dimensions in the order of the report."""
CHANGES = ("", "Now>", "Before>", "Change>", "95% interval>", "Verdict")
FIGURES = ("Effect>", "95% interval>", "Items>", "Before>", "Mood>", "Mix>", "Beyond chance")
EFFECTS = (
    "Mood is the effect of what a part says, mix that of its share of the items: together they are"
    " its effect, and the effects of a table add up to the change. Beyond chance is judged among"
    " all parts together: a part may be within chance although its own interval leaves out 0."
)
MAX_GAPS = 10
EMPTY_LINES = re.compile(r"\n{3,}")

Cited = Mapping[str, ExplainedItem]


def explanation_markdown(found: Explanation, base: str) -> str:
    """Return an explanation in Markdown. base is the app's address without a slash at the end."""
    links = PageLinks(base, found.origin == "sample")
    cited = {each.id: each for each in found.cited}
    lines = [
        f"# {escaped(found.name)}: what changed and why",
        "",
        bold(escaped(found.sentence)),
        "",
        *notes_of(found.origin, rematching=found.rematching),
        spans_text(found),
        "",
        " · ".join(
            (link("Its items", items_address(found, links)), link("as a page", page(found, links)))
        ),
        "",
        *section("The change", [*table(CHANGES, _changes(found)), *_basis(found.change)]),
        *section("Reasons, in their words", list(_quotes(found.quotes, cited, links))),
        *section("Read these", list(_reads(found, cited, links))),
        *section("What adds up to the change", list(_contributions(found, cited, links))),
        *section("Coverage", [*_coverage(found.coverage), "", read_text(found.looked_at)]),
    ]
    # A paragraph ends with an empty line, and so does a section.
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).rstrip() + "\n"


def spans_text(found: Explanation) -> str:
    """Return the hours that are explained, and those that they are compared with."""
    window, before = found.window, found.before
    length = parse_iso(window.end) - parse_iso(window.start)
    asked = length // timedelta(hours=1)
    compared = found.change.hours
    known = f", over the {compared} of {asked} hours known in both" if compared != asked else ""
    return (
        f"{_span(window.start, window.end)} (UTC), compared with {COMPARED[before.because]},"
        f" {_span(before.start, before.end)}{known}."
    )


def items_address(found: Explanation, links: PageLinks, **more: str) -> str:
    """Return the address of the list of exactly the items of the window; more limits it."""
    span = {"kind": "items", "start": found.window.start, "end": found.window.end}
    return links.view(view="posts", **{**_scope(found), **span, **more})


def page(found: Explanation, links: PageLinks) -> str:
    """Return the address of the view of the scope, on the days of the window."""
    last = parse_iso(found.window.end) - timedelta(seconds=1)
    days = {"from": found.window.start[:10], "to": last.date().isoformat()}
    view = {} if found.subject else {"view": "communities"}
    return links.view(**view, **_scope(found), **days)


def _scope(found: Explanation) -> dict[str, str]:
    given = {"subject": found.subject, "subreddit": found.community}
    return {name: value for name, value in given.items() if value is not None}


def _span(start: str, end: str) -> str:
    return f"{_time(start)} to {_time(end)}"


def _time(text: str) -> str:
    """Return a time in UTC: 22 November 2026, 13:05."""
    moment = parse_iso(text)
    return f"{day_text(moment.date())}, {moment:%H:%M}"


def _changes(found: Explanation) -> Iterable[Sequence[str]]:
    change, volume = found.change, found.volume
    now, before = change.statistics, change.previous
    yield (
        "Mood",
        f"{signed(now.avg_sentiment)}{_within(now.interval)}",
        f"{signed(before.avg_sentiment)}{_within(before.interval)}",
        signed(change.avg_sentiment),
        _interval(change.interval),
        VERDICTS[change.verdict],
    )
    if change.by_thread is not None:
        own = change.by_thread
        moved, interval = signed(own.avg_sentiment), _interval(own.interval)
        yield ("Mood, by thread", NO_VALUE, NO_VALUE, moved, interval, NO_VALUE)
    is_known = volume.verdict != "incomplete"
    yield (
        "Items",
        str(volume.n),
        str(volume.n_before) if is_known else NO_VALUE,
        f"{volume.n - volume.n_before:+d}" if is_known else NO_VALUE,
        NO_VALUE,
        VOLUMES.get(volume.verdict, VERDICTS.get(volume.verdict, NO_VALUE)),
    )


def _basis(change: Change) -> list[str]:
    """Return what the verdict of the mood rests on."""
    if change.by_thread is None:
        return []
    return ["", "The verdict of the mood rests on the change by thread: large threads weigh less."]


def _within(interval: Sequence[float] | None) -> str:
    return "" if interval is None else f" ({_interval(interval)})"


def _interval(interval: Sequence[float] | None, digits: int = 2) -> str:
    if interval is None:
        return NO_VALUE
    low, high = interval
    return f"{low:+.{digits}f} to {high:+.{digits}f}"


def _quotes(quotes: Sequence[QuotesOfReason], cited: Cited, links: PageLinks) -> Iterable[str]:
    for reason in quotes:
        yield from (f"### {escaped(part_name(reason.kind_of, reason.name))}", "")
        for each in reason.sentences:
            yield from (f"> “{escaped(each.text)}” {_source(cited[each.item], links)}", "")


def _source(item: ExplainedItem, links: PageLinks) -> str:
    """Return where an item stands, when it was written, and how it counts."""
    where = link(f"{community_text(item.community)}, {item.kind}", links.item(item))
    return f"{where}, {_time(item.created_utc)}, {item.label} ({item.compound:+.2f})"


def _reads(found: Explanation, cited: Cited, links: PageLinks) -> Iterable[str]:
    for number, each in enumerate(found.read_these, start=1):
        item = cited[each.item]
        beginning = link(escaped(each.text), links.item(item))
        yield f"{number}. {beginning} · {_source(item, links)}. {escaped(each.why)}"


def _contributions(found: Explanation, cited: Cited, links: PageLinks) -> Iterable[str]:
    for kind_of, heading in HEADINGS.items():
        parts = [each for each in found.contributions if each.kind_of == kind_of]
        if any(not _is_rest(each) for each in parts):
            rows = [_part(each, found, cited, links) for each in parts]
            yield from (f"### {heading}", "", *table((heading, *FIGURES), rows), "")
    if found.contributions:
        yield EFFECTS


def _part(
    own: ContributionAnswer, found: Explanation, cited: Cited, links: PageLinks
) -> Sequence[str]:
    is_rest = _is_rest(own)
    name = escaped("All others" if is_rest else part_name(own.kind_of, own.name))
    claims = {"effect": own.is_beyond_chance, "number": own.is_volume_beyond_chance}
    return (
        link(name, _evidence(own, found, cited, links)),
        f"{own.effect:+.3f}",
        _interval(own.interval, 3),
        _number(own.n, is_estimate=own.is_estimate),
        _number(own.n_before, is_estimate=own.is_estimate),
        NO_VALUE if is_rest else f"{own.mood:+.3f}",
        NO_VALUE if is_rest else f"{own.mix:+.3f}",
        " and ".join(each for each, is_claimed in claims.items() if is_claimed) or "no",
    )


def _evidence(own: ContributionAnswer, found: Explanation, cited: Cited, links: PageLinks) -> str:
    """Return where a part can be seen: its items, or the first one; empty where there is none."""
    if own.items and own.n and own.kind_of in {"community", "kind"}:
        limit = "subreddit" if own.kind_of == "community" else "talk"
        return items_address(found, links, **{limit: own.name})
    first = cited.get(own.items[0]) if own.items else None
    return links.item(first) if first else ""


def _is_rest(own: ContributionAnswer) -> bool:
    return own.name == REST and not own.items


def part_name(kind_of: KindOf, name: str) -> str:
    """Return what people call a part: r/claude, problems, or its own name."""
    if kind_of == "community":
        return community_name(name)
    return TALK.get(name, name) if kind_of == "kind" else name


def _number(count: float, *, is_estimate: bool) -> str:
    if is_estimate:
        return f"about {count:.0f}" if round(count) else "none read"
    return f"{count:.0f}" if count == round(count) else f"{count:.1f}"


def read_text(looked_at: ItemsRead) -> str:
    """Return how many of the items topics, threads and items rest on, as a sentence."""
    own, before = looked_at.read, looked_at.read_before
    if not looked_at.items and not looked_at.items_before:
        return "There were no items to read."
    if own >= looked_at.items and before >= looked_at.items_before:
        return f"All {counted(own, 'item')}, and {before} before, were read."
    return (
        f"{own} of {counted(looked_at.items, 'item')}, and {before} of {looked_at.items_before}"
        " before, were read for topics, quotes and items: what is said of topics is an estimate."
    )


def _coverage(coverage: CoverageAnswer | None) -> Iterable[str]:
    if coverage is None:
        yield "It isn't recorded what was observed."
        return
    since = f" What was before {_time(coverage.since)} (UTC) is unknown." if coverage.since else ""
    yield f"{coverage.observed:.0%} of the talk was observed.{since}"
    gaps = [*coverage.gaps, *coverage.partial]
    if gaps:
        yield ""
    yield from map(_gap, gaps[:MAX_GAPS])
    if len(gaps) > MAX_GAPS:
        yield f"- {counted(len(gaps) - MAX_GAPS, 'more gap')}"


def _gap(gap: GapAnswer) -> str:
    names = ", ".join(map(community_text, gap.communities))
    return f"- {_span(gap.start, gap.end)}: {names} ({escaped(gap.reason)})"
