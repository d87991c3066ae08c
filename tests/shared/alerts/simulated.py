"""Simulations of rules over histories: without a change, and with one that is planted.

A change that is planted is found in time where an alert opens soon after the first hour in which an
honest test can tell: one that knows the true mean and the true spread of each hour of the week, how
much items of a thread agree, and the floors of the conditions, and looks at the same level of
chance. No test of stored hours knows as much.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import hypot, inf, sqrt
from statistics import NormalDist

import numpy as np

from shared.alerts.conditions import mention, mood, negative_share, volume
from shared.alerts.conditions.falling import fallen_days
from shared.alerts.evidence import Evidence
from shared.alerts.hourly import HourlyFigures
from shared.alerts.replay import ReplayedMessage, replay
from shared.alerts.scope_items import spread
from shared.models import Condition, ConditionType
from shared.stats.uncertainty import FEW
from tests.shared.alerts.evaluations import a_rule
from tests.shared.alerts.histories import (
    CORRELATION,
    HOURS,
    MOOD,
    NUMBER,
    Floats,
    Items,
    Scope,
    cells_of,
    evidence_of,
    voice_of,
)
from tests.shared.stats.simulated import SPREAD

DAY, WEEK = 24, 168
DAYS = 30
SMALL, MIDDLE, LARGE = Scope(30), Scope(200), Scope(600)
FALSE_MONTHS = 0.02
SCORE_HOURS = 6.0
"""The time in which scores grow by all but 1/e of what is missing."""
# The other communities together.
OTHERS = Scope(2000)
QUANTILE = NormalDist().inv_cdf
# Changes begin here, on a Wednesday at 14:00, and at every hour of the days after.
ONSET = 57 * DAY + 14

Rng = np.random.Generator


def messages(
    kind: ConditionType, evidence: Evidence, hours: Sequence[str], **more: object
) -> list[ReplayedMessage]:
    """Return what a rule of this type would have sent in these hours."""
    condition: Condition = {"type": kind, **more}  # type: ignore[typeddict-item]
    return list(replay(a_rule(condition=condition), evidence, hours).messages)


def opened(
    kind: ConditionType, evidence: Evidence, hours: Sequence[str], **more: object
) -> list[str]:
    """Return the last hours that alerts of a rule rest on when they open."""
    found = messages(kind, evidence, hours, **more)
    ends = {end: hour for hour, end in pairwise(HOURS)} | {"": HOURS[-1]}
    return [ends.get(each.at[:13], HOURS[-1]) for each in found if each.event == "opened"]


@dataclass(frozen=True)
class World:
    """The evidence of three subjects, of 30, 200 and 600 items a day, and of their voice."""

    small: Evidence
    middle: Evidence
    large: Evidence

    @classmethod
    def of(cls, rng: Rng, tail: float, shift: int = 0) -> "World":
        """Return a world in which nothing changes."""
        scopes = [replace(each, tail=tail, shift=shift) for each in (SMALL, MIDDLE, LARGE)]
        items = [each.items(rng) for each in scopes]
        whole = replace(OTHERS, shift=shift).items(rng)
        for each in items:
            whole = whole.and_(each)
        cells = [cells_of(each) for each in items]
        voice = voice_of(dict(zip(("small", "cursor", "large"), cells, strict=True)))
        of_all = HourlyFigures(HOURS, cells_of(whole))
        fell = fallen_days(of_all)
        base = replace(evidence_of(items[0]), of_all=of_all, fell=fell, voice=voice)
        return cls(*(replace(base, figures=HourlyFigures(HOURS, each)) for each in cells))

    def false_alerts(self, days: int = DAYS) -> dict[str, int]:
        """Return the alerts of ten rules in the last days, by the type of the rule."""
        hours = HOURS[-days * DAY :]
        of_all = (self.small, self.middle, self.large)
        return {
            "mood": sum(len(opened("mood", each, hours, direction="any")) for each in of_all),
            "volume": sum(len(opened("volume", each, hours, direction="any")) for each in of_all),
            "negative_share": sum(
                len(opened("negative_share", each, hours, above=0.6)) for each in of_all
            ),
            "share_of_voice": len(opened("share_of_voice", self.middle, hours, direction="any")),
        }


@dataclass(frozen=True)
class Truth:
    """The mean and the standard deviation of the items of spans, by length and hour of the week."""

    means: Mapping[int, Floats]
    deviations: Mapping[int, Floats]
    least: float = inf
    """The z at which one month in fifty without a change has a false alarm."""

    def z(self, counts: Floats, length: int, place: int) -> float:
        """Return how many deviations the items of a span that ends with an hour are off."""
        items = float(counts[place + 1 - length : place + 1].sum())
        of_week = place % WEEK
        return (items - self.mean(length, place)) / float(self.deviations[length][of_week])

    def mean(self, length: int, place: int) -> float:
        """Return the mean of the items of a span that ends with an hour."""
        return float(self.means[length][place % WEEK])


@lru_cache(maxsize=8)
def truth_of(scope: Scope, histories: int = 60) -> Truth:
    """Return the truth of a scope, by many histories in which nothing changes."""
    rng = np.random.default_rng(99)
    weeks = NUMBER // WEEK
    sums: dict[int, list[Floats]] = {length: [] for length in volume.LENGTHS}
    for _ in range(histories):
        counts = np.concatenate([[0.0], np.cumsum(counts_of(scope.items(rng)))])
        for length in volume.LENGTHS:
            spans = counts[length:] - counts[:-length]
            spans = np.concatenate([np.full(length - 1, np.nan), spans])
            # Threads of the time before are missing from the first week.
            sums[length].append(spans[WEEK : weeks * WEEK].reshape(-1, WEEK))
    stacked = {length: np.concatenate(each) for length, each in sums.items()}
    truth = Truth(
        {length: each.mean(axis=0) for length, each in stacked.items()},
        {length: each.std(axis=0) for length, each in stacked.items()},
    )
    highest = [
        max(float(_most(truth, length, each[n]).max()) for length, each in sums.items())
        for n in range(histories)
    ]
    return replace(truth, least=float(np.quantile(highest, 1 - FALSE_MONTHS)))


def _most(truth: Truth, length: int, weeks: Floats) -> Floats:
    """Return the z of the last four weeks (rows) where their items are above the floors."""
    own, means = weeks[-4:], truth.means[length]
    floors = np.maximum(volume.MIN_ITEMS, volume.MIN_CHANGE * means)
    z = (own - means) / truth.deviations[length]
    return np.where(own - means >= floors, np.maximum(z, volume.MIN_Z), volume.MIN_Z)


def counts_of(items: Items) -> Floats:
    """Return the number of items of each hour."""
    return np.bincount(items.hours, minlength=NUMBER).astype(np.float64)


def tells_volume(items: Items, scope: Scope, place: int) -> bool:
    """Return whether an honest test tells that there is more up to an hour."""
    truth, counts = truth_of(scope), counts_of(items)
    for length in volume.LENGTHS:
        moved = counts[place + 1 - length : place + 1].sum() - truth.mean(length, place)
        floor = max(volume.MIN_ITEMS, volume.MIN_CHANGE * truth.mean(length, place))
        if moved >= floor and truth.z(counts, length, place) >= truth.least:
            return True
    return False


def tells_mood(items: Items, place: int) -> bool:
    """Return whether an honest test tells that the mood of the last 24 hours is another one."""
    kept = items.but((items.hours > place - DAY) & (items.hours <= place))
    if kept.hours.size < FEW:
        return False
    mean, error = _mean_and_error(kept)
    is_far = abs(float(kept.compounds.mean()) - MOOD) >= mood.MIN_MOVED
    return is_far and abs(mean - MOOD) / error >= QUANTILE(1 - mood.AT_ONCE_CHANCE / 2)


def tells_drift(items: Items, end: int) -> bool:
    """Return whether an honest test tells that the mood is lower in the week before an hour.

    It compares the week with the weeks that a rule compares it with, by the true error.
    """
    week, base = (end - WEEK, end), (end - 6 * WEEK, end - 2 * WEEK)
    now, before = (
        items.but((items.hours >= first) & (items.hours < last)) for first, last in (week, base)
    )
    if min(now.hours.size, before.hours.size) < FEW:
        return False
    (mean, error), (usual, of_usual) = map(_mean_and_error, (now, before))
    is_far = float(before.compounds.mean() - now.compounds.mean()) >= mood.MIN_MOVED
    z = (usual - mean) / hypot(error, of_usual)
    return is_far and z >= QUANTILE(1 - mood.SLOWLY_CHANCE / 2)


def _mean_and_error(items: Items) -> tuple[float, float]:
    """Return the mean that varies least, and its true standard error."""
    sizes, sums = _by_thread(items)
    weights = sizes / (1 + CORRELATION * (sizes - 1))
    whole = float(weights.sum())
    return float((weights * sums / sizes).sum()) / whole, SPREAD / sqrt(whole)


def tells_negative_share(items: Items, place: int, above: float) -> bool:
    """Return whether an honest test tells that the negative share of 24 hours is above a bound."""
    kept = items.but((items.hours > place - DAY) & (items.hours <= place))
    number = kept.hours.size
    if number < FEW:
        return False
    sizes, _ = _by_thread(kept)
    effect = 1 + CORRELATION * (float((sizes**2).sum()) / number - 1)
    share = float((kept.compounds <= -0.05).mean())
    error = sqrt(share * (1 - share) * effect / number)
    return share - QUANTILE(0.5 + negative_share.CONFIDENCE / 2) * error > above


def _by_thread(items: Items) -> tuple[Floats, Floats]:
    names, sizes = np.unique(items.threads, return_counts=True)
    places = np.searchsorted(names, items.threads)
    return sizes.astype(np.float64), np.bincount(places, weights=items.compounds).astype(np.float64)


@dataclass(frozen=True)
class Delay:
    """The hours from a change's beginning to when an honest test tells, and an alert opens.

    Each is infinite where that doesn't happen in the days that are looked at.
    """

    honest: float
    alert: float

    @property
    def behind(self) -> float:
        """Return how many hours an alert opens after an honest test tells; 0 if no test tells."""
        return 0.0 if self.honest == inf else self.alert - self.honest


def delay_of(
    evidence: Evidence,
    rules: Sequence[tuple[ConditionType, Mapping[str, object]]],
    tells: Callable[[int], bool],
    *,
    onset: int = ONSET,
    hours: int = 96,
) -> Delay:
    """Return the delays of a change that begins at an hour, with a day before it for the rules."""
    looked_at = HOURS[onset - DAY : onset + hours]
    after = [
        HOURS.index(hour)
        for kind, more in rules
        for hour in opened(kind, evidence, looked_at, **more)
    ]
    alert = min((place - onset for place in after if place >= onset), default=inf)
    honest = next((n for n in range(hours) if tells(onset + n)), inf)
    return Delay(honest, alert)


def outage(rng: Rng, scope: Scope) -> Delay:
    """Return the delay of an outage: six hours of five times as many items, which are angry."""
    usual = scope.items(rng)
    angry = replace(scope, tail=2.2).burst(rng, range(ONSET, ONSET + 6), scope.daily / 24 * 5, -0.5)
    items = usual.and_(angry)
    evidence = evidence_of(items, OTHERS.items(rng))
    return delay_of(
        evidence,
        [("volume", {"direction": "up"}), ("negative_share", {"above": 0.5})],
        lambda place: tells_volume(items, scope, place) or tells_negative_share(items, place, 0.5),
    )


def release(rng: Rng, scope: Scope) -> Delay:
    """Return the delay of a release: a day of twice as many items more, in the same mood."""
    usual = scope.items(rng)
    more = replace(scope, tail=2.2).burst(rng, range(ONSET, ONSET + DAY), scope.daily / 24 * 2)
    items = usual.and_(more)
    evidence = evidence_of(items, OTHERS.items(rng))
    return delay_of(
        evidence,
        [("volume", {"direction": "up"})],
        lambda place: tells_volume(items, scope, place),
    )


def price(rng: Rng, scope: Scope) -> Delay:
    """Return the delay of anger about a price: five days of a mood that is lower by 0.4."""
    moods = np.full(NUMBER, MOOD)
    moods[ONSET : ONSET + 5 * DAY] -= 0.4
    items = scope.items(rng, moods)
    evidence = evidence_of(items, OTHERS.items(rng))
    rules: list[tuple[ConditionType, Mapping[str, object]]] = [("mood", {"direction": "worse"})]
    return delay_of(evidence, rules, lambda place: tells_mood(items, place), hours=5 * DAY)


def drift(rng: Rng, scope: Scope, fall: float = 0.25) -> Delay:
    """Return the delays of a drift over two weeks, from its end on: negative before it."""
    end = NUMBER - 2 * DAY
    moods = np.full(NUMBER, MOOD)
    moods[end - 14 * DAY : end] -= np.linspace(0, fall, 14 * DAY)
    moods[end:] -= fall
    items = scope.items(rng, moods)
    evidence = evidence_of(items, OTHERS.items(rng))
    first = end - 15 * DAY
    found = opened("mood", evidence, HOURS[first:], direction="worse")
    alert = min((HOURS.index(hour) + 1 - end for hour in found), default=inf)
    ends = range(first, NUMBER + 1, DAY)
    honest = next((each - end for each in ends if tells_drift(items, each)), inf)
    return Delay(honest, alert)


def viral(rng: Rng, scope: Scope) -> Evidence:
    """Return a history in which one angry thread has twice a day's items within 12 hours."""
    size = int(2 * scope.daily)
    hours = ONSET + np.minimum(11, rng.exponential(4, size).astype(np.int64))
    compounds = np.clip(rng.normal(-0.6, 0.3, size), -1, 1)
    thread = Items(hours, np.zeros(size, dtype=np.int64), np.round(compounds, 4))
    return evidence_of(scope.items(rng).and_(thread), OTHERS.items(rng))


