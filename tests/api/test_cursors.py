"""Pages never skip or repeat a post, whatever is added or removed between two pages."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from api.reads.posts import read_recent_posts
from api.schema.parameters import PostsParameters
from shared.store.sqlite import SqliteStore
from tests.api.world import NAMES, NOW, a_post, deps_of, keep

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
