"""The talk of a scope: its topics, or the items that have some words, a label or a kind."""

from collections.abc import Mapping
from typing import Final

from api.ask.citing import found as found_item
from api.ask.citing import label_of
from api.ask.links import list_page
from api.ask.reading.asking import Asking
from api.ask.reading.change import read_reasons
from api.ask.reading.cited import say_reads
from api.ask.reading.feeling import posts_and_comments, read_figures, say_figures
from api.ask.wording import (
    counted,
    coverage_text,
    listed,
    mean_text,
    percent,
    quoted,
    span_text,
    time_text,
)
from api.errors import BadParameters
from api.reads.items import read_items
from api.reads.topics import read_topics
from api.schema.items import ItemAnswer
from api.schema.parameters import MAX_POSTS, ItemsParameters
from api.schema.topics import ScopeTopic, ScopeTopics, TopicsParameters
from api.schema.values import Sort
from shared.kinds import Talk
from shared.models import Label
from shared.reasons.sentence import TALK
from shared.times import parse_iso

MAX_TOPICS = 5
MAX_SHOWN = 5
MAX_SAID = 3
MAX_TITLE = 80
ORDERS: Final[Mapping[Label, Sort]] = {
    "negative": "most_negative",
    "positive": "most_positive",
    "neutral": "newest",
}
# Topics and reasons both read items: together at most about this many, so that an answer costs less
# than 1,000 request units.
MAX_READ_WITH_REASONS = 100


async def answer_topic(asking: Asking) -> None:
    """Add the talk of the scope: with some words, of a kind, or most of all."""
    parsed = asking.parsed
    if parsed.search is not None:
        await answer_search(asking)
        return
    stats, number = await read_figures(asking)
    say_figures(asking, stats.statistics, number)
    if stats.statistics.total:
        if parsed.talk is not None:
            await say_talk(asking, parsed.talk)
        read = 0 if asking.is_in_both else await _say_topics(asking)
        if parsed.label is not None:
            await show_sorted(asking, ORDERS[parsed.label], sentiment=parsed.label)
        elif parsed.talk is None and read > MAX_READ_WITH_REASONS:
            await show_listed(asking)
        elif parsed.talk is None:
            explanation, own = await read_reasons(asking)
            await say_reads(asking, explanation, own)
    asking.citing.say(coverage_text(stats.coverage), [number])


async def answer_search(asking: Asking) -> None:
    """Add the number of items with the words of the question, by label, and show the newest."""
    parsed, say = asking.parsed, asking.citing.say
    words = listed([f"“{each}”" for each in parsed.search_words])
    if parsed.is_unknown:
        say(
            f"{words} is no subject of the watchlist: this is a search for"
            f" {'these words' if len(parsed.search_words) > 1 else 'the word'}."
        )
    items, number, since = await _search(asking)
    where = asking.about if parsed.scopes else "in all communities"
    when = asking.hours.text
    if not items and since is None:
        say(f"No post or comment {where} has {words}, {when} (n = 0).", [number])
        return
    if not items:
        say(
            f"None of the newest posts and comments {where} has {words}: they were looked through"
            f" back to {time_text(parse_iso(since or ''))} UTC, and there may be earlier ones (n ="
            " 0).",
            [number],
        )
        return
    labels = [label_of(each, asking.subject) for each in items]
    counts = ", ".join(
        f"{labels.count(each)} {each}" for each in ("positive", "negative", "neutral")
    )
    read_back = (
        f" Only the newest were looked through, back to {time_text(parse_iso(since))} UTC: there"
        " may be earlier ones."
        if since
        else ""
    )
    for each in items[:MAX_SHOWN]:
        asking.citing.show(found_item(each, asking.subject, number))
    at_least = "At least " if since else ""
    text = f"{at_least}{posts_and_comments(len(items))} {where} {_has(len(items))} {words}, {when}"
    say(
        f"{text}: {counts}.{read_back}",
        [number],
        [each.id for each in items[:MAX_SHOWN]],
    )


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


async def _search(asking: Asking) -> tuple[list[ItemAnswer], int, str | None]:
    """Return the newest items that have the words, and the time that they were read back to.

    That time is None where the whole span was read. A page reads up to MAX_SCANNED items, and an
    answer reads one page.
    """
    parsed = asking.parsed
    given: dict[str, str] = {"q": parsed.search or "", "limit": str(MAX_POSTS)}
    if parsed.label is not None:
        given["sentiment"] = parsed.label
    listed_at = list_page(
        {
            "subject": asking.subject,
            "subreddit": asking.community,
            "kind": "items",
            "q": parsed.search,
            "sentiment": parsed.label,
        },
        asking.hours,
    )
    words = " ".join(parsed.search_words)
    found, number = await asking.read(
        read_items,
        asking.parameters(ItemsParameters, **given),
        cite=("search_mentions", f"Posts and comments with {words}", "/items"),
        page=listed_at,
    )
    cursor = found.next_cursor
    return found.items.root, number, cursor.partition("_")[0] if cursor else None


