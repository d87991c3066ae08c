"""The faults of a watchlist: where, what, and what is taken there."""

from dataclasses import dataclass, replace

Place = tuple[str | int, ...]
"""The way to a value: names of fields and numbers in lists, as ("terms", 1, "text")."""
MAX_SHOWN = 60


@dataclass(frozen=True)
class Refusal:
    """A value that isn't accepted, by its place."""

    place: Place
    problem: str
    takes: str

    def below(self, *place: str | int) -> "Refusal":
        """Return the same in a larger value, which has this one's at `place`."""
        return replace(self, place=(*place, *self.place))

    @property
    def pointer(self) -> str:
        """Return the place as a JSON pointer (RFC 6901); "" is the whole."""
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in self.place)
        return "".join(f"/{part}" for part in parts)


def quoted(text: str) -> str:
    """Return a value as a refusal shows it: in quotes, and not too long."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")
