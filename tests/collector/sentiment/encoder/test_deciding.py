from collector.sentiment.encoder.deciding import MOST, deciding
from collector.sentiment.encoder.pieces import Passage, Pieces

PIECES = Pieces()


def chosen(
    text: str, added: dict[str, float], place: tuple[int, int] | None = None, *, lead: float = 0.0
) -> list[str]:
    """Return what decides if each piece of these words adds so much."""
    read = PIECES.read([Passage(text, place)])[0]
    whole = {
        (at, at + len(word)): part for word, part in added.items() for at in (text.index(word),)
    }
    parts = [
        next((part for (first, last), part in whole.items() if first <= a < b <= last), 0.0)
        for a, b in read.offsets
    ]
    return list(deciding(read, parts, lead))


def test_the_words_that_add_most_are_named_in_their_order() -> None:
    text = "The build crashed and the support ignored me"
    assert chosen(text, {"ignored": 2.0, "crashed": 1.5, "build": 0.2}) == ["crashed", "ignored"]


def test_words_that_speak_against_the_label_and_silent_ones_are_not_named() -> None:
    assert chosen("It is the worst, but cheap", {"the": 3.0, "worst": 2.0, "cheap": -2.0}) == [
        "worst"
    ]
    assert chosen("It is what it is", {"is": 1.0}) == []


def test_the_target_itself_does_not_decide() -> None:
    assert chosen("Cursor crashed", {"Cursor": 5.0, "crashed": 1.0}, (0, 6)) == ["crashed"]


def test_a_word_that_is_a_small_part_of_the_lead_is_not_named() -> None:
    assert chosen("It crashed on me", {"crashed": 1.0}, lead=10.0) == ["crashed"]
    assert chosen("It crashed on me", {"crashed": 0.1}, lead=10.0) == []


def test_a_word_is_named_once_and_there_are_few() -> None:
    text = " ".join(f"bad{n}" for n in range(20))
    assert len(chosen(text, {f"bad{n}": 1.0 for n in range(20)})) == MOST
    assert chosen("bad, bad, bad", {"bad": 1.0}) == ["bad"]
