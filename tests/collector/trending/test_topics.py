"""Which terms become topics, which posts count in them, and what is stored."""

import random
from datetime import timedelta
from typing import Any

import pytest

from api.schema.trending import TopicAnswer
from collector.text.recurring import is_recurring
from collector.trending.snapshots import forget_posts
from collector.trending.states import state_of
from collector.trending.topics import RecentPost
from shared.models import Post, Topic
from shared.settings import Settings
from shared.stats.cells import Scored
from shared.store import COMMENTS, CURRENT, POSTS, TOPICS, Store
from shared.times import iso
from shared.topics.near_copies import authors_of, said_words
from tests.api.world import a_comment
from tests.collector.trending.talk import NOW, VOCABULARY, chatter, find, post_of_age, story
from tests.fixtures.stores import FilledStore


async def fill_talk(store: Store) -> None:
    """Store the talk of all tests."""
    await store.upsert(POSTS, chatter(random.Random(21)))


@pytest.fixture
async def sqlite_store(filled_store: FilledStore) -> Store:
    """Open a store with this talk, which all of these tests have besides their own posts."""
    return await filled_store(fill_talk)


async def topics_of(store: Store, settings: Settings, *posts: Post) -> list[Topic]:
    await store.upsert(POSTS, posts)
    return (await find(store, settings))["topics"]


def saying(*titles: str, first: int = 100_000, **more: Any) -> list[Post]:
    """Return posts of the last hours with these titles in turn, each by another author."""
    rng = random.Random(first)
    return [
        post_of_age(
            first + n,
            timedelta(minutes=20 + 17 * n),
            f"{rng.choice(VOCABULARY)} the {titles[n % len(titles)]}, {rng.choice(VOCABULARY)}",
            " ".join(rng.choices(VOCABULARY, k=20)),
            **more,
        )
        for n in range(20)
    ]


@pytest.mark.parametrize(
    ("variants", "theme"),
    [
        (("rate limit", "rate-limit", "ratelimits", "Rate limits"), "rate limit"),
        (("Opus 4.5", "opus4.5", "Opus-4.5"), "opus 4.5"),
        (("Caf\u00e9 Mode", "Cafe Mode", "cafe-mode"), "caf"),
    ],
)
async def test_the_spellings_of_a_term_are_one_topic(
    sqlite_store, sqlite_settings, variants, theme: str
) -> None:
    (topic,) = await topics_of(sqlite_store, sqlite_settings, *saying(*variants))
    assert topic["theme"].lower().startswith(theme)
    assert topic["mentions"] == 20


@pytest.mark.parametrize("more", [{"language": "other"}, {"language": "en"}])
async def test_function_words_of_other_languages_are_no_topic(
    sqlite_store, sqlite_settings, more
) -> None:
    posts = saying("Gracias por la", "gracias por los", **more)
    assert await topics_of(sqlite_store, sqlite_settings, *posts) == []


async def test_what_counts_in_no_mood_makes_no_topic_unless_it_counts(
    sqlite_store, sqlite_settings
) -> None:
    posts = saying("Cobre Planificador", language="other")
    assert await topics_of(sqlite_store, sqlite_settings, *posts) == []
    counting = sqlite_settings.model_copy(update={"other_languages": "count"})
    assert len(await topics_of(sqlite_store, counting)) == 1


@pytest.mark.parametrize("author", [None, "[deleted]"])
async def test_copies_are_one_persons_words(sqlite_store, sqlite_settings, author) -> None:
    more = {"author": author} if author else {}
    copies = [
        post_of_age(
            100_000 + n,
            timedelta(minutes=20 + 17 * n),
            "Copper Planner is the very best of tools!"
            if n % 2
            else "copper planner is the very best of tools",
            "Get it\u200b now, before it is gone",
            **more,
        )
        for n in range(20)
    ]
    assert await topics_of(sqlite_store, sqlite_settings, *copies) == []


async def test_people_may_say_the_same_few_words(sqlite_store, sqlite_settings) -> None:
    posts = [
        post_of_age(100_000 + n, timedelta(minutes=20 + 17 * n), "Copper Planner down?")
        for n in range(20)
    ]
    (topic,) = await topics_of(sqlite_store, sqlite_settings, *posts)
    assert topic["theme"] == "Copper Planner"


