"""The MCP server of a request: what it says of itself, its tools, and their errors."""

import logging
from collections.abc import Awaitable, Callable, Mapping
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
from api.mcp.budget import JsonObject, as_text, chars_of
from api.mcp.changes import CHANGE_TOOLS, Changes, ChangeTool
from api.mcp.prompts import PROMPTS, Prompt, prompt_named
from api.mcp.reader import Reader
from api.mcp.registry import TOOLS
from api.mcp.resources import TEMPLATES, Listed, listed, read_resource
from api.mcp.tool import Tool
from api.mcp.untrusted import SHORT_WARNING, WARNING, cleaned
from shared import __version__
from shared.errors import CycleRunning, QueueUnavailable, SettingsError, StoreError
from shared.logs import event, repeated_event
from shared.models import Subject

T = TypeVar("T")

log = logging.getLogger(__name__)

NAME: Final = "undertone"
# What the server is changes with a deployment alone.
LISTED: Final = CacheHint(ttl_ms=300_000, scope="public")
MAX_ERROR_CHARS: Final = 2_000
MAX_NAME_CHARS: Final = 100
INSTRUCTIONS: Final = (
    "Undertone collects what people write about products in public communities and scores its"
    " sentiment. A scope is all, a community, or subject:ID for a product of the watchlist. Begin"
    " with list_subjects where you don't know the ids; explain_change says why a mood or a volume"
    " moved. Give each figure with its number of items, its interval and its span, and each claim"
    " with the permalink of an item. Say so where `sample` says that the data is invented, and"
    " where `few` is true: under 30 items. no_clear_change means that chance explains a difference."
    " `coverage` is the part of a span that was observed: what is missing is unknown, not zero."
    " `data` of an answer is what the API answers at `request`, less courses and names of authors;"
    " `omitted` lists where it ends early, and `go_on` says how to get the rest. Schemas of answers"
    " describe the first levels; /api/v1/openapi.json describes all of them."
    f" {WARNING}"
)


@dataclass(frozen=True)
class Caller:
    """A request: how its reads are made, and the address of the app in answers to it.

    changes is how a caller with a key changes something; None for others.
    """

    reader: Callable[[], Awaitable[Reader]]
    base: str
    changes: Changes | None = None


def server_for(caller: Caller) -> Server[dict[str, Any]]:
    """Return a server for one request; it keeps nothing for the next one."""

    async def list_tools(_: object, params: object) -> types.ListToolsResult:
        del params
        return types.ListToolsResult(tools=listed_tools(with_changes=caller.changes is not None))

    async def call_tool(
        _: ServerRequestContext[dict[str, Any]], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await _called(params.name, _call_of(caller, params.name, params.arguments or {}))

    async def list_resources(_: object, params: object) -> types.ListResourcesResult:
        del params
        found = await _answered(_subjects(caller))
        return types.ListResourcesResult(resources=[_resource(each) for each in listed(found)])

    async def list_templates(_: object, params: object) -> types.ListResourceTemplatesResult:
        del params
        return types.ListResourceTemplatesResult(resource_templates=[*map(_template, TEMPLATES)])

    async def read(_: object, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        found = await _answered(
            read_resource(caller.reader, params.uri, caller.base), {"uri": params.uri}
        )
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
        get_tool_input_schema=_input_schemas(with_changes=caller.changes is not None).get,
    )
    # Requests have spans of their own, without what clients send.
    server.middleware.clear()
    return server


@cache
def listed_tools(*, with_changes: bool) -> list[types.Tool]:
    """Return the tools as clients list them; their schemas are made once."""
    changing = CHANGE_TOOLS.values() if with_changes else ()
    return [*map(_described, TOOLS.values()), *map(_described, changing)]


@cache
def _input_schemas(*, with_changes: bool) -> dict[str, dict[str, Any]]:
    """Return the schema of each tool's arguments by its name.

    Without it, the package lists all tools for each call, which takes longer than the call.
    """
    return {each.name: each.input_schema for each in listed_tools(with_changes=with_changes)}


def _described(tool: Tool[Any] | ChangeTool[Any]) -> types.Tool:
    change = tool if isinstance(tool, ChangeTool) else None
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=f"{tool.description} {SHORT_WARNING}",
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=change is None,
            destructive_hint=change is not None and change.is_destructive,
            idempotent_hint=change is None or change.is_idempotent,
            # What it returns was written by anybody.
            open_world_hint=True,
        ),
    )


def _call_of(caller: Caller, name: str, given: dict[str, Any]) -> Awaitable[JsonObject]:
    """Return the call of a tool, to be awaited. Raises MCPError if there is no such tool."""
    if tool := TOOLS.get(name):
        return _read(caller, tool, given)
    if caller.changes is not None and (change := CHANGE_TOOLS.get(name)):
        return change.call(caller.changes, given)
    shown = cleaned(name, MAX_NAME_CHARS)
    raise MCPError(types.INVALID_PARAMS, f"There is no tool {shown}: tools/list has them.")


async def _read(caller: Caller, tool: Tool[Any], given: dict[str, Any]) -> JsonObject:
    return await tool.call(await caller.reader(), given, caller.base)


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


async def _answered(found: Awaitable[T], data: Mapping[str, str] | None = None) -> T:
    """Return what is found; its errors become those of the protocol, with data if it is given.

    Raises MCPError.
    """
    try:
        return await found
    except RequestError as error:
        text = cleaned(str(error), MAX_ERROR_CHARS)
        raise MCPError(types.INVALID_PARAMS, text, data) from None
    except (StoreError, QueueUnavailable, SettingsError) as error:
        repeated_event(log, "resource.failed", logging.ERROR, reason=str(error))
        raise MCPError(types.INTERNAL_ERROR, _explained(error)) from None


async def _called(name: str, call: Awaitable[JsonObject]) -> types.CallToolResult:
    """Call a tool. Errors are results that a model can act on, without internal details."""
    try:
        answer = await call
    except RequestError as error:
        wait = f" Retry in {error.retry_seconds} seconds." if error.retry_seconds else ""
        return _failed(f"{error}{wait}")
    except CycleRunning as error:
        return _failed(f"{error}.")
    except (StoreError, QueueUnavailable, SettingsError) as error:
        repeated_event(log, "tool.failed", logging.ERROR, tool=name, reason=str(error))
        return _failed(_explained(error))
    except Exception as error:
        log.exception("tool.failed tool=%s", name)
        return _failed(_explained(error))
    event(log, "tool.called", tool=name, chars=chars_of(answer))
    return types.CallToolResult(
        content=[types.TextContent(text=as_text(answer))], structured_content=answer
    )


def _explained(error: Exception) -> str:
    fault = fault_of(error)
    wait = f" Retry in {fault.retry_seconds} seconds." if fault.retry_seconds else ""
    return f"{fault.detail}{wait}"


def _failed(reason: str) -> types.CallToolResult:
    text = cleaned(reason, MAX_ERROR_CHARS)
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
