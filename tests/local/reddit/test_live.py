from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.reddit.objects import submission

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
POSTS = [submission(f"{n:02d}", "Cursor", 1_600_000_000 + n) for n in range(20)]


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def newest(reddit, path: str = "r/cursor/new") -> list[tuple[str, float]]:
    children = reddit.request(method="GET", path=path, params={"limit": 100})["data"]["children"]
    return [(child["data"]["id"], child["data"]["created_utc"]) for child in children]


def test_held_back_objects_come_one_by_one_as_time_passes(stand_in, praw_of) -> None:
    clock = Clock()
    started = stand_in(POSTS, live=True, hold_back=0.25, release_seconds=30, clock=clock)
    reddit = praw_of(started)
    assert [name for name, _ in newest(reddit)][:2] == ["14", "13"]
    assert started.control.state["held_back"] == 5

    clock.now += timedelta(seconds=29)
    assert newest(reddit)[0][0] == "14"
    clock.now += timedelta(seconds=1)
    assert newest(reddit)[0] == ("15", clock.now.timestamp())
    clock.now += timedelta(seconds=65)
    assert [name for name, _ in newest(reddit)][:3] == ["17", "16", "15"]


def test_held_back_objects_come_when_they_are_asked_for(stand_in, praw_of) -> None:
    clock = Clock()
    started = stand_in(POSTS, live=True, hold_back=0.25, release_seconds=0, clock=clock)
    reddit = praw_of(started)

    clock.now += timedelta(hours=1)
    (released,) = started.control.release(1)

    assert released["data"]["id"] == "15"
    assert newest(reddit)[0] == ("15", clock.now.timestamp())
    assert len(started.control.release()) == 4
    assert [name for name, _ in newest(reddit)][:2] == ["19", "18"]


def test_recorded_objects_without_live_all_stand_there(stand_in, recorded_data: Path) -> None:
    assert stand_in(recorded_data).control.state["held_back"] == 0


def test_the_live_sample_grows_and_its_counts_move(stand_in) -> None:
    clock = Clock()
    started = stand_in(live=True, clock=clock)
    before = {p["data"]["name"]: p["data"] for p in started.control.posts()}

    clock.now += timedelta(hours=3)
    after = {p["data"]["name"]: p["data"] for p in started.control.posts()}

    fresh = [post for name, post in after.items() if name not in before]
    moved = [name for name in before if name in after and before[name] != after[name]]
    assert fresh
    assert all(p["created_utc"] > START.timestamp() for p in fresh)
    assert moved
    assert all(after[name]["num_comments"] >= before[name]["num_comments"] for name in moved)
    later = stand_in(clock=lambda: clock.now)
    assert {p["data"]["name"]: p["data"] for p in later.control.posts()} == after


def test_the_sample_without_live_stands_still(stand_in) -> None:
    clock = Clock()
    started = stand_in(clock=clock)
    before = started.control.objects()
    clock.now += timedelta(hours=3)
    assert started.control.objects() == before


def test_what_a_test_has_changed_stays_changed_while_the_sample_moves(stand_in) -> None:
    clock = Clock()
    started = stand_in(live=True, clock=clock)
    name = started.control.posts()[-1]["data"]["name"]
    started.control.set_score(name, 4321)
    clock.now += timedelta(hours=1)
    found = {p["data"]["name"]: p["data"]["score"] for p in started.control.posts()}
    assert found[name] == 4321


def test_info_still_knows_a_sample_post_that_is_older_than_the_listing(stand_in, praw_of) -> None:
    clock = Clock()
    started = stand_in(live=True, clock=clock)
    old = started.control.posts()[0]["data"]
    clock.now += timedelta(days=2)

    assert old["name"] not in {p["data"]["name"] for p in started.control.posts()}
    (found,) = praw_of(started).request(method="GET", path="api/info", params={"id": old["name"]})[
        "data"
    ]["children"]
    assert found["data"] == old
