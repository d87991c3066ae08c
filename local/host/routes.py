"""Routes as the Functions host writes them (ASP.NET's templates), as regular expressions."""

import re
from dataclasses import dataclass

from shared.errors import UndertoneError

SEGMENT = re.compile(r"\{(\*{0,2})([A-Za-z]\w*)(?::([a-z]+))?(\??)\}")
# https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
CONSTRAINTS = {
    None: r"[^/]+",
    "int": r"-?[0-9]+",
    "long": r"-?[0-9]+",
    "alpha": r"[A-Za-z]+",
    "guid": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "bool": r"(?i:true|false)",
}


class BadRoute(UndertoneError):
    """The route's template is none that the local host knows."""


@dataclass(frozen=True)
class Route:
    """A compiled template; weight sorts the more literal before the less."""

    pattern: re.Pattern[str]
    weight: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Give the parameters when the path (no slash at its ends) fits."""
        found = self.pattern.fullmatch(path)
        return found and {name: value for name, value in found.groupdict().items() if value}


def compile_route(template: str) -> Route:
    """Compile a route such as posts/{id:int}/{*rest}. Raises BadRoute."""
    expression, weight, names = "", [], set[str]()
    segments = [part for part in template.strip("/").split("/") if part]
    for number, segment in enumerate(segments):
        slash = "/" if number else ""
        if "{" not in segment and "}" not in segment:
            expression += slash + re.escape(segment)
            weight.append(0)
            continue
        found = SEGMENT.fullmatch(segment)
        if not found or found[3] not in CONSTRAINTS:
            raise BadRoute(f"the local host can't read {segment!r} of the route {template!r}")
        everything, name, constraint, optional = found.groups()
        if everything and number < len(segments) - 1:
            raise BadRoute(f"{segment!r} takes the rest: it comes last in the route {template!r}")
        if name.lower() in names:
            raise BadRoute(f"the route {template!r} names {name!r} twice")
        names.add(name.lower())
        value = ".*" if everything else CONSTRAINTS[constraint]
        piece = f"{slash}(?P<{name}>{value})"
        expression += f"(?:{piece})?" if optional or everything else piece
        weight.append(3 if everything else 1 if constraint else 2)
    return Route(re.compile(expression, re.IGNORECASE), tuple(weight))
