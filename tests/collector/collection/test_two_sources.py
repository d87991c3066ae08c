"""Two sources in one database: Reddit over HTTP, and a folder of files."""

import asyncio
import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.reads.cycles import read_cycles
from api.reads.items import read_items
from api.reads.post import read_post
from api.reads.statistics import read_stats
from api.reads.subreddits import read_subreddits
from api.schema.parameters import (
    CyclesParameters,
    ItemsParameters,
    PostParameters,
    ScopeParameters,
    SubredditsParameters,
)
from collector.collection.cycle import Collector
from collector.jobs import collect as collect_job
from collector.sources import registry
from collector.sources.base import ItemReference, Looked, Page, SeenPost, SourceBase
from collector.sources.registry import open_sources
from collector.sources.waiting import Wait, wait_until
from shared.communities import SourceName, source_of
from shared.errors import DeadlineReached, SourceRefused, Stopped, StoreUnavailable
from shared.models import Cycle, Watermark
from shared.settings import Settings
from shared.store import COMMENTS, COMMUNITIES, POSTS, open_store
from shared.store.community_states import community_key
from shared.times import iso, utc_now
from tests.api.world import deps_of
from tests.collector.harness import (
    METHOD,
    WatchedStore,
    check_statistics,
    settings_for,
    stored_items,
    things,
)

REDDIT, PUSH = ("aws", "claude"), ("push.desk", "push.chat")
ALL_OF_THEM = (*REDDIT, *PUSH)