async def test_an_address_is_no_topic(sqlite_store, sqlite_settings) -> None:
    posts = saying("copperplanner.com", "docs.copperplanner.ai/start", "copper.app/x", "bit.ly/3x")
    assert await topics_of(sqlite_store, sqlite_settings, *posts) == []


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("Weekly Copper Planner thread", {}),
        ("Daily Questions: Copper Planner", {}),
        ("[Weekly] Copper Planner", {}),
        ("Monthly Who's Hiring - Copper Planner", {}),
        ("Copper Planner Megathread", {}),
        ("Self-Promotion Saturday: Copper Planner", {}),
        ("Copper Planner", {"author": "ClaudeAI-mod-bot"}),
        ("Copper Planner", {"author": "aws-ModTeam"}),
        ("Copper Planner", {"author": "AutoModerator"}),
        ("Copper Planner", {"stickied": True}),
        ("Copper Planner", {"distinguished": "moderator"}),
    ],
)
def test_what_comes_round_by_the_clock_is_no_news(title: str, more: dict[str, Any]) -> None:
    assert is_recurring(post_of_age(1, timedelta(hours=1), title, **more))


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Weekly limits are a joke", "someone"),
        ("Daily limit gone after one prompt", "talbot"),
        ("My Copper Planner", "abbot"),
        ("A thread pool that leaks", "modest"),
        ("It broke again on Monday", "robotnik"),
    ],
)
def test_people_who_speak_of_weeks_and_days_are_heard(title: str, author: str) -> None:
    assert not is_recurring(post_of_age(1, timedelta(hours=1), title, author=author))


async def test_a_topic_says_what_its_posts_gained_and_no_more(
    sqlite_store, sqlite_settings
) -> None:
    rush = [
        {
            **post,
            "created_utc": iso(NOW - timedelta(minutes=1 + n)),
            "order_key": f"{iso(NOW - timedelta(minutes=1 + n))}_{post['id']}",
            "upvotes": 30,
            "comment_count": 2,
            "observations": [{"at": iso(NOW), "upvotes": 30, "comment_count": 2}],
        }
        for n, post in enumerate(story(40))
    ]
    (topic,) = await topics_of(sqlite_store, sqlite_settings, *rush)  # type: ignore[arg-type]
    assert (topic["mentions"], topic["upvotes"], topic["comments"]) == (40, 1200, 80)
    assert topic["engagement_velocity"] <= 1200 + 3 * 80
    answer = TopicAnswer.model_validate({**topic, "mixed_methods": False})
    assert (answer.upvotes, answer.comments) == (1200, 80)


async def test_a_topic_forgets_posts_that_were_removed(sqlite_store, sqlite_settings) -> None:
    posts = story(14)
    (topic,) = await topics_of(sqlite_store, sqlite_settings, *posts)
    gone = [posts[0]["id"], posts[5]["id"]]
    await forget_posts(sqlite_store, [*gone, "another"])
    current = await sqlite_store.read(TOPICS, CURRENT, CURRENT)
    (left,) = current["topics"]
    assert left["mentions"] == 12
    assert set(left["post_ids"]) == set(topic["post_ids"]) - set(gone)
    await forget_posts(sqlite_store, left["post_ids"][:8])
    current = await sqlite_store.read(TOPICS, CURRENT, CURRENT)
    assert current["topics"] == []


@pytest.mark.parametrize(
    ("by_hour", "state"),
    [
        ([0] * 20 + [2, 5, 9, 6], "new"),
        ([0] * 8 + [1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12, 7], "rising"),
        ([0] * 8 + [1, 1, 2, 3, 5, 9, 14, 15, 14, 12, 11, 10, 9, 8, 8, 4], "peaked"),
        ([0] * 4 + [3, 9, 20, 30, 22, 14, 9, 6, 4, 3, 2, 1, 1, 0, 1, 0, 0, 1, 0, 0], "fading"),
        ([0] * 18 + [9, 20, 3, 0, 0, 0], "fading"),
    ],
)
def test_a_topic_says_whether_it_is_new_rising_past_its_peak_or_fading(
    by_hour: list[int], state: str
) -> None:
    assert state_of(by_hour, NOW.replace(minute=30)) == state


