from datetime import timedelta

import pytest

from api.errors import NotFound, UnknownCommunity
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.schema.items import PostAnswer
from api.schema.parameters import PostParameters, PostsParameters
from shared.store import POSTS, TOPICS, Store
from shared.times import iso
from tests.api.reads.test_trending import topic
from tests.api.world import (
    NOW,
    CountingStore,
    a_comment,
    a_post,
    deps_of,
    keep,
    posts_back,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def recent(store: Store | CountingStore, **parameters) -> list[PostAnswer]:
    page = await read_recent_posts(deps_of(store), PostsParameters(**parameters))
    return page.items.root


async def all_pages(store: Store, between=None, **parameters) -> list[list[str]]:
    """Return all pages; `between` is awaited before each further page."""
    pages: list[list[str]] = []
    cursor = None
    while True:
        page = await read_recent_posts(deps_of(store), PostsParameters(cursor=cursor, **parameters))
        pages.append([post.id for post in page.items.root])
        cursor = page.next_cursor
        if cursor is None:
            return pages
        if between is not None:
            await between()


def flat(pages: list[list[str]]) -> list[str]:
    return [post_id for page in pages for post_id in page]


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_posts_come_newest_first_with_their_sentiment(store, subreddit) -> None:
    await keep(store, [a_post(1, NOW - HOUR, label="negative"), a_post(2, NOW)])
    await keep(store, [], [a_comment(1, NOW)])
    newest, older = await recent(store, subreddit=subreddit)
    assert (newest.id, older.id) == ("p2", "p1")
    assert older.model_dump() == {
        "id": "p1",
        "source": "reddit",
        "subreddit": "aws",
        "author": "someone",
        "title": "Title 1",
        "content": "Some words",
        "url": "https://example.com/",
        "permalink": "https://www.reddit.com/r/aws/comments/p1/x/",
        "created_utc": "2026-11-23T12:05:07Z",
        "upvotes": 1,
        "comment_count": 2,
        "collected_at": "2026-11-23T12:05:07Z",
        "language": "en",
        "sentiment": {
            "label": "negative",
            "compound": -0.4404,
            "positive": 0.25,
            "negative": 0.25,
            "neutral": 0.5,
            "method": "vader",
            "version": "3.3.2",
            "analyzed_at": "2026-11-23T13:05:07Z",
            "unsure": False,
            "deciding": [],
            "corrected": False,
            "by": None,
        },
        "flair": None,
        "upvote_ratio": 0.5,
        "deleted": False,
        "cursor": "2026-11-23T12:05:07Z_p1",
        "copy_of": None,
        "copies": [],
        "mentions": [],
        "not_about": [],
        "kinds": None,
        "switch": None,
    }


async def test_what_is_stored_of_a_post_is_served(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(1, NOW, flair="Showcase", upvote_ratio=0.93, deleted=True)])
    (post,) = await recent(sqlite_store)
    assert (post.flair, post.upvote_ratio, post.deleted) == ("Showcase", 0.93, True)


async def test_each_post_says_where_the_ones_after_it_begin(sqlite_store) -> None:
    await keep(sqlite_store, posts_back(9, MINUTE))
    posts = await recent(sqlite_store)
    after = await recent(sqlite_store, cursor=posts[3].cursor)
    assert after == posts[4:]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "blob:https://example.com/x",
        "view-source:https://example.com/",
        "//example.com/x",
        "\\\\example.com\\x",
        "https:example.com",
        "https://example.com\\@evil.example/",
        "https://example.com evil.example/",
        "https:///x",
        "http://",
        "https://[::1",
        "https://example.com/\r\nX: y",
        "/r/aws/comments/p1/x/",
        "mailto:someone@example.com",
        "",
    ],
)
async def test_an_address_that_is_not_of_the_web_is_not_handed_on(sqlite_store, address) -> None:
    post = a_post(0, NOW, url=address, permalink=address)
    comment = {**a_comment(1, NOW), "permalink": address}
    await keep(sqlite_store, [post], [comment])
    (found,) = await recent(sqlite_store)
    assert (found.url, found.permalink) == ("", "")
    parameters = PostParameters(id="p0", subreddit="aws")
    detail = await read_post(deps_of(sqlite_store), parameters)
    assert (detail.post.url, detail.post.permalink, detail.comments[0].permalink) == ("", "", "")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "HTTP://EXAMPLE.com:8080/a?b=c#d",
        "https://müller.example/ä",
        "http://[::1]/x",
        "https://example.com/a b\\_c",
    ],
)
async def test_an_address_of_the_web_stays_as_it_is(sqlite_store, address) -> None:
    await keep(sqlite_store, [a_post(1, NOW, url=address, permalink=address)])
    (found,) = await recent(sqlite_store)
    assert (found.url, found.permalink) == (address, address)


