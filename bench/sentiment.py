"""Evaluation of each method on text that people have labelled: `make eval`.

Prints a report: accuracy, macro-F1, a confusion table and calibration on goemotions_dev.tsv,
correlation on vader_tweets.tsv, speed, memory and load time, and the scores by file. `--errors N`
adds N texts that each method misreads. `--json` prints one JSON object instead, with the scores of
every labelled file in the folder (docs/sentiment.md). `--corrections FILE` adds what people
corrected, an export of GET /api/v1/corrections?format=jsonl, to both. Each method runs in a process
of its own. `--json --method llm` measures the language model of the settings, which costs tokens.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from bench.labelled import DEFAULT_FOLDER, WHERE_TO_GET_IT, existing
from bench.labelled_files import read_corrections, read_folder
from bench.sentiment_model import asking_method
from bench.sentiment_report import measure
from bench.sentiment_scores import Scores, score_file
from bench.sentiment_table import table_of
from collector.sentiment.llm.method import NAME as MODEL
from collector.sentiment.registry import METHODS, method_named
from local.host.config import read_local_settings
from shared.settings import Settings, load_settings
from shared.text.forms import FORMS


class MethodScores(TypedDict):
    """The scores of each method, by file."""

    methods: dict[str, Scores]


def scores_of(name: str, folder: Path, corrections: Path | None = None) -> MethodScores:
    """Return the scores of one method. Exits if there is no labelled file."""
    method = asking_method(_settings()) if name == MODEL else method_named(name, FORMS)
    files = (*read_folder(folder), *read_corrections(corrections))
    found: Scores = {file.name: score_file(method, file) for file in files}
    if not found:
        sys.exit(WHERE_TO_GET_IT.format(path=folder / "goemotions_dev.tsv"))
    return {"methods": {name: found}}


def main() -> None:
    """Measure each method in a process of its own, and print a report or JSON."""
    given = _arguments()
    more = ["--corrections", str(given.corrections)] if given.corrections else []
    if given.method and given.json:
        _print(scores_of(given.method, given.folder, given.corrections))
    elif given.method:
        _print(measure(given.method, given.folder, given.errors, given.corrections))
    elif given.json:
        apart = _each_apart([str(given.folder), "--json", *more])
        _print({"methods": {name: each["methods"][name] for name, each in apart.items()}})
    else:
        existing(given.folder / "goemotions_dev.tsv")
        apart = _each_apart([str(given.folder), "--errors", str(given.errors), *more])
        print(table_of(list(apart.values())))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.sentiment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--json", action="store_true", help="scores by file instead of the report")
    parser.add_argument("--errors", type=int, default=0, help="how many misread texts to show")
    parser.add_argument("--corrections", type=Path, help="an export of what people corrected")
    parser.add_argument("--method", choices=(*METHODS, MODEL), help="one method alone, as JSON")
    given = parser.parse_args()
    if given.json and given.errors:
        parser.error("--errors is for the report, not for --json")
    if given.method == MODEL and not given.json:
        parser.error("--method llm is for --json: the report scores each text several times")
    return given


def _settings() -> Settings:
    return load_settings(read_local_settings(Path(), os.environ))


def _each_apart(arguments: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the figures of each method. Exits as the first of them that fails."""
    found: dict[str, dict[str, Any]] = {}
    for name in METHODS:
        command = [sys.executable, "-m", "bench.sentiment", *arguments, "--method", name]
        done = subprocess.run(command, check=False, capture_output=True)
        # All methods skip the same files.
        if done.returncode or not found:
            sys.stderr.buffer.write(done.stderr)
        if done.returncode:
            sys.exit(done.returncode)
        found[name] = json.loads(done.stdout)
    return found


def _print(found: object) -> None:
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
