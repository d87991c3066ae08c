"""Signed addresses of feeds: who makes them, what they open, and how they end."""

import asyncio
import json
from typing import Any
from xml.etree.ElementTree import fromstring

import azure.functions as func
import pytest

from shared.feed_addresses import MAX_ADDRESSES, MAX_REVOKED, kept
from shared.models import FeedAddress
from shared.settings import settings
from shared.subjects.starter import starter_pack
from shared.times import utc_now
from tests.api.access_world import CREDENTIALS, MODES
from tests.api.world import BASE, a_post, ask, get, keep

pytestmark = pytest.mark.usefixtures("process")

ADMIN = CREDENTIALS["admin"]
SUBJECT = starter_pack()[0]["id"]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def closed(monkeypatch) -> None:
    """Close the reads: only keys open them."""
    for name, value in MODES["key"].items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


async def make(who: dict[str, str] = ADMIN, **body: object) -> func.HttpResponse:
    given = {"name": "Rita's reader", "feed": "trending", **body}
    return await ask("POST", "/api/v1/feeds", who, body=json.dumps(given).encode())


async def made(**body: object) -> dict[str, Any]:
    answer = await make(**body)
    assert answer.status_code == 201, answer.get_body()
    found: dict[str, Any] = json.loads(answer.get_body())
    return found


async def test_an_address_opens_its_feed_and_no_other_and_is_revoked(written, caplog) -> None:
    await keep(written, [a_post(1, utc_now())])
    rule = {"name": "Mood", "scope": "all", "condition": {"type": "mood"}}
    put = {**ADMIN, "if-match": "*"}
    await ask("PUT", "/api/v1/alerts/rules/mood", put, body=json.dumps(rule).encode())
    addresses = [
        await made(),
        await made(feed="subject", id=SUBJECT),
        await made(feed="alert_rule", id="mood"),
    ]
    titles = []
    for each in addresses:
        path = each["address"]
        opened = await get(path)
        assert opened.status_code == 200
        assert opened.headers["Cache-Control"] == "private, no-cache"
        root = fromstring(opened.get_body())  # noqa: S314 - the app's own
        titles.append(root.findtext(f"{ATOM}title"))
        own = next(
            each.get("href") for each in root.iter(f"{ATOM}link") if each.get("rel") == "self"
        )
        assert own == BASE + path
        again = await get(path, {"if-none-match": opened.headers["ETag"]})
        assert again.status_code == 304
        assert path.rpartition("/")[2] not in caplog.text
    assert len(set(titles)) == 3
    assert (await get(f"{addresses[1]['address']}?sort=reach")).status_code == 200
    assert (await get(f"{addresses[0]['address']}?sort=reach")).status_code == 422
    # The same signature under another id, another letter, another case.
    ids = [each["address"].rpartition("/")[2].split(".")[0] for each in addresses]
    token = addresses[0]["address"].rpartition("/")[2]
    _, signature = token.split(".")
    for forged in (
        f"{ids[1]}.{signature}",
        f"{ids[0]}.{signature[:-1]}_",
        token.upper(),
        "x" * 5000,
    ):
        assert (await get(f"/feeds/{forged}")).status_code == 404
    revoked = await ask("DELETE", f"/api/v1/feeds/{ids[0]}", ADMIN)
    assert json.loads(revoked.get_body())["revoked_by"] == "adam"
    assert (await get(addresses[0]["address"])).status_code == 404
    assert (await get(addresses[1]["address"])).status_code == 200
    listed = await get("/api/v1/feeds", ADMIN)
    found = json.loads(listed.get_body())
    assert [(each["feed"], each["made_by"], each["revoked_at"] is None) for each in found] == [
        ("alert_rule", "adam", True),
        ("subject", "adam", True),
        ("trending", "adam", False),
    ]
    assert signature not in listed.get_body().decode()


@pytest.mark.parametrize("who", ["nobody", "reader", "wrong"])
async def test_only_who_may_change_something_makes_lists_and_revokes(written, who: str) -> None:
    del written
    refused = {"nobody": 401, "wrong": 401, "reader": 403}[who]
    own = (await made())["id"]
    answers = [
        await make(CREDENTIALS[who]),
        await get("/api/v1/feeds", CREDENTIALS[who]),
        await ask("DELETE", f"/api/v1/feeds/{own}", CREDENTIALS[who]),
    ]
    assert [each.status_code for each in answers] == [refused] * 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"feed": "subject"}, 422),
        ({"feed": "trending", "id": SUBJECT}, 422),
        ({"feed": "subject", "id": "nothing"}, 404),
        ({"feed": "alert_rule", "id": "nothing"}, 404),
        ({"feed": "everything"}, 422),
        ({"name": ""}, 422),
        ({"name": "two\nlines"}, 422),
        ({"more": 1}, 422),
    ],
)
async def test_what_opens_nothing_is_refused(written, body, status: int) -> None:
    del written
    assert (await make(**body)).status_code == status


async def test_addresses_made_at_the_same_time_are_all_kept(written) -> None:
    del written
    ids = {each["id"] for each in await asyncio.gather(*(made() for _ in range(4)))}
    found = json.loads((await get("/api/v1/feeds", ADMIN)).get_body())
    assert {each["id"] for each in found} == ids


def test_many_revoked_ones_are_forgotten_and_no_other() -> None:
    def address(number: int, revoked_at: str | None) -> FeedAddress:
        return FeedAddress(
            id=f"{number:016x}",
            feed="trending",
            target="",
            name="x",
            made_at="2026-11-27T00:00:00Z",
            made_by=None,
            revoked_at=revoked_at,
            revoked_by=None,
        )

    gone = [address(number, "2026-11-27T00:00:00Z") for number in range(MAX_REVOKED + 5)]
    left = [address(1000 + number, None) for number in range(MAX_ADDRESSES)]
    assert kept([*gone, *left]) == [*gone[5:], *left]
