"""The thing that a figure of a sentence is said to be of, by its unit and its words."""

from dataclasses import dataclass
from typing import Final

from api.ask_model.facts import LABELS, Fact, Measure, Side
from api.ask_model.figures import Figure
from api.ask_model.parts import Part, is_scope
from api.ask_model.untrue import Untrue
from api.ask_model.words import NOUNS, SPEAKERS

NAMED_MEASURES: Final[tuple[tuple[str, Measure], ...]] = (
    ("stderr", "stderr"),
    ("effect", "effect"),
)
WITHOUT_SIDE: Final = frozenset({"effect", "ratio", "score", "upvotes"})


@dataclass(frozen=True)
class Wanted:
    """The thing that a figure is said to be of."""

    measure: Measure
    noun: str
    labels: frozenset[str]
    of: str

    def takes(self, fact: Fact, side: Side) -> bool:
        """Return whether a fact is of that, on a side."""
        if (fact.measure, fact.labels) != (self.measure, self.labels):
            return False
        if self.measure not in WITHOUT_SIDE and fact.side != side:
            return False
        if self.measure == "share" and self.of != fact.of:
            return False
        return self.measure != "count" or fact.noun == self.noun


def noun_of(tags: frozenset[str]) -> str:
    """Return the noun that words count; items where there is none, "" for several."""
    nouns = sorted(tags & NOUNS) or ["items"]
    return nouns[0] if len(nouns) == 1 else ""


def wanted_of(figure: Figure, tags: frozenset[str], part: Part, *, is_pair: bool = False) -> Wanted:
    """Return what a figure is of by its unit and its words. Raises Untrue if that isn't clear."""
    labels = part.tags & LABELS
    if figure.unit == "times":
        if not {"share", "before"} <= part.tags:
            raise Untrue("figure", "its evidence has no such multiple", shown(figure))
        return Wanted("ratio", "", frozenset(), "")
    if part.says & {"score", "upvotes"}:
        return _of_item(figure, part)
    is_share = figure.unit in {"percent", "points"}
    is_level = figure.has_decimals or is_pair
    if is_share or (tags & {"share", "voice", "coverage"} and is_level):
        return _wanted_share(figure, tags, part)
    for tag, measure in NAMED_MEASURES:
        if tag in tags:
            return Wanted(measure, "", frozenset(), "")
    if "mean" in tags and is_level:
        if tags & {"posts", "comments", "people"}:
            raise Untrue("figure", "its evidence has no such mean", shown(figure))
        return Wanted("mean", "", frozenset(), "")
    if tags & (NOUNS | {"n"}) or (labels and not figure.has_decimals and "mean" not in tags):
        return Wanted("count", noun_of(tags), labels, "")
    raise Untrue("figure", "it doesn't say what a figure is of", shown(figure))


def _wanted_share(figure: Figure, tags: frozenset[str], part: Part) -> Wanted:
    """Return what a share is of. Raises Untrue if its words say something else."""
    others = {"posts", "comments", "people", "mean", "effect", "stderr"}
    others |= {"items"} if "coverage" in tags else set()
    if tags & others:
        raise Untrue("figure", "its evidence has no such share", shown(figure))
    labels = part.tags & LABELS
    return Wanted("share", "", labels, _share_of(tags, labels, part))


def _of_item(figure: Figure, part: Part) -> Wanted:
    """Return what a figure of one post or comment is of. Raises Untrue if it isn't said of one."""
    if not part.tags & {"posts", "comments"} or part.says & SPEAKERS:
        raise Untrue("figure", "it doesn't say that a figure is of one post", shown(figure))
    return Wanted("score" if "score" in part.says else "upvotes", "", frozenset(), "")


def _share_of(tags: frozenset[str], labels: frozenset[str], part: Part) -> str:
    if labels:
        return "label"
    if "coverage" in tags:
        return "coverage"
    if "voice" in tags:
        return "voice"
    is_of_part = any(not is_scope(n) for each in part.readings for n in each)
    return "part" if is_of_part else "voice" if "share" in tags else "?"


def lowest_of(fact: Fact) -> float:
    """Return the lower end of a figure's interval; 0 without one."""
    return fact.interval[0] if fact.interval else 0.0


def is_level_of(fact: Fact, label: str) -> bool:
    """Return whether the interval of a mean says that it is positive, negative or neutral."""
    if fact.is_few or fact.interval is None:
        return False
    low, high = fact.interval
    if label == "neutral":
        return low <= 0 <= high
    return low > 0 if label == "positive" else high < 0


def is_more(one: Fact, other: Fact, sign: int) -> bool:
    """Return whether a figure is larger than another one; a mean by more than its intervals."""
    if one.measure == "count":
        return (one.value - other.value) * sign > 0
    if one.interval is None or other.interval is None:
        return False
    if sign > 0:
        return one.interval[0] > other.interval[1]
    return other.interval[0] > one.interval[1]


def shown(figure: Figure) -> str:
    """Return a figure with its unit, as the model is shown it."""
    unit = {"percent": "%", "points": " points", "times": " times"}.get(figure.unit, "")
    return f"{figure.value:g}{unit}"
