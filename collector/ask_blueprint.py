"""The queue functions of questions to a model: function_app hands them the reads of the API."""

import typing

import azure.functions as func

from shared.questions.answering import AnswerQuestion
from shared.questions.queue import QUEUE
from shared.settings import settings
from shared.telemetry import invocation


def question_functions(answerer: typing.Callable[[], AnswerQuestion]) -> func.Blueprint:
    """Return the functions of questions; answerer returns what answers them, when one runs."""
    blueprint = func.Blueprint()

    @blueprint.queue_trigger(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
    def answer_questions(message: func.QueueMessage, context: func.Context) -> None:
        """Have the model answer a question."""
        from collector.question_jobs import answer_on_message  # noqa: PLC0415

        with invocation("answer_questions", "pubsub", context):
            answer_on_message(settings(), message.get_body(), message.id or "", answer=answerer())

    @blueprint.queue_trigger(
        arg_name="message", queue_name=f"{QUEUE}-poison", connection="AzureWebJobsStorage"
    )
    def fail_questions(message: func.QueueMessage, context: func.Context) -> None:
        """Mark a question as failed that no attempt could answer."""
        from collector.question_jobs import fail_on_message  # noqa: PLC0415

        with invocation("fail_questions", "pubsub", context):
            fail_on_message(settings(), message.get_body())

    del answer_questions, fail_questions
    return blueprint
