"""The pieces that are kept: emoji, every ASCII character, and what is common."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from bench.encoder.vocabulary import RARE, Vocabulary, choose, write_tokenizer
from collector.sentiment.encoder.pieces import SPECIAL, UNKNOWN, Passage, Pieces

SIGNS = [each for each in map(chr, range(33, 127)) if not each.isupper()]
WORDS = ["good", "bad", "party", "pop", "##per", "rarely", "♥", "é"]
OLD = [*SPECIAL, *WORDS, *SIGNS, *(f"##{each}" for each in SIGNS)]
PARTY, HEART, RARE_ONE = "🎉", "♥", "🦑"
TEXTS = [f"good {number} {PARTY}{PARTY} {HEART}" for number in range(RARE)]
TEXTS += [f"bad {RARE_ONE} {RARE_ONE} {RARE_ONE}", f"bad {RARE_ONE}"]


@pytest.fixture(scope="module")
def old():
    numbers = {piece: number for number, piece in enumerate(OLD)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


@pytest.fixture(scope="module")
def chosen(old) -> Vocabulary:
    return choose(TEXTS, old)


@pytest.fixture(scope="module")
def pieces(chosen, tmp_path_factory) -> Pieces:
    path = tmp_path_factory.mktemp("pieces") / "pieces.json"
    write_tokenizer(chosen, path)
    return Pieces(path)


def read(pieces: Pieces, text: str) -> list[int]:
    return list(pieces.read([Passage(text)])[0].ids)[1:-1]


def test_an_emoji_of_enough_texts_begins_as_the_pieces_of_its_name(chosen, pieces) -> None:
    assert {each: [OLD[row] for row in rows] for each, rows in chosen.emoji.items()} == {
        PARTY: ["party", "pop", "##per"]
    }
    new = len(chosen.pieces)
    assert read(pieces, f"good{PARTY}{PARTY}") == [chosen.pieces.index("good"), new, new]
    # However often it stands in two texts, they are only two.
    assert read(pieces, RARE_ONE) == [UNKNOWN]


def test_an_emoji_that_is_a_piece_already_stays_that_piece(chosen, pieces) -> None:
    assert read(pieces, HEART) == [chosen.pieces.index(HEART)]
    assert len(pieces) == len(chosen)


def test_numbers_follow_the_special_pieces_and_rows_are_those_of_the_old_table(chosen) -> None:
    assert tuple(chosen.pieces[: len(SPECIAL)]) == SPECIAL
    assert [OLD[row] for row in chosen.rows] == list(chosen.pieces)
    assert len(set(chosen.pieces)) == len(chosen.pieces)


def test_every_ascii_character_is_kept_and_of_words_the_commonest(old, chosen) -> None:
    basic = {*SIGNS, *(f"##{each}" for each in SIGNS)}
    assert basic <= set(chosen.pieces)
    assert not {"rarely", "é"} & set(chosen.pieces)
    small = choose(TEXTS, old, size=len(SPECIAL) + len(basic) + 2)
    assert basic <= set(small.pieces)
    assert set(small.pieces) & set(WORDS) == {"good"}
    assert len(small) == len(SPECIAL) + len(basic) + 2


@given(st.text(string.printable, max_size=50))
def test_no_ascii_text_has_an_unknown_piece(pieces, text) -> None:
    assert UNKNOWN not in read(pieces, text)


def test_the_same_texts_give_the_same_bytes(old, tmp_path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path, texts in zip(paths, (TEXTS, TEXTS[::-1]), strict=True):
        write_tokenizer(choose(texts, old), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
