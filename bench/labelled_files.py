"""Finds the files of labelled text in a folder by their names, and reads them.

docs/sentiment.md tells their names and columns.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.labelled import (
    LABELS,
    WHERE_TO_GET_IT,
    Tweet,
    existing,
    read_comments,
    read_tweets,
    refuse,
    with_one_label,
)
from shared.communities import SourceName
from shared.text.places import place_of


@dataclass(frozen=True)
class Labelled:
    """A text, or the thing that it names at a place, and its label's place in LABELS.

    source is what the file calls it; None if it doesn't.
    """

    text: str
    label: int
    source: str | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class LabelledFile:
    """The labels of a file: all of texts, or all of targets."""

    name: str
    items: Sequence[Labelled]
    of: Literal["text", "target"]
    read_as: SourceName | None = None
    """The source by whose form the texts are read; None if each item's own source tells."""


@dataclass(frozen=True)
class RatedFile:
    """Texts with ratings by people, of which only the order and the distance count."""

    name: str
    items: Sequence[Tweet]


Read = LabelledFile | RatedFile
# The name of an export of corrections among files.
CORRECTIONS = "corrections"


class _Row(BaseModel):
    model_config = ConfigDict(strict=True)

    text: str

    @classmethod
    def required(cls) -> set[str]:
        fields = cls.model_fields.items()
        return {field.alias or name for name, field in fields if field.is_required()}


class _TextRow(_Row):
    label: Literal["negative", "neutral", "positive"]
    source: str | None = None

    def labelled(self) -> Labelled:
        return Labelled(self.text, LABELS.index(self.label), self.source)


class _TargetRow(_TextRow):
    target: str
    start: int = Field(alias="from", ge=0)
    end: int = Field(alias="to")

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if not self.target or self.text[self.start : self.end] != self.target:
            raise ValueError("the target doesn't stand in the text from `from` to `to`")
        return self

    def labelled(self) -> Labelled:
        place = self.start, self.end
        return Labelled(self.text, LABELS.index(self.label), self.source, place)


class _ComparisonRow(_Row):
    a: str = Field(min_length=1)
    b: str = Field(min_length=1)
    label: Literal["better", "worse", "none"]
    domain: str | None = None

    @model_validator(mode="after")
    def _are_there(self) -> Self:
        for one, other in ((self.a, self.b), (self.b, self.a)):
            if place_of(self.text, one, [other]) is None:
                raise ValueError(f"{one} doesn't stand in the text as a word of its own")
        return self

    def labelled(self) -> Iterator[Labelled]:
        if self.label == "none":
            return
        preferred, other = (self.a, self.b) if self.label == "better" else (self.b, self.a)
        for name, than, label in ((preferred, other, "positive"), (other, preferred, "negative")):
            place = place_of(self.text, name, [than])
            yield Labelled(self.text, LABELS.index(label), self.domain, place)


R = TypeVar("R", bound=_Row)


class _OtherColumns(Exception):
    """The first row of a file hasn't the columns that its name promises."""


def read_folder(folder: Path, *, training: bool = True) -> Iterator[Read]:
    """Yield the labelled files of a folder by name, without those of training if it is false.

    Other files, and those without a row that counts, are skipped with a line on stderr. Exits if
    the folder is missing, or a row can't be read.
    """
    if not folder.is_dir():
        sys.exit(WHERE_TO_GET_IT.format(path=folder))
    for path in sorted(folder.iterdir()):
        if not path.is_file() or (not training and "_train." in path.name):
            continue
        reader = next(
            (read for form, read in READERS.items() if fnmatchcase(path.name, form)), None
        )
        if reader is None:
            _skip(path, f"only {', '.join(READERS)} are read")
            continue
        try:
            found = [file for file in reader(path) if file.items]
        except _OtherColumns as other:
            _skip(path, str(other))
            continue
        if not found:
            _skip(path, "it has no row that counts")
        yield from found


def read_labelled(path: Path) -> list[Labelled]:
    """Return the labels of a file whose rows are those of field_*.jsonl or of targets_*.jsonl.

    Exits if the file is missing, or with the line of a row that can't be read.
    """
    if not path.is_file():
        sys.exit(f"{path} isn't a file.")
    return list(_mixed(path, frozenset()))


