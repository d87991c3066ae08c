"""What an item is about: what it names, else what its thread is about, else its home."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.maintenance.cleanup import Cleaner
from collector.sources.base import SeenComment
from shared.settings import Settings
from shared.stats.subjects import read_subject_days, subject_scope
from shared.store import SUBJECT_HOURS, Query
from tests.collector.crashing import DeadStore, Killed, opened
from tests.collector.harness import WatchedStore
from tests.collector.rollups.subject_world import (
    BARD,
    CURSOR,
    GEMINI,
    MERGED,
    NAMES,
    NOTHING,
    NOW,
    a_comment,
    a_post,
    all_items,
    check,
    match_again,
    mentions_of,
    put,
    score_again,
    settings_in,
    watch_next,
)
from tests.watchlists import a_subject

SUBJECTS = [CURSOR, GEMINI, BARD]
TOOLS, DESK, FORUM = NAMES[1], NAMES[2], NAMES[3]


@pytest.fixture
def any_store_settings(sqlite_settings: Settings) -> Settings:
    """Use a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_settings


@pytest.fixture
def settings(any_store_settings: Settings, tmp_path: Path) -> Settings:
    watched = settings_in(tmp_path)
    more = {"subreddits": watched.subreddits, "communities": watched.communities}
    return any_store_settings.model_copy(update=more)


