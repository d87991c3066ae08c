"""The client of chat completions, against a server that answers and fails as real ones do."""

import json
import logging
import time
from typing import Any, Self

import aiohttp
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.errors import SettingsError
from shared.llm.chat import (
    SCOPE,
    ChatBusy,
    ChatError,
    ChatJunk,
    ChatRefused,
    ChatRejected,
    ChatTimeout,
    HttpChat,
    Message,
    ToolCall,
    ToolSchema,
    Usage,
    chat_of,
    entra_headers,
    estimated_tokens,
    key_headers,
    limit_field,
)
from shared.settings import load_settings
from tests.fixtures import model_server as stand_in
from tests.fixtures.model_server import Answer, ModelServer, Says, model_server

ASKED = [Message("system", "You answer."), Message("user", "SECRET WORDS?")]
AZURE = "https://ours.openai.azure.com/openai/v1"


async def ask(server: ModelServer, **options: Any):
    async with chat_of(load_settings(server.environ)) as chat:
        return await chat.complete(ASKED, max_tokens=50, **{"seconds": 5.0, **options})


async def failure(answer: Answer, *, seconds: float = 5.0) -> ChatError:
    async with model_server([answer]) as server:
        with pytest.raises(ChatError) as caught:
            await ask(server, seconds=seconds)
        assert len(server.requests) == 1, "a request isn't repeated"
    return caught.value


async def test_a_reply_has_its_text_and_the_tokens_that_the_server_counted() -> None:
    async with model_server([Says("Fine.", usage=(31, 4))]) as server:
        reply = await ask(server)
    assert (reply.text, reply.calls, reply.is_cut) == ("Fine.", (), False)
    assert reply.usage == Usage(31, 4)
    assert server.requests == [
        {
            "model": "stand-in",
            "messages": [
                {"role": "system", "content": "You answer."},
                {"role": "user", "content": "SECRET WORDS?"},
            ],
            "max_tokens": 50,
        }
    ]
    assert server.headers[0]["Authorization"] == f"Bearer {stand_in.KEY}"


async def test_calls_of_tools_come_as_raw_text_and_go_back_with_their_answers() -> None:
    tool = ToolSchema("look", "Looks.", {"type": "object", "properties": {}})
    script = [Says(calls=[("look", "{not json"), ("look", "{}")]), Says("Done.")]
    async with model_server(script) as server:
        asking = load_settings(server.environ)
        async with chat_of(asking) as chat:
            first = await chat.complete(ASKED, [tool], max_tokens=50, seconds=5)
            assert first.calls == (
                ToolCall("call_0", "look", "{not json"),
                ToolCall("call_1", "look", "{}"),
            )
            told = [
                *ASKED,
                Message("assistant", first.text, first.calls),
                Message("tool", "nothing", call_id="call_0"),
                Message("tool", "7", call_id="call_1"),
            ]
            assert (await chat.complete(told, [tool], max_tokens=50, seconds=5)).text == "Done."
    assert server.requests[0]["tools"][0]["function"]["name"] == "look"
    *_, said, answered, _ = server.requests[1]["messages"]
    assert said["tool_calls"][0]["function"] == {"name": "look", "arguments": "{not json"}
    assert answered == {"role": "tool", "content": "nothing", "tool_call_id": "call_0"}


async def test_a_schema_is_asked_for_strictly_and_a_cut_reply_says_so() -> None:
    async with model_server([Says('{"a": 1', finish_reason="length")]) as server:
        assert (await ask(server, schema={"type": "object"})).is_cut
    wanted = server.requests[0]["response_format"]
    assert wanted["json_schema"] == {"name": "answer", "strict": True, "schema": {"type": "object"}}


@pytest.mark.parametrize("usage", [None, (-1, 5)])
async def test_tokens_are_estimated_where_the_server_counts_none(usage) -> None:
    async with model_server([Says("word " * 30, usage=usage)]) as server:
        reply = await ask(server)
    assert reply.usage.prompt == estimated_tokens(ASKED)
    assert 30 <= reply.usage.completion <= 70


async def test_a_late_answer_and_a_cut_connection_may_have_cost_tokens() -> None:
    late = await failure(stand_in.LATE, seconds=0.2)
    assert isinstance(late, ChatTimeout)
    cut = await failure(stand_in.CUT)
    assert isinstance(cut, ChatBusy)
    assert late.is_charged
    assert cut.is_charged


