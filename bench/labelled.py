"""Readers of text that people have labelled, and where to get that text."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

DEFAULT_FOLDER = Path("../shared/sentiment")
LABELS = ("negative", "neutral", "positive")
AMBIGUOUS = 0

WHERE_TO_GET_IT = """{path} isn't there.

Get the texts that people have labelled, and give their folder:

- goemotions_dev.tsv, goemotions_train.tsv: dev.tsv and train.tsv of
  https://github.com/google-research/google-research/tree/master/goemotions/data, with each emotion
  replaced by its group in sentiment_mapping.json (0 ambiguous, 1 negative, 2 neutral, 3 positive)
- vader_tweets.tsv: tweets_GroundTruth.txt of https://github.com/cjhutto/vaderSentiment"""


class Comment(NamedTuple):
    """A comment and its raters' choices: numbers of LABELS, from 1, or AMBIGUOUS."""

    text: str
    labels: tuple[int, ...]


class Tweet(NamedTuple):
    """A tweet and the mean of its ratings, -4 to 4."""

    text: str
    rating: float


def read_comments(path: Path) -> list[Comment]:
    """Return the comments of a split of GoEmotions: text, labels, id. Exits if it is missing."""
    with _existing(path).open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t")
        return [Comment(row[0], tuple(map(int, row[1].split(",")))) for row in rows]


def with_one_label(comments: Sequence[Comment]) -> tuple[list[str], list[int]]:
    """Return the texts with exactly one label that isn't ambiguous, and its place in LABELS."""
    kept = [c for c in comments if len(c.labels) == 1 and c.labels[0] != AMBIGUOUS]
    return [c.text for c in kept], [c.labels[0] - 1 for c in kept]


def read_tweets(path: Path) -> list[Tweet]:
    """Return the tweets of the VADER paper: id, mean rating, text. Exits if they are missing."""
    with _existing(path).open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Tweet(row[2], float(row[1])) for row in rows]


def _existing(path: Path) -> Path:
    if not path.exists():
        sys.exit(WHERE_TO_GET_IT.format(path=path))
    return path
