"""Readers of text that people have labelled, and where to get that text."""

import csv
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

DEFAULT_FOLDER = Path("../shared/sentiment")
LABELS = ("negative", "neutral", "positive")
AMBIGUOUS = 0
LABEL_NUMBERS = frozenset("0123")

WHERE_TO_GET_IT = """{path} isn't there.

Get the texts that people have labelled, and give their folder:

- goemotions_dev.tsv, goemotions_train.tsv: dev.tsv and train.tsv of
  https://github.com/google-research/google-research/tree/master/goemotions/data, with each emotion
  replaced by its group in sentiment_mapping.json (0 ambiguous, 1 negative, 2 neutral, 3 positive)
- field_train.jsonl: https://github.com/collab-uniba/Senti4SD, and the sets of GitHub and Jira in
  https://github.com/disa-lab/DeepSentimentSECrossPlatform, as rows of text, label and source
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
    """Return the comments of a split of GoEmotions: text, labels, id.

    Exits if the file is missing, or has a row of another form.
    """
    found = []
    for number, row in _rows(path, csv.QUOTE_MINIMAL):
        numbers = row[1].split(",") if len(row) > 1 else []
        if not numbers or not set(numbers) <= LABEL_NUMBERS:
            refuse(path, number, "a row is a text, numbers of labels (0 to 3, by commas) and an id")
        found.append(Comment(row[0], tuple(map(int, numbers))))
    return found


def with_one_label(comments: Sequence[Comment]) -> tuple[list[str], list[int]]:
    """Return the texts with exactly one label that isn't ambiguous, and its place in LABELS."""
    kept = [c for c in comments if len(c.labels) == 1 and c.labels[0] != AMBIGUOUS]
    return [c.text for c in kept], [c.labels[0] - 1 for c in kept]


def read_tweets(path: Path) -> list[Tweet]:
    """Return the tweets of the VADER paper: id, mean rating, text.

    Exits if the file is missing, or has a row of another form.
    """
    found = []
    for number, row in _rows(path, csv.QUOTE_NONE):
        rating = _number(row[1]) if len(row) > 2 else None
        if rating is None:
            refuse(path, number, "a row is an id, a rating and a text")
        found.append(Tweet(row[2], rating))
    return found


def refuse(path: Path, line: int, reason: str) -> NoReturn:
    """Exit with the line of a file that can't be read, and the reason."""
    sys.exit(f"{path}:{line}: {reason}")


def existing(path: Path) -> Path:
    """Return the path. Exits with where to get the labelled text if nothing is there."""
    if not path.exists():
        sys.exit(WHERE_TO_GET_IT.format(path=path))
    return path


def _rows(path: Path, quoting: Literal[0, 3]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a file with the numbers of their last lines."""
    rows = csv.reader(_lines(existing(path)), delimiter="\t", quoting=quoting, strict=True)
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as problem:
        refuse(path, rows.line_num, str(problem))


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield line.decode()
            except UnicodeDecodeError as problem:
                refuse(path, number, f"it isn't UTF-8: {problem}")


def _number(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
