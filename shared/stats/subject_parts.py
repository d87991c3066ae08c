"""The parts of a subject's mentions over many hours: what each via and each community counts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from shared.models import Cell, DayStats, Via
from shared.stats.cells import FIRST_METHOD, add, methods_of
from shared.stats.months import add_packed, packed_items
from shared.stats.subjects import part_of


@dataclass(frozen=True)
class PartCells:
    """The cell of each via in each community, over all hours of a window."""

    cells: dict[tuple[Via, str], Cell]

    @property
    def communities(self) -> list[str]:
        """List the communities that count."""
        return sorted({community for _, community in self.cells})

    def of(self, *, via: Via | None = None, community: str | None = None) -> Cell:
        """Return the cell of one via, or of one community, or of both."""
        return add(
            cell
            for (own_via, name), cell in self.cells.items()
            if via in (None, own_via) and community in (None, name)
        )


def add_up_parts(days: Iterable[DayStats], hours: Collection[str]) -> PartCells:
    """Return what the parts of days count in these hours, YYYY-MM-DDTHH. The days have parts.

    Packed cells are added up as they are: three months of forty parts are 90,000.
    """
    packed: dict[str, list[Sequence[float]]] = defaultdict(list)
    methods: dict[str, Counter[str]] = defaultdict(Counter)
    for day in days:
        scorers = {
            hour: [name for name in methods_of(cell) if name != FIRST_METHOD]
            for hour, cell in day["hours"].items()
            if f"{day['id']}T{hour}" in hours
        }
        known = day.get("part_methods", {})
        for part, cells in day.get("parts", {}).items():
            counted, known_hours = methods[part], known.get(part, {})
            for hour, numbers in cells.items():
                if hour not in scorers:
                    continue
                packed[part].append(numbers)
                if hour in known_hours:
                    counted.update(known_hours[hour])
                    continue
                for name in scorers[hour]:
                    counted[name] += packed_items(numbers)
    return PartCells(
        {part_of(part): add_packed(cells, methods[part]) for part, cells in packed.items()}
    )
