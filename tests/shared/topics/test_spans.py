"""The topics of a span: what is planted is found, random talk yields none, duplicates are one."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.models import Item
from shared.store.keys import item_key
from shared.times import iso
from shared.topics.own_names import NO_NAMES, names_of_community, names_of_subject
from shared.topics.spans import SpanTopics, item_ids_by_topic, topics_between
from shared.topics.variants import key_of
from tests.api.subject_world import a_subject
from tests.api.world import NOW, a_comment, a_post
from tests.collector.trending.talk import VOCABULARY

DAY = timedelta(days=1)
WEIGHTS = [1 / (rank + 1) for rank in range(len(VOCABULARY))]
LANTERN = a_subject("lantern", "Lantern Mode", "lamp")


def threads(
    rng: random.Random,
    count: int,
    *,
    first: int,
    days_ago: float = 0.0,
    days: float = 1.0,
    largest: int = 40,
) -> list[Item]:
    """Return random talk in threads, each with words of its own that it repeats."""
    found: list[Any] = []
    for number in range(first, first + count):
        subject = rng.sample(VOCABULARY, 3)
        at = NOW - timedelta(days=days_ago + days * rng.random())
        size = min(largest, int(rng.paretovariate(0.8)))
        for answer in range(size):
            words = rng.choices(VOCABULARY, WEIGHTS, k=20) + rng.choices(subject, k=2)
            rng.shuffle(words)
            more = {"content": " ".join(words), "author": f"author{rng.randrange(5000)}"}
            written = at + timedelta(seconds=answer)
            if answer == 0:
                found.append(a_post(number, written, title=" ".join(words[:3]), **more))
            else:
                comment: Any = a_comment(number * 100 + answer, written)
                found.append({**comment, **more, "post_id": f"p{number}"})
    return found


def saying(
    *phrases: str,
    count: int = 14,
    thread: str | None = None,
    author: str | None = None,
    first: int = 900_000,
    days_ago: float = 0.0,
) -> list[Item]:
    """Return comments that say one of the phrases in turn, each by another person elsewhere."""
    rng = random.Random(first)
    found: list[Any] = []
    for n in range(count):
        words = rng.choices(VOCABULARY, WEIGHTS, k=12)
        text = f"{' '.join(words[:6])} the {phrases[n % len(phrases)]}, {' '.join(words[6:])}"
        comment: Any = a_comment(first + n, NOW - timedelta(days=days_ago, minutes=90 * n))
        more = {"author": author or f"teller{n}", "post_id": thread or f"p{first + n}"}
        found.append({**comment, "content": text, **more})
    return found


def found_in(*said: Item, own: Any = NO_NAMES, before: list[Item] | None = None) -> SpanTopics:
    rng = random.Random(5)
    now = threads(rng, 30, first=0, largest=10)
    earlier = threads(rng, 90, first=1000, days_ago=1, days=7, largest=10)
    return topics_between([*now, *said], [*earlier, *(before or [])], own=own)


def names(found: SpanTopics) -> list[str]:
    return [topic.name for topic in found.topics]


def test_what_is_said_more_than_before_is_a_topic_with_exactly_its_items() -> None:
    said = saying("Copper Planner")
    (topic,) = found_in(*said).topics
    assert topic.name == "Copper Planner"
    assert {each["id"] for each in topic.items} == {each["id"] for each in said}
    assert topic.items == sorted(topic.items, key=lambda each: each["order_key"])
    assert (topic.before, topic.ratio) == ([], None)
    assert topic.chance < 0.01


def test_a_topic_that_was_there_before_says_how_much_more_it_is() -> None:
    old = saying("Copper Planner", count=3, first=800_000, days_ago=3)
    found = found_in(*saying("Copper Planner", count=20), before=old)
    (topic,) = found.topics
    assert (len(topic.items), len(topic.before)) == (20, 3)
    assert topic.ratio == pytest.approx((20 / found.items) / (3 / found.before))


@pytest.mark.parametrize("share", [0.6, 2.0])
def test_a_story_that_outweighs_the_talk_before_it_is_a_topic(share: float) -> None:
    rng = random.Random(8)
    now = threads(rng, 30, first=0, largest=6)
    before = threads(rng, 50, first=1000, days_ago=1, days=7, largest=6)
    story = saying("Copper Planner", count=round(share * len(before)))
    assert names(topics_between([*now, *story], before)) == ["Copper Planner"]


def test_what_is_said_as_much_as_before_is_no_topic() -> None:
    old = saying("Copper Planner", count=60, first=800_000, days_ago=1.5)
    assert names(found_in(*saying("Copper Planner"), before=old)) == []


@pytest.mark.parametrize("seed", range(3))
def test_random_talk_in_threads_has_no_topic(seed: int) -> None:
    rng = random.Random(seed)
    now = threads(rng, 100, first=0)
    before = threads(rng, 100 if seed % 2 else 400, first=1000, days_ago=1, days=7)
    assert names(topics_between(now, before)) == []


def test_one_thread_alone_makes_no_topic() -> None:
    assert names(found_in(*saying("Copper Planner", count=30, thread="p7"))) == []


def test_one_person_alone_makes_no_topic() -> None:
    assert names(found_in(*saying("Copper Planner", count=30, author="fan"))) == []


def test_copies_of_a_text_count_once() -> None:
    text = "Copper Planner is the best of all tools and you all should go and get it"
    copies: list[Any] = [{**each, "content": text} for each in saying("x", count=30)]
    assert names(found_in(*copies)) == []
    found = found_in(*copies[:3], *saying("Copper Planner", first=950_000))
    assert len(found.topics[0].items) == 14 + 1


def test_a_marked_copy_counts_only_where_its_original_does_not() -> None:
    said = saying("Copper Planner")
    place = f"{said[0]['community']}/{said[0]['order_key']}"
    marked: Any = {**said[1], "copy_of": place}
    (topic,) = found_in(said[0], marked, *said[2:]).topics
    assert marked["id"] not in {each["id"] for each in topic.items}
    (topic,) = found_in(marked, *said[2:]).topics
    assert marked["id"] in {each["id"] for each in topic.items}


@pytest.mark.parametrize(
    "variants",
    [
        ("Opus 4.5", "opus4.5", "opus-4.5", "Opus-4-5"),
        ("rate limit", "rate-limiting", "rate limits", "rate limited"),
        ("tool call", "tool-calls", "toolcalls"),
    ],
)
def test_spellings_and_forms_of_a_term_are_one_topic(variants: tuple[str, ...]) -> None:
    (topic,) = found_in(*saying(*variants, count=20)).topics
    assert len(topic.items) == 20
    assert key_of(topic.name).startswith(key_of(variants[0])[:7])


def test_terms_that_only_look_alike_stay_two() -> None:
    alike = {"Opus 4.5", "Opus 4.1", "news", "new", "bring", "speed", "windows", "window"}
    assert len({key_of(each) for each in alike}) == len(alike)


@pytest.mark.parametrize("own", ["Lantern", "lantern mode", "lanterns", "LanternMode", "lamp"])
def test_the_own_name_of_a_subject_is_never_its_topic(own: str) -> None:
    said = saying(own)
    assert names(found_in(*said, own=names_of_subject(LANTERN))) == []
    assert names(found_in(*said)) != []


@pytest.mark.parametrize(
    ("said", "topic"),
    [("lamp pricing", "pricing"), ("Lantern Mode 5", "Lantern Mode 5"), ("lamp 2.0", "lamp 2.0")],
)
def test_what_is_said_beside_the_own_name_is_a_topic(said: str, topic: str) -> None:
    assert names(found_in(*saying(said), own=names_of_subject(LANTERN))) == [topic]


def test_a_communitys_name_and_those_of_subjects_at_home_are_no_topics() -> None:
    at_home = a_subject("glow", "Glowstick", home=["hn.copper-planner"])
    own = names_of_community("hn.copper-planner", [LANTERN, at_home])
    said = saying("Copper Planner", "Glowstick", count=30)
    assert names(found_in(*said, own=own)) == []
    assert names(found_in(*saying("Lantern Mode"), own=own)) == ["Lantern Mode"]


def test_without_a_span_before_nothing_can_be_said() -> None:
    found = topics_between(saying("Copper Planner"), [])
    assert (found.topics, found.items, found.before) == ([], 14, 0)


def test_what_is_deleted_foreign_or_a_programs_counts_nowhere() -> None:
    said: list[Any] = list(saying("Copper Planner", count=30))
    others = [
        *({**each, "deleted": True} for each in said[:10]),
        *({**each, "language": "other"} for each in said[10:20]),
        *({**each, "author": "AutoModerator"} for each in said[20:]),
    ]
    assert topics_between(others, said).items == 0


def test_item_ids_by_topic_are_those_of_both_spans() -> None:
    old = saying("Copper Planner", count=3, first=800_000, days_ago=3)
    said = saying("Copper Planner", count=20)
    rng = random.Random(5)
    now = threads(rng, 30, first=0, largest=10)
    before = threads(rng, 90, first=1000, days_ago=1, days=7, largest=10)
    found = item_ids_by_topic([*now, *said], [*before, *old])
    keys = [item_key(each["kind"], each["id"]) for each in (*old, *said)]
    assert found.keys() == {"Copper Planner"}
    assert sorted(found["Copper Planner"]) == sorted(keys)


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 10_000), planted=st.integers(0, 30), shuffled=st.integers(0, 10_000))
def test_topics_share_no_item_and_don_t_depend_on_the_order(
    seed: int, planted: int, shuffled: int
) -> None:
    rng = random.Random(seed)
    said = saying("Copper Planner", "zinc drawer", count=planted)
    now = [*threads(rng, 20, first=0), *said]
    before = threads(rng, 40, first=1000, days_ago=1)
    found = topics_between(now, before)
    ids = Counter((each["kind"], each["id"]) for topic in found.topics for each in topic.items)
    assert all(count == 1 for count in ids.values())
    assert ids.keys() <= {(each["kind"], each["id"]) for each in now}
    assert all(0 <= topic.chance <= 0.01 for topic in found.topics)
    assert all(iso(NOW - 10 * DAY) < each["order_key"] for t in found.topics for each in t.before)
    random.Random(shuffled).shuffle(now)
    again = topics_between(now, before)
    assert names(again) == names(found)
