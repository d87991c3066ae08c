"""Communities that are watched in bulk."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from local.commands.communities import add_command, list_command, names_in, remove_command
from shared.settings import Settings, load_settings
from shared.store import COMMUNITIES, Store
from shared.store.community_states import all_states, community_key, never_read
from shared.store.containers import EARLIER_COMMUNITIES
from shared.subjects.communities import effective_communities
from shared.subjects.roster import (
    add_communities,
    read_roster,
    remove_communities,
    watched_settings,
)
from shared.subjects.watchlist import read_history, read_watchlist
from tests.collector.rollups.test_hour_parts import Stopped, StoppingStore

NOW = datetime(2026, 11, 23, 13, 40, tzinfo=UTC)
MANY = [f"push.team{n:04}" for n in range(1200)]


def settings_of(**more: Any) -> Settings:
    return load_settings({"SUBREDDITS": "none", "COMMUNITIES": "push.desk", **more})


async def watched(store: Store) -> tuple[str, ...]:
    settings = await watched_settings(store, settings_of(), await read_watchlist(store))
    return settings.watched


async def test_thousands_are_added_and_removed_and_the_watchlist_does_not_grow(store) -> None:
    settings = settings_of()
    done = await add_communities(store, settings, [*MANY, "push.desk", "Not A Name", "hn.x"], NOW)
    assert done.names == [*MANY, "hn.x"]
    assert done.unchanged == ["push.desk"]
    assert [name for name, _ in done.refused] == ["Not A Name"]
    assert await watched(store) == ("push.desk", "hn.x", *MANY)
    states = [state async for state in all_states(store)]
    assert {state["id"] for state in states} == {*MANY, "hn.x"}
    assert all(state["due_at"] == "" and state["is_added"] for state in states)
    watchlist = await read_watchlist(store)
    assert (watchlist["communities"], watchlist["added"]) == (None, 1201)
    assert watchlist["change"] == "1201 communities added"
    merged = await watched_settings(store, settings, watchlist)
    assert [each["id"] for each in effective_communities(merged, watchlist)] == ["push.desk"]
    again = await add_communities(store, settings, MANY, NOW)
    assert (again.names, len(again.unchanged)) == ([], 1200)
    assert len(await read_history(store)) == 2
    gone = await remove_communities(store, [*MANY[10:], "push.desk"], NOW, by="the command line")
    assert (await read_watchlist(store)).get("by") == "the command line"
    assert (len(gone.names), gone.unchanged) == (1190, ["push.desk"])
    assert await watched(store) == ("push.desk", "hn.x", *MANY[:10])


async def test_a_state_that_was_collected_before_is_kept(sqlite_store) -> None:
    known = {**never_read("push.team0000"), "last_collected_at": "before", "left": "yes"}
    await sqlite_store.upsert(COMMUNITIES, [known])
    # As an earlier version stored it, and no cycle has moved it yet.
    earlier = {**never_read(MANY[1]), "last_collected_at": "before"}
    await sqlite_store.upsert(EARLIER_COMMUNITIES, [earlier])
    await add_communities(sqlite_store, settings_of(), MANY[:2], NOW)
    for name in MANY[:2]:
        state = await sqlite_store.read(COMMUNITIES, *community_key(name))
        assert (state["last_collected_at"], state["is_added"]) == ("before", True)
        assert "left" not in state


async def test_a_call_that_is_killed_is_repeated(sqlite_store) -> None:
    step = 0
    while True:
        try:
            await add_communities(
                StoppingStore(sqlite_store, step),  # type: ignore[arg-type]
                settings_of(),
                MANY[:30],
                NOW,
            )
        except Stopped:
            step += 1
            continue
        break
    assert step > 0
    assert await watched(sqlite_store) == ("push.desk", *MANY[:30])
    assert {state["id"] async for state in all_states(sqlite_store)} == set(MANY[:30])


async def test_two_who_add_at_once_lose_nothing(store) -> None:
    await asyncio.gather(
        *(add_communities(store, settings_of(), MANY[n::3], NOW) for n in range(3))
    )
    assert sorted(await read_roster(store)) == MANY


def test_a_file_of_names_is_added_listed_and_removed(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {
        "SUBREDDITS": "none",
        "COMMUNITIES": "push.desk",
        "STORE": "sqlite",
        "SQLITE_PATH": str(tmp_path / "here.db"),
    }
    names = tmp_path / "names.txt"
    names.write_text("# ours\npush.one\n\npush.two # quiet\nwrong name\n")
    assert names_in(names.read_text()) == ["push.one", "push.two", "wrong name"]
    assert add_command(environ, names) == 1
    printed = capsys.readouterr()
    assert printed.out == "2 added, 0 watched already.\n"
    assert "wrong name" in printed.err
    assert list_command(environ) == 0
    assert capsys.readouterr().out == "push.one\npush.two\n"
    names.write_text("push.one\n")
    assert remove_command(environ, names) == 0
    assert capsys.readouterr().out == "1 removed, 0 weren't added in bulk.\n"


@pytest.mark.parametrize("text", ["", "#\n", "\ufeff"])
def test_a_file_without_names_names_nothing(text) -> None:
    assert names_in(text.removeprefix("\ufeff")) == []
