"""Answers that fit into a number of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.mcp.budget import Omission, chars_of, fitted


def test_what_fits_stays_as_it_is() -> None:
    assert fitted({"a": [1, "x"]}, 100) == ({"a": [1, "x"]}, [])


def test_the_longest_list_ends_early_and_says_so() -> None:
    data = {"short": ["x"] * 3, "long": ["y" * 10] * 50}
    kept, omitted = fitted(data, 200)
    assert chars_of(kept) <= 200
    assert kept["short"] == data["short"]
    assert omitted == [Omission("long", len(kept["long"]), 50)]


def test_lists_in_lists_are_named_by_their_place() -> None:
    kept, omitted = fitted({"all": [{"in": ["x" * 9] * 40}]}, 100)
    assert chars_of(kept) <= 100
    assert [each.path for each in omitted] == ["all.0.in"]


def test_intervals_stay_whole() -> None:
    data = {"rows": [{"interval": [0.25, 0.5]} for _ in range(20)]}
    kept, _ = fitted(data, 120)
    assert chars_of(kept) <= 120
    assert all(each == {"interval": [0.25, 0.5]} for each in kept["rows"])


def test_data_without_lists_stays_however_long_it_is() -> None:
    data = {"text": "x" * 100}
    assert fitted(data, 10) == (data, [])


NAMES = some.text("abc", min_size=1, max_size=5)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=6) | some.dictionaries(NAMES, inner),
    max_leaves=30,
)


@given(some.dictionaries(NAMES, JSON), some.integers(min_value=1, max_value=300))
def test_only_ends_of_lists_go_missing(data, most: int) -> None:
    kept, omitted = fitted(data, most)
    assert _begins(kept, data)
    assert (kept == data) is (not omitted)


def _begins(kept, whole) -> bool:
    if isinstance(kept, list):
        return len(kept) <= len(whole) and all(
            _begins(a, b) for a, b in zip(kept, whole, strict=False)
        )
    if isinstance(kept, dict):
        return kept.keys() == whole.keys() and all(_begins(kept[x], whole[x]) for x in kept)
    return kept == whole and type(kept) is type(whole)


@pytest.mark.parametrize("most", [60, 100, 500])
def test_an_omission_tells_the_number_of_elements_that_are_shown(most: int) -> None:
    kept, (omitted,) = fitted({"a": [{"b": "x" * 5} for _ in range(60)]}, most)
    assert omitted == Omission("a", len(kept["a"]), 60)
