"""Pushed items that wait for their writer, and how far files were imported."""

from typing import Literal, NotRequired, TypedDict


class WaitingBatch(TypedDict):
    """Items of one request that aren't written yet; id sorts by the time of receipt.

    digests has for each item's key what its last line says: the same line again changes nothing.
    """

    id: str
    kind: Literal["batch"]
    ttl: int
    received_at: str
    digests: dict[str, str]
    _etag: NotRequired[str]


class BatchLines(TypedDict):
    """The lines of the batch of the same id, compressed; written before it, removed after it."""

    id: str
    kind: Literal["batch_lines"]
    ttl: int
    lines: str
    _etag: NotRequired[str]


class ImportedFile(TypedDict):
    """The progress of a file's import; id is made of what it holds and of what was chosen from it.

    offset is the number of bytes read, of the decompressed text. left_out has for each reason how
    many lines were, and the numbers of the first. oldest and newest are hours of posts whose copies
    aren't marked yet.
    """

    id: str
    kind: Literal["imported_file"]
    ttl: int
    file: str
    is_done: bool
    offset: int
    lines: int
    others: int
    new: int
    edited: int
    moved: int
    removed: int
    unchanged: int
    left_out: dict[str, tuple[int, list[int]]]
    oldest: str | None
    newest: str | None
    _etag: NotRequired[str]