def copies(rng: Rng, scope: Scope, number: int = 300) -> Evidence:
    """Return a history in which one account posts a text many times: they count as one thread."""
    hours = ONSET + rng.integers(0, 12, number)
    same = Items(hours, np.zeros(number, dtype=np.int64), np.full(number, -0.8))
    return evidence_of(scope.items(rng).and_(same), OTHERS.items(rng))


def halved(rng: Rng, scope: Scope) -> Evidence:
    """Return a history in which half of everything is lost for three days."""
    own = _halved(rng, scope.items(rng))
    return evidence_of(own, _halved(rng, OTHERS.items(rng)))


def _halved(rng: Rng, items: Items) -> Items:
    is_lost = (items.hours >= ONSET) & (items.hours < ONSET + 3 * DAY)
    return items.but(~is_lost | (rng.random(items.hours.size) < 0.5))


def spreading(rng: Rng, scope: Scope, days: int = DAYS) -> int:
    """Return how many items a rule about a mention finds in the last days, without anything odd.

    Scores have a heavy tail, that of posts a heavier one, and grow for some hours.
    """
    items = scope.items(rng)
    order = np.argsort(items.hours, kind="stable")
    hours, threads = items.hours[order], items.threads[order]
    is_post = np.zeros(len(hours), dtype=bool)
    is_post[np.unique(threads, return_index=True)[1]] = True
    logs = np.where(is_post, rng.normal(2.5, 1.9, len(hours)), rng.normal(0.7, 1.0, len(hours)))
    scores = np.floor(np.exp(logs))
    found: set[int] = set()
    for place in range(NUMBER - days * DAY, NUMBER):
        midnight = place - place % DAY
        first, end = np.searchsorted(hours, [midnight - 29 * DAY, midnight - DAY])
        sample = sorted(int(each) for each in spread(scores[first:end].tolist(), 300))
        since, until = np.searchsorted(hours, [place - DAY + 1, place + 1])
        grown = scores[since:until] * -np.expm1(-(place + 1 - hours[since:until]) / SCORE_HOURS)
        bound = mention.bound_of(sample, int(until - since))
        found.update((since + np.flatnonzero(grown > bound)).tolist())
    return len(found)
