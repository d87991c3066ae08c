"""The queue of questions that a model is to answer, and its message."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed

QUEUE: Final = "model-questions"
ID: Final = r"^[0-9a-f]{32}$"


class QuestionMessage(BaseModel):
    """A message of the queue: answer this question, unless it was answered."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str = Field(description="the id of the question", pattern=ID)


def read_message(body: bytes) -> QuestionMessage:
    """Read a message. Raises BadMessage."""
    return parsed(QuestionMessage, body, "an answer of the model")


def message_of(question: str) -> str:
    """Return the message that has a question answered."""
    return QuestionMessage(question=question).model_dump_json()
