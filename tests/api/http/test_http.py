import asyncio
import json
import logging
import os
import re
import socket
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from api import process
from api.endpoints import Endpoint
from api.http.problems import answering
from api.http.responses import data_answer, is_known, prepare
from api.reads.sentiment import read_stats
from api.schema.parameters import ScopeParameters
from api.schema.sentiment import MOMENTS_OF_STATS
from shared.errors import (
    SettingsError,
    StoreError,
    StoreNotProvisioned,
    StoreUnavailable,
    UndertoneError,
)
from shared.settings import settings
from shared.store import LEASES, POSTS
from shared.times import utc_now
from tests.api.addresses import READS, address_of
from tests.api.world import (
    HTTP_FUNCTIONS,
    NAMES,
    NOW,
    a_comment,
    a_post,
    ask,
    deps_of,
    get,
    keep,
    posts_back,
)

HEALTH = "/api/v1/health"
STATS = "/api/v1/sentiment/stats"
RECENT = "/api/v1/posts/recent"
SUBREDDITS = "/api/v1/subreddits"
DATA = [STATS, RECENT, SUBREDDITS]
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("process")


def body(answer: func.HttpResponse) -> Any:
    return json.loads(answer.get_body())


def problem(answer: func.HttpResponse, status: int) -> Any:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    found = body(answer)
    assert found.keys() == {"type", "title", "status", "detail", "instance", "errors"}
    assert found["status"] == status
    return found


def next_target(answer: func.HttpResponse) -> str | None:
    link = answer.headers.get("Link")
    if link is None:
        return None
    found = re.fullmatch(r'<(/[^>]+)>; rel="next"', link)
    assert found is not None, link
    return found[1]


def break_database(settings_path: Path) -> None:
    """Put a file in the place of the database's folder."""
    settings_path.parent.write_text("no folder")


async def test_the_surface_on_an_empty_database() -> None:
    health = await get(HEALTH)
    assert health.status_code == 200
    assert body(health).keys() == {
        "status", "reason", "worker", "timestamp", "version", "process", "application",
        "database",
    }  # fmt: skip
    assert body(health)["process"].keys() == {"uptime_seconds", "memory_mb", "cpu_percent", "pid"}
    assert body(health)["database"]["kind"] == "sqlite"
    stats = body(await get(STATS))
    assert (stats["subreddit"], stats["time_window_hours"]) == ("all", 24)
    assert stats["statistics"] == {
        "total": 0, "positive": 0, "negative": 0, "neutral": 0,
        "avg_sentiment": None, "posts": 0, "comments": 0,
        "left_out": 0, "methods": {}, "mixed_methods": False, "copies": 0,
    }  # fmt: skip
    assert body(await get(RECENT)) == []
    assert body(await get(SUBREDDITS))["subreddits"] == list(NAMES)


async def test_what_is_collected_is_answered(written) -> None:
    now = utc_now()
    await keep(written, posts_back(30, MINUTE, newest=now), [a_comment(1, now, "aws", "positive")])
    stats = body(await get(STATS, subreddit="AWS", hours="24"))
    assert stats["subreddit"] == "aws"
    assert (stats["statistics"]["posts"], stats["statistics"]["comments"]) == (10, 1)
    posts = body(await get(RECENT, limit=7, sentiment="positive", subreddit="aws"))
    assert [post["id"] for post in posts] == ["p0", "p9", "p18", "p27"]
    counts = {each["name"]: each["items_24h"] for each in body(await get(SUBREDDITS))["details"]}
    assert counts == {"aws": 11, "claude": 10, "OpenAI": 10}


async def test_the_next_page_is_linked_with_the_same_parameters(written) -> None:
    posts = posts_back(20, MINUTE, newest=utc_now())
    await keep(written, posts)
    target: str | None = f"{RECENT}?subreddit=AWS&hours=48&limit=3&q=title%20&sentiment="
    found = []
    while target is not None:
        answer = await get(target)
        found += [post["id"] for post in body(answer)]
        target = next_target(answer)
        if target is not None:
            assert "subreddit=AWS&hours=48&limit=3&q=title" in target
    assert found == [post["id"] for post in posts if post["community"] == "aws"]


