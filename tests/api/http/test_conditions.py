"""If-Match: which states a change may be made of."""

import pytest
from pydantic import BaseModel

from api.errors import PreconditionRequired
from api.http.conditions import read_condition
from api.http.responses import prepare, tag_of


class Rules(BaseModel):
    terms: list[str]


class Card(Rules):
    mentions: int


def test_any_state_or_one_of_several_will_do() -> None:
    assert read_condition({"if-match": " * "}).holds('"a"')
    assert read_condition({"if-match": '"b", "a"'}).holds('"a"')
    assert read_condition({"if-match": 'W/"a"'}).holds('"a"')
    assert not read_condition({"if-match": '"b"'}).holds('"a"', '"c"')
    assert not read_condition({"if-match": '"*"'}).holds('"a"')


@pytest.mark.parametrize("given", ["", "a", '"', "**"])
def test_without_a_tag_there_is_no_condition(given: str) -> None:
    with pytest.raises(PreconditionRequired):
        read_condition({"if-match": given})
    with pytest.raises(PreconditionRequired):
        read_condition({})


def test_the_tag_of_a_card_will_do_for_its_rules_whatever_its_figures() -> None:
    rules = Rules(terms=["Acme"])
    cards = [
        prepare(
            Card(terms=["Acme"], mentions=n), "live", moments={"mentions": True}, changeable=rules
        )
        for n in range(2)
    ]
    for card in cards:
        condition = read_condition({"if-match": card.tag})
        assert condition.holds(tag_of(rules))
        assert not condition.holds(tag_of(Rules(terms=["Other"])))
