"""What digests that are sent say: the same as the page and the Markdown, in plain texts."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.digest_reader import read_content
from api.export.digest import digest_markdown
from api.export.digest_content import digest_content
from api.export.markdown import WORD_JOINER
from api.reads.digest.answer import read_digest
from api.schema.digest import DigestParameters
from shared.digests.schedule import period_end
from shared.errors import PermanentFailure
from shared.models import DigestContent, DigestIssue, ScheduledDigest
from shared.store import Store
from tests.api.export.test_digest import HOSTILE
from tests.api.reads.test_digest import END, IN_THE_WEEK, START, WEEK, fill, mentions
from tests.api.subject_world import watch
from tests.api.world import NOW, deps_of, keep
from tests.fixtures.stores import FilledStore
from tests.shared.digests.digests import a_digest

BASE = "https://tone.example"
HOUR = timedelta(hours=1)


def issue_of(digest: ScheduledDigest, now: datetime) -> DigestIssue:
    return DigestIssue(
        id="test-1",
        kind="test",
        every=digest["every"],
        at="",
        period_end=period_end(digest, now).isoformat(),
        made_at="",
        error=None,
        deliveries=[],
    )


async def content(store: Any, *, now: datetime = NOW, **changes: Any) -> DigestContent:
    deps = deps_of(store, now=now, PUBLIC_URL=BASE)
    digest = a_digest(**changes)
    return await read_content(store, deps.settings, digest, issue_of(digest, now), lambda: now)


def shown(text: str) -> str:
    """Return Markdown without its signs."""
    return re.sub(r"\\(.)", r"\1", text).replace(WORD_JOINER, "")


async def test_it_says_what_the_markdown_says(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    found = await content(store)
    text = shown(digest_markdown(await read_digest(deps_of(store), DigestParameters()), BASE))
    assert found["title"] == "For the team: 16 to 22 November 2026"
    assert found["sentence"].startswith(f"{IN_THE_WEEK}, Lantern got worse")
    sentences = [
        found["sentence"],
        found["compared"],
        *found["changed"],
        *found["unchanged"],
        *found["unseen"],
        *(each for own in found["reasons"] for each in (own["sentence"], *own["points"])),
        *(each["text"] for own in found["reasons"] for each in own["quotes"]),
        *(each["text"] for each in found["read_these"]),
        *(each["about"] for each in found["read_these"]),
        *(each["text"] for each in found["topics"]),
    ]
    assert len(sentences) > 20
    assert [each for each in sentences if shown(each) not in text] == []
    row = next(each for each in found["subjects"] if each["id"] == "lantern")
    assert (row["mentions"], row["mentions_before"], row["verdict"]) == (60, 60, "worse")
    assert row["mood_change"] == pytest.approx(-0.8)
    assert sum(row["course"]) == 60
    assert row["mentions_address"] == (
        f"{BASE}/?view=posts&subject=lantern&kind=items"
        "&start=2026-11-16T00:00:00Z&end=2026-11-23T00:00:00Z"
    )
    assert found["address"].startswith(f"{BASE}/?view=digest&period=week&until=2026-11-23&set=")


async def test_its_link_leads_to_its_own_span_and_set_for_good(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    chosen = {"subjects": ["zed", "lantern"], "time_zone": "Europe/Berlin", "every": "day"}
    found = await content(store, **chosen)
    assert found["address"] == (
        f"{BASE}/?view=digest&period=day&until=2026-11-23&zone=Europe/Berlin&set=zed,lantern"
    )
    assert found["first_day"] == "2026-11-22"
    assert [each["id"] for each in found["subjects"]] == ["lantern", "zed"]


async def test_a_late_one_says_what_it_would_have_said(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    digest = a_digest()
    settings = deps_of(store, PUBLIC_URL=BASE).settings
    late = NOW + timedelta(days=20)
    found = await read_content(store, settings, digest, issue_of(digest, NOW), lambda: late)
    assert found["subjects"] == (await content(store))["subjects"]


async def test_an_empty_first_week_says_so(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    found = await content(sqlite_store)
    assert found["is_empty"]
    assert found["sentence"] == f"{IN_THE_WEEK}, nothing was collected."
    assert (found["subjects"], found["compared"], found["reasons"]) == ([], "", [])


async def test_without_subjects_it_says_what_to_do(sqlite_store: Store) -> None:
    await watch(sqlite_store, [])
    found = await content(sqlite_store)
    assert found["is_empty"]
    assert "watchlist" in found["sentence"]
    assert "next" not in found["sentence"]


@pytest.mark.parametrize(
    ("changes", "settings", "reason"),
    [
        ({"subjects": ["gone"]}, {}, "gone"),
        ({}, {"RETENTION_DAYS": "3"}, "RETENTION_DAYS is 3"),
    ],
)
async def test_what_no_retry_mends_says_why(
    sqlite_store: Store, changes: Any, settings: Any, reason: str
) -> None:
    await watch(sqlite_store)
    digest = a_digest(**changes)
    own = deps_of(sqlite_store, **settings).settings
    with pytest.raises(PermanentFailure, match=reason):
        await read_content(sqlite_store, own, digest, issue_of(digest, NOW), lambda: NOW)


async def test_hostile_posts_are_texts(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    posts = [*mentions("lantern", START - WEEK, 40, 0.4)]
    for number, text in enumerate(HOSTILE * 3):
        more = {"title": text, "content": f"{text} It is awful.", "kinds": ["question"]}
        (post,) = mentions("lantern", END - (number + 1) * 4 * HOUR, 1, -0.5, **more)
        posts.append({**post, "comment_count": 0})
    await keep(sqlite_store, posts)
    found = await content(sqlite_store)
    assert found["worth_an_answer"]
    lines = [*found["read_these"], *found["worth_an_answer"]]
    assert {each["address"].split("/")[2] for each in lines} == {"www.reddit.com"}


async def test_invented_items_lead_to_the_dashboard(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    found = digest_content(
        await read_digest(deps_of(store, ORIGIN="sample"), DigestParameters()), BASE, "Weekly"
    )
    assert found["is_sample"]
    assert found["notes"] == []
    assert all(each["address"].startswith(f"{BASE}/?view=posts") for each in found["read_these"])
