"""The past of a forum is reread: what was taken back goes within two days, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from collector.backfill.journal import new_backfill
from collector.backfill.turn import BackfillTurn
from collector.collection.cycle import Collector
from collector.collection.sweep import read_cursors
from collector.sources.discourse.source import DiscourseSource
from collector.sources.waiting import Wait
from local.discourse.board import PRIVATE, Board, BoardPost
from local.discourse.server import StandIn
from shared.errors import DeadlineReached
from shared.models import Cycle
from shared.settings import Settings
from shared.store import BACKFILLS, Store
from shared.times import utc_now
from tests.collector.harness import METHOD, check_statistics, stored_items
from tests.contracts.worlds.base import FAST

NAME = "forum.desk"
POSTS = 400
TWO_DAYS = 96
HALF_HOUR = timedelta(minutes=30)


def no_wait(_seconds: float) -> None:
    """Go on at once."""


class World:
    """A forum whose posts are all older than 48 hours, and were stored by a backfill."""

    def __init__(self, store: Store, settings: Settings, running: StandIn) -> None:
        self.store, self.settings, self.app = store, settings, running.app
        self.board: Board = running.app.boards["desk"]
        self.now = utc_now()

    def source(self, wait: Wait = no_wait) -> DiscourseSource:
        return DiscourseSource(self.settings, wait=wait, backoff=FAST, pace=0.0)

    async def begin(self) -> None:
        await self.cycle()
        start = self.now - timedelta(days=30)
        made = new_backfill(NAME, "discourse", start=start, now=self.now, ticket="t")
        await self.store.create(BACKFILLS, made)
        source = self.source()
        turn = BackfillTurn(
            self.store, source, METHOD, self.settings, lambda: False, clock=lambda: self.now
        )
        done = await turn.run(NAME, ticket="t")
        source.close()
        assert done["complete"]
        assert len(await self.items()) == POSTS

    async def cycle(self, wait: Wait = no_wait) -> Cycle:
        source = self.source(wait)
        try:
            return await Collector(
                self.store,
                {"discourse": source},
                METHOD,
                self.settings,
                clock=lambda: self.now,
            ).run("cli")
        finally:
            source.close()
            self.now += HALF_HOUR

    async def two_days(self) -> None:
        """Collect until the walks of two days are over, which takes fewer cycles than those."""
        for _ in range(2):
            for _ in range(TWO_DAYS // 2):
                await self.cycle()
                if (await self.walk())["is_over"]:
                    break
            else:
                raise AssertionError("a walk isn't over in a day")
            self.now += timedelta(days=1)

    async def walk(self) -> Any:
        return (await read_cursors(self.store, "discourse")).get("past", {})[NAME]

    async def items(self) -> dict[str, Any]:
        return {item["id"]: item for item in (await stored_items(self.store, [NAME])).values()}

    def id_of(self, post_id: int) -> str:
        post = self.board.post(post_id)
        assert isinstance(post, BoardPost)
        number = f".{post.number}" if post.number > 1 else ""
        return f"{NAME}.{post.topic_id}{number}"


@pytest.fixture
async def world(sqlite_store, sqlite_settings, forums) -> World:
    newest = (utc_now() - timedelta(days=3)).timestamp()
    running = forums(desk=Board(generated=POSTS, newest_generated=newest))
    running.app.without_limits()
    # Two slices a cycle, and a lookup.
    more = {
        "subreddits": (),
        "communities": (NAME,),
        "forums": {"desk": running.address_of("desk")},
        "sweep_requests": 5,
    }
    made = World(sqlite_store, sqlite_settings.model_copy(update=more), running)
    await made.begin()
    return made


async def test_all_that_was_taken_back_goes_in_two_days_and_nothing_else(world) -> None:
    before = await world.items()
    deleted = [2, 51, 52, 99, 100, 101, 150, 222, 223, 300, 390, 399]
    for post_id in deleted:
        world.board.delete(post_id)
    world.board.delete(161)
    world.board.changed_topic(31).category = PRIVATE
    world.board.changed(70).is_hidden = True
    world.board.edit(60, "I hate this now")
    world.board.changed(340).likes = 77
    await world.two_days()
    gone = {world.id_of(each) for each in [*deleted, 70, *range(161, 169), *range(241, 249)]}
    after = await world.items()
    shown = {key for key, item in after.items() if not item["deleted"]}
    assert set(before) - shown == gone
    assert all(after[key]["author"] is None for key in set(after) - shown)
    edited = after[world.id_of(60)]
    assert (edited["content"], edited["edited"]) == ("I hate this now", True)
    assert after[world.id_of(340)]["upvotes"] == 77
    await check_statistics(world.store, [NAME])


async def test_what_many_deletions_leave_behind_is_removed(world) -> None:
    deleted = [each for each in range(101, 301) if each % 8 != 1]
    for post_id in deleted:
        world.board.delete(post_id)
    await world.two_days()
    assert len(await world.items()) == POSTS - len(deleted)


async def test_what_stands_elsewhere_than_its_time_says_stays(world) -> None:
    # A moderator dated a topic back, and another one took a topic off the lists.
    for post_id in range(281, 289):
        world.board.changed(post_id).created -= 10 * 3600
    for topic in (12, 13, 20):
        world.board.changed_topic(topic).is_visible = False
    world.board.delete(140)
    before = await world.items()
    await world.two_days()
    assert set(before) - set(await world.items()) == {world.id_of(140)}


@pytest.mark.parametrize(
    "faults",
    [
        "blocked,route=posts",
        "login,route=posts",
        "cut,route=posts,rate=0.5",
        "truncated,route=posts",
        "empty,route=posts",
        "renamed_fields,route=posts",
        "ignores_before,route=posts",
        "not_found_page,route=topic",
        "blocked",
        "503",
    ],
)
async def test_a_faulty_answer_takes_nothing_away(world, faults) -> None:
    before = await world.items()
    world.app.set_faults(faults)
    for _ in range(12):
        await world.cycle()
    assert (await world.items()).keys() == before.keys()
    world.app.set_faults()
    world.board.delete(123)
    await world.two_days()
    assert before.keys() - (await world.items()).keys() == {world.id_of(123)}


async def test_a_page_without_its_half_takes_nothing_away(world, monkeypatch) -> None:
    whole = world.board.listed
    monkeypatch.setattr(world.board, "listed", lambda before: whole(before)[::2])
    before = await world.items()
    await world.two_days()
    assert (await world.items()).keys() == before.keys()


async def test_a_sweep_that_stops_anywhere_goes_on_where_it_was(world) -> None:
    for post_id in (20, 180, 333):
        world.board.delete(post_id)
    cursors: list[int] = []
    for cycle in range(TWO_DAYS):
        await world.cycle(Allowed(8 + cycle % 30))
        past = (await read_cursors(world.store, "discourse")).get("past", {})
        walk = past.get(NAME)
        if walk and walk["is_over"]:
            break
        if walk and "before" in (walk["cursor"] or {}):
            cursors.append(int(walk["cursor"]["before"]))
    assert cursors == sorted(cursors, reverse=True)
    assert len(set(cursors)) > 2
    assert len(await world.items()) == POSTS - 3
    await check_statistics(world.store, [NAME])


async def test_no_sweep_rereads_nothing(world) -> None:
    world.settings = world.settings.model_copy(update={"sweep_requests": 0})
    world.now += timedelta(days=2)
    before = await read_cursors(world.store, "discourse")
    await world.cycle()
    assert (await read_cursors(world.store, "discourse")).get("past") == before.get("past")


async def test_a_forum_that_fails_leaves_the_others_to_be_reread(
    sqlite_store, sqlite_settings, forums
) -> None:
    newest = (utc_now() - timedelta(days=3)).timestamp()
    boards = {name: Board(generated=100, newest_generated=newest) for name in ("desk", "other")}
    running = forums(**boards)
    running.app.without_limits()
    names = (NAME, "forum.other")
    more = {
        "subreddits": (),
        "communities": names,
        "forums": {name: running.address_of(name) for name in boards},
    }
    world = World(sqlite_store, sqlite_settings.model_copy(update=more), running)
    await world.cycle()
    await world.cycle()
    world.now += timedelta(days=1)
    running.app.set_faults("503,forum=other,route=posts")
    gone = list(await stored_items(sqlite_store, [NAME]))
    boards["desk"].delete(77)
    await world.cycle()
    left = await stored_items(sqlite_store, [NAME])
    assert len(gone) - len(left) == 1
    assert (await world.walk())["is_over"]


class Allowed:
    """A wait that ends the cycle after a number of requests."""

    def __init__(self, requests: int) -> None:
        self._left = requests

    def __call__(self, seconds: float) -> None:
        del seconds
        if not self._left:
            raise DeadlineReached("no time is left")
        self._left -= 1
