"""The functions of an app, as the azure-functions library lists them."""

import gc
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import azure.functions as func

from local.host.config import HostError

Kind = Literal["http", "timer", "queue"]

TRIGGERS: dict[str, Kind] = {
    "httpTrigger": "http",
    "timerTrigger": "timer",
    "queueTrigger": "queue",
}
SETTING = re.compile(r"%([^%]+)%")


@dataclass(frozen=True)
class Function:
    """One function: its trigger, its outputs and its callable."""

    name: str
    kind: Kind
    trigger: Mapping[str, Any]
    call: Callable[..., Any]
    outputs: Mapping[str, str] = field(default_factory=dict)
    """The queue of each parameter that is a queue output, by the parameter's name."""

    @property
    def argument(self) -> str:
        """Return the name of the parameter that takes the trigger's data."""
        return str(self.trigger["name"])

    @property
    def is_async(self) -> bool:
        """Return whether it runs on the event loop."""
        return inspect.iscoroutinefunction(self.call)

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the HTTP methods that it answers; an empty tuple means all."""
        return tuple(str(method).upper() for method in self.trigger.get("methods") or ())

    def answers(self, method: str) -> bool:
        """Return whether it answers a method, in any case."""
        return not self.methods or method.upper() in self.methods

    @property
    def route(self) -> str:
        """Return the route without the host's prefix."""
        return str(self.trigger.get("route") or self.name).strip("/")

    @property
    def auth_level(self) -> str:
        """Return the level of key that it needs: anonymous, function or admin."""
        return str(self.trigger.get("authLevel") or "function").lower()

    @property
    def schedule(self) -> str:
        """Return the timer's NCRONTAB expression."""
        return str(self.trigger["schedule"])

    @property
    def run_on_startup(self) -> bool:
        """Return whether the timer fires at start-up."""
        return bool(self.trigger.get("runOnStartup"))

    @property
    def queue(self) -> str:
        """Return the name of the queue that triggers it."""
        return str(self.trigger["queueName"])


def in_order(functions: Sequence[Function]) -> list[Function]:
    """Return HTTP functions in the order in which the host tries them: by upper-cased name."""
    return sorted(functions, key=lambda function: function.name.upper())


async def import_app(folder: Path) -> ModuleType:
    """Import the folder's function_app; the folder comes last on sys.path, as on Azure.

    This is a coroutine because the real worker also imports inside its running loop, where
    asyncio.run fails. Raises HostError.
    """
    return _import(folder)


def _import(folder: Path) -> ModuleType:
    path, file = str(folder.resolve()), folder / "function_app.py"
    if not file.is_file():
        raise HostError(f"there is no function_app.py in {folder}")
    sys.path[:] = [entry for entry in sys.path if entry not in {"", path}] + [path]
    # Loaded by its file, because the folder of the local host may have a function_app too.
    spec = importlib.util.spec_from_file_location("function_app", file)
    assert spec is not None  # noqa: S101 - a .py file has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules["function_app"] = module
    try:
        with _without_garbage():
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise HostError(f"function_app.py can't be imported: {_in_one_line(error)}") from error
    return module


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Search for no garbage meanwhile: what is imported stays, and the start is quicker."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _in_one_line(error: BaseException) -> str:
    """Return the error's type and message, with the file and line that raised it."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and frame.filename != __file__
    ]
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def app_of(module: ModuleType) -> func.FunctionApp:
    """Return the module's one FunctionApp. Raises HostError."""
    names = [name for name, value in vars(module).items() if isinstance(value, func.FunctionApp)]
    if len(names) != 1:
        found = ", ".join(names) or "none"
        raise HostError(
            f"function_app.py takes exactly one FunctionApp at top level; it has {found}"
        )
    app: func.FunctionApp = getattr(module, names[0])
    return app


def functions_of(app: func.FunctionApp, environ: Mapping[str, str]) -> list[Function]:
    """Return the app's functions, with each %SETTING% replaced by its value. Raises HostError."""
    try:
        found = app.get_functions()
    except ValueError as error:
        raise HostError(f"the app can't be indexed: {' '.join(str(error).split())}") from error
    return [_function(each, environ) for each in found]


def _function(found: Any, environ: Mapping[str, str]) -> Function:
    name = str(found.get_function_name())
    trigger = _plain(found.get_trigger().get_dict_repr())
    kind = TRIGGERS.get(trigger["type"])
    if kind is None:
        raise HostError(f"function {name}: the local host has no {trigger['type']}")
    outputs: dict[str, str] = {}
    for binding in map(_plain, (b.get_dict_repr() for b in found.get_bindings())):
        if binding["type"] == trigger["type"] or binding["type"] == "http":
            continue
        if binding["type"] != "queue":
            raise HostError(f"function {name}: the local host has no binding {binding['type']}")
        outputs[binding["name"]] = fill_in(str(binding["queueName"]), environ, name)
    for key in ("schedule", "queueName"):
        if key in trigger:
            trigger[key] = fill_in(str(trigger[key]), environ, name)
    return Function(name, kind, trigger, found.get_user_function(), outputs)


def fill_in(text: str, environ: Mapping[str, str], function: str) -> str:
    """Replace each %NAME% by the value of that setting. Raises HostError."""

    def value(match: re.Match[str]) -> str:
        if not environ.get(match[1]):
            raise HostError(f"function {function}: the setting {match[1]} is not set")
        return environ[match[1]]

    return SETTING.sub(value, text)


def _plain(binding: Mapping[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, list | tuple | set):
            return [plain(each) for each in value]
        return str(value) if hasattr(value, "name") and hasattr(value, "value") else value

    return {key: plain(value) for key, value in binding.items() if value is not None}
