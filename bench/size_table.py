"""Prints the results of `bench.size` as Markdown: `python -m bench.size_table FILE.json`.

A row is a measurement, a column a size. Then follow ratios of processor time: of the largest size
to the one with the fewest subjects and to the one with the fewest items, all else equal. "!" marks
those beyond what the design allows.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MAX_RATIO = 1.2
AXES = ("subjects", "items")
KEYS = ("items", "subreddits", "subjects")

Measured = Mapping[str, Any]


def table(sizes: Sequence[Measured]) -> str:
    """Return the table."""
    titles = [" / ".join(f"{size[key]:,}" for key in KEYS) for size in sizes]
    head = [" / ".join(KEYS), *titles, *(f"ratio of {axis}" for axis in AXES)]
    head += ["operations", "documents", "answer, KB"]
    lines = [head, ["---"] * len(head)]
    for name, last in sizes[-1]["measures"].items():
        times = [f"{_time(size, name):g}" for size in sizes]
        ratios = [_shown(_ratio(sizes, name, axis)) for axis in AXES]
        counts = [str(last.get(key, "")) for key in ("operations", "documents", "answer_kb")]
        lines.append([f"{name} ({_unit(last)})", *times, *ratios, *counts])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ratio(sizes: Sequence[Measured], name: str, axis: str) -> float | None:
    """Return the time of the largest size to that of the smallest one on this axis alone."""
    last = sizes[-1]
    others = [key for key in KEYS if key != axis]
    alike = [size for size in sizes if all(size[key] == last[key] for key in others)]
    least = min(alike, key=lambda size: float(size[axis]))
    if least is last or not _time(least, name):
        return None
    return _time(last, name) / _time(least, name)


def _shown(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}{' !' if ratio > MAX_RATIO else ''}"


def _unit(found: Measured) -> str:
    return "ms" if "cpu_ms" in found else "s"


def _time(size: Measured, name: str) -> float:
    found = size["measures"][name]
    return float(found["cpu_ms"] if "cpu_ms" in found else found["cpu_seconds"])


def main() -> None:
    """Print the table of a result file of `bench.size`."""
    print(table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["sizes"]))


if __name__ == "__main__":
    main()
