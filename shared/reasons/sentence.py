"""The sentence that says what made a change, or that nothing stands out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.communities import community_name
from shared.stats.compare import Change
from shared.stats.contributions import Contribution
from shared.stats.enough import HOURS_OF_DAY
from shared.stats.uncertainty import FEW

KindOf = Literal["community", "kind", "topic", "thread", "item"]
VolumeVerdict = Literal["more", "fewer", "no_clear_change", "incomplete"]
"""The change of the number of items; incomplete: the time before isn't known."""

MAX_TITLE_CHARS = 100
# The kinds of talk as causes, in words.
TALK = {
    "problem": "problems",
    "outage": "outages",
    "request": "requests",
    "question": "questions",
    "praise": "praise",
    "price": "talk of prices",
    "switch": "talk of switching",
    "showcase": "showcases",
    "news": "news",
    "other": "other talk",
}


@dataclass(frozen=True)
class Sampled:
    """The numbers of items that were read on each side, and of all items (`of`) there."""

    now: int
    of_now: int
    before: int
    of_before: int


@dataclass(frozen=True)
class Cause:
    """A contribution of a dimension; is_beyond_chance looks at all that were weighed.

    sampled: its numbers are estimates by the items that were read; None where they are counts.
    """

    kind_of: KindOf
    title: str
    contribution: Contribution
    is_beyond_chance: bool
    sampled: Sampled | None = None

    @property
    def counts(self) -> str:
        """Return its numbers of items in words."""
        return _counts(self.contribution.n, self.contribution.n_before, self.sampled)


@dataclass(frozen=True)
class PartVolume:
    """A part whose number of items changed beyond chance; title is what people read.

    sampled is as `Cause` has it.
    """

    kind_of: KindOf
    title: str
    now: float
    before: float
    sampled: Sampled | None = None

    @property
    def counts(self) -> str:
        """Return its numbers of items in words."""
        return _counts(self.now, self.before, self.sampled)


@dataclass(frozen=True)
class Volume:
    """The numbers of items on both sides, and the parts whose number changed beyond chance."""

    verdict: VolumeVerdict
    now: int
    before: int
    parts: Sequence[PartVolume] = ()

    @property
    def is_known(self) -> bool:
        """Return whether both numbers are known, however few they are."""
        return self.verdict != "incomplete"


UNKNOWN = Volume("incomplete", 0, 0)


def leading(change: Change, causes: Sequence[Cause]) -> Cause | None:
    """Return the largest cause that is beyond chance; of a clear change, one in its direction.

    Single items are no cause, and a change of unknown direction has none.
    """
    if change.verdict in {"incomplete", "too_few"}:
        return None
    found = [each for each in causes if each.is_beyond_chance and each.kind_of != "item"]
    if change.verdict in {"better", "worse"}:
        sign = 1 if change.verdict == "better" else -1
        found = [each for each in found if each.contribution.effect * sign > 0]
    return max(found, key=lambda each: abs(each.contribution.effect), default=None)


def opposing(change: Change, causes: Sequence[Cause], cause: Cause | None) -> Cause | None:
    """Return the largest cause beyond chance that pulls against another one, if both even out."""
    if cause is None or change.verdict != "no_clear_change":
        return None
    sign = cause.contribution.effect
    others = [
        each
        for each in causes
        if each.is_beyond_chance and each.kind_of != "item" and each.contribution.effect * sign < 0
    ]
    return max(others, key=lambda each: abs(each.contribution.effect), default=None)


def sentence_of(
    scope: str,
    change: Change,
    causes: Sequence[Cause],
    volume: Volume = UNKNOWN,
    sampled: Sampled | None = None,
) -> str:
    """Return the sentence, or two: of the mean, and of the number of items where that changed.

    scope is what people call the community or subject. sampled: not all items were read for topics.
    """
    cause = leading(change, causes)
    giant = _giant(scope, change, causes)
    other = opposing(change, causes, cause) if giant is None else None
    of_volume = _of_volume(volume, [each for each in (cause, other) if each is not None])
    if change.verdict == "incomplete":
        of_mean = _incomplete(scope, change, volume)
    elif change.verdict == "too_few":
        of_mean = _too_few(scope if of_volume is None else f"the mood of {scope}", change)
    elif giant is not None:
        of_mean = giant
    else:
        of_mean = _of_cause(scope, change, cause, has_volume=of_volume is not None)
        if cause is None and of_volume is None and sampled is not None:
            of_mean += (
                f" For topics, {sampled.now} of {counted(sampled.of_now, 'item')} were read, and"
                f" {sampled.before} of {sampled.of_before} before."
            )
    return " ".join(filter(None, (of_mean, _of_other(other), of_volume)))


