"""The effect of a correction on an item: a person's labels count, and the method's own are kept.

What scores or matches stored items works on `uncorrected` ones, and has them `corrected` at its
end. So a correction outlasts every rewriting of its item, and taken back it leaves no trace.
"""

from collections.abc import Mapping
from hashlib import blake2b
from operator import itemgetter
from typing import TypeVar, cast

from shared.models import (
    Item,
    ItemCorrection,
    Judged,
    Label,
    Mention,
    Sentiment,
    TargetSentiment,
)
from shared.stats.cells import NEUTRAL_COMPOUND
from shared.stats.subjects import TARGET_METHODS

I = TypeVar("I", bound=Item)  # noqa: E741 - an item

# The compound of a corrected label, where the method's own contradicts it. A person names a label
# and no strength, so that it is a clear opinion, and not an extreme one (docs/sentiment.md).
COMPOUNDS: Mapping[Label, float] = {"positive": 0.6, "neutral": 0.0, "negative": -0.6}
DIGEST_BYTES = 8


def text_digest(item: Item) -> str:
    """Return what tells whether an item has the same text as before: 16 digits."""
    text = f"{item.get('title', '')}\0{item['content']}"
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()


def is_of_text(correction: ItemCorrection, item: Item) -> bool:
    """Return whether a correction is of the item's text: of an earlier one, it doesn't count."""
    return correction["text"] == text_digest(item)


def with_correction(item: I, correction: ItemCorrection | None) -> I:
    """Return an item with this correction in the place of any that it has."""
    plain = dict(uncorrected(item))
    plain.pop("correction", None)
    if correction is not None:
        plain["correction"] = correction
    return corrected(cast("I", plain))


def corrected(item: I) -> I:
    """Return an item as its own correction has it; done twice, it leaves the same."""
    correction = cast("Item", item).get("correction")
    if correction is None:
        return item
    plain = uncorrected(item)
    return cast("I", _judged(plain, correction)) if is_of_text(correction, plain) else plain


def uncorrected(item: I) -> I:
    """Return an item as rules and methods have it; it keeps its correction, without effect."""
    return item if item.get("correction") is None else cast("I", _plain(item))


def for_subjects(correction: ItemCorrection, current: Mapping[str, str]) -> ItemCorrection:
    """Return a correction with the subjects that there are: merged ones are what they became.

    current are the ids of subjects, by themselves and by those that were merged into them.
    """
    return {
        **correction,
        "targets": {current[s]: each for s, each in correction["targets"].items() if s in current},
        "mentions": {current[s]: it for s, it in correction["mentions"].items() if s in current},
    }


def judged_by(sentiment: Sentiment | TargetSentiment) -> Judged:
    """Return what the method says, also where a person corrected it."""
    if (known := sentiment.get("method_says")) is not None:
        return known
    judged = Judged(label=sentiment["label"], compound=sentiment["compound"])
    if "unsure" in sentiment:
        judged["unsure"] = sentiment["unsure"]
    if "deciding" in sentiment:
        judged["deciding"] = sentiment["deciding"]
    return judged


def compound_of(label: Label, own: float) -> float:
    """Return the compound of a corrected label: the method's own, unless it contradicts."""
    agrees: Mapping[Label, bool] = {
        "positive": own >= NEUTRAL_COMPOUND,
        "negative": own <= -NEUTRAL_COMPOUND,
        "neutral": abs(own) < NEUTRAL_COMPOUND,
    }
    return own if agrees[label] else COMPOUNDS[label]


def _judged(plain: Item, correction: ItemCorrection) -> Item:
    """Return an item with what a person says of it."""
    judged: Item = {**plain}
    if correction["label"] is not None:
        judged["sentiment"] = _sentiment_with(plain["sentiment"], correction["label"])
    mentions = [*plain.get("mentions", ()), *_added(plain, correction)]
    about = [each for each in mentions if correction["mentions"].get(each["subject"], True)]
    rejected = sorted((each for each in mentions if each not in about), key=itemgetter("subject"))
    _put_mentions(judged, [_mention_with(plain, each, correction) for each in about])
    if rejected:
        judged["rejected"] = rejected
    return judged


def _plain(item: Item) -> Item:
    """Return an item without what a person says of it."""
    plain: Item = {**item, "sentiment": _own_sentiment(item["sentiment"])}
    own = [_own_mention(each) for each in item.get("mentions", ()) if "added" not in each]
    _put_mentions(plain, [*own, *item.get("rejected", ())])
    plain.pop("rejected", None)
    return plain


def _put_mentions(item: Item, mentions: list[Mention]) -> None:
    """Set the mentions; an item without any lacks the field."""
    if mentions:
        item["mentions"] = mentions
    else:
        item.pop("mentions", None)


def _sentiment_with(own: Sentiment, label: Label) -> Sentiment:
    judged = judged_by(own)
    fresh: Sentiment = {
        **own,
        "label": label,
        "compound": compound_of(label, own["compound"]),
        "method_says": judged,
    }
    fresh.pop("unsure", None)
    fresh.pop("deciding", None)
    return fresh


def _own_sentiment(sentiment: Sentiment) -> Sentiment:
    judged = sentiment.get("method_says")
    if judged is None:
        return sentiment
    own: Sentiment = {**sentiment}
    del own["method_says"]
    return {**own, **judged}


def _mention_with(item: Item, own: Mention, correction: ItemCorrection) -> Mention:
    label = correction["targets"].get(own["subject"])
    if label is None:
        return own
    known = own.get("sentiment") or _of_text(item)
    sentiment: TargetSentiment = {
        **known,
        "label": label,
        "compound": compound_of(label, known["compound"]),
        "method_says": judged_by(known) if "sentiment" in own else None,
    }
    sentiment.pop("unsure", None)
    sentiment.pop("deciding", None)
    return {**own, "sentiment": sentiment}


def _own_mention(mention: Mention) -> Mention:
    sentiment = mention.get("sentiment")
    if sentiment is None or "method_says" not in sentiment:
        return mention
    own: Mention = {**mention}
    del own["sentiment"]
    judged = sentiment["method_says"]
    if judged is None:
        return own
    plain: TargetSentiment = {**sentiment}
    del plain["method_says"]
    return {**own, "sentiment": {**plain, **judged}}


def _added(item: Item, correction: ItemCorrection) -> list[Mention]:
    """Return mentions of the subjects that a person adds, with what the text says at all."""
    known = {each["subject"] for each in item.get("mentions", ())}
    added: list[Mention] = []
    for subject, is_about in correction["mentions"].items():
        if is_about and subject not in known:
            mention = Mention(subject=subject, via="text", matched=[], added=True)
            if item["sentiment"]["method"] in TARGET_METHODS:
                mention["sentiment"] = _of_text(item)
            added.append(mention)
    return added


def _of_text(item: Item) -> TargetSentiment:
    """Return what an item says at all, as what it says of a subject."""
    sentiment = item["sentiment"]
    names = ("label", "compound", "method", "version", "unsure", "deciding", "by")
    taken = {name: sentiment[name] for name in names if name in sentiment}  # type: ignore[literal-required]
    return cast("TargetSentiment", taken)
