"""Reads the figures of all subjects in a window, and in the equal times that are compared."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from api.deps import Deps
from api.reads.coverage import coverage_in, read_states
from api.reads.spans import longest_span, previous_window, read_spans, time_window
from api.reads.totals import change_fields, shares_of
from api.schema.sentiment import TimeWindow
from api.schema.subject_parameters import SubjectsParameters
from api.schema.subjects import MentionChange, MentionDifference, MentionTotals
from shared.models import ALL, Cell, Labelled, Subject
from shared.stats import means
from shared.stats.cells import COMPOUND_DIGITS, methods_of, totals
from shared.stats.compare import MAX_MISSING, Basis, Change, judged_samples, with_verdicts
from shared.stats.coverage import runs
from shared.stats.gaps import Coverage
from shared.stats.means import Sample, part_of, spread_of
from shared.stats.shares import Voices
from shared.stats.subject_tables import (
    HOURS_OF_DAY,
    NO_FIGURES,
    Figures,
    SubjectTable,
    read_tables,
)
from shared.stats.threads import Threads, together
from shared.stats.windows import Granularity, Spans
from shared.store import DAYS, Store
from shared.times import DAY_CHARS, Window, day_of, iso, next_hour

# More days of which only some hours are compared would be as many documents; then those in which
# something is unknown are compared in whole.
MAX_PARTIAL_DAYS = 10
# What isn't a count in a difference.
UNCERTAIN = {"avg_sentiment", "stderr", "interval"}
# Items are scored again from one end of time to the other, and a limit a day splits each day, so
# that a mix shows in few days. The last one may have no items yet.
MAX_DAYS_OF_METHODS = 4


@dataclass(frozen=True)
class SubjectsFigures:
    """The figures of all subjects: in the window, before it, and in the compared hours of both.

    pairs are the compared hours, each with the one before. unobserved has the hours in which a
    community wasn't observed.
    """

    spans: Spans
    pairs: Sequence[tuple[str, str]]
    unobserved: Mapping[str, set[str]]
    now: SubjectTable
    before: SubjectTable
    compared: SubjectTable
    earlier: SubjectTable
    basis: Basis
    coverage: Coverage | None
    timestamp: str
    methods: Sequence[str]
    """The methods by which items and mentions count."""

    @property
    def window(self) -> Window:
        """Return the hours that count."""
        return self.spans.window

    @cached_property
    def totals(self) -> "Totals":
        """Return the figures of each subject in each of the times, added up once."""
        return Totals(self)

    @property
    def step(self) -> Granularity:
        """Return the length of a step: hours, or days of a longer window."""
        return "day" if len(self.now.steps[0]) == DAY_CHARS else "hour"

    @cached_property
    def steps(self) -> list[tuple[str, float | None]]:
        """Return when each step begins, and which part of it was observed."""
        hours: dict[str, list[str]] = {}
        for hour in self.window.hours():
            start = f"{hour}:00:00Z" if self.step == "hour" else f"{day_of(hour)}T00:00:00Z"
            hours.setdefault(start, []).append(hour)
        seen = self.coverage
        return [
            (start, None if seen is None else seen.share_of(own)) for start, own in hours.items()
        ]

    @property
    def gaps(self) -> list[TimeWindow]:
        """Return the hours of the window that are unknown."""
        unknown = self.coverage.unknown if self.coverage else set()
        return [
            TimeWindow(start=f"{run[0]}:00:00Z", end=f"{next_hour(run[-1])}:00:00Z")
            for run in runs(self.window.hours(), unknown)
        ]

    @property
    def time_window(self) -> TimeWindow:
        """Return the window as answers have it."""
        return time_window(self.spans)

    @property
    def previous_window(self) -> TimeWindow:
        """Return the window before it."""
        return previous_window(self.spans)


class Totals:
    """The figures of subjects in the four times; `without` names communities that don't count."""

    def __init__(self, found: SubjectsFigures, without: Collection[str] = ()) -> None:
        tables = (found.now, found.before, found.compared, found.earlier)
        self.now, self.before, self.compared, self.earlier = (
            _TableTotals(table, without) for table in tables
        )


