from datetime import UTC, datetime

import prawcore
import pytest

from local.reddit.limits import RateLimit
from local.reddit.objects import comment, submission

NOW = 1_790_000_000


def many_posts(count: int) -> list:
    return [submission(f"{n:04d}", "Cursor", NOW + n, title=f"Post {n}") for n in range(count)]


def test_praw_reads_every_recorded_post_newest_first(recorded_stand_in, praw_of) -> None:
    posts = list(praw_of(recorded_stand_in).subreddit("AskReddit").new(limit=None))

    shown = recorded_stand_in.control.posts("AskReddit")
    assert [post.id for post in posts] == [p["data"]["id"] for p in reversed(shown)]
    assert [post.title for post in posts] == [p["data"]["title"] for p in reversed(shown)]


def test_praw_reads_comments_as_they_were_recorded(recorded_stand_in, praw_of) -> None:
    found = list(praw_of(recorded_stand_in).subreddit("programming").comments(limit=None))

    shown = recorded_stand_in.control.comments("programming")
    assert len(found) == len(shown) == 134
    assert [(c.id, c.body, c.link_id) for c in found] == [
        (c["data"]["id"], c["data"]["body"], c["data"]["link_id"]) for c in reversed(shown)
    ]


def test_a_listing_ends_after_a_thousand_objects(stand_in, praw_of) -> None:
    started = stand_in(many_posts(1100))

    posts = list(praw_of(started).subreddit("cursor").new(limit=None))

    assert [post.id for post in posts] == [f"{n:04d}" for n in range(1099, 99, -1)]
    assert started.control.counts()["new"] == 10


def test_praw_reads_what_info_is_asked_for_in_that_order(recorded_stand_in, praw_of) -> None:
    control = recorded_stand_in.control
    things = [*control.objects("redditdev"), *reversed(control.objects("IAmA"))]
    names = [thing["data"]["name"] for thing in things]

    assert [thing.fullname for thing in praw_of(recorded_stand_in).info(fullnames=names)] == names


def test_praw_reads_a_posts_tree_of_comments(stand_in, praw_of) -> None:
    post = submission("p1", "Cursor", NOW, num_comments=4)
    first = comment("c1", post, NOW + 1, body="first")
    answer = comment("c2", post, NOW + 2, body="answer", parent_id="t1_c1")
    second = comment("c3", post, NOW + 3, body="second")
    orphan = comment("c4", post, NOW + 4, body="orphan", parent_id="t1_unknown")
    started = stand_in([post, first, answer, second, orphan])

    read = praw_of(started).submission("p1")

    assert read.title == "A title"
    assert [c.body for c in read.comments] == ["first", "second", "orphan"]
    assert [(c.body, c.depth) for c in read.comments[0].replies] == [("answer", 1)]
    assert len(read.comments.list()) == 4


def test_praw_reads_the_threads_of_the_sample(stand_in, praw_of) -> None:
    started = stand_in(clock=lambda: datetime.fromtimestamp(NOW, UTC))
    reddit = praw_of(started)

    post = max(reddit.subreddit("OpenAI").new(limit=200), key=lambda post: post.num_comments)

    assert post.link_flair_text == "Sample data"
    assert len(post.comments.list()) == post.num_comments > 5
    assert any(c.depth > 0 and c.parent_id.startswith("t1_") for c in post.comments.list())


def test_raw_requests_page_through_a_listing(stand_in, praw_of) -> None:
    started = stand_in(many_posts(5))
    reddit = praw_of(started)

    first = reddit.request(method="GET", path="r/cursor/new", params={"limit": 3})["data"]
    rest = reddit.request(
        method="GET", path="r/cursor/new", params={"limit": 3, "after": first["after"], "count": 3}
    )["data"]

    assert [c["data"]["id"] for c in first["children"]] == ["0004", "0003", "0002"]
    assert (first["after"], first["before"], first["dist"]) == ("t3_0002", None, 3)
    assert [c["data"]["id"] for c in rest["children"]] == ["0001", "0000"]
    assert (rest["after"], rest["before"], rest["dist"]) == (None, "t3_0001", 2)


def test_a_subreddit_that_does_not_exist_leads_to_the_search(stand_in, praw_of) -> None:
    reddit = praw_of(stand_in(many_posts(1)))

    with pytest.raises(prawcore.Redirect) as raised:
        list(reddit.subreddit("nowhere").new())

    assert raised.value.path == "/subreddits/search"


def test_a_wrong_secret_is_refused(stand_in, praw_of) -> None:
    started = stand_in(many_posts(1), client_id="mine", client_secret="right")

    with pytest.raises(prawcore.ResponseException) as raised:
        list(praw_of(started, client_id="mine", client_secret="wrong").subreddit("cursor").new())

    assert raised.value.response.status_code == 401
    right = praw_of(started, client_id="mine", client_secret="right")
    assert len(list(right.subreddit("cursor").new())) == 1


def test_praw_asks_for_a_new_token_when_the_old_one_ends(stand_in, praw_of) -> None:
    started = stand_in(many_posts(1))
    reddit = praw_of(started)
    assert len(list(reddit.subreddit("cursor").new())) == 1

    # PRAW pauses before a retry for failures of Reddit; an expired token isn't one.
    started.control.expire_tokens()

    assert len(list(reddit.subreddit("cursor").new())) == 1
    assert [r.status for r in started.control.requests("new")] == [200, 401, 200]
    assert started.control.counts()["token"] == 2


def test_praw_sees_how_much_of_the_limit_is_left(stand_in, praw_of) -> None:
    started = stand_in(many_posts(1), rate_limit=RateLimit(requests=1000, seconds=600, elapsed=300))
    reddit = praw_of(started)

    for _ in range(3):
        list(reddit.subreddit("cursor").new())

    limits = reddit.auth.limits
    assert (limits["used"], limits["remaining"]) == (3, 997)
