"""The figures of one method for the report of `python -m bench.sentiment`.

Accuracy, macro-F1, a confusion table and calibration on goemotions_dev.tsv, correlation on
vader_tweets.tsv, speed, memory and load time, and the scores by file.
"""

import resource
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import correlation, mean, median, pstdev
from typing import Any

from bench.labelled import LABELS, read_comments, read_tweets, with_one_label
from bench.labelled_files import read_corrections, read_folder
from bench.sentiment_figures import calibration, confusion, rates
from bench.sentiment_scores import score_file
from collector.sentiment.base import Method, Score
from collector.sentiment.registry import method_named
from shared.text.forms import FORMS
from shared.text.forms.reddit import REDDIT

ROUNDS = 5
MEGABYTE = 1024  # ru_maxrss is in kilobytes on Linux


def measure(
    name: str, folder: Path, errors: int, corrections: Path | None = None
) -> dict[str, Any]:
    """Return all figures of one method."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    method = method_named(name, FORMS)
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
        "files": {
            file.name: score_file(method, file)
            for file in (*read_folder(folder, training=False), *read_corrections(corrections))
        },
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
