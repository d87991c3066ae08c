"""The topics of many communities are those that one worker would find among all of them."""

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from collector.rounds.documents import read_round
from collector.rounds.trending import TRENDING, TrendingEnd, TrendingRound, moment_of, step_of
from collector.shards.retiring import retire_shards
from collector.trending.finder import Trends
from collector.writers.lease import lease
from collector.writers.shared_lease import shared_lease
from shared.errors import RoundFailed
from shared.models import Comment, Post, Topic, Topics
from shared.settings import Settings
from shared.shards import LOST_AFTER, MAX_ATTEMPTS
from shared.store import COLLECTION, COMMENTS, CURRENT, POSTS, TOPICS, TRENDING_PARTS, Query, Store
from shared.text.forms import FORMS
from shared.times import iso, utc_now
from tests.api.world import a_comment
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, copied, opened
from tests.collector.trending.talk import NOW, VOCABULARY, chatter, post_of_age, story

NAMES = ("zulu", "aws", "claude", "OpenAI", "cursor", "Bard", "mcp", "vim")
UNWATCHED = "emacs"
MINUTES = timedelta(minutes=1)
TEXT = "yesterday our whole team moved every service away from the old Velvet Harbour cluster today"


@pytest.fixture
def settings(sqlite_settings: Settings) -> Settings:
    return settings_of(sqlite_settings)


def settings_of(settings: Settings) -> Settings:
    return settings.model_copy(update={"subreddits": NAMES, "communities": ()})


def posts_of(texts: Iterable[str], first: int, names: Iterable[str], **more: Any) -> list[Post]:
    """Make a post of each text in the communities in turn, by different authors."""
    listed = list(names)
    return [
        post_of_age(
            first + n,
            (30 + 11 * n) * MINUTES,
            text,
            subreddit=listed[n % len(listed)],
            **more,
        )
        for n, text in enumerate(texts)
    ]


def around(phrase: str, count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [f"{rng.choice(VOCABULARY)} the {phrase} {rng.choice(VOCABULARY)}" for _ in range(count)]


def a_world() -> tuple[list[Post], list[Comment]]:
    """Return talk with stories of each kind that groups of communities could find differently."""
    posts = chatter(random.Random(5), a_day=120, subreddits=(*NAMES, UNWATCHED))
    # One author in each community.
    posts += posts_of(around("Copper Planner", 8, 1), 200_000, NAMES)
    # Spellings of one term, each of fewer than five people.
    spellings = [*around("rate-limits", 3, 2), *around("Rate Limit", 3, 3)]
    posts += posts_of(spellings, 210_000, NAMES)
    # Near copies in all communities count as one person's, and so do copies that are marked.
    posts += posts_of([f"{TEXT} {word}" for word in VOCABULARY[:9]], 220_000, NAMES)
    # One person posts near copies of five people's texts, all with a word of their own.
    rng = random.Random(4)
    for n in range(6):
        text = " ".join(rng.sample(VOCABULARY, 20))
        posts += posts_of([text], 230_000 + 10 * n, NAMES[n % 3 :])
        repeated = f"{text} Quartz Beacon"
        posts += posts_of([repeated], 230_001 + 10 * n, NAMES[n % 5 :], author="repeats")
    posts += story(20, "Login Loop", first=240_000, subreddit=UNWATCHED)
    others = story(12, "Amber Lantern", first=250_000, subreddit="mcp")
    posts += [{**post, "language": "other"} for post in others]
    posts += [{**p, "deleted": True} for p in story(12, "Grey Kettle", first=260_000)]
    # Used as much in the week before, in another community than now.
    posts += story(12, "Silver Ferry", first=270_000, subreddit="vim")
    for day in range(1, 7):
        for post in story(12, "Silver Ferry", first=280_000 + 100 * day, subreddit="cursor"):
            created = iso(NOW - timedelta(days=day, hours=3))
            posts.append({**post, "created_utc": created, "order_key": f"{created}_{post['id']}"})
    tidal = story(9, "Tidal Engine", first=300_000, subreddit="Bard")
    copies = story(3, "Tidal Engine", first=310_000, subreddit="zulu")
    original = tidal[2]
    tidal[2] = {**original, "copies": [f"zulu/{post['order_key']}" for post in copies]}
    place = f"Bard/{original['order_key']}"
    posts += [*tidal, *({**post, "copy_of": place} for post in copies)]
    comments: list[Comment] = []
    for number, post in enumerate([*tidal, *copies, *posts[::7]]):
        created = NOW - (5 + number % 200) * MINUTES
        label: Any = ("positive", "negative", "neutral")[number % 3]
        # Comments lie where their post does; some are in a community that sorts elsewhere.
        comment = a_comment(number, created, post["community"], label)
        comments.append({**comment, "post_id": post["id"]})
    return posts, comments


async def fill(store: Store) -> None:
    posts, comments = a_world()
    await store.upsert(POSTS, posts)
    await store.upsert(COMMENTS, comments)
    started = iso(NOW - 10 * MINUTES)
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, "last_started_at": started}
    state |= {"last_collection_at": iso(NOW), "shards": {"count": 3, "failed": {}}}
    await store.upsert(COLLECTION, [state])


