"""Whatever happens to items and to the watchlist, a subject's statistics recount its mentions."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.sources.base import Seen
from tests.collector.crashing import DeadStore, Killed
from tests.collector.rollups.subject_world import (
    NAMES,
    TEXTS,
    WATCHLISTS,
    a_comment,
    a_post,
    a_world,
    check,
    match_again,
    put,
    settings_in,
    watch,
)

SLOTS = 14
# A world of posts in two months, and of comments that may lie in another community than their post.
AGES = (0.2, 1.1, 1.2, 30.0, 70.0, 80.0)


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


ITEM = st.tuples(
    st.integers(0, SLOTS - 1),
    st.integers(0, len(TEXTS) ** 2 - 1),
    st.sampled_from([False] * 4 + [True]),
)
BATCH = st.lists(ITEM, min_size=1, max_size=8)
PUT = st.tuples(st.just("put"), BATCH)
KILL = st.tuples(st.just("kill"), st.tuples(st.integers(0, 60), BATCH))
WATCH = st.tuples(st.just("watch"), st.integers(0, len(WATCHLISTS) - 1))
STEPS = st.lists(st.one_of(PUT, PUT, KILL, WATCH), min_size=1, max_size=7)


async def _live(folder: Path, steps: list[Any]) -> None:
    own = settings_in(folder)
    async with a_world(folder, WATCHLISTS[0]) as store:
        for number, (what, value) in enumerate(steps):
            later = 20 * number
            if what == "watch":
                await watch(store, WATCHLISTS[value])
                await match_again(store)
            else:
                step, said = value if what == "kill" else (0, value)
                batch = [an_item(slot, text, deleted=gone) for slot, text, gone in said]
                if what == "kill":
                    try:
                        await put(DeadStore(store, step), own, batch, later=later)
                    except Killed:
                        later += 10
                await put(store, own, batch, later=later)
            await check(store)


@settings(max_examples=60)
@given(STEPS)
def test_statistics_of_subjects_recount_their_mentions_whatever_happens(steps) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_live(Path(folder), steps))
