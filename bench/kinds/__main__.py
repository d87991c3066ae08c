"""Measure the kinds of talk by the encoder (docs/kinds.md): python -m bench.kinds [--json].

The items are those that no training had, of the parts dev and test, or of those that --part names.
Recorded items are read from ../shared; without it the figures are of our own sentences alone.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from bench.field.joining import PARTS, Part
from bench.kinds.figures import predict, read_items, reports_of, table_of
from collector.sentiment.encoder.runtime import Encoder, Files

HELD_OUT: Sequence[Part] = ("dev", "test")


def main() -> None:
    """Print the figures; exit with 1 if the weights predict no kinds."""
    parser = argparse.ArgumentParser(prog="bench.kinds", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    files = Files()
    parts: Sequence[Part] = args.part or HELD_OUT
    try:
        predictions = predict(Encoder(files), files.kind_bounds(), read_items(parts))
    except ValueError as problem:
        sys.exit(str(problem))
    reports = reports_of(predictions)
    if args.json:
        print(json.dumps(reports, indent=2))
        return
    for group, each in reports.items():
        print(f"## {group}\n\n{table_of(each)}\n")


if __name__ == "__main__":
    main()
