"""The labelled set of this field: what stands in the repository."""

import json

import pytest

from bench.field.agreement import ALL, agreements, counts_of, table_of
from bench.field.joining import joined
from bench.field.labels import (
    LABELLED,
    read_labels,
    read_rows,
    read_written,
    source_of,
)
from bench.field.recorded import SHARED, is_there, read_recorded
from bench.labelled import LABELS
from shared.text.places import place_of
from tests.fixtures.host import ROOT

needs_recorded = pytest.mark.skipif(not is_there(), reason="../shared is missing")


@pytest.fixture(scope="module")
def items():
    return read_labels()


def test_it_is_large_enough_and_names_and_compares_products(items) -> None:
    naming = [item for item in items if item.targets]
    comparing = [
        item for item in items if len({passes.settled for passes in item.targets.values()}) > 1
    ]
    assert len(items) >= 1_200
    assert len(naming) >= 400
    assert len(comparing) >= 200
    assert {item.source for item in items} == {"written", "reddit", "hn", "github"}


def test_each_item_stands_once_and_each_written_one_has_its_text(items) -> None:
    ids = [item.id for item in items]
    assert len(ids) == len(set(ids))
    assert {each for each in ids if source_of(each) == "written"} == set(read_written())


def test_readers_agree_well_beyond_chance(items) -> None:
    found = agreements(items)
    assert found[ALL, "text"].kappa >= 0.6
    assert found[ALL, "target"].kappa >= 0.6


def test_the_guide_tells_its_counts_and_agreement(items) -> None:
    guide = (ROOT / "docs" / "labelling.md").read_text(encoding="utf-8")
    assert counts_of(items) in guide
    assert table_of(agreements(items)) in guide


def test_a_third_of_it_is_for_the_test() -> None:
    parts = joined(SHARED / "missing")
    texts = {part: sum("target" not in row for row in rows) for part, rows in parts.items()}
    assert sum(texts.values()) == len(read_written())
    assert texts["test"] / sum(texts.values()) == pytest.approx(1 / 3, abs=0.05)


def test_written_sentences_have_the_targets_of_their_labels(items) -> None:
    texts = read_written()
    lacking = [
        (item.id, target)
        for item in items
        if item.id in texts
        for target in item.targets
        if place_of(texts[item.id], target, item.targets) is None
    ]
    assert lacking == []


@needs_recorded
def test_recorded_items_are_all_there_with_the_targets_of_their_labels(items) -> None:
    rows = [row for part in joined().values() for row in part]
    assert len(rows) == sum(1 + len(item.targets) for item in items)
    assert all(
        row["text"][row["from"] : row["to"]] == row["target"] for row in rows if "target" in row
    )


def test_labels_of_recorded_items_have_no_text() -> None:
    for row in read_rows(LABELLED):
        assert set(row) <= {"id", "text", "targets", "bare"}
        for labels in (row["text"], *row["targets"].values()):
            assert set(labels) <= set(LABELS)


@needs_recorded
def test_no_recorded_text_is_in_the_repository() -> None:
    ours = json.dumps(list(read_written().values()), ensure_ascii=False)
    long = [item for item in read_recorded() if len(item.text) >= 40]
    assert [item.id for item in long if item.text in ours] == []
