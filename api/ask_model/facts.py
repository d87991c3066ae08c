"""Reads the answers of tools as facts: each figure with what it is of, verdicts, texts and times.

A sentence of a model is held against these, and against nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from pydantic import JsonValue

from api.mcp.budget import JsonObject
from shared.models import ALL
from shared.stats.subjects import PREFIX

Side = Literal["now", "before", "change"]
Measure = Literal[
    "count", "mean", "share", "effect", "score", "upvotes", "hours", "ratio", "stderr"
]
Of = Literal["", "label", "voice", "coverage", "part"]
Direction = Literal["up", "down", "none", "too_few", "incomplete"]
What = Literal["mood", "volume", "voice"]

COMMUNITY: Final = "community:"
TOPIC: Final = "topic:"
KIND: Final = "kind:"
ITEM: Final = "item:"
LABELS: Final = frozenset({"positive", "negative", "neutral"})
# What no sentence can name: figures of a thread, of a list, or of chosen subjects.
NOWHERE: Final = "nowhere"
WITHOUT_SCOPE: Final = frozenset(
    {"list_subjects", "share_of_voice", "compare", "alerts", "read_thread"}
)
HOUR_SECONDS: Final = 3600
INTERVAL: Final = 2

# Fields whose numbers no sentence may use: they aren't figures of what people wrote.
SKIPPED: Final = frozenset(
    {
        *("methods", "rejected", "marks", "giant", "span_needed", "log_likelihood", "chance"),
        *("deliveries_by_status", "version", "language", "warning", "omitted", "request"),
        *("looked_at", "left_out", "copies", "corrected", "set", "others", "by_thread", "course"),
        *(
            "backfill",
            "releases",
            "mood",
            "mix",
            "switch",
            "trend_data",
            "communities_",
            "gaps",
            "partial",
            "scores",
        ),
    }
)
COUNTS: Final[Mapping[str, tuple[str, Side]]] = {
    "total": ("items", "now"),
    "mentions": ("items", "now"),
    "n": ("items", "now"),
    "n_before": ("items", "before"),
    "items": ("items", "now"),
    "posts": ("posts", "now"),
    "comments": ("comments", "now"),
    "positive": ("items", "now"),
    "negative": ("items", "now"),
    "neutral": ("items", "now"),
}
MEANS: Final = frozenset({"avg_sentiment", "sentiment", "sentiment_avg"})
BEFORE: Final = frozenset({"previous", "before", "previous_window"})
DIRECTIONS: Final[Mapping[str, Direction]] = {
    "better": "up",
    "worse": "down",
    "more": "up",
    "fewer": "down",
    "no_clear_change": "none",
    "too_few": "too_few",
    "incomplete": "incomplete",
}
# What an object has of which `scope` is the scope.
SCOPED: Final = frozenset({"statistics", "verdict", "topics", "window"})
TEXTS: Final = frozenset({"title", "content", "text", "excerpt"})
MOMENTS: Final = frozenset({"created_utc", "first_at", "peak_at", "opened", "closed"})


@dataclass(frozen=True)
class Fact:
    """A figure of a tool's answer.

    names are its scope and the part of it, as `subject:ID`, `community:ID`, `topic:NAME`,
    `kind:NAME` and `item:ID`. labels are those that it counts, noun what it counts. interval is
    that of a mean, a share or an effect.
    """

    value: float
    measure: Measure
    names: frozenset[str]
    evidence: int
    side: Side = "now"
    labels: frozenset[str] = frozenset()
    noun: str = ""
    of: Of = ""
    interval: tuple[float, float] | None = None
    is_few: bool = False


@dataclass(frozen=True)
class Verdict:
    """A change as an answer has it; is_reason: a part of it that is beyond chance."""

    direction: Direction
    what: What
    names: frozenset[str]
    evidence: int
    is_reason: bool = False


@dataclass(frozen=True)
class Text:
    """The words of an item, or of a sentence that was quoted of it."""

    words: str
    item: str
    names: frozenset[str]
    label: str
    evidence: int


@dataclass(frozen=True)
class Span:
    """A span that an answer is of; hours is its length."""

    side: Side
    start: datetime
    end: datetime
    evidence: int

    @property
    def hours(self) -> int:
        """Return its length in hours, the current one as a whole."""
        return -int(-(self.end - self.start).total_seconds() // HOUR_SECONDS)


@dataclass(frozen=True)
class Facts:
    """The facts that answers of tools hold. own are sentences that the app itself made."""

    figures: list[Fact] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    moments: list[tuple[datetime, int]] = field(default_factory=list)
    own: list[tuple[str, int]] = field(default_factory=list)
    links: dict[str, int] = field(default_factory=dict)
    items: dict[str, set[int]] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=set)
    tools: dict[int, str] = field(default_factory=dict)
    whole: set[int] = field(default_factory=set)
    is_sample: bool = False


@dataclass(frozen=True)
class ToolResult:
    """A tool's answer, by the number of its evidence."""

    number: int
    tool: str
    arguments: Mapping[str, object]
    answer: JsonObject


