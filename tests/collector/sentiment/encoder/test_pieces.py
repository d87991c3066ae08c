import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sentiment.encoder.pieces import (
    CLOSE,
    END,
    LAST,
    LONGEST,
    OPEN,
    START,
    Passage,
    Pieces,
    Read,
)

PIECES = Pieces()


def read(text: str, place: tuple[int, int] | None = None) -> Read:
    return PIECES.read([Passage(text, place)])[0]


def words_of(found: Read) -> str:
    return " ".join(found.text[start:stop] for start, stop in found.offsets if start < stop)


def test_a_target_stands_between_its_marks() -> None:
    found = read("Cursor beats Windsurf here", (13, 21))
    assert (found.ids[0], found.ids[-1]) == (START, END)
    assert (found.ids[found.start], found.ids[found.stop - 1]) == (OPEN, CLOSE)
    inside = found.offsets[found.start + 1 : found.stop - 1]
    assert (inside[0][0], inside[-1][1]) == (13, 21)
    assert len(found.ids) == len(found.offsets)


def test_a_text_without_a_target_has_no_marks() -> None:
    found = read("Cursor beats Windsurf here")
    assert (found.start, found.stop) == (0, 0)
    assert not {OPEN, CLOSE} & {*found.ids}


@pytest.mark.parametrize("name", ["[CLS]", "[SEP]", "[unused0]", "[unused1]", "[PAD]", "[UNK]"])
def test_no_text_can_write_a_mark(name: str) -> None:
    assert not {OPEN, CLOSE, START, END} & {*read(f"so {name} it is").ids[1:-1]}


def test_of_a_long_text_the_first_and_the_last_words_are_read() -> None:
    found = words_of(read("begin " + "word " * 3_000 + "finish"))
    assert found.startswith("begin word")
    assert found.endswith("word finish")
    assert len(found.split()) == LONGEST - 2


def test_of_a_long_text_the_words_around_a_target_are_read() -> None:
    before = "one " * 2_000
    text = f"{before}Cursor {'two ' * 2_000}"
    found = read(text, (len(before), len(before) + len("Cursor")))
    assert len(found.ids) <= LONGEST
    assert words_of(found).replace(" ", "").count("one") > LAST
    assert words_of(found).count("two") > LAST


def test_a_target_that_is_longer_than_the_room_is_cut() -> None:
    text = "Cursor " * 500
    found = read(text, (0, len(text)))
    assert len(found.ids) <= LONGEST
    assert found.ids[found.stop - 1] == CLOSE


def test_emoji_are_pieces_of_their_own() -> None:
    found = read("🔥 👎")
    assert [found.text[slice(*place)] for place in found.offsets[1:-1]] == ["🔥", "👎"]
    assert len({*found.ids}) == len(found.ids)


@given(st.text(max_size=400), st.data())
def test_any_text_and_any_target_can_be_read(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    for found in PIECES.read([Passage(text), Passage(text, (start, stop))]):
        assert len(found.ids) == len(found.offsets) <= LONGEST
        assert all(0 <= first <= last <= len(found.text) for first, last in found.offsets)
