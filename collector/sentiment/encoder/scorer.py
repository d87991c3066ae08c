"""The encoder as a method: scores of texts, and of what a text says of one thing, in batches."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.sentiment.base import NO_WORDS, Method, Score, Target, Text
from collector.sentiment.encoder.kinds import Bounds, kinds_of
from collector.sentiment.encoder.passages import passage_of, target_passage
from collector.sentiment.encoder.pieces import Passage
from collector.sentiment.linear.scorer import DIGITS, Moods, score_of
from collector.text.language import language_of
from shared.communities import SourceName
from shared.models import Language
from shared.text.form import MARKDOWN, Form

if TYPE_CHECKING:
    from collector.sentiment.encoder.runtime import Encoder, Found


@dataclass(frozen=True)
class Reader:
    """Scores passages. A passage's score doesn't depend on the others.

    bounds are the probabilities from which kinds of talk hold; without them, scores have no kinds.
    """

    encoder: "Encoder"
    unsure_below: float
    bounds: Bounds = field(default_factory=dict)

    def scores(self, passages: Sequence[Passage]) -> list[Score]:
        """Return the score of each passage; NO_WORDS for an empty one."""
        found = iter(self.encoder.read([passage for passage in passages if passage.text]))
        languages = {text: language_of(text) for text in {passage.text for passage in passages}}
        return [
            self._whole(next(found), passage.text, languages) if passage.text else NO_WORDS
            for passage in passages
        ]

    def of_text(self, text: str, form: Form = MARKDOWN, /) -> Score:
        """Return the score of one text."""
        return self.scores([passage_of(text, form)])[0]

    def of_targets(self, targets: Sequence[Target], /) -> list[Score]:
        """Return what the texts say of each target."""
        return self.scores([target_passage(target) for target in targets])

    def _whole(self, found: "Found", text: str, languages: Mapping[str, Language]) -> Score:
        """Return the score with the kinds of talk; it learnt those of English texts alone."""
        language = languages[text]
        score = self._score(found, language)
        if found.kinds is None or not self.bounds or language != "en":
            return score
        return score._replace(kinds=kinds_of([found.kinds], self.bounds, text))

    def _score(self, found: "Found", language: Language) -> Score:
        top = max(found.logits)
        negative, neutral, positive = (math.exp(each - top) for each in found.logits)
        total = negative + neutral + positive
        up, down = positive / total, negative / total
        # The likeliest label's share is 1 / total, as its own exponential is 1.
        if 1 / total < self.unsure_below:
            return _unsure(up, down, language)
        score = score_of(Moods(up, down, neutral / total, up - down), language)
        return score if score.label == "neutral" else score._replace(deciding=found.deciding)


def _unsure(up: float, down: float, language: Language) -> Score:
    """Return a score that takes no side: the label would be a guess."""
    positive, negative = round(up, DIGITS), round(down, DIGITS)
    neutral = round(1 - positive - negative, DIGITS)
    return Score("neutral", 0.0, positive, negative, neutral, language, unsure=True)


@dataclass(frozen=True, kw_only=True)
class EncoderMethod(Method):
    """Scores all texts of a batch together."""

    reader: Reader

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        """Return the score of each text. Those of programs have no words of anybody."""
        return self.reader.scores([self._passage(text) for text in texts])

    def _passage(self, text: Text) -> Passage:
        form = self.forms.get(text.source, MARKDOWN)
        return Passage("") if form.is_bot(text.author) else passage_of(text.markdown, form)


def encoder_method(
    reader: Reader,
    version: str,
    fallback: Callable[[], Method],
    forms: Mapping[SourceName, Form],
) -> EncoderMethod:
    """Return the method."""
    return EncoderMethod(
        "encoder",
        version,
        reader.of_text,
        fallback,
        forms,
        reader.of_targets,
        is_slow=True,
        reader=reader,
    )
