"""The MCP server of a request: what it says of itself, its tools, and their errors."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from api.errors import RequestError
from api.http.problems import fault_of
from api.mcp.budget import JsonObject, as_text
from api.mcp.prompts import PROMPTS, Prompt, prompt_named
from api.mcp.reader import Reader
from api.mcp.registry import TOOLS
from api.mcp.resources import TEMPLATES, Listed, listed, read_resource
from api.mcp.tool import Tool
from api.mcp.untrusted import WARNING, cleaned
from shared import __version__
from shared.errors import QueueUnavailable, SettingsError, StoreError
from shared.logs import event, repeated_event
from shared.models import Subject

T = TypeVar("T")

log = logging.getLogger(__name__)

NAME: Final = "undertone"
# What the server is changes with a deployment alone.
LISTED: Final = CacheHint(ttl_ms=300_000, scope="public")
MAX_ERROR_CHARS: Final = 2_000
INSTRUCTIONS: Final = (
    "Undertone collects what people write about products in public communities and scores its"
    " sentiment. A scope is all, a community, or subject:ID for a product of the watchlist. Begin"
    " with list_subjects where you don't know the ids; explain_change says why a mood or a volume"
    " moved. Give each figure with its number of items, its interval and its span, and each claim"
    " with the permalink of an item. Say so where `sample` says that the data is invented, where"
    " `few` is true, or where coverage is below 1."
    f" {WARNING}"
)


@dataclass(frozen=True)
class Caller:
    """A request: how its reads are made, and the address of the app in answers to it."""

    reader: Callable[[], Awaitable[Reader]]
    base: str


def server_for(caller: Caller) -> Server[dict[str, Any]]:
    """Return a server for one request; it keeps nothing for the next one."""

    async def list_tools(_: object, params: object) -> types.ListToolsResult:
        del params
        return types.ListToolsResult(tools=listed_tools())

    async def call_tool(
        _: ServerRequestContext[dict[str, Any]], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            name = cleaned(params.name, 100)
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {name}: tools/list has them.")
        return await _called(caller, tool, params.arguments or {})

    async def list_resources(_: object, params: object) -> types.ListResourcesResult:
        del params
        found = await _answered(_subjects(caller))
        return types.ListResourcesResult(resources=[_resource(each) for each in listed(found)])

    async def list_templates(_: object, params: object) -> types.ListResourceTemplatesResult:
        del params
        return types.ListResourceTemplatesResult(resource_templates=[*map(_template, TEMPLATES)])

    async def read(_: object, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        found = await _answered(read_resource(caller.reader, params.uri, caller.base))
        text = types.TextResourceContents(
            uri=params.uri, mime_type=found.mime_type, text=found.text
        )
        return types.ReadResourceResult(contents=[text])

    async def list_prompts(_: object, params: object) -> types.ListPromptsResult:
        del params
        return types.ListPromptsResult(prompts=[*map(_prompt, PROMPTS.values())])

    async def get_prompt(_: object, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        found = await _answered(_prompted(params.name, params.arguments or {}))
        message = types.PromptMessage(role="user", content=types.TextContent(text=found))
        return types.GetPromptResult(
            description=PROMPTS[params.name].description, messages=[message]
        )

    server = Server(
        NAME,
        version=__version__,
        title="Undertone",
        instructions=INSTRUCTIONS,
        cache_hints={
            "tools/list": LISTED,
            "prompts/list": LISTED,
            "resources/templates/list": LISTED,
        },
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    # Requests have spans of their own, without what clients send.
    server.middleware.clear()
    return server


@cache
def listed_tools() -> list[types.Tool]:
    """Return the tools as clients list them; their schemas are made once."""
    return [_described(each) for each in TOOLS.values()]


def _described(tool: Tool[Any]) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=f"{tool.description} {WARNING}",
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            # What it returns was written by anybody.
            open_world_hint=True,
        ),
    )


def _resource(each: Listed) -> types.Resource:
    return types.Resource(
        uri=each.uri,
        name=each.name,
        title=each.title,
        description=each.description,
        mime_type=each.mime_type,
    )


def _template(each: Listed) -> types.ResourceTemplate:
    return types.ResourceTemplate(
        uri_template=each.uri,
        name=each.name,
        title=each.title,
        description=each.description,
        mime_type=each.mime_type,
    )


def _prompt(each: Prompt) -> types.Prompt:
    return types.Prompt(
        name=each.name,
        title=each.title,
        description=each.description,
        arguments=[
            types.PromptArgument(name=one.name, description=one.description, required=one.required)
            for one in each.arguments
        ],
    )


async def _prompted(name: str, given: dict[str, str]) -> str:
    return prompt_named(name).text(given)


async def _subjects(caller: Caller) -> list[Subject]:
    return (await (await caller.reader()).deps.read_watchlist())["subjects"]


async def _answered(found: Awaitable[T]) -> T:
    """Return what is found; its errors become those of the protocol. Raises MCPError."""
    try:
        return await found
    except RequestError as error:
        raise MCPError(types.INVALID_PARAMS, cleaned(str(error), MAX_ERROR_CHARS)) from None
    except (StoreError, QueueUnavailable, SettingsError) as error:
        repeated_event(log, "resource.failed", logging.ERROR, reason=str(error))
        raise MCPError(types.INTERNAL_ERROR, _explained(error)) from None


async def _called(caller: Caller, tool: Tool[Any], given: dict[str, Any]) -> types.CallToolResult:
    """Call a tool. Errors are results that a model can act on, without internal details."""
    try:
        answer = await tool.call(await caller.reader(), given, caller.base)
    except RequestError as error:
        wait = f" Retry in {error.retry_seconds} seconds." if error.retry_seconds else ""
        return _failed(f"{error}{wait}")
    except (StoreError, QueueUnavailable, SettingsError) as error:
        repeated_event(log, "tool.failed", logging.ERROR, tool=tool.name, reason=str(error))
        return _failed(_explained(error))
    except Exception as error:
        log.exception("tool.failed tool=%s", tool.name)
        return _failed(_explained(error))
    event(log, "tool.called", tool=tool.name, omitted=len(_omitted(answer)))
    return types.CallToolResult(
        content=[types.TextContent(text=as_text(answer))], structured_content=answer
    )


def _omitted(answer: JsonObject) -> list[Any]:
    found = answer["omitted"]
    return found if isinstance(found, list) else []


def _explained(error: Exception) -> str:
    fault = fault_of(error)
    wait = f" Retry in {fault.retry_seconds} seconds." if fault.retry_seconds else ""
    return f"{fault.detail}{wait}"


def _failed(reason: str) -> types.CallToolResult:
    text = cleaned(reason, MAX_ERROR_CHARS)
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