async def test_a_busy_server_says_when_to_ask_again() -> None:
    busy, broken = await failure(stand_in.BUSY), await failure(stand_in.BROKEN)
    assert isinstance(busy, ChatBusy)
    assert isinstance(broken, ChatBusy)
    assert (busy.retry_after, broken.retry_after) == (7.0, None)
    assert not busy.is_charged


async def test_a_server_that_isn_t_there_costs_nothing() -> None:
    async with model_server() as server:
        gone = server.environ
    async with chat_of(load_settings(gone)) as chat:
        with pytest.raises(ChatBusy, match="the connection failed") as caught:
            await chat.complete(ASKED, max_tokens=5, seconds=5)
    assert not caught.value.is_charged


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (stand_in.UNAUTHORIZED, "ASK_KEY"),
        (stand_in.FORBIDDEN, "Cognitive Services OpenAI User"),
        (stand_in.UNKNOWN, "ASK_MODEL"),
        (stand_in.ELSEWHERE, "redirect"),
    ],
)
async def test_a_refusal_names_what_to_set(answer: Answer, word: str) -> None:
    error = await failure(answer)
    assert isinstance(error, ChatRefused)
    assert word in str(error)
    assert not error.is_charged


async def test_a_refused_text_is_no_refused_key() -> None:
    error = await failure(stand_in.FILTERED)
    assert isinstance(error, ChatRejected)
    assert str(error).endswith("400 (content_filter)")


@pytest.mark.parametrize(
    "answer",
    [
        stand_in.JUNK,
        stand_in.HUGE,
        stand_in.PAGE,
        stand_in.Fault(body=b'{"choices": []}'),
        stand_in.Fault(body=json.dumps({"choices": [{"message": {"content": 7}}]}).encode()),
    ],
    ids=["junk", "huge", "page", "no choice", "a number"],
)
async def test_what_is_no_completion_is_refused(answer: Answer) -> None:
    assert isinstance(await failure(answer), ChatJunk)


@pytest.mark.parametrize(
    "answer", [stand_in.BUSY, stand_in.UNAUTHORIZED, stand_in.FILTERED, stand_in.JUNK]
)
async def test_no_key_and_no_text_is_in_an_error_or_a_log(answer, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    error = await failure(answer)
    for shown in (str(error), caplog.text):
        assert "SECRET" not in shown
        assert "hunter2" not in shown
        assert stand_in.KEY not in shown


async def test_azure_takes_the_key_in_its_own_header_and_its_own_limit() -> None:
    assert await key_headers(AZURE, "k")() == {"api-key": "k"}
    other = "https://models.example.org/v1"
    assert await key_headers(other, "k")() == {"Authorization": "Bearer k"}
    assert await key_headers("http://127.0.0.1/v1", None)() == {}
    assert limit_field(AZURE) == limit_field("https://api.openai.com/v1") == "max_completion_tokens"
    assert limit_field(other) == "max_tokens"


class Identity:
    """A credential of Entra ID that gives a token, or fails."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        self.scopes: tuple[str, ...] = ()

    async def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        self.scopes = scopes
        if self.token is None:
            raise ClientAuthenticationError("no identity on this machine: hunter2")
        return AccessToken(self.token, int(time.time()) + 3600)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        pass

    async def close(self) -> None:
        pass


async def test_with_entra_id_a_token_is_the_bearer() -> None:
    identity = Identity(stand_in.KEY)
    async with model_server([Says("Fine.")]) as server, aiohttp.ClientSession() as session:
        chat = HttpChat(session, server.url, "small", entra_headers(identity))
        assert (await chat.complete(ASKED, max_tokens=5, seconds=5)).text == "Fine."
    assert identity.scopes == (SCOPE,)


async def test_an_app_without_an_identity_hears_of_the_role() -> None:
    settings = load_settings({"ASK_ENDPOINT": AZURE, "ASK_MODEL": "small"})
    async with chat_of(settings, credential=lambda: Identity(None)) as chat:
        with pytest.raises(ChatRefused, match="Cognitive Services OpenAI User") as caught:
            await chat.complete(ASKED, max_tokens=5, seconds=5)
    assert "hunter2" not in str(caught.value)


async def test_without_a_model_there_is_nothing_to_ask() -> None:
    with pytest.raises(SettingsError, match="ASK_ENDPOINT"):
        async with chat_of(load_settings({})):
            pass
