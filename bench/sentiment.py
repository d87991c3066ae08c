"""Evaluation of each method on text that people have labelled: `make eval`.

Compares accuracy, macro-F1, a confusion table and calibration on goemotions_dev.tsv, correlation on
vader_tweets.tsv, speed, memory and load time. Each method runs in a process of its own. `--json`
prints the figures as one JSON object, `--errors N` also N texts that each method misreads.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import correlation, mean, median, pstdev
from typing import Any, get_args

from bench.labelled import DEFAULT_FOLDER, LABELS, read_comments, read_tweets, with_one_label
from bench.sentiment_figures import calibration, confusion, rates
from bench.sentiment_table import table_of
from collector.sentiment.base import Method, Score
from collector.sentiment.registry import method_named
from shared.settings import Settings
from shared.text.forms.reddit import REDDIT

METHODS = get_args(Settings.model_fields["sentiment_method"].annotation)
ROUNDS = 5
MEGABYTE = 1024  # ru_maxrss is in kilobytes on Linux


def measure(name: str, folder: Path, errors: int) -> dict[str, Any]:
    """Return all figures of one method."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    method = method_named(name)
    load_ms = 1000 * (time.perf_counter() - began)
    texts, labels = with_one_label(read_comments(folder / "goemotions_dev.tsv"))
    tweets = read_tweets(folder / "vader_tweets.tsv")
    method.score("a first text")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scores = [method.score(text, REDDIT) for text in texts]
    chosen = [LABELS.index(score.label) for score in scores]
    table = confusion(labels, chosen)
    ratings = [tweet.rating for tweet in tweets]
    return {
        "method": method.name,
        "version": method.version,
        "texts": len(texts),
        **rates(table),
        "confusion": table,
        "calibration": calibration(scores, labels),
        "mean_compound": mean(score.compound for score in scores),
        "spread_of_compound": pstdev(score.compound for score in scores),
        "tweets": len(tweets),
        "tweet_correlation": correlation(
            [method.score(tweet.text, REDDIT).compound for tweet in tweets], ratings
        ),
        "marked_as_other_language": sum(score.language == "other" for score in scores),
        "texts_a_second": _texts_a_second(method, texts),
        "load_ms": load_ms,
        "memory_mb": (after - before) / MEGABYTE,
        "errors": _worst(texts, labels, scores, errors),
    }


def _texts_a_second(method: Method, texts: Sequence[str]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for text in texts:
            method.score(text, REDDIT)
        seconds.append(time.process_time() - began)
    return len(texts) / median(seconds)


def _worst(
    texts: Sequence[str], labels: Sequence[int], scores: Sequence[Score], count: int
) -> list[dict[str, object]]:
    """Return the misread texts whose compound is furthest from their label."""
    wrong = [
        (abs(score.compound - (label - 1)), text, label, score)
        for text, label, score in zip(texts, labels, scores, strict=True)
        if score.label != LABELS[label]
    ]
    wrong.sort(key=lambda found: (-found[0], found[1]))
    return [
        {"text": text, "people": LABELS[label], "method": score.label, "compound": score.compound}
        for _, text, label, score in wrong[:count]
    ]


def main() -> None:
    """Measure each method in a process of its own and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--errors", type=int, default=0, help="how many misread texts to show")
    parser.add_argument("--method", choices=METHODS, help="one method alone, as JSON")
    given = parser.parse_args()
    if given.method:
        print(json.dumps(measure(given.method, given.folder, given.errors)))
        return
    read_comments(given.folder / "goemotions_dev.tsv")
    found = [_measure_apart(name, given.folder, given.errors) for name in METHODS]
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else table_of(found))


def _measure_apart(name: str, folder: Path, errors: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.sentiment", str(folder)]
    command += ["--method", name, "--errors", str(errors)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    main()
