"""The queue of evaluations and its message."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed

QUEUE: Final = "alert-evaluations"

After = Literal["collect", "collect_now", "trending", "alerts"]


class EvaluationMessage(BaseModel):
    """A message of the queue: evaluate the rules that are due."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    after: After = Field(description="the function that asks for it")


def read_message(body: bytes) -> EvaluationMessage:
    """Read a message. Raises BadMessage."""
    return parsed(EvaluationMessage, body, "evaluating alert rules")
