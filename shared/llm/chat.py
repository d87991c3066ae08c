"""A client of chat completions, as OpenAI defined them: one bounded request for each reply.

https://platform.openai.com/docs/api-reference/chat/create
https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle (Azure's v1 API)

The server's address is the operator's setting, so it may be one of an inner network. No redirect is
followed, no proxy of the environment is used and no cookie is kept. Errors name the host, the
status and the settings, never a key or a text. A temperature isn't sent: reasoning models refuse
one.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from shared import __version__
from shared.entra import entra_id
from shared.errors import SettingsError, UndertoneError
from shared.retry_after import retry_after
from shared.setting_values import is_azure_openai
from shared.settings import Settings

if TYPE_CHECKING:
    import aiohttp
    from azure.core.credentials_async import AsyncTokenCredential

SCOPE = "https://cognitiveservices.azure.com/.default"
OPENAI = "api.openai.com"
MAX_BODY_BYTES = 2_000_000
CHUNK = 16_384
MAX_RETRY_AFTER_SECONDS = 86_400.0
# English has about four characters a token, JSON with numbers about three, other scripts fewer.
CHARS_PER_TOKEN = 3
# The fields and marks of a message around its text.
TOKENS_PER_MESSAGE = 8

OK, REDIRECT, BAD_REQUEST, NOT_FOUND = 200, 300, 400, 404
TOO_LARGE, UNPROCESSABLE, SERVER_ERROR = 413, 422, 500
UNAUTHORIZED, FORBIDDEN = 401, 403
# Request timeout, conflict, too early, too many requests.
BUSY = frozenset({408, 409, 425, 429})
REMEDIES = {
    UNAUTHORIZED: "check ASK_KEY; without it, the role of the app's identity",
    FORBIDDEN: "ASK_KEY, or the app's identity, may not use this model; with Entra ID it needs the"
    " role Cognitive Services OpenAI User",
    NOT_FOUND: "check ASK_ENDPOINT and ASK_MODEL",
}
CODE = re.compile(r"[A-Za-z_]{1,60}")

Role = Literal["system", "user", "assistant", "tool"]
JsonSchema = Mapping[str, object]


class ChatError(UndertoneError):
    """A model gave no usable reply. is_charged says whether the server may have counted tokens."""

    def __init__(self, reason: str, *, is_charged: bool = False) -> None:
        super().__init__(reason)
        self.is_charged = is_charged


class ChatTimeout(ChatError):
    """No reply came in time."""


class ChatRefused(ChatError):
    """Every request would be refused until a setting or a role is mended; the reason names it."""


class ChatRejected(ChatError):
    """This request is refused, by its length or its content; another one may be taken."""


class ChatBusy(ChatError):
    """The server can't answer now; retry_after are the seconds (0 to a day) it asks to wait."""

    def __init__(
        self, reason: str, retry_after: float | None = None, *, is_charged: bool = False
    ) -> None:
        super().__init__(reason, is_charged=is_charged)
        self.retry_after = retry_after


class ChatJunk(ChatError):
    """The answer isn't a chat completion, or too large."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, is_charged=True)


@dataclass(frozen=True)
class ToolCall:
    """A call that a model asks for; arguments are raw text, unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """A message of a conversation.

    calls are those of an assistant's message; call_id names the call that a tool's message answers.
    """

    role: Role
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None


@dataclass(frozen=True)
class ToolSchema:
    """A tool that a model may call; parameters are a JSON Schema of an object."""

    name: str
    description: str
    parameters: JsonSchema


