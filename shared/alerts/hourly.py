"""The figures of a scope by the hour, as conditions look at them: sums, samples and gaps of spans.

A rule that is tried looks at 720 hours, and at several spans for each. So sums come from running
totals, and each hour's threads are parsed once.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate, chain
from math import fsum
from typing import NamedTuple

from shared.models import Cell, Labelled, OtherLanguages
from shared.stats.cells import Totals as CellTotals
from shared.stats.cells import counted_part, items_in, methods_of, totals, variance_of
from shared.stats.contributions import Amount
from shared.stats.means import Sample, part_of, sample_of
from shared.stats.threads import Threads, together
from shared.times import day_of

LAST_OF_DAY = "T23"


# A slow change is looked at again with the same samples for 24 hours.
MAX_SAMPLES = 8


class Span(NamedTuple):
    """The hours from `first` to before `end`, by their places among the hours of the figures."""

    first: int
    end: int

    @property
    def length(self) -> int:
        """Return the number of hours."""
        return self.end - self.first

    def moved(self, hours: int) -> "Span":
        """Return the span that begins this number of hours later, or earlier where negative."""
        return Span(self.first + hours, self.end + hours)


class HourlyFigures:
    """The cells of consecutive hours (YYYY-MM-DDTHH, oldest first), and which hours are unknown.

    Hours without a cell have no items. whole are the figures that these are a part of: their
    threads bound errors where those of the part aren't known. It is None where they are all.
    """

    def __init__(
        self,
        hours: Sequence[str],
        cells: Mapping[str, Cell],
        unknown: Iterable[str] = (),
        other_languages: OtherLanguages = "leave_out",
        *,
        whole: "HourlyFigures | None" = None,
    ) -> None:
        self.whole = whole
        self.hours = hours
        self.unknown = frozenset(unknown)
        self.other_languages = other_languages
        self._cells = cells
        self._places = {hour: place for place, hour in enumerate(hours)}
        self._threads: dict[str, Threads | None] = {}
        self._samples: dict[Sequence[int], Sample] = {}

    def span(self, hour: str, length: int) -> Span | None:
        """Return the span of this length that ends with an hour; None where it isn't all there."""
        place = self._places.get(hour)
        if place is None or place + 1 < length:
            return None
        return Span(place + 1 - length, place + 1)

    def has(self, span: Span) -> bool:
        """Return whether all hours of the span are there, known or not."""
        return span.first >= 0 and span.end <= len(self.hours)

    def is_known(self, span: Span) -> bool:
        """Return whether all hours of the span are there and known."""
        return self.has(span) and self._unknown[span.end] == self._unknown[span.first]

    def is_known_hour(self, place: int) -> bool:
        """Return whether the hour at this place is there and known."""
        return 0 <= place < len(self.hours) and self.hours[place] not in self.unknown

    def without(self, hours: Iterable[str]) -> "HourlyFigures":
        """Return the figures with these hours unknown, too; what was added up is shared."""
        # Totals that are there before the copy are added up once for both.
        _ = self._items, self._counted, self._compounds, self._negative
        other = copy(self)
        other.unknown = self.unknown | frozenset(hours)
        other.__dict__.pop("_unknown", None)
        return other

    def items(self, span: Span) -> int:
        """Count the posts and comments of a span."""
        return self._items[span.end] - self._items[span.first]

    def counted_in(self, places: Iterable[int]) -> int:
        """Count the items of the hours at these places that count in labels and means."""
        counted = self._counted
        return sum(counted[place + 1] - counted[place] for place in places)

    def negative_in(self, places: Iterable[int]) -> int:
        """Count the negative items of the hours at these places."""
        negative = self._negative
        return sum(negative[place + 1] - negative[place] for place in places)

    def methods_in(self, places: Iterable[int]) -> set[str]:
        """Return the methods that scored the items of the hours at these places."""
        return {method for cell in self.cells(places) for method in methods_of(cell)}

    def mean_in(self, places: Sequence[int]) -> float:
        """Return the mean compound (-1..1) of the hours at these places; 0 without items."""
        sums = self._compounds
        return fsum(sums[place] for place in places) / max(1, self.counted_in(places))

    def cells(self, places: Iterable[int]) -> list[Cell]:
        """Return the cells of the hours at these places."""
        hours = (self.hours[place] for place in places)
        return [self._cells[hour] for hour in hours if hour in self._cells]

    def totals(self, places: Iterable[int]) -> CellTotals:
        """Add up the cells of the hours at these places."""
        return totals(self.cells(places), self.other_languages)

    def sample(self, places: Iterable[int]) -> Sample:
        """Return the counted items of the hours at these places, as `sample_of` does."""
        key = tuple(places)
        if (known := self._samples.pop(key, None)) is None:
            known = self._sample_of(key)
        self._samples[key] = known
        if len(self._samples) > MAX_SAMPLES:
            self._samples.pop(next(iter(self._samples)))
        return known

    def _sample_of(self, places: Sequence[int]) -> Sample:
        hours = [hour for place in places if (hour := self.hours[place]) in self._cells]
        parts = [self._part(hour) for hour in hours]
        items = sum(map(items_in, parts))
        if not items:
            return Sample(0, 0.0, None, None)
        mean = fsum(part["compound_sum"] for part in parts) / items
        threads = [self._threads_in(hour) for hour in hours if items_in(self._cells[hour])]
        known = [each for each in threads if each is not None]
        whole = together(known) if len(known) == len(threads) else None
        found = Sample(items, mean, variance_of(parts), whole if whole and whole.items else None)
        return part_of(self.whole.sample(places), found) if self.whole else found

    def amount(self, spans: Iterable[Span]) -> Amount:
        """Return the number of items of spans, with their threads where they are known."""
        listed = list(spans)
        items = sum(map(self.items, listed))
        places = chain.from_iterable(range(*span) for span in listed)
        sample = self.sample(places)
        return Amount(items, threads=sample.threads or sample.whole)

    def _part(self, hour: str) -> Labelled:
        return counted_part(self._cells[hour], self.other_languages)

    def _threads_in(self, hour: str) -> Threads | None:
        """Return the threads of an hour's counted items; None where they aren't known."""
        if hour not in self._threads:
            self._threads[hour] = sample_of([self._cells[hour]], self.other_languages).threads
        found = self._threads[hour]
        # Hours whose items are all left out have no threads that count.
        if found is None and not items_in(self._part(hour)):
            return Threads({})
        return found

    @cached_property
    def _unknown(self) -> Sequence[int]:
        return _running(hour in self.unknown for hour in self.hours)

    @cached_property
    def _items(self) -> Sequence[int]:
        return _running(
            self._cells[hour]["posts"] + self._cells[hour]["comments"] if hour in self._cells else 0
            for hour in self.hours
        )

    @cached_property
    def _counted(self) -> Sequence[int]:
        return _running(
            items_in(self._part(hour)) if hour in self._cells else 0 for hour in self.hours
        )

    @cached_property
    def _compounds(self) -> Sequence[float]:
        return [
            self._part(hour)["compound_sum"] if hour in self._cells else 0.0 for hour in self.hours
        ]

    @cached_property
    def _negative(self) -> Sequence[int]:
        return _running(
            self._part(hour)["negative"] if hour in self._cells else 0 for hour in self.hours
        )


def end_of_last_day(hour: str) -> str:
    """Return the last hour of the last day, in UTC, that is over with this hour."""
    if hour.endswith(LAST_OF_DAY):
        return hour
    before = date.fromisoformat(day_of(hour)) - timedelta(days=1)
    return f"{before.isoformat()}{LAST_OF_DAY}"


def _running(numbers: Iterable[int]) -> Sequence[int]:
    """Return running totals: at each place the sum of the numbers before it."""
    return list(accumulate(numbers, initial=0))
