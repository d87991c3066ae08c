"""Pages never skip or repeat a post, whatever is added or removed between two pages."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from api.reads.items import read_items
from api.reads.posts import read_recent_posts
from api.schema.parameters import ItemsParameters, PostsParameters
from shared.models import Label
from shared.store.sqlite import SqliteStore
from tests.api.world import LABELS, NAMES, NOW, a_comment, a_post, deps_of, keep

# Several share a second, so that the id decides the order; some are in the current hour.
AGES = st.lists(st.integers(0, 60), min_size=1, max_size=25)


@given(
    ages=AGES,
    arriving=st.lists(st.integers(0, 60), max_size=10),
    limit=st.integers(1, 7),
    scope=st.sampled_from(["", "aws"]),
)
@settings(max_examples=60, deadline=None)
async def test_a_walk_over_pages_gives_every_post_once_while_others_arrive(
    tmp_path_factory, *, ages: list[int], arriving: list[int], limit: int, scope: str
) -> None:
    store = await SqliteStore.open(
        tmp_path_factory.mktemp("walk") / "undertone.db", retry_seconds=20
    )
    there = [
        a_post(n, NOW - timedelta(seconds=20 * age), NAMES[n % 2]) for n, age in enumerate(ages)
    ]
    later = [
        a_post(100 + n, NOW - timedelta(seconds=20 * age), NAMES[n % 2])
        for n, age in enumerate(arriving)
    ]
    await keep(store, there)
    seen: list[str] = []
    cursor: str | None = None
    try:
        while True:
            parameters = PostsParameters(limit=limit, cursor=cursor, subreddit=scope or None)
            page = await read_recent_posts(deps_of(store), parameters)
            seen += [post.id for post in page.items.root]
            cursor = page.next_cursor
            if cursor is None:
                break
            if later:
                await keep(store, [later.pop()])
    finally:
        await store.close()
    assert len(seen) == len(set(seen)), "none twice"
    expected = {post["id"] for post in there if scope in {"", post["community"]}}
    assert expected <= set(seen), "none skipped"


@given(
    ages=AGES,
    both=st.integers(0, 25),
    limit=st.integers(1, 7),
    scope=st.sampled_from(["", "aws"]),
    label=st.sampled_from([None, "positive"]),
)
@settings(max_examples=60, deadline=None)
async def test_a_walk_gives_a_post_and_a_comment_of_one_id_and_one_second_once_each(
    tmp_path_factory, *, ages: list[int], both: int, limit: int, scope: str, label: Label | None
) -> None:
    store = await SqliteStore.open(
        tmp_path_factory.mktemp("walk") / "undertone.db", retry_seconds=20
    )
    written = [NOW - timedelta(seconds=20 * age) for age in ages]
    labels = [LABELS[n % len(LABELS)] for n, _ in enumerate(ages)]
    posts = [a_post(n, at, NAMES[n % 2], labels[n]) for n, at in enumerate(written)]
    comments = [a_comment(n, at, NAMES[n % 2], labels[n]) for n, at in enumerate(written)][:both]
    for post, comment in zip(posts, comments, strict=False):
        comment["id"], comment["order_key"] = post["id"], post["order_key"]
    await keep(store, posts, comments)
    seen: list[tuple[str, str]] = []
    cursor: str | None = None
    try:
        while True:
            parameters = ItemsParameters(
                limit=limit, cursor=cursor, subreddit=scope or None, sentiment=label
            )
            page = await read_items(deps_of(store), parameters)
            found = [(item.kind, item.id) for item in page.items.root]
            assert len(found) <= limit
            seen += found
            cursor = page.next_cursor
            if found and cursor:
                # The cursor of an item leads on as the page's does.
                own = parameters.model_copy(update={"cursor": page.items.root[-1].cursor})
                last = [(i.kind, i.id) for i in (await read_items(deps_of(store), own)).items.root]
                assert not set(last) & set(seen)
            if cursor is None:
                break
    finally:
        await store.close()
    expected = [
        (item["kind"], item["id"])
        for item in [*posts, *comments]
        if scope in {"", item["community"]} and label in {None, item["sentiment"]["label"]}
    ]
    assert sorted(seen) == sorted(expected)