def trends_of(store: Store, settings: Settings, now: datetime = NOW) -> Trends:
    return Trends(store, settings, lambda: now, forms=FORMS)


def a_round(
    store: Store,
    settings: Settings,
    now: datetime = NOW,
    *,
    size: int = 3,
    is_over: bool = False,
) -> TrendingRound:
    """Return a round in which each turn goes on to its end, or is over after one community."""
    return TrendingRound(trends_of(store, settings, now), lambda: lambda: is_over, size=size)


async def parts_left(store: Store) -> list[str]:
    found = await store.query(Query(TRENDING_PARTS, "trending_part", 1000, order_by="id"))
    return [each["id"] for each in found]


async def current(store: Store) -> Topics:
    found = await store.read(TOPICS, CURRENT, CURRENT)
    assert found
    return found


async def expected_of(store: Store, settings: Settings) -> list[Topic]:
    return await trends_of(store, settings).topics_of(NOW.replace(microsecond=0))


async def begin(store: Store, settings: Settings, now: datetime = NOW) -> str:
    """Begin a round unless one is under way, and return the moment of the one that is."""
    await a_round(store, settings, now).begin(iso(now))
    found = await read_round(store, TRENDING)
    assert found
    return moment_of(found)


async def work(store: Store, settings: Settings, moment: str, **more: Any) -> TrendingEnd:
    return await a_round(store, settings, **more).work(moment, lambda: False)


@pytest.mark.parametrize(("size", "is_over"), [(1, False), (3, True), (50, False)])
async def test_groups_find_what_one_worker_finds_among_all(
    sqlite_store: Store, settings: Settings, size: int, *, is_over: bool
) -> None:
    await fill(sqlite_store)
    expected = await expected_of(sqlite_store, settings)
    await a_round(sqlite_store, settings, size=size, is_over=is_over).to_the_end()
    found = await current(sqlite_store)
    assert (found["topics"], found["created_at"]) == (expected, iso(NOW))
    topics = {topic["theme"]: topic for topic in expected}
    assert topics.keys() == {"Copper Planner", "Rate Limit", "Quartz Beacon", "Tidal Engine"}
    assert topics["Copper Planner"]["mentions"] == len(topics["Copper Planner"]["communities"]) == 8
    # Comments under copies in another community count, too.
    assert sum(topics["Tidal Engine"]["mentions_by_hour"]) >= 9 + 9 + 3
    assert await parts_left(sqlite_store) == []
    # Once more at the same moment changes nothing.
    await a_round(sqlite_store, settings, size=size).to_the_end()
    assert (await current(sqlite_store))["topics"] == expected