@dataclass(frozen=True)
class _Place:
    """Where a value stands: what it is of, and on which side."""

    names: frozenset[str]
    evidence: int
    side: Side = "now"
    item: str = ""
    label: str = ""
    part: str = ""


def scope_tag(scope: str) -> str:
    """Return the tag of a scope as tools name it: all, subject:ID or the id of a community."""
    return scope if scope == ALL or scope.startswith(PREFIX) else COMMUNITY + scope.lower()


def part_tag(kind_of: str, name: str) -> str:
    """Return the tag of a part of a scope."""
    return f"{kind_of}:{' '.join(name.lower().split())}"


def facts_of(results: Sequence[ToolResult]) -> Facts:
    """Return what the answers of tools hold."""
    facts = Facts(is_sample=any(each.answer.get("origin") == "sample" for each in results))
    for result in results:
        facts.tools[result.number] = result.tool
        if not result.answer.get("omitted"):
            facts.whole.add(result.number)
        request = result.answer.get("request")
        if isinstance(request, str) and request:
            facts.links[request] = result.number
        given = result.arguments.get("scope", ALL)
        has_scope = isinstance(given, str) and result.tool not in WITHOUT_SCOPE
        names = frozenset({scope_tag(str(given)) if has_scope else NOWHERE})
        _read(facts, result.answer.get("data"), _Place(names, result.number))
        if result.tool == "share_of_voice":
            _narrow(facts, result)
    for fact in facts.figures:
        facts.scopes.update(name for name in fact.names if _is_scope(name))
    facts.scopes.update(name for each in facts.verdicts for name in each.names if _is_scope(name))
    return facts


def _narrow(facts: Facts, result: ToolResult) -> None:
    """Add the place that shares of voice are of; those of chosen subjects aren't of all."""
    community, home = result.arguments.get("community"), result.arguments.get("home", "include")
    within = {COMMUNITY + community.lower()} if isinstance(community, str) else set[str]()
    within |= {NOWHERE} if home != "include" else set()
    is_of_some = "subjects" in result.arguments
    for number, fact in enumerate(facts.figures):
        if fact.evidence == result.number:
            narrowed = within | ({NOWHERE} if is_of_some and fact.of == "voice" else set())
            facts.figures[number] = replace(fact, names=fact.names | narrowed)
    for number, verdict in enumerate(facts.verdicts):
        if verdict.evidence == result.number:
            narrowed = within | ({NOWHERE} if is_of_some else set())
            facts.verdicts[number] = replace(verdict, names=verdict.names | narrowed)
    if within or is_of_some:
        facts.whole.discard(result.number)


def _is_scope(name: str) -> bool:
    return name == ALL or name.startswith((PREFIX, COMMUNITY))


def _read(facts: Facts, value: JsonValue, place: _Place) -> None:
    match value:
        case list():
            for each in value:
                _read(facts, each, place)
        case dict():
            _read_object(facts, value, place)
        case _:
            return


def _read_object(facts: Facts, value: JsonObject, given: _Place) -> None:
    place = _placed(facts, value, given)
    _read_texts(facts, value, place)
    _read_times(facts, value, place)
    _read_verdicts(facts, value, place)
    facts.figures.extend(_figures(value, place))
    for name, each in value.items():
        if name in SKIPPED or not isinstance(each, dict | list):
            continue
        if name == "kinds" and isinstance(each, dict):
            _read_kinds(facts, each, place)
        else:
            _read(facts, each, _within(name, value, place))


