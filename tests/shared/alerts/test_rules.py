"""The document of alert rules: its revisions, and who writes first."""

from datetime import UTC, datetime

import pytest

from shared.alerts.rules import read_history, read_rules, write_rules
from shared.errors import DocumentChanged, DocumentExists
from shared.models import AlertRules
from shared.store.revisions import KEPT_REVISIONS
from tests.shared.alerts.rules import a_rule

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)


async def write(store, before: AlertRules, *names: str) -> AlertRules:
    rules = [a_rule(id=name) for name in names]
    return await write_rules(store, before, rules=rules, change=f"{names}", now=NOW)


async def test_before_anything_is_stored_there_are_no_rules(store) -> None:
    found = await read_rules(store)
    assert (found["revision"], found["rules"]) == (0, [])
    assert "_etag" not in found
    assert [each["revision"] for each in await read_history(store)] == []


async def test_a_write_is_read_back_and_can_be_written_over(store) -> None:
    first = await write(store, await read_rules(store), "a")
    assert await read_rules(store) == first
    second = await write(store, first, "a", "b")
    assert (second["revision"], second["changed_at"]) == (2, "2026-11-23T13:05:07Z")
    assert [each["id"] for each in (await read_rules(store))["rules"]] == ["a", "b"]


async def test_of_two_writers_the_second_is_refused(store) -> None:
    nothing = await read_rules(store)
    first = await write(store, nothing, "a")
    with pytest.raises(DocumentExists):
        await write(store, nothing, "b")
    await write(store, first, "c")
    with pytest.raises(DocumentChanged):
        await write(store, first, "d")
    assert [each["id"] for each in (await read_rules(store))["rules"]] == ["c"]


async def test_the_history_has_the_newest_first_and_forgets_the_oldest(store) -> None:
    rules = await read_rules(store)
    for number in range(KEPT_REVISIONS + 3):
        rules = await write(store, rules, f"r{number}")
    found = await read_history(store, limit=3)
    assert [each["revision"] for each in found] == [203, 202, 201]
    assert [each["rules"][0]["id"] for each in found] == ["r202", "r201", "r200"]
    assert [each["revision"] for each in await read_history(store, below=5)] == [4]
