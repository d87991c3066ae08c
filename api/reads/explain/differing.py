"""Reads the items that moved the mean between two spans most."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from api.deps import Deps
from api.reads.explain.change import ScopeChange, items_read, read_change, read_samples
from api.reads.explain.cited import beginning_of, cited_item
from api.reads.explain.items import Sample
from api.reads.scope_change import change_answer
from api.reads.scopes import Scope
from api.schema.explain import DifferingItem, ItemsRead
from api.schema.sentiment import Change
from shared.stats.contributions import EFFECT_DIGITS, contribution, parts_of_items
from shared.stats.windows import Spans

MAX_DIFFERING = 10
MAX_OF_THREAD = 2


@dataclass(frozen=True)
class Differing:
    """The change of a scope, the items that moved its mean most, and how many were looked at."""

    change: Change
    items: Sequence[DifferingItem]
    looked_at: ItemsRead


async def read_differing(deps: Deps, scope: Scope, spans: Spans, *, after: int) -> Differing:
    """Return the change between equal spans, and the items that moved the mean most.

    The largest effect comes first; there are at most MAX_DIFFERING, and MAX_OF_THREAD of a thread.
    after is the number of hours that the second span could have. Raises StoreError.
    """
    found = await read_change(deps, scope, spans, has_communities=False, after=after)
    samples = await read_samples(deps, found)
    items = await asyncio.to_thread(_differing, found, samples)
    return Differing(change_answer(scope, found.change), items, items_read(found.change, samples))


def _differing(change: ScopeChange, samples: Sequence[Sample]) -> list[DifferingItem]:
    whole = change.whole
    if not whole.now.items or not whole.before.items:
        return []
    sides = {item.key: side for side, sample in enumerate(samples) for item in sample.items}
    items = {item.key: item for sample in samples for item in sample.items}
    # Each stands for itself alone, also where not all items were read.
    now, before = ([replace(each, weight=1.0) for each in sample.weighed] for sample in samples)
    parts = parts_of_items(now, before, {key: [key] for key in items})
    moved = [contribution(part, whole) for part in parts]
    of_thread: Counter[str] = Counter()
    found: list[DifferingItem] = []
    for each in sorted(moved, key=lambda one: (-abs(one.effect), one.name)):
        item = items[each.name]
        of_thread[item.thread] += 1
        if of_thread[item.thread] <= MAX_OF_THREAD and each.effect:
            side: Literal["before", "after"] = "before" if sides[each.name] else "after"
            effect = round(each.effect, EFFECT_DIGITS)
            own = {**dict(cited_item(item)), "text": beginning_of(item.text)}
            found.append(DifferingItem(**own, side=side, effect=effect))
    return found[:MAX_DIFFERING]
