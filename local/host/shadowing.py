"""Detection of functions that take the requests of others.

The host tries functions in the order of their names, and takes the first whose route and methods
match. A narrower route may come first: it leaves the other requests to the later routes. Any other
overlap loses requests silently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from local.host.functions import Function
from local.host.routes import Parameter, Part, Route, Segment, match_segment

# Values of which a constraint or a text of a segment may accept some.
SAMPLES = (
    "a", "abc", "1", "123", "-1", "true", "1.5", "a.b", "a-b", "A1",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
LONGEST_SAMPLE = 40


def shadowed(routes: Sequence[tuple[Function, Route]]) -> Iterator[str]:
    """Yield a line for each function that loses requests to one that comes before it.

    `routes` are in the order in which the host tries them.
    """
    for number, (later, route) in enumerate(routes):
        for earlier, other in routes[:number]:
            shared = shared_methods(earlier, later)
            if shared and (takes := _takes(other, route)):
                yield (
                    f"function {later.name}: {earlier.name} comes first by name and takes {takes}"
                    f" its requests ({shared} {later.route}), since {earlier.route} fits them:"
                    " give the more general one a name that sorts last"
                )


def shared_methods(one: Function, other: Function) -> str:
    """Return the methods that both answer, joined by commas; empty if there is none."""
    if not one.methods or not other.methods:
        return ", ".join(one.methods or other.methods) or "all methods"
    return ", ".join(method for method in other.methods if method in one.methods)


def _takes(earlier: Route, later: Route) -> str | None:
    """Return which of a later route's requests an earlier one takes: "all of", "some of" or None.

    None also stands for an earlier route that is narrower, since that may come first.
    """
    if not overlap(earlier, later):
        return None
    if covers(earlier, later):
        return "all of"
    return None if covers(later, earlier) else "some of"


@dataclass(frozen=True)
class _Form:
    """A route with a fixed number of segments; an open one takes any number of further ones."""

    segments: tuple[Segment, ...]
    is_open: bool = False


def _forms(route: Route) -> Iterator[_Form]:
    """Yield the forms of a route: with and without the segments that may be absent at its end."""
    segments = route.segments
    while segments:
        last = segments[-1][0] if len(segments[-1]) == 1 else None
        if isinstance(last, Parameter) and last.is_catch_all:
            yield _Form(segments[:-1], is_open=True)
            return
        yield _Form(segments)
        if not (isinstance(last, Parameter) and last.may_be_absent):
            return
        segments = segments[:-1]
    yield _Form(())


def overlap(one: Route, other: Route) -> bool:
    """Return whether some path matches both."""
    return any(_forms_overlap(a, b) for a, b in product(_forms(one), _forms(other)))


def _forms_overlap(one: _Form, other: _Form) -> bool:
    short, long = sorted((one, other), key=lambda form: len(form.segments))
    if len(short.segments) < len(long.segments) and not short.is_open:
        return False
    pairs = zip(one.segments, other.segments, strict=False)
    return all(_segments_overlap(a, b) for a, b in pairs)


def covers(wide: Route, narrow: Route) -> bool:
    """Return whether every path of the narrow route matches the wide one, as far as is known."""
    return all(any(_form_covers(w, n) for w in _forms(wide)) for n in _forms(narrow))


def _form_covers(wide: _Form, narrow: _Form) -> bool:
    if narrow.is_open and not wide.is_open:
        return False
    missing = len(wide.segments) - len(narrow.segments)
    if missing > 0 or (missing < 0 and not wide.is_open):
        return False
    pairs = zip(wide.segments, narrow.segments, strict=False)
    return all(_segment_covers(a, b) for a, b in pairs)


def _segment_covers(wide: Segment, narrow: Segment) -> bool:
    if _shape(wide) == _shape(narrow):
        return True
    if len(narrow) == 1 and isinstance(narrow[0], str):
        return _fits(wide, narrow[0])
    return len(wide) == 1 and isinstance(wide[0], Parameter) and not wide[0].constraints


def _segments_overlap(one: Segment, other: Segment) -> bool:
    """Return whether some text matches both segments, tried with texts made from both."""
    if _shape(one) == _shape(other):
        return True
    for a, b in ((one, other), (other, one)):
        if all(isinstance(part, str) for part in a):
            return _fits(b, "".join(map(str, a)))
        if any(_fits(one, text) and _fits(other, text) for text in _texts(a, _texts_of(b))):
            return True
    return False


def _texts_of(segment: Segment) -> tuple[str, ...]:
    """Return the samples, and the segment's texts with samples in place of its parameters."""
    return tuple(dict.fromkeys((*SAMPLES, *_texts(segment, SAMPLES))))


def _texts(segment: Segment, values: Sequence[str]) -> Iterator[str]:
    """Yield the segment's texts with values in place of its parameters."""
    choices = [(part,) if isinstance(part, str) else values for part in segment]
    texts = map("".join, product(*choices))
    yield from (text for text in texts if len(text) <= LONGEST_SAMPLE)


def _fits(segment: Segment, text: str) -> bool:
    values = match_segment(segment, text)
    parameters = [part for part in segment if isinstance(part, Parameter)]
    return values is not None and all(each.accepts(values.get(each.name)) for each in parameters)


def _shape(segment: Segment) -> tuple[object, ...]:
    """Return a value that is equal for segments that match the same texts; names don't count."""

    def shape(part: Part) -> object:
        return part.lower() if isinstance(part, str) else (part.constraints, part.is_optional)

    shapes = tuple(map(shape, segment))
    # A parameter alone in its segment takes all of it, or is absent with it: optional or not.
    only = segment[0] if len(segment) == 1 else None
    return (only.constraints,) if isinstance(only, Parameter) else shapes
