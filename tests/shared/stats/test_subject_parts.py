"""What each via and each community of a subject counts over many hours."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as s

from shared.models import Cell, DayStats, Via
from shared.stats.cells import FIRST_METHOD, add, cells_by_hour, totals
from shared.stats.subject_parts import add_up_parts, add_up_steps
from shared.stats.subjects import VIAS, PartFields, is_mixed, part_days, part_name, put_part
from shared.times import DAY_CHARS, HOUR_CHARS

NAMES = ("Cursor", "aws")
DAYS = ("2026-11-24", "2026-11-25")
HOURS = ("00", "13")


@s.composite
def labelled(draw: s.DrawFn) -> dict[str, Any]:
    counts = [draw(s.integers(0, 3)) for _ in range(3)]
    part: dict[str, Any] = dict(zip(("positive", "negative", "neutral"), counts, strict=True))
    part["compound_sum"] = draw(s.integers(-30_000, 30_000)) / 10_000 if any(counts) else 0.0
    if draw(s.booleans()):
        part["compound_squares"] = draw(s.integers(0, 30_000)) / 10_000 if any(counts) else 0.0
    return part


@s.composite
def cell(draw: s.DrawFn) -> Cell:
    part = draw(labelled())
    items = part["positive"] + part["negative"] + part["neutral"]
    posts = draw(s.integers(0, items))
    found: Any = {**part, "posts": posts, "comments": items - posts}
    if items and draw(s.booleans()):
        found["copies"] = draw(s.integers(1, items))
    if items:
        found["methods"] = {draw(s.sampled_from((FIRST_METHOD, "linear 1", "vader 3"))): items}
    if draw(s.booleans()):
        found["other_language"] = draw(labelled())
    if items and draw(s.booleans()):
        found["kinds"] = f"p {draw(s.integers(1, items))} {draw(s.integers(-9, 9))}"
    return found


@s.composite
def stored_day(draw: s.DrawFn, day: str) -> DayStats:
    parts: Any = {}
    methods: Any = {}
    kinds: Any = {}
    hours: dict[str, Cell] = {}
    for hour in HOURS:
        cells = {
            part_name(via, name): draw(cell())
            for via in VIAS
            for name in NAMES
            if draw(s.booleans())
        }
        if cells:
            hours[hour] = add(cells.values())
        for part, each in cells.items():
            put_part(
                PartFields(parts, methods, kinds), part, hour, each, is_mixed=is_mixed(hours[hour])
            )
    return {
        "id": day,
        "scope": "subject:s",
        "hours": hours,
        "parts": parts,
        "part_methods": methods,
        "part_kinds": kinds,
    }


@settings(deadline=None)
@given(s.tuples(*(stored_day(day) for day in DAYS)), s.booleans())
def test_a_part_over_many_hours_counts_what_its_hours_count(
    days: tuple[DayStats, ...], is_whole: bool
) -> None:
    window = [f"{day}T{hour}" for day in DAYS for hour in HOURS][0 if is_whole else 1 :]
    found = add_up_parts(days, frozenset(window))
    for via in (None, *VIAS):
        for community in (None, *NAMES):
            own = cells_by_hour(part_days(days, via=via, community=community))
            by_hour = [own[hour] for hour in window if hour in own]
            for languages in ("count", "leave_out"):
                both = totals([found.of(via=via, community=community)], languages)
                assert both == totals(by_hour, languages)
            assert kinds_in([found.of(via=via, community=community)]) == kinds_in(by_hour)


@pytest.mark.parametrize("step_chars", [HOUR_CHARS, DAY_CHARS], ids=["hour", "day"])
@settings(deadline=None)
@given(
    days=s.tuples(*(stored_day(day) for day in DAYS)),
    hours_before=s.integers(0, 2),
    via=s.none() | s.sampled_from(VIAS),
    name=s.none() | s.sampled_from(NAMES),
)
def test_a_part_in_each_step_counts_what_the_hours_of_the_step_count(
    step_chars: int, days: tuple[DayStats, ...], hours_before: int, via: Via | None, name: str
) -> None:
    window = [f"{day}T{hour}" for day in DAYS for hour in HOURS][hours_before:]
    steps = {hour: hour[:step_chars] for hour in window}
    by_name = add_up_steps(days, steps, lambda v, c: c if via in (None, v) else None)
    by_via = add_up_steps(days, steps, lambda v, c: v if name in (None, c) else None)
    for community in NAMES:
        own = part_days(days, via=via, community=community)
        check_steps(by_name.get(community, {}), own, steps)
    for each in VIAS:
        own = part_days(days, via=each, community=name)
        check_steps(by_via.get(each, {}), own, steps)


def kinds_in(cells: Iterable[Cell]) -> str | None:
    return add(cells).get("kinds")


def check_steps(
    found: Mapping[str, Cell], days: Iterable[DayStats], steps: Mapping[str, str]
) -> None:
    by_hour = cells_by_hour(days)
    assert found.keys() <= set(steps.values())
    for step in set(steps.values()):
        cells = [by_hour[hour] for hour in by_hour if steps.get(hour) == step]
        own = [found[step]] if step in found else []
        assert kinds_in(own) == kinds_in(cells)
        for languages in ("count", "leave_out"):
            assert totals(own, languages) == totals(cells, languages)


def test_without_mentions_nothing_counts() -> None:
    found = add_up_parts([], frozenset())
    assert found.communities == []
    assert totals([found.of(community="aws")], "count")["total"] == 0
