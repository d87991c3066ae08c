"""Figures of digests as people read them."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.models import DigestRow

BARS = "▁▂▃▄▅▆▇█"
NO_VALUE = "-"
VERDICTS: Final[Mapping[str, str]] = {
    "better": "better",
    "worse": "worse",
    "no_clear_change": "no clear change",
    "too_few": "too few to tell",
    "incomplete": "can't be told",
}
VOLUMES: Final[Mapping[str, str]] = {"more": "more", "fewer": "fewer"}


def condensed(numbers: Sequence[int], most: int) -> list[int]:
    """Return at most `most` numbers: sums of neighbours, each of the same number of them."""
    size = -(-len(numbers) // most) or 1
    return [sum(numbers[n : n + size]) for n in range(0, len(numbers), size)]


def bars(numbers: Sequence[int]) -> str:
    """Return numbers as a row of bars, the greatest one the highest."""
    most = max(numbers, default=0)
    if not most:
        return ""
    return "".join(BARS[each * (len(BARS) - 1) // most] for each in numbers)


def signed(value: float | None) -> str:
    """Return a mean of sentiment, or a change of one, with its sign: -0.21."""
    return NO_VALUE if value is None else f"{value:+.2f}"


def points(change: float | None) -> str:
    """Return a change of a share (-1..1) in percentage points."""
    return NO_VALUE if change is None else f"{100 * change:+.0f} points"


def percent(share: float | None) -> str:
    """Return a share (0..1) in percent."""
    return NO_VALUE if share is None else f"{share:.0%}"


def before_text(row: DigestRow) -> str:
    """Return the number of mentions before, and whether there are clearly more or fewer."""
    if row["mentions_before"] is None:
        return "before unknown"
    volume = VOLUMES.get(row["volume"])
    return f"{row['mentions_before']} before" + (f", {volume}" if volume else "")


def change_text(row: DigestRow) -> str:
    """Return the verdict of a subject's mood, and by how much it changed."""
    verdict = VERDICTS.get(row["verdict"], row["verdict"])
    return verdict if row["mood_change"] is None else f"{signed(row['mood_change'])}, {verdict}"