def _of_other(other: Cause | None) -> str | None:
    """Return what pulls the other way, as a sentence."""
    if other is None:
        return None
    name = _named(other)
    moved = moved_by(other.contribution.effect)
    return f"{name[0].upper()}{name[1:]} moved it {moved}, more than chance: {_because(other)}."


def _of_cause(scope: str, change: Change, cause: Cause | None, *, has_volume: bool) -> str:
    # As it is shown elsewhere: the mean itself may round to another hundredth.
    moved = change.avg_sentiment or 0.0
    if cause is None and change.verdict == "no_clear_change":
        if has_volume:
            return f"The mood of {scope} has no clear change ({moved_by(moved)})."
        return (
            f"Nothing stands out: the change of {scope} ({moved_by(moved)}) and of each part of it"
            " is within chance."
        )
    claim = f"{scope} got {change.verdict}, {moved_by(moved)}"
    if cause is None and has_volume:
        return f"{claim}."
    if cause is None:
        return f"{claim}. No single part of it stands out beyond chance."
    own = cause.contribution
    if change.verdict == "no_clear_change":
        return (
            f"{scope} has no clear change as a whole ({moved_by(moved)}), but {_named(cause)} moved"
            f" it {moved_by(own.effect)}, more than chance: {_because(cause)}."
        )
    effect = moved_by(own.effect)
    return f"{claim}. What stands out most is {_named(cause)}, {effect}: {_because(cause)}."


def _of_volume(volume: Volume, causes: Sequence[Cause]) -> str | None:
    """Name what is said more or less than chance explains: the largest topic and the largest part.

    What the causes of the mean say already isn't repeated. None where no number changed.
    """
    sign = {"more": 1, "fewer": -1}.get(volume.verdict, 0)
    parts = sorted(volume.parts, key=lambda each: (-abs(each.now - each.before), each.title))
    if sign:
        # A part may move against the whole, but that isn't what the whole rests on.
        parts = [each for each in parts if (each.now - each.before) * sign > 0] or parts
    elif parts:
        rises = parts[0].now > parts[0].before
        parts = [each for each in parts if (each.now > each.before) == rises]
    topics = [each for each in parts if each.kind_of == "topic"]
    others = [each for each in parts if each.kind_of != "topic"]
    known = {(each.kind_of, each.title) for each in causes}
    named = [each for each in (*others[:1], *topics[:1]) if (each.kind_of, each.title) not in known]
    if not named:
        counts = f"({counted(volume.now, 'item')} now, {volume.before} before)"
        return f"{_more(sign)} is said than before {counts}." if sign else None
    listed = " and ".join(map(_counts_of_part, named))
    is_rise = named[0].now > named[0].before
    if sign and is_rise == (sign > 0):
        return (
            f"{_more(sign)} is said than before ({counted(volume.now, 'item')} now,"
            f" {volume.before} before), most of all {listed}."
        )
    return f"{_more(1 if is_rise else -1)} than chance explains is said {listed}."


def _more(sign: int) -> str:
    return "More" if sign > 0 else "Less"


def _counts_of_part(part: PartVolume) -> str:
    preposition = "in" if part.kind_of == "community" else "of"
    return f"{preposition} {name_of_part(part.kind_of, part.title)} ({part.counts})"


