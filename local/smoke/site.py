"""A deployment as its users reach it: requests with limits of time and size, errors in one line."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from jsonschema import Draft202012Validator

# The page's largest file has about 600 kB, and no answer of a check has more than a few MB.
MAX_BYTES: Final = 20_000_000
MAX_SHOWN: Final = 300
JSON: Final = "application/json"
OK: Final = 200
Json = dict[str, Any]


class SmokeError(Exception):
    """A check failed; the message says what was asked and what came back."""


@dataclass(frozen=True)
class Answer:
    """An answer with its whole body."""

    asked: str
    status: int
    media_type: str
    body: bytes

    def json(self) -> Any:
        """Return the body of an answer of 200 as JSON. Raises SmokeError."""
        self.must_be(JSON)
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise SmokeError(f"{self.asked} is no JSON: {_shown(self.body)}") from None

    def must_be(self, *media_types: str) -> None:
        """Raise SmokeError unless the answer is 200, of one of these types and not empty."""
        if self.status != OK:
            raise SmokeError(f"{self.asked} answered {self.status}: {_shown(self.body)}")
        if self.media_type not in media_types:
            raise SmokeError(f"{self.asked} is {self.media_type or 'of no type'}")
        if not self.body:
            raise SmokeError(f"{self.asked} is empty")


class Site:
    """A deployment at an address. The key or token goes to this address alone."""

    def __init__(
        self, client: httpx.AsyncClient, address: str, headers: Mapping[str, str], seconds: float
    ) -> None:
        self._client = client
        self._address = address.rstrip("/")
        self._headers = dict(headers)
        self._seconds = seconds
        self._document: Json | None = None

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET, whatever its status. Raises SmokeError if there is none."""
        return await self._answer("GET", path, query=query)

    async def post(self, path: str, body: Json, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a POST of JSON. Raises SmokeError if there is none."""
        return await self._answer("POST", path, body=body, headers=headers)

    async def document(self) -> Json:
        """Return the OpenAPI document that the deployment serves. Raises SmokeError."""
        if self._document is None:
            found = (await self.get("/api/v1/openapi.json")).json()
            if not isinstance(found, dict) or not isinstance(found.get("paths"), dict):
                raise SmokeError("GET /api/v1/openapi.json has no paths")
            self._document = found
        return self._document

    async def described(self, answer: Answer, method: str, path: str) -> Any:
        """Return the JSON of an answer that the OpenAPI document allows. Raises SmokeError."""
        found = answer.json()
        document = await self.document()
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            raise SmokeError(f"the OpenAPI document has no {method} {path}")
        content = operation["responses"]["200"]["content"][JSON]
        schema = {**content["schema"], "components": document.get("components", {})}
        for error in Draft202012Validator(schema).iter_errors(found):
            where = "/".join(map(str, error.absolute_path)) or "the answer"
            raise SmokeError(f"{answer.asked}: {where}: {_shown(error.message.encode())}")
        return found

    async def _answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        asked = f"{method} {path}"
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream(
                    method,
                    self._address + path,
                    params=query,
                    json=body,
                    headers={**self._headers, "accept": f"{JSON}, */*;q=0.5", **(headers or {})},
                ) as answer,
            ):
                content = await _limited(answer, asked)
        except TimeoutError:
            raise SmokeError(f"{asked} had no whole answer within {self._seconds:g} s") from None
        except httpx.HTTPError as error:
            raise SmokeError(f"{asked}: {error or type(error).__name__}") from None
        if answer.is_redirect:
            place = urlsplit(answer.headers.get("location", ""))
            shown = f"{place.scheme}://{place.netloc}" if place.netloc else "this address, "
            raise SmokeError(
                f"{asked} answered {answer.status_code} and leads to {shown}{place.path}: is that"
                " the address, or does it ask for a sign-in?"
            )
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(asked, answer.status_code, media_type, content)


async def _limited(answer: httpx.Response, asked: str) -> bytes:
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > MAX_BYTES:
            raise SmokeError(f"{asked} has over {MAX_BYTES // 1_000_000} MB")
    return bytes(content)


def _shown(body: bytes) -> str:
    """Return the beginning of a body, in one line."""
    text = " ".join(body[: 4 * MAX_SHOWN].decode(errors="replace").split())
    return (text[:MAX_SHOWN] + "…" if len(text) > MAX_SHOWN else text) or "nothing"
