"""The whole API: the OpenAPI document, its page, and unknown addresses."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import azure.functions as func
import pytest

from api.endpoint import PARQUET, Endpoint
from api.endpoints import ENDPOINTS, PAGES
from api.errors import BadParameters
from api.http.bodies import read_body
from api.http.openapi import openapi_document
from api.http.problems import answering
from api.process import process_caches
from shared.settings import settings
from shared.times import utc_now
from tests.api.addresses import ADDRESSES, READS, address_of
from tests.api.world import HTTP_FUNCTIONS, ask, get, keep, posts_back

pytestmark = pytest.mark.usefixtures("process")

DOCS = "/api/v1/docs"
OUTSIDE = {*(page.function for page in PAGES), "site"}


def http_functions() -> dict[str, tuple[str, str]]:
    """Return each function's first method and path."""
    return {each.name: (each.methods[0], f"/{each.route}") for each in HTTP_FUNCTIONS}


async def test_the_document_has_exactly_the_endpoints_of_the_app() -> None:
    answer = await get("/api/v1/openapi.json")
    document = json.loads(answer.get_body())
    assert document["openapi"].startswith("3.1")
    described = {
        operation["operationId"]: (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    names = {each.operation: each.function for each in ENDPOINTS}
    functions = {name: at for name, at in http_functions().items() if name not in OUTSIDE}
    assert {names[operation]: at for operation, at in described.items()} == functions


def test_every_parameter_has_a_description_a_shape_and_an_example() -> None:
    for path, operations in openapi_document()["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                where = f"{path} {parameter['name']}"
                assert parameter["description"], where
                assert "example" in parameter, where
                schema = parameter["schema"]
                bounded = {"maximum", "maxLength", "maxItems", "enum", "pattern", "format"}
                assert bounded & schema.keys(), where


@pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if each.body], ids=lambda each: each.operation
)
def test_a_body_that_the_document_does_not_require_may_be_missing_and_no_other(
    endpoint: Endpoint,
) -> None:
    assert endpoint.body is not None
    described = openapi_document()["paths"][endpoint.address][endpoint.method.lower()]
    empty = func.HttpRequest(endpoint.method, endpoint.address, body=b"")
    if described["requestBody"]["required"]:
        with pytest.raises(BadParameters):
            read_body(endpoint.body, empty)
    else:
        read_body(endpoint.body, empty)


def test_every_answer_has_a_schema_errors_included() -> None:
    document = openapi_document()
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                # A 304 and the host's own 401 have no body.
                if status in {"304", "401"}:
                    continue
                for media_type, content in response["content"].items():
                    if not media_type.endswith("json") or "ndjson" in media_type:
                        binary = {"format": "binary"} if media_type == PARQUET else {}
                        assert content["schema"] == {"type": "string", **binary}
                        continue
                    name = content["schema"]["$ref"].rsplit("/", 1)[1]
                    assert name in schemas, f"{path} {status}"
    for name, schema in schemas.items():
        for field, described in schema.get("properties", {}).items():
            assert "description" in described or "$ref" in described, f"{name}.{field}"


async def test_the_page_loads_only_the_apps_own_files_under_a_strict_policy() -> None:
    page = await get(DOCS)
    assert page.mimetype == "text/html"
    html = page.get_body().decode()
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert not re.search(r"<script(?![^>]*src=)", html), "no inline script"
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    for address in addresses:
        assert address.startswith(("/api/v1/", "data:,")), address
        if address.startswith(DOCS):
            file = await get(address)
            assert file.status_code == 200
            assert len(file.get_body()) > 100
            again = await get(address, {"if-none-match": file.headers["ETag"]})
            assert again.status_code == 304


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("swagger-ui-LICENSE.txt", "Apache License"),
        ("swagger-ui-NOTICE.txt", "SmartBear"),
        ("swagger-ui-bundle.js.LICENSE.txt", "DOMPurify"),
    ],
)
async def test_whoever_gets_the_scripts_can_read_their_licences(name: str, words: str) -> None:
    answer = await get(f"{DOCS}/{name}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert words in answer.get_body().decode()


@pytest.mark.parametrize("name", ["..%2Fpages.py", "index.html", "swagger-ui.css.map"])
async def test_the_page_has_no_other_files(name: str) -> None:
    assert (await get(f"{DOCS}/{name}")).status_code == 404


def problem_of(answer: func.HttpResponse, status: int) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    found: dict[str, object] = json.loads(answer.get_body())
    assert found.keys() == {"type", "title", "status", "detail", "instance", "errors"}
    return found


@pytest.mark.parametrize(
    "path", ["/nope", "/assets", "/api/v1", "/api/v2/health", "/api/v1/health/x"]
)
async def test_an_unknown_path_is_a_problem_too(path: str) -> None:
    assert problem_of(await get(path), 404)["instance"] == path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/health", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/admin/collect", "POST, OPTIONS"),
        ("DELETE", "/api/v1/posts/abc", "GET, HEAD, OPTIONS"),
        ("PUT", "/api/v1/posts/recent", "GET, HEAD, OPTIONS"),
        ("POST", "/", "GET, HEAD, OPTIONS"),
        ("DELETE", "/assets/x.js", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_method_that_a_path_does_not_answer_is_told_which_it_does(
    method: str, path: str, allowed: str
) -> None:
    answer = await ask(method, path)
    problem_of(answer, 405)
    assert answer.headers["Allow"] == allowed


async def test_what_is_too_large_is_refused() -> None:
    problem_of(await get("/api/v1/posts/recent", q="x" * 4097), 414)
    problem_of(await ask("POST", "/api/v1/nope", body=b"x" * (64 * 1024 + 1)), 413)


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/v1/admin/collect"), ("GET", "/")])
async def test_a_body_without_its_length_is_refused_rather_than_taken_for_an_empty_one(
    method: str, path: str
) -> None:
    problem = problem_of(await ask(method, path, {"transfer-encoding": "chunked"}), 411)
    assert "Content-Length" in str(problem["detail"])


async def test_what_has_no_body_says_no_length(written) -> None:
    del written
    tag = (await get("/api/v1/trending")).headers["ETag"]
    for answer in (
        await get("/api/v1/trending", {"if-none-match": tag}),
        await ask("OPTIONS", "/api/v1/trending"),
    ):
        assert answer.status_code in {204, 304}
        assert (answer.get_body(), answer.headers.get("Content-Length")) == (b"", None)


HEADS = {
    "/": 200,
    "/nope": 404,
    f"{DOCS}/swagger-ui.css": 200,
    "/api/v1/posts/recent?format=ndjson": 200,
    "/api/v1/posts/recent?hours=x": 422,
    "/api/v1/sentiment/trends?format=csv": 200,
    # Of things that aren't stored, the examples are used.
    **{
        ADDRESSES[operation]: 404
        for operation in (
            *("post", "cycle", "marker", "marker_effect", "ask_answer"),
            *("alert_rule", "alert_rule_feed", "incident"),
            *("alert_digest", "alert_digest_issues"),
        )
    },
}
# Health is checked again, so its answer may differ.
HEADS = {
    **{
        address_of(each): 200
        for each in (*READS, *PAGES)
        if "GET" in each.methods and each.operation not in {"health", "asset", "docs_file"}
    },
    **HEADS,
    ADDRESSES["alert_link"]: 403,
    # Without a sign-in, METRICS_ACCESS, SECURITY_CONTACT and a signature there are none.
    **{
        ADDRESSES[operation]: 404
        for operation in ("oauth_resource", "oauth_mcp", "metrics", "security_txt", "signed_feed")
    },
}
CHANGING = {"X-Request-Id", "Server-Timing"}
SECOND = re.compile(r"\d{8}T\d{6}Z")


@pytest.mark.parametrize(("target", "status"), HEADS.items())
async def test_head_answers_as_get_does(written, target: str, status: int) -> None:
    await keep(written, posts_back(3, timedelta(minutes=1), newest=utc_now()))
    shown, head = await get(target), await ask("HEAD", target)
    assert shown.status_code == head.status_code == status
    assert head.mimetype == shown.mimetype
    for name in dict(shown.headers).keys() - CHANGING:
        # The name of a file contains the second of its request.
        assert SECOND.sub("", head.headers[name]) == SECOND.sub("", shown.headers[name]), name
    assert head.headers["Content-Length"] != "0"


async def test_head_of_what_is_known_is_not_modified(written) -> None:
    del written
    for target in ("/api/v1/subreddits", "/api/v1/trending.atom", "/api/v1/openapi.json", "/"):
        tag = (await get(target)).headers["ETag"]
        assert (await ask("HEAD", target, {"if-none-match": tag})).status_code == 304


async def test_head_of_health_is_a_look_at_it() -> None:
    assert (await ask("HEAD", "/api/v1/health")).status_code == 200


async def test_head_collects_nothing() -> None:
    answer = await ask("HEAD", "/api/v1/admin/collect")
    problem_of(answer, 405)
    assert answer.headers["Allow"] == "POST, OPTIONS"


def test_whatever_answers_get_answers_head() -> None:
    for each in HTTP_FUNCTIONS:
        assert ("GET" in each.methods) is ("HEAD" in each.methods), each.name


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "日本", "é", "\0"])
async def test_a_header_that_the_host_cannot_send_is_a_problem_and_not_an_empty_500(
    value: str, caplog
) -> None:
    @answering
    async def odd(req: func.HttpRequest) -> func.HttpResponse:
        del req
        return func.HttpResponse("fine", headers={"X-Odd": value})

    answer = await odd(func.HttpRequest("GET", "http://h.example/x", params={}, body=b""))
    assert problem_of(answer, 500)["instance"] == "/x"
    assert "X-Odd" not in answer.headers
    assert "ERROR" in {record.levelname for record in caplog.records}


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/trending", DOCS, "/nope"])
async def test_every_answer_carries_its_request_and_its_length(path: str) -> None:
    answer = await get(path, {"x-request-id": "client-7"})
    assert answer.headers["Content-Length"] == str(len(answer.get_body()))
    assert answer.headers["X-Request-Id"] == "client-7"
    assert "total;dur=" in answer.headers["Server-Timing"]
    odd = await get(path, {"x-request-id": "<script>\n"})
    assert re.fullmatch(r"[0-9a-f]{32}", odd.headers["X-Request-Id"])


