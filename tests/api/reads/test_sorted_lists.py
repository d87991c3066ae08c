"""Lists by reach, sentiment and influence: their exact order, their pages, and their limits."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import product
from math import fsum
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.errors import BadParameters
from api.reads.items import read_items
from api.reads.mentions import read_mentions
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.schema.parameters import ItemsParameters, PostsParameters, ScopeParameters
from api.schema.subject_parameters import MentionsParameters
from api.schema.values import MAX_SORTED, MentionSort, Sort
from collector.rollups.hours import rebuild_all, rebuild_cells
from shared.kinds import Talk
from shared.models import Item, Label
from shared.store import COMMENTS, POSTS, TOPICS, Store
from shared.times import Clock, iso, utc_now
from tests.api.reads.test_trending import topic
from tests.api.subject_world import ids, keep_matched, mentioning, own_labels, talk, watch
from tests.api.world import LABELS, NAMES, NOW, a_comment, a_post, deps_of, get, keep

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ORDERS: tuple[MentionSort, ...] = get_args(MentionSort)
SORTED: tuple[Sort, ...] = ("reach", "most_negative", "most_positive", "influence")
LISTS = ("/api/v1/posts/recent", "/api/v1/items", "/api/v1/subjects/lantern/mentions")


def judged(item: Any, compound: float, **more: Any) -> Any:
    """Return an item with a compound, and the label that goes with it."""
    label: Label = "neutral"
    if abs(compound) >= 0.05:
        label = "positive" if compound > 0 else "negative"
    own = {**item["sentiment"], "label": label, "compound": compound}
    return {**item, "sentiment": own, **more}


def by_hand() -> tuple[list[Any], list[Any]]:
    """Return four posts and two comments, each a minute older than the one before: 1 to 6.

    The mean of those that count is -0.12: the sixth is in another language.
    """
    posts = [
        judged(a_post(1, NOW - 1 * MINUTE), -0.8, upvotes=5),
        judged(a_post(2, NOW - 2 * MINUTE, "claude"), 0.9, upvotes=None),
        judged(a_post(3, NOW - 3 * MINUTE), 0.1, upvotes=5),
        judged(a_post(6, NOW - 6 * MINUTE), -0.95, upvotes=7, language="other"),
    ]
    comments = [
        judged(a_comment(4, NOW - 4 * MINUTE, "claude"), -0.8, upvotes=50),
        judged(a_comment(5, NOW - 5 * MINUTE), 0.0, upvotes=-3),
    ]
    return posts, comments


EXPECTED: Mapping[Sort, list[str]] = {
    "newest": ["p1", "p2", "p3", "c4", "c5", "p6"],
    # What is equal stands newest first; what has no upvotes is last.
    "reach": ["c4", "p6", "p1", "p3", "c5", "p2"],
    "most_negative": ["p6", "p1", "c4", "c5", "p3", "p2"],
    "most_positive": ["p2", "p3", "c5", "p1", "c4", "p6"],
    # What doesn't count in the mean doesn't move it.
    "influence": ["p2", "p1", "c4", "p3", "c5", "p6"],
}


async def items_of(store: Store, **given: Any) -> list[str]:
    page = await read_items(deps_of(store), ItemsParameters(**given))
    return [each.id for each in page.items.root]


async def posts_of(store: Store, **given: Any) -> list[str]:
    page = await read_recent_posts(deps_of(store), PostsParameters(**given))
    return [each.id for each in page.items.root]


@pytest.mark.parametrize("sort", EXPECTED)
async def test_items_and_posts_have_exactly_this_order(store, sort: Sort) -> None:
    await keep(store, *by_hand())
    assert await items_of(store, sort=sort) == EXPECTED[sort]
    posts = [each for each in EXPECTED[sort] if each.startswith("p")]
    assert await posts_of(store, sort=sort) == posts
    assert await items_of(store, sort=sort, kind="post") == posts


async def test_filters_leave_the_order_and_the_mean(store) -> None:
    await keep(store, *by_hand())
    assert await items_of(store, sort="reach", sentiment="negative") == ["c4", "p6", "p1"]
    # Of all that count, the mean is -0.12: 0.1 is nearer to it than -0.8.
    assert await items_of(store, sort="influence", q="words", kind="post") == [
        "p2",
        "p1",
        "p3",
        "p6",
    ]
    # Of aws alone it is -0.2333.
    assert await items_of(store, sort="influence", subreddit="aws") == ["p1", "p3", "c5", "p6"]
    assert await items_of(store, sort="most_negative", subreddit="claude") == ["c4", "p2"]
    start, end = iso(NOW - 5 * MINUTE), iso(NOW - 1 * MINUTE)
    assert await items_of(store, sort="reach", start=start, end=end) == ["c4", "p3", "c5", "p2"]


async def test_where_other_languages_count_they_move_the_mean(store) -> None:
    await keep(store, *by_hand())
    deps = deps_of(store, OTHER_LANGUAGES="count")
    page = await read_items(deps, ItemsParameters(sort="influence"))
    # The mean is -0.2583.
    assert [each.id for each in page.items.root] == ["p2", "p6", "p1", "c4", "p3", "c5"]


Ranked = Callable[[Any], float]
NO_UPVOTES = -1e12


def rank_in(sort: Sort, items: Sequence[Any]) -> Ranked:
    """Return what the items of a scope are sorted by, the greatest first; all of them count."""
    compounds = [each["sentiment"]["compound"] for each in items]
    mean = round(fsum(compounds) / len(compounds), 4) if compounds else 0.0
    ranks: dict[Sort, Ranked] = {
        "newest": lambda _: 0,
        "reach": lambda item: NO_UPVOTES if item["upvotes"] is None else item["upvotes"],
        "most_negative": lambda item: -item["sentiment"]["compound"],
        "most_positive": lambda item: item["sentiment"]["compound"],
        "influence": lambda item: round(abs(item["sentiment"]["compound"] - mean), 6),
    }
    return ranks[sort]


def place(item: Any) -> tuple[str, bool]:
    return item["order_key"], item["kind"] == "comment"


COMPOUNDS = st.sampled_from([-0.9, -0.3, -0.05, 0.0, 0.02, 0.3, 0.9]) | st.integers(
    -10_000, 10_000
).map(lambda each: each / 10_000)
DRAWN = st.tuples(
    # Several share a second, and some the hour before.
    st.integers(0, 90),
    COMPOUNDS,
    st.none() | st.integers(-3, 3),
    st.sampled_from([["problem"], ["praise"], ["other"], ["problem", "praise"]]),
    st.sampled_from(["post", "comment"]),
    st.sampled_from(["aws", "claude"]),
)


def drawn_item(number: int, drawn: Any) -> Any:
    age, compound, upvotes, kinds, kind, name = drawn
    created = NOW - age * MINUTE
    plain = a_post(number, created, name) if kind == "post" else a_comment(number, created, name)
    return judged(plain, compound, upvotes=upvotes, kinds=kinds)


async def replace_all(store: Store, before: Sequence[Any], items: Sequence[Any]) -> None:
    """Store these items instead of those before, with the statistics of all hours."""
    for container, kind in ((POSTS, "post"), (COMMENTS, "comment")):
        gone = [(each["community"], each["id"]) for each in before if each["kind"] == kind]
        await store.delete(container, gone)  # type: ignore[arg-type]
        own = [each for each in items if each["kind"] == kind]
        await store.upsert(container, own)  # type: ignore[arg-type]
    hours = {iso(NOW - n * HOUR)[:13] for n in range(3)}
    cells = {name: await rebuild_cells(store, name, hours) for name in ("aws", "claude")}
    await rebuild_all(store, cells)


@pytest.fixture
def there() -> list[Any]:
    """Return the items that an example leaves to the next one."""
    return []


@given(
    drawn=st.lists(DRAWN, min_size=1, max_size=12),
    sort=st.sampled_from(SORTED),
    limit=st.integers(1, 5),
    label=st.none() | st.sampled_from(LABELS),
    kind=st.none() | st.sampled_from(["problem", "praise"]),
    name=st.none() | st.sampled_from(["aws"]),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_pages_hold_each_item_once_in_order_whatever_is_listed(
    store,
    there: list[Any],
    drawn: Any,
    sort: Sort,
    limit: int,
    label: Label | None,
    kind: Talk | None,
    name: str | None,
) -> None:
    items = [drawn_item(number, each) for number, each in enumerate(drawn)]
    await replace_all(store, there, items)
    there[:] = items
    scope = [each for each in items if name in {None, each["community"]}]
    rank = rank_in(sort, scope)
    wanted = [
        each
        for each in scope
        if label in {None, each["sentiment"]["label"]} and kind in {None, *each["kinds"]}
    ]
    wanted.sort(key=lambda each: (rank(each), *place(each)), reverse=True)
    asked = ItemsParameters(sort=sort, limit=limit, sentiment=label, talk=kind, subreddit=name)
    found: list[str] = []
    pages, cursor = 0, None
    while True:
        page = await read_items(deps_of(store), asked.model_copy(update={"cursor": cursor}))
        found += [each.id for each in page.items.root]
        pages, cursor = pages + 1, page.next_cursor
        if cursor is None or pages > len(items):
            break
        assert page.items.root[-1].cursor == cursor, "an item's cursor leads on, too"
    assert found == ids(wanted)
    assert pages == max(1, -(-len(wanted) // limit))


@pytest.fixture
async def talked(store) -> Store:
    """Fill a store of each kind with talk about subjects, each mention with its own sentiment."""
    await watch(store)
    await keep_matched(store, *talk(), judge=own_labels)
    return store


async def stored_talk(store: Store) -> list[Item]:
    posts, comments = talk()
    found = await store.read_many(POSTS, [(each["community"], each["id"]) for each in posts])
    said = await store.read_many(COMMENTS, [(each["community"], each["id"]) for each in comments])
    return [*found.values(), *said.values()]


async def test_mentions_are_sorted_by_what_they_say_of_the_subject(talked) -> None:
    items = await stored_talk(talked)
    filters: list[dict[str, Any]] = [{}, {"via": "text"}, {"label": "negative"}, {"kind": "post"}]
    for sort, wanted in product(SORTED, filters):
        scope = {"hours": 48, **{k: v for k, v in wanted.items() if k == "via"}}
        rank = rank_in(sort, mentioning(items, "lantern", **scope))
        expected = mentioning(items, "lantern", hours=48, **wanted)
        expected.sort(key=lambda each: (rank(each), *place(each)), reverse=True)
        given_now = {"sentiment" if k == "label" else k: v for k, v in wanted.items()}
        asked: Any = {"hours": 48, "sort": sort, "limit": 7, **given_now}
        found: list[str] = []
        cursor = None
        while True:
            of_page = MentionsParameters(id="lantern", cursor=cursor, **asked)
            page = await read_mentions(deps_of(talked), of_page)
            found += [each.id for each in page.items.root]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == ids(expected), (sort, wanted)
        assert len(found) > 7
        # The items of a subject are the same.
        assert await items_of(talked, subject="lantern", **{**asked, "limit": 500}) == found


async def test_a_sorted_list_holds_what_its_count_says(talked) -> None:
    for sort, label, community in product(SORTED, (None, *LABELS), (None, *NAMES)):
        scope = ScopeParameters(hours=48, subject="lantern", community=community)
        stats = (await read_stats(deps_of(talked), scope)).statistics
        asked = MentionsParameters(
            id="lantern", hours=48, sort=sort, sentiment=label, community=community, limit=500
        )
        page = await read_mentions(deps_of(talked), asked)
        counted = getattr(stats, label) if label else stats.total
        assert len({(each.kind, each.id) for each in page.items.root}) == counted
        assert len(page.items.root) == counted


async def test_influence_is_measured_from_the_mean_of_the_statistics(talked) -> None:
    stats = await read_stats(deps_of(talked), ScopeParameters(hours=48, subject="lantern"))
    mean = stats.statistics.avg_sentiment
    assert mean is not None
    asked = MentionsParameters(id="lantern", hours=48, sort="influence", limit=500)
    page = await read_mentions(deps_of(talked), asked)
    far = [abs(each.sentiment.compound - mean) for each in page.items.root]
    assert far == sorted(far, reverse=True)
    assert len(set(far)) > 2
    for each in page.items.root:
        assert each.cursor.startswith(f"influence~{round(mean * 10**6)}~")


async def test_what_arrives_between_two_pages_repeats_and_hides_nothing(sqlite_store) -> None:
    posts = [judged(a_post(n, NOW - n * MINUTE), n / 10) for n in range(10)]
    await keep(sqlite_store, posts)
    asked = PostsParameters(sort="influence", limit=4)
    first = await read_recent_posts(deps_of(sqlite_store), asked)
    # These move the mean, from which the other pages would be sorted otherwise.
    more = [judged(a_post(n, NOW), -1.0) for n in range(20, 40)]
    await keep(sqlite_store, more)
    following = asked.model_copy(update={"cursor": first.next_cursor, "limit": 500})
    rest = await read_recent_posts(deps_of(sqlite_store), following)
    found = [each.id for each in (*first.items.root, *rest.items.root)]
    old = [each for each in found if int(each[1:]) < 20]
    assert old == ["p0", "p9", "p1", "p8", "p2", "p7", "p3", "p6", "p4", "p5"]


async def test_a_list_over_all_hides_the_copies_that_it_hides_newest_first(store) -> None:
    first = a_post(1, NOW - HOUR, "claude", upvotes=1)
    where = f"claude/{first['order_key']}"
    copy = judged(a_post(2, NOW - MINUTE), -0.5, upvotes=99, copy_of=where)
    elsewhere = a_post(3, NOW, upvotes=2, copy_of="claude/2026-01-01T00:00:00Z_p0")
    await keep(store, [first, copy, elsewhere])
    assert await posts_of(store, sort="reach") == ["p3", "p1"]
    assert await items_of(store, sort="reach") == ["p3", "p1"]
    assert await posts_of(store, sort="reach", subreddit="aws") == ["p2", "p3"]
    # Its original isn't negative.
    assert await posts_of(store, sort="reach", sentiment="negative") == ["p2"]


async def test_the_posts_of_a_trending_topic_are_sorted(sqlite_store) -> None:
    posts = [judged(a_post(n, NOW - n * HOUR), -n / 10, upvotes=n % 3) for n in range(5)]
    await keep(sqlite_store, posts)
    current = {**topic(1, iso(NOW)), "post_ids": ids(posts), "communities": ["aws"]}
    document: Any = {"id": "current", "created_at": iso(NOW), "topics": [current], "snapshots": []}
    await sqlite_store.upsert(TOPICS, [document])
    assert await posts_of(sqlite_store, sort="reach", topic="topic-1") == [
        "p2",
        "p1",
        "p4",
        "p0",
        "p3",
    ]
    asked = PostsParameters(sort="most_negative", topic="topic-1", limit=2)
    page = await read_recent_posts(deps_of(sqlite_store), asked)
    assert [each.id for each in page.items.root] == ["p4", "p3"]
    following = asked.model_copy(update={"cursor": page.next_cursor})
    page = await read_recent_posts(deps_of(sqlite_store), following)
    assert [each.id for each in page.items.root] == ["p2", "p1"]


async def filled(store: Store, count: int, step: timedelta) -> None:
    await watch(store)
    posts = [
        judged(a_post(n, NOW - n * step, content="Lantern"), (n % 9 - 4) / 10) for n in range(count)
    ]
    await keep_matched(store, posts)


# Posts a minute apart, of which a list of this many, and of its day, is as long as it may be.
FITTING = MAX_SORTED - 3


@pytest.mark.parametrize("community", [None, "aws"])
async def test_a_list_is_sorted_by_reach_up_to_the_limit_and_refused_beyond_it(
    sqlite_store, community: str | None
) -> None:
    await filled(sqlite_store, FITTING + 5, MINUTE)
    deps = deps_of(sqlite_store)
    oldest = NOW - (FITTING - 1) * MINUTE
    scope: Any = {"subreddit": community, "limit": 500}
    fits, longer = iso(oldest), iso(oldest - MINUTE)
    fitting = PostsParameters(sort="reach", start=fits, **scope)
    first = await read_recent_posts(deps, fitting)
    rest = fitting.model_copy(update={"cursor": first.next_cursor})
    found = [*first.items.root, *(await read_recent_posts(deps, rest)).items.root]
    assert len({each.id for each in found}) == len(found) == FITTING
    scope["start"] = longer
    with pytest.raises(BadParameters, match=r"sort: .* too long to be sorted; .* about 860 items"):
        await read_recent_posts(deps, PostsParameters(sort="reach", **scope))
    with pytest.raises(BadParameters, match="too long"):
        await read_items(deps, ItemsParameters(sort="reach", **scope))
    with pytest.raises(BadParameters, match="too long"):
        await read_mentions(deps, MentionsParameters(id="lantern", sort="reach", **scope))
    # What a filter leaves is short enough, and other orders take the list as it is.
    some = PostsParameters(sort="reach", sentiment="positive", **scope)
    assert len((await read_recent_posts(deps, some)).items.root) > FITTING / 3
    other = PostsParameters(sort="influence", **scope)
    assert len((await read_recent_posts(deps, other)).items.root) == 500


@pytest.mark.parametrize("given_filter", [{}, {"talk": "problem"}, {"subject": "lantern"}], ids=str)
async def test_lists_of_ninety_days_are_sorted_whole_page_by_page(
    sqlite_store, given_filter: dict[str, str]
) -> None:
    await watch(sqlite_store)
    kinds: list[list[Talk]] = [["problem"], ["praise"]]
    step = 89 * 24 * HOUR / 1500
    posts = [
        judged(a_post(n, NOW - n * step, content="Lantern"), n * 7919 % 2001 / 1000 - 1)
        for n in range(1500)
    ]
    items = await keep_matched(
        sqlite_store, [{**each, "kinds": kinds[n % 2]} for n, each in enumerate(posts)]
    )
    wanted = [each for each in items if given_filter.get("talk") in {None, *each["kinds"]}]
    for sort in ("most_negative", "influence"):
        rank = rank_in(sort, items)
        expected = sorted(wanted, key=lambda each: (rank(each), *place(each)), reverse=True)
        found: list[str] = []
        cursor = None
        while cursor is not None or not found:
            asked = ItemsParameters(
                sort=sort,
                hours=2160,
                limit=500,
                cursor=cursor,
                **given_filter,  # type: ignore[arg-type]
            )
            page = await read_items(deps_of(sqlite_store), asked)
            found += [each.id for each in page.items.root]
            cursor = page.next_cursor
        assert found == ids(expected)


async def test_a_search_in_an_order_goes_on_where_a_page_has_read_enough(sqlite_store) -> None:
    posts = [
        judged(a_post(n, NOW - n * MINUTE, content=f"word{n % 400}"), n / 1000 - 1)
        for n in range(1300)
    ]
    await keep(sqlite_store, posts)
    found: list[str] = []
    pages, cursor = 0, None
    while cursor is not None or not pages:
        asked = PostsParameters(sort="most_negative", hours=48, q="word7", cursor=cursor)
        page = await read_recent_posts(deps_of(sqlite_store), asked)
        found += [each.id for each in page.items.root]
        pages, cursor = pages + 1, page.next_cursor
    assert found == ["p7", "p407", "p807", "p1207"]
    assert pages == -(-1300 // ((MAX_SORTED - 4) // 2))


async def test_an_order_finds_what_lies_under_another_case_of_its_community(store) -> None:
    await keep(store, *by_hand())
    deps = deps_of(store, names=("AWS", "Claude"))
    for sort in SORTED:
        page = await read_items(deps, ItemsParameters(sort=sort))
        assert [each.id for each in page.items.root] == EXPECTED[sort]
        assert {each.subreddit for each in page.items.root} == {"AWS", "Claude"}
    page = await read_items(deps, ItemsParameters(sort="influence", subreddit="claude"))
    assert [each.id for each in page.items.root] == ["p2", "c4"]


async def test_an_item_that_has_gone_since_its_hour_was_counted_is_left_out(store) -> None:
    await keep(store, *by_hand())
    await store.delete(POSTS, [("aws", "p1")])
    page = await read_items(deps_of(store), ItemsParameters(sort="most_negative", limit=2))
    assert [each.id for each in page.items.root] == ["p6", "c4"]
    assert page.next_cursor is not None


def now_and_then(start: Clock = utc_now) -> list[Any]:
    """Return posts of the last minutes, which mention a subject."""
    posts = [
        judged(a_post(n, start() - n * MINUTE, content="Lantern"), -n / 10, upvotes=n % 4)
        for n in range(9)
    ]
    return [{**each, "title": f"Lantern {each['id']}"} for each in posts]


@pytest.fixture
async def served(process, written) -> Store:
    """Serve some posts."""
    del process
    await watch(written)
    await keep_matched(written, now_and_then())
    store: Store = written
    return store


@pytest.mark.parametrize("path", LISTS)
async def test_an_unknown_order_is_refused_with_those_that_there_are(served, path: str) -> None:
    del served
    answer = await get(path, sort="loudest")
    assert answer.status_code == 422
    (error,) = json.loads(answer.get_body())["errors"]
    assert error["parameter"] == "sort"
    assert "loudest" in error["detail"]
    for sort in EXPECTED:
        assert sort in error["takes"]


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_goes_with_its_own_order_alone(served, path: str) -> None:
    del served
    orders = [each for each in ORDERS if each != "score" or path.endswith("mentions")]
    cursors = {}
    for sort in orders:
        answer = await get(path, sort=sort, limit=2)
        link = re.search(r"[?&]cursor=([^&>]+)", answer.headers["Link"])
        assert link is not None
        assert f"sort={sort}" in answer.headers["Link"]
        cursors[sort] = link[1]
    for sort, other in product(orders, orders):
        answer = await get(f"{path}?cursor={cursors[other]}", sort=sort, limit=2)
        assert answer.status_code == (200 if sort == other else 422), (sort, other)
        if sort != other:
            (error,) = json.loads(answer.get_body())["errors"]
            assert error["parameter"] == "cursor"
            assert f"sort={other}" in error["detail"]
            assert f"sort={sort}" in error["detail"]


@pytest.mark.parametrize(
    "cursor",
    [
        "loudest~3~2026-11-23T13:05:07Z_a",
        "reach~2026-11-23T13:05:07Z_a",
        "reach~x~y",
        "influence~1",
    ],
)
async def test_what_is_no_cursor_is_refused(served, cursor: str) -> None:
    del served
    answer = await get(LISTS[1], sort="reach", cursor=cursor)
    assert answer.status_code == 422
    assert json.loads(answer.get_body())["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("sort", EXPECTED)
@pytest.mark.parametrize("path", LISTS)
async def test_files_have_the_order_of_the_list_and_its_name(served, path: str, sort: Sort) -> None:
    del served
    answer = await get(path, sort=sort)
    wanted = [each["id"] for each in json.loads(answer.get_body())]
    assert sorted(wanted) == [f"p{n}" for n in range(9)]
    as_csv = await get(path, sort=sort, format="csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.get_body().decode())))
    assert [row["id"] for row in rows] == wanted
    as_lines = await get(path, sort=sort, format="ndjson")
    lines = as_lines.get_body().decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == wanted
    name = as_csv.headers["Content-Disposition"]
    assert (f"by-{sort.replace('_', '-')}" in name) == (sort != "newest")


@pytest.mark.parametrize("sort", EXPECTED)
async def test_the_feed_has_the_order_of_the_list(served, sort: Sort) -> None:
    del served
    listed = json.loads((await get(LISTS[2], sort=sort)).get_body())
    answer = await get(f"{LISTS[2]}.atom", sort=sort)
    assert answer.status_code == 200
    feed = answer.get_body().decode()
    assert re.findall(r"/post/(p\d)<", feed) == [each["id"] for each in listed]
    own = f"mentions.atom?sort={sort}"
    assert (own in feed) == (sort != "newest")