@dataclass(frozen=True)
class Usage:
    """Tokens of a request and its reply, estimated from characters where the server says none."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        """Return the tokens of both."""
        return self.prompt + self.completion


@dataclass(frozen=True)
class Reply:
    """The reply of a model: a text, calls of tools, or both. is_cut: it reached max_tokens."""

    text: str
    calls: tuple[ToolCall, ...]
    usage: Usage
    is_cut: bool = False


class Chat(Protocol):
    """A model that answers messages."""

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema] = (),
        *,
        max_tokens: int,
        seconds: float,
        schema: JsonSchema | None = None,
    ) -> Reply:
        """Return the reply to messages, of at most max_tokens, within a number of seconds.

        With a schema the text is asked to be JSON of it: check it all the same, not every server
        holds to it. Raises ChatError.
        """
        ...


Headers = Callable[[], Awaitable[Mapping[str, str]]]
"""Returns the headers that say who asks. Raises ChatRefused."""


def is_configured(settings: Settings) -> bool:
    """Return whether the settings name a model."""
    return settings.ask_endpoint is not None and settings.ask_model is not None


@asynccontextmanager
async def _opened(
    settings: Settings, credential: Callable[[], "AsyncTokenCredential"]
) -> AsyncIterator[Chat]:
    import aiohttp  # noqa: PLC0415 - loaded where a model is asked

    endpoint, model = settings.ask_endpoint, settings.ask_model
    if endpoint is None or model is None:
        raise SettingsError("ASK_ENDPOINT and ASK_MODEL: not set, so there is no model to ask")
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session:
        key = settings.ask_key.get_secret_value() if settings.ask_key else None
        if key is None and is_azure_openai(endpoint):
            async with credential() as identity:
                yield HttpChat(session, endpoint, model, entra_headers(identity))
        else:
            yield HttpChat(session, endpoint, model, key_headers(endpoint, key))


def chat_of(
    settings: Settings, *, credential: Callable[[], "AsyncTokenCredential"] = entra_id
) -> AbstractAsyncContextManager[Chat]:
    """Return a client of the settings' model, for one event loop.

    Without ASK_KEY, Azure OpenAI is asked with Entra ID, and another server without a name or key.
    Raises SettingsError on entry if no model is configured.
    """
    return _opened(settings, credential)


def key_headers(endpoint: str, key: str | None) -> Headers:
    """Return the headers for a key: those of Azure OpenAI, or a bearer's; none without a key."""
    if key is None:
        named = {}
    elif is_azure_openai(endpoint):
        named = {"api-key": key}
    else:
        named = {"Authorization": f"Bearer {key}"}

    async def headers() -> Mapping[str, str]:
        return named

    return headers


def entra_headers(identity: "AsyncTokenCredential") -> Headers:
    """Return the headers with a token of Entra ID, which the credential keeps until it expires."""

    async def headers() -> Mapping[str, str]:
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - loaded where it is used

        try:
            token = (await identity.get_token(SCOPE)).token
        except AzureError as error:
            raise ChatRefused(
                f"Entra ID gives no token for the model ({type(error).__name__}): set ASK_KEY, or"
                " give the app's identity the role Cognitive Services OpenAI User"
            ) from None
        return {"Authorization": f"Bearer {token}"}

    return headers


