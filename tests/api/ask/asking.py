"""Questions as clients ask them."""

import json
from typing import Any

from tests.api.world import ask


async def asked(question: str, at: str | None = None) -> Any:
    """Return the answer to a question, which is 200."""
    body = {"question": question} | ({"at": at} if at else {})
    answer = await ask("POST", "/api/v1/ask", body=json.dumps(body).encode())
    assert answer.status_code == 200, answer.get_body()
    return json.loads(answer.get_body())


def text_of(answer: Any) -> str:
    """Return the sentences of an answer."""
    return " ".join(each["text"] for each in answer["answer"])
