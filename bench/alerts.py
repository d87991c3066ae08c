"""Simulates alert rules over histories: `python -m bench.alerts`.

Prints the tables of docs/alert_conditions.md in Markdown: false alerts of ten rules in 30 days in
which nothing changes, and the delays of changes that are planted (tests/shared/alerts/simulated.py
says how). It takes about fifteen minutes on two cores. Seeds are fixed.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from multiprocessing import Pool
from statistics import median

import numpy as np

from tests.shared.alerts.histories import HOURS, Scope
from tests.shared.alerts.simulated import (
    DAY,
    LARGE,
    MIDDLE,
    ONSET,
    Delay,
    World,
    copies,
    drift,
    halved,
    opened,
    outage,
    price,
    release,
    spreading,
    viral,
)

WORLDS = 100
TRIALS = 40
TAILS = (1.3, 1.6, 2.2)
SEED = 3001
WEEKLY = 200
DRIFTING = (
    ("threads of up to 5", Scope(WEEKLY / 7, 0.0, 5), 0.25),
    ("a tail of 2.2 up to 200", Scope(WEEKLY / 7, 2.2), 0.25),
    ("a tail of 1.6 up to 200", Scope(WEEKLY / 7, 1.6), 0.25),
    ("a tail of 1.6 up to 200", Scope(WEEKLY / 7, 1.6), 0.4),
)
"""Scopes by the sizes of their threads, and how far their mood falls."""
DRIFTS = 5
"""A trial has this number of drifts of each scope, which take little time."""
CHANGES: dict[str, Callable[[np.random.Generator, Scope], Delay]] = {
    "outage": outage,
    "release": release,
    "price": price,
}
MENTIONED = (Scope(30), MIDDLE, LARGE, Scope(2000))
SILENT = {"viral": viral, "copies": copies, "halved": halved}


@dataclass(frozen=True)
class Task:
    """One trial: its kind, the scope, and the number that makes its seed."""

    kind: str
    scope: Scope
    number: int
    fall: float = 0.0

    @property
    def rng(self) -> np.random.Generator:
        """Return the source of chance of the trial."""
        return np.random.default_rng([SEED, self.number])


def false_alerts(task: Task) -> dict[str, int]:
    """Return the false alerts of a world by the type of the rule."""
    return World.of(task.rng, task.scope.tail, task.scope.shift).false_alerts()


def delay(task: Task) -> Delay:
    """Return the delay of a change that is planted."""
    return CHANGES[task.kind](task.rng, task.scope)


def drifted(task: Task) -> Delay:
    """Return the delay of a drift, from its end on."""
    return drift(task.rng, task.scope, task.fall)


def mentions(task: Task) -> int:
    """Return the items of a month that a rule about a mention finds."""
    return spreading(task.rng, task.scope)


def silent(task: Task) -> dict[str, int]:
    """Return the alerts of a history in which no mood changes, by the type of the rule."""
    evidence = SILENT[task.kind](task.rng, task.scope)
    hours = HOURS[ONSET - DAY : ONSET + 4 * DAY]
    return {
        "mood": len(opened("mood", evidence, hours, direction="any")),
        "volume": len(opened("volume", evidence, hours, direction="any")),
        "negative_share": len(opened("negative_share", evidence, hours, above=0.5)),
    }


def _name(scope: Scope) -> str:
    return f"{scope.daily:.0f} items a day, tail {scope.tail}"


def worlds_row(name: str, found: Sequence[dict[str, int]]) -> str:
    """Return the row of some worlds: their false alerts, by type, and of the worst of them."""
    by_type = Counter[str]()
    for each in found:
        by_type.update(each)
    totals = [sum(each.values()) for each in found]
    within = sum(total <= 1 for total in totals)
    kinds = " | ".join(f"{by_type[k] / len(found):.2f}" for k in found[0])
    mean = sum(totals) / len(found)
    return f"| {name} | {len(found)} | {kinds} | {mean:.2f} | {within} | {max(totals)} |"


def delays_row(name: str, scope: Scope, found: Sequence[Delay]) -> str:
    """Return the row of some changes: when a test tells, and how much later alerts open."""
    detected = [each for each in found if each.honest < inf]
    behind = sorted(each.behind for each in detected)
    shares = [f"{sum(each <= hours for each in behind)} of {len(behind)}" for hours in (1, 3, DAY)]
    honest = median(each.honest for each in detected) if detected else inf
    late = behind[len(behind) // 2] if behind else inf
    return (
        f"| {name} | {_name(scope)} | {len(detected)} of {len(found)} | {honest:.0f} h |"
        f" {late:.0f} h | {' | '.join(shares)} |"
    )


def drift_row(name: str, fall: float, found: Sequence[Delay]) -> str:
    """Return the row of drifts: those that alerts and the honest test tell within two days."""
    before = sum(each.alert <= 0 for each in found)
    within = sum(each.alert <= 2 * DAY for each in found)
    detected = [each for each in found if each.honest <= 2 * DAY]
    both = sum(each.alert <= 2 * DAY for each in detected)
    of_all = len(found)
    return (
        f"| {name} | {fall} | {len(detected)} of {of_all} | {both} of {len(detected)} |"
        f" {within} of {of_all} | {before} of {of_all} |"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--trials", type=int, default=TRIALS)
    given = parser.parse_args(arguments)
    print(f"{datetime.now(UTC).date()}, {given.worlds} worlds, {given.trials} trials\n")
    with Pool() as pool:
        print(
            "| threads | worlds | mood | volume | negative share | share of voice | all |", end=""
        )
        print(" at most one | most |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        every: list[dict[str, int]] = []
        for tail in TAILS:
            numbers = range(int(tail * 1000), int(tail * 1000) + given.worlds // len(TAILS) + 1)
            found = pool.map(false_alerts, [Task("", Scope(1, tail), n) for n in numbers])
            print(worlds_row(f"tail {tail}", found), flush=True)
            every += found
        print(worlds_row("all", every), flush=True)
        shifted = [Task("", Scope(1, 1.6, shift=1), n) for n in range(max(1, given.worlds // 5))]
        print(worlds_row("the clock changes", pool.map(false_alerts, shifted)), flush=True)
        print("\n| change | scope | detected | by a test after | alert behind | 1 h | 3 h | 24 h |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for kind in CHANGES:
            for scope in (MIDDLE, LARGE, Scope(200, 2.2), Scope(600, 2.2)):
                tasks = [Task(kind, scope, number) for number in range(given.trials)]
                print(delays_row(kind, scope, pool.map(delay, tasks)), flush=True)
        print("\n| threads of 200 items a week | fall | by a test | alerts of those |", end="")
        print(" all alerts | before the end |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, scope, fall in DRIFTING:
            drifts = range(DRIFTS * given.trials)
            tasks = [Task("drift", scope, number, fall) for number in drifts]
            print(drift_row(name, fall, pool.map(drifted, tasks)), flush=True)
        print("\n| no change of mood | scope | trials | mood | volume | negative share |")
        print("| --- | --- | --- | --- | --- | --- |")
        for kind in SILENT:
            for scope in (MIDDLE, Scope(600, 2.2)):
                tasks = [Task(kind, scope, number) for number in range(given.trials)]
                quiet = pool.map(silent, tasks)
                counts = " | ".join(str(sum(each[k] for each in quiet)) for k in quiet[0])
                print(f"| {kind} | {_name(scope)} | {len(quiet)} | {counts} |", flush=True)
        print("\n| mentions | months | items found a month | most |")
        print("| --- | --- | --- | --- |")
        for scope in MENTIONED:
            months = pool.map(mentions, [Task("", scope, n) for n in range(given.trials)])
            mean = sum(months) / len(months)
            print(f"| {_name(scope)} | {len(months)} | {mean:.1f} | {max(months)} |", flush=True)


if __name__ == "__main__":
    main()
