"""Draws the results of `bench.size`: the cost of each size relative to that of the smallest one.

`python -m bench.size_plot FILE.json > docs/images/size.svg`. Both axes are logarithmic: a cost that
grows as the size does is as steep as the diagonal, and one that doesn't grow is flat.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 1000, 420
TOP, BOTTOM, LEFT = 76, 384, 64
PANEL_WIDTH, LABEL_WIDTH = 250, 210
LABEL_GAP = 15
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-size: 14px; font-weight: 600 }
.grid { stroke: #ddd } .diagonal { stroke: #999; stroke-dasharray: 4 4 }
.line { fill: none; stroke-width: 2.25 } .read { stroke: #9a9a9a; stroke-width: 1; opacity: .8 }
.l0 { stroke: #555 } .l1 { stroke: #0b6e99 } .l2 { stroke: #b4530a } .l3 { stroke: #6b3fa0 }
.l4 { stroke: #2c7a3d }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .grid { stroke: #3a3a3a } .diagonal { stroke: #777 } .read { stroke: #888 }
.l0 { stroke: #ccc } .l1 { stroke: #5bc0eb } .l2 { stroke: #f4a259 } .l3 { stroke: #c3a6ff }
.l4 { stroke: #7bd88f }
}
"""
WORK = ("cycle, nothing new", "cycle, 6,000 new", "find trends", "cleanup, one day")
READS, READ = "reads: median", "read: "
LEAST = 0.1
LEGEND = "Thin lines: each read, the steepest named. Dashed: as fast as the size grows."

Points = list[tuple[float, float]]


def draw(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Return an SVG with one panel for growing items and one for growing subreddits."""
    fewest = min(s.get("subjects", 0) for s in sizes)
    sizes = [s for s in sizes if s.get("subjects", 0) == fewest]
    few, many = min(s["subreddits"] for s in sizes), max(s["items"] for s in sizes)
    panels = (
        (f"items, in {few:,} subreddits", "items", [s for s in sizes if s["subreddits"] == few]),
        (f"subreddits, of {many:,} items", "subreddits", [s for s in sizes if s["items"] == many]),
    )
    scale = _scale(_ratios(of) for _, _, of in panels)
    drawn = [
        _panel(LEFT + number * (PANEL_WIDTH + LABEL_WIDTH + 30), title, axis, of, scale)
        for number, (title, axis, of) in enumerate(panels)
    ]
    title = "Processor time, as so many times that of the smallest size (both axes logarithmic)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{title}</title><style>{STYLE}</style>"
        f'<text x="{LEFT}" y="24" class="title">{title}</text>'
        f'<text x="{LEFT}" y="44">{LEGEND}</text>'
        f"{''.join(drawn)}</svg>\n"
    )


def _ratios(sizes: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Return each measurement's times, divided by that of the first size."""
    found: dict[str, list[float]] = {}
    for name, first in sizes[0]["measures"].items():
        unit = "cpu_ms" if "cpu_ms" in first else "cpu_seconds"
        if least := first[unit]:
            found[name] = [max(LEAST, s["measures"][name][unit] / least) for s in sizes]
    return found


def _is_read(sizes: Sequence[Mapping[str, Any]], name: str) -> bool:
    return "cpu_ms" in sizes[0]["measures"][name]


def _scale(ratios: Iterable[Mapping[str, Sequence[float]]]) -> Callable[[float], float]:
    """Return the function from a ratio to its y coordinate."""
    values = [value for of in ratios for line in of.values() for value in line]
    low = math.floor(math.log10(min([1.0, *values])))
    high = max(1, math.ceil(math.log10(max([1.0, *values]))))
    return lambda value: BOTTOM - (math.log10(value) - low) / (high - low) * (BOTTOM - TOP)


def _panel(
    left: float,
    title: str,
    axis: str,
    sizes: Sequence[Mapping[str, Any]],
    height: Callable[[float], float],
) -> str:
    first, last = sizes[0][axis], sizes[-1][axis]
    span = math.log10(last / first) or 1.0
    across = [left + math.log10(s[axis] / first) / span * PANEL_WIDTH for s in sizes]
    parts = [f'<text x="{left}" y="{TOP - 10}" class="title">By {escape(title)}</text>']
    parts += [_gridline(left, exponent, height) for exponent in range(-1, 4)]
    parts += [
        f'<text x="{x:.0f}" y="{BOTTOM + 20}" text-anchor="middle">{s[axis]:,}</text>'
        for x, s in zip(across, sizes, strict=True)
    ]
    diagonal = [
        (x, height(max(LEAST, s[axis] / first))) for x, s in zip(across, sizes, strict=True)
    ]
    parts.append(_line([point for point in diagonal if point[1] >= TOP], "diagonal line"))
    ratios = _ratios(sizes)
    reads = [name for name in ratios if _is_read(sizes, name)]
    for name in reads:
        points = [(x, height(r)) for x, r in zip(across, ratios[name], strict=True)]
        parts.append(_line(points, "line read", name))
    middle = [sorted(ratios[name][n] for name in reads)[len(reads) // 2] for n in range(len(sizes))]
    lines = {READS: middle, **{name: ratios[name] for name in WORK if name in ratios}}
    steepest = max(reads, key=lambda name: ratios[name][-1])
    lines[f"{READ}{steepest}"] = ratios[steepest]
    places = _apart({name: height(line[-1]) for name, line in lines.items()})
    for number, (name, line) in enumerate(lines.items()):
        points = [(x, height(r)) for x, r in zip(across, line, strict=True)]
        kind = "read" if name.startswith(READ) else f"l{number}"
        parts.append(_line(points, f"line {kind}", name))
        parts.append(
            f'<text x="{left + PANEL_WIDTH + 8}" y="{places[name] + 4:.0f}">'
            f"{escape(name)} x{_short(line[-1])}</text>"
        )
    return "".join(parts)


def _short(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def _gridline(left: float, exponent: int, height: Callable[[float], float]) -> str:
    y = height(10.0**exponent)
    if not TOP - 1 <= y <= BOTTOM + 1:
        return ""
    return (
        f'<line class="grid" x1="{left}" x2="{left + PANEL_WIDTH}" y1="{y:.0f}" y2="{y:.0f}"/>'
        f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">x{10.0**exponent:g}</text>'
    )


def _line(points: Points, kind: str, name: str = "") -> str:
    along = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{along}"><title>{escape(name)}</title></polyline>'


def _apart(wanted: Mapping[str, float]) -> dict[str, float]:
    """Return the labels' y coordinates, moved so that none covers another."""
    placed: dict[str, float] = {}
    lowest: float = TOP - LABEL_GAP
    for name, y in sorted(wanted.items(), key=lambda pair: pair[1]):
        lowest = placed[name] = max(y, lowest + LABEL_GAP)
    over = max(0.0, lowest - BOTTOM)
    return {name: y - over for name, y in placed.items()}


def main() -> None:
    """Print the drawing of a result file of `bench.size`."""
    print(draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["sizes"]), end="")


if __name__ == "__main__":
    main()
