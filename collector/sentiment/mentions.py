"""Scores what items say of each subject that they name, all mentions of a batch at a time.

A mention via thread or home names nothing in the text, so the item's sentiment is all that there
is: it has none of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from collector.sentiment.base import Method, Score, Target, Text
from shared.models import Comment, Mention, Post, TargetSentiment
from shared.stats.cells import NEUTRAL_COMPOUND
from shared.text.form import MARKDOWN, Form
from shared.text.own_words import own_lines
from shared.text.places import places_of

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item

# Places of a subject in a text that are scored, the first ones.
MAX_PLACES = 3
# Places that are tried in a text that also names it in quotes or code: each is cleaned once more.
MAX_TRIED = 20


def with_mention_sentiments(
    items: Sequence[I], texts: Sequence[Text | None], method: Method
) -> list[I]:
    """Return items that this method scored, with the sentiments of their mentions by it.

    texts are those of the items. If the method scores no targets, mentions have none. It is slow:
    call it from a thread. Raises what the method raises.
    """
    targets = [targets_of(item, text, method) for item, text in zip(items, texts, strict=True)]
    listed = [each for of_item in targets for of_mention in of_item for each in of_mention]
    scores = iter(method.score_many_targets(listed) if listed else ())
    return [
        _with_mentions(item, method, [list(islice(scores, len(own))) for own in of_item])
        for item, of_item in zip(items, targets, strict=True)
    ]


def targets_of(item: I, text: Text | None, method: Method) -> list[list[Target]]:
    """Return the places at which an item names the subject of each of its mentions.

    There are none if the method scores no targets.
    """
    return [_targets(item, mention, text, method) for mention in item.get("mentions", ())]


def combined(scores: Sequence[Score]) -> Score:
    """Return the score of a subject that a text names at several places, in their order.

    The compounds together tell the direction, and the strongest place in it is the score: one place
    judges what the others merely name, and a mean would dilute it. Its label, its compound and its
    words belong together so. Where praise and blame are equal, the last of them is the verdict
    (docs/labelling.md, rule 8).
    """
    whole = sum(score.compound for score in scores)
    if abs(whole) < NEUTRAL_COMPOUND:
        opinions = [score.compound for score in scores if score.label != "neutral"]
        whole = opinions[-1] if opinions else whole
    direction = 1 if whole >= 0 else -1
    return max(scores, key=lambda score: direction * score.compound)


def own_places(
    text: str, names: Sequence[str], others: Sequence[str], form: Form
) -> Iterator[tuple[int, int]]:
    """Yield where the author's own words name something: quotes and code may name it, too."""
    places, own = places_of(text, names, others), own_lines(text, form).words
    in_own = places_of(own, names, others)
    if not in_own or len(in_own) >= len(places):
        yield from places if in_own else ()
        return
    for start, end in places[:MAX_TRIED]:
        # In another case, a name is read as it was, and shows whether it is among those words.
        swapped = text[:start] + text[start:end].swapcase() + text[end:]
        if own_lines(swapped, form).words != own:
            yield start, end


def _targets(
    item: Post | Comment, mention: Mention, text: Text | None, method: Method
) -> list[Target]:
    """Return the places at which an item names the subject of a mention, as targets."""
    if method.score_targets is None or text is None or mention["via"] != "text":
        return []
    form = method.forms.get(text.source, MARKDOWN)
    if form.is_bot(text.author):
        return []
    mentions = item.get("mentions", ())
    others = [word for each in mentions if each is not mention for word in each["matched"]]
    places = own_places(text.markdown, mention["matched"], others, form)
    return [Target(text.markdown, *place, form) for place in islice(places, MAX_PLACES)]


def _with_mentions(item: I, method: Method, scores: Sequence[Sequence[Score]]) -> I:
    """Return an item with the sentiments of its mentions; scores are those of their places."""
    if "mentions" not in item:
        return item
    mentions = [
        _scored(item, mention, method, of_mention)
        for mention, of_mention in zip(item["mentions"], scores, strict=True)
    ]
    scored: I = {**item, "mentions": mentions}
    return scored


def _scored(
    item: Post | Comment, mention: Mention, method: Method, scores: Sequence[Score]
) -> Mention:
    """Return a mention with its sentiment: the text's, if its words aren't found in the text."""
    plain: Mention = {**mention}
    plain.pop("sentiment", None)
    if method.score_targets is None or mention["via"] != "text":
        return plain
    score = combined(scores) if scores else _of_text(item)
    sentiment = TargetSentiment(
        label=score.label, compound=score.compound, method=method.name, version=method.version
    )
    return {**plain, "sentiment": {**sentiment, **score.basis}}


def _of_text(item: Post | Comment) -> Score:
    sentiment = item["sentiment"]
    return Score(
        label=sentiment["label"],
        compound=sentiment["compound"],
        positive=sentiment["positive"],
        negative=sentiment["negative"],
        neutral=sentiment["neutral"],
        language=item.get("language", "en"),
        unsure="unsure" in sentiment,
        deciding=tuple(sentiment.get("deciding", ())),
    )
