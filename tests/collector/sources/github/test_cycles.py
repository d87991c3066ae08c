"""Cycles over GitHub: everything is stored once, and nothing is lost or asked for too often."""

import itertools
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

import pytest

from shared.communities import source_of
from shared.errors import SourceUnavailable
from shared.store import COMMENTS, POSTS, SOURCE_STATES, open_store
from shared.text.forms import FORMS
from shared.times import iso, parse_iso
from tests.collector.crashing import LATER, Killed, KilledStore
from tests.collector.harness import WatchedStore, check_statistics, final_data, stored_items
from tests.collector.sources.github.cycles import CLI, TOOL, Place

TOKEN = {"GITHUB_TOKEN": "good-token"}
BOTH = (TOOL, CLI)


def written(place: Place) -> int:
    """Count what the two repositories have."""
    repositories = place.hub.repositories.values()
    return sum(len(each.issues) + len(each.comments) for each in repositories)


def fill_busy(place: Place, first: int) -> None:
    """Put in 100 issues with nine comments each."""
    place.fill("acme/tool", 100, first=first, hours=1.9)
    for number in range(800):
        at = place.clock.ago(seconds=4 * (800 - number))
        place.hub.comment("acme/tool", first + number % 100, created_at=at)


@pytest.mark.parametrize("more", [{}, TOKEN])
async def test_everything_is_stored_once_and_a_second_cycle_writes_nothing(
    sqlite_store, place, more
) -> None:
    place.fill("acme/tool", 150)
    place.fill("acme/cli", 20)
    first = await place.cycle(sqlite_store, **more)
    assert (first["status"], first["errors"], first["new"]) == ("completed", [], 340)
    items = await stored_items(sqlite_store, BOTH)
    assert len(items) == written(place)
    assert all(item["source"] == source_of(item["community"]) for item in items.values())
    await check_statistics(sqlite_store, BOTH)
    watched = WatchedStore(sqlite_store)
    place.clock.now += timedelta(minutes=30)
    second = await place.cycle(watched, **more)
    assert (second["new"], second["edited"], second["errors"]) == (0, 0, [])
    assert not watched.written.keys() & {"posts", "comments", "stats"}


async def test_a_busy_repository_is_read_over_several_cycles_without_a_gap(
    sqlite_store, place
) -> None:
    place.fill("acme/tool", 10)
    await place.cycle(sqlite_store)
    for number in itertools.count(1):
        place.clock.now += timedelta(hours=2)
        if number <= 3:
            fill_busy(place, 1000 * number)
        cycle = await place.cycle(sqlite_store)
        if number > 3 and not cycle["new"]:
            break
        assert number < 30
    # Of the bots' comments that fell into one second none is left out either.
    at = iso(place.clock.now)
    for number in range(350):
        place.hub.comment("acme/tool", 1 + number % 10, created_at=at)
    for _ in range(4):
        place.clock.now += timedelta(hours=1, minutes=2)
        await place.cycle(sqlite_store)
    assert len(await stored_items(sqlite_store, BOTH)) == written(place)
    assert place.limits.most_in_an_hour() <= 60
    await check_statistics(sqlite_store, BOTH)


