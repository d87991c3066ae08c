"""Share of voice: which part of the mentions each subject has."""

from api.ask.links import page, subjects_page, window_of
from api.ask.reading.asking import Asking
from api.ask.reading.feeling import answer_feeling, say_rematching
from api.ask.wording import baseline_text, coverage_text, listed, percent
from api.reads.voice import read_voice
from api.schema.subject_parameters import MAX_SUBJECTS, VoiceParameters
from api.schema.subjects import ShareOfVoice, VoiceFigures

MAX_LISTED = 6


async def answer_share(asking: Asking) -> None:
    """Add the share of voice of the subjects that are named, or of the largest ones."""
    own = asking.parsed.subjects
    if not own and asking.parsed.communities:
        # Of a community alone, how much is said there.
        await answer_feeling(asking)
        return
    found, number = await _read(asking)
    say, when = asking.citing.say, asking.hours.text
    if not found.base:
        say(f"None of these subjects is known to be mentioned, {when}.", [number])
        return
    where = f" in {asking.parsed.communities[0].name}" if asking.parsed.communities else ""
    ids = [each.id for each in own] if len(own) == 1 else [each.id for each in found.subjects]
    shown = [each for each in found.subjects if each.id in ids][:MAX_LISTED]
    parts = [f"{each.name} has {share_text(each)}" for each in shown]
    say(
        f"Of {found.base:,} mentions of {len(found.set)} subjects{where}, {when}, {listed(parts)}.",
        [number],
    )
    for each in shown:
        if each.change is not None and each.change_interval is not None and len(shown) == 1:
            say(_change_text(each, found), [number])
    rest = len(found.set) - len(shown)
    if rest and len(own) != 1:
        others = found.base - sum(each.mentions for each in shown)
        say(f"The other {rest} have {others:,} mentions together.", [number])
    if len(own) == 1 and not shown:
        say(f"{own[0].name} isn't known to be mentioned{where}, {when}.", [number])
    say(coverage_text(found.coverage), [number])
    say_rematching(asking, is_rematching=found.rematching)


async def _read(asking: Asking) -> tuple[ShareOfVoice, int]:
    """Return the share of voice of the subjects that are named, if several are, or of all.

    One that is no own subject nor competitor is among them beside these.
    """
    own = asking.parsed.subjects
    given: dict[str, str] = {**asking.hours.parameters, "until": "collected"}
    if len(own) > 1:
        given["subjects"] = ",".join(each.id for each in own)
    if asking.parsed.communities:
        given["community"] = asking.parsed.communities[0].id
    given["top"] = str(MAX_SUBJECTS)
    first = VoiceParameters.model_validate(given)
    found, number = await asking.read(
        read_voice,
        first,
        cite=("share_of_voice", "Share of voice", "/share-of-voice"),
        page=_page(asking),
    )
    if len(own) == 1 and own[0].id not in found.set:
        wider = VoiceParameters.model_validate(
            {**given, "subjects": ",".join((own[0].id, *found.set))}
        )
        return await asking.read(
            read_voice,
            wider,
            cite=("share_of_voice", "Share of voice with it", "/share-of-voice"),
            page=_page(asking),
        )
    return found, number


def _page(asking: Asking) -> str | None:
    if len(asking.parsed.subjects) == 1:
        window = window_of(asking.hours, asking.now)
        return page({"subject": asking.parsed.subjects[0].id, **window}) if window else None
    return subjects_page(asking.hours, asking.now)


def share_text(figures: VoiceFigures) -> str:
    """Return a share of voice with its interval and its mentions, in words."""
    if figures.share is None:
        return "no share"
    few = ", which is few" if figures.few else ""
    interval = percent_interval(figures.interval)
    return f"{percent(figures.share)} ({interval}{figures.mentions:,} mentions{few})"


def percent_interval(interval: list[float] | None) -> str:
    """Return the interval of a share in words, with what separates it from what follows."""
    if interval is None:
        return ""
    return f"95% interval {percent(interval[0])} to {percent(interval[1])}; "


def _change_text(figures: VoiceFigures, found: ShareOfVoice) -> str:
    change, interval = figures.change or 0.0, figures.change_interval or [0.0, 0.0]
    clear = "" if interval[0] > 0 or interval[1] < 0 else ", which chance may explain"
    return (
        f"That is {_points(change)} from {percent(figures.previous or 0.0)} in"
        f" {baseline_text(found.before)} (95% interval {_points(interval[0])} to"
        f" {_points(interval[1])}){clear}."
    )


def _points(change: float) -> str:
    return f"{100 * change:+.0f} points"