@dataclass(frozen=True)
class HttpChat:
    """Asks a model over HTTP; endpoint is the address before /chat/completions."""

    session: "aiohttp.ClientSession"
    endpoint: str
    model: str
    headers: Headers

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema] = (),
        *,
        max_tokens: int,
        seconds: float,
        schema: JsonSchema | None = None,
    ) -> Reply:
        """Return the reply, of one request that isn't repeated. Raises ChatError."""
        import aiohttp  # noqa: PLC0415 - loaded where a model is asked

        body = request_body(self.model, messages, tools, schema)
        body[limit_field(self.endpoint)] = max_tokens
        try:
            async with asyncio.timeout(seconds):
                status, headers, answer = await self._sent(json.dumps(body).encode())
        except TimeoutError:
            reason = f"{self._host}: no answer in {seconds:g} seconds"
            raise ChatTimeout(reason, is_charged=True) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            is_charged = not isinstance(error, aiohttp.ClientConnectorError)
            reason = f"{self._host}: the connection failed ({type(error).__name__})"
            raise ChatBusy(reason, is_charged=is_charged) from None
        if status != OK:
            raise refusal_of(self._host, status, headers, answer)
        return reply_of(self._host, headers, answer, messages)

    async def _sent(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Return the status of an answer, its headers in small letters, and its bounded body."""
        async with self.session.post(
            f"{self.endpoint.rstrip('/')}/chat/completions",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": f"undertone/{__version__}",
                **await self.headers(),
            },
            allow_redirects=False,
        ) as response:
            read = bytearray()
            async for chunk in response.content.iter_chunked(CHUNK):
                read += chunk
                if len(read) > MAX_BODY_BYTES:
                    raise ChatJunk(f"{self._host}: an answer of more than {MAX_BODY_BYTES} bytes")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return response.status, headers, bytes(read)

    @property
    def _host(self) -> str:
        return urlsplit(self.endpoint).hostname or ""


def limit_field(endpoint: str) -> str:
    """Return the field that bounds a reply: newer models of OpenAI take only the newer one."""
    is_openai = is_azure_openai(endpoint) or urlsplit(endpoint).hostname == OPENAI
    return "max_completion_tokens" if is_openai else "max_tokens"


def request_body(
    model: str,
    messages: Sequence[Message],
    tools: Sequence[ToolSchema],
    schema: JsonSchema | None,
) -> dict[str, object]:
    """Return the body of a request, without the limit of its reply."""
    body: dict[str, object] = {"model": model, "messages": [_message(each) for each in messages]}
    if tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in tools
        ]
    if schema is not None:
        named = {"name": "answer", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    return body


def estimated_tokens(
    messages: Sequence[Message],
    tools: Sequence[ToolSchema] = (),
    schema: JsonSchema | None = None,
) -> int:
    """Return an estimate of the tokens of a prompt, from its characters."""
    beside = [json.dumps([tool.description, tool.parameters]) for tool in tools]
    beside += [json.dumps(schema)] if schema else []
    calls = [call.name + call.arguments for each in messages for call in each.calls]
    characters = sum(map(len, (*(each.text for each in messages), *calls, *beside)))
    return characters // CHARS_PER_TOKEN + 1 + TOKENS_PER_MESSAGE * len(messages)


def refusal_of(host: str, status: int, headers: Mapping[str, str], body: bytes) -> ChatError:
    """Return the error of a status that isn't 200; of the body it has the server's code alone."""
    reason = f"{host}: it answered {status}{_code_of(body)}"
    if status in BUSY or status >= SERVER_ERROR:
        asked = retry_after(headers.get("retry-after"))
        return ChatBusy(reason, None if asked is None else min(asked, MAX_RETRY_AFTER_SECONDS))
    if status in {BAD_REQUEST, TOO_LARGE, UNPROCESSABLE}:
        return ChatRejected(reason)
    if REDIRECT <= status < BAD_REQUEST:
        return ChatRefused(f"{reason}: a redirect isn't followed; check ASK_ENDPOINT")
    return ChatRefused(f"{reason}: {REMEDIES.get(status, 'check ASK_ENDPOINT')}")


def reply_of(
    host: str, headers: Mapping[str, str], body: bytes, messages: Sequence[Message]
) -> Reply:
    """Return the reply of an answer's body. Raises ChatJunk."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ChatJunk(f"{host}: the answer isn't JSON by its Content-Type")
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        raise ChatJunk(f"{host}: the answer isn't a chat completion") from None
    choice = completion.choices[0]
    text = choice.message.content or ""
    calls = tuple(
        ToolCall(each.id, each.function.name, each.function.arguments)
        for each in choice.message.tool_calls or ()
    )
    return Reply(
        text, calls, _usage_of(completion, messages, text, calls), choice.finish_reason == "length"
    )


Tokens = Annotated[int, Field(ge=0, le=10_000_000)]


class _Function(BaseModel):
    name: str = Field(max_length=200)
    arguments: str = ""


class _Call(BaseModel):
    id: str = Field(max_length=200)
    function: _Function


class _Said(BaseModel):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Tokens(BaseModel):
    prompt_tokens: Tokens
    completion_tokens: Tokens


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: object = None


class _Failure(BaseModel):
    code: str | int | None = None
    type: str | None = None


class _Refusal(BaseModel):
    error: _Failure


def _usage_of(
    completion: _Completion, messages: Sequence[Message], text: str, calls: Sequence[ToolCall]
) -> Usage:
    try:
        given = _Tokens.model_validate(completion.usage)
    except ValidationError:
        answered = Message("assistant", text, tuple(calls))
        return Usage(estimated_tokens(messages), estimated_tokens([answered]))
    return Usage(given.prompt_tokens, given.completion_tokens)


def _code_of(body: bytes) -> str:
    try:
        error = _Refusal.model_validate_json(body).error
    except ValidationError:
        return ""
    for each in (error.code, error.type):
        if isinstance(each, str) and CODE.fullmatch(each):
            return f" ({each})"
    return ""


def _message(message: Message) -> dict[str, object]:
    written: dict[str, object] = {"role": message.role, "content": message.text}
    if message.calls:
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.calls
        ]
    if message.call_id is not None:
        written["tool_call_id"] = message.call_id
    return written
