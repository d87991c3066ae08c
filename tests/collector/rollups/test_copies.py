"""A text that is posted in several communities counts as copies of one post."""

import time
from typing import Any

import pytest

from collector.rollups.copies import wrong_marks
from shared.models import Likeness
from shared.settings import Settings
from tests.collector.harness import check_statistics, run_cycle, settings_for, stored_items

NAMES = ("aws", "claude", "OpenAI")
TITLE = "I moved my whole team to another editor"
TEXT = "Here is what went well and what did not, in four weeks of daily work."


def a_thing(
    number: int, subreddit: str, *, minutes: float, kind: str = "t3", **more: Any
) -> dict[str, Any]:
    """Return a post or a comment of this age in minutes, as Reddit's API does."""
    data = {
        "id": f"x{number}",
        "name": f"{kind}_x{number}",
        "subreddit": subreddit,
        "author": "poster",
        "created_utc": int(time.time()) - 60 * minutes,
        "score": 1,
        "title": TITLE,
        "selftext": TEXT,
        "num_comments": 0,
        "permalink": f"/r/{subreddit}/comments/x{number}/x/",
        "url": f"https://www.reddit.com/r/{subreddit}/comments/x{number}/x/",
        **more,
    }
    return {"kind": kind, "data": data}


@pytest.fixture
def any_store_settings(sqlite_settings: Settings) -> Settings:
    """Use a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_settings


@pytest.fixture
def copied(stand_in):
    """Return a Reddit where the same text was posted in three communities, first in OpenAI."""
    return stand_in(
        [
            a_thing(1, "aws", minutes=10),
            a_thing(2, "claude", minutes=20),
            a_thing(3, "OpenAI", minutes=30),
            a_thing(4, "OpenAI", minutes=15, title="Another thing", selftext="Something else"),
        ]
    )


@pytest.fixture
def settings(any_store_settings: Settings, copied) -> Settings:
    return settings_for(any_store_settings, copied.base_url, NAMES)


async def marks(store) -> dict[str, tuple[str | None, list[str]]]:
    """Return by id which post each post copies, and which copy it, as subreddit and id."""
    return {
        item["id"]: (
            short(item["copy_of"]) if "copy_of" in item else None,
            [short(place) for place in item.get("copies", [])],
        )
        for name, item in (await stored_items(store, NAMES)).items()
        if name.startswith("t3_")
    }


def short(place: str) -> str:
    name, _, order_key = place.partition("/")
    return f"{name}/{order_key.partition('_')[2]}"


FIRST = (None, ["claude/x2", "aws/x1"])
ALONE: tuple[None, list[str]] = (None, [])


async def test_the_same_text_in_three_communities_has_one_original(store, settings) -> None:
    await run_cycle(store, settings)
    found = await marks(store)
    assert found == {
        "x1": ("OpenAI/x3", []),
        "x2": ("OpenAI/x3", []),
        "x3": FIRST,
        "x4": ALONE,
    }
    await check_statistics(store, NAMES)
    await run_cycle(store, settings)
    assert await marks(store) == found


async def test_what_came_first_counts_and_not_what_was_read_first(store, settings) -> None:
    late = settings.model_copy(update={"subreddits": ("aws", "claude")})
    await run_cycle(store, late)
    assert (await marks(store))["x2"] == (None, ["aws/x1"])
    await run_cycle(store, settings)
    assert (await marks(store))["x3"] == FIRST
    assert (await marks(store))["x2"] == ("OpenAI/x3", [])


async def test_copies_go_on_without_their_original(store, settings, copied) -> None:
    await run_cycle(store, settings)
    copied.control.delete("t3_x3")
    await run_cycle(store, settings)
    found = await marks(store)
    assert found == {"x1": ("claude/x2", []), "x2": (None, ["aws/x1"]), "x4": ALONE}
    await check_statistics(store, NAMES)


async def test_a_copy_that_is_edited_is_none_any_more(store, settings, copied) -> None:
    await run_cycle(store, settings)
    copied.control.edit("t3_x2", "It says something else by now, in words of its own.")
    await run_cycle(store, settings)
    found = await marks(store)
    assert found["x2"] == ALONE
    assert found["x3"] == (None, ["aws/x1"])
    await check_statistics(store, NAMES)


async def test_what_is_removed_and_still_shown_copies_nothing(store, settings, copied) -> None:
    await run_cycle(store, settings)
    copied.control.remove("t3_x3")
    await run_cycle(store, settings)
    assert (await marks(store))["x2"] == (None, ["aws/x1"])
    assert (await marks(store))["x1"] == ("claude/x2", [])


async def test_an_original_that_is_no_longer_watched_hides_nothing(store, settings) -> None:
    await run_cycle(store, settings)
    fewer = settings.model_copy(update={"subreddits": ("aws", "claude")})
    await run_cycle(store, fewer)
    assert (await marks(store))["x2"] == (None, ["aws/x1"])


@pytest.mark.parametrize(
    "more",
    [
        {"author": "somebody"},
        {"author": "[deleted]"},
        {"title": "Is it down?", "selftext": ""},
        {"selftext": f"{TEXT} And more."},
        {"minutes": 9 * 24 * 60},
        {"title": "Weekly discussion thread"},
        {"distinguished": "moderator"},
    ],
)
async def test_what_is_no_copy(sqlite_store, sqlite_settings, stand_in, more) -> None:
    given = {"minutes": 20, **more}
    also = {key: each for key, each in given.items() if key in {"title", "distinguished"}}
    if given.get("selftext") == "":
        also["selftext"] = ""
    reddit = stand_in([a_thing(1, "aws", minutes=10, **also), a_thing(2, "claude", **given)])
    await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, NAMES))
    assert await marks(sqlite_store) == {"x1": ALONE, "x2": ALONE}


@pytest.mark.parametrize(
    "more",
    [
        {"author": "POSTER", "title": TITLE.upper() + "!"},
        {"selftext": TEXT.replace(" ", "  ") + " \U0001f600"},
        {"author": "somebody", "title": "Look", "selftext": "", "crosspost_parent": "t3_x2"},
        {"author": "[deleted]", "title": "Look", "crosspost_parent": "t3_x2"},
        {"minutes": 5 * 24 * 60},
    ],
)
async def test_what_is_a_copy(sqlite_store, sqlite_settings, stand_in, more) -> None:
    of_copy = {name: value for name, value in more.items() if name != "minutes"}
    minutes = more.get("minutes", 20)
    reddit = stand_in(
        [a_thing(1, "aws", minutes=10, **of_copy), a_thing(2, "claude", minutes=minutes)]
    )
    await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, NAMES))
    assert await marks(sqlite_store) == {"x1": ("claude/x2", []), "x2": (None, ["aws/x1"])}
    await check_statistics(sqlite_store, NAMES)


async def test_two_that_show_the_same_post_are_one_though_it_isnt_collected(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    shown = {"crosspost_parent": "t3_elsewhere"}
    reddit = stand_in(
        [
            a_thing(1, "aws", minutes=10, author="one", title="Look", **shown),
            a_thing(2, "claude", minutes=20, author="other", title="See", **shown),
        ]
    )
    await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, NAMES))
    assert (await marks(sqlite_store))["x1"] == ("claude/x2", [])


async def test_comments_are_no_copies(sqlite_store, sqlite_settings, stand_in) -> None:
    said = {"kind": "t1", "body": f"{TITLE}. {TEXT}", "link_id": "t3_x9", "parent_id": "t3_x9"}
    reddit = stand_in(
        [a_thing(1, "aws", minutes=10, **said), a_thing(2, "claude", minutes=20, **said)]
    )
    await run_cycle(sqlite_store, settings_for(sqlite_settings, reddit.base_url, NAMES))
    items = await stored_items(sqlite_store, NAMES)
    assert len(items) == 2
    assert not any("copy_of" in item or "copies" in item for item in items.values())


def test_a_copy_stays_one_when_its_original_is_older_than_what_is_compared() -> None:
    old, later, latest = (f"aws/2026-11-{day}T00:00:00Z_a{day}" for day in ("01", "07", "09"))
    said = Likeness(text="the same")
    index = {later: Likeness(text="the same", copy_of=old), latest: said}
    assert wrong_marks(index, "2026-11-02T00") == {
        later: {"copy_of": old, "copies": [latest]},
        latest: {"copy_of": later, "copies": []},
    }


def test_a_text_that_comes_again_after_more_than_a_week_is_said_anew() -> None:
    said = Likeness(text="the same")
    index = {f"aws/2026-11-{day:02}T00:00:00Z_{day}": said for day in (1, 8, 16)}
    found = wrong_marks(index, "2026-11-01T00")
    assert [key[-2:] for key in sorted(found)] == ["_1", "_8"]
