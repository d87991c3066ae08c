"""The configured language model as a method of the benchmark, which asks for what it is given."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from collector.sentiment.base import Method, Score, Target, Text
from collector.sentiment.llm.judge import Judge
from collector.sentiment.llm.method import ModelMethod, model_method, question_of_target
from collector.sentiment.llm.questions import Question
from collector.sentiment.registry import method_named
from collector.sentiment.rescoring import Paused
from shared.llm.budget import Budget, BudgetedChat
from shared.llm.chat import chat_of, is_configured
from shared.settings import Settings
from shared.store import open_store
from shared.text.forms import FORMS
from shared.times import utc_now

# Answers stay here, so that a run that is repeated or went on pays for no text twice.
ANSWERS = Path(".data/bench_llm.db")


@dataclass(frozen=True, kw_only=True)
class AskingMethod(ModelMethod):
    """Asks about all that it is given. What has no answer keeps the first method's score."""

    ask: Callable[[Sequence[Question]], None]

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        """Return the score of each text."""
        questions = [self.of_text(text) for text in texts]
        return self._scores(questions, self.first.score_many(texts))

    def score_many_targets(self, targets: Sequence[Target]) -> list[Score]:
        """Return the score of each target."""
        questions = [question_of_target(target) for target in targets]
        return self._scores(questions, self.first.score_many_targets(targets))

    def _scores(self, questions: Sequence[Question], first: Sequence[Score]) -> list[Score]:
        self.ask([each for each in questions if each.text])
        return [
            self.judged(question, score.language) if question in self.answers else score
            for question, score in zip(questions, first, strict=True)
        ]


def asking_method(settings: Settings, answers: Path = ANSWERS) -> Method:
    """Return the method of the settings' model. Exits if there is none.

    The tokens of a day are bounded as in scoring.
    """
    if not is_configured(settings):
        sys.exit("ASK_ENDPOINT and ASK_MODEL: set both, to measure that model")
    plain = model_method(settings, method_named(settings.default_method, FORMS))

    def ask(questions: Sequence[Question]) -> None:
        try:
            asyncio.run(_ask(settings, answers, plain, questions))
        except Paused as error:
            sys.exit(f"{error.reason}: run this again, it goes on from here")

    return AskingMethod(**vars(plain), ask=ask)


async def _ask(
    settings: Settings, answers: Path, method: ModelMethod, questions: Sequence[Question]
) -> None:
    local = settings.model_copy(update={"cosmos_endpoint": None, "sqlite_path": answers})
    store = await open_store(local, retry_seconds=10)
    try:
        async with chat_of(settings) as chat:
            budget = Budget(store, "scoring", settings.llm_daily_tokens, utc_now)
            judge = Judge(store, BudgetedChat(chat, budget), method, utc_now, SystemRandom())
            await judge.ask(questions)
    finally:
        await store.close()
