"""The incidents of a rule as an Atom feed, parsed by a feed reader."""

from typing import Any

import feedparser
import pytest

from shared.store import INCIDENTS
from tests.api.actions.test_alert_rules import MOOD, PATH, RULES
from tests.api.actions.test_watchlist import change, found
from tests.api.world import get
from tests.shared.alerts.rules import a_finding, a_rule, an_incident

pytestmark = pytest.mark.usefixtures("process")

FEED = f"/api/v1{PATH}/feed.atom"
TITLE = "Cursor: mood on Undertone (sample data)"


async def read_feed() -> Any:
    answer = await get(FEED)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    read = feedparser.parse(answer.get_body())
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    return read


async def keep(store, *numbers: int, **changes: Any) -> None:
    await store.upsert(INCIDENTS, [an_incident(number, **changes) for number in numbers])


async def test_a_rule_without_incidents_has_an_empty_feed_of_the_last_change() -> None:
    body = {**MOOD, "channels": [{"type": "email", "to": "a.b@example.com", "secret": None}]}
    await change("PUT", PATH, body)
    read = await read_feed()
    assert (read.feed.title, read.entries) == (TITLE, [])
    assert read.feed.updated == found(await get(RULES))["changed_at"]
    assert b"a.b@example.com" not in (await get(FEED)).get_body(), "anybody may read it"


async def test_each_incident_is_an_entry_the_newest_first(written) -> None:
    await change("PUT", PATH, MOOD)
    await keep(written, 1, status="closed", closed="2026-11-23T05:00:00Z")
    await keep(written, 2)
    await written.upsert(INCIDENTS, [an_incident(9, a_rule(id="topic"))])
    read = await read_feed()
    newest, older = read.entries
    sentence = a_finding()["sentence"]
    assert (newest.title, older.title) == (sentence, f"Over: {sentence}")
    assert newest.published == newest.updated == read.feed.updated == "2026-11-23T02:00:00Z"
    assert newest.summary == "Sample data: Cursor, since 2026-11-23T02:00:00Z, open"
    assert older.summary.endswith("over at 2026-11-23T05:00:00Z")
    assert newest.link == "http://127.0.0.1:7071/?view=alerts&incident=cursor-mood.000002"
    assert [tag.term for tag in older.tags] == ["closed", "mood"]
    assert len({read.feed.id, newest.id, older.id}) == 3
    assert (await read_feed()).entries[0].id == newest.id


async def test_a_removed_rule_keeps_its_feed_while_it_has_incidents(written) -> None:
    assert (await get(FEED)).status_code == 404
    await keep(written, 1)
    read = await read_feed()
    assert (read.feed.title, len(read.entries)) == (TITLE, 1)


async def test_characters_that_xml_cannot_have_are_replaced(written) -> None:
    finding = a_finding(sentence="<b>&\x00\x1b</b>")
    opened = {"at": "2026-11-23T01:00:00Z", "event": "opened", "finding": finding}
    await keep(written, 1, updates=[opened])
    (entry,) = (await read_feed()).entries
    assert entry.title == "<b>&\ufffd\ufffd</b>"
