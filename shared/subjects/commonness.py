"""Terms that stand in texts about anything, found in a sample of what is stored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.models import ALL, Comment, Post, ScopeHour, Subject
from shared.stats.hour_parts import read_hours
from shared.stats.listed import comments_in, posts_in
from shared.store import COMMENTS, HOURS_OF_ALL, POSTS, Key, Store
from shared.store.keys import id_of
from shared.subjects.folded_text import FoldedText
from shared.subjects.matcher import Matcher
from shared.subjects.phrases import Phrases, phrase_of
from shared.subjects.refusals import Refusal, quoted
from shared.subjects.texts import lines_of, text_of_item
from shared.text.own_words import OwnLines
from shared.times import Window

# A sample of so many items is read, evenly from the newest ones that were found: some 500 request
# units, with the hours that name them.
SAMPLE = 300
CANDIDATES = 1200
MAX_HOURS = 72
# Fewer say nothing about a share.
MIN_ITEMS = 200
MAX_SHARE = 0.25
# Terms that are looked at one by one, so that a subject of 50 takes no 50 passes over the texts.
MAX_CHECKED = 10
TAKES = f"terms that stand in at most {MAX_SHARE:.0%} of all texts outside home communities"


@dataclass(frozen=True)
class Sampled:
    """The own words of a stored item, and its community."""

    lines: OwnLines
    community: str


async def read_sample(store: Store, now: datetime, *, size: int = SAMPLE) -> list[Sampled]:
    """Return items of the last days, in even steps of time; all, if there are few.

    It reads an hour first, and then more at a time. Raises StoreError.
    """
    hours = Window.of_hours(MAX_HOURS, now).hours()[::-1]
    found: list[tuple[str, Key]] = []
    count = 1
    while hours and len(found) < CANDIDATES:
        batch, hours = hours[:count], hours[count:]
        read = await read_hours(store, HOURS_OF_ALL, ALL, batch)
        for hour in batch:
            if (document := read.get(hour)) is not None:
                found += _keys(document)
        count = min(2 * count, 24)
    if len(found) > size:
        found = [found[number * len(found) // size] for number in range(size)]
    return await _texts(store, found)


def common_terms(subject: Subject, sample: Sequence[Sampled]) -> list[Refusal]:
    """Return the terms of a subject that match too much of a sample outside its homes."""
    homes = {home.lower() for home in subject["home"]}
    texts = [each for each in sample if each.community.lower() not in homes]
    if len(texts) < MIN_ITEMS or _share(subject, texts) <= MAX_SHARE:
        return []
    refusals: list[Refusal] = []
    for number in _frequent(subject, texts):
        term = subject["terms"][number]
        share = _share({**subject, "terms": [term]}, texts)
        if share > MAX_SHARE:
            problem = (
                f"{quoted(term['text'])} is too common: it would have matched {share:.0%} of"
                f" everything, {round(share * len(texts))} of {len(texts)} texts of the last days"
            )
            refusals.append(Refusal(("terms", number, "text"), problem, TAKES))
    return refusals


def _frequent(subject: Subject, texts: Sequence[Sampled]) -> list[int]:
    """Return the places of terms whose words stand in too many texts, in their order.

    They are the most frequent ones, at most MAX_CHECKED: whether exclusions and context leave less
    of a term takes a pass over all texts.
    """
    phrases = Phrases(
        (phrase, number)
        for number, term in enumerate(subject["terms"])
        if (phrase := phrase_of(term["text"], prefix=term["prefix"]))
    )
    hosts = Matcher([subject]).hosts
    found = Counter(
        number
        for each in texts
        for number in {hit.value for hit in phrases.find(FoldedText(each.lines.naming(hosts)))}
    )
    frequent = [number for number, count in found.most_common() if count > MAX_SHARE * len(texts)]
    return sorted(frequent[:MAX_CHECKED])


def _share(subject: Subject, texts: Sequence[Sampled]) -> float:
    matcher = Matcher([subject])
    named = sum(bool(matcher.match(each.lines.naming(matcher.hosts))) for each in texts)
    return named / len(texts)


def _keys(hour: ScopeHour) -> list[tuple[str, Key]]:
    """Return the kinds and keys of an hour's items."""
    found: list[tuple[str, Key]] = []
    for name, share in hour["shares"].items():
        found += [
            (each.kind, (name, id_of(each.order_key)))
            for each in (*posts_in(share), *comments_in(hour["id"], share))
        ]
    return found


async def _texts(store: Store, keys: Iterable[tuple[str, Key]]) -> list[Sampled]:
    wanted = list(keys)
    posts = await store.read_many(POSTS, [key for kind, key in wanted if kind == "post"])
    comments = await store.read_many(COMMENTS, [key for kind, key in wanted if kind == "comment"])
    items: list[Post | Comment] = [*posts.values(), *comments.values()]
    texts = map(text_of_item, items)
    return [Sampled(lines_of(text), text.community) for text in texts if text is not None]
