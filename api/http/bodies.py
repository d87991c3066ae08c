"""Reads the JSON body of a request, and explains an invalid one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args

import azure.functions as func
from pydantic import BaseModel, ValidationError

from api.errors import BadParameters, UnsupportedMediaType, shortened
from api.schema.problems import BadParameter
from shared.subjects.refusals import Refusal, quoted

M = TypeVar("M", bound=BaseModel)

# Refused values that an answer names.
MAX_NAMED = 50
# curl and urllib name the last ones if nothing is said.
TYPES = re.compile(
    r"application/([\w.+-]*\+)?json|text/(json|plain)|application/octet-stream"
    r"|application/x-www-form-urlencoded"
)
NO_JSON = "json_invalid"
UNKNOWN = "extra_forbidden"


def check_type(headers: Mapping[str, str]) -> None:
    """Check that a body can be read as JSON. Raises UnsupportedMediaType."""
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = headers.get("content-encoding", "identity").strip().lower()
    if (given and not TYPES.fullmatch(given)) or coding not in {"", "identity"}:
        raise UnsupportedMediaType(
            "The body takes one JSON object, uncompressed: Content-Type: application/json."
        )


def read_body(model: type[M], request: func.HttpRequest) -> M:
    """Read the body. Raises BadParameters, also for unknown fields, and UnsupportedMediaType."""
    check_type(request.headers)
    try:
        return model.model_validate_json(request.get_body() or b"{}")
    except ValidationError as error:
        raise refused_body(model, error) from None


def refused_body(model: type[BaseModel], error: ValidationError) -> BadParameters:
    """Return an error that says what of a body's shape is wrong, by its place."""
    found = error.errors(include_url=False)[:MAX_NAMED]
    return BadParameters([_explain(model, dict(each)) for each in found])


def refused(refusals: Sequence[Refusal]) -> BadParameters:
    """Return an error that names what is refused."""
    return BadParameters(
        [
            BadParameter(parameter=each.pointer, detail=each.problem, takes=each.takes)
            for each in refusals[:MAX_NAMED]
        ]
    )


def _explain(model: type[BaseModel], error: dict[str, Any]) -> BadParameter:
    place: tuple[str | int, ...] = tuple(error["loc"])
    reason = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == NO_JSON:
        return BadParameter(parameter="", detail="the body isn't JSON", takes=_object(model))
    if error["type"] == UNKNOWN:
        owner = _model_at(model, place[:-1])
        place = (*place[:-1], shortened(str(place[-1])))
        return BadParameter(
            parameter=Refusal(place, "", "").pointer,
            detail="there is no such field",
            takes=", ".join(_names(owner)),
        )
    given = f"{quoted(error['input'])}: " if isinstance(error["input"], str) else ""
    return BadParameter(
        parameter=Refusal(place, "", "").pointer,
        detail=given + reason[0].lower() + reason[1:],
        takes=_takes(model, place),
    )


def _takes(model: type[BaseModel], place: Sequence[str | int]) -> str:
    """Return what the field of a place takes: the description of the last one that is named."""
    names = [number for number, part in enumerate(place) if isinstance(part, str)]
    if not names:
        return _object(model)
    owner, name = _model_at(model, place[: names[-1]]), place[names[-1]]
    found = next(
        (field for key, field in owner.model_fields.items() if name in {key, field.alias}), None
    )
    return (found.description or "") if found else _object(owner)


def _model_at(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel]:
    """Return the model of the object at a place."""
    for part in place:
        if not isinstance(part, str):
            continue
        found = next(
            (field for key, field in model.model_fields.items() if part in {key, field.alias}), None
        )
        inner = _model_in(found.annotation) if found else None
        model = inner or model
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model in an annotation such as list[Model] | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def _object(model: type[BaseModel]) -> str:
    return f"a JSON object with {', '.join(_names(model))}"


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
