"""The files that a host keeps beside its database."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HostFiles:
    """Where queues, timers and keys are kept.

    Queues and timers belong to one database: hosts of several in one folder have a prefix each.
    """

    folder: Path
    prefix: str = ""

    @property
    def queues(self) -> Path:
        """The queues' file."""
        return self.folder / f"{self.prefix}queues.db"

    @property
    def timers(self) -> Path:
        """The file of the timers' last ticks."""
        return self.folder / f"{self.prefix}timers.json"

    @property
    def worker(self) -> Path:
        """The file in which the worker says how it is."""
        return self.folder / f"{self.prefix}worker.json"

    @property
    def keys(self) -> Path:
        """The keys' file: a folder's hosts share them."""
        return self.folder / "keys.json"