@pytest.mark.parametrize("path", DATA)
async def test_an_answer_that_is_known_is_not_sent_again(written, path) -> None:
    await keep(written, [a_post(1, utc_now())])
    first = await get(path)
    assert first.headers["Cache-Control"] == "public, max-age=10"
    assert first.headers["Undertone-Origin"] == "sample"
    tag = first.headers["ETag"]
    for known in (tag, f'"other", {tag}', "*", f"W/{tag.removeprefix('W/')}"):
        again = await get(path, {"If-None-Match": known})
        assert (again.status_code, again.get_body()) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    await keep(written, [a_post(2, utc_now())])
    changed = await get(path, {"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


async def test_the_time_of_asking_alone_changes_no_tag(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(1, NOW - MINUTE)])

    async def asked(now: datetime) -> func.HttpResponse:
        stats = await read_stats(deps_of(sqlite_store, now=now), ScopeParameters())
        request = func.HttpRequest("GET", STATS, body=b"")
        return data_answer(request, prepare(stats, "sample", moments=MOMENTS_OF_STATS))

    first, later = await asked(NOW), await asked(NOW + MINUTE)
    assert body(first)["timestamp"] != body(later)["timestamp"]
    assert first.headers["ETag"] == later.headers["ETag"]
    next_hour = await asked(NOW + 60 * MINUTE)
    assert next_hour.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ('"a', False),
    ],
)
def test_tags_are_compared_weakly(header: str, known: bool) -> None:
    assert is_known(header, '"a"') is known
    assert is_known(header, 'W/"a"') is known


async def test_many_who_ask_for_health_at_once_share_one_look_at_the_database() -> None:
    answers = await asyncio.gather(*(get(HEALTH) for _ in range(50)))
    assert len({answer.get_body() for answer in answers}) == 1


