"""Tools that change something, for callers with a key: a collection, a new subject, a silence."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import azure.functions as func
from pydantic import BaseModel, ConfigDict, Field

from api.actions.collect import ask_for_collection, send
from api.actions.incidents import snooze
from api.actions.watchlist import put_subject, send_rematch
from api.deps import Deps
from api.errors import BadParameters
from api.http.conditions import Condition
from api.http.responses import tag_of
from api.mcp.arguments import read_arguments
from api.mcp.budget import JsonObject
from api.mcp.schemas import input_schema, output_schema
from api.mcp.tool import NOTES, TEXT_CHARS
from api.mcp.untrusted import WARNING, cleaned_json
from api.reads.incidents import incident_summary
from api.reads.watchlist import watchlist_answer
from api.schema.base import Answer, DataOrigin
from api.schema.cycles import Triggered
from api.schema.incidents import MAX_SNOOZE_HOURS, IncidentPath, IncidentSummary, SnoozeOf
from api.schema.parameters import Parameters
from api.schema.problems import BadParameter
from api.schema.watchlist import (
    CommunityId,
    SubjectAnswer,
    SubjectBody,
    SubjectPath,
    TermBody,
    Text,
)
from shared.models import Role
from shared.subjects.validation import MAX_NAME_CHARS
from shared.subjects.watchlist import read_watchlist

P = TypeVar("P", bound=Parameters)
M = TypeVar("M", bound=BaseModel)

MAX_NAMES: Final = 20


@dataclass(frozen=True)
class Outputs:
    """The queues that changes put messages on."""

    collect: func.Out[str]
    rematch: func.Out[str]


@dataclass(frozen=True)
class Changes:
    """Changes that a caller with a key may make."""

    deps: Callable[[], Deps]
    outputs: Outputs


class ChangeAnswer(Answer, Generic[M]):
    """The result of a change."""

    data: M = Field(description="what the API answers to the change")
    origin: DataOrigin
    sample: str | None = Field(description="that the data isn't live, in words; null if it is")
    warning: str = Field(description="how to treat texts in `data`")


class ChangeArguments(Parameters):
    """The arguments of a change; others are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class ChangeTool(Generic[P]):
    """A tool that changes something: its name, its texts, its models, and what it does.

    is_destructive: it takes something away. is_idempotent: a second call with the same arguments
    changes nothing more.
    """

    name: str
    title: str
    description: str
    arguments: type[P]
    answer: type[BaseModel]
    act: Callable[[Deps, P, Outputs], Awaitable[BaseModel]]
    is_destructive: bool
    is_idempotent: bool

    async def call(self, changes: Changes, given: Mapping[str, object]) -> JsonObject:
        """Make the change, and return what it made.

        Raises BadParameters, and what actions of the API raise.
        """
        arguments, deps = read_arguments(self.arguments, given), changes.deps()
        made = await self.act(deps, arguments, changes.outputs)
        origin = deps.settings.origin
        return {
            "data": cleaned_json(made.model_dump(mode="json"), TEXT_CHARS),
            "origin": origin,
            "sample": NOTES[origin],
            "warning": WARNING,
        }

    def input_schema(self) -> dict[str, Any]:
        """Return the schema of the arguments."""
        return input_schema(self.arguments)

    def output_schema(self) -> dict[str, Any]:
        """Return the schema of what it made."""
        # mypy sees no class in a variable.
        model: type[BaseModel] = ChangeAnswer[self.answer]  # type: ignore[name-defined]
        return output_schema(model, without=frozenset())


class CollectArguments(ChangeArguments):
    """No arguments: all communities are collected."""


async def collect_now(deps: Deps, arguments: CollectArguments, outputs: Outputs) -> Triggered:
    """Request a collection. Raises CycleRunning, QueueUnavailable and StoreError."""
    del arguments
    triggered, message = await ask_for_collection(deps)
    await send(deps, outputs.collect, message)
    return triggered


class AddArguments(ChangeArguments, SubjectPath):
    """A new subject."""

    name: str = Field(
        min_length=1,
        max_length=MAX_NAME_CHARS,
        description=f"the name that is shown, of 1 to {MAX_NAME_CHARS} characters",
        examples=["Claude Code"],
    )
    role: Role = Field(default="competitor", description="own, competitor or topic")
    names: list[Text] = Field(
        min_length=1,
        max_length=MAX_NAMES,
        description=f"1 to {MAX_NAMES} names by which people call it, in any case",
        examples=[["Claude Code"]],
    )
    home: list[CommunityId] = Field(
        default=[], max_length=MAX_NAMES, description="ids of communities that are about it"
    )


async def add_subject(deps: Deps, arguments: AddArguments, outputs: Outputs) -> SubjectAnswer:
    """Add a subject. Raises BadParameters, also if it is there, PreconditionFailed and StoreError.

    The state in which it isn't there is the one that is changed.
    """
    before = await read_watchlist(await deps.store())
    if any(each["id"] == arguments.id for each in before["subjects"]):
        raise BadParameters(
            [
                BadParameter(
                    parameter="id", detail="it is there already", takes="the id of a new one"
                )
            ]
        )
    tag = tag_of(watchlist_answer(before, deps.settings.watching(before)))
    body = SubjectBody(
        name=arguments.name,
        role=arguments.role,
        terms=[TermBody(text=each) for each in arguments.names],
        home=arguments.home,
    )
    written = await put_subject(deps, Condition(frozenset({tag})), arguments.id, body)
    send_rematch(outputs.rematch, written)
    return written.subject(arguments.id)


class SilenceArguments(ChangeArguments, IncidentPath):
    """The incident that is silenced, or whose rule is, and for how long."""

    hours: int = Field(
        default=24, ge=1, le=MAX_SNOOZE_HOURS, description=f"hours, from 1 to {MAX_SNOOZE_HOURS}"
    )
    of: SnoozeOf = Field(
        default="incident",
        description="incident: it alone, and others of its cause. rule: all that its rule sends",
    )


async def silence(deps: Deps, arguments: SilenceArguments, outputs: Outputs) -> IncidentSummary:
    """Silence an incident, or its rule. Raises NotFound and StoreError."""
    del outputs
    return incident_summary(await snooze(deps, arguments.id, arguments.hours, arguments.of))


COLLECT_NOW = ChangeTool(
    name="collect_now",
    title="Collect now",
    description=(
        "Requests a collection of all communities, which takes minutes. It needs a key. Use it only"
        " where the person asks for newer data."
    ),
    arguments=CollectArguments,
    answer=Triggered,
    act=collect_now,
    is_destructive=False,
    is_idempotent=False,
)

ADD_SUBJECT = ChangeTool(
    name="add_subject",
    title="Add a subject",
    description=(
        "Adds a product or topic to the watchlist; stored items are matched with it. It changes no"
        " other subject. It needs a key. Ask the person before."
    ),
    arguments=AddArguments,
    answer=SubjectAnswer,
    act=add_subject,
    is_destructive=False,
    is_idempotent=False,
)

SILENCE_INCIDENT = ChangeTool(
    name="silence_incident",
    title="Silence an alert",
    description=(
        "Silences an incident and its cause, or all of its alert rule, for some hours: nothing is"
        " sent of it meanwhile, so that people miss what it would say. It needs a key. Ask the"
        " person before."
    ),
    arguments=SilenceArguments,
    answer=IncidentSummary,
    act=silence,
    is_destructive=True,
    is_idempotent=False,
)

CHANGE_TOOLS: Final[dict[str, ChangeTool[Any]]] = {
    each.name: each for each in (COLLECT_NOW, ADD_SUBJECT, SILENCE_INCIDENT)
}