class _TableTotals:
    """The figures of subjects in one table, each added up once."""

    def __init__(self, table: SubjectTable, without: Collection[str]) -> None:
        self._table = table
        self._without = without
        self._known: dict[str, Figures] = {}
        self._samples: dict[str, Sample] = {}

    def of(self, subject: str) -> Figures:
        """Return the figures of a subject."""
        if subject not in self._known:
            self._known[subject] = self._table.total(subject, without=self._without)
        return self._known[subject]

    def sample(self, subject: str) -> Sample:
        """Return the mentions of a subject that count in its mean."""
        if subject not in self._samples:
            whole = sample_in(self._table.total(subject), self._table.threads(subject))
            # Communities that don't count leave the threads of the others unknown.
            own = part_of(whole, sample_in(self.of(subject))) if self._without else whole
            self._samples[subject] = own
        return self._samples[subject]

    def together(self, subjects: Collection[str]) -> Sample:
        """Return the mentions of several subjects; an item that names two of them counts twice."""
        samples = [each for each in map(self.sample, subjects) if each.items]
        found = sample_in(sum_of(self.of(subject) for subject in subjects))
        threads = [each.threads or each.whole for each in samples]
        known = [each for each in threads if each is not None]
        if not samples or len(known) < len(samples):
            return found
        if all(each.threads is not None for each in samples):
            return replace(found, threads=together(known))
        return replace(found, whole=together(known))

    def voices(self, subjects: Collection[str]) -> Voices:
        """Return the threads of these subjects, for the uncertainty of their shares."""
        threads = {
            name: None if self._without else self._table.threads(name)
            for name in subjects
            if self._without or self._table.items(name)
        }
        return Voices(self.mentions(subjects), threads)

    def mentions(self, subjects: Collection[str]) -> int:
        """Return the number of mentions of these subjects together."""
        if self._without:
            return sum(self.of(subject).items for subject in subjects)
        # Figures of a hundred subjects, of which an answer may show none, take milliseconds.
        return sum(map(self._table.items, subjects))


async def read_figures(deps: Deps, parameters: SubjectsParameters) -> SubjectsFigures:
    """Return the figures of all subjects; it reads about ten documents. Raises StoreError."""
    spans = await read_spans(deps, parameters, until=parameters.until)
    window, times, span = spans.window, spans.times, spans.whole
    store, watched = await deps.watched_store(), deps.settings.watched
    states = await read_states(deps, store, [ALL])
    # Off the loop: the intervals of months take tenths of a second.
    seen, coverage = await asyncio.to_thread(
        lambda: [coverage_in(deps, states, ALL, each) for each in (span, spans.bounds)]
    )
    unknown = seen.unknown if seen else set()
    pairs = [pair for pair in zip(times.now, times.before, strict=True) if unknown.isdisjoint(pair)]
    chosen = pairs
    if _partial_days(pairs) > MAX_PARTIAL_DAYS:
        chosen = list(zip(times.now, times.before, strict=True))
    now, before, compared, past = await read_tables(
        store,
        [
            window.hours(),
            spans.previous.hours(),
            [hour for hour, _ in chosen],
            [hour for _, hour in chosen],
        ],
        watched,
        other_languages=deps.settings.other_languages,
        parsed=deps.tables,
    )
    missing = {name: own & set(times.now) for name, own in seen.hours_of.items()} if seen else {}
    longest = max((len(hours - unknown) for hours in missing.values()), default=0)
    methods = await read_methods(store, span)
    basis = Basis(
        hours=len(pairs),
        wanted=len(times.now),
        is_late=longest > MAX_MISSING * len(times.now),
        behind=[name for name, hours in missing.items() if hours],
        is_mixed=len(methods) > 1,
        longest=longest_span(deps, times, seen.since if seen else None),
    )
    return SubjectsFigures(
        spans=spans,
        pairs=chosen,
        unobserved=seen.unobserved_of if seen else {},
        now=now,
        before=before,
        compared=compared,
        earlier=past,
        basis=basis,
        coverage=coverage,
        timestamp=iso(deps.clock()),
        methods=methods,
    )


def _partial_days(pairs: Sequence[tuple[str, str]]) -> int:
    """Count the days of which only some hours are in the pairs."""
    counts = Counter(day_of(hour) for pair in zip(*pairs, strict=True) for hour in pair)
    return sum(hours % HOURS_OF_DAY > 0 for hours in counts.values())


async def read_methods(store: Store, span: Window) -> list[str]:
    """Return the methods that scored the items and mentions of a span, newest last.

    A few days are read, spread over the span from its first to its last.
    """
    days = _spread(span.days(), MAX_DAYS_OF_METHODS)
    found = await store.read_many(DAYS, [(ALL, day) for day in days])
    listed = [
        method
        for day in days
        if (ALL, day) in found
        for hour, cell in sorted(found[ALL, day]["hours"].items())
        for method in (*found[ALL, day].get("mention_methods", {}).get(hour, ()), *methods_of(cell))
    ]
    # The last place of each counts.
    return list(dict.fromkeys(reversed(listed)))[::-1]