def read_corrections(path: Path | None) -> Iterator[LabelledFile]:
    """Yield the texts and the targets of an export of corrections, if there are any.

    Exits as `read_labelled` does.
    """
    items = [] if path is None else read_labelled(path)
    texts = [item for item in items if item.place is None]
    targets = [item for item in items if item.place is not None]
    for of, found in (("text", texts), ("target", targets)):
        if found:
            yield LabelledFile(f"{CORRECTIONS}:{of}", found, "text" if of == "text" else "target")


def read_texts(path: Path) -> list[Labelled]:
    """Return the texts of a file of labels, without its targets.

    Exits if it is missing, or a row can't be read.
    """
    try:
        return [
            _row(path, number, row, _TextRow).labelled()
            for number, row in _objects(existing(path), _TextRow.required())
            if "target" not in row
        ]
    except _OtherColumns as other:
        sys.exit(f"{path}: {other}")


def _skip(path: Path, reason: str) -> None:
    print(f"{path}: skipped: {reason}", file=sys.stderr)


def _goemotions(path: Path) -> Iterator[Read]:
    _check_columns(path, 2)
    items = map(Labelled, *with_one_label(read_comments(path)))
    yield LabelledFile(path.name, list(items), "text", "reddit")


def _tweets(path: Path) -> Iterator[Read]:
    _check_columns(path, 3)
    yield RatedFile(path.name, read_tweets(path))


def _texts(path: Path) -> Iterator[Read]:
    yield LabelledFile(path.name, [row.labelled() for row in _rows(path, _TextRow)], "text")


def _targets(path: Path) -> Iterator[Read]:
    yield LabelledFile(path.name, [row.labelled() for row in _rows(path, _TargetRow)], "target")


def _comparisons(path: Path) -> Iterator[Read]:
    items = [item for row in _rows(path, _ComparisonRow) for item in row.labelled()]
    yield LabelledFile(path.name, items, "target")


def _own(path: Path) -> Iterator[Read]:
    items = list(_mixed(path, _TextRow.required()))
    texts = [item for item in items if item.place is None]
    targets = [item for item in items if item.place is not None]
    yield LabelledFile(f"{path.name}:text", texts, "text")
    yield LabelledFile(f"{path.name}:target", targets, "target")


def _mixed(path: Path, required: AbstractSet[str]) -> Iterator[Labelled]:
    for number, row in _objects(path, required):
        form = _TargetRow if row.keys() & {"target", "from", "to"} else _TextRow
        yield _row(path, number, row, form).labelled()


READERS: Mapping[str, Callable[[Path], Iterator[Read]]] = {
    "goemotions_*.tsv": _goemotions,
    "field_*.jsonl": _texts,
    "targets_*.jsonl": _targets,
    "comparisons_*.jsonl": _comparisons,
    "own_*.jsonl": _own,
    "vader_tweets.tsv": _tweets,
}


def _check_columns(path: Path, count: int) -> None:
    with path.open("rb") as lines:
        columns = lines.readline().count(b"\t") + 1
    if columns < count:
        raise _OtherColumns(f"its first row has {columns} columns, not {count}")


def _rows(path: Path, form: type[R]) -> Iterator[R]:
    return (_row(path, number, row, form) for number, row in _objects(path, form.required()))


def _objects(path: Path, required: AbstractSet[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the JSON objects of a file with the numbers of their lines.

    Raises _OtherColumns if the first one hasn't the required keys.
    """
    is_first = True
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as problem:
            refuse(path, number, f"it isn't JSON in UTF-8: {problem}")
        if not isinstance(row, dict):
            refuse(path, number, "a row is a JSON object")
        if is_first and (missing := required - row.keys()):
            raise _OtherColumns(f"its rows have no {', '.join(sorted(missing))}")
        is_first = False
        yield number, row


def _row(path: Path, number: int, row: dict[str, object], form: type[R]) -> R:
    try:
        return form.model_validate(row)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        refuse(path, number, f"{place}: {first['msg']}" if place else first["msg"])
