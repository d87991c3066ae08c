"""Tables of the methods' figures side by side, as text."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.labelled import LABELS

Figures = dict[str, Any]
LINES: Sequence[tuple[str, Callable[[Figures], str]]] = (
    ("version", lambda f: str(f["version"])),
    ("accuracy", lambda f: f"{f['accuracy']:.3f}"),
    ("macro-F1", lambda f: f"{f['macro_f1']:.3f}"),
    ("correlation on tweets", lambda f: f"{f['tweet_correlation']:.3f}"),
    ("calibration error", lambda f: f"{f['calibration']['ece']:.3f}"),
    ("mean compound", lambda f: f"{f['mean_compound']:.3f}"),
    ("its standard deviation", lambda f: f"{f['spread_of_compound']:.3f}"),
    ("marked as not English", lambda f: str(f["marked_as_other_language"])),
    ("texts a second", lambda f: f"{f['texts_a_second']:,.0f}"),
    ("load time, ms", lambda f: f"{f['load_ms']:.0f}"),
    ("memory, MB", lambda f: f"{f['memory_mb']:.1f}"),
)


def table_of(found: Sequence[Figures]) -> str:
    """Return all figures of all methods as text."""
    lines = [
        f"{found[0]['texts']:,} comments and {found[0]['tweets']:,} tweets, labelled by people",
        "",
        _row("", [f["method"] for f in found]),
        *(_row(name, [write(f) for f in found]) for name, write in LINES),
    ]
    for figures in found:
        lines += ["", *_of_one(figures)]
    return "\n".join(lines)


def _of_one(figures: Figures) -> list[str]:
    lines = [
        f"{figures['method']}: what people say (rows) and what it says",
        _row("", [*LABELS, "precision", "recall", "F1"]),
    ]
    for label, row in zip(LABELS, figures["confusion"], strict=True):
        rates = figures["labels"][label]
        shares = [f"{rates[name]:.3f}" for name in ("precision", "recall", "f1")]
        lines.append(_row(label, [*map(str, row), *shares]))
    lines += ["", "  how sure it is of its label, and how often it is right"]
    lines.append(_row("", ["texts", "sure", "right"]))
    for row in figures["calibration"]["bins"]:
        cells = [str(row["texts"]), f"{row['sure']:.3f}", f"{row['right']:.3f}"]
        lines.append(_row(f"from {row['from']:.1f}", cells))
    for error in figures["errors"]:
        verdict = f"{error['people']}, not {error['method']} ({error['compound']:+.2f})"
        lines.append(f"  {verdict}: {error['text']}")
    return lines


def _row(name: str, cells: Sequence[str]) -> str:
    return f"  {name:24}" + "".join(f"{cell:>11}" for cell in cells)