def _placed(facts: Facts, value: JsonObject, place: _Place) -> _Place:
    """Return the place of an object's own values."""
    scope, own = _scope_of(value), value.get("id")
    if scope is not None:
        return replace(place, names=frozenset({scope}))
    if (part := _part_of(value)) is not None:
        return _of_part(facts, place, part)
    match value:
        case {"item": str() as item, "text": str()}:
            return replace(place, names=place.names | {ITEM + item}, item=item)
        case {"permalink": _} | {"compound": _} if isinstance(own, str):
            return _of_item(facts, value, own, place)
        case _:
            return place


def _scope_of(value: JsonObject) -> str | None:
    """Return the tag of the scope that an object is of; None where it doesn't name one."""
    match value:
        case {"role": str(), "id": str() as subject}:
            return PREFIX + subject
        case {"scope": str() as scope} if value.keys() & SCOPED:
            return scope_tag(scope)
        case _:
            return None


def _part_of(value: JsonObject) -> str | None:
    """Return the tag of the part of a scope that an object is of."""
    match value:
        case {"kind_of": str() as kind_of, "name": str() as name, "effect": _}:
            return part_tag(kind_of, name)
        case {"log_likelihood": _, "name": str() as name}:
            return part_tag("topic", name)
        case {"community": str() as community, "mentions": _}:
            return COMMUNITY + community.lower()
        case _:
            return None


def _of_part(facts: Facts, place: _Place, tag: str) -> _Place:
    facts.parts.setdefault(tag, set()).add(place.evidence)
    return replace(place, names=place.names | {tag}, part=tag)


def _of_item(facts: Facts, value: JsonObject, own: str, place: _Place) -> _Place:
    facts.items.setdefault(own, set()).add(place.evidence)
    sentiment, label = value.get("sentiment"), value.get("label")
    if isinstance(sentiment, dict):
        label = sentiment.get("label")
    names = place.names | {ITEM + own}
    for key in ("community", "subreddit"):
        if isinstance(community := value.get(key), str):
            names |= {COMMUNITY + community.lower()}
    mentions = value.get("mentions")
    for each in mentions if isinstance(mentions, list) else ():
        if isinstance(each, dict) and isinstance(subject := each.get("subject"), str):
            names |= {PREFIX + subject}
    return replace(place, names=names, item=own, label=label if isinstance(label, str) else "")


def _within(name: str, value: JsonObject, place: _Place) -> _Place:
    """Return the place of what an object has below a name."""
    if name == "difference":
        return replace(place, side="change")
    if name in BEFORE:
        return replace(place, side="before")
    if name in {"statistics", "change"} or "verdict" in value:
        return replace(place, side="now")
    return place


def _read_kinds(facts: Facts, kinds: JsonObject, place: _Place) -> None:
    for name, each in kinds.items():
        if isinstance(each, dict):
            own = _of_part(facts, place, KIND + name)
            facts.figures.extend(_figures(each, own))


def _read_texts(facts: Facts, value: JsonObject, place: _Place) -> None:
    if place.item:
        for name in TEXTS & value.keys():
            if isinstance(words := value[name], str) and words:
                facts.texts.append(
                    Text(words, place.item, place.names, place.label, place.evidence)
                )
        if isinstance(permalink := value.get("permalink"), str) and permalink:
            facts.links[permalink] = place.evidence
    is_explained = facts.tools.get(place.evidence) == "explain_change"
    if is_explained and isinstance(own := value.get("sentence"), str):
        facts.own.append((own, place.evidence))


def _read_times(facts: Facts, value: JsonObject, place: _Place) -> None:
    for name in ("window", "span", "before", "previous_window"):
        span = value.get(name)
        if isinstance(span, dict):
            side: Side = "before" if name in BEFORE else "now"
            start, end = _moment(span.get("start")), _moment(span.get("end"))
            if start and end:
                facts.spans.append(Span(side, start, end, place.evidence))
    for name in MOMENTS & value.keys():
        if moment := _moment(value[name]):
            facts.moments.append((moment, place.evidence))


