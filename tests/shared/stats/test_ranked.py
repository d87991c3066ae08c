"""Entries of ranked days say of an item what lists need to order and filter it."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.kinds import TALK, letters_of
from shared.stats.cells import Scored
from shared.stats.ranked import (
    compound_of,
    is_english,
    kind_of,
    kinds_of,
    order_key_of,
    pack_ranked,
    size_of,
)
from tests.api.world import LABELS, NOW, a_comment, a_post

VIAS = (None, "text", "thread", "home")


@given(
    seconds=st.integers(0, 100_000),
    item_id=st.from_regex(r"[A-Za-z0-9_.-]{1,128}", fullmatch=True),
    tenths=st.integers(-10_000, 10_000),
    kinds=st.lists(st.sampled_from(TALK), unique=True),
    label=st.sampled_from(LABELS),
    via=st.sampled_from(VIAS),
    is_post=st.booleans(),
    is_own=st.booleans(),
)
def test_an_entry_says_what_was_packed(
    seconds: int,
    item_id: str,
    tenths: int,
    kinds: Any,
    label: Any,
    via: Any,
    *,
    is_post: bool,
    is_own: bool,
) -> None:
    created = NOW - timedelta(seconds=seconds)
    plain: Any = a_post(1, created) if is_post else a_comment(1, created)
    key = f"{plain['created_utc']}_{item_id}"
    item = {**plain, "id": item_id, "order_key": key, "kinds": kinds}
    entry = pack_ranked(item, Scored(label, tenths / 10_000, "linear 1", is_english=is_own), via)
    assert order_key_of(key[:13], entry) == key
    assert compound_of(entry) == tenths
    assert is_english(entry) is is_own
    assert kind_of(entry) == item["kind"]
    assert kinds_of(entry) == letters_of(kinds)
    assert entry[5] == {"positive": "p", "negative": "-", "neutral": "n"}[label]
    assert entry[7] == {None: ".", "text": "t", "thread": "r", "home": "h"}[via]


def test_entries_take_what_their_json_does() -> None:
    # In a list, with quotes and commas.
    assert size_of(["09999-p.0507abc", "10000nC.0507abc px"]) == len(
        '"09999-p.0507abc","10000nC.0507abc px",'
    )
