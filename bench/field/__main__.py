"""The labelled set of this field (docs/labelling.md).

    python -m bench.field draw OUT               recorded items to label, by a fixed seed
    python -m bench.field compare A B            what two readers labelled differently
    python -m bench.field merge A B SETTLED OUT  rows of labels.jsonl
    python -m bench.field agreement              counts, and Cohen's kappa by source
    python -m bench.field join SHARED OUT        own_train.jsonl, own_dev.jsonl, own_test.jsonl
    python -m bench.field page                   docs/sentiment_examples.md, on standard output

A, B and SETTLED are files of labels, as the guide says; SHARED has the recorded items (../shared).
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.field.agreement import agreements, counts_of, table_of
from bench.field.draw import draw
from bench.field.joining import joined
from bench.field.labels import read_labels, write_rows
from bench.field.merging import disagreements, merged, read_pass
from bench.field.page import page
from bench.field.recorded import SHARED, is_there, read_recorded
from collector.sentiment.registry import METHODS, method_named
from shared.text.forms import FORMS


def write_draw(out: Path) -> None:
    """Write the recorded items to label: id, text, targets. Exits if there are none."""
    if not is_there():
        sys.exit(f"{SHARED} has no recorded items: reddit and sources are looked for there.")
    drawn = draw(read_recorded())
    write_rows(
        out, [{"id": d.item.id, "text": d.item.text, "targets": list(d.targets)} for d in drawn]
    )
    naming = sum(bool(each.targets) for each in drawn)
    print(f"{out}: {len(drawn)} items, {naming} of them name a product")


def print_comparison(first: Path, second: Path) -> None:
    """Print what two readers labelled differently."""
    for each in disagreements(read_pass(first), read_pass(second)):
        print(f"{each.id}\t{each.target or '(text)'}\t{each.a}\t{each.b}")


def write_merged(first: Path, second: Path, settled: Path, out: Path) -> None:
    """Write rows of labels.jsonl. Exits if a disagreement isn't settled."""
    try:
        rows = merged(read_pass(first), read_pass(second), read_pass(settled))
    except ValueError as problem:
        sys.exit(str(problem))
    write_rows(out, rows)


def print_agreement() -> None:
    """Print counts and Cohen's kappa, by source."""
    items = read_labels()
    print(f"{counts_of(items)}\n\n{table_of(agreements(items))}")


def write_joined(shared: Path, out: Path) -> None:
    """Write the three parts, and say what is missing in them."""
    out.mkdir(parents=True, exist_ok=True)
    for part, rows in joined(shared).items():
        write_rows(out / f"own_{part}.jsonl", rows)
        print(f"{out / f'own_{part}.jsonl'}: {len(rows):,} rows")
    if not is_there(shared):
        print(f"{shared} has no recorded items: only the written sentences are joined.")


def print_page() -> None:
    """Print what each method says of 60 sentences."""
    print(page([method_named(name, FORMS) for name in METHODS]), end="")


VERBS: Mapping[str, tuple[Callable[..., None], Sequence[str]]] = {
    "draw": (write_draw, ("out",)),
    "compare": (print_comparison, ("a", "b")),
    "merge": (write_merged, ("a", "b", "settled", "out")),
    "agreement": (print_agreement, ()),
    "join": (write_joined, ("shared", "out")),
    "page": (print_page, ()),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.field",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, (_, names) in VERBS.items():
        of_verb = verbs.add_parser(verb)
        for name in names:
            of_verb.add_argument(name, type=Path)
    given = vars(parser.parse_args(arguments))
    run, names = VERBS[given["verb"]]
    run(*(given[name] for name in names))


if __name__ == "__main__":
    main()
