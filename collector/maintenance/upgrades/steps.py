"""The steps between the versions of the stored shapes, each from one version to the next.

A step changes a database that the version before wrote, while neither version writes to it. It
works part by part, and yields a cursor after each, from which a killed one goes on. Doing a part
twice is as doing it once. Processes of the version before may still read meanwhile, so a step adds
what the new version reads, and what it leaves without use a later version removes.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from collector.maintenance.upgrades.ranked_days import add_ranked_days, drop_ranked_days
from shared.store import Store

Parts = Callable[[Store, str], AsyncIterator[str]]
"""Change the parts after a cursor (empty: all), and yield the cursor of each that is done."""


@dataclass(frozen=True)
class Step:
    """A step from version `before` to `before + 1`, and the one back."""

    before: int
    title: str
    forth: Parts
    back: Parts


STEPS = (Step(2, "lists in other orders", add_ranked_days, drop_ranked_days),)
