"""The local host refuses what the real host and worker refuse; each case is a small bad app."""

import itertools
import sys
import types
from pathlib import Path

import pytest

from local.host.config import HostError
from local.host.functions import app_of, functions_of, import_app
from local.host.rules import violations

NUMBER = itertools.count()
HTTP = '@app.route(route="{route}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)\n'
TIMER = '@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")\n'
PREFACE = """
import functools
import typing
import azure.functions as func

app = func.FunctionApp()
"""


def refusals(source: str) -> list[str]:
    """Return the host's messages about an app."""
    module = types.ModuleType(f"bad_app_{next(NUMBER)}")
    sys.modules[module.__name__] = module
    try:
        exec(compile(PREFACE + source, module.__name__, "exec"), module.__dict__)  # noqa: S102
        return violations(functions_of(app_of(module), {}))
    except (HostError, ValueError) as error:
        return [str(error)]
    finally:
        del sys.modules[module.__name__]


def http(definition: str, route: str = "a") -> str:
    return HTTP.format(route=route) + definition + "\n"


def routed(first: str, then: str) -> str:
    """Return an app with a function for each route, which the host tries in this order."""
    one = http("async def a(req: func.HttpRequest) -> str: ...", first)
    return one + http("async def b(req: func.HttpRequest) -> str: ...", then)


GOOD = http("async def f(req: func.HttpRequest) -> func.HttpResponse: ...")


