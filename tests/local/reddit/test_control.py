import httpx
import pytest

from local.reddit.control import ControlRefused
from local.reddit.feed import feed_of
from local.reddit.objects import comment, submission
from local.reddit.server import create_app
from tests.local.reddit.test_api import client_of

NOW = 1_790_000_000
POST = submission("p1", "Cursor", NOW, title="A post", selftext="Words", num_comments=1)
LINK = submission("p2", "Cursor", NOW + 1, title="A link", url="https://example.com/a")
COMMENT = comment("c1", POST, NOW + 2, body="An answer")


@pytest.fixture
def started(stand_in):
    return stand_in([POST, LINK, COMMENT])


@pytest.fixture
def listed(started, praw_of):
    reddit = praw_of(started)

    def read(path: str, **params: str) -> list[dict]:
        children = reddit.request(method="GET", path=path, params=params)["data"]["children"]
        return [child["data"] for child in children]

    return read


def test_scores_and_counts_can_be_set(started, listed) -> None:
    started.control.set_score("t3_p1", 400)
    started.control.set_num_comments("t3_p1", 9)
    started.control.set_score("t1_c1", -3)

    assert [(p["score"], p["num_comments"]) for p in listed("r/cursor/new")] == [(1, 0), (400, 9)]
    assert [c["score"] for c in listed("r/cursor/comments")] == [-3]


def test_an_edit_changes_the_words_and_says_so(started, listed) -> None:
    started.control.edit("t1_c1", "Better words")

    (edited,) = listed("r/cursor/comments")
    assert edited["body"] == "Better words"
    assert edited["edited"] >= edited["created_utc"]


def test_what_its_author_deletes_is_listed_no_more_but_info_shows_it(started, listed) -> None:
    started.control.delete("t3_p1")
    started.control.delete("t1_c1")

    assert [p["id"] for p in listed("r/cursor/new")] == ["p2"]
    assert listed("r/cursor/comments") == []
    post, answer = listed("api/info", id="t3_p1,t1_c1")
    assert (post["author"], post["selftext"]) == ("[deleted]", "[deleted]")
    assert (post["title"], post["removed_by_category"]) == ("A post", "deleted")
    assert (answer["author"], answer["body"]) == ("[deleted]", "[deleted]")


def test_what_a_moderator_removes_says_so(started, listed) -> None:
    for name in ("t3_p1", "t3_p2", "t1_c1"):
        started.control.remove(name)

    post, link, answer = listed("api/info", id="t3_p1,t3_p2,t1_c1")
    assert (post["selftext"], post["removed_by_category"]) == ("[removed]", "moderator")
    assert (link["selftext"], link["removed_by_category"]) == ("", "moderator")
    assert answer["body"] == "[removed]"


def test_added_objects_are_listed_by_their_time(started, listed) -> None:
    late = submission("p3", "Cursor", NOW + 5)
    early = submission("p0", "Cursor", NOW - 5)
    elsewhere = submission("p4", "NewPlace", NOW)
    started.control.add([late, early, elsewhere])

    assert [p["id"] for p in listed("r/cursor/new")] == ["p3", "p2", "p1", "p0"]
    assert [p["id"] for p in listed("r/newplace/new")] == ["p4"]


def test_the_log_says_what_was_asked(started, listed) -> None:
    listed("r/cursor/new", limit="7")
    listed("api/info", id="t3_p1")

    assert started.control.counts() == {"token": 1, "new": 1, "info": 1}
    (request,) = started.control.requests("new")
    assert (request.method, request.path, request.status) == ("GET", "/r/cursor/new", 200)
    assert "limit=7" in request.query
    assert request.user_agent.startswith("python:undertone-tests")

    started.control.forget_requests()
    assert started.control.counts() == {}


def test_an_unknown_object_is_refused(started) -> None:
    with pytest.raises(ControlRefused, match="t3_nowhere"):
        started.control.set_score("t3_nowhere", 1)


def test_bad_faults_are_refused_and_the_old_ones_stay(started) -> None:
    started.control.set_faults("500,first=9")
    with pytest.raises(ControlRefused, match="no kind of fault"):
        started.control.set_faults("boom")
    assert started.control.state["faults_made"] == [0]


async def test_the_controls_are_only_for_this_machine() -> None:
    transport = httpx.ASGITransport(create_app(feed_of([POST])), client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/_control/state")
    assert answer.status_code == 403


def test_a_listing_shows_an_object_where_it_is_placed(stand_in) -> None:
    posts = [submission(f"{n:02d}", "Cursor", 1_790_000_000 + n) for n in range(5)]
    started = stand_in(posts)
    started.control.place("t3_00", 1)
    with client_of(started) as client:
        shown = client.get("/r/Cursor/new").json()["data"]["children"]
    assert [thing["data"]["id"] for thing in shown] == ["04", "00", "03", "02", "01"]
