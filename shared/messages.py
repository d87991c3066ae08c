"""Messages of queues: how their bodies are read."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import BadMessage

M = TypeVar("M", bound=BaseModel)


def parsed(model: type[M], body: bytes, purpose: str) -> M:
    """Return the message of a body. Raises BadMessage, which says the purpose and each problem."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problems = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
        raise BadMessage(f"this is no request for {purpose}: {problems}") from None
