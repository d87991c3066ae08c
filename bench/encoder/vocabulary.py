"""The word pieces that communities use: a part of the pre-trained encoder's, and emoji.

A word whose piece is left out is split into shorter ones, down to single characters. Emoji become
pieces of their own, which begin as the mean of the pieces of their Unicode names.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from collector.sentiment.encoder.pieces import SPECIAL

SIZE = 10_500
EMOJI = 256
RARE = 3
"""An emoji that stands in fewer texts gets no piece of its own."""
BATCH = 1_000
# Symbols below are signs, not pictures. Modifiers and joiners stand for nothing alone.
PICTURES = "So"
FIRST_PICTURE = 0x2600
MODIFIERS = ("EMOJI MODIFIER", "VARIATION SELECTOR", "ZERO WIDTH")


@dataclass(frozen=True)
class Vocabulary:
    """The kept pieces in their new order, the row of each in the old table, and emoji by name.

    The rows of emoji follow: of each the old rows whose mean it begins as.
    """

    pieces: Sequence[str]
    rows: Sequence[int]
    emoji: Mapping[str, Sequence[int]]

    def __len__(self) -> int:
        """Return the number of pieces and emoji."""
        return len(self.pieces) + len(self.emoji)


def read_tokenizer(path: Path) -> Any:
    """Return the pre-trained encoder's tokenizer, which neither pads nor cuts."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def choose(texts: Sequence[str], old: Any, size: int = SIZE) -> Vocabulary:
    """Return the vocabulary for these texts: the commonest pieces, and every ASCII character."""
    counts: Counter[str] = Counter()
    for first in range(0, len(texts), BATCH):
        for split in old.encode_batch(texts[first : first + BATCH], add_special_tokens=False):
            counts.update(split.tokens)
    known: dict[str, int] = old.get_vocab()
    emoji = [each for each in common_emoji(texts) if each not in known]
    always = [piece for piece in known if _is_basic(piece)]
    common = sorted(counts, key=lambda piece: (-counts[piece], piece))
    kept = list(dict.fromkeys([*SPECIAL, *sorted(always), *common]))[: size - len(emoji)]
    means = {each: _name_rows(each, old, known) for each in emoji}
    return Vocabulary(kept, [known[piece] for piece in kept], means)


def common_emoji(texts: Iterable[str]) -> list[str]:
    """Return the commonest emoji, those in fewer than RARE texts left out."""
    found = Counter(
        each for text in texts if not text.isascii() for each in {*text} if is_emoji(each)
    )
    common = sorted(found, key=lambda each: (-found[each], each))
    return [each for each in common if found[each] >= RARE][:EMOJI]


def is_emoji(character: str) -> bool:
    """Return whether a character is a picture."""
    return (
        ord(character) >= FIRST_PICTURE
        and unicodedata.category(character) == PICTURES
        and not unicodedata.name(character, "").startswith(MODIFIERS)
    )


def write_tokenizer(vocabulary: Vocabulary, path: Path) -> None:
    """Write the tokenizer of these pieces, the same byte for byte each time."""
    numbers = {piece: number for number, piece in enumerate(vocabulary.pieces)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))  # noqa: S106 - a piece
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_tokens([AddedToken(each, normalized=False) for each in vocabulary.emoji])
    about = json.loads(tokenizer.to_str())
    path.write_text(json.dumps(about, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _is_basic(piece: str) -> bool:
    bare = piece.removeprefix("##")
    return len(bare) == 1 and bare.isascii()


def _name_rows(emoji: str, old: Any, known: Mapping[str, int]) -> list[int]:
    split = old.encode(unicodedata.name(emoji).lower(), add_special_tokens=False)
    return [known[token] for token in split.tokens]
