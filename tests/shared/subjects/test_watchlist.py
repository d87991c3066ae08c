"""The stored watchlist: who is first, what a crash leaves, and what of its history is kept."""

import asyncio

import pytest

from shared.communities import is_prefixed_id
from shared.errors import DocumentChanged, DocumentExists
from shared.models import Subject, Watchlist
from shared.settings import load_settings
from shared.store import Store
from shared.store.revisions import KEPT_REVISIONS
from shared.subjects.starter import starter_pack
from shared.subjects.validation import watchlist_refusals
from shared.subjects.watchlist import (
    keep_watchlist,
    read_history,
    read_revision,
    read_watchlist,
    seed,
    write_watchlist,
)
from tests.api.world import NOW


def a_subject(name: str) -> Subject:
    return Subject(
        id=name.lower(),
        name=name,
        role="competitor",
        terms=[{"text": name, "exact": False, "prefix": False, "needs_context": False}],
        exclude=[],
        context=[],
        home=[],
        merged_from=[],
    )


async def write(store: Store, before: Watchlist, name: str) -> Watchlist:
    return await write_watchlist(
        store, before, subjects=[a_subject(name)], communities=None, change=name, now=NOW
    )


async def test_the_seed_is_stored_once_whoever_comes(store) -> None:
    assert await read_watchlist(store) == seed()
    found = await asyncio.gather(*(keep_watchlist(store, NOW) for _ in range(4)))
    assert {each["revision"] for each in found} == {1}
    assert len({each["_etag"] for each in found}) == 1
    assert (await read_watchlist(store))["subjects"] == starter_pack()


async def test_of_two_writers_of_one_state_one_is_first_and_nothing_is_lost(store) -> None:
    before = await keep_watchlist(store, NOW)
    outcomes = await asyncio.gather(
        *(write(store, before, name) for name in ("One", "Two", "Three")), return_exceptions=True
    )
    written = [each for each in outcomes if not isinstance(each, BaseException)]
    refused = [each for each in outcomes if isinstance(each, BaseException)]
    assert len(written) == 1
    assert all(isinstance(each, DocumentChanged) for each in refused)
    assert await read_watchlist(store) == written[0]
    history = await read_history(store)
    assert [each["revision"] for each in history] == [2, 1]
    assert history[1]["subjects"] == starter_pack()


async def test_of_two_first_writers_one_is_first(store) -> None:
    outcomes = await asyncio.gather(
        *(write(store, seed(), name) for name in ("One", "Two")), return_exceptions=True
    )
    assert sum(isinstance(each, DocumentExists) for each in outcomes) == 1


async def test_a_crash_before_the_write_leaves_the_state_and_its_history(sqlite_store) -> None:
    before = await keep_watchlist(sqlite_store, NOW)

    class Crashing:
        """A store whose process ends before it replaces a document."""

        def __getattr__(self, name: str) -> object:
            return getattr(sqlite_store, name)

        async def replace(self, *_: object) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await write(Crashing(), before, "One")  # type: ignore[arg-type]
    assert await read_watchlist(sqlite_store) == before
    assert [each["revision"] for each in await read_history(sqlite_store)] == [1]
    after = await write(sqlite_store, before, "Two")
    assert [each["change"] for each in await read_history(sqlite_store)] == [
        "Two",
        before["change"],
    ]
    assert after["revision"] == 2


async def test_the_last_hundred_revisions_are_kept_and_not_all(sqlite_store) -> None:
    state = await keep_watchlist(sqlite_store, NOW)
    for number in range(KEPT_REVISIONS + 5):
        state = await write(sqlite_store, state, f"S{number}")
    kept = [await read_revision(sqlite_store, each) for each in range(1, state["revision"])]
    assert all(kept[-100:])
    assert 100 <= sum(each is not None for each in kept) <= KEPT_REVISIONS


async def test_a_history_of_large_states_is_read_in_parts(sqlite_store) -> None:
    state = await keep_watchlist(sqlite_store, NOW)
    large = [a_subject(f"S{n}") for n in range(100)]
    for subject in large:
        subject["context"] = ["word" * 10] * 60
    for number in range(4):
        state = await write_watchlist(
            sqlite_store, state, subjects=large, communities=None, change=str(number), now=NOW
        )
    seen: list[int] = []
    while not seen or seen[-1] > 1:
        part = await read_history(sqlite_store, below=seen[-1] if seen else None)
        assert 1 <= len(part) <= 3
        seen += [each["revision"] for each in part]
    assert seen == [5, 4, 3, 2, 1]


def test_the_communities_of_a_watchlist_count_instead_of_those_of_the_settings() -> None:
    settings = load_settings({"SUBREDDITS": "aws,claude", "COMMUNITIES": "hn.old"})
    assert settings.watching(seed()) == settings
    watched = settings.watching(
        {
            **seed(),
            "communities": [
                {"id": "OpenAI"},
                {"id": "hn.new", "query": "two words"},
                {"id": "forum.town", "address": "https://town.example"},
            ],
        }
    )
    assert watched.watched == ("OpenAI", "hn.new", "forum.town")
    assert watched.subreddits == ("OpenAI",)
    assert watched.hn_queries == {"new": "two words"}
    assert watched.addresses_of_forums["town"] == "https://town.example"
    assert watched.community_named("openai") == "OpenAI"


def test_the_starter_pack_is_as_valid_as_what_anybody_writes() -> None:
    subjects = starter_pack()
    homes = {home for subject in subjects for home in subject["home"]}
    assert list(watchlist_refusals(subjects, homes)) == []
    assert all(is_prefixed_id(home) or "." not in home for home in homes)
