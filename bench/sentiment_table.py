"""Tables of the methods' figures side by side, as text."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.labelled import LABELS
from bench.labelled_files import CORRECTIONS

# The files whose accuracy the table shows.
BY_ACCURACY = ("comparisons_", f"{CORRECTIONS}:")
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
        "",
        *_by_file([f["files"] for f in found]),
    ]
    for figures in found:
        lines += ["", *_of_one(figures)]
    return "\n".join(lines)


def _by_file(found: Sequence[Figures]) -> list[str]:
    """Return a line for each file, and each source of one that has several."""
    title = "macro-F1, of tweets correlation, of comparisons and corrections accuracy"
    lines = [f"by file and source: {title}"]
    for name, first in found[0].items():
        each = [scores[name] for scores in found]
        lines.append(_row(name, [_figure(name, rates) for rates in each], first["n"]))
        if len(first["by_source"]) < 2:
            continue
        for source, of_source in first["by_source"].items():
            cells = [_figure(name, rates["by_source"][source]) for rates in each]
            lines.append(_row(f"  {source}", cells, of_source["n"]))
    return lines


def _figure(name: str, rates: Figures) -> str:
    if "pearson" in rates:
        return "none" if rates["pearson"] is None else f"{rates['pearson']:.3f}"
    # No target of a comparison is neutral, so that macro-F1 would be 2/3 at most. Corrections are
    # few, and some label may be missing.
    chosen = rates["accuracy"] if name.startswith(BY_ACCURACY) else rates["macro_f1"]
    return f"{chosen:.3f}"


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


def _row(name: str, cells: Sequence[str], count: int | None = None) -> str:
    counted = "" if count is None else f"{count:>8,}"
    return f"  {name:24}" + "".join(f"{cell:>11}" for cell in cells) + counted