async def test_topics_are_found_while_shards_are_collected(
    store: Store, any_store_settings: Settings
) -> None:
    settings = settings_of(any_store_settings)
    await fill(store)
    expected = await expected_of(store, settings)
    shard = "shard_reddit_0001"
    async with (
        lease(store, shard, seconds=60, clock=utc_now, name=shard),
        shared_lease(store, "cycle_20261123_130000", shard, seconds=60, clock=utc_now),
    ):
        await a_round(store, settings).to_the_end()
    assert (await current(store))["topics"] == expected


async def test_workers_share_the_groups_and_one_does_what_is_of_all(
    store: Store, any_store_settings: Settings
) -> None:
    settings = settings_of(any_store_settings)
    await fill(store)
    expected = await expected_of(store, settings)
    moment = await begin(store, settings)
    rounds = [a_round(store, settings, size=3) for _ in range(2)]
    waiting, ends = 2, 0
    while waiting:
        done = await asyncio.gather(
            *(each.work(moment, lambda: False, workers=2) for each in rounds[:waiting])
        )
        waiting = min(2, sum(end.messages for end in done))
        ends += sum(end.is_done for end in done)
    assert ends == 1
    assert (await current(store))["topics"] == expected


async def test_a_step_that_workers_share_sends_a_message_to_each(
    sqlite_store: Store, settings: Settings
) -> None:
    moment = await begin(sqlite_store, settings)
    end = await a_round(sqlite_store, settings).work(moment, lambda: False, workers=2)
    assert end == TrendingEnd(messages=2)
    found = await read_round(sqlite_store, TRENDING)
    assert found
    assert (step_of(found), len(found["open"])) == ("posts", 3)


async def test_a_run_that_is_over_asks_to_go_on(sqlite_store: Store, settings: Settings) -> None:
    moment = await begin(sqlite_store, settings)
    for _ in range(20):
        end = await a_round(sqlite_store, settings).work(moment, lambda: True)
        if end.is_done:
            break
        assert end == TrendingEnd(messages=1)
    assert end.is_done
    assert (await current(sqlite_store))["topics"] == []
    assert await work(sqlite_store, settings, moment) == TrendingEnd(is_other=True)


async def test_posts_that_are_removed_meanwhile_are_in_no_topic(
    sqlite_store: Store, settings: Settings
) -> None:
    await fill(sqlite_store)
    expected = await expected_of(sqlite_store, settings)
    moment = await begin(sqlite_store, settings)
    while (found := await read_round(sqlite_store, TRENDING)) and step_of(found) != "comments":
        await a_round(sqlite_store, settings).work(moment, lambda: True)
    gone = {expected[0]["post_ids"][0], expected[1]["post_ids"][-1]}
    posts, _ = a_world()
    await sqlite_store.upsert(POSTS, [{**p, "deleted": True} for p in posts if p["id"] in gone])
    await a_round(sqlite_store, settings, NOW + MINUTES).to_the_end()
    kept = await current(sqlite_store)
    assert kept["created_at"] == moment
    listed = [set(topic["post_ids"]) for topic in expected]
    assert [set(topic["post_ids"]) for topic in kept["topics"]] == [ids - gone for ids in listed]


async def test_a_round_is_begun_again_only_when_it_is_lost(
    sqlite_store: Store, settings: Settings
) -> None:
    moment = await begin(sqlite_store, settings)
    assert await begin(sqlite_store, settings, NOW + 5 * MINUTES) == moment
    later = NOW + LOST_AFTER + MINUTES
    assert await begin(sqlite_store, settings, later) == iso(later)
    assert {part.partition("_")[0] for part in await parts_left(sqlite_store)} == {iso(later)}
    # A late message of the one before does nothing.
    assert await work(sqlite_store, settings, moment) == TrendingEnd(is_other=True)
    assert (await work(sqlite_store, settings, iso(later), now=later)).is_done
    assert await begin(sqlite_store, settings, later + MINUTES) == iso(later + MINUTES)