@pytest.fixture
def reddit(stand_in):
    return stand_in(things(REDDIT, 30, newest=time.time()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pushed"
    made.mkdir()
    for name in ("desk", "chat"):
        append(made, name, {"id": "1", "kind": "post", "title": "I love this, great work"})
        append(made, name, {"id": "2", "kind": "comment", "post_id": "1", "text": "I hate it"})
    return made


@pytest.fixture
def settings(any_store_settings: Settings, reddit, folder) -> Settings:
    more = {"communities": PUSH, "push_folder": folder}
    return settings_for(any_store_settings, reddit.base_url, REDDIT, **more)


def append(folder: Path, name: str, line: dict[str, Any]) -> None:
    created = iso(utc_now() - timedelta(minutes=int(line["id"])))
    with (folder / f"{name}.ndjson").open("a") as file:
        file.write(json.dumps({"created": created, **line}) + "\n")


async def collect(store: Any, settings: Settings) -> Cycle:
    wait = wait_until(time.monotonic() + 120)
    with open_sources(settings, waits=lambda: wait) as sources:
        return await Collector(store, sources, METHOD, settings).run("cli")


async def test_one_cycle_collects_both_and_a_second_one_writes_nothing(store, settings) -> None:
    cycle = await collect(store, settings)
    assert (cycle["status"], cycle["errors"], cycle["new"]) == ("completed", [], 34)
    items = await stored_items(store, ALL_OF_THEM)
    assert Counter(item["source"] for item in items.values()) == {"reddit": 30, "push": 4}
    assert all(item["source"] == source_of(item["community"]) for item in items.values())
    assert cycle["requests"].keys() == {"reddit", "push"}
    await check_statistics(store, ALL_OF_THEM)
    watched = WatchedStore(store)
    again = await collect(watched, settings)
    assert (again["status"], again["new"], again["edited"]) == ("completed", 0, 0)
    assert not watched.written.keys() & {"posts", "comments", "stats"}


async def test_what_is_appended_is_new_edited_or_taken_back(store, settings, folder) -> None:
    await collect(store, settings)
    append(folder, "desk", {"id": "3", "kind": "post", "title": "Another one"})
    append(folder, "desk", {"id": "1", "kind": "post", "title": "I hate this"})
    append(folder, "chat", {"id": "2", "kind": "comment", "post_id": "1", "deleted": "author"})
    cycle = await collect(store, settings)
    assert (cycle["new"], cycle["edited"], cycle["removed"]) == (1, 1, 1)
    edited = await store.read(POSTS, "push.desk", "push.desk.1")
    assert (edited["title"], edited["sentiment"]["label"]) == ("I hate this", "negative")
    gone = await store.read(COMMENTS, "push.chat", "push.chat.2")
    assert gone is None or (gone["deleted"] and "hate" not in gone["content"])
    await check_statistics(store, ALL_OF_THEM)


async def test_the_job_reads_each_text_by_the_form_of_its_source(store, settings, folder) -> None:
    signed = {"kind": "comment", "post_id": "1", "text": "Sent from my iPhone"}
    append(folder, "desk", {"id": "3", **signed})
    await collect_job(settings, "cli")
    comment = await store.read(COMMENTS, "push.desk", "push.desk.3")
    assert comment["language"] == "none"


async def test_what_fails_at_one_source_keeps_no_other_from_being_collected(
    store, settings, reddit, folder
) -> None:
    reddit.control.set_faults("blocked")
    first = await collect(store, settings)
    assert first["status"] == "completed"
    assert {error["kind"] for error in first["errors"]} == {"blocked"}
    assert (
        set(await stored_items(store, ALL_OF_THEM)) == set(await stored_items(store, PUSH)) != set()
    )
    reddit.control.clear_faults()
    shutil.move(folder, folder.with_name("elsewhere"))
    second = await collect(store, settings)
    assert second["status"] == "completed"
    assert [(e["kind"], e["community"]) for e in second["errors"]] == [("missing", None)]
    assert "PUSH_FOLDER" in second["errors"][0]["message"]
    assert len(await stored_items(store, REDDIT)) == 30
    await check_statistics(store, ALL_OF_THEM)


async def test_a_file_that_is_missing_fails_its_community_alone(store, settings, folder) -> None:
    (folder / "chat.ndjson").unlink()
    cycle = await collect(store, settings)
    assert (cycle["status"], cycle["new"]) == ("completed", 32)
    (error,) = cycle["errors"]
    assert (error["community"], error["kind"]) == ("push.chat", "missing")
    state = await store.read(COMMUNITIES, *community_key("push.chat"))
    assert state["last_error"] == error


async def test_without_reddit_the_product_is_whole(any_store_settings, folder) -> None:
    settings = any_store_settings.model_copy(
        update={"subreddits": (), "communities": PUSH, "push_folder": folder}
    )
    store = await open_store(settings, retry_seconds=60)
    try:
        cycle = await collect(store, settings)
        assert (cycle["status"], cycle["new"], cycle["errors"]) == ("completed", 4, [])
        assert cycle["requests"].keys() == {"push"}
    finally:
        await store.close()


async def test_reads_show_both_sources_and_unknown_counts_as_unknown(store, settings) -> None:
    await collect(store, settings)
    deps = deps_of(
        store,
        now=utc_now(),
        names=REDDIT,
        COMMUNITIES=",".join(PUSH),
        PUSH_FOLDER=str(settings.push_folder),
    )
    listed = await read_subreddits(deps, SubredditsParameters())
    assert listed.subreddits == list(ALL_OF_THEM)
    assert {each.name: each.items_24h for each in listed.details}["push.desk"] == 2
    stats = await read_stats(deps, ScopeParameters(community="PUSH.desk"))
    assert (stats.subreddit, stats.statistics.posts, stats.statistics.comments) == (
        "push.desk",
        1,
        1,
    )
    found = await read_post(deps, PostParameters(id="push.desk.1"))
    assert (found.post.source, found.post.subreddit, found.post.upvotes) == (
        "push",
        "push.desk",
        None,
    )
    assert [each.parent_id for each in found.comments] == ["push.desk.1"]
    assert found.comments[0].author == "[deleted]"
    page = await read_items(deps, ItemsParameters(limit=100))
    assert Counter(each.source for each in page.items.root) == {"reddit": 30, "push": 4}


@pytest.mark.parametrize("origin", ["live", "sample"])
async def test_clients_read_which_folder_is_missing_but_not_where(
    store, settings, folder, origin
) -> None:
    settings = settings.model_copy(update={"origin": origin})
    shutil.move(folder, folder.with_name("elsewhere"))
    await collect(store, settings)
    deps = deps_of(store, now=utc_now(), names=REDDIT)
    (cycle,) = (await read_cycles(deps, CyclesParameters())).root
    (error,) = cycle.errors
    assert "PUSH_FOLDER" in error.message
    assert folder.name in error.message
    assert str(folder.parent) not in error.message


class Forgetful(SourceBase):
    """A source whose only post was there once, and is gone for certain."""

    name: SourceName = "push"
    keys_at_once = 10
    requests_used = 0

    def __init__(self) -> None:
        super().__init__()
        self.has_it = True

    def poll(
        self, _community: str, _watermark: Watermark | None, *, oldest: str, now: Any
    ) -> Iterator[Page]:
        del oldest
        post = SeenPost(
            id="push.desk.9",
            author=None,
            title="I love it",
            content="",
            url="",
            permalink="",
            created_utc=now.timestamp() - 60,
            upvotes=None,
            upvote_ratio=None,
            comment_count=None,
            flair=None,
            deleted=False,
        )
        yield Page([post] if self.has_it else [], {})

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        self.requests_used += 1
        gone = frozenset(item.key for item in items if item.id == "push.desk.9")
        return Looked([], gone)


async def test_what_a_source_certainly_has_no_more_goes(store, settings) -> None:
    await collect(store, settings)
    only = settings.model_copy(update={"subreddits": (), "communities": ("push.desk",)})
    source = Forgetful()
    collector = Collector(store, {"push": source}, METHOD, only)
    assert (await collector.run("cli"))["new"] == 1
    source.has_it = False
    cycle = await collector.run("cli")
    assert cycle["removed"] == 1
    assert await store.read(POSTS, "push.desk", "push.desk.9") is None
    # Of the others it says nothing: they stay.
    assert await store.read(POSTS, "push.desk", "push.desk.1") is not None
    await check_statistics(store, ALL_OF_THEM)


class Odd(Forgetful):
    """A source without items that fails in a chosen way."""

    def __init__(
        self, name: SourceName, polling: Exception | None = None, looking: Exception | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.has_it = False
        self._polling, self._looking = polling, looking

    def poll(self, *args: Any, **named: Any) -> Iterator[Page]:
        self.requests_used += 1
        if self._polling is not None:
            raise self._polling
        return super().poll(*args, **named)

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        if self._looking is not None:
            raise self._looking
        return super().look_again(items)


@pytest.mark.parametrize("late", ["reddit", "push"])
async def test_a_source_without_time_hides_no_other_that_refuses(store, settings, late) -> None:
    errors = {
        "reddit": SourceRefused("missing", "It isn't there"),
        "push": SourceRefused("missing", "It isn't there"),
        late: DeadlineReached("no time"),
    }
    sources: Any = {name: Odd(name, errors[name]) for name in errors}
    cycle = await Collector(store, sources, METHOD, settings).run("cli")
    assert {error["kind"] for error in cycle["errors"]} == {"missing", "deadline"}
    (said,) = [error["message"] for error in cycle["errors"] if error["kind"] == "deadline"]
    assert "2 communities wait" in said
    assert {name: each["used"] for name, each in cycle["requests"].items()} == {
        "reddit": 1,
        "push": 1,
    }


@pytest.mark.parametrize("broken", ["reddit", "push"])
async def test_a_defect_in_one_sources_sweep_ends_no_others(store, settings, broken) -> None:
    await collect(store, settings)
    sources: Any = {
        name: Odd(name, looking=KeyError("x") if name == broken else None)
        for name in ("reddit", "push")
    }
    cycle = await Collector(store, sources, METHOD, settings).run("cli")
    assert cycle["status"] == "completed"
    (error,) = cycle["errors"]
    assert (error["kind"], broken in error["message"]) == ("internal", True)
    (whole,) = sources.keys() - {broken}
    assert sources[whole].requests_used > len(ALL_OF_THEM) // 2
    await check_statistics(store, ALL_OF_THEM)


class Meeting(Odd):
    """A source whose lookups wait until all others are being looked at too."""

    def __init__(self, name: SourceName, meeting: threading.Barrier) -> None:
        super().__init__(name)
        self._meeting = meeting
        self.looks = 0

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        if not self.looks:
            self._meeting.wait(timeout=60)
        self.looks += 1
        return super().look_again(items)


async def test_sources_are_swept_side_by_side(store, settings) -> None:
    await collect(store, settings)
    meeting = threading.Barrier(2)
    sources: Any = {name: Meeting(name, meeting) for name in ("reddit", "push")}
    cycle = await Collector(store, sources, METHOD, settings).run("cli")
    assert (cycle["status"], cycle["errors"]) == ("completed", [])
    assert all(source.looks for source in sources.values())


class Waiting(Odd):
    """A source that waits for its turn, and notes how that ends."""

    def __init__(self, wait: Wait, begun: threading.Event) -> None:
        super().__init__("reddit")
        self._wait, self._begun = wait, begun
        self.ended_by: Exception | None = None

    def poll(self, *_args: Any, **_named: Any) -> Iterator[Page]:
        self._begun.set()
        try:
            self._wait(30)
        except Stopped as error:
            self.ended_by = error
            raise
        yield Page([], {})


def test_a_source_that_waits_keeps_no_process_whose_cycle_has_ended(
    sqlite_settings, folder, monkeypatch
) -> None:
    begun = threading.Event()
    made: list[Waiting] = []

    class Breaking(Odd):
        def poll(self, *_args: Any, **_named: Any) -> Iterator[Page]:
            begun.wait()
            raise StoreUnavailable("gone")
            yield

    def waiting(_settings: Settings, wait: Wait) -> Waiting:
        made.append(Waiting(wait, begun))
        return made[0]

    makers = {"reddit": waiting, "push": lambda *_: Breaking("push")}
    monkeypatch.setattr(registry, "MAKERS", makers)
    more = {"communities": ("push.desk",), "push_folder": folder}
    settings = settings_for(sqlite_settings, "http://127.0.0.1:9", ("aws",), **more)
    with pytest.raises(StoreUnavailable):
        asyncio.run(collect_job(settings, "cli"))
    # Without it the wait would have gone on to its end, and the process with it.
    assert isinstance(made[0].ended_by, Stopped)
