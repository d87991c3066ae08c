import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from local.reddit.feed import feed_of, subreddits_of
from local.reddit.objects import comment, fullname, submission
from local.reddit.recorded import BadRecording, move_times, read_recording

NOW = datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC)
MOVED = {"created", "created_utc", "edited", "replies"}


def test_the_newest_object_is_now_and_the_oldest_a_span_ago(recorded_data: Path) -> None:
    things = feed_of(recorded_data, span=48, clock=lambda: NOW).start()

    assert len(things) == 1545 + 4509
    assert things[-1]["data"]["created_utc"] == int(NOW.timestamp())
    assert things[0]["data"]["created_utc"] == int(NOW.timestamp()) - 48 * 3600


def test_the_order_stays_and_no_two_objects_share_a_second(recorded_data: Path) -> None:
    recorded = read_recording(recorded_data)
    things = feed_of(recorded_data, clock=lambda: NOW).start()

    assert [fullname(thing) for thing in things] == [fullname(thing) for thing in recorded]
    times = [thing["data"]["created_utc"] for thing in things]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert all(isinstance(time, float) and time.is_integer() for time in times)
    before = [thing["data"]["created_utc"] for thing in recorded]
    assert before == sorted(before)


def test_a_comment_never_comes_before_its_post(recorded_data: Path) -> None:
    things = feed_of(recorded_data, clock=lambda: NOW).start()
    created = {fullname(thing): thing["data"]["created_utc"] for thing in things}

    pairs = [
        (created[thing["data"]["link_id"]], thing["data"]["created_utc"])
        for thing in things
        if thing["data"].get("link_id") in created
    ]
    assert len(pairs) > 1000
    assert all(post < answer for post, answer in pairs)


def test_only_the_times_are_touched(recorded_data: Path) -> None:
    recorded = read_recording(recorded_data)
    things = feed_of(recorded_data, clock=lambda: NOW).start()

    for before, after in zip(recorded, things, strict=True):
        assert before["kind"] == after["kind"]
        assert before["data"].keys() == after["data"].keys()
        assert all(before["data"][k] == after["data"][k] for k in before["data"].keys() - MOVED)
        assert after["data"]["created"] == after["data"]["created_utc"]


def test_an_edit_stays_after_the_creation_and_out_of_the_future(recorded_data: Path) -> None:
    recorded = read_recording(recorded_data)
    things = feed_of(recorded_data, clock=lambda: NOW).start()

    edits = 0
    for before, after in zip(recorded, things, strict=True):
        was, now = before["data"]["edited"], after["data"]["edited"]
        assert type(was) is type(now)
        if isinstance(now, float):
            edits += 1
            assert after["data"]["created_utc"] <= now <= NOW.timestamp()
        else:
            assert was == now
    assert edits == 252


def test_objects_of_one_second_keep_the_order_of_the_files_posts_first(tmp_path: Path) -> None:
    post = submission("p", "a", 1000)
    answer = comment("c", post, 1000)
    late = submission("q", "a", 2000)
    write(tmp_path / "comments.ndjson", [answer])
    write(tmp_path / "posts.ndjson.gz", [post, late])

    assert [fullname(thing) for thing in read_recording(tmp_path)] == ["t3_p", "t1_c", "t3_q"]


def test_a_span_that_is_too_short_for_seconds_of_their_own_keeps_the_order() -> None:
    things = [submission(str(n), "a", n) for n in range(10)]
    moved = move_times(things, NOW, timedelta(seconds=3))
    times = [thing["data"]["created_utc"] for thing in moved]
    assert times == sorted(times)
    assert times[-1] - times[0] == 3


def test_the_subreddits_of_a_recording_are_listed_largest_first(recorded_data: Path) -> None:
    names = subreddits_of(recorded_data)
    assert len(names) == 14
    assert names[:2] == ("announcements", "reddit.com")


def test_a_subreddit_with_a_dot_is_served(recorded_stand_in, praw_of) -> None:
    page = praw_of(recorded_stand_in).request(
        method="GET", path="r/reddit.com/new", params={"limit": 100}
    )
    assert page["data"]["dist"] == 100


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{", "line 1"),
        (b'{"kind": "t5", "data": {"id": "1"}}', "neither t3 nor t1"),
        (b'\n{"kind": "t3", "data": {}}', "line 2"),
        (b"[]", "line 1"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: bytes, problem: str) -> None:
    (tmp_path / "posts.ndjson").write_bytes(text)
    with pytest.raises(BadRecording, match=problem):
        read_recording(tmp_path)


def test_an_empty_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="holds no recorded objects"):
        read_recording(tmp_path)


def test_a_folder_that_holds_an_object_twice_is_refused(tmp_path: Path) -> None:
    post = submission("p", "a", 1000)
    write(tmp_path / "posts.ndjson", [post, post])
    with pytest.raises(BadRecording, match="t3_p twice"):
        read_recording(tmp_path)


def write(file: Path, things: list) -> None:
    text = "".join(json.dumps(thing) + "\n" for thing in things).encode()
    file.write_bytes(gzip.compress(text) if file.suffix == ".gz" else text)


def test_times_stay_as_they_are_where_that_is_asked_for(recorded_data: Path) -> None:
    things = feed_of(recorded_data, keep_times=True, clock=lambda: NOW).start()
    assert things == read_recording(recorded_data)
