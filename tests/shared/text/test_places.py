import pytest

from shared.text.places import place_of, places_of


@pytest.mark.parametrize(
    ("text", "target", "place"),
    [
        ("precursor, then Cursor.", "Cursor", (16, 22)),
        ("Cursors are on screens", "Cursor", None),
        ("Node.js is fast", "Node.js", (0, 7)),
    ],
)
def test_a_target_is_found_as_a_word_of_its_own(text, target, place) -> None:
    assert place_of(text, target) == place


def test_a_name_within_a_longer_target_is_another() -> None:
    text = "Claude Code needs Claude"
    assert place_of(text, "Claude", ["Claude", "Claude Code"]) == (18, 24)
    assert place_of("Claude Code needs it", "Claude", ["Claude", "Claude Code"]) is None
    assert place_of(text, "Claude", ["Claude", "Code"]) == (0, 6)


def test_a_target_is_found_in_any_case_where_that_is_asked() -> None:
    text = "Claude Code needs CLAUDE"
    assert place_of(text, "claude") is None
    assert place_of(text, "claude", any_case=True) == (0, 6)
    assert place_of(text, "claude", ["claude code"], any_case=True) == (18, 24)


@pytest.mark.parametrize(
    ("text", "names", "others", "named"),
    [
        ("**Claude\nCode** beats _Claude_", ["Claude Code"], ["Claude"], ["Claude\nCode"]),
        ("**Claude\nCode** beats _Claude_", ["Claude"], ["Claude Code"], ["Claude"]),
        ("Claude-Code, #ClaudeCode", ["Claude Code"], [], ["Claude-Code", "ClaudeCode"]),
        ("Cursor IDE is Cursor", ["Cursor", "Cursor IDE"], [], ["Cursor IDE", "Cursor"]),
        ("a cursor, CURSOR", ["Cursor"], [], ["cursor", "CURSOR"]),
        ("a cursor in Cursor", ["Cursor"], [], ["Cursor"]),
        ("C++ isn't C, v0.dev isn't v0xdev", ["C++", "v0.dev"], [], ["C++", "v0.dev"]),
        ("precursor", ["Cursor", " "], ["or"], []),
        # Two subjects may have the same term.
        ("Bard", ["Bard"], ["Bard"], ["Bard"]),
    ],
)
def test_all_places_of_a_name_are_found_through_marks_and_within_no_longer_name(
    text, names, others, named
) -> None:
    places = places_of(text, names, others)
    assert [text[start:end] for start, end in places] == named
