"""The files of an export: gzipped lines of documents, written whole or not at all."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from local.exporting.documents import Place
from local.exporting.manifest import ExportedFile, ExportError

MAX_DOCUMENTS = 10_000
MAX_BYTES = 32 * 1024 * 1024
# Six times the longest document that Cosmos DB takes: JSON in ASCII escapes what isn't.
MAX_LINE_BYTES = 12 * 1024 * 1024
PART = ".part"


@dataclass
class Sum:
    """The count, length and digest of lines."""

    documents: int = 0
    size: int = 0
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, line: bytes) -> None:
        """Count a line."""
        self.documents += 1
        self.size += len(line)
        self.hash.update(line)

    def equals(self, file: ExportedFile) -> bool:
        """Return whether these are the lines of a file."""
        digest = self.hash.hexdigest()
        return (self.documents, self.size, digest) == (file.documents, file.size, file.sha256)


class FileWriter:
    """Writes one file under another name, which it loses once all lines are on the disk."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / name
        self._name = name
        self._sum = Sum()
        self._path.parent.mkdir(exist_ok=True)
        self._part = self._path.with_name(self._path.name + PART)
        self._raw: BinaryIO = self._part.open("wb")
        # Without a time of its own, equal lines make equal files.
        self._gzip = gzip.GzipFile("", "wb", compresslevel=6, fileobj=self._raw, mtime=0)

    def close(self) -> None:
        """Close the file, complete or not."""
        self._raw.close()

    @property
    def is_full(self) -> bool:
        """Return whether the file is large enough."""
        return self._sum.documents >= MAX_DOCUMENTS or self._sum.size >= MAX_BYTES

    def write(self, line: bytes) -> None:
        """Write a line. Raises OSError."""
        self._gzip.write(line)
        self._sum.add(line)

    def finish(self, last: Place) -> ExportedFile:
        """Complete the file, and return its line of the manifest. Raises OSError."""
        self._gzip.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._part.replace(self._path)
        return ExportedFile(
            name=self._name,
            documents=self._sum.documents,
            size=self._sum.size,
            sha256=self._sum.hash.hexdigest(),
            last=(last.partition, last.key),
        )


def lines_of(folder: Path, file: ExportedFile) -> Iterator[bytes]:
    """Return the lines of a file one by one.

    Raises ExportError, at the end, if they aren't as the manifest says, and OSError.
    """
    found = Sum()
    damaged = ExportError(
        f"{folder / file.name} isn't as it was exported: it is damaged, so take another export"
    )
    try:
        with gzip.open(folder / file.name, "rb") as lines:
            while line := lines.readline(MAX_LINE_BYTES):
                found.add(line)
                yield line
    except (EOFError, gzip.BadGzipFile, zlib.error, FileNotFoundError) as error:
        raise damaged from error
    if not found.equals(file):
        raise damaged


def verify(folder: Path, files: Iterable[ExportedFile]) -> None:
    """Count the documents of the files again, and their digests. Raises ExportError and OSError."""
    for file in files:
        for _ in lines_of(folder, file):
            pass