async def test_a_group_that_breaks_keeps_the_topics_that_there_are_until_the_next_round(
    sqlite_store: Store, settings: Settings
) -> None:
    await fill(sqlite_store)
    await a_round(sqlite_store, settings, NOW - 60 * MINUTES).to_the_end()
    before = await current(sqlite_store)
    broken: Any = post_of_age(400_000, 9 * MINUTES, "no observations", subreddit="mcp")
    del broken["observations"]
    await sqlite_store.upsert(POSTS, [broken])
    with pytest.raises(RoundFailed, match="group_0000"):
        await a_round(sqlite_store, settings).to_the_end()
    assert await current(sqlite_store) == before
    found = await read_round(sqlite_store, TRENDING)
    assert found
    assert found["attempts"] == {"group_0000": MAX_ATTEMPTS + 1}
    await sqlite_store.delete(POSTS, [("mcp", broken["id"])])
    await a_round(sqlite_store, settings, NOW + MINUTES).to_the_end()
    assert (await current(sqlite_store))["created_at"] == iso(NOW + MINUTES)


async def test_a_round_whose_parts_are_gone_fails_and_the_next_one_begins(
    sqlite_store: Store, settings: Settings
) -> None:
    moment = await begin(sqlite_store, settings)
    parts = [("trending_part", each) for each in await parts_left(sqlite_store)]
    await sqlite_store.delete(TRENDING_PARTS, parts)
    assert len((await work(sqlite_store, settings, moment)).failed) == 3
    assert await begin(sqlite_store, settings, NOW + MINUTES) == iso(NOW + MINUTES)


async def test_with_fewer_communities_no_part_is_left(
    sqlite_store: Store, settings: Settings
) -> None:
    await fill(sqlite_store)
    await begin(sqlite_store, settings)
    assert await parts_left(sqlite_store)
    await retire_shards(sqlite_store, settings)
    assert await parts_left(sqlite_store) == []


async def test_killed_at_any_write_the_topics_are_found_all_the_same(settings: Settings) -> None:
    """The next worker comes as the timer's, when the leases of the killed one have expired."""
    async with opened(settings) as store:
        await store.upsert(POSTS, [*chatter(random.Random(5), a_day=20, subreddits=NAMES)])
        await store.upsert(POSTS, posts_of(around("Copper Planner", 10, 1), 200_000, NAMES))
    undisturbed = copied(settings, "undisturbed")
    later = NOW + 5 * MINUTES
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await a_round(counting, undisturbed).to_the_end()
        expected = {iso(NOW): (await current(store))["topics"]}
        expected[iso(later)] = await trends_of(store, undisturbed).topics_of(later)
    assert [topic["theme"] for topic in expected[iso(NOW)]] == ["Copper Planner"]
    for step in counting.steps()[:-1]:
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await a_round(dead, killed).to_the_end()
            assert dead.is_dead, step
            await a_round(store, killed, later).to_the_end()
            found = await current(store)
            assert found["topics"] == expected[found["created_at"]], step
            assert await parts_left(store) == [], step


async def test_documents_stay_below_half_a_megabyte_whatever_the_posts_have(
    sqlite_store: Store, settings: Settings
) -> None:
    rng = random.Random(1)
    # Each word is a run of its own, which no other post has.
    texts = [". ".join(f"{rng.getrandbits(40):x}" for _ in range(700)) for _ in range(160)]
    posts = [
        post_of_age(n, (5 + 8 * n) * MINUTES, f"Copper Planner {n}", text)
        for n, text in enumerate(texts)
    ]
    await sqlite_store.upsert(POSTS, posts)
    largest: list[int] = []
    pieces: list[int] = []

    class Weighed:
        """A store that notes the sizes of parts."""

        def __getattr__(self, name: str) -> Any:
            method = getattr(sqlite_store, name)
            if name != "upsert":
                return method

            async def upsert(container: Any, documents: Any) -> None:
                if container is TRENDING_PARTS:
                    largest.extend(len(str(each)) for each in documents)
                    pieces.extend(each["pieces"] for each in documents)
                await method(container, documents)

            return upsert

    await a_round(Weighed(), settings).to_the_end()  # type: ignore[arg-type]
    assert (await current(sqlite_store))["created_at"] == iso(NOW)
    assert max(pieces) > 1
    assert max(largest) < 500_000