def _moment(value: JsonValue) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _read_verdicts(facts: Facts, value: JsonObject, place: _Place) -> None:
    direction = DIRECTIONS.get(str(value.get("verdict")))
    if direction is not None:
        # An explanation repeats that of its `change`; a volume has no mean of its own.
        what: What = "volume" if "n_before" in value else "mood"
        facts.verdicts.append(Verdict(direction, what, place.names, place.evidence))
    if "kind_of" in value and value.get("name") != "rest":
        _read_reason(facts, value, place)
    moved = _pair(value.get("change_interval"))
    if moved is not None and "share" in value:
        low, high = moved
        voice: Direction = "up" if low > 0 else "down" if high < 0 else "none"
        facts.verdicts.append(Verdict(voice, "voice", place.names, place.evidence))


def _read_reason(facts: Facts, value: JsonObject, place: _Place) -> None:
    effect, now, before = (_number(value.get(each)) for each in ("effect", "n", "n_before"))
    if value.get("is_beyond_chance") is True and effect:
        found = Verdict("up" if effect > 0 else "down", "mood", place.names, place.evidence, True)
        facts.verdicts.append(found)
    if value.get("is_volume_beyond_chance") is True and now is not None and before is not None:
        direction: Direction = "up" if now > before else "down"
        facts.verdicts.append(Verdict(direction, "volume", place.names, place.evidence, True))


def _figures(value: JsonObject, place: _Place) -> Iterator[Fact]:
    is_few = value.get("few") is True
    if "is_whole" in value:
        # What topics were looked for in is less than all items.
        return
    for name, each in value.items():
        number = _number(each)
        if number is None:
            continue
        fact = _fact(name, number, value, place)
        if fact is not None:
            yield replace(fact, is_few=is_few)
    yield from _label_shares(value.get("shares"), place)


def _label_shares(shares: JsonValue, place: _Place) -> Iterator[Fact]:
    for label, each in shares.items() if isinstance(shares, dict) else ():
        if isinstance(each, dict) and (number := _number(each.get("share"))) is not None:
            yield Fact(
                number,
                "share",
                place.names,
                place.evidence,
                place.side,
                labels=frozenset({label}),
                of="label",
                interval=_pair(each.get("interval")),
            )


def _fact(name: str, number: float, value: JsonObject, place: _Place) -> Fact | None:
    """Return a figure by its name, and by the names beside it; None for others."""
    base = Fact(number, "count", place.names, place.evidence, place.side)
    is_change = "verdict" in value
    if place.item:
        measures: Mapping[str, Measure] = {"compound": "score", "upvotes": "upvotes"}
        return replace(base, measure=measures[name]) if name in measures else None
    if name in COUNTS and "compound" not in value:
        noun, side = COUNTS[name]
        labels = frozenset({name} & LABELS)
        side = side if place.side == "now" else place.side
        return replace(base, noun=noun, side=side, labels=labels)
    if name in MEANS and "method" not in value:
        interval = _pair(value.get("interval" if name != "sentiment" else "sentiment_interval"))
        side = "change" if is_change else place.side
        return replace(base, measure="mean", side=side, interval=interval)
    if name == "effect":
        return replace(base, measure="effect", side="change", interval=_pair(value.get("interval")))
    if name == "stderr":
        return replace(base, measure="stderr", side="change" if is_change else place.side)
    return _share(name, value, base, place)


def _share(name: str, value: JsonObject, base: Fact, place: _Place) -> Fact | None:
    fact = replace(base, measure="share")
    if name in {"observed", "coverage"}:
        return replace(fact, of="coverage")
    if name in {"ratio", "time_window_hours"}:
        return replace(base, measure="ratio" if name == "ratio" else "hours")
    if name == "share" and place.part:
        return replace(fact, of="part")
    return _voice(name, value, replace(fact, of="voice")) if "role" in value else None


def _voice(name: str, value: JsonObject, fact: Fact) -> Fact | None:
    """Return a share of voice of a subject."""
    match name:
        case "share":
            interval = _pair(value.get("share_interval", value.get("interval")))
            return replace(fact, interval=interval)
        case "previous":
            return replace(fact, side="before")
        case "change" | "share_change":
            return replace(fact, side="change", interval=_pair(value.get("change_interval")))
        case _:
            return None


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _pair(value: JsonValue) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != INTERVAL:
        return None
    low, high = map(_number, value)
    return None if low is None or high is None else (low, high)
