"""Questions to the model: each is written down, and its id goes to the queue."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import azure.functions as func

from api.deps import Deps
from api.errors import BadParameters, NoModel, TokensUsedUp
from api.reads.questions import question_answer
from api.schema.ask import AskAnswer, AskBody
from api.schema.problems import BadParameter
from shared.errors import QueueUnavailable, StoreError
from shared.llm.budget import Budget
from shared.llm.chat import is_configured
from shared.on_demand import ReportsLoss
from shared.questions.queue import message_of
from shared.questions.states import KIND, new_question
from shared.store import QUESTIONS
from shared.times import EARLIEST, iso

DAY = timedelta(days=1)


async def ask_model(deps: Deps, body: AskBody, own: str) -> AskAnswer:
    """Store a question, with an id that can't be guessed, and return it as it waits.

    Raises NoModel, TokensUsedUp, BadParameters and StoreError.
    """
    if not is_configured(deps.settings):
        raise NoModel
    text = " ".join(body.question.split())
    if not text:
        raise BadParameters(
            [
                BadParameter(
                    parameter="/question", detail="it has no words", takes="the question, in words"
                )
            ]
        )
    store, now = await deps.store(), deps.clock()
    at = _time_of(body, now)
    limit = deps.settings.ask_daily_tokens
    if await Budget(store, "questions", limit, deps.clock).spent() >= limit:
        next_day = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        raise TokensUsedUp(int((next_day - now).total_seconds()) + 1)
    question = new_question(own, text, at, now)
    await store.create(QUESTIONS, question)
    return question_answer(question, deps.settings.origin, iso(now))


def _time_of(body: AskBody, now: datetime) -> str:
    """Return the time from which words count. Raises BadParameters where it can't be one."""
    if body.at is None or iso(EARLIEST) <= body.at <= iso(now):
        return body.at or iso(now)
    takes = f"a time from {iso(EARLIEST)} to now, {iso(now)}"
    detail = f"{body.at} is yet to come" if body.at > iso(now) else f"{body.at} is too early"
    raise BadParameters([BadParameter(parameter="/at", detail=detail, takes=takes)])


async def send(deps: Deps, output: func.Out[str], asked: AskAnswer) -> None:
    """Put a question on the queue, or take it back if that fails. Raises QueueUnavailable."""
    own = str(asked.id)
    undo = partial(_take_back, deps, own)
    if isinstance(output, ReportsLoss):
        output.if_lost(undo)
    try:
        output.set(message_of(own))
    except Exception as error:
        await undo()
        raise QueueUnavailable(f"the message can't be put on the queue: {error}") from error


async def _take_back(deps: Deps, own: str) -> None:
    # Without a message it says after some time that no worker has ended it.
    with suppress(StoreError):
        await (await deps.store()).delete(QUESTIONS, [(KIND, own)])
