"""The kinds of talk, from the logits of a text's passages."""

import math

import pytest

from bench.kinds.labels import kinds_of as checked
from collector.sentiment.base import NO_WORDS
from collector.sentiment.encoder.kinds import Bounds, kinds_of
from collector.sentiment.encoder.pieces import Passage
from collector.sentiment.encoder.runtime import Found
from collector.sentiment.encoder.scorer import Reader
from shared.kinds import PREDICTED, TALK, Talk

BOUNDS: Bounds = {**dict.fromkeys(PREDICTED, 0.5), "price": 0.3}


def logits(**probabilities: float) -> list[float]:
    """Return the logits of these probabilities; other kinds are at 0.05."""
    found = [probabilities.get(kind, 0.05) for kind in PREDICTED]
    return [math.log(each / (1 - each)) for each in found]


@pytest.mark.parametrize(
    ("passages", "kinds"),
    [
        ([logits()], ["other"]),
        ([logits(problem=0.6)], ["problem"]),
        ([logits(problem=0.4)], ["other"]),
        ([logits(price=0.31, question=0.9)], ["question", "price"]),
        ([logits(outage=0.8)], ["problem", "outage"]),
        ([logits(praise=0.7), logits(switch=0.7)], ["praise", "switch"]),
    ],
)
def test_a_kind_holds_from_its_bound_in_any_passage(
    passages: list[list[float]], kinds: list[Talk]
) -> None:
    found = kinds_of(passages, BOUNDS)
    assert list(found) == kinds
    assert checked(found) == set(found)


@pytest.mark.parametrize(
    ("words", "probability", "kinds"),
    [
        ("Netlify is down again", 0.2, ["problem", "outage"]),
        ("Netlify is down again", 0.01, ["other"]),
        ("Netlify went well again", 0.2, ["other"]),
        ("", 0.2, ["other"]),
    ],
)
def test_plain_words_lower_the_bound_of_a_kind(
    words: str, probability: float, kinds: list[Talk]
) -> None:
    found = kinds_of([logits(outage=probability)], BOUNDS, words)
    assert list(found) == kinds
    assert checked(found) == set(found)


def test_there_is_a_logit_for_each_kind_but_other() -> None:
    assert [*PREDICTED, "other"] == list(TALK)
    with pytest.raises(ValueError, match="zip"):
        kinds_of([[0.0]], BOUNDS)


class _FindsProblems:
    """Finds problems in texts, as a graph with kinds does; targets have none."""

    def read(self, passages: list[Passage]) -> list[Found]:
        kinds = tuple(logits(problem=0.9))
        return [Found((0.0, 1.0, 0.0), (), None if each.place else kinds) for each in passages]


def test_english_texts_have_kinds_and_targets_none() -> None:
    reader = Reader(_FindsProblems(), 0.0, BOUNDS)  # type: ignore[arg-type]
    text = "The build is broken again since this morning"
    french = "Je trouve que c'est vraiment très bien et je le recommande à tous mes amis"
    found = reader.scores([Passage(text), Passage(text, (4, 9)), Passage(french), Passage("")])
    assert [each.kinds for each in found] == [("problem",), None, None, None]
    assert reader.of_text("Show HN: a clock").kinds == ("problem", "showcase")
    assert found[3] == NO_WORDS
    assert Reader(_FindsProblems(), 0.0).of_text(text).kinds is None  # type: ignore[arg-type]
