"""The stand-in for Discourse answers as Discourse does."""

import httpx
import pytest

from local.discourse.board import Board
from local.discourse.limits import Allowance, RateLimit


def ids(answer: httpx.Response) -> list[int]:
    return [post["id"] for post in answer.json()["latest_posts"]]


@pytest.fixture
def get(forums):
    def make(**boards):
        started = forums(**boards)
        return lambda path: httpx.get(f"{started.base_url}/{path}", trust_env=False)

    return make


@pytest.mark.parametrize(
    ("generation", "first", "last"),
    [("exclusive", 99, 50), ("inclusive", 100, 51), ("window", 100, 51)],
)
def test_before_means_what_it_meant_in_each_version(get, generation, first, last) -> None:
    board = Board(generated=200, generation=generation)
    asked = get(desk=board)
    assert ids(asked("desk/posts.json"))[0] == 200
    assert (ids(asked("desk/posts.json?before=100"))[0], len(ids(asked("desk/posts.json")))) == (
        first,
        50,
    )
    assert ids(asked("desk/posts.json?before=100"))[-1] == last


def test_a_window_may_be_empty_in_the_middle(get) -> None:
    board = Board(generated=200, generation="window")
    for number in range(51, 101):
        board.delete(number)
    asked = get(desk=board)
    assert ids(asked("desk/posts.json?before=100")) == []
    assert ids(asked("desk/posts.json?before=48"))


def test_a_forum_of_200_000_posts_is_there_at_once(get) -> None:
    asked = get(desk=Board(generated=200_000))
    assert ids(asked("desk/posts.json?before=100000"))[0] == 99_999
    topic = asked("desk/t/12000.json?include_raw=1").json()
    assert [post["post_number"] for post in topic["post_stream"]["posts"]] == list(range(1, 9))
    assert len(asked("desk/latest.json").json()["topic_list"]["topics"]) == 30
    assert asked("desk/posts/77.json").json()["raw"].endswith("(77)")
    chosen = asked("desk/t/2/posts.json?post_ids[]=9&post_ids[]=11").json()
    assert [post["id"] for post in chosen["post_stream"]["posts"]] == [9, 11]
    assert asked("desk/t/99999999.json").status_code == 404
    assert asked("nowhere/posts.json").headers["content-type"].startswith("text/html")


def test_refused_requests_count_too() -> None:
    now = 0.0
    allowance = Allowance(RateLimit(a_minute=200, in_10_seconds=50), lambda: now)
    assert [allowance.use() for _ in range(50)] == [0.0] * 50
    now = 9.0
    assert allowance.use() == 1.0
    assert allowance.use() == 1.0
    now = 10.5
    assert allowance.use() == 0.0
    for _ in range(49):
        allowance.use()
    now = 12.0
    # Those that were refused at 9 s are still among the last 50.
    assert allowance.use() > 6


def test_a_refusal_is_plain_text_and_says_how_long_to_wait(forums) -> None:
    started = forums({"rate_limit": RateLimit(a_minute=1)}, desk=Board(generated=3))
    httpx.get(started.address_of("desk") + "/posts.json", trust_env=False)
    answer = httpx.get(started.address_of("desk") + "/posts.json", trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (
        429,
        "text/plain; charset=utf-8",
    )
    assert 1 <= int(answer.headers["retry-after"]) <= 60
