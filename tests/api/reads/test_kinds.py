"""Kinds of talk in answers: figures, items, and lists that have exactly what figures count."""

from datetime import timedelta
from typing import Any

import pytest

from api.export.files import POST_COLUMNS
from api.reads.items import read_items
from api.reads.mentions import read_mentions
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subjects import read_subject
from api.schema.parameters import ItemsParameters, PostsParameters, ScopeParameters
from api.schema.subject_parameters import MentionsParameters, SubjectParameters
from shared.kinds import TALK
from shared.stats.cell_threads import thread_of
from shared.stats.uncertainty import Thread, mean_of
from shared.store import Store
from tests.api.subject_world import keep_matched, own_labels, talk, watch
from tests.api.world import NOW, a_post, deps_of, keep

KINDS = (["problem"], ["problem", "outage"], ["other"], ["switch", "problem", "praise"], None)
HOURS = 72


def with_kinds(number: int, item: Any) -> Any:
    """Return an item scored by a method with kinds; some are scored by another."""
    kinds = KINDS[number % len(KINDS)]
    scored = own_labels(number, item)
    return scored if kinds is None else {**scored, "kinds": kinds}


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """Open a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_store


@pytest.fixture
async def items(store: Any) -> list[Any]:
    await watch(store)
    return await keep_matched(store, *talk(), judge=with_kinds)


def figures_by_hand(items: list[Any], compound_of: Any) -> dict[str, tuple[int, Any, Any]]:
    """Return the items, the mean and the share of each kind."""
    known = [item for item in items if "kinds" in item]
    found = {}
    for kind in TALK:
        if own := [compound_of(item) for item in known if kind in item["kinds"]]:
            mean = pytest.approx(sum(own) / len(own), abs=1e-4)
            found[kind] = (len(own), mean, pytest.approx(len(own) / len(known), abs=1e-4))
    return found


def as_found(kinds: Any) -> dict[str, tuple[int, float, float]]:
    return {kind: (own.items, own.avg_sentiment, own.share) for kind, own in kinds.items()}


def compound_of_item(item: Any) -> float:
    return float(item["sentiment"]["compound"])


def mention_in(item: Any, subject: str) -> Any:
    return next(each for each in item["mentions"] if each["subject"] == subject)


def compound_of_mention(subject: str) -> Any:
    return lambda item: mention_in(item, subject).get("sentiment", item["sentiment"])["compound"]


def about(items: list[Any], subject: str) -> list[Any]:
    return [
        item
        for item in items
        if any(each["subject"] == subject for each in item.get("mentions", ()))
    ]


@pytest.mark.parametrize("community", [None, "claude"])
async def test_figures_of_communities_and_their_lists(store, items, community) -> None:
    own = [item for item in items if community in (None, item["community"])]
    deps = deps_of(store)
    asked = ScopeParameters(subreddit=community, hours=HOURS)
    found = as_found((await read_stats(deps, asked)).statistics.kinds)
    assert found == figures_by_hand(own, lambda item: item["sentiment"]["compound"])
    for kind, (count, *_) in found.items():
        filters: Any = {"subreddit": community, "hours": HOURS, "limit": 500, "talk": kind}
        listed = (await read_items(deps, ItemsParameters(**filters))).items.root
        assert len(listed) == count
        assert all(kind in each.kinds for each in listed)
        posts = (await read_recent_posts(deps, PostsParameters(**filters))).items.root
        assert [each.id for each in posts] == [each.id for each in listed if each.kind == "post"]


@pytest.mark.parametrize("subject", [None, "lantern"])
async def test_a_kind_is_no_more_certain_than_its_items_are(store, items, subject) -> None:
    asked = ScopeParameters(subject=subject, hours=HOURS)
    statistics = (await read_stats(deps_of(store), asked)).statistics
    own = items if subject is None else about(items, subject)
    compound_of = compound_of_mention(subject) if subject else compound_of_item
    for kind, figures in statistics.kinds.items():
        threads: dict[str, list[float]] = {}
        for item in own:
            if kind in item.get("kinds", ()):
                threads.setdefault(thread_of(item), []).append(compound_of(item))
        mean = mean_of([Thread(len(each), sum(each)) for each in threads.values()])
        assert figures.few == (figures.items < 30)
        assert figures.stderr > mean.error
        low, high = figures.interval
        assert low <= figures.avg_sentiment <= high


async def test_figures_of_subjects_and_their_lists(store, items) -> None:
    deps = deps_of(store)
    for subject in ("lantern", "kiro"):
        expected = figures_by_hand(about(items, subject), compound_of_mention(subject))
        asked = ScopeParameters(subject=subject, hours=HOURS)
        found = as_found((await read_stats(deps, asked)).statistics.kinds)
        card = await read_subject(deps, SubjectParameters(id=subject, hours=HOURS))
        assert found == as_found(card.kinds) == expected
        for kind, (count, *_) in found.items():
            mentions = MentionsParameters(id=subject, hours=HOURS, limit=500, talk=kind)
            listed = (await read_mentions(deps, mentions)).items.root
            assert len(listed) == count
            assert all(kind in each.kinds for each in listed)


async def test_parts_of_a_subject_have_kinds_and_what_is_not_watched_goes(store, items) -> None:
    subject = "lantern"
    own = about(items, subject)
    by_text = [item for item in own if mention_in(item, subject)["via"] == "text"]
    asked = ScopeParameters(subject=subject, hours=HOURS, via="text")
    found = (await read_stats(deps_of(store), asked)).statistics.kinds
    assert as_found(found) == figures_by_hand(by_text, compound_of_mention(subject))
    watched = [item for item in own if item["community"] != "claude"]
    less = deps_of(store, names=("aws", "OpenAI"))
    for hours in (HOURS, 24 * 60):
        asked = ScopeParameters(subject=subject, hours=hours)
        found = (await read_stats(less, asked)).statistics.kinds
        assert as_found(found) == figures_by_hand(watched, compound_of_mention(subject))
        of_all = (await read_stats(less, ScopeParameters(hours=hours))).statistics.kinds
        rest = [item for item in items if item["community"] != "claude"]
        assert as_found(of_all) == figures_by_hand(rest, lambda item: item["sentiment"]["compound"])


async def test_a_list_of_a_kind_goes_on_page_by_page(store, items) -> None:
    expected = [item["id"] for item in items if "outage" in item.get("kinds", ())]
    for scope in (None, "claude"):
        found: list[str] = []
        cursor = None
        while True:
            asked = ItemsParameters(
                subreddit=scope, hours=HOURS, limit=4, talk="outage", cursor=cursor
            )
            page = await read_items(deps_of(store), asked)
            found += [each.id for each in page.items.root]
            cursor = page.next_cursor
            if cursor is None:
                break
        own = {item["id"] for item in items if scope in (None, item["community"])}
        assert sorted(found) == sorted(own.intersection(expected))


async def test_an_item_has_its_kinds_and_its_switch(sqlite_store) -> None:
    own = {"method": "encoder", "version": "1", "compound": 0.0}
    mentions = [
        {"subject": name, "via": "text", "matched": [name], "sentiment": {**own, "label": label}}
        for name, label in (("kiro", "negative"), ("zed", "positive"))
    ]
    post = a_post(1, NOW - timedelta(hours=1), kinds=["switch", "praise"], mentions=mentions)
    await watch(sqlite_store)
    await keep(sqlite_store, [post, a_post(2, NOW - timedelta(hours=2))])
    found = (await read_recent_posts(deps_of(sqlite_store), PostsParameters())).items.root
    assert [each.kinds for each in found] == [["switch", "praise"], None]
    assert [each.switch for each in found] == [{"from": "kiro", "to": "zed"}, None]
    asked = MentionsParameters(id="zed")
    (mention,) = (await read_mentions(deps_of(sqlite_store), asked)).items.root
    assert (mention.kinds, mention.switch) == (["switch", "praise"], {"from": "kiro", "to": "zed"})


def test_files_have_them_in_columns_at_the_end() -> None:
    assert POST_COLUMNS[-3:] == ["kinds", "switch_from", "switch_to"]
