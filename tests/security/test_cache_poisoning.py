"""Cache poisoning: nothing that a cache's key lacks changes an answer that it may keep."""

from tests.fixtures.host import RunningHost
from tests.security.attacking import check

EVIL = "poison.example"
# Of Param Miner's list of headers.
UNKEYED = {
    "X-Forwarded-Host": EVIL,
    "X-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-For": EVIL,
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Forwarded-Path": f"//{EVIL}",
    "X-Forwarded-Port": "31337",
    "X-Forwarded-Scheme": "http",
    "X-Original-URL": "/nope",
    "X-Rewrite-URL": "/nope",
    "X-Original-Host": EVIL,
    "X-HTTP-Method-Override": "DELETE",
    "X-HTTP-Method": "PUT",
    "Forwarded": f"host={EVIL};proto=http",
    "X-Azure-Ref": EVIL,
    "X-WAWS-Unencoded-URL": f"//{EVIL}/",
    "X-Functions-Key": "wrong",
    "Accept-Language": EVIL,
    "Cookie": f"a={EVIL}",
    "Prefer": EVIL,
    "Range": "bytes=0-1",
    "Pragma": "x-debug",
}
ADDRESSES = (
    "/",
    "/api/v1/sentiment/stats",
    "/api/v1/openapi.json",
    "/api/v1/posts/recent?limit=1",
    "/api/v1/posts/recent?limit=2&format=csv",
    "/api/v1/trending.atom",
    "/.well-known/security.txt",
    "/nope",
)
# The name of a file has the time of its request.
CHANGING = {"x-request-id", "server-timing", "date", "age", "content-disposition"}


def test_no_header_outside_the_key_changes_an_answer(host: RunningHost) -> None:
    for address in ADDRESSES:
        plain = host.http.get(address)
        for name, value in UNKEYED.items():
            answer = host.http.get(address, headers={name: value})
            check(answer)
            assert EVIL not in answer.text, (address, name)
            assert EVIL not in str(answer.headers), (address, name)
            assert answer.status_code == plain.status_code, (address, name)
            kept, known = (
                {key: each for key, each in found.headers.items() if key not in CHANGING}
                for found in (answer, plain)
            )
            assert kept == known, (address, name)


def test_what_an_answer_depends_on_is_in_vary_or_it_is_not_kept(host: RunningHost) -> None:
    varied = {"Origin": f"https://{EVIL}", "Accept": "text/csv", "Accept-Encoding": "identity"}
    for address in ADDRESSES:
        plain = host.http.get(address)
        for name, value in varied.items():
            answer = host.http.get(address, headers={name: value})
            check(answer)
            assert f"https://{EVIL}" not in str(answer.headers)
            differs = answer.content != plain.content or answer.headers.get(
                "content-type"
            ) != plain.headers.get("content-type")
            if differs and "max-age" in plain.headers.get("cache-control", ""):
                assert name.lower() in plain.headers["vary"].lower(), (address, name)


def test_faults_and_refusals_are_never_kept(host: RunningHost) -> None:
    for address in (
        "/nope",
        "/api/v1/sentiment/stats?hours=x",
        "/api/v1/posts/recent?evil=1",
        "/assets/nope",
    ):
        assert host.http.get(address).headers["cache-control"] == "no-store", address


def test_a_host_of_another_name_gets_no_answer_that_names_it(host: RunningHost) -> None:
    for name in (EVIL, f"127.0.0.1.{EVIL}", f"{EVIL}#127.0.0.1", f"127.0.0.1@{EVIL}"):
        answer = host.http.get("/api/v1/posts/recent?limit=1", headers={"Host": name})
        assert answer.status_code in {400, 403, 421}, name
        assert EVIL not in str(answer.headers)