async def test_health_is_never_kept() -> None:
    answer = await get(HEALTH, {"If-None-Match": "*"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Undertone-Origin"] == "sample"
    assert "ETag" not in answer.headers


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
    await keep(written, posts_back(3, MINUTE, newest=utc_now()))
    answer = await get(target, None, **{name: "s3cret"})
    assert answer.status_code in {200, 404}
    refused = await get(target, None, **{name: "s3cret", "nope": "s3cret"})
    assert refused.status_code == 422
    for each in (answer, refused):
        assert "s3cret" not in each.get_body().decode() + str(dict(each.headers))
    assert "s3cret" not in caplog.text


async def test_a_function_key_is_not_in_the_link_to_the_next_page(written) -> None:
    await keep(written, posts_back(3, MINUTE, newest=utc_now()))
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


@pytest.mark.parametrize("path", DATA)
async def test_a_database_that_cannot_be_opened_is_a_503_that_says_when_to_ask_again(
    process, path, caplog
) -> None:
    break_database(process.sqlite_path)
    answer = await get(path)
    found = problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert str(process.sqlite_path.parent) not in json.dumps(found)
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "SQLITE_PATH" in record.getMessage()


async def test_health_says_that_the_database_cannot_be_reached(process) -> None:
    break_database(process.sqlite_path)
    answer = await get(HEALTH)
    assert (answer.status_code, answer.mimetype) == (503, "application/json")
    assert body(answer)["status"] == "unhealthy"
    assert body(answer)["database"] == {"connected": False, "kind": "sqlite", "latency_ms": None}


async def test_once_the_database_is_back_answers_are_too(process) -> None:
    break_database(process.sqlite_path)
    assert (await get(STATS)).status_code == 503
    process.sqlite_path.parent.unlink()
    assert (await get(STATS)).status_code == 200
    assert (await get(HEALTH)).status_code == 200


async def test_an_unreachable_cosmos_db_shows_neither_its_address_nor_its_key() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        os.environ.update(COSMOS_ENDPOINT=address, COSMOS_KEY="c2VjcmV0LWtleQ==")
        settings.cache_clear()
        answers = await asyncio.gather(*(get(path) for path in DATA))
        answers = [await get(HEALTH), *answers]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert body(answers[0])["database"]["kind"] == "cosmos"
    for answer in answers:
        text = answer.get_body().decode() + str(answer.headers)
        assert "127.0.0.1" not in text
        assert "c2VjcmV0" not in text


async def test_requests_that_come_together_open_one_store() -> None:
    shared = process.process_deps().store
    stores = await asyncio.gather(*(shared() for _ in range(20)))
    assert len({id(store) for store in stores}) == 1
    assert await process.process_deps().store() is stores[0]


async def test_a_client_that_goes_away_leaves_the_opening_store_to_the_others() -> None:
    shared = process.process_deps().store
    leaving = asyncio.ensure_future(shared())
    staying = asyncio.ensure_future(shared())
    await asyncio.sleep(0)
    leaving.cancel()
    await (await staying).read(LEASES, "lease", "lease")
    assert leaving.cancelled()


async def test_a_bad_setting_is_a_500_that_quotes_nothing(caplog) -> None:
    os.environ["COLLECT_SCHEDULE"] = "whenever"
    settings.cache_clear()
    for path in (HEALTH, *DATA):
        found = problem(await get(path), 500)
        assert "whenever" not in json.dumps(found)
    # The line isn't logged for each request.
    assert sum("COLLECT_SCHEDULE" in record.getMessage() for record in caplog.records) == 1


async def test_an_unexpected_error_is_a_500_and_logged_once_with_its_trace(written, caplog) -> None:
    broken: Any = {**a_post(1, utc_now()), "sentiment": "none"}
    await written.upsert(POSTS, [broken])
    found = problem(await get(RECENT, subreddit="aws"), 500)
    assert found["detail"] == "Something unexpected happened: the log says what."
    assert found["errors"] == []
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("error", "status", "retries"),
    [
        (StoreUnavailable, 503, True),
        (StoreNotProvisioned, 503, True),
        (StoreError, 500, False),
        (SettingsError, 500, False),
        (UndertoneError, 500, False),
        (ZeroDivisionError, 500, False),
    ],
)
async def test_every_error_has_the_one_shape_and_keeps_its_words_inside(
    error, status, retries, caplog
) -> None:
    @answering
    async def fail(req: func.HttpRequest) -> func.HttpResponse:
        raise error(f"AccountKey=abc at 10.1.2.3 for {req.url}")

    answer = await fail(func.HttpRequest("GET", "http://x/api/v1/y?z=1", body=b""))
    found = problem(answer, status)
    assert ("Retry-After" in answer.headers) is retries
    assert found["instance"] == "/api/v1/y"
    assert "10.1.2.3" not in json.dumps(found)
    assert sum(record.levelno >= logging.WARNING for record in caplog.records) == 1


async def test_an_unreachable_database_is_logged_once_and_not_by_every_request_and_retry(
    caplog,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"https://127.0.0.1:{closed.getsockname()[1]}"
    os.environ.update(COSMOS_ENDPOINT=endpoint, COSMOS_KEY="dGVzdA==")
    settings.cache_clear()
    caplog.set_level("INFO")
    for _ in range(2):
        health, *answers = await asyncio.gather(*(get(path) for path in (HEALTH, *DATA)))
        assert {answer.status_code for answer in answers} == {503}
        # The process may still be in its first attempt.
        assert health.status_code == 503 or b'"starting"' in health.get_body()
    said = Counter(line.split()[0] for line in caplog.messages)
    assert said["request"] == 2 * len((HEALTH, *DATA))
    assert said["request.failed"] == said["Marking"] == 1
    # Its own time is up, or it shares the failure of another request's attempt.
    assert said["health.unhealthy"] <= 2
    (failed,) = [line for line in caplog.messages if line.startswith("request.failed ")]
    assert "Cosmos DB can't be reached" in failed
