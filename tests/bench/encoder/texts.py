"""A small folder of labelled texts, in the form of ../shared."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

COUNT = 24
MOODS = {"negative": "bad", "neutral": "there", "positive": "good"}


def write_shared(folder: Path) -> None:
    """Write the public sets, with texts of their own in each part."""
    labelled = folder / "sentiment"
    labelled.mkdir()
    for part in ("train", "dev"):
        numbers = range(COUNT)
        comments = [f"Comment {n} of {part} is good\t{1 + n % 3}\tid{n}" for n in numbers]
        comments.append(f"Good and bad in {part}\t1,3\tid")
        path = labelled / f"goemotions_{part}.tsv"
        path.write_text("".join(f"{line}\n" for line in comments), encoding="utf-8")
        _write(labelled / f"field_{part}.jsonl", [_text(part, n) for n in numbers])
        _write(labelled / f"targets_{part}.jsonl", [_target(part, n) for n in numbers])
        _write(labelled / f"comparisons_{part}.jsonl", [_comparison(part, n) for n in numbers])


def _text(part: str, number: int) -> Mapping[str, object]:
    label = list(MOODS)[number % 3]
    return {
        "text": f"Build {number} of {part} is {MOODS[label]}",
        "label": label,
        "source": "github",
    }


def _target(part: str, number: int) -> Mapping[str, object]:
    label = list(MOODS)[number % 3]
    text = f"The soup was {MOODS[label]}, the bread of {part} {number} wasn't"
    place = {"target": "soup", "from": 4, "to": 8}
    return {"text": text, **place, "label": label, "source": "news"}


def _comparison(part: str, number: int) -> Mapping[str, object]:
    label = ("better", "worse", "none")[number % 3]
    names = ("Cody", "Aider") if label == "worse" else ("Aider", "Cody")
    text = f"{names[0]} is {label} than {names[1]} in {part} {number}"
    return {"text": text, "a": names[0], "b": names[1], "label": label, "domain": "tools"}


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
