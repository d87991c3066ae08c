"""Share of voice, against a recount of the mentions."""

import json
from collections import defaultdict
from datetime import timedelta
from statistics import variance
from typing import Any

import pytest

from api.errors import UnknownCommunity, UnknownSubject
from api.reads.subjects import read_subjects
from api.reads.voice import read_voice
from api.schema.subject_parameters import SubjectsParameters, VoiceParameters
from api.schema.subjects import ShareOfVoice
from shared.stats.cell_threads import thread_of
from shared.stats.uncertainty import Thread, mean_of
from shared.store import COMMENTS, POSTS, Store
from tests.api.subject_world import a_subject, counts, keep_matched, mentioning, talk, watch
from tests.api.world import NAMES, NOW, a_post, deps_of, get
from tests.fixtures.stores import FilledStore

HOUR = timedelta(hours=1)
COUNT = 400
OWN = ("lantern", "kiro", "zed")


async def fill(store: Store) -> None:
    await watch(store)
    await keep_matched(store, *talk(COUNT))


@pytest.fixture
async def talked(filled_store: FilledStore) -> Store:
    """Open a store in which people talk about the subjects."""
    return await filled_store(fill)


async def all_items(store: Store) -> list[Any]:
    posts, comments = talk(COUNT)
    found = await store.read_many(POSTS, [(each["community"], each["id"]) for each in posts])
    said = await store.read_many(COMMENTS, [(each["community"], each["id"]) for each in comments])
    return [*found.values(), *said.values()]


async def voice(store: Any, **given: Any) -> ShareOfVoice:
    return await read_voice(deps_of(store), VoiceParameters(**given))


@pytest.mark.parametrize("hours", [1, 24, 100])
@pytest.mark.parametrize("names", [None, ("kiro", "zed"), ("robots", "Lantern"), ("zed",)])
@pytest.mark.parametrize("community", [None, "claude"])
async def test_shares_are_mentions_over_those_of_the_set(talked, hours, names, community) -> None:
    items = await all_items(talked)
    found = await voice(talked, hours=hours, subjects=names, community=community)
    chosen = [name.lower() for name in names or OWN]
    own = {name: mentioning(items, name, hours=hours, community=community) for name in chosen}
    base = sum(map(len, own.values()))
    assert (found.base, sorted(found.set)) == (base, sorted(chosen))
    assert {each.id: each.mentions for each in found.subjects} == {
        name: len(mentions) for name, mentions in own.items()
    }
    for each in found.subjects:
        wanted = counts(own[each.id])
        assert each.share == (pytest.approx(each.mentions / base) if base else None)
        labels = (each.positive, each.negative, each.neutral)
        assert labels == (wanted["positive"], wanted["negative"], wanted["neutral"])
        assert each.sentiment == pytest.approx(wanted["avg_sentiment"], abs=1e-4)
        assert sum(part.mentions for part in each.communities) == each.mentions
        assert {part.community for part in each.communities} <= {
            community or part for part in NAMES
        }
    if base:
        assert sum(each.share or 0 for each in found.subjects) == pytest.approx(1)
    assert found.others is None


async def test_the_error_of_a_share_is_that_of_the_threads_of_all_mentions(talked) -> None:
    items = await all_items(talked)
    found = await voice(talked)
    threads: dict[str, list[bool]] = defaultdict(list)
    listed = {each["id"]: each for each in (await rows_of_subjects(talked))["subjects"]}
    for each in found.subjects:
        threads.clear()
        for name in OWN:
            for item in mentioning(items, name):
                threads[thread_of(item)].append(name == each.id)
        by_hand = mean_of([Thread(len(own), float(sum(own))) for own in threads.values()])
        assert by_hand is not None
        assert by_hand.error is not None
        # Never less than that of independent mentions.
        share = each.share or 0.0
        least = (share * (1 - share) / found.base) ** 0.5
        assert each.stderr == pytest.approx(max(by_hand.error, least), abs=1e-4)
        low, high = each.interval or (1.0, 0.0)
        assert 0 <= low < share < high <= 1
        assert each.few == (found.base < 30)
        assert each.change_interval is not None
        assert each.change is not None
        assert sum(each.change_interval) / 2 == pytest.approx(each.change, abs=1e-3)
        of_list = listed[each.id]
        spread = (of_list["share_stderr"], of_list["share_interval"], of_list["share_few"])
        assert spread == (each.stderr, each.interval, each.few)
    assert listed["robots"]["share_stderr"] is None


def threads_of(items: list[Any]) -> list[Thread]:
    found: dict[str, list[float]] = defaultdict(list)
    for item in items:
        found[thread_of(item)].append(item["sentiment"]["compound"])
    return [Thread(len(own), sum(own)) for own in found.values()]


async def test_the_mood_of_a_voice_has_an_error_that_knows_threads(talked) -> None:
    items = await all_items(talked)
    found = await voice(talked, top=1)
    assert found.others is not None
    voices = [([each.id], each) for each in found.subjects]
    for names, each in [*voices, (found.others.subjects, found.others)]:
        own = [item for name in names for item in mentioning(items, name)]
        by_hand = mean_of(threads_of(own))
        assert by_hand is not None
        assert each.sentiment == pytest.approx(by_hand.value, abs=1e-4)
        assert each.sentiment_stderr == pytest.approx(by_hand.error, abs=1e-4)
        assert each.sentiment_few == (len(own) < 30)
        low, high = each.sentiment_interval or (1.0, 0.0)
        assert low < each.sentiment < high
    # Without communities, the error is that of the largest threads of all mentions.
    for each in (await voice(talked, community="claude", hours=48)).subjects:
        own = mentioning(items, each.id, community="claude", hours=48)
        compounds = [item["sentiment"]["compound"] for item in own]
        assert (each.sentiment_stderr or 0) >= (variance(compounds) / len(own)) ** 0.5 - 1e-4