async def test_edits_votes_and_what_was_taken_back_arrive(sqlite_store, place) -> None:
    place.fill("acme/tool", 8)
    await place.cycle(sqlite_store)
    hub, repository = place.hub, place.hub.repository("acme/tool")
    place.clock.now += timedelta(hours=1)
    hub.edit(repository.issues[1], body="I hate it now")
    repository.issues[2]["reactions"] |= {"+1": 7, "heart": 2, "-1": 1, "confused": 9}
    hub.delete("acme/tool", 3)
    hub.transfer("acme/tool", 4, "acme/elsewhere", 1)
    (spam,) = repository.comments_of(5)
    spam["minimized"] = {"reason": "spam"}
    (old,) = repository.comments_of(6)
    old["minimized"] = {"reason": "outdated"}
    (gone,) = repository.comments_of(7)
    del repository.comments[gone["id"]]
    repository.issues[8]["locked"] = True
    for _ in range(6):
        await place.cycle(sqlite_store)
        place.clock.now += timedelta(hours=1, minutes=2)
    post = await sqlite_store.read(POSTS, TOOL, f"{TOOL}.1")
    assert (post["content"], post["sentiment"]["label"]) == ("I hate it now", "negative")
    voted = await sqlite_store.read(POSTS, TOOL, f"{TOOL}.2")
    assert voted["upvotes"] == 8
    left = await stored_items(sqlite_store, BOTH)
    threads = {item.get("post_id", item["id"]) for item in left.values() if not item["deleted"]}
    assert threads == {f"{TOOL}.{number}" for number in (1, 2, 5, 6, 7, 8)}
    assert await sqlite_store.read(COMMENTS, TOOL, f"{TOOL}.6.c{old['id']}") is not None
    assert await sqlite_store.read(COMMENTS, TOOL, f"{TOOL}.7.c{gone['id']}") is None
    hidden = await sqlite_store.read(COMMENTS, TOOL, f"{TOOL}.5.c{spam['id']}")
    assert hidden is None or (hidden["deleted"] and "love" not in hidden["content"])
    await check_statistics(sqlite_store, BOTH)


async def test_with_a_token_a_cycle_looks_at_all_that_is_recent(sqlite_store, place) -> None:
    place.fill("acme/tool", 300, hours=40)
    await place.cycle(sqlite_store, **TOKEN)
    repository = place.hub.repository("acme/tool")
    for number in range(1, 300, 7):
        place.hub.delete("acme/tool", number)
    for comment in list(repository.comments)[::5]:
        del repository.comments[comment]
    place.clock.now += timedelta(minutes=30)
    await place.cycle(sqlite_store, **TOKEN)
    items = await stored_items(sqlite_store, BOTH)
    assert len(items) == written(place)
    await check_statistics(sqlite_store, BOTH)


async def test_a_renamed_or_missing_repository_keeps_its_items_and_says_so(
    sqlite_store, place
) -> None:
    place.fill("acme/tool", 5)
    place.fill("acme/cli", 5)
    await place.cycle(sqlite_store)
    place.hub.rename("acme/tool", "acme/Tool.NEXT")
    del place.hub.repositories["acme/cli"]
    place.clock.now += timedelta(hours=2)
    cycle = await place.cycle(sqlite_store)
    errors = {error["community"]: error for error in cycle["errors"]}
    assert errors[TOOL]["kind"] == "renamed"
    assert "put github.acme.tool.next into COMMUNITIES" in errors[TOOL]["message"]
    assert errors[CLI]["kind"] == "missing"
    assert "COMMUNITIES" in errors[CLI]["message"]
    assert len(await stored_items(sqlite_store, BOTH)) == 20


async def test_the_app_that_writes_is_known_as_one_by_either_api(sqlite_store, place) -> None:
    place.hub.issue("acme/tool", 1, user={"login": "Copilot", "type": "Bot"})
    place.hub.issue("acme/tool", 2, user={"login": "renovate[bot]", "type": "Bot"})
    place.hub.discussion("acme/tool", 3, user={"__typename": "Bot", "login": "helper"})
    place.hub.discussion("acme/tool", 4)
    await place.cycle(sqlite_store, **TOKEN)
    found = await stored_items(sqlite_store, [TOOL])
    authors = {"Copilot[bot]", "renovate[bot]", "helper[bot]", "ada"}
    assert {item["author"] for item in found.values()} == authors
    programs = {author for author in authors if FORMS["github"].is_bot(author)}
    assert programs == authors - {"ada"}
    assert {
        item["sentiment"]["label"] for item in found.values() if item["author"] in programs
    } == {"neutral"}


