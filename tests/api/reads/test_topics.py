"""Topics of a scope and a span: what is planted there is found, and each count is its list's."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from api.errors import BadParameters
from api.reads.items import read_items
from api.reads.scopes import Scope
from api.reads.span_items import MAX_COST, chosen_hours, parts_of, read_span_items
from api.reads.spread_items import spread
from api.reads.topics import read_topics
from api.schema.parameters import ItemsParameters
from api.schema.topics import ScopeTopics, TopicsParameters
from bench.priced_store import PricedStore
from bench.spent import cost_of
from shared.models import Post
from shared.times import Window, iso
from tests.api.subject_world import SUBJECTS, keep_matched, own_labels, watch
from tests.api.test_bounds import MAX_REQUEST_UNITS
from tests.api.world import LABELS, NOW, a_comment, a_post, deps_of, get, keep
from tests.collector.trending.talk import VOCABULARY

HOUR = timedelta(hours=1)
PLANTED_AT = (2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 7)
OLD = NOW - timedelta(days=20)
SPAN_OF_OLD = {"start": iso(OLD - 24 * HOUR), "end": iso(OLD)}


def chatter(rng: random.Random, count: int, first: int, newest: Any, step: Any) -> list[Post]:
    """Return posts in random words, of which every second names Lantern."""
    return [
        a_post(
            first + n,
            newest - n * step,
            "claude" if n % 2 else "aws",
            LABELS[n % 3],
            title="I have Lantern" if n % 2 else "I have nothing",
            content=" ".join(rng.sample(VOCABULARY, 12)),
            author=f"author{first + n}",
        )
        for n in range(count)
    ]


def planted(phrase: str, first: int, until: Any, name: str = "claude") -> list[Post]:
    """Return posts that say a phrase of Lantern, in these hours before a time."""
    rng = random.Random(first)
    return [
        a_post(
            first + n,
            until - hours * HOUR - timedelta(minutes=n),
            name,
            "negative",
            title=f"Lantern {rng.choice(VOCABULARY)}",
            content=f"{rng.choice(VOCABULARY)} the {phrase}, {' '.join(rng.sample(VOCABULARY, 5))}",
            author=f"teller{first + n}",
        )
        for n, hours in enumerate(PLANTED_AT)
    ]


def world() -> list[Post]:
    rng = random.Random(7)
    return [
        *chatter(rng, 30, 0, NOW, timedelta(minutes=45)),
        *chatter(rng, 60, 1000, NOW - timedelta(hours=25), 2 * HOUR),
        *planted("Copper Planner", 5000, NOW),
        # The same in days that were collected later.
        *chatter(rng, 30, 2000, OLD, timedelta(minutes=45)),
        *chatter(rng, 60, 3000, OLD - timedelta(hours=25), 2 * HOUR),
        *planted("zinc drawer", 6000, OLD, "aws"),
    ]


@pytest.fixture
async def deps(sqlite_store: Any) -> Any:
    await watch(sqlite_store)
    await keep_matched(sqlite_store, world(), judge=own_labels)
    return deps_of(sqlite_store)


async def topics(deps: Any, **asked: Any) -> ScopeTopics:
    return await read_topics(deps, TopicsParameters.model_validate(asked))


@pytest.mark.parametrize(
    ("asked", "name", "first"),
    [
        ({"subject": "lantern"}, "Copper Planner", 5000),
        ({"community": "claude"}, "Copper Planner", 5000),
        ({}, "Copper Planner", 5000),
        ({"subject": "lantern", **SPAN_OF_OLD}, "zinc drawer", 6000),
        ({"community": "aws", **SPAN_OF_OLD}, "zinc drawer", 6000),
    ],
)
async def test_a_planted_topic_is_found_in_scope_and_span_with_its_list(
    deps: Any, asked: dict[str, Any], name: str, first: int
) -> None:
    answer = await topics(deps, **asked)
    (topic,) = answer.topics
    assert topic.name == name
    wanted = {f"p{first + n}" for n in range(len(PLANTED_AT))}
    assert topic.n == len(wanted) == topic.statistics.total
    assert (topic.n_before, topic.ratio, topic.kinds) == (0, None, None)
    assert {each.id for each in topic.items} == wanted
    parameters = ItemsParameters.model_validate({**asked, "topic": topic.id, "limit": 5})
    listed: list[str] = []
    cursor = None
    for _ in range(3):
        page = await read_items(deps, parameters.model_copy(update={"cursor": cursor}))
        listed += [each.id for each in page.items.root]
        cursor = page.next_cursor
    assert cursor is None
    assert listed == [each.id for each in topic.items]
    started = min(topic.items, key=lambda each: each.created_utc)
    assert topic.started_by == started
    assert topic.course.first_at == started.created_utc
    assert sum(step.items for step in topic.course.steps) == topic.n
    assert answer.why_none is None
    assert answer.span.is_whole
    assert answer.before.is_whole


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"subject": "kiro"}, "no_items"),
        ({"community": "aws"}, "nothing_stands_out"),
        ({"subject": "lantern", "hours": 2160}, "nothing_before"),
    ],
)
async def test_where_nothing_is_said_more_there_is_none_and_the_answer_says_why(
    deps: Any, asked: dict[str, Any], why: str
) -> None:
    answer = await topics(deps, **asked)
    assert (answer.topics, answer.why_none) == ([], why)


async def test_a_subjects_topic_has_what_its_items_say_of_the_subject(deps: Any) -> None:
    (of_subject,) = (await topics(deps, subject="lantern")).topics
    (of_all,) = (await topics(deps)).topics
    assert of_all.statistics.negative == of_all.n
    assert of_subject.statistics.negative < of_subject.n
    assert of_subject.statistics.few
    assert of_subject.statistics.stderr is not None


async def test_a_list_of_a_topic_takes_label_and_kind(deps: Any) -> None:
    asked = {"subject": "lantern", "topic": "copper-planner"}
    (topic,) = (await topics(deps, subject="lantern")).topics
    whole = await read_items(deps, ItemsParameters.model_validate(asked))
    said = {**asked, "sentiment": "positive"}
    positive = await read_items(deps, ItemsParameters.model_validate(said))
    assert len(positive.items.root) == topic.statistics.positive < len(whole.items.root)
    comments = await read_items(deps, ItemsParameters.model_validate({**asked, "kind": "comment"}))
    assert comments.items.root == []
    with pytest.raises(BadParameters, match="no topic"):
        await read_items(deps, ItemsParameters.model_validate({**asked, "topic": "zinc-drawer"}))


async def test_kinds_are_counted_where_they_are_known(sqlite_store: Any) -> None:
    await watch(sqlite_store)
    kinds: Any = [["problem", "outage"], ["problem"], []]
    items: Any = [{**each, "kinds": kinds[n % 3]} for n, each in enumerate(world())]
    await keep(sqlite_store, items)
    (topic,) = (await topics(deps_of(sqlite_store), community="claude")).topics
    assert topic.kinds is not None
    assert list(topic.kinds) == ["problem", "outage"]
    assert 0 < topic.kinds["outage"] < topic.kinds["problem"] < topic.n


@pytest.mark.parametrize("scope", [{}, {"community": "claude"}])
async def test_comments_of_a_kind_are_read_like_posts(
    sqlite_store: Any, scope: dict[str, Any]
) -> None:
    comments: Any = [a_comment(n, NOW - n * HOUR, "claude", "neutral") for n in range(1, 10)]
    for each in comments[::2]:
        each["kinds"] = ["problem"]
    await keep(sqlite_store, [], comments)
    span = (await topics(deps_of(sqlite_store), **scope)).span
    assert (span.read, span.of, span.is_whole) == (9, 9, True)


async def test_a_subject_and_a_community_are_refused_together(deps: Any) -> None:
    with pytest.raises(BadParameters, match="subject"):
        await topics(deps, subject="lantern", community="aws")


async def test_wrong_parameters_are_refused_over_http() -> None:
    answer = await get("/api/v1/topics", hours="0")
    assert answer.status_code == 422
    assert json.loads(answer.get_body())["errors"][0]["parameter"] == "hours"


@pytest.mark.parametrize("scope", ["all", "community", "subject"])
async def test_a_busy_scope_is_read_by_an_even_sample_under_the_bound(
    sqlite_store: Any, scope: str
) -> None:
    await watch(sqlite_store)
    posts = chatter(random.Random(3), 3000, 0, NOW, timedelta(minutes=10))
    await keep_matched(sqlite_store, posts, judge=own_labels)
    priced = PricedStore(sqlite_store)
    deps = deps_of(priced)
    asked = {"all": {}, "community": {"community": "aws"}, "subject": {"subject": "lantern"}}[scope]
    with priced.counting() as spent:
        answer = await topics(deps, hours=240, **asked)
    assert cost_of(spent, 0.0).request_units < MAX_REQUEST_UNITS
    assert not answer.span.is_whole
    assert 100 < answer.span.read <= MAX_COST
    assert answer.span.of > answer.span.read
    own = Scope("aws") if scope == "community" else Scope()
    if scope == "subject":
        own = Scope(subject=SUBJECTS[1])
    window = Window.of_hours(240, NOW)
    read = await read_span_items(deps, own, window)
    days = {item["created_utc"][:10] for item in read.items}
    assert days == set(window.days())
    again = await read_span_items(deps, own, window)
    assert [each["id"] for each in again.items] == [each["id"] for each in read.items]


def test_hours_and_parts_are_within_the_budget() -> None:
    few = {f"h{n}": 1 for n in range(150)}
    assert chosen_hours(few) == list(few)
    many = {f"h{n:04}": 2 for n in range(2160)}
    chosen = chosen_hours(many)
    assert len(chosen) + 2 * len(chosen) <= MAX_COST + 3
    giant = {f"h{n}": 80_000 for n in range(24)}
    assert len(chosen_hours(giant)) == 1
    hours = {f"2026-11-{day:02}T{hour:02}": 100 for day in range(1, 8) for hour in range(24)}
    parts = parts_of(hours, 2 * 16_800)
    assert sum(limit for _, _, limit in parts) == MAX_COST * 3 // 8
    assert all(first < after for first, after, _ in parts)
    assert parts_of({}, 0) == []
    assert spread(range(1000), 10) == list(range(0, 1000, 100))
