"""Fits an answer into the characters that a model wants to read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

JsonObject = dict[str, JsonValue]

# Numbers of an interval, which stays whole.
INTERVAL = 2


@dataclass(frozen=True)
class Omission:
    """A list of which only the beginning is shown; its path has dots and indexes."""

    path: str
    shown: int
    of: int


@dataclass(frozen=True)
class _List:
    path: str
    values: list[JsonValue]
    chars: int


def chars_of(value: JsonValue) -> int:
    """Return the number of characters of a value as JSON."""
    return len(as_text(value))


def as_text(value: JsonValue) -> str:
    """Return a value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fitted(data: JsonObject, max_chars: int) -> tuple[JsonObject, list[Omission]]:
    """Return data whose longest lists end earlier, so that it has max_chars at most.

    The first element of a list stays as long as lists with several are left. Data without lists
    stays as it is, however long.
    """
    kept: JsonObject = json.loads(as_text(data))
    lengths: dict[str, int] = {}
    while (chars := chars_of(kept)) > max_chars:
        longest = _longest(kept)
        if longest is None:
            break
        lengths.setdefault(longest.path, len(longest.values))
        part = (chars - max_chars) / longest.chars
        count = max(1, int(part * len(longest.values)))
        del longest.values[max(len(longest.values) - count, _fewest(longest)) :]
    shown = {each.path: len(each.values) for each in _lists(kept, "")}
    omitted = [
        Omission(path, shown[path], length) for path, length in lengths.items() if path in shown
    ]
    return kept, omitted


def capped(data: JsonObject, caps: Mapping[str, int]) -> tuple[JsonObject, list[Omission]]:
    """Return data whose lists of some names have a maximum number of elements, wherever they are.

    All lists of a path are one omission: `topics.*.items`.
    """
    kept: JsonObject = json.loads(as_text(data))
    lengths: dict[str, int] = {}
    for found in list(_lists(kept, "")):
        name = found.path.rpartition(".")[2]
        if name in caps and (length := len(found.values)) > caps[name]:
            path = ".".join("*" if part.isdigit() else part for part in found.path.split("."))
            lengths[path] = max(length, lengths.get(path, 0))
            del found.values[caps[name] :]
    return kept, [
        Omission(path, caps[path.rpartition(".")[2]], length) for path, length in lengths.items()
    ]


def _fewest(found: _List) -> int:
    return 1 if len(found.values) > 1 else 0


def _longest(data: JsonValue) -> _List | None:
    lists = [each for each in _lists(data, "") if each.values and not _is_interval(each.values)]
    several = [each for each in lists if len(each.values) > 1]
    return max(several or lists, key=lambda each: each.chars, default=None)


def _is_interval(values: list[JsonValue]) -> bool:
    return len(values) == INTERVAL and all(type(each) in {int, float} for each in values)


def _lists(value: JsonValue, path: str) -> Iterator[_List]:
    """Yield the lists in a value, outer ones first."""
    match value:
        case list():
            yield _List(path, value, chars_of(value))
            parts: Mapping[str, JsonValue] = {str(i): each for i, each in enumerate(value)}
        case dict():
            parts = value
        case _:
            return
    for name, each in parts.items():
        yield from _lists(each, f"{path}.{name}" if path else name)
