from datetime import timedelta

import pytest

from api.reads.subreddits import next_communities, read_communities, read_subreddits
from api.schema.parameters import SubredditsParameters
from collector.backfill.journal import new_backfill
from shared.costs import track
from shared.models import CommunityState, CycleError, ReleasesState
from shared.store import BACKFILLS, COMMUNITIES, RELEASES
from shared.store.community_states import bucket_of
from shared.times import iso
from tests.api.world import NOW, CountingStore, a_comment, a_post, deps_of, keep

HOUR = timedelta(hours=1)


def state(name: str, last: str | None, error: tuple[str, str] | None = None) -> CommunityState:
    return CommunityState(
        id=name,
        kind="community",
        bucket=bucket_of(name),
        source="reddit",
        shard="",
        due_at="",
        ttl=-1,
        watermark=None,
        last_attempt_at="2026-11-23T13:00:00Z",
        last_collected_at=last,
        last_error=CycleError(community=name, kind=error[0], message=error[1]) if error else None,
    )


async def test_each_configured_subreddit_is_listed_in_order(store) -> None:
    await store.upsert(
        COMMUNITIES,
        [
            state("claude", "2026-11-23T13:00:00Z"),
            state("aws", None, ("private", "the subreddit is private")),
        ],
    )
    await keep(store, [a_post(1, NOW, "claude"), a_post(2, NOW - 24 * HOUR, "claude")])
    await keep(store, [a_post(3, NOW, "cats")], [a_comment(1, NOW - 20 * HOUR, "claude")])
    answer = await read_subreddits(deps_of(store, ORIGIN="sample"), SubredditsParameters())
    assert answer.model_dump() == {
        "subreddits": ["aws", "claude", "OpenAI"],
        "count": 3,
        "details": [
            {
                "name": "aws",
                "last_collected_at": None,
                "items_24h": 0,
                "last_error": "the subreddit is private",
            },
            {
                "name": "claude",
                "last_collected_at": "2026-11-23T13:00:00Z",
                "items_24h": 2,
                "last_error": None,
            },
            {
                "name": "OpenAI",
                "last_collected_at": None,
                "items_24h": 0,
                "last_error": None,
            },
        ],
        "origin": "sample",
    }


async def test_how_far_the_past_is_read_is_shown(store) -> None:
    made = new_backfill("aws", "arctic_shift", start=NOW - 240 * HOUR, now=NOW, ticket="t")
    error = CycleError(community="aws", kind="blocked", message="it answers 403")
    more = {"items": 7, "reached": iso(NOW - 120 * HOUR), "last_error": error}
    await store.upsert(BACKFILLS, [{**made, **more}])
    answer = await read_communities(deps_of(store), SubredditsParameters())
    assert answer.details[0].backfill.model_dump() == {
        "status": "failed",
        "since": iso(NOW - 240 * HOUR),
        "until": iso(NOW),
        "reached": iso(NOW - 120 * HOUR),
        "items": 7,
        "expected": None,
        "error": "it answers 403",
        "retry_at": None,
    }


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (None, {"read_at": iso(NOW), "error": None, "kind": None}),
        (
            ("missing", "GitHub has no public repository acme/tool"),
            {
                "read_at": iso(NOW),
                "error": "GitHub has no public repository acme/tool",
                "kind": "missing",
            },
        ),
    ],
)
async def test_whether_releases_can_be_read_is_shown(sqlite_store, error, shown) -> None:
    names = ["github.acme.tool", "github.acme.cli", "aws"]
    last = CycleError(community=names[0], kind=error[0], message=error[1]) if error else None
    read = ReleasesState(
        id=names[0],
        kind="releases",
        ttl=-1,
        etag='"1"',
        tried_at=iso(NOW),
        read_at=iso(NOW),
        last_error=last,
    )
    await sqlite_store.upsert(RELEASES, [read])
    here = {"SUBREDDITS": "aws", "COMMUNITIES": "github.acme.tool,github.acme.cli"}
    answer = await read_communities(deps_of(sqlite_store, **here), SubredditsParameters())
    found = {each.community: each.releases for each in answer.details}
    assert found.pop(names[0]).model_dump() == shown
    assert set(found.values()) == {None}
    off = deps_of(sqlite_store, **here, RELEASE_MARKERS="false")
    answer = await read_communities(off, SubredditsParameters())
    assert {each.releases for each in answer.details} == {None}


async def test_the_words_of_a_client_library_stay_inside(sqlite_store) -> None:
    words = "error with request HTTPConnectionPool(host='10.1.2.3', port=80)"
    await sqlite_store.upsert(COMMUNITIES, [state("aws", None, ("connection", words))])
    answer = await read_subreddits(deps_of(sqlite_store), SubredditsParameters())
    assert answer.details[0].last_error == "the connection to the source failed"


@pytest.mark.parametrize("count", [3, 100])
async def test_the_list_costs_three_reads_whatever_the_number_of_subreddits(
    sqlite_store, count
) -> None:
    counting = CountingStore(sqlite_store)
    names = [f"sub{number}" for number in range(count)]
    await sqlite_store.upsert(COMMUNITIES, [state(name, None) for name in names])
    with track() as costs:
        await read_subreddits(deps_of(counting, names=names), SubredditsParameters())
    # Hours, states and backfills; SQLite is asked for 500 documents at a time.
    assert (counting.reads, costs.operations) == (3, 3)
    assert counting.asked == {"cycles": count, "communities": count, "stats": 24}


async def test_many_communities_are_listed_page_by_page_in_the_order_of_names(
    sqlite_store, monkeypatch
) -> None:
    names = [f"Sub{n}" if n % 2 else f"sub{n}" for n in range(23)]
    await keep(sqlite_store, [a_post(n, NOW - n * HOUR, name) for n, name in enumerate(names)])
    deps = deps_of(sqlite_store, names=names[::-1])
    whole = await read_communities(deps, SubredditsParameters())
    assert (whole.communities, whole.count) == (names[::-1], 23)
    assert next_communities(deps, SubredditsParameters(), whole) is None
    counts = {each.community: each.items_24h for each in whole.details}
    # Where many are watched, a page counts by the days of its communities.
    monkeypatch.setattr("api.reads.subreddits.MAX_OBSERVED", 10)
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        parameters = SubredditsParameters(limit=5, cursor=cursor)
        page = await read_communities(deps, parameters)
        assert {each.community: each.items_24h for each in page.details} == {
            name: counts[name] for name in page.communities
        }
        assert page.count == 23
        seen += page.communities
        cursor = next_communities(deps, parameters, page)
    assert seen == sorted(names, key=str.lower)
    # A name that is gone since the page before is no matter.
    gone = SubredditsParameters(limit=5, cursor="sub15x")
    assert (await read_communities(deps, gone)).communities[0] == "sub16"
