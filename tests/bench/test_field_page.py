from pathlib import Path

from bench.field.page import NAMING, SENTENCES, WRONG, drawn, page
from collector.sentiment.registry import METHODS, method_named
from shared.text.forms import FORMS

PAGE = Path("docs/sentiment_examples.md")


def test_the_page_shows_what_the_methods_say_today() -> None:
    found = page([method_named(name, FORMS) for name in METHODS])
    assert PAGE.read_text(encoding="utf-8") == found, f"python -m bench.field page > {PAGE}"


def test_it_has_sixty_sentences_and_marks_the_wrong_ones() -> None:
    sentences = drawn()
    assert len({text for text, _ in sentences}) == SENTENCES
    assert sum(bool(item.targets) for _, item in sentences) == NAMING
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    for text, _ in sentences:
        assert any(
            row.startswith(f"| {text.replace('|', chr(92) + '|')} | *text* |") for row in rows
        )
    assert any(WRONG in row for row in rows)
