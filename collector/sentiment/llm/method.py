"""The method whose scores a language model has given: it looks up answers, and asks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from collector.sentiment.base import NO_WORDS, Method, Score, Target, Text
from collector.sentiment.encoder.passages import passage_of, target_passage
from collector.sentiment.encoder.pieces import Passage
from collector.sentiment.llm.questions import (
    COMPOUNDS,
    MAX_CHARS,
    PROMPT_VERSION,
    Grade,
    Question,
    label_of_grade,
)
from collector.sentiment.mentions import targets_of
from collector.sentiment.scoring import text_of
from collector.text.cleaning import VERSION as READING
from shared.corrections.items import uncorrected
from shared.llm.chat import is_configured
from shared.models import Item, Language, Post
from shared.settings import Settings
from shared.stats.cells import method_name
from shared.stats.subjects import OF_THE_TEXT
from shared.text.form import MARKDOWN, Form

NAME = "llm"
NOT_CONFIGURED = "ASK_ENDPOINT and ASK_MODEL aren't set"


@dataclass(frozen=True, kw_only=True)
class ModelMethod(Method):
    """Scores texts by the answers that a model gave. Raises LookupError where there is none.

    The language and the kinds of talk are those of the method that scores first.
    """

    first: Method
    answers: dict[Question, Grade] = field(default_factory=dict)

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        """Return the score of each text. Those of programs have no words of anybody."""
        scores = self.first.score_many(texts)
        return [
            self.judged(self.of_text(text), score.language)._replace(kinds=score.kinds)
            for text, score in zip(texts, scores, strict=True)
        ]

    def questions_of(self, item: Item) -> list[Question]:
        """Return what is to be asked about an item: its text, and what it says of each subject."""
        post = uncorrected(cast("Post", item))  # or a comment: their texts are read alike
        text = text_of(post)
        if text is None or not (whole := self.of_text(text)).text:
            return []
        targets = [each for of_mention in targets_of(post, text, self) for each in of_mention]
        asked = [whole, *(question_of_target(each) for each in targets)]
        return list(dict.fromkeys(each for each in asked if each.text))

    def of_text(self, text: Text) -> Question:
        """Return the question about a text, without words if it has none of anybody."""
        form = self.forms.get(text.source, MARKDOWN)
        is_bot = form.is_bot(text.author)
        return question_of(Passage("") if is_bot else passage_of(text.markdown, form))

    def judged(self, question: Question, language: Language) -> Score:
        """Return the score of a question's answer. Raises LookupError if it has none."""
        if not question.text:
            return NO_WORDS
        if question not in self.answers:
            raise LookupError("a text that the model hasn't judged")
        return score_of_grade(self.answers[question], language)


def version_of(settings: Settings) -> str:
    """Return the method's version: the model, the questions, and the reading of texts."""
    return f"{settings.ask_model}+{PROMPT_VERSION}+{READING}"


def names_of(settings: Settings) -> frozenset[str]:
    """Return the names under which statistics have the scores of the settings' model."""
    if not is_configured(settings):
        return frozenset()
    name = method_name(NAME, version_of(settings))
    return frozenset({name, name + OF_THE_TEXT})


def model_method(settings: Settings, first: Method) -> ModelMethod:
    """Return the method of the settings' model, which knows no answer yet.

    first is the method whose scores items have until then.
    """
    answers: dict[Question, Grade] = {}

    def score(text: str, form: Form = MARKDOWN, /) -> Score:
        plain = first.score(text, form)
        found = method.judged(question_of(passage_of(text, form)), plain.language)
        return found._replace(kinds=plain.kinds)

    def score_targets(targets: Sequence[Target], /) -> list[Score]:
        # A mention keeps no language.
        return [method.judged(question_of_target(each), "en") for each in targets]

    method = ModelMethod(
        NAME,
        version_of(settings),
        score,
        lambda: first,
        first.forms,
        score_targets,
        is_slow=True,
        stands_in_because=None if is_configured(settings) else NOT_CONFIGURED,
        asks_a_model=True,
        first=first,
        answers=answers,
    )
    return method


def question_of(passage: Passage) -> Question:
    """Return the question about a whole passage."""
    return Question(passage.text[:MAX_CHARS])


def question_of_target(target: Target) -> Question:
    """Return the question about a target; about the whole text where it stands behind its end."""
    passage = target_passage(target)
    if passage.place is None or passage.place[1] > MAX_CHARS:
        return question_of(passage)
    start, end = passage.place
    return Question(passage.text[:MAX_CHARS], passage.text[start:end])


def score_of_grade(grade: Grade, language: Language) -> Score:
    """Return the score of a grade. A model gives no probabilities: its label has all of it."""
    label = label_of_grade(grade)
    return Score(
        label,
        COMPOUNDS[grade],
        positive=float(label == "positive"),
        negative=float(label == "negative"),
        neutral=float(label == "neutral"),
        language=language,
        unsure=grade == "unsure",
    )
