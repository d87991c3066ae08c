"""A priced store that also tells the price, and the largest size ever, by kind of document."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from bench.priced_store import PricedStore
from shared.models import ALL
from shared.store import Container, Store

OF_ALL: Final = "statistics of all"


class FleetStore(PricedStore):
    """Prices operations by kind: a container's name, or what documents of `cycles` say."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.units: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()
        self.largest: dict[str, int] = {}
        self.hours_of_all: set[str] = set()
        """The hours of `all` that were written, since somebody cleared it."""
        self._kind: str | None = None

    def _point_read(self, container: Container[Any], found: Mapping[str, Any] | None) -> None:
        self._kind = _kind_of(container, found) if found else None
        super()._point_read(container, found)

    def _write(self, container: Container[Any], document: Mapping[str, Any]) -> None:
        self._kind = kind = _kind_of(container, document)
        super()._write(container, document)
        if kind == OF_ALL and "T" in str(document["id"]):
            self.hours_of_all.add(str(document["id"]).partition("~")[0])
        place = (container.name, str(document[container.partition_key]), str(document["id"]))
        self.largest[kind] = max(self.largest.get(kind, 0), self._kept[place].size)

    def _note(self, kind: str, container: str, sizes: Any, price: float) -> None:
        name = self._kind or container
        self.units[name] += price  # type: ignore[assignment]
        self.operations[name] += 1
        self._kind = None
        super()._note(kind, container, sizes, price)


def _kind_of(container: Container[Any], document: Mapping[str, Any]) -> str:
    if container.name == "cycles":
        return str(document.get("kind", container.name))
    if container.name == "stats":
        scope = str(document[container.partition_key])
        return (
            OF_ALL
            if scope.split("/", maxsplit=1)[0] in {ALL, f"{ALL}:"}
            else "statistics of communities"
        )
    return container.name
