"""Explanations of a change: planted causes are found, random talk has none, figures add up."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from api.errors import BadParameters, UnknownCommunity, UnknownSubject
from api.reads.explain.explanation import read_explanation
from api.schema.explain import ContributionAnswer, ExplainParameters, Explanation
from shared.models import Comment, Label, Post
from shared.store import COMMUNITIES, Store
from shared.times import iso
from tests.api.reads.test_coverage import observed
from tests.api.subject_world import watch
from tests.api.world import NAMES, NOW, a_comment, a_post, deps_of, keep, sentiment

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS = {
    "negative": "The new limit broke my build. It is awful and slow today.",
    "positive": "This works great for my team. I love the new editor.",
    "neutral": "Here is how the settings are kept. They are read once a day.",
}


def a_voice(number: int, ago: timedelta, community: str, compound: float, **more: Any) -> Post:
    label: Label = "neutral" if abs(compound) < 0.05 else "positive" if compound > 0 else "negative"
    deciding = {"negative": ["awful"], "positive": ["love"], "neutral": []}[label]
    own: Any = {**sentiment(label), "compound": round(compound, 4), "deciding": deciding}
    text = {"title": f"Post {number} of {community}", "content": WORDS[label]}
    return a_post(number, NOW - ago, community, label, **{**text, "sentiment": own, **more})


def talk(rng: random.Random, moods: Sequence[float], day: int, each: int = 40) -> list[Post]:
    """Return posts of each community, spread over a day that is full; moods are their means."""
    return [
        a_voice(
            (day * len(NAMES) + place) * each + n,
            day * DAY + timedelta(hours=1 + n % 23, minutes=n % 50),
            name,
            max(-1.0, min(1.0, rng.gauss(mood, 0.4))),
        )
        for place, (name, mood) in enumerate(zip(NAMES, moods, strict=True))
        for n in range(each)
    ]


async def explain(store: Store, **asked: Any) -> Explanation:
    return await read_explanation(deps_of(store), ExplainParameters.model_validate(asked))


def of(found: Explanation, kind_of: str) -> list[ContributionAnswer]:
    return [each for each in found.contributions if each.kind_of == kind_of]


def check_sums(found: Explanation) -> None:
    """Check that the contributions of each kind add up to the changes of mean and volume."""
    now, before = found.change.statistics, found.change.previous
    counted = now.total - now.left_out, before.total - before.left_out
    for kind_of in {each.kind_of for each in found.contributions}:
        own = of(found, kind_of)
        assert found.change.avg_sentiment is not None
        assert sum(each.effect for each in own) == pytest.approx(
            found.change.avg_sentiment, abs=2e-4
        )
        assert sum(each.n for each in own) == pytest.approx(counted[0])
        assert sum(each.n_before for each in own) == pytest.approx(counted[1])


async def test_a_community_that_got_worse_is_named_with_its_words(sqlite_store: Store) -> None:
    rng = random.Random(1)
    await keep(sqlite_store, [*talk(rng, (-0.6, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)])
    found = await explain(sqlite_store)
    assert found.verdict == "worse"
    assert found.sentence.startswith("All talk got worse, down by 0.3")
    assert "What stands out most is the community r/aws, down by 0.2" in found.sentence
    assert "its mood got worse (40 items now, 40 before)" in found.sentence
    check_sums(found)
    own = of(found, "community")[0]
    assert (own.name, own.is_beyond_chance) == ("aws", True)
    assert own.mix == pytest.approx(0, abs=1e-6)
    assert own.interval is not None
    assert own.interval[0] < own.effect < own.interval[1] < 0
    cited = {each.id: each for each in found.cited}
    assert {cited[each].community for each in own.items} == {"aws"}
    (quotes,) = [each for each in found.quotes if each.name == "aws"]
    assert quotes.sentences
    for each in quotes.sentences:
        assert each.text in WORDS["negative"]
        assert [each.text[start:end] for start, end in each.marks] == ["awful"]


async def test_random_talk_yields_no_reason(sqlite_store: Store) -> None:
    rng = random.Random(5)
    await keep(sqlite_store, [*talk(rng, (0.1, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)])
    found = await explain(sqlite_store)
    assert found.verdict == "no_clear_change"
    assert found.sentence.startswith("Nothing stands out: the change of All talk (")
    assert found.quotes == []
    assert not any(each.is_beyond_chance for each in found.contributions)
    check_sums(found)


async def test_a_subject_has_a_cause_of_its_own(sqlite_store: Store) -> None:
    rng = random.Random(2)
    posts = [*talk(rng, (0.1, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)]
    said: Any = {"mentions": [{"subject": "kiro", "via": "text", "matched": ["kiro"]}]}
    fell = [
        a_voice(
            1000 + n, n % 23 * timedelta(hours=1) + DAY / 20, "claude", -0.7 + n % 5 / 10, **said
        )
        for n in range(60)
    ]
    rose = [
        a_voice(
            2000 + n, DAY + n % 22 * timedelta(hours=1) + DAY / 20, "claude", n % 5 / 10, **said
        )
        for n in range(60)
    ]
    await watch(sqlite_store)
    await keep(sqlite_store, [*posts, *fell, *rose])
    found = await explain(sqlite_store, subject="kiro", hours=24)
    assert (found.scope, found.subject, found.verdict) == ("subject:kiro", "kiro", "worse")
    assert found.sentence.startswith("Kiro got worse")
    check_sums(found)
    assert {each.community for each in found.cited} == {"claude"}


async def test_a_giant_thread_is_named_and_its_mood_not_claimed(sqlite_store: Store) -> None:
    rng = random.Random(3)
    posts = [*talk(rng, (0.1, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)]
    root = a_voice(0, timedelta(hours=3), "aws", -0.8, id="p0", title="Why is it down again?")
    comments: list[Comment] = []
    for n in range(200):
        comment = a_comment(n, NOW - timedelta(hours=1 + n % 3, minutes=7), "aws", "negative")
        comment["content"], comment["post_id"] = WORDS["negative"], root["id"]
        comments.append(comment)
    await keep(sqlite_store, [*posts[1:], root], comments)
    found = await explain(sqlite_store)
    assert found.sentence.startswith(
        "One thread (“Why is it down again?”) has 63% of the items now"
    )
    assert "Its mood isn't that of All talk" in found.sentence
    assert found.verdict == "no_clear_change"
    thread = of(found, "thread")[0]
    assert (thread.id, thread.name, thread.n) == ("p0", "Why is it down again?", 201)
    check_sums(found)


async def test_few_items_say_what_it_takes(sqlite_store: Store) -> None:
    rng = random.Random(4)
    posts = [*talk(rng, (0.1, 0.1, 0.1), 0, 5), *talk(rng, (0.1, 0.1, 0.1), 1, 5)]
    await keep(sqlite_store, posts)
    found = await explain(sqlite_store)
    assert found.verdict == "too_few"
    assert found.sentence == (
        "Too few items to tell a change of All talk: 15 now and 15 before. It takes 30 on either"
        " side."
    )


async def test_without_a_time_before_it_says_what_is_missing(sqlite_store: Store) -> None:
    await keep(sqlite_store, talk(random.Random(4), (0.1, 0.1, 0.1), 0))
    found = await explain(sqlite_store)
    assert (found.verdict, found.reason) == ("incomplete", "no_earlier_data")
    assert "too little is known of the time before" in found.sentence
    assert found.contributions == []
    assert len(found.read_these) == 5


@pytest.mark.parametrize("is_old", [True, False], ids=["old data", "young data"])
async def test_little_before_is_a_rise_only_if_data_is_older(
    sqlite_store: Store, is_old: bool
) -> None:
    watched = [[iso(NOW - 30 * DAY), iso(NOW)]]
    states = [observed(name, 2.0, covered=watched) for name in NAMES]
    await sqlite_store.upsert(COMMUNITIES, states)
    early = a_voice(9999, 20 * DAY if is_old else 25 * HOUR, NAMES[0], 0.1)
    await keep(sqlite_store, [early, *talk(random.Random(4), (0.1, 0.1, 0.1), 0)])
    found = await explain(sqlite_store)
    assert found.reason == "no_earlier_data"
    assert ("More is said than before" in found.sentence) == is_old


async def test_five_items_are_of_five_threads_each_with_a_reason(sqlite_store: Store) -> None:
    rng = random.Random(1)
    await keep(sqlite_store, [*talk(rng, (-0.6, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)])
    found = await explain(sqlite_store)
    cited = {each.id: each for each in found.cited}
    threads = {cited[each.item].post_id for each in found.read_these}
    assert len(found.read_these) == len(threads) == 5
    assert {each.because for each in found.read_these} >= {"influence", "reach", "opposite"}
    assert all(each.why.endswith(".") for each in found.read_these)


async def test_corrected_deleted_and_copied_items_are_never_quoted(sqlite_store: Store) -> None:
    rng = random.Random(1)
    posts = talk(rng, (-0.6, 0.1, 0.1), 0)
    marks: list[Any] = [
        {"deleted": True, "content": "[removed]"},
        {"copy_of": "claude/2026-11-23T01:00:00Z_p1"},
        {"correction": {"text": "x", "label": "negative", "targets": {}, "mentions": {}}},
    ]
    for n in range(39):
        posts[n].update(marks[n % 3])
    await keep(sqlite_store, [*posts, *talk(rng, (0.1, 0.1, 0.1), 1)])
    found = await explain(sqlite_store)
    quoted = {each.item for quotes in found.quotes for each in quotes.sentences}
    gone = {each["id"] for each in posts[:39]}
    assert quoted.isdisjoint(gone)
    assert gone.isdisjoint(each.item for each in found.read_these)


async def test_a_community_and_a_span_may_be_asked_for(sqlite_store: Store) -> None:
    rng = random.Random(1)
    await keep(sqlite_store, [*talk(rng, (-0.6, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)])
    asked: Any = {"start": "2026-11-22T14:00:00Z", "end": "2026-11-23T13:00:00Z"}
    found = await explain(sqlite_store, community="AWS", baseline="before", **asked)
    assert (found.scope, found.window.start) == ("aws", "2026-11-22T14:00:00Z")
    assert found.window.end == "2026-11-23T13:00:00Z"
    assert (found.before.end, found.before.because) == ("2026-11-22T14:00:00Z", "just_before")
    assert of(found, "community") == []
    check_sums(found)


async def test_scopes_that_are_unknown_are_refused(sqlite_store: Store) -> None:
    with pytest.raises(UnknownCommunity):
        await explain(sqlite_store, community="nowhere")
    with pytest.raises(UnknownSubject):
        await explain(sqlite_store, subject="nobody")


async def test_a_scope_is_named_as_agents_and_alert_rules_name_it(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    rng = random.Random(1)
    await keep(sqlite_store, [*talk(rng, (-0.6, 0.1, 0.1), 0), *talk(rng, (0.1, 0.1, 0.1), 1)])
    same: list[tuple[dict[str, str], list[str], tuple[str, str | None, str | None, str]]] = [
        ({}, ["all", "ALL"], ("all", None, None, "All talk")),
        ({"community": "aws"}, ["aws", "AWS", "community:aws"], ("aws", None, "aws", "r/aws")),
        ({"subject": "kiro"}, ["subject:kiro"], ("subject:kiro", "kiro", None, "Kiro")),
    ]
    for older, names, expected in same:
        found = await explain(sqlite_store, **older)
        assert (found.scope, found.subject, found.community, found.name) == expected
        for name in names:
            assert await explain(sqlite_store, scope=name) == found
    part = await explain(sqlite_store, subject="kiro", community="aws")
    assert (part.scope, part.community, part.name) == ("subject:kiro", "aws", "Kiro in r/aws")


@pytest.mark.parametrize("name", ["nowhere", "community:nowhere", "subject:nobody"])
async def test_an_unknown_scope_is_refused_by_its_name(sqlite_store: Store, name: str) -> None:
    with pytest.raises((UnknownCommunity, UnknownSubject)) as refused:
        await explain(sqlite_store, scope=name)
    (bad,) = refused.value.errors
    assert bad.parameter == "scope"
    assert name.rpartition(":")[2] in bad.detail


@pytest.mark.parametrize(
    ("others", "named"),
    [
        ({"subject": "kiro"}, "`subject`"),
        ({"community": "aws"}, "`community`"),
        ({"subject": "kiro", "community": "aws"}, "`subject` and `community`"),
    ],
)
async def test_a_scope_beside_a_subject_or_a_community_is_refused(
    sqlite_store: Store, others: dict[str, str], named: str
) -> None:
    with pytest.raises(BadParameters) as refused:
        await explain(sqlite_store, scope="all", **others)
    (bad,) = refused.value.errors
    assert (bad.parameter, bad.detail) == ("scope", f"'all' doesn't go with {named}")
    assert bad.takes.startswith("all, subject:ID")
