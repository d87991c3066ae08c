"""Routes of the Functions host: ASP.NET Core's templates, parsed and matched in the same way.

The grammar is that of RoutePatternParser, the matching that of RoutePatternMatcher:
https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.host.constraints import Constraint, read_constraint
from shared.errors import UndertoneError

TOKEN = re.compile(
    r"(?P<separator>/+)"
    r"|(?P<brace>\{\{|\}\})"
    r"|\{(?P<parameter>(?:[^{}]|\{\{|\}\})*)\}"
    r"|(?P<text>[^{}/]+)"
)
PARAMETER = re.compile(
    r"(?P<star>\*{0,2})(?P<name>[^:=/{}?*]+)(?P<constraints>(?::[^=]*)?)"
    r"(?P<default>=.*?)?(?P<optional>\??)",
    re.DOTALL,
)
# A constraint may hold colons and equals signs inside its parentheses.
CONSTRAINTS = re.compile(r":((?:\([^()]*(?:\([^()]*\)[^()]*)*\)|[^:(])+)")


class BadRoute(UndertoneError):
    """The host refuses the route template."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a template, which takes the text of the path in its place."""

    name: str
    constraints: tuple[Constraint, ...] = ()
    is_catch_all: bool = False
    is_optional: bool = False
    default: str | None = None

    @property
    def may_be_absent(self) -> bool:
        """Return whether a path without this part matches."""
        return self.is_optional or self.is_catch_all or self.default is not None

    def accepts(self, value: str | None) -> bool:
        """Return whether the constraints hold; without a value only an optional parameter's do."""
        if value is None:
            return self.is_optional or not self.constraints
        return all(constraint.holds(value) for constraint in self.constraints)


Part = str | Parameter
Segment = tuple[Part, ...]


@dataclass(frozen=True)
class Route:
    """A parsed template: its segments, each made of literal text and parameters."""

    template: str
    segments: tuple[Segment, ...]

    def match(self, path: str) -> dict[str, str | None] | None:
        """Return the parameters of a path; None if the path doesn't match.

        The path begins with a slash, or is empty. The value of a catch-all that takes nothing is
        None.
        """
        values = _values(self.segments, path)
        return values if values is not None and self._holds(values) else None

    def _holds(self, values: dict[str, str | None]) -> bool:
        return all(parameter.accepts(values.get(parameter.name)) for parameter in self.parameters())

    def parameters(self) -> Iterator[Parameter]:
        """Yield the parameters in the order of the template."""
        for segment in self.segments:
            yield from (part for part in segment if isinstance(part, Parameter))


def parse_route(template: str) -> Route:
    """Parse a template such as posts/{id:int}/{*rest}. Raises BadRoute."""
    segments = [tuple(segment) for segment in _parts(template)]
    for number, segment in enumerate(segments):
        _check_segment(template, segment, is_last=number == len(segments) - 1)
    route = Route(template, tuple(segments))
    names = [parameter.name.lower() for parameter in route.parameters()]
    if len(set(names)) < len(names):
        raise BadRoute(f"the route {template!r} names a parameter twice")
    return route


def _parts(template: str) -> list[list[Part]]:
    """Split a template into segments of parts. Raises BadRoute."""
    segments: list[list[Part]] = [[]]
    text = template.strip("/")
    position = 0
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise BadRoute(f"the route {template!r} has a brace without its other one")
        position = found.end()
        if found["separator"]:
            if len(found["separator"]) > 1:
                raise BadRoute(f"the route {template!r} has two slashes in a row")
            segments.append([])
        elif found["parameter"] is not None:
            segments[-1].append(_parameter(template, found["parameter"]))
        else:
            _add_text(template, segments[-1], found["text"] or found["brace"][0])
    return segments if text else []


def _add_text(template: str, segment: list[Part], text: str) -> None:
    if "?" in text:
        raise BadRoute(f"the route {template!r} has a ? outside of a parameter")
    if segment and isinstance(segment[-1], str):
        segment[-1] += text
    else:
        segment.append(text)