async def test_discussions_come_with_a_token(sqlite_store, place) -> None:
    place.fill("acme/tool", 3)
    for number in range(10, 35):
        place.hub.discussion("acme/tool", number, created_at=place.clock.ago(hours=number))
    first = place.hub.answer("acme/tool", 10, body="Great", created_at=place.clock.ago(hours=3))
    place.hub.answer("acme/tool", 10, to=first["id"], created_at=place.clock.ago(hours=2))
    place.hub.answer("acme/tool", 11, deleted_at=place.clock.ago(hours=2))
    assert (await place.cycle(sqlite_store))["new"] == 6
    cycle = await place.cycle(sqlite_store, **TOKEN)
    assert cycle["new"] == 28
    reply = next(
        item
        for item in (await stored_items(sqlite_store, [TOOL])).values()
        if item.get("parent_id") == f"{TOOL}.d10.c{first['id']}"
    )
    assert reply["post_id"] == f"{TOOL}.d10"
    place.clock.now += timedelta(hours=1)
    late = place.hub.answer("acme/tool", 34, body="Late")
    again = await place.cycle(sqlite_store, **TOKEN)
    assert (again["new"], again["edited"]) == (1, 0)
    del place.hub.repository("acme/tool").discussions[12]
    place.hub.repository("acme/tool").discussions[34]["comments"].remove(late)
    await place.cycle(sqlite_store, **TOKEN)
    found = await stored_items(sqlite_store, [TOOL])
    assert not {f"t3_{TOOL}.d12", f"t1_{TOOL}.d34.c{late['id']}"} & found.keys()
    await check_statistics(sqlite_store, BOTH)


@pytest.mark.parametrize("more", [{}, TOKEN])
async def test_a_cycle_that_is_killed_anywhere_loses_nothing(
    sqlite_settings, place, more, tmp_path
) -> None:
    place.fill("acme/tool", 12)
    place.fill("acme/cli", 3)
    results: list[dict[str, Any]] = []
    for step in itertools.count(step=3):
        place.clock.now = parse_iso("2026-11-25T10:00:20Z")
        place.limits.windows.clear()
        settings = sqlite_settings.model_copy(update={"sqlite_path": tmp_path / f"{step}.db"})
        store = await open_store(settings, retry_seconds=5)
        deadly: Any = KilledStore(store, step)
        with suppress(Killed):
            await place.cycle(deadly, **more)
        was_killed = step // 2 < deadly._writes
        for _ in range(2):
            place.clock.now += LATER
            await place.cycle(store, **more)
        await check_statistics(store, BOTH)
        assert len(await stored_items(store, BOTH)) == written(place)
        # Where a first poll ended depends on its time.
        results.append({**await final_data(store, BOTH), "watermarks": None})
        await store.close()
        if not was_killed:
            break
    assert step > 10
    assert all(each == results[0] for each in results)


async def test_the_past_is_read_whatever_stops_it(place) -> None:
    place.fill("acme/tool", 500, hours=60 * 24)
    repository = place.hub.repository("acme/tool")
    # What is old may have been touched today.
    for number in range(1, 500, 9):
        repository.issues[number]["updated_at"] = place.clock.ago(minutes=5)
    start, end = place.clock.ago(days=40), place.clock.ago(days=2)
    found, cursor, complete = set(), None, []
    for number in itertools.count():
        with closing(place.source(**TOKEN)) as source:
            for part in itertools.islice(source.backfill(TOOL, start, end, cursor), 3):
                found |= {each.id for each in part.items}
                complete.append(part.complete_since or "~")
                cursor = part.cursor
        if cursor is None:
            break
        assert number < 100
    issues = [each for each in repository.issues.values() if start <= each["created_at"] < end]
    assert {f"{TOOL}.{each['number']}" for each in issues} <= found
    expected = sum(start <= each["created_at"] < end for each in repository.comments.values())
    assert len(found) == len(issues) + expected
    assert complete == sorted(complete, reverse=True)
    assert complete[-1] == start


async def test_the_past_leaves_requests_to_polling(sqlite_store, place) -> None:
    place.fill("acme/tool", 3000, hours=80 * 24)
    await place.cycle(sqlite_store)
    with closing(place.source()) as source:
        state = await sqlite_store.read(SOURCE_STATES, "source", "github")
        source.kept.update(state["kept"])
        slices = source.backfill(TOOL, place.clock.ago(days=85), iso(place.clock.now), None)
        with pytest.raises(SourceUnavailable, match=r"until 11:0\d UTC; set GITHUB_TOKEN") as error:
            list(slices)
        assert error.value.kind == "rate_limited"
        assert source.requests_left == 20