def _spread(days: Sequence[str], most: int) -> list[str]:
    """Return at most `most` of these days, the first and the last among them."""
    if len(days) <= most:
        return list(days)
    return [days[place * (len(days) - 1) // (most - 1)] for place in range(most)]


def totals_of(figures: Figures, sample: Sample, *, coverage: float | None = None) -> MentionTotals:
    """Return figures as an answer; sample are the same mentions."""
    return MentionTotals(
        total=figures.items,
        positive=figures.positive,
        negative=figures.negative,
        neutral=figures.neutral,
        avg_sentiment=figures.mean,
        posts=figures.posts,
        comments=figures.items - figures.posts,
        left_out=figures.left_out,
        coverage=coverage,
        **spread_of(sample),
        shares=shares_of(sample, figures),
    )


def sum_of(figures: Iterable[Figures]) -> Figures:
    """Add figures up."""
    return Figures(*map(sum, zip(NO_FIGURES, *figures, strict=True)))


def sample_in(figures: Figures, threads: Threads | None = None) -> Sample:
    """Return the mentions that count in a mean; threads are theirs, None where unknown."""
    items, total = figures.counted, figures.compound_sum
    if not items:
        return Sample(0, 0.0, None, threads)
    mean, variance = total / items, None
    if items > 1:
        variance = max(0.0, figures.compound_squares - total * mean) / (items - 1)
    return Sample(items, mean, variance, threads)


def difference_of(
    now: MentionTotals, before: MentionTotals, samples: tuple[Sample, Sample]
) -> MentionDifference:
    """Return what is in the window minus what is before it; samples are the same mentions."""
    counts = {
        name: getattr(now, name) - getattr(before, name)
        for name in MentionDifference.model_fields
        if name not in UNCERTAIN
    }
    moved = None
    if now.avg_sentiment is not None and before.avg_sentiment is not None:
        moved = round(now.avg_sentiment - before.avg_sentiment, COMPOUND_DIGITS)
    return MentionDifference(**counts, avg_sentiment=moved, **means.difference_of(*samples))


@dataclass(frozen=True)
class MentionsCompared:
    """The mentions of two equal times, and their change."""

    now: Figures
    before: Figures
    change: Change

    @classmethod
    def of(
        cls,
        now: Figures,
        before: Figures,
        basis: Basis,
        samples: tuple[Sample, Sample],
    ) -> "MentionsCompared":
        """Compare what two equal times hold; samples are their mentions."""
        of_now, of_before = (totals([cell_of(each)], "leave_out") for each in (now, before))
        return cls(now, before, judged_samples((of_now, of_before), samples, basis))

    def answer(self, community: str | None = None) -> MentionChange:
        """Return the change as an answer; community is the only one that counts, if any."""
        now, before = self.change.samples
        return MentionChange(
            statistics=totals_of(self.now, now),
            previous=totals_of(self.before, before),
            **change_fields(self.change, community),
        )


def with_mention_verdicts(compared: Mapping[str, MentionsCompared]) -> dict[str, MentionsCompared]:
    """Return what one answer compares, with verdicts that know how much it is."""
    changes = with_verdicts({name: each.change for name, each in compared.items()})
    return {name: replace(each, change=changes[name]) for name, each in compared.items()}


def changes_of(found: SubjectsFigures, subjects: Iterable[str]) -> dict[str, MentionsCompared]:
    """Return the changes of subjects over the compared hours."""
    now, before = found.totals.compared, found.totals.earlier
    return with_mention_verdicts(
        {
            name: MentionsCompared.of(
                now.of(name),
                before.of(name),
                found.basis,
                (now.sample(name), before.sample(name)),
            )
            for name in subjects
        }
    )


def base_set(subjects: Sequence[Subject]) -> list[str]:
    """Return the ids of the subjects that share the voice: own ones and competitors."""
    return [each["id"] for each in subjects if each["role"] != "topic"]


def share_in(part: int, base: int) -> float | None:
    """Return a part of the base; None if there is none."""
    return part / base if base else None


def moved_share(now: float | None, before: float | None) -> float | None:
    """Return a share minus an earlier one; None if either is unknown."""
    return None if now is None or before is None else round(now - before, SHARE_DIGITS)


SHARE_DIGITS = 12


def cell_of(figures: Figures) -> Cell:
    """Return figures as a cell; what they leave out is of another language, without labels."""
    cell = Cell(
        posts=figures.posts,
        comments=figures.items - figures.posts,
        positive=figures.positive,
        negative=figures.negative,
        neutral=figures.neutral + figures.left_out,
        compound_sum=figures.compound_sum,
        compound_squares=figures.compound_squares,
    )
    if figures.left_out:
        cell["other_language"] = Labelled(
            positive=0,
            negative=0,
            neutral=figures.left_out,
            compound_sum=0.0,
            compound_squares=0.0,
        )
    return cell
