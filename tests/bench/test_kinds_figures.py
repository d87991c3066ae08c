"""The figures of the kinds of talk: how they are counted, and what stands in the page."""

import pytest

from bench.field.joining import part_of
from bench.field.recorded import is_there
from bench.kinds.figures import (
    WRITTEN,
    Labelled,
    Prediction,
    figures_of,
    predict,
    read_items,
    report_of,
    reports_of,
    table_of,
)
from bench.kinds.labels import read_labels
from collector.sentiment.encoder.pieces import Passage
from collector.sentiment.encoder.runtime import Found


class _Asked:
    """Holds a question possible in every text, below its bound."""

    def read(self, passages: list[Passage]) -> list[Found]:
        logits = (-9.0, -9.0, -9.0, -1.5, -9.0, -9.0, -9.0, -9.0, -9.0)
        return [Found((0.0, 1.0, 0.0), (), logits) for _ in passages]


class _WithoutKinds:
    def read(self, passages: list[Passage]) -> list[Found]:
        return [Found((0.0, 1.0, 0.0), ()) for _ in passages]


BOUNDS = dict.fromkeys(
    (
        "problem",
        "outage",
        "request",
        "question",
        "praise",
        "price",
        "switch",
        "showcase",
        "news",
    ),
    0.5,
)
ASKS = Labelled(WRITTEN, Passage("Has anyone tried it?"), frozenset({"question"}))
SAYS = Labelled("reddit", Passage("It has four wheels"), frozenset({"other"}))
NOTHING = Labelled("reddit", Passage(""), frozenset({"other"}))


def test_a_kind_has_precision_and_recall() -> None:
    pairs = [(True, True), (True, False), (True, False), (False, True), (False, False)]
    assert figures_of(pairs) == {"precision": 0.333, "recall": 0.5, "f1": 0.4, "n": 2}
    assert figures_of([]) == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 0}


def test_the_mean_counts_all_ten_kinds() -> None:
    report = report_of([(("problem",), ("problem",)), (("other",), ("other",))])
    assert (report["n"], report["macro_f1"]) == (2, 0.2)


def test_rules_and_the_model_alone_are_reported_by_source() -> None:
    predictions = predict(_Asked(), BOUNDS, [ASKS, SAYS, NOTHING])  # type: ignore[arg-type]
    assert predictions == [
        Prediction(ASKS, ("other",), ("question",)),
        Prediction(SAYS, ("other",), ("other",)),
    ]
    reports = reports_of(predictions)
    written = reports["written"]
    assert written["model"]["kinds"]["question"]["f1"] == 0
    assert written["rules"]["kinds"]["question"]["f1"] == 1
    assert reports["recorded"]["model"] == reports["recorded"]["rules"]
    assert "| question | 1 | 1.00 | 1.00 | 1.00 | 0.00 |" in table_of(reports["all"])


def test_weights_without_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="no kinds"):
        predict(_WithoutKinds(), BOUNDS, [ASKS])  # type: ignore[arg-type]


def test_items_are_those_of_the_parts(tmp_path) -> None:
    ours = read_items(["test"], tmp_path)
    assert {item.source for item in ours} == {WRITTEN}
    expected = [each for each in read_labels() if part_of(each.id) == "test"]
    assert len(ours) == sum(":" not in each.id for each in expected)
    if is_there():
        assert len(read_items(["test"])) == len(expected)
