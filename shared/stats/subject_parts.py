"""The parts of a subject's mentions over many hours: what each via and each community counts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import TypeVar

from shared.models import Cell, DayStats, Via
from shared.stats.cells import FIRST_METHOD, add, methods_of
from shared.stats.months import add_packed, packed_items
from shared.stats.subjects import part_of
from shared.stats.table_rows import REST

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class PartCells:
    """The cell of each via in each community, over all hours of a window."""

    cells: dict[tuple[Via, str], Cell]

    @property
    def communities(self) -> list[str]:
        """List the communities that count by name."""
        return sorted({community for _, community in self.cells} - {REST})

    def of(self, *, via: Via | None = None, community: str | None = None) -> Cell:
        """Return the cell of one via, or of one community, or of both."""
        return add(
            cell
            for (own_via, name), cell in self.cells.items()
            if via in (None, own_via) and community in (None, name)
        )


def add_up_parts(days: Iterable[DayStats], hours: Collection[str]) -> PartCells:
    """Return what the parts of days count in these hours, YYYY-MM-DDTHH. The days have parts."""
    found = add_up_steps(days, dict.fromkeys(hours, ""), lambda via, community: (via, community))
    return PartCells({key: cells[""] for key, cells in found.items()})


def add_up_steps(
    days: Iterable[DayStats],
    steps: Mapping[str, str],
    key_of: Callable[[Via, str], Key | None],
) -> dict[Key, dict[str, Cell]]:
    """Return what the parts of days count in each step, by what key_of makes of via and community.

    steps are by the hours that count, YYYY-MM-DDTHH. Parts whose key is None don't count. Packed
    cells are added up as they are: three months of forty parts are 90,000.
    """
    key_of_part = cache(lambda part: key_of(*part_of(part)))
    found: dict[Key, dict[str, _Packed]] = defaultdict(lambda: defaultdict(_Packed))
    for day in days:
        hours = {
            hour: (steps[start], tuple(methods_of(cell)))
            for hour, cell in day["hours"].items()
            if (start := f"{day['id']}T{hour}") in steps
        }
        known, kinds = day.get("part_methods", {}), day.get("part_kinds", {})
        for part, cells in day.get("parts", {}).items():
            if (key := key_of_part(part)) is None:
                continue
            own, methods, talk = found[key], known.get(part, {}), kinds.get(part, {})
            for hour, numbers in cells.items():
                if hour not in hours:
                    continue
                step, scorers = hours[hour]
                if hour in methods:
                    own[step].methods.update(methods[hour])
                    scorers = ()
                own[step].cells[scorers].append(numbers)
                if hour in talk:
                    own[step].kinds.append(talk[hour])
    return {
        key: {step: packed.added() for step, packed in own.items()}
        for key, own in found.items()
        if own
    }


@dataclass(frozen=True)
class _Packed:
    """The packed cells of a step, by what scored their items; methods are those of ()."""

    cells: dict[tuple[str, ...], list[Sequence[float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    methods: Counter[str] = field(default_factory=Counter)
    kinds: list[str] = field(default_factory=list)

    def added(self) -> Cell:
        """Return the cells together."""
        methods = self.methods.copy()
        for scorers, cells in self.cells.items():
            items = sum(map(packed_items, cells)) if scorers else 0
            methods.update(dict.fromkeys(scorers, items))
        if not methods[FIRST_METHOD] or len(methods) == 1:
            methods.pop(FIRST_METHOD, None)
        return add_packed(
            list(chain.from_iterable(self.cells.values())),
            {name: methods[name] for name in sorted(methods)},
            self.kinds,
        )