def _counts(now: float, before: float, sampled: Sampled | None) -> str:
    """Return numbers of items: counts, or of estimates what was read of them."""
    if sampled is None:
        return f"{counted(round(now), 'item')} now, {round(before)} before"
    read = round(now * sampled.now / sampled.of_now) if sampled.of_now else 0
    read_before = round(before * sampled.before / sampled.of_before) if sampled.of_before else 0
    return (
        f"{read} of {counted(sampled.now, 'item')} read now, {read_before} of {sampled.before}"
        " read before"
    )


def _incomplete(scope: str, change: Change, volume: Volume) -> str:
    if change.reason == "mixed_methods":
        return (
            f"The change of {scope} can't be told: several methods scored the items. It can once"
            " one method has scored all of them."
        )
    if change.reason == "not_collected":
        behind = ", ".join(map(community_name, change.behind))
        return (
            f"The change of {scope} can't be told yet: {behind} must be collected up to the end of"
            " the span."
        )
    if volume.is_known and not volume.now and not volume.before:
        return f"There are no items of {scope}, neither now nor before."
    if volume.is_known:
        return (
            f"Too few items before to tell a change of the mood of {scope}: {volume.now} now and"
            f" {volume.before} before."
        )
    return (
        f"The change of {scope} can't be told: too little is known of the time before. It takes two"
        " equal spans with items, of which at least half of the hours were collected."
    )


def _too_few(scope: str, change: Change) -> str:
    now, before = (sample.items for sample in change.samples)
    fewest = min(now, before)
    if fewest >= FEW:
        return (
            f"Too few threads to tell a change of {scope}: nearly all of its {now} items now and"
            f" {before} before are in one or two. It takes three threads of weight on either"
            f" side{_needed(change)}."
        )
    return (
        f"Too few items to tell a change of {scope}: {now} now and {before} before. It takes {FEW}"
        f" on either side{_needed(change)}."
    )


def _needed(change: Change) -> str:
    if change.span_needed is None:
        return ""
    days = change.span_needed // HOURS_OF_DAY
    return f", at this rate a span of about {counted(days, 'day')}"


def _giant(scope: str, change: Change, causes: Sequence[Cause]) -> str | None:
    """Name the thread that holds more than half of a side, unless the change is clear without."""
    if change.giant is None or change.verdict != "no_clear_change":
        return None
    side, giant = change.giant
    own = next(
        (c for c in causes if c.kind_of == "thread" and c.contribution.name == giant.id), None
    )
    title = f" ({_quoted(own.title)})" if own is not None and own.title != giant.id else ""
    moved = f" and moved the mean {moved_by(own.contribution.effect)}" if own is not None else ""
    when = "now" if side == "statistics" else "before"
    return (
        f"One thread{title} has {giant.share:.0%} of the items {when}{moved}. Its mood isn't that"
        f" of {scope}, of which no change is clear."
    )


def _named(cause: Cause) -> str:
    return name_of_part(cause.kind_of, cause.title)


def name_of_part(kind_of: KindOf, title: str) -> str:
    """Return what a sentence calls a part: problems, the topic “…”, the community r/…."""
    if kind_of == "kind":
        return TALK.get(title, title)
    if kind_of == "community":
        return f"the community {community_name(title)}"
    return f"the {kind_of} {_quoted(title)}"


def _because(cause: Cause) -> str:
    """Say whether the part's mood changed, or its share of the items, and from how many to how."""
    own = cause.contribution
    if not round(own.n_before):
        among = "" if cause.sampled is None else " among the items read"
        return f"it is new{among} ({cause.counts})"
    if abs(own.mood) >= abs(own.mix):
        return f"its mood got {'better' if own.mood > 0 else 'worse'} ({cause.counts})"
    return f"its share of the talk changed ({cause.counts})"


def moved_by(moved: float) -> str:
    """Return a change of a mean in words: up by 0.12."""
    size = f"{abs(moved):.2f}"
    if size == "0.00":
        return "by less than 0.01"
    return f"{'up' if moved > 0 else 'down'} by {size}"


def counted(number: int, noun: str) -> str:
    """Return a number of things in words: 1 item, 2 items."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _quoted(title: str) -> str:
    line = " ".join(title.split())
    return f"“{line if len(line) <= MAX_TITLE_CHARS else line[:MAX_TITLE_CHARS].rstrip() + '…'}”"