async def rows_of_subjects(store: Any) -> Any:
    return (await read_subjects(deps_of(store), SubjectsParameters())).model_dump()


async def test_the_change_is_against_the_equal_span_before(talked) -> None:
    items = await all_items(talked)
    found = await voice(talked, hours=48)
    end = NOW.replace(minute=0, second=0)
    spans = [(end - 48 * HOUR, end), (end - 96 * HOUR, end - 48 * HOUR)]
    shares = []
    for start, until in spans:
        own = {
            name: sum(
                start.isoformat()[:19] <= item["created_utc"][:19] < until.isoformat()[:19]
                for item in mentioning(items, name, hours=2160)
            )
            for name in OWN
        }
        shares.append({name: own[name] / sum(own.values()) for name in OWN})
    assert found.compared_hours == 48
    for each in found.subjects:
        assert each.previous == pytest.approx(shares[1][each.id])
        assert each.change == pytest.approx(shares[0][each.id] - shares[1][each.id])
    assert sum(each.change or 0 for each in found.subjects) == pytest.approx(0)


async def test_homes_of_the_set_can_be_left_out(talked) -> None:
    items = await all_items(talked)
    with_homes, without = await voice(talked), await voice(talked, home="exclude")
    assert (with_homes.home, with_homes.left_out_communities) == ("include", [])
    assert (without.home, without.left_out_communities) == ("exclude", ["aws"])
    for each in without.subjects:
        wanted = [item for item in mentioning(items, each.id) if item["community"] != "aws"]
        assert each.mentions == len(wanted)
        assert "aws" not in {part.community for part in each.communities}
    assert without.base < with_homes.base
    # The home of a subject outside of the set counts.
    others = await voice(talked, home="exclude", subjects=("kiro", "zed"))
    assert others.left_out_communities == []


async def test_those_beyond_the_first_ten_are_summed_up(sqlite_store) -> None:
    subjects = [a_subject(f"s{n}", f"word{n}") for n in range(14)]
    await watch(sqlite_store, subjects)
    posts = [
        a_post(100 * n + m, NOW - timedelta(minutes=m), "claude", title=f"word{n}")
        for n in range(14)
        for m in range(n + 1)
    ]
    await keep_matched(sqlite_store, posts, subjects=subjects)
    found = await voice(sqlite_store)
    assert [each.mentions for each in found.subjects] == list(range(14, 4, -1))
    assert found.others is not None
    assert sorted(found.others.subjects) == ["s0", "s1", "s2", "s3"]
    assert (found.others.mentions, found.base) == (10, 105)
    shares = [*(each.share for each in found.subjects), found.others.share]
    assert sum(share or 0 for share in shares) == pytest.approx(1)
    three = await voice(sqlite_store, top=3)
    assert [each.mentions for each in three.subjects] == [14, 13, 12]
    assert three.others is not None
    assert three.others.mentions == 66


async def test_nothing_mentioned_has_no_share(sqlite_store) -> None:
    await watch(sqlite_store)
    found = await voice(sqlite_store)
    assert (found.base, found.previous_base) == (0, 0)
    for each in found.subjects:
        figures = (each.mentions, each.share, each.previous, each.change, each.sentiment)
        assert figures == (0, None, None, None, None)
    assert found.sentiment_of == "text"


async def test_a_subject_that_was_never_mentioned_before_has_no_change(sqlite_store) -> None:
    await watch(sqlite_store)
    await keep_matched(sqlite_store, [a_post(1, NOW - 2 * HOUR, "claude", title="kiro")])
    (first, *_) = (await voice(sqlite_store)).subjects
    assert (first.id, first.share, first.previous, first.change) == ("kiro", 1.0, None, None)


async def test_unknown_names_are_refused_with_those_that_exist(talked) -> None:
    with pytest.raises(UnknownSubject, match=r"subjects: 'lamp' is no subject.*kiro"):
        await voice(talked, subjects=("kiro", "lamp"))
    with pytest.raises(UnknownSubject, match="'codewhisperer' was merged into 'kiro'"):
        await voice(talked, subjects=("codewhisperer",))
    with pytest.raises(UnknownCommunity, match="community: 'cats' isn't watched"):
        await voice(talked, community="cats")


@pytest.mark.usefixtures("process")
async def test_share_of_voice_over_http(written) -> None:
    await watch(written)
    answer = await get("/api/v1/share-of-voice?subjects=kiro,zed,kiro&hours=48&home=exclude&top=1")
    found = json.loads(answer.get_body())
    assert found["set"] == ["kiro", "zed"]
    names = {
        "id",
        "mentions",
        "share",
        "stderr",
        "interval",
        "few",
        "change",
        "change_interval",
        "previous",
        "positive",
        "sentiment",
        "communities",
    }
    assert names <= found["subjects"][0].keys()
    tag = answer.headers["ETag"]
    path = "/api/v1/share-of-voice?subjects=kiro,zed,kiro&hours=48&home=exclude&top=1"
    assert (await get(path, {"if-none-match": tag})).status_code == 304
    for query in ("home=no", "top=0", "top=101", "hours=0", "subjects=a b", "subreddit=aws"):
        assert (await get(f"/api/v1/share-of-voice?{query}")).status_code == 422, query
    unknown = await get("/api/v1/share-of-voice?subjects=lamp")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
