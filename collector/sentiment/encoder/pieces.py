"""Texts as numbers of word pieces, as the encoder reads them. Training and scoring both use this.

A target stands between OPEN and CLOSE. Of a long text the first and the last pieces are read; of a
long text with a target, those around the target.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

# The first numbers of pieces. Their names can't come out of a text: brackets are pieces alone.
PAD, UNKNOWN, START, END, OPEN, CLOSE = range(6)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused0]", "[unused1]")

LONGEST = 128
"""The most pieces of a text, with START, END, OPEN and CLOSE."""
LAST = 42
"""The number of a long text's pieces that are its last ones."""
AROUND = 2_000
"""So many characters at each end, or around a target, are split into pieces at most."""

FILE = Path(__file__).with_name("pieces.json")


class Passage(NamedTuple):
    """A text to read, with where a target stands, in characters; None if it has none."""

    text: str
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A passage as the encoder reads it: pieces, and from where to where the target is marked.

    text is what was split; offsets are where each piece stands in it, in characters. Those of
    START, END, OPEN and CLOSE are empty.
    """

    ids: Sequence[int]
    text: str
    offsets: Sequence[tuple[int, int]]
    start: int = 0
    stop: int = 0


NOWHERE = (0, 0)


class Pieces:
    """Splits texts into pieces. Loading it imports the tokenizers library."""

    def __init__(self, path: Path = FILE) -> None:
        # One thread: the collector scores beside collection, and a fork must not warn.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer  # noqa: PLC0415 - it loads

        self._tokenizer: Any = Tokenizer.from_file(str(path))

    def __len__(self) -> int:
        """Return how many pieces there are."""
        size: int = self._tokenizer.get_vocab_size()
        return size

    def read(self, passages: Sequence[Passage]) -> list[Read]:
        """Return the passages as pieces."""
        near = [_near(_encodable(passage)) for passage in passages]
        texts = list(dict.fromkeys(text for text, _ in near))
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        split = dict(zip(texts, found, strict=True))
        return [
            _text(text, split[text]) if place is None else _target(text, split[text], place)
            for text, place in near
        ]


def _encodable(passage: Passage) -> Passage:
    """Return the passage with halves of characters, which the tokenizer refuses, as "?"."""
    return Passage(passage.text.encode("utf-8", "replace").decode(), passage.place)


def _near(passage: Passage) -> Passage:
    """Return the characters that may be read: those at both ends, or around the target."""
    text, place = passage
    if place is None:
        ends = f"{text[:AROUND]} {text[-AROUND:]}"
        return Passage(ends if len(ends) < len(text) else text)
    first = max(0, place[0] - AROUND)
    return Passage(text[first : place[1] + AROUND], (place[0] - first, place[1] - first))


def _text(text: str, split: Any) -> Read:
    ids: Sequence[int] = split.ids
    offsets: Sequence[tuple[int, int]] = split.offsets
    room = LONGEST - len((START, END))
    if len(ids) > room:
        ids = [*ids[: room - LAST], *ids[-LAST:]]
        offsets = [*offsets[: room - LAST], *offsets[-LAST:]]
    return Read([START, *ids, END], text, [NOWHERE, *offsets, NOWHERE])


def _target(text: str, split: Any, place: tuple[int, int]) -> Read:
    ids: Sequence[int] = split.ids
    offsets: Sequence[tuple[int, int]] = split.offsets
    within = [i for i, (start, stop) in enumerate(offsets) if stop > place[0] and start < place[1]]
    start, stop = (within[0], within[-1] + 1) if within else (0, 0)
    room = LONGEST - len((START, OPEN, CLOSE, END))
    stop = min(stop, start + room // 2)
    if len(ids) > room:
        first = max(0, min((start + stop - room) // 2, len(ids) - room))
        ids, offsets = ids[first : first + room], offsets[first : first + room]
        start, stop = start - first, stop - first
    return Read(
        [START, *ids[:start], OPEN, *ids[start:stop], CLOSE, *ids[stop:], END],
        text,
        [
            *(NOWHERE, *offsets[:start]),
            *(NOWHERE, *offsets[start:stop], NOWHERE),
            *(*offsets[stop:], NOWHERE),
        ],
        start + 1,
        start + 1 + len((OPEN, CLOSE)) + stop - start,
    )
