"""Digests in the running product: from the API and the timer, by the queues, to a web hook."""

import asyncio
from typing import Any

from shared.digests.definitions import no_digests, write_digests
from shared.models import ScheduledDigest
from shared.settings import Settings, load_settings
from shared.times import utc_now
from tests.collector.alerts.http_receiver import receiving
from tests.collector.crashing import opened
from tests.e2e.test_alerts import wait_until
from tests.shared.digests.digests import a_digest

PATH = "/api/v1/alerts/digests"


def test_a_digest_that_is_due_and_a_test_of_one_reach_a_web_hook(running_host, tmp_path) -> None:
    path = tmp_path / "data" / "undertone.db"
    path.parent.mkdir()
    settings = load_settings({"SQLITE_PATH": str(path)})
    with receiving() as receiver:
        hook: Any = {"type": "webhook", "to": receiver.url("hook"), "secret": None}
        # That of the last Monday is due: the app was down then.
        asyncio.run(_fill(settings, a_digest(channels=[hook])))
        host = running_host(
            settings={
                "ALERTS_ALLOW": "127.0.0.1",
                "ALERTS_SCHEDULE": "*/2 * * * * *",
                "PUBLIC_URL": "https://mood.example.org",
            }
        )
        wait_until(lambda: len(receiver.taken) == 1)
        answer = host.http.put(
            f"{PATH}/daily",
            json={"name": "Daily", "every": "day", "channels": [hook], "enabled": False},
            headers={"If-Match": "*"},
        )
        assert answer.status_code == 201, answer.text
        asked = host.http.post(f"{PATH}/daily/test")
        assert asked.status_code == 202, asked.text
        wait_until(lambda: len(receiver.taken) == 2)
        host.wait_for_log(r"digests.message_sent ", count=2)
        issues = host.http.get(f"{PATH}/daily/issues").json()
        listed = host.http.get(PATH).json()["digests"]
    scheduled, test = receiver.taken.values()
    assert scheduled["type"] == "alert.digest"
    digest = scheduled["data"]["digest"]
    assert digest["is_empty"]
    assert "nothing was collected" in digest["sentence"]
    assert digest["next_text"].startswith("The next one comes on Monday, ")
    assert digest["address"].startswith("https://mood.example.org/?view=digest&period=week&until=")
    assert test["type"] == "alert.test"
    assert test["data"]["digest"]["every"] == "day"
    assert issues["tests"] == []
    assert [each["status"] for each in issues["issues"][0]["deliveries"]] == ["sent"]
    assert [(each["id"], each["status"]) for each in listed] == [("team", "sent"), ("daily", "off")]


async def _fill(settings: Settings, digest: ScheduledDigest) -> None:
    async with opened(settings) as store:
        before, now = no_digests(), utc_now()
        await write_digests(store, before, digests=[digest], change="made for a test", now=now)