@pytest.mark.parametrize("label", [None, "positive"])
@pytest.mark.parametrize("subreddit", [None, "claude"])
async def test_pages_together_are_the_whole_while_new_posts_arrive(store, subreddit, label):
    posts = posts_back(90, 15 * MINUTE)
    await keep(store, posts)
    arrived = 0

    async def a_new_post_arrives() -> None:
        nonlocal arrived
        arrived += 1
        created = NOW + timedelta(seconds=arrived)
        await keep(store, [a_post(900 + arrived, created, "claude", "positive")])

    pages = await all_pages(
        store, a_new_post_arrives, subreddit=subreddit, sentiment=label, limit=4
    )
    assert flat(pages) == [
        post["id"]
        for post in posts
        if subreddit in (None, post["community"]) and label in (None, post["sentiment"]["label"])
    ]
    assert {len(page) for page in pages[:-1]} == {4}
    assert arrived == len(pages) - 1 > 1


@pytest.mark.parametrize("subreddit", [None, "aws"])
@pytest.mark.parametrize("count", [0, 1, 5])
async def test_a_page_that_holds_the_rest_is_the_last(sqlite_store, subreddit, count) -> None:
    await keep(sqlite_store, [a_post(n, NOW - n * MINUTE) for n in range(count)])
    page = await read_recent_posts(
        deps_of(sqlite_store), PostsParameters(subreddit=subreddit, limit=5)
    )
    assert len(page.items.root) == count
    assert page.next_cursor is None


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_posts_of_the_same_second_are_told_apart(sqlite_store, subreddit) -> None:
    await keep(sqlite_store, [a_post(n, NOW) for n in range(9)])
    pages = await all_pages(sqlite_store, subreddit=subreddit, limit=2)
    assert sorted(flat(pages)) == [f"p{n}" for n in range(9)]


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_only_posts_of_the_window_are_listed(sqlite_store, subreddit) -> None:
    edge = NOW.replace(minute=0, second=0) - HOUR
    within, before = a_post(1, edge), a_post(2, edge - timedelta(seconds=1))
    ahead = a_post(3, NOW + HOUR)
    await keep(sqlite_store, [within, before, ahead])
    assert [p.id for p in await recent(sqlite_store, subreddit=subreddit, hours=2)] == ["p1"]
    assert [p.id for p in await recent(sqlite_store, subreddit=subreddit)] == ["p1", "p2"]


async def test_posts_of_a_subreddit_that_is_no_longer_watched_are_left_out(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(1, NOW, "aws"), a_post(2, NOW, "cats")])
    assert [post.id for post in await recent(sqlite_store)] == ["p1"]
    with pytest.raises(UnknownCommunity):
        await recent(sqlite_store, subreddit="cats")


async def test_a_post_deleted_since_is_left_out_and_the_page_filled(store) -> None:
    await keep(store, [a_post(n, NOW - n * MINUTE) for n in range(9)])
    await store.delete(POSTS, [("aws", "p2"), ("aws", "p3")])
    pages = await all_pages(store, limit=3)
    assert pages == [["p0", "p1", "p4"], ["p5", "p6", "p7"], ["p8"]]


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_a_search_finds_posts_that_hold_all_words(sqlite_store, subreddit) -> None:
    posts = [
        a_post(1, NOW, title="Lambda is FAST", content="and cold starts are gone"),
        a_post(2, NOW - MINUTE, title="Cold starts", content="of my lambda"),
        a_post(3, NOW - 2 * MINUTE, title="Lambda", content="only"),
        a_post(4, NOW - 3 * MINUTE, title="Straße", content="100% 'quoted' _text_"),
    ]
    await keep(sqlite_store, posts)

    async def found(q: str) -> list[str]:
        return [post.id for post in await recent(sqlite_store, subreddit=subreddit, q=q)]

    assert await found("lambda") == ["p1", "p2", "p3"]
    assert await found(" COLD  lambda ") == ["p1", "p2"]
    assert await found("strasse") == ["p4"]
    assert await found("% 'quoted'") == ["p4"]
    assert await found("nothing") == []


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_the_pages_of_a_search_are_all_it_finds(sqlite_store, subreddit) -> None:
    step = timedelta(seconds=20)
    titles = dict.fromkeys((0, 3, 4, 499, 500, 501, 700, 999, 1090, 1099), "a rare find")
    await keep(
        sqlite_store,
        [a_post(n, NOW - n * step, title=titles.get(n, "common")) for n in range(1100)],
    )
    pages = await all_pages(sqlite_store, subreddit=subreddit, q="rare", limit=2)
    assert flat(pages) == [f"p{n}" for n in titles]
    nothing = await all_pages(sqlite_store, subreddit=subreddit, q="absent")
    assert nothing == [[], [], []]


async def test_a_search_reads_a_bounded_number_of_posts(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(n, NOW - timedelta(seconds=n)) for n in range(700)])
    counting = CountingStore(sqlite_store)
    assert await recent(counting, q="absent") == []
    assert counting.asked["posts"] <= 500


async def test_a_busy_feed_costs_few_documents(sqlite_store) -> None:
    await keep(sqlite_store, posts_back(600, MINUTE))
    counting = CountingStore(sqlite_store)
    assert len(await recent(counting, hours=2160, limit=100)) == 100
    assert counting.reads == 2
    assert counting.asked == {"stats": 3, "posts": 100}


