"""The endpoints of questions in words. Routes, OpenAPI and tests read these rows."""

from api.endpoint import Endpoint
from api.schema.ask import AskAnswer, AskBody, QuestionPath
from api.schema.earlier_ask import EarlierAnswer, EarlierQuestion

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
    Endpoint(
        "ask_model",
        "/ask/model",
        "Have a language model answer a question; its answer is read at Location",
        AskAnswer,
        method="POST",
        status=202,
        problems=(401, 404, 415, 422, 429),
        is_kept=False,
        body=AskBody,
    ),
    Endpoint(
        "ask_answer",
        "/ask/{id}",
        "The answer of the model to a question, or its steps so far; kept for 30 days",
        AskAnswer,
        QuestionPath,
        problems=(404, 422),
    ),
    Endpoint(
        "ai_query",
        "/ai/query",
        "Answer a question in words, as clients of the earlier system ask it",
        EarlierAnswer,
        method="POST",
        problems=(400, 415, 422, 429),
        is_kept=False,
        body=EarlierQuestion,
    ),
)
