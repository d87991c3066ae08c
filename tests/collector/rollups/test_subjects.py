"""Whatever happens to items and to the watchlist, a subject's statistics recount its mentions."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.sources.base import Seen
from shared.models import DayStats
from shared.stats.subject_tables import read_tables
from shared.stats.subjects import VIAS, communities_in, part_days, read_subject_days
from shared.store import Store
from shared.times import Window
from tests.collector.crashing import DeadStore, Killed
from tests.collector.rollups.subject_world import (
    BARD,
    GEMINI,
    MERGED,
    NAMES,
    NOW,
    TEXTS,
    WATCHLISTS,
    a_comment,
    a_post,
    a_world,
    all_items,
    check,
    match_again,
    mentions_of,
    put,
    score_again,
    settings_in,
    watch_next,
)
from tests.collector.subject_truth import (
    Said,
    as_counted,
    counted,
    mentions_by_hand,
    sentiment_by_hand,
)

SLOTS = 14
# Items of two months, and of the same and of other hours.
AGES = (0.2, 1.1, 1.2, 30.0, 70.0, 80.0)
DAYS = Window.of_hours(24 * 60, NOW).days()
MINUTES = 20
"""The lease of a killed writer has expired by then."""


def an_item(slot: int, text: int, *, deleted: bool) -> tuple[str, Seen]:
    """Return the item of a slot: always the same one, whatever it says."""
    said, hours = TEXTS[text % len(TEXTS)], AGES[slot % len(AGES)]
    community = NAMES[slot % len(NAMES)]
    if slot % 3 == 0:
        title = TEXTS[text // len(TEXTS) % len(TEXTS)]
        return a_post(slot, said, community=community, hours=hours, title=title, deleted=deleted)
    of_post = 3 * (slot * 5 % (SLOTS // 3 + 1))
    of_thread = NAMES[of_post % len(NAMES)]
    # Only the queries of Hacker News share items.
    own = NAMES[slot % 2] if of_thread in NAMES[:2] else of_thread
    return a_comment(slot, said, post=of_post, community=own, hours=hours, deleted=deleted)


ITEM = st.builds(
    an_item,
    st.integers(0, SLOTS - 1),
    st.integers(0, len(TEXTS) ** 2 - 1),
    deleted=st.sampled_from([False] * 4 + [True]),
)
BATCH = st.lists(ITEM, min_size=1, max_size=8)
# Most works are done before the latest of these writes.
DEATH = st.one_of(st.none(), st.integers(0, 70))
STEPS = st.lists(
    st.one_of(
        st.tuples(DEATH, BATCH),
        st.tuples(DEATH, BATCH),
        st.tuples(DEATH, st.sampled_from(WATCHLISTS)),
        st.tuples(DEATH, st.none()),
    ),
    min_size=1,
    max_size=7,
)


async def _live(folder: Path, steps: Sequence[Any]) -> None:
    """Go through steps: of each, the work may be killed at a write, and is then done again.

    A step is a batch of items, a watchlist, or None, which scores stored items and mentions again.
    """
    own = settings_in(folder)
    async with a_world(folder, WATCHLISTS[0]) as store:
        for number, (death, what) in enumerate(steps):
            if not (what is None or _is_batch(what)):
                await watch_next(store, what)
            later = 2 * MINUTES * number
            if death is not None:
                with suppress(Killed):
                    await _work(DeadStore(store, death), own, what, later)
                later += MINUTES
            await _work(store, own, what, later)
            await check(store)
        await _check_reads(store)


async def _work(store: Any, own: Any, what: Any, later: int) -> None:
    if what is None:
        await score_again(store, own, later=later)
    elif _is_batch(what):
        await put(store, own, what, later=later)
    else:
        await match_again(store, own, later=later)


def _is_batch(what: Any) -> bool:
    return bool(what) and isinstance(what[0], tuple)


ONE_HOUR_EACH = [an_item(slot, 0, deleted=False) for slot in (0, 1)]


@settings(max_examples=40)
@given(STEPS)
# A rescore that is killed when no hour is stale any more, and the sums of all communities are.
@example([(None, ONE_HOUR_EACH), (34, None)])
def test_statistics_of_subjects_recount_their_mentions_whatever_happens(steps) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_live(Path(folder), steps))


async def _check_reads(store: Store) -> None:
    """Check what is read of two communities, of days, of months, and of tables."""
    watched = ("hn.ai", "Push.Desk")
    posts, comments = await all_items(store)
    items = [item for item in (*posts, *comments) if item["community"] in ("hn.ai", "push.desk")]
    by_hand = mentions_by_hand(items)
    subjects = ["cursor", "gemini", "bard", "day"]
    assert len(subjects) * len(DAYS) > 100
    for names, parts in product(([*subjects], ["gemini"]), (True, False)):
        found = await read_subject_days(store, names, DAYS, watched, parts=parts)
        for subject in names:
            _check_cells(found[subject], by_hand.get(subject, {}))
            if parts:
                _check_parts(found[subject], by_hand.get(subject, {}))
    window = Window.of_hours(24 * 60, NOW).hours()
    (table,) = await read_tables(store, [window], watched, other_languages="leave_out")
    for subject in subjects:
        said = [one for hour in by_hand.get(subject, {}).values() for one in hour]
        english = [one for one in said if one[0].get("language") != "other"]
        figures = table.total(subject)
        assert (figures.items, figures.counted) == (len(said), len(english))
        labels = [sentiment_by_hand(*one)["label"] for one in english]
        assert figures.positive == labels.count("positive")
        assert sum(each.items for each in table.series(subject)) == len(said)
        assert sum(table.items_by_community(subject).values()) == len(said)


def _check_cells(days: Sequence[DayStats], hours: Any) -> None:
    assert [day["id"] for day in days] == sorted({day["id"] for day in days})
    cells = {
        f"{day['id']}T{hour}": as_counted(cell)
        for day in days
        for hour, cell in day["hours"].items()
    }
    assert cells == {hour: counted(said) for hour, said in hours.items() if said}


def _check_parts(days: Sequence[DayStats], hours: Any) -> None:
    """Check the vias and the communities of days, which add up to all."""
    names = {"hn.ai": "hn.ai", "Push.Desk": "push.desk"}
    assert set(communities_in(days)) <= names.keys()
    for via in VIAS:
        own = _only(hours, lambda said, via=via: said[1]["via"] == via)
        _check_cells(_held(part_days(days, via=via)), own)
    for shown, name in names.items():
        own = _only(hours, lambda said, name=name: said[0]["community"] == name)
        _check_cells(_held(part_days(days, community=shown)), own)
        own = _only(hours, lambda said, name=name: said[0]["community"] != name)
        _check_cells(_held(part_days(days, without=[shown])), own)


def _held(days: Sequence[DayStats]) -> list[DayStats]:
    return [day for day in days if day["hours"]]


def _only(hours: Any, wanted: Any) -> dict[str, list[Said]]:
    return {hour: [one for one in said if wanted(one)] for hour, said in hours.items()}


async def _after(folder: Path, batches: Sequence[Any], *, merges: bool) -> Any:
    """Return all that is stored of subjects that merge in the end, or that were one all along."""
    own = settings_in(folder)
    async with a_world(folder, [GEMINI, BARD] if merges else [MERGED]) as store:
        for number, batch in enumerate(batches):
            await put(store, own, batch, later=number)
        if merges:
            await watch_next(store, [MERGED])
            await match_again(store, own, later=len(batches))
        await check(store)
        found = await read_subject_days(store, ["gemini", "bard"], DAYS, NAMES, parts=True)
        days = [{k: v for k, v in day.items() if k != "_etag"} for day in found["gemini"]]
        assert found["bard"] == []
        hours = Window.of_hours(24 * 60, NOW).hours()
        (table,) = await read_tables(store, [hours], NAMES, other_languages="count")
        figures = [
            (name, table.total(name), table.series(name), table.items_by_community(name))
            for name in table.subjects
        ]
        return await mentions_of(store), days, figures


@settings(max_examples=15)
@given(st.lists(BATCH, min_size=1, max_size=4))
def test_merging_two_subjects_equals_having_had_one(batches) -> None:
    with TemporaryDirectory() as folder:
        merged = asyncio.run(_after(Path(folder), batches, merges=True))
    with TemporaryDirectory() as folder:
        assert merged == asyncio.run(_after(Path(folder), batches, merges=False))
