"""The endpoints of questions in words. Routes, OpenAPI and tests read these rows."""

from api.endpoint import Endpoint
from api.schema.ask import AskAnswer, AskBody

ASK_ENDPOINTS = (
    Endpoint(
        "ask",
        "/ask",
        "Answer a question in words, without a model",
        AskAnswer,
        method="POST",
        problems=(415, 422, 429),
        is_kept=False,
        body=AskBody,
    ),
)
