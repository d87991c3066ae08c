"""The first own subject brings alert rules, off and without channels, and only once."""

from typing import Any

import pytest

from api.actions.watchlist import put_subject
from api.http.conditions import Condition
from api.schema.watchlist import SubjectBody
from shared.alerts.starter import starter_rules
from shared.alerts.validation import rule_refusals
from shared.errors import StoreUnavailable
from shared.settings import load_settings
from shared.store import ALERT_RULES
from shared.subjects.watchlist import read_watchlist
from tests.api.actions.test_alert_rules import MOOD, PATH, RULES
from tests.api.actions.test_watchlist import ACME, change, found
from tests.api.world import deps_of, get
from tests.shared.alerts.rules import a_subject, a_watchlist

OWN = {**ACME, "role": "own"}


class NoRules:
    """A store whose documents of alert rules can't be read."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def read(self, container: Any, partition: str, document_id: str) -> Any:
        if container is ALERT_RULES:
            raise StoreUnavailable("made for a test")
        return await self._inner.read(container, partition, document_id)


def test_the_first_rules_are_rules_that_anybody_could_write() -> None:
    subject = {**a_subject("x" * 40), "name": "N" * 60}
    rules = starter_rules(subject)  # type: ignore[arg-type]
    watchlist = a_watchlist(subject)  # type: ignore[arg-type]
    settings = load_settings({"SUBREDDITS": "aws"})
    assert [list(rule_refusals(each, settings, watchlist)) for each in rules] == [[]] * 5
    types = [each["condition"]["type"] for each in rules]
    assert types == ["mood", "volume", "negative_share", "topic", "coverage"]
    assert not any(each["enabled"] or each["channels"] for each in rules)


@pytest.mark.usefixtures("process")
async def test_the_first_own_subject_brings_rules_that_are_off() -> None:
    await change("PUT", "/subjects/acme", ACME)
    assert found(await get(RULES))["revision"] == 0, "it is a competitor"
    assert (await change("PUT", "/subjects/acme", OWN)).status_code == 200
    rules = found(await get(RULES))
    assert rules["change"] == "rules to begin with, about Acme"
    assert [each["scope"] for each in rules["rules"]] == [*["subject:acme"] * 4, "all"]
    assert {each["enabled"] for each in rules["rules"]} == {False}


@pytest.mark.usefixtures("process")
async def test_removed_rules_do_not_come_back_with_another_subject() -> None:
    await change("PUT", "/subjects/acme", OWN)
    for each in found(await get(RULES))["rules"]:
        await change("DELETE", f"/alerts/rules/{each['id']}")
    await change("DELETE", "/subjects/acme")
    await change("PUT", "/subjects/acme", OWN)
    assert found(await get(RULES))["rules"] == []


@pytest.mark.usefixtures("process")
async def test_where_there_are_rules_none_are_added() -> None:
    await change("PUT", PATH, MOOD)
    await change("PUT", "/subjects/acme", OWN)
    assert [each["id"] for each in found(await get(RULES))["rules"]] == ["cursor-mood"]


@pytest.mark.usefixtures("process")
async def test_a_whole_watchlist_with_an_own_subject_brings_them_too() -> None:
    subjects = [{"id": "acme", **OWN}]
    assert (await change("PUT", "/watchlist", {"subjects": subjects})).status_code == 200
    assert len(found(await get(RULES))["rules"]) == 5


async def test_a_failure_to_add_rules_fails_no_subject(sqlite_store, caplog) -> None:
    deps = deps_of(NoRules(sqlite_store))
    body = SubjectBody.model_validate(OWN)
    written = await put_subject(deps, Condition(), "acme", body)
    assert written.is_changed
    stored = await read_watchlist(sqlite_store)
    assert [each["id"] for each in stored["subjects"] if each["role"] == "own"] == ["acme"]
    assert "alert_rules.not_added" in caplog.text