async def _say_topics(asking: Asking) -> int:
    """Add the topics that grew since the time before, the most surprising ones first.

    Return the number of items that were read for it.
    """
    parameters = asking.parameters(TopicsParameters, limit=str(MAX_TOPICS))
    found, number = await asking.read(
        read_topics,
        parameters,
        cite=("topics", f"Topics of {asking.name}", "/topics"),
    )
    read = found.span.read + found.before.read
    if not found.topics:
        asking.citing.say(_no_topics(found), [number])
        return read
    for each in found.topics:
        asking.citing.say(_topic_text(each), [number])
    if not found.span.is_whole:
        asking.citing.say(
            f"Topics are of {found.span.read:,} of {counted(found.span.of, 'item')}, spread over"
            " the span.",
            [number],
        )
    return read


def _topic_text(topic: ScopeTopic) -> str:
    kinds = list(topic.kinds or {})
    kind = f", mostly {TALK[kinds[0]]}" if kinds and kinds[0] in TALK else ""
    return (
        f"Said more than before: {quoted(topic.name)}, {counted(topic.n, 'item')} after"
        f" {topic.n_before:,}{kind}; mean {mean_text(topic.statistics)}."
    )


def _no_topics(found: ScopeTopics) -> str:
    match found.why_none:
        case "nothing_before":
            before = span_text(parse_iso(found.before.start), parse_iso(found.before.end))
            return (
                "Which topics are new can't be told: nothing is known of the time before,"
                f" {before}."
            )
        case "no_items":
            return "There are no items in which topics could be found."
        case _:
            whole = found.span.is_whole
            part = "" if whole else f" of {found.span.of:,}, spread over the span"
            return (
                f"No topic stands out among {counted(found.span.items, 'item')}{part}: nothing is"
                " said clearly more than before."
            )


async def say_talk(asking: Asking, talk: Talk) -> None:
    """Add the number of items of a kind of talk, and show some."""
    stats, number = await read_figures(asking)
    kinds = stats.statistics.kinds
    if kinds is None:
        asking.citing.cannot.append(
            f"Which items are {TALK[talk]} isn't known: the method that scored them doesn't tell"
            " kinds of talk. Ask “What do people say about …?” with a word of it."
        )
        return
    figures = kinds.get(talk)
    if figures is None:
        asking.citing.say(f"None of them is counted as {TALK[talk]}.", [number])
        return
    asking.citing.say(
        f"{percent(figures.share)} of them are {TALK[talk]} ({counted(figures.items, 'item')}).",
        [number],
    )
    await show_listed(asking, talk=talk)


async def show_sorted(asking: Asking, sort: Sort, **given: str) -> None:
    """Show the first items of a list in an order; the newest where it is too long to sort."""
    if sort != "newest":
        try:
            await show_listed(asking, **given, sort=sort)
        except BadParameters:
            asking.citing.cannot.append(
                "There are too many items to sort: the newest are shown. Name a shorter span."
            )
        else:
            return
    await show_listed(asking, **given)


async def show_listed(asking: Asking, **given: str) -> None:
    """Show the first items of a list of the scope: with a label, of a kind, in an order."""
    parameters = asking.parameters(ItemsParameters, **given, limit=str(MAX_SHOWN))
    page = list_page(
        {"subject": asking.subject, "subreddit": asking.community, "kind": "items", **given},
        asking.hours,
    )
    what = listed([each.replace("_", " ") for each in given.values()]) or "newest"
    found, number = await asking.read(
        read_items,
        parameters,
        cite=(
            "search_mentions",
            f"Posts and comments {asking.about}: {what}",
            "/items",
        ),
        page=page,
    )
    items = found.items.root
    for each in items:
        asking.citing.show(found_item(each, asking.subject, number))
    if items:
        titles = listed(
            [quoted(each.title or each.content, MAX_TITLE) for each in items[:MAX_SAID]]
        )
        asking.citing.say(
            f"{_first_words(given)}: {titles}.", [number], [each.id for each in items]
        )


def _first_words(given: Mapping[str, str]) -> str:
    """Return what the first items of a list are."""
    match given.get("sort"):
        case "reach":
            return "The most upvoted"
        case "most_negative":
            return "The most negative"
        case "most_positive":
            return "The most positive"
        case _:
            label = given.get("sentiment", "")
            return f"The newest{' ' if label else ''}{label}"