async def test_a_text_comes_before_a_thread_and_a_thread_before_a_home(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    posts = [
        a_post(1, "Gemini is what I use", title="Cursor or not?", community=FORUM),
        a_post(2, "Gemini and Bard", community=DESK),
        a_post(3, NOTHING, community=FORUM),
        a_post(4, NOTHING, community=TOOLS),
    ]
    comments = [
        a_comment(1, NOTHING, post=1, community=FORUM),
        a_comment(2, "Bard is better than bard", post=1, community=FORUM),
        a_comment(3, NOTHING, post=2, community=DESK),
        a_comment(4, NOTHING, post=3, community=FORUM),
        a_comment(5, NOTHING, post=99, community=FORUM),
        a_comment(6, NOTHING, post=4, community=TOOLS),
        a_comment(7, "Cursor", post=1, community=FORUM, deleted=True),
    ]
    await put(store, settings, [*posts, *comments])
    assert await mentions_of(store) == {
        "p1": ["text cursor", "text gemini"],
        "p2": ["text gemini", "text bard"],
        "p3": ["home cursor"],
        "p4": [],
        # Its title names one, so the thread is about that one alone.
        "c1": ["thread cursor"],
        "c2": ["text bard"],
        "c3": ["thread gemini", "thread bard"],
        "c4": ["home cursor"],
        "c5": ["home cursor"],
        "c6": [],
    }
    _, stored = await all_items(store)
    (said,) = [item["mentions"] for item in stored if item["id"] == "c2"]
    assert said == [{"subject": "bard", "via": "text", "matched": ["Bard", "bard"]}]
    await check(store)


async def test_a_comment_belongs_to_its_thread_whatever_query_found_it(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    await put(store, settings, [a_post(1, "Bard")])
    await put(store, settings, [a_comment(1, NOTHING, post=1, community=TOOLS)], later=1)
    assert (await mentions_of(store))["c1"] == ["thread bard"]
    await put(store, settings, [a_post(1, "Cursor")], later=2)
    assert (await mentions_of(store))["c1"] == ["thread cursor"]
    await check(store)


async def test_comments_follow_the_post_that_is_edited_or_goes(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    others = [a_comment(n, NOTHING, post=1, hours=n * 7.0) for n in range(1, 12)]
    await put(store, settings, [a_post(1, "Bard", hours=99), *others])
    await put(store, settings, [a_post(1, "Gemini, sorry", hours=99)], later=1)
    found = await mentions_of(store)
    assert {found[f"c{n}"][0] for n in range(1, 12)} == {"thread gemini"}
    await check(store)
    await put(store, settings, [a_post(1, "Gemini, sorry", hours=99, deleted=True)], later=2)
    # hn.ai is Gemini's home.
    assert set(map(tuple, (await mentions_of(store)).values())) == {("home gemini",)}
    await check(store)


@pytest.mark.parametrize("community", [DESK, FORUM])
@pytest.mark.parametrize("posts", [1, 9])
async def test_comments_that_came_before_their_posts_get_their_threads(
    store, settings, posts, community
) -> None:
    await watch_next(store, SUBJECTS)
    comments = [a_comment(n, NOTHING, post=n, community=community) for n in range(posts)]
    await put(store, settings, comments)
    assert (await mentions_of(store))["c0"] == ["home bard" if community == DESK else "home cursor"]
    # Whoever pushes may date a comment before its post.
    hours = 0.1 if community == DESK else 1.0
    later = [a_post(n, "Gemini", community=community, hours=hours) for n in range(posts)]
    await put(store, settings, later, later=1)
    found = await mentions_of(store)
    assert {found[f"c{n}"][0] for n in range(posts)} == {"thread gemini"}
    await check(store)


async def test_what_a_program_says_is_about_nothing(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    said = [
        a_comment(n, "Cursor", post=1, community=FORUM, author=author)
        for n, author in enumerate(("system", "discobot", "ada"))
    ]
    await put(store, settings, [a_post(1, "Cursor", community=FORUM), *said])
    found = await mentions_of(store)
    assert (found["c0"], found["c1"], found["c2"]) == ([], [], ["text cursor"])
    await check(store)


async def test_comments_keep_their_thread_when_its_post_has_expired(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    replies = [a_comment(n, NOTHING, post=1, community=DESK, hours=24.0 * n) for n in (1, 2)]
    await put(store, settings, [a_post(1, "Gemini", community=DESK, hours=24 * 40), *replies])
    later = lambda: NOW + timedelta(days=60)  # noqa: E731
    await Cleaner(store, settings, later).run()
    await watch_next(store, [MERGED, CURSOR])
    await match_again(store, settings, later=60 * 24 * 60 + 30)
    assert await mentions_of(store) == {"c1": ["thread gemini"], "c2": ["thread gemini"]}
    await watch_next(store, [CURSOR])
    await match_again(store, settings, later=60 * 24 * 60 + 40)
    assert await mentions_of(store) == {"c1": [], "c2": []}
    await check(store)


async def test_what_only_moved_keeps_its_mentions(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    post = a_post(1, "Bard")
    await put(store, settings, [post])
    await watch_next(store, [CURSOR])
    scored = a_post(1, "Bard", flair="new")
    await put(store, settings, [scored], later=1)
    assert await mentions_of(store) == {"p1": ["text bard"]}
    await match_again(store, settings, later=2)
    assert await mentions_of(store) == {"p1": []}
    await check(store)


async def test_what_is_written_again_writes_nothing(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    items = [a_post(1, "Bard"), a_comment(1, NOTHING, post=1), a_comment(2, "Cursor", post=1)]
    await put(store, settings, items)
    watched: Any = WatchedStore(store)
    await put(watched, settings, items, later=1)
    assert not watched.written.keys() & {"posts", "comments", "stats"}


async def test_only_subjects_that_changed_are_written(store, settings) -> None:
    await watch_next(store, SUBJECTS)
    await put(store, settings, [a_post(1, "Bard"), a_post(2, "Cursor"), a_post(3, "Gemini")])

    async def etag(subject: str) -> str:
        (hour,) = await store.query(
            Query(SUBJECT_HOURS, subject_scope(subject), 9, order_by="id", at_least="2026-11-03T")
        )
        return str(hour["_etag"])

    before = {subject["id"]: await etag(subject["id"]) for subject in SUBJECTS}
    await put(store, settings, [a_post(2, "Cursor is awful")], later=1)
    after = {subject["id"]: await etag(subject["id"]) for subject in SUBJECTS}
    assert {each for each in before if before[each] != after[each]} == {"cursor"}


THREAD = [a_post(1, "Bard", community=DESK), a_comment(1, NOTHING, post=1, community=DESK)]
EDITED = a_post(1, "Cursor it is", community=DESK)
GONE = a_post(1, "Bard", community=DESK, deleted=True)


@pytest.mark.parametrize(
    ("before", "batch", "expected"),
    [
        (THREAD, EDITED, "thread cursor"),
        (THREAD, GONE, "home bard"),
        (THREAD[1:], THREAD[0], "thread bard"),
    ],
    ids=["edited", "gone", "late"],
)
async def test_killed_at_any_write_the_comments_of_a_post_follow_it(
    tmp_path, before, batch, expected
) -> None:
    step, deaths, is_killed = 0, 0, True
    while is_killed:
        (tmp_path / str(step)).mkdir()
        settings = settings_in(tmp_path / str(step))
        async with opened(settings) as store:
            await watch_next(store, SUBJECTS)
            await put(store, settings, before)
            try:
                await put(DeadStore(store, step), settings, [batch], later=1)
            except Killed:
                deaths += 1
            else:
                is_killed = False
            await put(store, settings, [batch], later=20)
            assert (await mentions_of(store))["c1"] == [expected]
            await check(store)
        step += 1
    assert deaths > 30


async def test_a_mention_keeps_its_sentiment_while_its_words_and_its_text_stay(
    store, settings
) -> None:
    await watch_next(store, SUBJECTS)
    liked = a_comment(1, "Cursor is great, and Bard is awful", post=1)
    edited = a_comment(2, "I hate Bard", post=1)
    await put(store, settings, [a_post(1, NOTHING), liked, edited])
    await score_again(store, settings)
    assert await sentiments_of(store) == {
        "c1": {"cursor": "encoder", "bard": "encoder"},
        "c2": {"bard": "encoder"},
        "p1": {"gemini": None},
    }
    # A renamed subject and moved figures change no words; new words and new subjects do.
    renamed = a_subject("poet", "bard", merged_from=["bard"])
    await watch_next(store, [renamed, CURSOR, a_subject("great")])
    await match_again(store, settings, later=20)
    moved = a_comment(1, "Cursor is great, and Bard is awful", post=1, stickied=True)
    await put(store, settings, [moved, a_comment(2, "I love Bard", post=1)], later=21)
    assert await sentiments_of(store) == {
        "c1": {"poet": "encoder", "cursor": "encoder", "great": None},
        "c2": {"poet": None},
        "p1": {},
    }
    await check(store)
    (day,) = (await read_subject_days(store, ["great"], ["2026-11-03"], NAMES))["great"]
    assert day["hours"]["13"]["methods"] == {"encoder 1 of the text": 1}
    await score_again(store, settings, later=40)
    assert (await sentiments_of(store))["c2"] == {"poet": "encoder"}
    await check(store)


async def test_a_bare_reply_has_the_target_and_the_mood_of_what_it_answers(
    sqlite_store, tmp_path
) -> None:
    store, settings = sqlite_store, settings_in(tmp_path)
    await watch_next(store, SUBJECTS)
    said = a_comment(1, "Cursor is awful, I hate it", post=1, hours=2)
    replies = [
        a_reply(2, "same here", to="c1"),
        a_reply(3, "this", to="c2"),
        a_reply(4, "+1", to="p1"),
        a_reply(5, "same here", to="c99"),
        a_reply(6, "same, but I love it now", to="c1"),
        a_reply(7, "Bard too", to="c1"),
    ]
    await put(store, settings, [a_post(1, "I love it", title="Gemini is great"), said, *replies])
    await score_again(store, settings)
    thread, bard = ("thread", "gemini", None), ("text", "bard", None)
    expected = {
        "c2": ("negative", [("thread", "cursor", "parent")]),
        "c3": ("negative", [("thread", "cursor", "parent")]),
        "c4": ("positive", [thread]),
        "c5": ("neutral", [thread]),
        "c6": ("positive", [thread]),
        "c7": ("neutral", [bard]),
    }
    assert await replies_of(store) == expected
    taken = {key: item["sentiment"].get("by") for key, item in (await items_of(store)).items()}
    assert [key for key, by in taken.items() if by] == ["c2", "c3", "c4"]
    assert (await items_of(store))["c4"]["mentions"][0]["sentiment"]["by"] == "parent"
    await check(store)
    # An edit of what they answer changes their mood and their target, at once and scored again.
    await put(store, settings, [a_comment(1, "I love Bard", post=1, hours=2)], later=5)
    changed = {
        **expected,
        "c2": ("positive", [("thread", "bard", "parent")]),
        "c3": ("positive", [("thread", "bard", "parent")]),
    }
    assert await replies_of(store) == changed
    await check(store)
    await score_again(store, settings, later=6)
    assert await replies_of(store) == changed
    await check(store)
    asked = a_post(1, "I hate it", title="Gemini is awful")
    french = "Je trouve que c'est vraiment horrible et je ne le recommande pas du tout"
    await put(store, settings, [asked, a_comment(1, french, post=1, hours=2)], later=7)
    assert await replies_of(store) == {
        **expected,
        "c2": ("neutral", [thread]),
        "c3": ("neutral", [thread]),
        "c4": ("negative", [thread]),
    }
    await put(store, settings, [said], later=8)
    await score_again(store, settings, later=9)
    assert await replies_of(store) == {**expected, "c4": ("negative", [thread])}
    # A rematch follows what the parent names, and keeps the mood in any case.
    await watch_next(store, [a_subject("editor", "cursor", merged_from=["cursor"]), GEMINI, BARD])
    await match_again(store, settings, later=20)
    assert (await replies_of(store))["c3"] == ("negative", [("thread", "editor", "parent")])
    assert "sentiment" in (await items_of(store))["c3"]["mentions"][0]
    await check(store)
    await watch_next(store, [GEMINI, BARD])
    await match_again(store, settings, later=40)
    assert (await replies_of(store))["c3"] == ("negative", [thread])
    await check(store)
    await watch_next(store, [CURSOR, GEMINI, BARD])
    await match_again(store, settings, later=60)
    assert (await replies_of(store))["c3"] == ("negative", [("thread", "cursor", "parent")])
    await check(store)
    # What has gone leaves its replies as they are.
    gone = a_comment(1, "", post=1, hours=2, deleted=True)
    await put(store, settings, [gone], later=61)
    await match_again(store, settings, later=62)
    assert (await replies_of(store))["c3"] == ("negative", [("thread", "cursor", "parent")])
    await check(store)


def a_reply(number: int, text: str, *, to: str) -> tuple[str, SeenComment]:
    """Return a comment under the first post that answers a comment, or the post."""
    community, seen = a_comment(number, text, post=1)
    return community, replace(seen, parent_id=to)


async def items_of(store: Any) -> dict[str, Any]:
    """Return all comments by their ids."""
    _, comments = await all_items(store)
    return {item["id"]: item for item in sorted(comments, key=lambda item: item["id"])}


async def replies_of(store: Any) -> dict[str, Any]:
    """Return the label of each comment but the first, and the mentions of it."""
    return {
        key: (
            item["sentiment"]["label"],
            [(each["via"], each["subject"], each.get("by")) for each in item["mentions"]],
        )
        for key, item in (await items_of(store)).items()
        if key != "c1"
    }


async def sentiments_of(store: Any) -> dict[str, dict[str, str | None]]:
    """Return by the item and the subject the method that scored each mention."""
    posts, comments = await all_items(store)
    return {
        item["id"]: {
            each["subject"]: each["sentiment"]["method"] if "sentiment" in each else None
            for each in item.get("mentions", [])
        }
        for item in (*posts, *comments)
    }
