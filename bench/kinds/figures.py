"""Precision and recall of the kinds of talk of labelled items, with the rules and without."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypedDict

from bench.field.joining import Part, part_of
from bench.field.labels import read_written, source_of
from bench.field.recorded import SHARED, is_there, read_recorded
from bench.kinds.labels import Kinds, read_labels
from bench.sentiment_scores import READ_AS
from collector.sentiment.encoder.kinds import Bounds, kinds_of
from collector.sentiment.encoder.passages import passage_of
from collector.sentiment.encoder.pieces import Passage
from collector.sentiment.encoder.runtime import Encoder
from shared.kinds import TALK, Talk
from shared.text.forms import FORMS

WRITTEN = "written"


class Figures(TypedDict):
    """The shares (0..1) of one kind: 0 where nothing is predicted or labelled; n counts labels."""

    precision: float
    recall: float
    f1: float
    n: int


class Report(TypedDict):
    """The figures of each kind, and the mean of their F1 over all ten."""

    n: int
    macro_f1: float
    kinds: dict[Talk, Figures]


@dataclass(frozen=True)
class Labelled:
    """A labelled item as the encoder reads it."""

    source: str
    passage: Passage
    kinds: Kinds


class Prediction(NamedTuple):
    """The kinds predicted for a labelled item: by the model alone, and with the rules."""

    item: Labelled
    by_model: Collection[Talk]
    with_rules: Collection[Talk]


def read_items(parts: Collection[Part], shared: Path = SHARED) -> list[Labelled]:
    """Return the labelled items of these parts; recorded ones where the folder has them."""
    texts = dict(read_written())
    if is_there(shared):
        texts |= {item.id: item.text for item in read_recorded(shared)}
    chosen = [item for item in read_labels() if item.id in texts and part_of(item.id) in parts]
    return [_labelled(item.id, texts[item.id], item.settled) for item in chosen]


def _labelled(item_id: str, text: str, kinds: Kinds) -> Labelled:
    source = source_of(item_id)
    return Labelled(source, passage_of(text, FORMS[READ_AS[source]]), kinds)


def predict(encoder: Encoder, bounds: Bounds, items: Sequence[Labelled]) -> list[Prediction]:
    """Return the prediction for each item with words. Raises ValueError without kinds."""
    worded = [item for item in items if item.passage.text]
    return [
        _prediction(item, found.kinds, bounds)
        for item, found in zip(worded, encoder.read([each.passage for each in worded]), strict=True)
    ]


def _prediction(item: Labelled, logits: tuple[float, ...] | None, bounds: Bounds) -> Prediction:
    if logits is None or not bounds:
        raise ValueError("these weights predict no kinds of talk")
    with_rules = kinds_of([logits], bounds, item.passage.text)
    return Prediction(item, kinds_of([logits], bounds), with_rules)


def reports_of(predictions: Sequence[Prediction]) -> Mapping[str, Mapping[str, Report]]:
    """Return the reports of all, recorded and written items, by the model and with the rules."""
    groups = {
        "all": predictions,
        "recorded": [each for each in predictions if each.item.source != WRITTEN],
        "written": [each for each in predictions if each.item.source == WRITTEN],
    }
    return {
        group: {
            "model": report_of([(each.by_model, each.item.kinds) for each in some]),
            "rules": report_of([(each.with_rules, each.item.kinds) for each in some]),
        }
        for group, some in groups.items()
    }


def report_of(pairs: Sequence[tuple[Collection[Talk], Collection[Talk]]]) -> Report:
    """Return the report of pairs: the predicted kinds, and the labelled ones."""
    kinds = {kind: figures_of([(kind in a, kind in b) for a, b in pairs]) for kind in TALK}
    mean = sum(each["f1"] for each in kinds.values()) / len(kinds)
    return Report(n=len(pairs), macro_f1=round(mean, 3), kinds=kinds)


def figures_of(pairs: Sequence[tuple[bool, bool]]) -> Figures:
    """Return the figures of one kind from pairs: whether it is predicted, and labelled."""
    predicted, labelled = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    both = sum(a and b for a, b in pairs)
    return Figures(
        precision=round(both / max(1, predicted), 3),
        recall=round(both / max(1, labelled), 3),
        f1=round(2 * both / max(1, predicted + labelled), 3),
        n=labelled,
    )


def table_of(reports: Mapping[str, Report]) -> str:
    """Return the reports of a group as a table of Markdown."""
    before, after = reports["model"], reports["rules"]
    rows = [
        "| kind | n | precision | recall | F1 | F1 of the model alone |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind, each in after["kinds"].items():
        shares = " | ".join(f"{each[name]:.2f}" for name in ("precision", "recall", "f1"))
        rows.append(f"| {kind} | {each['n']} | {shares} | {before['kinds'][kind]['f1']:.2f} |")
    means = f"{after['macro_f1']:.2f} | {before['macro_f1']:.2f}"
    return "\n".join([*rows, f"| mean | {after['n']} | | | {means} |"])
