"""Figures of a method on each file of labelled text, whole and by source."""

from collections.abc import Mapping, Sequence
from statistics import StatisticsError, correlation
from typing import Literal, NotRequired, TypedDict

from bench.labelled import LABELS
from bench.labelled_files import Labelled, LabelledFile, RatedFile, Read
from bench.sentiment_figures import confusion, rates
from collector.sentiment.base import Method, Score, Target, Text
from shared.communities import SourceName
from shared.text.forms import FORMS

# The sources of labelled text whose form is known. Texts of others are read as pushed ones.
READ_AS: Mapping[str | None, SourceName] = {
    "reddit": "reddit",
    "written": "reddit",
    "hn": "hackernews",
    "github": "github",
}


class Rates(TypedDict):
    """The share of a method's labels that are people's, for n texts or targets."""

    accuracy: float
    macro_f1: float
    n: int


class FileRates(Rates):
    """The rates of a file, also by each source that its rows name.

    target_by is "text" if the method scored the texts of the targets instead.
    """

    by_source: dict[str, Rates]
    target_by: NotRequired[Literal["text", "target"]]


class Pearson(TypedDict):
    """The correlation of compound with people's ratings; None if either is constant."""

    pearson: float | None
    n: int
    by_source: dict[str, Rates]


Scores = dict[str, FileRates | Pearson]


def score_file(method: Method, file: Read) -> FileRates | Pearson:
    """Return the figures of a method on a file. The method has the forms of all sources."""
    if isinstance(file, RatedFile):
        return _pearson(method, file)
    scores = _scores(method, file)
    chosen = [LABELS.index(score.label) for score in scores]
    sources = sorted({item.source for item in file.items if item.source is not None})
    pairs = list(zip(file.items, chosen, strict=True))
    whole = _rates(pairs)
    found = FileRates(
        accuracy=whole["accuracy"],
        macro_f1=whole["macro_f1"],
        n=whole["n"],
        by_source={
            source: _rates([pair for pair in pairs if pair[0].source == source])
            for source in sources
        },
    )
    if file.of == "target":
        found["target_by"] = method.target_by
    return found


def _scores(method: Method, file: LabelledFile) -> list[Score]:
    read_as = [file.read_as or READ_AS.get(item.source, "push") for item in file.items]
    if file.of == "text":
        texts = zip(file.items, read_as, strict=True)
        return method.score_many([Text(item.text, source) for item, source in texts])
    targets = zip(file.items, read_as, strict=True)
    return method.score_many_targets(
        [
            Target(item.text, *item.place, FORMS[source])
            for item, source in targets
            if item.place is not None
        ]
    )


def _rates(pairs: Sequence[tuple[Labelled, int]]) -> Rates:
    labels, chosen = [item.label for item, _ in pairs], [choice for _, choice in pairs]
    found = rates(confusion(labels, chosen))
    return {"accuracy": found["accuracy"], "macro_f1": found["macro_f1"], "n": len(pairs)}


def _pearson(method: Method, file: RatedFile) -> Pearson:
    scores = method.score_many([Text(tweet.text, "reddit") for tweet in file.items])
    try:
        pearson = correlation(
            [score.compound for score in scores], [tweet.rating for tweet in file.items]
        )
    except StatisticsError:
        pearson = None
    return Pearson(pearson=pearson, n=len(file.items), by_source={})
