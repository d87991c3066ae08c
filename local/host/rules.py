"""Rules of the real Functions host and its Python worker, which the local host enforces too.

Sources: https://learn.microsoft.com/azure/azure-functions/functions-reference-python, and the
behaviour of version 2.x of the worker.
"""

import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any

import azure.functions as func
from azure.functions.decorators.function_app import FunctionBuilder

from local.host.functions import Function, in_order
from local.host.routes import BadRoute, parse_route
from local.host.shadowing import shadowed
from shared.schedule import BadScheduleError, next_tick
from shared.times import utc_now

FUNCTION_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,127}")
BINDING_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}")
RESERVED_ROUTES = ("admin", "runtime")
OUTPUT_TYPES = (func.Out[str], func.Out[typing.List[str]])  # noqa: UP006 - to the worker list[str] differs


def violations(functions: Sequence[Function]) -> list[str]:
    """Return a line for each rule that a function breaks; the host starts only if there is none."""
    found = [
        f"function {function.name}: {problem}"
        for function in functions
        for problem in _of_one(function)
    ]
    return [*_of_all(functions), *found]


def _of_all(functions: Sequence[Function]) -> Iterator[str]:
    names = [function.name.lower() for function in functions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two functions are called {name}"
    http = in_order([function for function in functions if function.kind == "http"])
    try:
        yield from shadowed([(function, parse_route(function.route)) for function in http])
    except BadRoute:
        return  # _of_route reports it.


def _of_one(function: Function) -> Iterator[str]:
    if not FUNCTION_NAME.fullmatch(function.name):
        yield "its name takes a letter, then letters, digits, _ and -, at most 128"
    bindings = [function.argument, *function.outputs]
    for name in bindings:
        if not BINDING_NAME.fullmatch(name):
            yield f"the binding name {name!r} takes a letter, then letters and digits: no _"
    if len({name.lower() for name in bindings}) < len(bindings):
        yield "two of its bindings have the same name"
    if not inspect.isfunction(function.call):
        yield "it is no plain function: partials and callable objects are refused"
        return
    yield from _of_decorators(function)
    yield from _of_signature(function, bindings)
    if function.kind == "http":
        yield from _of_route(function)
    if function.kind == "timer":
        try:
            next_tick(function.schedule, utc_now())
        except BadScheduleError as error:
            yield f"its schedule takes six NCRONTAB fields: {error}"


def _of_decorators(function: Function) -> Iterator[str]:
    innermost = inspect.unwrap(function.call)
    if inspect.iscoroutinefunction(innermost) and not function.is_async:
        yield "a sync wrapper around an async function fails when it is called"
    module = sys.modules.get(function.call.__module__)
    named = getattr(module, function.call.__name__, None)
    if named is not None and not isinstance(named, FunctionBuilder):
        yield "a decorator stands above the trigger's, where it is bypassed: put it below"


def _of_route(function: Function) -> Iterator[str]:
    if function.route.split("/")[0].lower() in RESERVED_ROUTES:
        yield f"its route {function.route!r} begins with a word that the host keeps to itself"
    try:
        parse_route(function.route)
    except BadRoute as error:
        yield str(error)


def _of_signature(function: Function, bindings: Sequence[str]) -> Iterator[str]:
    parameters = inspect.signature(function.call).parameters
    for name, parameter in parameters.items():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            yield f"it takes {parameter}: its parameters are its bindings and context"
        elif name not in bindings and name != "context":
            yield f"its parameter {name!r} is no binding, not even with a default"
    for name in bindings:
        if name not in parameters:
            yield f"it has no parameter for its binding {name!r}"
    try:
        hints = typing.get_type_hints(function.call)
    except (NameError, SyntaxError, TypeError, AttributeError) as error:
        yield f"its annotations can't be resolved ({error}): TYPE_CHECKING imports don't count"
        return
    yield from _of_annotations(function, hints)


def _of_annotations(function: Function, hints: dict[str, Any]) -> Iterator[str]:
    expected = {"http": func.HttpRequest, "timer": func.TimerRequest, "queue": func.QueueMessage}
    given = hints.get(function.argument)
    if given is not None and not _is(given, expected[function.kind]):
        yield f"{function.argument!r} takes {expected[function.kind].__name__}, nothing else"
    for name in function.outputs:
        if name in hints and hints[name] not in OUTPUT_TYPES:
            yield f"{name!r} takes func.Out[str] or func.Out[typing.List[str]]"
    if "return" not in hints:
        return
    returned = hints["return"]
    if function.kind == "http" and not (_is(returned, func.HttpResponse) or returned is str):
        yield "it returns func.HttpResponse or str, not None, dict, Any or a union"
    if function.kind != "http" and returned is not type(None):
        yield "it has no $return binding, so it returns None"


def _is(annotation: Any, expected: type) -> bool:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return False
    return isinstance(annotation, type) and issubclass(annotation, expected)
