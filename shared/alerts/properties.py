"""The properties of each type of condition: their defaults, their ranges, and what is refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from shared.models import Condition, ConditionType
from shared.subjects.edits import clean_text
from shared.subjects.refusals import Refusal, quoted

MAX_SEARCH_CHARS = 200
MAX_HOURS = 168
TAKES_SEARCH = (
    f'words and "phrases" that all occur in an item, as `q` of lists takes them, of at most'
    f" {MAX_SEARCH_CHARS} characters, with a letter or digit"
)
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Choice:
    """A property that is one of some words."""

    words: tuple[str, ...]
    default: str

    @property
    def takes(self) -> str:
        """Return what is taken."""
        return f"{', '.join(self.words[:-1])} or {self.words[-1]} (default {self.default})"

    def is_taken(self, value: object) -> bool:
        """Return whether a value is taken."""
        return value in self.words


@dataclass(frozen=True)
class Number:
    """A property that is a number from `least` to `most`, both included; unit is what it counts."""

    least: float
    most: float
    default: float
    unit: str

    @property
    def takes(self) -> str:
        """Return what is taken."""
        return f"{self.unit} from {self.least} to {self.most} (default {self.default})"

    def is_taken(self, value: object) -> bool:
        """Return whether a value is taken."""
        return isinstance(value, int | float) and self.least <= value <= self.most


@dataclass(frozen=True)
class Words:
    """A property that is words to look for, without which its type finds nothing."""

    default: None = None
    takes: str = TAKES_SEARCH

    def is_taken(self, value: object) -> bool:
        """Return whether a value is taken."""
        return (
            isinstance(value, str)
            and len(value) <= MAX_SEARCH_CHARS
            and _WORD.search(value) is not None
        )


Property = Choice | Number | Words

_WAY = Choice(("up", "down", "any"), "any")
_UNSEEN = Number(1, MAX_HOURS, 3, "a whole number of hours")
PROPERTIES: Final[Mapping[ConditionType, Mapping[str, Property]]] = {
    "mood": {"direction": Choice(("better", "worse", "any"), "any")},
    "volume": {"direction": Choice(("up", "down", "any"), "up")},
    "topic": {},
    "negative_share": {
        "above": Number(0, 1, 0.5, "a share"),
        "hours": Number(24, MAX_HOURS, 24, "a whole number of hours"),
    },
    "mention": {},
    "share_of_voice": {"direction": _WAY},
    "search": {"q": Words()},
    "coverage": {"hours": _UNSEEN},
    "collection": {"hours": _UNSEEN},
}
"""The properties that each type of condition has; it takes no other."""
NAMES = ("direction", "above", "q", "hours")


def clean_condition(given: Mapping[str, Any]) -> Condition:
    """Return a condition with the defaults of what isn't given; None stands for what isn't.

    Properties that don't belong to its type are kept, so that they can be refused.
    """
    own = PROPERTIES[given["type"]]
    condition: dict[str, Any] = {"type": given["type"]}
    for name in NAMES:
        value = given.get(name)
        if value is None and name in own:
            value = own[name].default
        if value is not None:
            condition[name] = clean_text(value) if name == "q" else value
    return cast("Condition", condition)


def condition_refusals(condition: Condition) -> Iterator[Refusal]:
    """Yield what is wrong with a condition."""
    kind = condition["type"]
    own = PROPERTIES[kind]
    values: Mapping[str, Any] = cast("Mapping[str, Any]", condition)
    for name in NAMES:
        value = values.get(name)
        if name in own:
            if not own[name].is_taken(value):
                yield Refusal((name,), _problem_of(value, kind), own[name].takes)
        elif value is not None:
            yield Refusal(
                (name,),
                f"{kind} has no property {name}",
                f"nothing: {kind} has {', '.join(own) or 'no properties'}",
            )


def _problem_of(value: object, kind: ConditionType) -> str:
    if value is None or value == "":
        return f"{kind} needs it"
    return f"{quoted(value) if isinstance(value, str) else value} isn't taken for {kind}"