async def test_a_search_reads_each_hour_of_all_once(sqlite_store) -> None:
    await keep(sqlite_store, posts_back(300, HOUR))
    counting = CountingStore(sqlite_store)
    assert await recent(counting, hours=300, q="nowhere") == []
    assert counting.asked == {"stats": 300, "posts": 300}


async def test_a_quiet_feed_costs_few_reads(sqlite_store) -> None:
    await keep(sqlite_store, [a_post(1, NOW - 89 * DAY)])
    counting = CountingStore(sqlite_store)
    assert [post.id for post in await recent(counting, hours=2160)] == ["p1"]
    assert counting.reads <= 11


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_a_later_page_costs_what_the_first_does(sqlite_store, subreddit) -> None:
    await keep(sqlite_store, posts_back(600, MINUTE))
    deps = deps_of(sqlite_store)
    cursor = None
    for _ in range(8):
        page = await read_recent_posts(
            deps, PostsParameters(subreddit=subreddit, limit=20, cursor=cursor)
        )
        cursor = page.next_cursor
    counting = CountingStore(sqlite_store)
    assert len(await recent(counting, subreddit=subreddit, limit=20, cursor=cursor)) == 20
    assert sum(counting.asked.values()) <= 26


@pytest.mark.parametrize("subreddit", [None, "aws"])
async def test_posts_of_a_span_are_those_between_its_ends(store, subreddit) -> None:
    at = [NOW - 3 * HOUR, NOW - 2 * HOUR - MINUTE, NOW - 2 * HOUR, NOW - HOUR, NOW - 4 * HOUR]
    await keep(store, [a_post(n, moment) for n, moment in enumerate(at)])
    start, end = iso(at[0]), iso(at[2])

    async def ids(**parameters: str) -> list[str]:
        return [post.id for post in await recent(store, subreddit=subreddit, **parameters)]

    assert await ids(start=start, end=end) == ["p1", "p0"], "the start is in it, the end isn't"
    assert await ids(start=end) == ["p3", "p2"], "until now"
    assert await ids(end=end, hours=1) == ["p1", "p0"], "so many hours before the end"
    assert await ids(start=end, end=start) == [], "nothing lies between"
    assert await ids(start="0001-01-01", end="9999-12-31") == [
        "p3", "p2", "p1", "p0", "p4",
    ]  # fmt: skip
    assert await ids(end="0001-01-01") == []


async def test_a_span_that_reaches_far_back_costs_no_more_than_the_longest_window(
    sqlite_store,
) -> None:
    counting = CountingStore(sqlite_store)
    assert await recent(counting, start="2005-01-01T00:00:00Z") == []
    assert counting.asked["stats"] <= 2161


async def test_a_span_is_paged_like_a_window(sqlite_store) -> None:
    await keep(sqlite_store, posts_back(60, 5 * MINUTE))
    start = iso(NOW - 3 * HOUR)
    pages = await all_pages(sqlite_store, start=start, limit=7)
    assert flat(pages) == [post.id for post in await recent(sqlite_store, start=start, limit=500)]
    assert len(flat(pages)) == 37


def a_topic(*post_ids: str) -> dict[str, object]:
    return {**topic(1, iso(NOW)), "post_ids": list(post_ids), "communities": ["aws", "claude"]}


async def keep_topic(store: Store, created: str, *post_ids: str, current: bool = True) -> None:
    document = {
        "id": "current" if current else created,
        "created_at": created,
        "topics": [a_topic(*post_ids)],
        "snapshots": [iso(NOW - DAY)] if current else [],
    }
    await store.upsert(TOPICS, [document])


async def test_the_posts_of_a_topic_are_all_of_its_posts_newest_first(store) -> None:
    posts = [a_post(n, NOW - n * HOUR, ("aws", "claude")[n % 2]) for n in range(6)]
    posts[4]["sentiment"]["label"] = "negative"
    await keep(store, [*posts, a_post(9, NOW)])
    await keep_topic(store, iso(NOW), "p3", "p1", "p4", "p2", "gone")
    await keep_topic(store, iso(NOW - DAY), "p5", current=False)
    ids = [post.id for post in await recent(store, topic="topic-1", hours=1)]
    assert ids == ["p1", "p2", "p3", "p4"], "whatever the window; one deleted since is left out"
    assert [post.id for post in await recent(store, topic="topic-1", subreddit="aws")] == [
        "p2",
        "p4",
    ]
    assert [post.id for post in await recent(store, topic="topic-1", sentiment="negative")] == [
        "p4"
    ]
    assert await all_pages(store, topic="topic-1", limit=3) == [["p1", "p2", "p3"], ["p4"]]
    then = await recent(store, topic="topic-1", at=iso(NOW - HOUR))
    assert [post.id for post in then] == ["p5"]
    assert [post.id for post in await recent(store, topic="topic-1", q="title 3")] == ["p3"]


async def test_a_topic_that_does_not_trend_is_told_so(store) -> None:
    await keep_topic(store, iso(NOW), "p1")
    with pytest.raises(NotFound, match="/api/v1/trending"):
        await recent(store, topic="nothing-of-this-name")
