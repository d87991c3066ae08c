"""The items that weigh most for a span: those to read first, and why each."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from shared.text import folded
from shared.text.stopwords import stopwords

Because = Literal["influence", "volume", "reach", "typical", "opposite"]

MAX_READ = 5
WORD = re.compile(r"[^\W\d_][\w'-]+")


@dataclass(frozen=True)
class Candidate:
    """An item as it counts in a scope. upvotes are None where the source doesn't know them."""

    id: str
    thread: str
    compound: float
    upvotes: int | None
    text: str


@dataclass(frozen=True)
class Chosen:
    """An item to read, why it was chosen, and that in words."""

    item: Candidate
    because: Because
    why: str


def influence(compound: float, mean: float, items: int) -> float:
    """Return how far an item moves the mean of `items`: what the mean would lose without it."""
    return (compound - mean) / (items - 1) if items > 1 else compound


@dataclass(frozen=True)
class Span:
    """The counted items of a span, the items of its threads, and what its change rests on.

    sign is that of the change (-1, 0 or 1). threads are the items of each thread. reason is what
    the largest contribution is called in a sentence, and its ids those items that are in it.
    """

    mean: float
    items: int
    sign: int
    threads: Mapping[str, int]
    reason: str | None
    ids: frozenset[str]


def read_these(candidates: Sequence[Candidate], span: Span, most: int = MAX_READ) -> list[Chosen]:
    """Return up to `most` items that weigh most, each by another measure where there are enough.

    Of a thread there is one, or two where the candidates have fewer threads than that.
    """
    of_thread = 1 if len({each.thread for each in candidates}) >= most else 2
    chosen: list[Chosen] = []
    rankings = _rankings(candidates, span)
    while len(chosen) < most:
        had = len(chosen)
        for ranked in rankings:
            taken = {each.item.id for each in chosen}
            threads = Counter(each.item.thread for each in chosen)
            free = [c for c in ranked.order if c.id not in taken and threads[c.thread] < of_thread]
            if free and len(chosen) < most:
                chosen.append(Chosen(free[0], ranked.because, ranked.why(free[0])))
        if len(chosen) == had:
            break
    return chosen


@dataclass(frozen=True)
class _Ranked:
    because: Because
    order: Sequence[Candidate]
    why: Callable[[Candidate], str]


def _rankings(candidates: Sequence[Candidate], span: Span) -> list[_Ranked]:
    """Return the candidates by each measure, those that weigh most first."""
    sign = span.sign or -1

    def pull(item: Candidate) -> float:
        return sign * (item.compound - span.mean)

    def upvotes(item: Candidate) -> int:
        return item.upvotes or 0

    def size(item: Candidate) -> int:
        return span.threads.get(item.thread, 0)

    return [
        _Ranked(
            "influence",
            sorted(
                (c for c in candidates if pull(c) > 0), key=lambda c: (-pull(c), -upvotes(c), c.id)
            ),
            lambda c: _why_influence(influence(c.compound, span.mean, span.items), span.items),
        ),
        _Ranked(
            "volume",
            sorted(
                (c for c in candidates if size(c) > 1),
                key=lambda c: (-size(c), c.id != c.thread, -pull(c), c.id),
            ),
            lambda c: f"Its thread is among the largest: {size(c)} of {span.items} items.",
        ),
        _Ranked(
            "reach",
            sorted((c for c in candidates if upvotes(c) > 0), key=lambda c: (-upvotes(c), c.id)),
            lambda c: f"It has among the most upvotes: {upvotes(c)}.",
        ),
        _Ranked(
            "typical",
            _typical([c for c in candidates if not span.ids or c.id in span.ids]),
            lambda _: (
                f"Its words are the most typical of {span.reason}."
                if span.reason and span.ids
                else "Its words are the most typical of all items."
            ),
        ),
        _Ranked(
            "opposite",
            sorted(
                (c for c in candidates if pull(c) < 0), key=lambda c: (pull(c), -upvotes(c), c.id)
            ),
            lambda _: "It pulls the mean the other way.",
        ),
    ]


def _why_influence(moved: float, items: int) -> str:
    way = "down" if moved < 0 else "up"
    return f"Alone it pulls the mean of {items} items {way} by {abs(moved):.4f}."


def _typical(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates by how near their words are to the words of all, the nearest first."""
    words = {c.id: _words(c.text) for c in candidates}
    found = Counter(word for own in words.values() for word in own)
    known = {word: n for word, n in found.items() if n > 1}

    def nearness(candidate: Candidate) -> float:
        own = words[candidate.id]
        shared = sum(log(1 + known[word]) for word in own if word in known)
        # Long texts have more words of any kind.
        return shared / sqrt(len(own)) if own else 0.0

    near = [(nearness(c), c) for c in candidates]
    return [c for score, c in sorted(near, key=lambda each: (-each[0], each[1].id)) if score > 0]


def _words(text: str) -> set[str]:
    return {word for word in WORD.findall(folded(text)) if word not in stopwords()}
