"""The places of phrases in a text."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

Span = tuple[int, int]


class Spans:
    """Spans of a text, which may overlap each other."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)

    @cached_property
    def _furthest(self) -> list[Span]:
        """Return, of the spans up to each one, the one that reaches furthest."""
        return list(accumulate(self._spans, _further))

    def __bool__(self) -> bool:
        return bool(self._spans)

    def beginning(self, first: int, last: int) -> Iterator[Span]:
        """Yield the spans that begin from first on and before last."""
        for place in range(bisect_left(self._spans, (first, 0)), len(self._spans)):
            if self._spans[place][0] >= last:
                break
            yield self._spans[place]

    def overlapping(self, start: int, stop: int) -> Span | None:
        """Return a span that overlaps another one; None if there is none."""
        before = bisect_left(self._spans, (stop, 0))
        if before and self._furthest[before - 1][1] > start:
            return self._furthest[before - 1]
        return None


def _further(last: Span, span: Span) -> Span:
    return span if span[1] >= last[1] else last


NO_SPANS = Spans(())