async def test_each_request_is_one_line_with_its_cost(written, caplog) -> None:
    del written
    # The first request opens the store.
    await get("/api/v1/subreddits")
    caplog.clear()
    caplog.set_level("INFO")
    await get("/api/v1/sentiment/stats", {"x-request-id": "client-8"}, subreddit="aws")
    (line,) = [each for each in caplog.messages if each.startswith("request ")]
    assert re.fullmatch(
        r"request function=api_sentiment_stats method=GET path=/api/v1/sentiment/stats status=200"
        r" ms=\d+ store_operations=3 request_units=0.000 request_id=client-8",
        line,
    )


async def test_no_origin_is_allowed_by_default_and_configured_ones_are(monkeypatch) -> None:
    origin = {"origin": "https://a.example"}
    assert "Access-Control-Allow-Origin" not in (await get("/api/v1/trending", origin)).headers
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example,https://b.example")
    settings.cache_clear()
    answer = await get("/api/v1/trending", origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert answer.headers["Vary"] == "Accept, Accept-Encoding, Origin"
    asked_first = await ask("OPTIONS", "/api/v1/admin/collect", origin)
    assert asked_first.status_code == 204
    assert "POST" in asked_first.headers["Access-Control-Allow-Methods"]
    assert "X-Functions-Key" in asked_first.headers["Access-Control-Allow-Headers"]
    other = await get("/api/v1/trending", {"origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_the_functions_of_the_table_are_the_blueprints() -> None:
    assert {each.function for each in ENDPOINTS} == http_functions().keys() - OUTSIDE


async def test_the_dashboard_is_a_page_of_its_own_files_under_a_strict_policy() -> None:
    page = await get("/")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-cache"
    html = page.get_body().decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", html), "nothing inline"
    found = re.findall(r'(?:src|href)="([^"]+)"', html)
    # The text for browsers that can't show the page links to the API.
    addresses = [address for address in found if not address.startswith("/api/v1/")]
    assert any(address.endswith(".js") for address in addresses)
    assert any(address.endswith(".css") for address in addresses)
    for address in addresses:
        assert re.fullmatch(r"/assets/[\w.-]+-[\w-]{8}\.(js|css|woff2|svg)", address), address
        file = await get(address)
        assert file.status_code == 200
        assert "immutable" in file.headers["Cache-Control"]
        again = await get(address, {"if-none-match": file.headers["ETag"]})
        assert again.status_code == 304
    head = await ask("HEAD", "/")
    assert head.status_code == 200


@pytest.mark.parametrize("name", ["..%2Fpages.py", "index.html", "x.js", "%2e%2e%2f", "a%0A.js"])
async def test_the_dashboard_has_no_other_files(name: str) -> None:
    problem_of(await get(f"/assets/{name}"), 404)


@pytest.mark.parametrize(
    ("accepted", "packs"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("gzip;q=0, br", False),
        ("gzip;q=none", False),
        ("gzip;q=2", False),
        ("gzip; q = 0", False),
        ("*", True),
        ("*;q=0", False),
        ("*;q=0.5, gzip;q=0", False),
        ("br, *;q=0.1", True),
        ("gzip;q=0.1, identity", False),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("gzip, *;q=0", True),
        ("x-gzip", True),
        ("identity", False),
        ("identity;q=0", False),
        ("", False),
    ],
)
async def test_answers_are_gzipped_for_those_who_take_it(written, accepted, packs) -> None:
    await keep(written, posts_back(30, timedelta(minutes=1), newest=utc_now()))
    plain = await get("/api/v1/posts/recent")
    answer = await get("/api/v1/posts/recent", {"accept-encoding": accepted})
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert (answer.headers.get("Content-Encoding") == "gzip") is packs
    body = answer.get_body()
    assert (gzip.decompress(body) if packs else body) == plain.get_body()
    known = {"accept-encoding": accepted, "if-none-match": answer.headers["ETag"]}
    assert (await get("/api/v1/posts/recent", known)).status_code == 304
    assert answer.headers["ETag"].startswith("W/") is packs, "a strong tag is of one encoding"
    small = await get(
        "/api/v1/posts/recent", {"accept-encoding": "gzip"}, subreddit="OpenAI", hours=1, q="zzz"
    )
    assert "Content-Encoding" not in small.headers


@pytest.mark.parametrize("accepted", ["gzip, identity;q=0", "gzip;q=0.1, *;q=0"])
async def test_what_must_not_be_plain_is_gzipped_however_small(accepted: str) -> None:
    answer = await get("/api/v1/trending", {"accept-encoding": accepted})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.get_body()) == b"[]"


@pytest.mark.parametrize("asked", ["no-cache", "max-age=0", "no-store, max-age=0"])
async def test_an_answer_that_is_kept_can_be_asked_for_anew(written, monkeypatch, asked) -> None:
    monkeypatch.setenv("CACHE_SECONDS", "60")
    settings.cache_clear()
    assert json.loads((await get("/api/v1/posts/recent")).get_body()) == []
    await keep(written, posts_back(3, timedelta(minutes=1), newest=utc_now()))
    assert json.loads((await get("/api/v1/posts/recent")).get_body()) == []
    # Wait until the cached answer has expired.
    process_caches().answers._min_age = 0.0
    anew = await get("/api/v1/posts/recent", {"cache-control": asked})
    assert len(json.loads(anew.get_body())) == 3
    stats = await get("/api/v1/sentiment/stats", {"cache-control": asked})
    assert json.loads(stats.get_body())["statistics"]["total"] == 3


def test_nothing_is_loaded_from_another_host() -> None:
    folder = Path(__file__).parents[2] / "api" / "static" / "swagger"
    assert "http" not in (folder / "start.js").read_text()
