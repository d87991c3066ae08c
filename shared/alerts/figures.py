"""Figures of findings as people read them."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from shared.alerts.messages import Figure
from shared.models import ConditionType

HOUR = timedelta(hours=1)
HOURS_OF_DAY = 24


def _signed(value: float) -> str:
    return f"{value:+.2f}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _factor(value: float) -> str:
    return f"{value:.1f} times"


def _hours(value: float) -> str:
    return duration_text(value * HOUR)


_N = ("n", "items", _whole)
# For each type the keys of findings, in order: how they are called, and how they are written.
_SHOWN: Mapping[ConditionType, tuple[tuple[str, str, Callable[[float], str]], ...]] = {
    "mood": (("value", "mood", _signed), ("baseline", "before", _signed), _N),
    "volume": (("value", "items", _whole), ("baseline", "usual", _whole), ("hours", "in", _hours)),
    "topic": (("n", "mentions", _whole), ("growth", "growth", _factor), ("mood", "mood", _signed)),
    "negative_share": (("value", "negative", _percent), ("bound", "bound", _percent), _N),
    "mention": (("value", "score", _whole), ("baseline", "bound", _whole)),
    "share_of_voice": (
        ("value", "share of voice", _percent),
        ("baseline", "before", _percent),
        ("n", "mentions", _whole),
    ),
    "search": (("n", "matches", _whole),),
    "coverage": (("hours", "unseen for", _hours), ("n", "communities", _whole)),
    "collection": (("hours", "stopped for", _hours),),
}


def shown_figures(kind: ConditionType, figures: Mapping[str, float | None]) -> tuple[Figure, ...]:
    """Return a finding's figures as people read them; those without a value are left out."""
    return tuple(
        Figure(name, write(value))
        for key, name, write in _SHOWN[kind]
        if (value := figures.get(key)) is not None
    )


def duration_text(duration: timedelta) -> str:
    """Return a length of time in whole hours, such as "1 hour" or "2 days 3 hours"."""
    days, hours = divmod(round(duration / HOUR), HOURS_OF_DAY)
    parts = [
        f"{number} {unit}{'' if number == 1 else 's'}"
        for number, unit in ((days, "day"), (hours, "hour"))
        if number
    ]
    return " ".join(parts) or "less than an hour"
