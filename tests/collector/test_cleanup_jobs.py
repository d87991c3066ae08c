"""The functions of a cleanup in shards: the timer begins it, the queue's function works on it."""

import asyncio
import json
from collections import deque
from datetime import timedelta

import pytest

from collector import shard_runs
from collector.cleanup_jobs import clean_up_on_message, send_due_cleanup
from collector.jobs import clean_up, clean_up_on_timer, collect
from collector.rounds.documents import change_round, read_round
from local.commands.maintenance import cleanup_command
from local.reddit.limits import RateLimit
from shared.errors import BadMessage
from shared.models import Cleanup, CommunityState
from shared.settings import Settings
from shared.shards import LOST_AFTER, Sharding
from shared.store import CLEANUPS, Query, Store
from shared.store.community_states import states_of_shard
from shared.times import iso, utc_now
from tests.collector.crashing import opened
from tests.collector.harness import check_statistics, settings_for, stored_items, things
from tests.collector.test_shard_jobs import NAMES, Output

ITEMS = 60


@pytest.fixture
async def settings(sqlite_settings: Settings, stand_in, monkeypatch) -> Settings:
    """Return the settings of a database in shards all of whose items are expired."""
    monkeypatch.setattr(shard_runs, "SHARDING", Sharding(fewest=4, size=3))
    newest = (utc_now() - timedelta(hours=26)).timestamp()
    reddit = stand_in(things(NAMES, ITEMS, newest=newest), rate_limit=RateLimit(requests=10**6))
    settings = settings_for(sqlite_settings, reddit.base_url, NAMES, sweep_requests=2)
    longer = settings.model_copy(update={"retention_days": 3})
    assert (await collect(longer, "cli"))["new"] == ITEMS
    return settings.model_copy(update={"retention_days": 1})


async def newest_cleanup(settings: Settings) -> Cleanup:
    async with opened(settings) as store:
        query = Query(CLEANUPS, "cleanup", 10, order_by="id", below="cleanup_9")
        return (await store.query(query))[-1]


async def begin(settings: Settings) -> deque[str]:
    output = Output()
    await asyncio.to_thread(clean_up_on_timer, settings, past_due=False, output=output)
    return output.messages


async def run(settings: Settings, body: str) -> deque[str]:
    output = Output()
    await asyncio.to_thread(clean_up_on_message, settings, body.encode(), output)
    return output.messages


async def test_the_timer_begins_a_cleanup_which_the_queue_does(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    (message,) = await begin(settings)
    begun = await newest_cleanup(settings)
    assert (begun["id"], begun["status"]) == (json.loads(message)["cleanup"], "running")
    assert f"cleanup.ended function=cleanup outcome=planned cleanup={begun['id']}" in caplog.text
    async with opened(settings) as store:
        assert len(await stored_items(store, NAMES)) == ITEMS
    assert not await run(settings, message)
    done = await newest_cleanup(settings)
    assert (done["id"], done["status"], done["complete"]) == (begun["id"], "completed", True)
    assert done["removed"]["posts"] + done["removed"]["comments"] == ITEMS
    async with opened(settings) as store:
        assert await stored_items(store, NAMES) == {}
        await check_statistics(store, NAMES)
    assert "clean_up_shards.ended function=clean_up_shards outcome=completed" in caplog.text
    # One that comes twice, or late, finds nothing to do.
    assert not await run(settings, message)
    assert "clean_up_shards.ended function=clean_up_shards outcome=skipped" in caplog.text


async def test_the_command_cleans_up_to_the_end(settings: Settings) -> None:
    done = await clean_up(settings)
    assert done["complete"]
    assert done["removed"]["posts"] + done["removed"]["comments"] == ITEMS
    async with opened(settings) as store:
        found = await read_round(store, "cleanup")
    assert found
    assert (found["run"], found["open"]) == (done["id"], [])


async def test_with_fewer_communities_one_cleanup_removes_all(settings: Settings) -> None:
    few = settings.model_copy(update={"subreddits": NAMES[:3]})
    assert not await begin(few)
    done = await newest_cleanup(few)
    assert (done["status"], done["complete"], "has_shards" in done) == ("completed", True, False)
    async with opened(settings) as store:
        assert await read_round(store, "cleanup") is None
        assert await stored_items(store, NAMES) == {}


async def test_lost_messages_are_sent_again_after_a_while(settings: Settings) -> None:
    async def due() -> deque[str]:
        output = Output()
        await asyncio.to_thread(send_due_cleanup, settings, output)
        return output.messages

    assert not await due()
    (message,) = await begin(settings)
    assert not await due()
    async with opened(settings) as store:
        past = iso(utc_now() - LOST_AFTER - timedelta(seconds=5))
        await change_round(store, "cleanup", lambda r: r and {**r, "updated_at": past})
    assert list(await due()) == [message]
    assert not await run(settings, message)
    assert not await due()


async def test_the_command_names_a_shard_that_was_given_up(
    settings: Settings, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(store: Store, shard: str, limit: int) -> list[CommunityState]:
        if shard == "shard_reddit_0001":
            raise RuntimeError("no memory")
        return await states_of_shard(store, shard, limit)

    monkeypatch.setattr("collector.rounds.cleanup.states_of_shard", broken)
    environ = {
        "SQLITE_PATH": str(settings.sqlite_path),
        "SUBREDDITS": ",".join(NAMES),
        "RETENTION_DAYS": "1",
    }
    assert await asyncio.to_thread(cleanup_command, environ, dry_run=False, as_json=False) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "shard_reddit_0001 failed 5 times: RuntimeError: no memory" in shown
    assert "The time was used up" not in shown
    assert not (await newest_cleanup(settings))["complete"]


def test_a_message_that_cannot_be_read_is_refused(sqlite_settings: Settings) -> None:
    for body in (b"", b"{}", b'{"cleanup": "x"}', b'{"cleanup": "cycle_20261125_120000"}'):
        with pytest.raises(BadMessage):
            clean_up_on_message(sqlite_settings, body, Output())  # type: ignore[arg-type]
    unknown = Output()
    message = b'{"cleanup": "cleanup_20200101_000000"}'
    clean_up_on_message(sqlite_settings, message, unknown)  # type: ignore[arg-type]
    assert not unknown.messages