async def test_a_found_topic_has_a_state(sqlite_store, sqlite_settings) -> None:
    old = [
        {**post, "created_utc": iso(NOW - timedelta(hours=15, minutes=n))}
        for n, post in enumerate(story(14))
    ]
    for post in old:
        post["order_key"] = f"{post['created_utc']}_{post['id']}"
    (topic,) = await topics_of(sqlite_store, sqlite_settings, *old)  # type: ignore[arg-type]
    assert topic["state"] == "fading"


SPAM = "Copper Planner is the very best of tools! Get it now, before it is gone"


def changed(how: str, number: int) -> tuple[str, str]:
    """Return a title and a text of spam with words that occur nowhere else."""
    word = VOCABULARY[number]
    words = SPAM.split()
    words[number % len(words)] = word
    return {
        "word": ("Copper Planner", " ".join(words)),
        "number": ("Copper Planner", f"{SPAM}: {number + 10}% off"),
        "emoji": ("Copper Planner", f"{SPAM} {chr(0x1F600 + number)}"),
        "address": ("Copper Planner", f"{SPAM} https://{word}.example/{number}?x={word}"),
        "bare address": ("Copper Planner", f"{SPAM} {word}.com/{number}"),
        "account": ("Copper Planner", f"{SPAM} u/{word}{number}"),
        "name": ("Copper Planner", f"{SPAM} -- {word.title()} {VOCABULARY[-number - 1].title()}"),
        "beginning": (f"{word.title()}: Copper Planner", SPAM),
        "emphasis": ("**Copper** Planner" if number % 2 else "COPPER PLANNER", SPAM),
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "word", "number", "emoji", "address", "bare address", "account", "name", "beginning",
        "emphasis",
    ],
)  # fmt: skip
@pytest.mark.parametrize("author", [None, "[deleted]"])
async def test_copies_with_one_thing_changed_are_one_persons_words(
    sqlite_store, sqlite_settings, how: str, author: str | None
) -> None:
    more = {"author": author} if author else {}
    posts = [
        post_of_age(100_000 + n, timedelta(minutes=20 + 17 * n), *changed(how, n), **more)
        for n in range(20)
    ]
    assert await topics_of(sqlite_store, sqlite_settings, *posts) == []


AGREEING = [
    ("Copper Planner down?", ""),
    ("Copper Planner is down", "Is it just me or is it down for all of you?"),
    ("Copper Planner is down again for me in Oslo", ""),
    ("Copper Planner is down again for me in Rome", ""),
    ("Copper Planner is down again for me in Lima", ""),
    ("Copper Planner down for anyone else?", "It was fine this morning and now nothing loads."),
    ("Is Copper Planner down for anyone else today?", "Nothing loads here, it was fine yesterday."),
    ("Anyone else having problems with Copper Planner?", "It is very slow since this morning."),
    ("Is anyone else having problems with Copper Planner today?", "So slow for me here."),
    ("Copper Planner outage", "The status page says that all is well, and it is not."),
]


def test_people_who_agree_in_few_words_are_not_one() -> None:
    posts = [
        recent(number, f"author{number}", title, content)
        for number, (title, content) in enumerate(AGREEING)
    ]
    assert authors_of(posts) == [post.author for post in posts]


def recent(number: int, author: str, title: str, content: str) -> RecentPost:
    words = said_words(title, content)
    mood = Scored("neutral", 0.0, "vader", is_english=True)
    return RecentPost(f"p{number}", "aws", author, "2026-11-23T12", 1.0, mood, {}, words)


async def test_marked_copies_are_no_posts_of_a_topic_and_their_comments_count(
    sqlite_store, sqlite_settings
) -> None:
    first, *others = saying("Copper Planner")
    copy = post_of_age(
        200_000, timedelta(minutes=5), first["title"], first["content"], subreddit="claude"
    )
    place = "{}/{}".format
    marked: Any = {**copy, "copy_of": place(first["community"], first["order_key"])}
    original: Any = {**first, "copies": [place(copy["community"], copy["order_key"])]}
    answer: Any = a_comment(1, NOW - timedelta(minutes=2), "claude")
    await sqlite_store.upsert(COMMENTS, [{**answer, "post_id": copy["id"]}])
    (topic,) = await topics_of(sqlite_store, sqlite_settings, original, marked, *others)
    assert (topic["mentions"], topic["communities"]) == (20, ["aws"])
    assert copy["id"] not in topic["post_ids"]
    assert sum(topic["mentions_by_hour"]) == 21
