"""The manifest of an export: lines of JSON, appended as files become complete.

The first line is the header, the last one the end, and each line between them is a file. A line
that was cut off by a kill is dropped.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.exporting.documents import IN_ORDER, Place
from shared.errors import UndertoneError
from shared.models import Origin
from shared.store.schema import SCHEMA

MANIFEST = "manifest.ndjson"
FORMAT: Literal[1] = 1
NAME = r"^[a-z_]+/\d{6}\.ndjson\.gz$"
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class ExportError(UndertoneError):
    """An export that can't be written, continued or read; the message says what to do."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Header(_Line):
    """The database that an export is of.

    database is a digest of the database's address, so that no other one continues the export, and
    writers one of the state of its writers: None while one writes, or has left work open. Times
    are ISO.
    """

    format: Literal[1] = FORMAT
    schema_version: Annotated[int, Field(alias="schema")] = SCHEMA
    origin: Origin | None
    database: Digest
    writers: Digest | None
    started_at: str


class ExportedFile(_Line):
    """A file of an export: lines of documents, in the order of their container.

    size, in bytes, and sha256 are those of the lines, before gzip. last is the place of the last
    document.
    """

    name: Annotated[str, Field(pattern=NAME)]
    documents: Count
    size: Count
    sha256: Digest
    last: tuple[str, str]

    @property
    def container(self) -> str:
        """Return the name of the container."""
        return self.name.partition("/")[0]

    @property
    def place(self) -> Place:
        """Return the place of the last document."""
        return Place(*self.last)


class End(_Line):
    """The end of an export: its sums, and whether no writer wrote while it was made."""

    ended_at: str
    files: Count
    documents: Count
    is_consistent: bool


@dataclass(frozen=True)
class Manifest:
    """A manifest as far as it was written; end None means that the export isn't complete."""

    header: Header
    files: tuple[ExportedFile, ...]
    end: End | None
    size: int
    """Bytes of its whole lines."""
    digest: str
    """SHA-256 of its whole lines."""


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a folder; None if it has none. Raises ExportError and OSError."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    whole = path.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    lines = whole.splitlines()
    if not lines:
        return None
    _check_format(folder, lines[0])
    try:
        end = End.model_validate_json(lines[-1]) if b'"ended_at"' in lines[-1] else None
        of_files = lines[1:-1] if end else lines[1:]
        files = tuple(map(ExportedFile.model_validate_json, of_files))
        header = Header.model_validate_json(lines[0])
    except ValidationError as error:
        raise ExportError(f"{path} isn't the manifest of an export: it is damaged") from error
    known = {each.name for each in IN_ORDER}
    if unknown := {each.container for each in files} - known:
        raise ExportError(f"{folder} has containers of another version: {', '.join(unknown)}")
    if end and (end.files, end.documents) != (len(files), sum(each.documents for each in files)):
        raise ExportError(f"{path} lacks lines: it is damaged")
    return Manifest(header, files, end, len(whole), hashlib.sha256(whole).hexdigest())


def append(folder: Path, line: Header | ExportedFile | End) -> None:
    """Append a line to the manifest, and wait until it is on the disk. Raises OSError."""
    with (folder / MANIFEST).open("ab") as file:
        file.write(line.model_dump_json(by_alias=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def cut(folder: Path, size: int) -> None:
    """Drop what follows the whole lines of a manifest. Raises OSError."""
    os.truncate(folder / MANIFEST, size)


def _check_format(folder: Path, first: bytes) -> None:
    """Raise ExportError for another format or other stored shapes, before all else is read."""
    found = re.match(rb'{"format":(\d+),"schema":(\d+),', first)
    if found is None:
        raise ExportError(f"{folder / MANIFEST} isn't the manifest of an export: it is damaged")
    written, schema = map(int, found.groups())
    if (written, schema) != (FORMAT, SCHEMA):
        age = "an earlier" if (written, schema) < (FORMAT, SCHEMA) else "a later"
        raise ExportError(
            f"{folder} was exported by {age} version of Undertone (shape {schema}, this one reads"
            f" {SCHEMA}): import it with that version, then install this one"
        )