def test_a_good_app_is_taken() -> None:
    assert refusals(GOOD) == []
    assert refusals(TIMER + "def f(timer: func.TimerRequest) -> None: ...") == []
    wrapped = """
def ours(call):
    @functools.wraps(call)
    async def inner(*args, **kwargs):
        return await call(*args, **kwargs)
    return inner

""" + http("@ours\nasync def f(req: func.HttpRequest) -> str: ...")
    assert refusals(wrapped) == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("app2 = func.FunctionApp()\n" + GOOD, "one FunctionApp"),
        ("other = app\n" + GOOD, "one FunctionApp"),
        (
            "bp = func.Blueprint()\n"
            + GOOD.replace("@app", "@bp")
            + "app.register_functions(bp)\napp.register_functions(bp)",
            "f",
        ),
        ("bp = app\ndel app\napp = None\ndel bp\n", "one FunctionApp"),
        (GOOD + http("async def f(req: func.HttpRequest) -> str: ...", "b"), "f"),
        ("@app.function_name('1st')\n" + GOOD, "its name takes a letter"),
        (
            TIMER.replace('"timer"', '"the_timer"')
            + "def f(the_timer: func.TimerRequest) -> None: ...",
            "no _",
        ),
        (http("async def f(req: func.HttpRequest) -> str: ...", "admin/x"), "keeps to itself"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "runtime"), "keeps to itself"),
        (
            GOOD + http("async def g(req: func.HttpRequest) -> str: ...", "A"),
            "function g: f comes first by name and takes all of its requests (GET A)",
        ),
        (
            http("async def page(req: func.HttpRequest) -> str: ...", "{*path}")
            + http("async def posts(req: func.HttpRequest) -> str: ...", "posts"),
            "function posts: page comes first by name and takes all of its requests",
        ),
        (
            http("async def one(req: func.HttpRequest) -> str: ...", "posts/{id}")
            + http("async def two(req: func.HttpRequest) -> str: ...", "{kind}/new"),
            "function two: one comes first by name and takes some of its requests",
        ),
        (http("async def f(req: func.HttpRequest, more: int) -> str: ..."), "is no binding"),
        (http("async def f(req: func.HttpRequest, more: int = 1) -> str: ..."), "is no binding"),
        (http("async def f(req: func.HttpRequest, *args) -> str: ..."), "its parameters are"),
        (http("async def f(request: func.HttpRequest) -> str: ..."), "no parameter for"),
        (http("async def f(req: 'Missing') -> str: ..."), "can't be resolved"),
        (http("async def f(req: 'func.No') -> str: ..."), "can't be resolved"),
        (http("async def f(req: 'a b') -> str: ..."), "can't be resolved"),
        (http("async def f(req: func.HttpRequest) -> None: ..."), "HttpResponse or str"),
        (http("async def f(req: func.HttpRequest) -> dict: ..."), "HttpResponse or str"),
        (http("async def f(req: func.HttpRequest) -> typing.Any: ..."), "HttpResponse or str"),
        (
            http("async def f(req: func.HttpRequest) -> func.HttpResponse | str: ..."),
            "HttpResponse or str",
        ),
        (http("async def f(req: func.HttpRequest | None) -> str: ..."), "takes HttpRequest"),
        (http("async def f(req: dict) -> str: ..."), "takes HttpRequest"),
        (
            http(
                "@app.queue_output(arg_name='out', queue_name='q', connection='C')\n"
                "async def f(req: func.HttpRequest, out: func.Out[list[str]]) -> str: ..."
            ),
            "func.Out[str]",
        ),
        (
            http(
                "@app.queue_output(arg_name='out', queue_name='q', connection='C')\n"
                "async def f(req: func.HttpRequest, out: str) -> str: ..."
            ),
            "func.Out[str]",
        ),
        (
            http(
                "@app.queue_output(arg_name='REQ', queue_name='q', connection='C')\n"
                "async def f(req: func.HttpRequest, REQ: func.Out[str]) -> str: ..."
            ),
            "same name",
        ),
        (
            "def above(builder):\n    return lambda req: 'bypassed'\n\n@above\n" + GOOD,
            "decorator stands above",
        ),
        (
            "def ours(call):\n    @functools.wraps(call)\n    def inner(req):\n"
            "        return call(req)\n    return inner\n\n"
            + http("@ours\nasync def f(req: func.HttpRequest) -> str: ..."),
            "sync wrapper",
        ),
        (
            TIMER.replace("0 */5", "*/5") + "def f(timer: func.TimerRequest) -> None: ...",
            "write 0 */5 * * * *",
        ),
        (
            TIMER.replace('* *"', '* 7"') + "def f(timer: func.TimerRequest) -> None: ...",
            "'7' is none of the weekdays",
        ),
        (TIMER + "def f(timer: func.TimerRequest) -> str: ...", "no $return"),
        (TIMER + "def f(timer: str) -> None: ...", "takes TimerRequest"),
        (
            TIMER + GOOD,
            "trigger",
        ),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a/{b:odd}"), "no constraint"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a/{b:min()}"), "no constraint"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a/{b"), "without its other one"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a/{b}{c}"), "text between them"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a?"), "outside of a parameter"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a//b"), "two slashes"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "x{b?}"), "follows a period"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "{*b?}"), "can't be optional"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "a/{}"), "can be read"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "{*a}/b"), "comes last"),
        (http("async def f(req: func.HttpRequest) -> str: ...", "{a}/{A}"), "twice"),
        (
            TIMER.replace("0 */5 * * * *", "%NOT_SET%")
            + "def f(timer: func.TimerRequest) -> None: ...",
            "NOT_SET is not set",
        ),
    ],
)
def test_a_bad_app_is_refused_with_the_rule_that_it_breaks(source: str, reason: str) -> None:
    found = refusals(source)
    assert found
    assert any(reason in line for line in found), found


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("posts/recent", "posts/{id}"),
        ("posts/{id}", "{*path}"),
        ("{id:int}", "{id}"),
        ("{id:int}", "{id:guid}"),
        ("x-{id}", "y-{id}"),
        ("{name}.atom", "{name}"),
        ("posts/{id?}", "{*path}"),
        ("a/b", "a/b/c"),
        ("a/{b}/c", "a/{b}"),
    ],
)
def test_a_narrower_route_may_come_first(first: str, then: str) -> None:
    assert refusals(routed(first, then)) == []


@pytest.mark.parametrize(
    ("first", "then", "share"),
    [
        ("{*path}", "posts", "all"),
        ("posts/{id}", "posts/recent", "all"),
        ("posts/{id}", "POSTS/{other}", "all"),
        ("posts/{id?}", "posts", "all"),
        ("a/{*rest}", "a/{b}/{c?}", "all"),
        ("{kind}/new", "posts/{id}", "some"),
        ("{id:alpha}", "{id:length(3)}", "some"),
        ("x-{id}", "{name}.atom", "some"),
        ("{file}.{ext}", "x-{id}", "some"),
        ("a/{b?}", "{c}", "some"),
    ],
)
def test_a_function_that_loses_requests_by_its_name_is_refused(first, then, share) -> None:
    (found,) = refusals(routed(first, then))
    assert found.startswith(f"function b: a comes first by name and takes {share} of its requests")


def test_the_same_route_with_other_methods_is_taken() -> None:
    post = GOOD.replace('["GET"]', '["POST"]').replace("def f", "def g")
    assert refusals(GOOD + post) == []


async def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"no function_app\.py"):
        await import_app(tmp_path)
