"""Parameters over HTTP: each call refuses values and names that it does not take."""

import json
from datetime import timedelta

import azure.functions as func
import pytest

from api.endpoint import Endpoint
from shared.times import utc_now
from tests.api.addresses import READS, address_of
from tests.api.http.answers import RECENT, STATS, body, problem
from tests.api.world import HTTP_FUNCTIONS, ask, get, keep, posts_back

pytestmark = pytest.mark.usefixtures("process")


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        *((path, "hours", bad) for path in (STATS, RECENT) for bad in (
            "abc", "0", "2161", "-1", "24.0", "1e3", "1_0", " 24", "+24", "٣", "24,48", "9" * 3000,
        )),
        *((RECENT, "limit", bad) for bad in ("0", "501", "many")),
        *((RECENT, "sentiment", bad) for bad in ("good", "Positive", "positive,negative")),
        *((RECENT, "cursor", bad) for bad in (
            "x", "====", "é", "MjAyNi0xMS0yM1QxMzowNTowN1o", "MjAyNi0xMy00NVQxMzowNTowN1pfcDE",
            "A" * 3000,
        )),
        (RECENT, "q", "x" * 201),
    ],
)  # fmt: skip
async def test_a_bad_value_is_refused_with_what_the_parameter_takes(path, name, value):
    found = problem(await get(path, None, **{name: value}), 422)
    assert found["title"] == "Unprocessable Content"
    assert found["instance"] == path
    (error,) = found["errors"]
    assert error["parameter"] == name
    assert error["detail"]
    assert error["takes"]
    assert name in found["detail"]
    assert len(found["detail"]) < 400


async def test_every_bad_parameter_is_named() -> None:
    found = problem(await get(RECENT, hours="abc", limit="501", sentiment="?"), 422)
    assert [error["parameter"] for error in found["errors"]] == ["hours", "limit", "sentiment"]
    assert "1 to 2160" in found["errors"][0]["takes"]
    assert "1 to 500" in found["errors"][1]["takes"]


@pytest.mark.parametrize("value", ["1", "24", "2160"])
async def test_the_bounds_themselves_are_taken(value) -> None:
    assert body(await get(STATS, hours=value))["time_window_hours"] == int(value)


def taken(endpoint: Endpoint) -> list[str]:
    """Return the names of the parameters in its query."""
    fields = endpoint.parameters.model_fields if endpoint.parameters else {}
    in_query = [name for name in fields if f"{{{name}}}" not in endpoint.path]
    return in_query or ["no parameters"]


CALLS = {address_of(each): taken(each) for each in READS}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("target", "takes"), CALLS.items())
async def test_a_parameter_that_a_call_does_not_take_is_refused(method, target, takes) -> None:
    found = problem(await ask(method, target, None, subreddits_="Copilot"), 422)
    (error,) = found["errors"]
    assert error["parameter"] == "subreddits_"
    assert error["takes"] == ", ".join(takes)
    assert all(word in found["detail"] for word in takes)


@pytest.mark.parametrize(
    "name", ["q", "subredit", "subreddit ", "", "Hours ", "id", "\u017fubreddit"]
)
async def test_a_slip_gives_no_plausible_wrong_answer(name: str) -> None:
    assert (await get(STATS, None, **{name: "Copilot"})).status_code == 422


async def test_what_stands_in_the_path_is_not_taken_in_the_query() -> None:
    assert (await get("/api/v1/posts/abc?id=abd")).status_code == 422
    assert (await get("/api/v1/cycles/cycle_20261125_120000?id=x")).status_code == 422


async def test_what_starts_a_collection_takes_no_parameters_and_asks_for_none_then() -> None:
    (collect,) = (each for each in HTTP_FUNCTIONS if each.name == "api_admin_collect")
    asked = func.HttpRequest("POST", "http://x/y", params={"subreddit": "aws"}, body=b"")
    found = problem(await collect.call(asked, message=None), 422)
    assert found["errors"][0]["takes"] == "no parameters"


async def test_many_unknown_parameters_make_no_long_answer() -> None:
    found = problem(await get(STATS, None, **{f"{'x' * 100}{n}": "y" for n in range(35)}), 422)
    assert len(found["errors"]) <= 10
    assert len(json.dumps(found)) < 5000


@pytest.mark.parametrize("name", ["code", "Code", "CODE"])
@pytest.mark.parametrize("target", CALLS)
async def test_a_function_key_is_taken_everywhere_and_repeated_nowhere(
    written, target, name, caplog
) -> None:
    caplog.set_level("DEBUG")
    await keep(written, posts_back(3, timedelta(minutes=1), newest=utc_now()))
    answer = await get(target, None, **{name: "s3cret"})
    assert answer.status_code in {200, 404}
    refused = await get(target, None, **{name: "s3cret", "nope": "s3cret"})
    assert refused.status_code == 422
    for each in (answer, refused):
        assert b"s3cret" not in each.get_body() + str(dict(each.headers)).encode()
    assert "s3cret" not in caplog.text


async def test_a_function_key_is_not_in_the_link_to_the_next_page(written) -> None:
    await keep(written, posts_back(3, timedelta(minutes=1), newest=utc_now()))
    link = (await get(RECENT, limit=1, code="s3cret")).headers["Link"]
    assert "s3cret" not in link


async def test_names_count_in_any_case_as_at_the_host() -> None:
    assert body(await get(STATS, Hours="48", SUBREDDIT="AWS"))["time_window_hours"] == 48
    # The host joins parameters that differ only in case.
    assert (await get(STATS, hours="24", Hours="48")).status_code == 422
    assert (await get(STATS, nonsense="")).status_code == 200, "an empty value isn't given"


@pytest.mark.parametrize("target", ["/", "/api/v1/docs", "/api/v1/openapi.json"])
async def test_pages_do_not_mind_parameters(target) -> None:
    assert (await get(target, v="1")).status_code == 200


async def test_a_preflight_does_not_mind_parameters_so_that_the_answer_can_be_read() -> None:
    assert (await ask("OPTIONS", STATS, v="1")).status_code == 204


@pytest.mark.parametrize("path", [STATS, RECENT])
@pytest.mark.parametrize("name", ["cats", "aws,claude", "<script>", "x" * 90])
async def test_an_unknown_subreddit_is_not_found(path, name) -> None:
    found = problem(await get(path, subreddit=name), 404)
    assert found["title"] == "Not Found"
    (error,) = found["errors"]
    assert error["parameter"] == "subreddit"
    assert error["takes"] == "one of aws, claude, OpenAI"
    assert len(found["detail"]) < 400
