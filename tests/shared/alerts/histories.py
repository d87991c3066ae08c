"""Histories of a scope by the hour, as communities have them, and changes that are planted there.

Threads come by chance in the rhythm of day and week. Their sizes have a heavy tail up to 200, their
items follow within hours, and moods of a thread agree. Seeds are given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shared.alerts.conditions.falling import fallen_days
from shared.alerts.evidence import DayVoice, Evidence, Voice
from shared.alerts.hourly import HourlyFigures
from shared.models import Cell
from shared.stats.cells import NEUTRAL_COMPOUND
from shared.stats.threads import Threads, largest, pack_threads, together, unpack_threads
from shared.stats.uncertainty import Thread
from shared.times import Window, day_of
from tests.shared.stats.simulated import LARGEST, SPREAD

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAYS = 73
START = datetime(2026, 8, 25, tzinfo=UTC)
HOURS = Window(START, START + timedelta(days=DAYS, seconds=-1)).hours()
NUMBER = len(HOURS)
CORRELATION = 0.15
MOOD = 0.1
REPLY_HOURS = 5.0
"""The mean time from a thread's post to an item of it."""
METHOD = "linear 1"
# A community that writes from America and Europe: quiet in the early morning, and on weekends.
OF_DAY = 1 + 0.6 * np.sin((np.arange(24) - 10) * 2 * np.pi / 24)
OF_WEEK = np.array([1.1, 1.15, 1.15, 1.1, 1.0, 0.75, 0.75])


@dataclass(frozen=True)
class Items:
    """Items by their hour (a place in HOURS), thread and compound (-1..1)."""

    hours: Ints
    threads: Ints
    compounds: Floats

    def but(self, kept: NDArray[np.bool_]) -> "Items":
        """Return those of the items that are kept."""
        return Items(self.hours[kept], self.threads[kept], self.compounds[kept])

    def and_(self, others: "Items") -> "Items":
        """Return the items of both; their threads are others."""
        above = int(self.threads.max(initial=0)) + 1
        return Items(
            np.concatenate([self.hours, others.hours]),
            np.concatenate([self.threads, others.threads + above]),
            np.concatenate([self.compounds, others.compounds]),
        )


