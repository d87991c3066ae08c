"""GET /posts/{id}, and the search in /posts/recent."""

import json
from datetime import timedelta
from typing import Any

import pytest

from api.reads.post import next_comments, read_post
from api.schema.items import MAX_COMMENTS
from api.schema.parameters import PostParameters
from bench.priced_store import PricedStore
from shared.store import COMMENTS, POSTS
from shared.text.search import search_terms
from shared.times import utc_now
from tests.api.test_bounds import MAX_REQUEST_UNITS
from tests.api.world import NOW, a_comment, a_post, deps_of, get, keep

MINUTE = timedelta(minutes=1)


async def test_a_post_comes_with_its_comments_and_their_distribution(process, written) -> None:
    del process
    posts = [a_post(0, NOW, "claude"), a_post(1, NOW, "claude")]
    comments = [
        a_comment(1, NOW - 2 * MINUTE, "claude", "positive"),
        a_comment(2, NOW - MINUTE, "claude", "negative"),
        a_comment(3, NOW, "claude", "negative"),
        {**a_comment(4, NOW, "claude"), "post_id": "p1"},
    ]
    await keep(written, posts, comments)  # type: ignore[arg-type]
    answer = await get("/api/v1/posts/p0", subreddit="CLAUDE")
    assert answer.status_code == 200
    found = json.loads(answer.get_body())
    assert found["post"]["id"] == "p0"
    assert [each["id"] for each in found["comments"]] == ["c1", "c2", "c3"]
    assert found["comments"][1]["sentiment"]["label"] == "negative"
    assert found["sentiment_distribution"] == {"positive": 1, "negative": 2, "neutral": 0}
    assert found["sentiment_avg"] == round((0.6124 - 2 * 0.4404) / 3, 4)
    assert found["comments_complete"] is True
    without = json.loads((await get("/api/v1/posts/p0?subreddit=")).get_body())
    assert without["post"] == found["post"]


async def test_a_post_that_is_not_there_is_told_apart_from_bad_input(process, written) -> None:
    del process
    await keep(written, [a_post(0, NOW, "claude")])
    assert (await get("/api/v1/posts/nope")).status_code == 404
    assert (await get("/api/v1/posts/p0", subreddit="aws")).status_code == 404
    assert (await get("/api/v1/posts/p0", subreddit="cats")).status_code == 404
    assert (await get("/api/v1/posts/p~0")).status_code == 422


async def test_a_post_without_comments_has_no_average(store) -> None:
    await store.upsert(POSTS, [a_post(7, NOW)])
    found = await read_post(deps_of(store), PostParameters(id="p7", subreddit="aws"))
    assert (found.comments, found.sentiment_avg) == ([], None)


LOOPS = [
    {1: 1},
    {1: 2, 2: 1},
    {1: 3, 2: 1, 3: 2},
    {2: 3, 3: 4, 4: 2, 1: 4, 5: 3},
    {1: 2, 2: 1, 3: 4, 4: 3, 5: 9},
    {n: n % 300 + 1 for n in range(1, 301)},
]


@pytest.mark.parametrize("answers", LOOPS)
async def test_comments_that_answer_each_other_in_a_circle_are_all_shown(store, answers) -> None:
    """The page shows each comment below its parent, and first those without a stored parent."""
    await store.upsert(POSTS, [a_post(0, NOW)])
    comments: Any = [
        {**a_comment(n, NOW + timedelta(seconds=n)), "parent_id": f"c{above}"}
        for n, above in answers.items()
    ]
    await store.upsert(COMMENTS, comments)
    found = await read_post(deps_of(store), PostParameters(id="p0", subreddit="aws"))
    parents = {each.id: each.parent_id for each in found.comments}
    assert len(parents) == len(answers)
    for name in parents:
        above = [name]
        while above[-1] in parents:
            above.append(parents[above[-1]])
            assert len(above) <= len(parents) + 1, "a circle"
    changed = [name for name, above in parents.items() if above != f"c{answers[int(name[1:])]}"]
    assert 1 <= len(changed) <= 2, "one of each circle"
    assert all(parents[name] == "p0" for name in changed)


LONGEST = "some words that people say " * 370
"""Reddit's longest comments have 10,000 characters."""


async def test_a_post_of_many_long_comments_costs_no_page_more_than_the_bound(store) -> None:
    await store.upsert(POSTS, [a_post(0, NOW)])
    many = [
        {**a_comment(n, NOW + n // 3 * timedelta(seconds=1)), "content": LONGEST}
        for n in range(2 * MAX_COMMENTS + 50)
    ]
    await store.upsert(COMMENTS, many)
    cursor, ids, complete = None, [], []
    while not complete or cursor:
        priced = PricedStore(store)
        asked = PostParameters(id="p0", subreddit="aws", cursor=cursor)
        with priced.counting() as bill:
            found = await read_post(deps_of(priced), asked)
        assert bill.request_units < MAX_REQUEST_UNITS
        # The post, its comments, and whether a correction waits.
        assert len(bill.operations) == 3
        assert len(found.comments) <= MAX_COMMENTS
        ids += [each.id for each in found.comments]
        complete.append(found.comments_complete)
        cursor = next_comments(found)
    assert complete == [False, False, True]
    in_order = sorted(many, key=lambda comment: comment["order_key"])
    assert ids == [comment["id"] for comment in in_order]


async def test_the_link_of_a_post_leads_through_all_its_comments(process, written) -> None:
    del process
    many = [a_comment(n, NOW + n * timedelta(seconds=1), "claude") for n in range(1050)]
    await keep(written, [a_post(0, NOW, "claude")], many)
    target, ids = "/api/v1/posts/p0?subreddit=claude", []
    while target:
        answer = await get(target)
        assert answer.status_code == 200
        ids += [each["id"] for each in json.loads(answer.get_body())["comments"]]
        target = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert ids == [comment["id"] for comment in many]


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("", []),
        ("rate limit", ["rate", "limit"]),
        ('"rate limit"', ["rate limit"]),
        ('cursor "rate limit" plan', ["cursor", "rate limit", "plan"]),
        ('"unclosed phrase', ["unclosed", "phrase"]),
        ('"" " "', []),
    ],
)
def test_words_and_phrases_are_told_apart(q: str, terms: list[str]) -> None:
    assert search_terms(q) == terms


async def test_a_search_takes_words_anywhere_and_phrases_as_they_stand(process, written) -> None:
    del process
    now = utc_now()
    texts: list[tuple[str, str]] = [
        ("Rate limits are back", "the LIMIT of my plan"),
        ("The rate\nlimit", "as two lines"),
        ("Limit the rate", ""),
        ("Nothing", "of it"),
    ]
    posts: list[Any] = [
        a_post(n, now - n * MINUTE, title=title, content=content)
        for n, (title, content) in enumerate(texts)
    ]
    await keep(written, posts)

    async def found(q: str) -> list[str]:
        answer = await get("/api/v1/posts/recent", q=q)
        return [post["id"] for post in json.loads(answer.get_body())]

    assert await found("rate limit") == ["p0", "p1", "p2"]
    assert await found('"rate limit"') == ["p1"]
    assert await found('"rate limit*"') == ["p0", "p1"]
    assert await found('"RATE limit" lines') == ["p1"]
    assert await found('"limit rate"') == []
