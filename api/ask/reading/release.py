"""The effect of a release: the mood before and after a marker."""

from api.ask.citing import explained
from api.ask.links import page
from api.ask.reading.asking import Asking
from api.ask.reading.feeling import say_rematching
from api.ask.wording import listed, mean_text, moved_text, quoted, span_text, time_text
from api.mcp.reading import address
from api.reads.markers import read_effect
from api.schema.markers import EffectParameters, MarkerAnswer, MarkerEffect
from shared.times import parse_iso

DAYS = 7
MAX_DIFFERING = 4
MAX_TITLE = 80


async def answer_release(asking: Asking) -> None:
    """Add the change of the mood from before a marker to after it."""
    marker = asking.parsed.marker
    assert marker is not None  # noqa: S101 - the parser gives this intent with one alone
    parameters = EffectParameters.model_validate({"id": marker["id"], "days": str(DAYS)})
    effect = await asking.reader.read(read_effect, parameters)
    number = asking.citing.cite(
        "marker_effect",
        f"Before and after {marker['name']}",
        address(f"/markers/{marker['id']}/effect", parameters, without={"id"}),
        _page(effect),
    )
    name = asking.parsed.subjects[0].name if asking.parsed.subjects else "all communities"
    if effect.status != "compared":
        asking.citing.say(_not_yet(effect), [number])
        return
    asking.citing.say(_change_text(effect, name), [number])
    _say_means(asking, effect, number)
    _say_items(asking, effect, number)
    if effect.overlapping:
        asking.citing.say(
            f"What changed may also be due to {listed([_marker(m) for m in effect.overlapping])}.",
            [number],
        )
    say_rematching(asking, is_rematching=effect.rematching)


def _page(effect: MarkerEffect) -> str:
    subject = effect.marker.subject
    view = None if subject else "communities"
    return page({"view": view, "subject": subject, "marker": effect.marker.id})


def _marker(marker: MarkerAnswer) -> str:
    return f"{marker.name} ({marker.date})"


def _not_yet(effect: MarkerEffect) -> str:
    name, ready = effect.marker.name, parse_iso(effect.ready_at)
    when = f"ask again after {time_text(ready)} UTC, when a day has passed and was collected"
    if effect.status == "upcoming":
        return f"{name} is yet to come, so that nothing can be compared: {when}."
    return f"It is too early to tell whether {name} helped: {when}."


def _change_text(effect: MarkerEffect, name: str) -> str:
    change = effect.change
    assert change is not None  # noqa: S101 - it is compared
    of, label = f"the mood of {name}", effect.marker.name
    counts = f"n = {change.previous.total:,} before, {change.statistics.total:,} after"
    figures = moved_text(change, counts)
    match change.verdict:
        case "better":
            return f"After {label}, {of} got better: {figures}, beyond chance."
        case "worse":
            return f"After {label}, {of} got worse: {figures}, beyond chance."
        case "no_clear_change":
            return f"After {label}, {of} has no clear change: {figures}, which chance explains."
        case "too_few":
            return f"Whether {label} helped can't be told: there are too few items ({counts})."
        case _:
            return (
                f"Whether {label} helped can't be told: too little is known of one of the times"
                f" ({counts})."
            )


def _say_means(asking: Asking, effect: MarkerEffect, number: int) -> None:
    change, before, after = effect.change, effect.before, effect.after
    if change is None or before is None or after is None or not effect.hours:
        return
    asking.citing.say(
        f"The mean is {mean_text(change.previous)} before"
        f" ({span_text(parse_iso(before.start), parse_iso(before.end))}) and"
        f" {mean_text(change.statistics)} after"
        f" ({span_text(parse_iso(after.start), parse_iso(after.end))}).",
        [number],
    )


def _say_items(asking: Asking, effect: MarkerEffect, number: int) -> None:
    """Name the items that moved the mean most."""
    chosen = effect.items[:MAX_DIFFERING]
    for each in chosen:
        asking.citing.show(explained(each, each.text, number))
    parts = [f"{quoted(each.text, MAX_TITLE)} ({each.side})" for each in chosen]
    if parts:
        asking.citing.say(
            f"What differs most: {listed(parts)}.", [number], [each.id for each in chosen]
        )
