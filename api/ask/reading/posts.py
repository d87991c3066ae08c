"""Which posts to read: those that weigh most, or the first ones in an order."""

from api.ask.reading.asking import Asking
from api.ask.reading.change import read_reasons
from api.ask.reading.cited import show_cited
from api.ask.reading.topics import ORDERS, answer_search, say_talk, show_sorted
from api.ask.wording import coverage_text, quoted
from shared.communities import community_name


async def answer_reading(asking: Asking) -> None:
    """Name posts and comments to read, and why."""
    parsed = asking.parsed
    if parsed.search is not None:
        await answer_search(asking)
        return
    if parsed.talk is not None:
        await say_talk(asking, parsed.talk)
        return
    if parsed.sort is not None or parsed.label is not None:
        await _say_list(asking)
        return
    explanation, number = await read_reasons(asking)
    await show_cited(asking, explanation, number, [each.item for each in explanation.read_these])
    if not explanation.read_these:
        asking.citing.say(
            f"There is nothing to read {asking.about}, {asking.hours.text} (n ="
            f" {explanation.volume.n}).",
            [number],
        )
        return
    asking.citing.say(
        f"Of {explanation.volume.n:,} posts and comments {asking.about}, {asking.hours.text}, read"
        " these first:",
        [number],
    )
    cited = {each.id: each for each in explanation.cited}
    for each in explanation.read_these:
        item = cited.get(each.item)
        place = f", in {community_name(item.community)}" if item else ""
        asking.citing.say(f"{quoted(each.text, 160)}{place}. {each.why}", [number], [each.item])
    asking.citing.say(coverage_text(explanation.coverage), [number])


async def _say_list(asking: Asking) -> None:
    """Name the first items of a list with a label or in an order."""
    parsed = asking.parsed
    given: dict[str, str] = {}
    if parsed.label is not None:
        given["sentiment"] = parsed.label
    order = ORDERS[parsed.label] if parsed.label is not None else "newest"
    await show_sorted(asking, parsed.sort or order, **given)
    if not asking.citing.sentences:
        asking.citing.say(
            f"No such post or comment {asking.about} is known, {asking.hours.text} (n = 0).",
            [each.number for each in asking.citing.evidence],
        )
