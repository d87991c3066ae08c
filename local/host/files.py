"""The files that a host keeps beside its database."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HostFiles:
    """Paths of the files for queues, timers, the worker's status and keys.

    Queues and timers belong to one database. If a folder holds several databases, the host of each
    has its own prefix.
    """

    folder: Path
    prefix: str = ""

    @property
    def queues(self) -> Path:
        """Return the path of the queues."""
        return self.folder / f"{self.prefix}queues.db"

    @property
    def timers(self) -> Path:
        """Return the path of the timers' last ticks."""
        return self.folder / f"{self.prefix}timers.json"

    @property
    def worker(self) -> Path:
        """Return the path of the worker's status."""
        return self.folder / f"{self.prefix}worker.json"

    @property
    def keys(self) -> Path:
        """Return the path of the keys, which all hosts of a folder share."""
        return self.folder / "keys.json"
