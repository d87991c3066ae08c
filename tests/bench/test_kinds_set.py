"""The labels of the kind of talk: what stands in the repository."""

import pytest

from bench.field.joining import part_of
from bench.field.labels import WRITTEN, read_rows
from bench.field.labels import read_labels as read_items
from bench.field.training import SENTENCES
from bench.kinds.labels import (
    RECORDED,
    agreement_of,
    kinds_of,
    read_labels,
    read_sentences,
    read_training,
    table_of,
)
from shared.kinds import TALK
from tests.fixtures.host import ROOT


@pytest.fixture(scope="module")
def items():
    return read_labels()


def test_it_is_large_enough_and_of_recorded_items_too(items) -> None:
    ids = [item.id for item in items]
    assert len(ids) == len(set(ids)) >= 600
    recorded = [each for each in ids if ":" in each]
    assert len(recorded) >= 600
    assert sum(each.startswith("github:") for each in recorded) >= 200
    known = {item.id for item in read_items()}
    assert {each for each in ids if ":" not in each} <= known


def test_readers_agree_well_beyond_chance_on_each_kind(items) -> None:
    found = agreement_of(items)
    assert set(found) == set(TALK)
    assert {kind: agreed for kind, (_, agreed) in found.items() if agreed < 0.6} == {}


def test_the_page_tells_the_agreement_and_each_kind(items) -> None:
    page = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert table_of(items) in page
    assert f"has {len(items):,} items by their ids" in page
    assert f"the kinds of the {len(read_training()):,} sentences" in page


def test_what_the_last_stage_learns_from_is_in_no_part_that_figures_are_of(items) -> None:
    recorded = read_training(RECORDED)
    assert {part_of(each) for each in recorded} == {"train"}
    assert not set(recorded) & {item.id for item in items}
    written = {text for text, _ in read_sentences()}
    assert not written & {row["text"] for row in read_rows(WRITTEN)}


def test_the_page_says_how_many_items_the_last_stage_learns_from() -> None:
    page = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert f"{len(read_training(RECORDED)):,} recorded items" in page
    assert f"{len(read_sentences()):,} sentences" in page


def test_each_sentence_for_training_has_its_kinds() -> None:
    assert set(read_training()) == {row["id"] for row in read_rows(SENTENCES)}


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "kinds are"),
        (["rant"], "kinds are"),
        (["praise", "praise"], "kinds are"),
        (["praise", "other"], "stands alone"),
        (["outage"], "is a problem, too"),
    ],
)
def test_kinds_that_cannot_be_are_refused(names, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        kinds_of(names)
