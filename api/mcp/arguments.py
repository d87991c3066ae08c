"""Reads the arguments of a tool, and explains invalid ones."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, JsonValue, ValidationError

from api.errors import BadParameters, shortened
from api.schema.parameters import Parameters
from api.schema.problems import BadParameter
from shared.models import ALL
from shared.stats.subjects import PREFIX

MIN_BUDGET = 4_000
MAX_BUDGET = 100_000
DEFAULT_BUDGET = 16_000
# Maximum refused arguments that an answer names.
MAX_NAMED = 10

ScopeName = Annotated[
    str,
    Field(
        max_length=110,
        pattern=r"^(subject:)?[A-Za-z0-9_.-]+$",
        description="all, subject:ID with the id of a subject that list_subjects lists, or the id"
        " of a community that coverage lists",
        examples=["subject:cursor"],
    ),
]

P = TypeVar("P", bound=Parameters)


class Arguments(Parameters):
    """The arguments of a tool; others are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: int = Field(
        default=DEFAULT_BUDGET,
        ge=MIN_BUDGET,
        le=MAX_BUDGET,
        description="about how many characters the answer may have; a token has about four",
        examples=[DEFAULT_BUDGET],
    )


def read_arguments(model: type[P], given: Mapping[str, object]) -> P:
    """Read the arguments of a tool. Raises BadParameters, also for unknown names."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False)[:MAX_NAMED]
        raise BadParameters(
            [
                _explain(model, each["loc"], each["type"], each["msg"], each["input"])
                for each in errors
            ]
        ) from None


def parameters_of(model: type[P], arguments: Arguments, more: Mapping[str, JsonValue]) -> P:
    """Return the parameters of an endpoint that arguments have by the same name, and `more`.

    What isn't given stays so, since some endpoints refuse what doesn't go together. Raises
    BadParameters.
    """
    names = arguments.model_fields_set & model.model_fields.keys()
    given = {name: getattr(arguments, name) for name in names}
    return model.model_validate({**given, **more})


def scope_parameters(scope: str) -> dict[str, JsonValue]:
    """Return the parameters that endpoints take for a scope: a subject, a community or nothing."""
    if scope == ALL:
        return {}
    name = scope.removeprefix(PREFIX)
    return {"community": name} if name == scope else {"subject": name}


def _explain(
    model: type[Parameters], place: tuple[int | str, ...], kind: str, message: str, value: object
) -> BadParameter:
    name = str(place[0]) if place else "arguments"
    field = model.model_fields.get(name)
    if field is None or kind == "extra_forbidden":
        return BadParameter(
            parameter=shortened(name),
            detail="this tool has no such argument",
            takes=", ".join(model.model_fields),
        )
    reason = message.removeprefix("Value error, ")
    said = f"{shortened(str(value))!r}: {reason[0].lower()}{reason[1:]}"
    return BadParameter(
        parameter=name,
        detail="it is missing" if kind == "missing" else said,
        takes=field.description or "",
    )