def _parameter(template: str, text: str) -> Parameter:
    found = PARAMETER.fullmatch(text.replace("{{", "{").replace("}}", "}"))
    if found is None:
        raise BadRoute(f"the route {template!r} has no parameter that can be read in {{{text}}}")
    is_optional, default = bool(found["optional"]), found["default"]
    if is_optional and (found["star"] or default):
        raise BadRoute(f"{{{text}}} of the route {template!r}: a catch-all, or one with a default,"
                       " can't be optional")  # fmt: skip
    try:
        constraints = tuple(map(read_constraint, CONSTRAINTS.findall(found["constraints"])))
    except ValueError as error:
        raise BadRoute(f"{{{text}}} of the route {template!r}: {error}") from error
    return Parameter(
        found["name"], constraints, bool(found["star"]), is_optional, default and default[1:]
    )


def _check_segment(template: str, segment: Segment, *, is_last: bool) -> None:
    for number, part in enumerate(segment):
        if isinstance(part, str):
            continue
        if part.is_catch_all and not (is_last and len(segment) == 1):
            raise BadRoute(f"{part.name!r} takes the rest: it comes last in the route {template!r}")
        if number and isinstance(segment[number - 1], Parameter):
            raise BadRoute(f"the route {template!r} has two parameters without text between them")
        if part.is_optional and len(segment) > 1 and segment[number - 1 :] != (".", part):
            raise BadRoute(f"the route {template!r}: within a segment only what follows a period,"
                           " at its end, is optional")  # fmt: skip


def path_segments(path: str) -> list[str]:
    """Split a path into its segments; one slash at the end is ignored."""
    if len(path) <= 1:
        return []
    segments = path[1:].split("/")
    return segments if segments[-1] else segments[:-1]


def _values(segments: Sequence[Segment], path: str) -> dict[str, str | None] | None:
    """Return the part of the path that each parameter takes; None if the path doesn't match."""
    values: dict[str, str | None] = {}
    offset, number = 1, 0
    for given in path_segments(path):
        if not given or number >= len(segments):
            return None
        only = segments[number][0] if len(segments[number]) == 1 else None
        if isinstance(only, Parameter) and only.is_catch_all:
            values[only.name] = path[offset:]
            return values
        found = match_segment(segments[number], given)
        if found is None:
            return None
        values |= found
        offset += len(given) + 1
        number += 1
    return _filled(segments[number:], values)


def _filled(left: Sequence[Segment], values: dict[str, str | None]) -> dict[str, str | None] | None:
    """Return the values with those of segments missing from the path; None if one is required."""
    for segment in left:
        only = segment[0] if len(segment) == 1 else None
        if not isinstance(only, Parameter) or not only.may_be_absent:
            return None
        if only.is_catch_all or only.default is not None:
            values[only.name] = only.default
    return values


def _upper(text: str) -> str:
    """Return the text upper-cased character by character, as .NET does to ignore case."""
    if text.isascii():
        return text.upper()
    return "".join(each.upper() if len(each.upper()) == 1 else each for each in text)


def match_segment(segment: Segment, given: str) -> dict[str, str] | None:
    """Return the parameters of a segment for a path's non-empty segment; None if none match."""
    if len(segment) == 1:
        (only,) = segment
        if isinstance(only, Parameter):
            return {only.name: given}
        return {} if _upper(only) == _upper(given) else None
    last = segment[-1]
    if not (isinstance(last, Parameter) and last.is_optional):
        return _match_parts(segment, given)
    found = _match_parts(segment, given)
    if found is not None or given.endswith("."):
        return found
    # Match again without the optional parameter and the period before it.
    return match_segment(segment[:-2], given)


def _match_parts(segment: Segment, given: str) -> dict[str, str] | None:
    """Match text and parameters from the right; a parameter takes the text up to the next part.

    Each parameter takes at least one character. Of several places for a text the rightmost counts.
    """
    values: dict[str, str] = {}
    end = len(given)
    waiting: Parameter | None = None
    for number in range(len(segment) - 1, -1, -1):
        part = segment[number]
        if isinstance(part, Parameter):
            waiting = part
            continue
        limit = end - 1 if waiting else end
        start = _upper(given).rfind(_upper(part), 0, max(limit, 0))
        if start < 0 or (number == len(segment) - 1 and start + len(part) != len(given)):
            return None
        if waiting:
            values[waiting.name] = given[start + len(part) : end]
            waiting = None
        end = start
    if waiting:
        values[waiting.name] = given[:end]
        end = 0
    return values if end == 0 and all(values.values()) else None
