"""True sentences with another figure or another name are no longer true, and are struck."""

import json
import re
from dataclasses import replace
from datetime import datetime

import pytest

from api.ask_model.checking import Said, check
from api.ask_model.facts import Facts, facts_of
from tests.api.ask_model.answers import AT, NAMES, RESULTS, SENTENCE, facts
from tests.api.ask_model.test_checking import TRUE

AT_TIME = datetime.fromisoformat(AT)
FACTS = facts()
# Digits that stand for themselves: not those of an address, of the level of an interval or a name.
FIGURE = re.compile(r"(?<![\w/.,])\d[\d,]*(?:\.\d+)?(?!\d)(?!% interval)(?![\w/]*/)")
PRODUCTS = ("Cursor", "Copilot", "Windsurf", "r/claude")


def others(figure: str) -> list[str]:
    """Return figures that look like one: with another digit at each place, and a digit more."""
    changed = [
        figure[:at] + str((int(digit) + step) % 10) + figure[at + 1 :]
        for at, digit in enumerate(figure)
        if digit.isdigit()
        for step in (1, 3, 9)
    ]
    return [*changed, f"{figure}7", f"1{figure}", f"-{figure}"]


def changed_figures() -> list[tuple[str, tuple[int, ...], tuple[str, ...]]]:
    return [
        (text[: match.start()] + other + text[match.end() :], evidence, items)
        for text, evidence, items in TRUE
        for match in FIGURE.finditer(text)
        for other in others(match[0])
    ]


def changed_names() -> list[tuple[str, tuple[int, ...], tuple[str, ...]]]:
    return [
        (text.replace(name, other), evidence, items)
        for text, evidence, items in TRUE
        for name in PRODUCTS
        for other in PRODUCTS
        if name in text and name != other and other not in text and '"' not in text
    ]


def held(sentence: tuple[str, tuple[int, ...], tuple[str, ...]]) -> bool:
    return bool(check([Said(*sentence)], FACTS, NAMES, AT_TIME).held)


def test_another_figure_is_struck_wherever_it_stands() -> None:
    changed = changed_figures()
    assert len(changed) > 500
    # The last day of the span is one of its ends, too.
    same = [
        "From 18 Nov to 24 Nov Cursor had 412 mentions.",
        "Until 17 Nov Cursor had 376 mentions.",
    ]
    assert [each[0] for each in changed if held(each)] == same


def test_another_product_is_struck() -> None:
    changed = changed_names()
    assert len(changed) > 60
    # These are true of the other one, too.
    assert [each[0] for each in changed if held(each)] == [
        "Cursor has more mentions than Windsurf.",
        "The share of voice of Copilot has no clear change.",
        "The share of voice of Windsurf has no clear change.",
        "A post about r/claude has 57 upvotes.",
        "A post about r/claude has a score of 0.9.",
    ]


def narrowed(tool: str, **arguments: object) -> Facts:
    """Return the facts of an answer as if it had been asked for with these arguments."""
    (own,) = (each for each in RESULTS if each.tool == tool)
    return facts_of([replace(own, number=1, arguments={**own.arguments, **arguments})])


@pytest.mark.parametrize(
    "arguments",
    [{"community": "claude"}, {"home": "exclude"}, {"subjects": ["cursor", "windsurf"]}],
)
def test_a_share_of_some_places_or_subjects_is_no_share_of_all(
    arguments: dict[str, object],
) -> None:
    of = narrowed("share_of_voice", **arguments)
    for text in (
        "Cursor has 65.3% of the share of voice.",
        "Cursor has the largest share of voice.",
        "The share of voice of Cursor has no clear change.",
    ):
        assert not check([Said(text, (1,), ())], of, NAMES, AT_TIME).held


def test_figures_of_a_place_are_said_with_it() -> None:
    of = narrowed("share_of_voice", community="claude")
    said = [
        Said(each, (1,), ())
        for each in ("Cursor has 412 mentions.", "Cursor has 412 mentions in r/claude.")
    ]
    assert [each.text for each in check(said, of, NAMES, AT_TIME).held] == [said[1].text]


def test_a_span_that_is_over_is_given_by_its_dates() -> None:
    later = datetime.fromisoformat("2026-12-24T09:00:00Z")
    texts = (
        "Cursor has 412 mentions.",
        "In the last 7 days Cursor had 412 mentions.",
        "In 7 days Cursor had 412 mentions.",
        "From 18 Nov to 25 Nov Cursor had 412 mentions.",
    )
    held = check([Said(each, (1,), ()) for each in texts], FACTS, NAMES, later).held
    assert [each.text for each in held] == [texts[3]]
    assert not check([Said(SENTENCE, (4,), ())], FACTS, NAMES, later).held


def test_of_two_spans_a_sentence_says_which_it_is_of() -> None:
    (own,) = (each for each in RESULTS if each.tool == "sentiment")
    text = json.dumps(own.answer).replace("2026-11-18T00:00:00Z", "2026-11-24T00:00:00Z")
    day = replace(own, number=2, answer=json.loads(text.replace("412", "60")))
    texts = (
        "Cursor has 412 mentions.",
        "Cursor has 60 mentions.",
        "In the last 24 hours Cursor had 412 mentions.",
        "In the last 7 days Cursor had 412 mentions.",
    )
    both = facts_of([own, day])
    held = check([Said(each, (1, 2), ()) for each in texts], both, NAMES, AT_TIME).held
    assert [each.text for each in held] == [texts[3]]