@dataclass(frozen=True)
class Scope:
    """A scope by its items a day, and the tail and the largest of the sizes of its threads."""

    daily: float
    tail: float = 1.6
    largest: int = LARGEST
    shift: int = 0
    """Hours by which the rhythm comes later from the middle of the history on."""

    def items(self, rng: np.random.Generator, mood: Floats | float = MOOD) -> Items:
        """Return a history; mood is the mean compound, of each hour or of all."""
        sizes, shares = self._sizes()
        rate = self.daily / 24 / float(shares @ sizes)
        starts = rng.poisson(rate * self._rhythm())
        return self._threads(rng, np.repeat(np.arange(NUMBER), starts), mood, sizes, shares)

    def burst(
        self, rng: np.random.Generator, hours: Sequence[int], hourly: float, mood: float = MOOD
    ) -> Items:
        """Return further threads that begin in these hours, with this number of items an hour."""
        sizes, shares = self._sizes()
        starts = rng.poisson(hourly / float(shares @ sizes), size=len(hours))
        return self._threads(rng, np.repeat(np.asarray(hours), starts), mood, sizes, shares)

    def _threads(
        self,
        rng: np.random.Generator,
        starts: Ints,
        mood: Floats | float,
        sizes: Ints,
        shares: Floats,
    ) -> Items:
        own = rng.choice(sizes, size=len(starts), p=shares)
        threads = np.repeat(np.arange(len(starts)), own)
        later = rng.exponential(REPLY_HOURS, size=len(threads))
        # The post itself is an item of its first hour.
        later[np.cumsum(own) - own] = 0.0
        hours = starts[threads] + later.astype(np.int64)
        moods = rng.normal(0, SPREAD * CORRELATION**0.5, size=len(starts))
        noise = rng.normal(0, SPREAD * (1 - CORRELATION) ** 0.5, size=len(threads))
        kept = hours < NUMBER
        hours, threads, noise = hours[kept], threads[kept], noise[kept]
        means = mood[hours] if isinstance(mood, np.ndarray) else mood
        compounds = np.clip(means + moods[threads] + noise, -1, 1)
        return Items(hours, threads, np.round(compounds, 4))

    def _sizes(self) -> tuple[Ints, Floats]:
        """Return the sizes of threads, and the share of the threads that have each."""
        sizes = np.arange(1, self.largest + 1)
        weights: Floats = np.power(sizes.astype(np.float64), -self.tail).astype(np.float64)
        shares: Floats = (weights / weights.sum()).astype(np.float64)
        return sizes, shares

    def _rhythm(self) -> Floats:
        places = np.arange(NUMBER)
        places = np.where(places >= NUMBER // 2, places - self.shift, places)
        days = (START.weekday() + places // 24) % 7
        rhythm: Floats = OF_DAY[places % 24] * OF_WEEK[days]
        return rhythm


def cells_of(items: Items) -> dict[str, Cell]:
    """Return the cells of the hours that have items, as the collector counts them."""
    cells: dict[str, Cell] = {}
    order = np.lexsort((items.threads, items.hours))
    hours, threads, compounds = items.hours[order], items.threads[order], items.compounds[order]
    edges = np.searchsorted(hours, np.arange(NUMBER + 1))
    for place in range(NUMBER):
        first, end = int(edges[place]), int(edges[place + 1])
        if first < end:
            cells[HOURS[place]] = _cell(threads[first:end], compounds[first:end])
    return cells


def _cell(threads: Ints, compounds: Floats) -> Cell:
    names, starts, counts = np.unique(threads, return_index=True, return_counts=True)
    sums = np.round(np.add.reduceat(compounds, starts), 4)
    listed = {
        f"t{name}": Thread(count, total)
        for name, count, total in zip(names.tolist(), counts.tolist(), sums.tolist(), strict=True)
    }
    positive = int((compounds >= NEUTRAL_COMPOUND).sum())
    negative = int((compounds <= -NEUTRAL_COMPOUND).sum())
    return Cell(
        posts=0,
        comments=len(compounds),
        positive=positive,
        negative=negative,
        neutral=len(compounds) - positive - negative,
        compound_sum=round(float(compounds.sum()), 4),
        compound_squares=round(float((compounds**2).sum()), 8),
        methods={METHOD: len(compounds)},
        threads=pack_threads(largest(Threads(listed))),
    )


def evidence_of(
    items: Items, others: Items | None = None, unknown: Sequence[str] = (), **more: object
) -> Evidence:
    """Return the evidence of a subject, where these are its items, and others those of the rest."""
    figures = HourlyFigures(HOURS, cells_of(items), unknown)
    of_all = (
        figures if others is None else HourlyFigures(HOURS, cells_of(items.and_(others)), unknown)
    )
    return replace(
        Evidence(
            scope="subject:cursor",
            name="Cursor",
            last=HOURS[-1],
            figures=figures,
            of_all=of_all,
            fell=fallen_days(of_all),
        ),
        **more,  # type: ignore[arg-type]
    )


def voice_of(cells: Mapping[str, Mapping[str, Cell]]) -> Voice:
    """Return the mentions by day of subjects with these cells."""
    days: dict[str, DayVoice] = {}
    for day in dict.fromkeys(map(day_of, HOURS)):
        of_day = {
            name: [own[hour] for hour in _hours_of(day) if hour in own]
            for name, own in cells.items()
        }
        days[day] = DayVoice(
            {name: sum(cell["comments"] for cell in own) for name, own in of_day.items()},
            {
                name: together(unpack_threads(cell["threads"]) for cell in own)
                for name, own in of_day.items()
            },
        )
    return Voice(days, list(cells))


@lru_cache(maxsize=DAYS)
def _hours_of(day: str) -> Sequence[str]:
    return [f"{day}T{hour:02}" for hour in range(24)]
