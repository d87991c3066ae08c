"""Evaluation of the starter pack's rules on texts that say which subjects they name: `make eval`.

The texts are tests/shared/subjects/mentions.ndjson, or a file of the same form. Prints precision
and recall, of all and of each subject, and the texts that are read otherwise; `--json` prints the
figures as one JSON object.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from shared.communities import SourceName
from shared.subjects.matcher import Matcher
from shared.subjects.starter import starter_pack
from shared.subjects.texts import ItemText, find
from tests.fixtures.host import ROOT

LINES = ROOT / "tests" / "shared" / "subjects" / "mentions.ndjson"
# A community that is home to no subject.
NO_HOME = "programming"


class Line(TypedDict):
    """A text, and the ids of the subjects that it names."""

    text: str
    subjects: list[str]
    about: NotRequired[str]
    shape: NotRequired[str]
    community: NotRequired[str]
    source: NotRequired[SourceName]
    author: NotRequired[str]


@dataclass(frozen=True)
class Reading:
    """A line, and the subjects that the rules find in it."""

    line: Line
    found: frozenset[str]

    @property
    def named(self) -> frozenset[str]:
        """Return the subjects that the line names."""
        return frozenset(self.line["subjects"])


@dataclass(frozen=True)
class Rates:
    """The numbers of mentions that were found rightly, found wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Return the share of what was found that is right; 1 if nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Return the share of the mentions that was found; 1 if there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def read_lines(path: Path = LINES) -> list[Line]:
    """Return the lines of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def readings(lines: Iterable[Line]) -> Iterator[Reading]:
    """Yield the lines with what the starter pack's rules find in them."""
    matcher = Matcher(starter_pack())
    for line in lines:
        community = line.get("community", NO_HOME)
        text = ItemText(line["text"], line.get("source", "reddit"), line.get("author"), community)
        yield Reading(line, frozenset(each.subject for each in find(matcher, text).matches))


def rates(read: Iterable[Reading]) -> tuple[Rates, dict[str, Rates]]:
    """Return the rates of all mentions, and those of each subject."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for each in read:
        right.update(each.found & each.named)
        wrong.update(each.found - each.named)
        missed.update(each.named - each.found)
    subjects = sorted({*right, *wrong, *missed})
    return (
        Rates(right.total(), wrong.total(), missed.total()),
        {each: Rates(right[each], wrong[each], missed[each]) for each in subjects},
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.mentions", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=LINES)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    read = list(readings(read_lines(options.file)))
    whole, by_subject = rates(read)
    if options.json:
        print(json.dumps(_figures(read, whole, by_subject)))
        return
    print(f"{len(read)} texts, {whole.right + whole.missed} mentions\n")
    print("| subject | mentions | precision | recall |\n| --- | --- | --- | --- |")
    for name, of in (*by_subject.items(), ("all", whole)):
        print(f"| {name} | {of.right + of.missed} | {of.precision:.3f} | {of.recall:.3f} |")
    for each in read:
        if each.found != each.named:
            print(f"\n{each.line['text']!r}")
            print(f"names {sorted(each.named)}, found {sorted(each.found)}")


def _figures(
    read: Sequence[Reading], whole: Rates, by_subject: dict[str, Rates]
) -> dict[str, object]:
    return {
        "texts": len(read),
        "mentions": whole.right + whole.missed,
        "precision": whole.precision,
        "recall": whole.recall,
        "subjects": {
            name: {"precision": each.precision, "recall": each.recall}
            for name, each in by_subject.items()
        },
    }


if __name__ == "__main__":
    main()
