"""A linear model over a text's words, pairs of words and VADER's valences.

It has weights for any text, and weights for texts of this field, in which a plain fact may be a
complaint. How much a text's words are of this field says how much the latter count.

bench/train_sentiment.py trains it; MODEL_CARD.md describes its data, figures and limits.
"""

import math
from collections.abc import Callable, Sequence
from itertools import chain
from operator import mul
from typing import NamedTuple

from collector.sentiment.base import NEGATIVE_FROM, NO_WORDS, POSITIVE_FROM, Score, Scorer
from collector.sentiment.linear.features import (
    numbers,
    pairs,
    prefix,
    tokens,
    weight_of_length,
)
from collector.sentiment.linear.ratings import read_ratings
from collector.sentiment.linear.terms import FILE as TERMS
from collector.sentiment.linear.terms import plain_reader, read_terms
from collector.sentiment.linear.valences import Valences
from collector.sentiment.linear.weights import Part, Weight, Weights
from collector.text.cleaning import clean
from collector.text.language import language_of
from shared.models import Language
from shared.text.form import MARKDOWN, Form
from shared.text.own_words import is_sarcastic


class Moods(NamedTuple):
    """The calibrated probabilities of the three labels, and VADER's compound."""

    positive: float
    negative: float
    neutral: float
    compound: float


# Maximum compound of a neutral text, in four digits.
NEUTRAL_TO = POSITIVE_FROM - 0.0001
DIGITS = 4


def linear_scorer(weights: Weights) -> Scorer:
    """Load the model, and return the function that scores a text in Markdown."""
    read = linear_model(weights)

    def score(text: str, form: Form = MARKDOWN, /) -> Score:
        words = clean(text, form)
        if not words:
            return NO_WORDS
        moods = read(words)
        if moods.positive > moods.negative and is_sarcastic(text, form):
            # Sarcastic praise is blame; sarcastic blame isn't praise.
            moods = Moods(moods.negative, moods.positive, moods.neutral, -moods.compound)
        return score_of(moods, language_of(words))

    return score


def score_of(moods: Moods, language: Language) -> Score:
    """Return the most probable label, and a compound score within the label's range.

    The mood is the mean of what the model expects (positive less negative) and VADER's compound.
    Positive is 0.05 and 0.95 times the mood, negative likewise, neutral 0.0499 times the mood; a
    mood that has the other sign than the label counts as 0.
    """
    # Rounded first, so that the label agrees with the stored probabilities.
    positive, negative = round(moods.positive, DIGITS), round(moods.negative, DIGITS)
    neutral, compound = round(1 - positive - negative, DIGITS), moods.compound
    mood = (positive - negative + compound) / 2
    if neutral >= positive and neutral >= negative:
        return Score(
            "neutral", round(NEUTRAL_TO * mood, DIGITS), positive, negative, neutral, language
        )
    if positive > negative:
        strength = round(POSITIVE_FROM + (1 - POSITIVE_FROM) * max(mood, 0.0), DIGITS)
        return Score("positive", strength, positive, negative, neutral, language)
    strength = round(NEGATIVE_FROM + (1 + NEGATIVE_FROM) * min(mood, 0.0), DIGITS)
    return Score("negative", strength, positive, negative, neutral, language)


def load_plain_reader() -> Callable[[str, Sequence[str]], str]:
    """Return a function that replaces ratings, and terms of the field, by plain words."""
    with TERMS.open(encoding="utf-8") as lines:
        read_plainly = plain_reader(read_terms(lines))
    return lambda text, words: read_plainly(read_ratings(text), words)


def linear_model(weights: Weights) -> Callable[[str], Moods]:
    """Load the model's data, and return the function that scores cleaned text."""
    valences = Valences()
    read_plainly = load_plain_reader()
    table, step, field_step = weights.table, weights.step, weights.field_step
    in_general, in_field = _adder(weights.general), _adder(weights.field)

    def read(text: str) -> Moods:
        words = tokens(text)
        plain = read_plainly(text, words)
        if plain is not text:
            text, words = plain, tokens(plain)
        distinct = set(words)
        kin = [prefix(word) for word in distinct if word not in table.rows]
        total = table.total(chain(distinct | set(pairs(words)), filter(None, kin)))
        length = weight_of_length(len(distinct))
        scale = step * length
        named = valences.named_emojis(text)
        found = numbers(valences.of(named), named)
        up, down = in_general(total.positive * scale, total.negative * scale, found)
        to_up, to_down = in_field(total.field_positive * scale, total.field_negative * scale, found)
        share = 1 / (1 + math.exp(-(weights.field_bias + total.field * field_step * length)))
        moods = softmax(up + share * (to_up - up), down + share * (to_down - down))
        return Moods(*moods, found[0] if found else 0.0)

    return read


def _adder(part: Part) -> Callable[[float, float, Sequence[float] | None], Weight]:
    """Return a function that adds to the weights of words what the part gives beside them."""
    ups, downs = zip(*part.numbers, strict=True)
    bias, none = part.bias, part.no_valence

    def add(up: float, down: float, found: Sequence[float] | None) -> Weight:
        if found is None:
            return Weight(bias.positive + up + none.positive, bias.negative + down + none.negative)
        return Weight(
            bias.positive + up + sum(map(mul, ups, found)),
            bias.negative + down + sum(map(mul, downs, found)),
        )

    return add


def softmax(up: float, down: float) -> tuple[float, float, float]:
    """Return the probabilities of positive, negative and neutral, whose own logit is 0."""
    top = max(up, down, 0.0)
    positive, negative, neutral = math.exp(up - top), math.exp(down - top), math.exp(-top)
    total = positive + negative + neutral
    return positive / total, negative / total, neutral / total
