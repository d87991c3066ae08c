"""The topics of a span: terms that its items use more than those of the span before.

The items of a thread say alike, so a use counts less the more its thread repeats it, and one thread
alone makes no topic. A person counts once, and so does a text that several people post.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.models import Item, OtherLanguages
from shared.stats.cell_threads import thread_of
from shared.store.keys import item_key
from shared.text.form import MARKDOWN
from shared.text.forms import FORMS
from shared.text.own_words import own_words
from shared.text.words import count_words
from shared.topics.grouping import TermGroup, free_slug, group_terms, name_of, share_out
from shared.topics.keyness import MIN_AUTHORS, Keyness, Usage, keyness_of
from shared.topics.near_copies import MIN_WORDS, authors_of, said_words
from shared.topics.own_names import NO_NAMES, OwnNames
from shared.topics.terms import MAX_CHARACTERS, terms_in
from shared.topics.variants import Variants

MIN_THREADS = 3
MAX_TOPICS = 50


@dataclass(frozen=True)
class Saying:
    """An item with what its author says: terms as `terms_of` returns them, and words."""

    item: Item
    author: str
    thread: str
    terms: Mapping[str, str]
    words: str

    @property
    def id(self) -> str:
        """Return the key of the item among all: "post:ID" or "comment:ID"."""
        return item_key(self.item["kind"], self.item["id"])


@dataclass(frozen=True)
class SpanTopic:
    """A topic of a span: its items there and in the span before, oldest first.

    ratio is its share of the items, divided by its share before; None if nothing was said of it
    then. log_likelihood is Dunning's G2 of its first term, and chance (0..1) the probability that
    any of the terms that were looked at reaches it by chance.
    """

    id: str
    name: str
    keywords: list[str]
    items: list[Item]
    before: list[Item]
    ratio: float | None
    log_likelihood: float
    chance: float


@dataclass(frozen=True)
class SpanTopics:
    """The topics of a span, most surprising first, and the items that could have been of one.

    Items that are deleted, a program's, left out by their language, or a copy of another one, count
    in neither number.
    """

    topics: list[SpanTopic]
    items: int
    before: int


def topics_between(
    now: Sequence[Item],
    before: Sequence[Item],
    *,
    own: OwnNames = NO_NAMES,
    other_languages: OtherLanguages = "leave_out",
) -> SpanTopics:
    """Return the topics of the items of a span, against those of the span before.

    An item belongs to one topic at most. It takes about a millisecond for each item: call it from a
    thread.
    """
    said, earlier = _sayings(now, other_languages), _sayings(before, other_languages)
    variants = Variants([each.terms for each in (*said, *earlier)])
    said, earlier = (_united(each, variants, own) for each in (said, earlier))
    keyness, tested = _keyness(said, earlier)
    scores = {term: each.score for term, each in keyness.items()}
    groups = [group for group in group_terms(said, scores) if _is_topic(group)]
    groups = groups[:MAX_TOPICS]
    of_before = [TermGroup[Saying](group.terms) for group in groups]
    share_out(earlier, of_before, scores)
    topics: list[SpanTopic] = []
    for group, old in zip(groups, of_before, strict=True):
        name, keywords = name_of(group)
        score = scores[group.terms[0]]
        topics.append(
            SpanTopic(
                id=free_slug(name, {topic.id for topic in topics}),
                name=name,
                keywords=keywords,
                items=_items(group),
                before=_items(old),
                ratio=_ratio(len(group.texts), len(said), len(old.texts), len(earlier)),
                log_likelihood=score * score,
                chance=min(1.0, tested * _tail(score)),
            )
        )
    return SpanTopics(topics, len(said), len(earlier))


def item_ids_by_topic(
    now: Sequence[Item],
    before: Sequence[Item],
    *,
    own: OwnNames = NO_NAMES,
    other_languages: OtherLanguages = "leave_out",
) -> dict[str, list[str]]:
    """Return the items of both spans by the name of their topic: "post:ID" or "comment:ID".

    They are those of the span before, and then those of the span, each oldest first.
    """
    found = topics_between(now, before, own=own, other_languages=other_languages)
    return {
        topic.name: [item_key(each["kind"], each["id"]) for each in (*topic.before, *topic.items)]
        for topic in found.topics
    }


def _sayings(items: Sequence[Item], other_languages: OtherLanguages) -> list[Saying]:
    """Return the items that count, oldest first; a text counts once."""
    places = {f"{item['community']}/{item['order_key']}" for item in items}
    read = [
        said
        for item in sorted(items, key=lambda each: (each["order_key"], each["kind"]))
        if item.get("copy_of") not in places
        and (said := _saying(item, other_languages)) is not None
    ]
    texts: set[str] = set()
    found: list[Saying] = []
    for each in read:
        if count_words(each.words) < MIN_WORDS:
            found.append(each)
        elif each.words not in texts:
            texts.add(each.words)
            found.append(each)
    return [
        replace(each, author=author) for each, author in zip(found, authors_of(found), strict=True)
    ]


def _saying(item: Item, other_languages: OtherLanguages) -> Saying | None:
    if item["deleted"] or (item.get("language") == "other" and other_languages == "leave_out"):
        return None
    form = FORMS.get(item["source"], MARKDOWN)
    if form.is_bot(item["author"]):
        return None
    title = str(item.get("title") or "")
    texts = [own_words(text, form)[:MAX_CHARACTERS] for text in (title, item["content"])]
    # Deleted authors are indistinguishable; count each separately.
    author = item["author"] or item_key(item["kind"], item["id"])
    return Saying(item, author, thread_of(item), terms_in(texts), said_words(*texts))


def _united(sayings: Sequence[Saying], variants: Variants, own: OwnNames) -> list[Saying]:
    """Return the sayings with variants of a term united, and without the scope's own names."""
    return [replace(each, terms=own.without(variants.united(each.terms))) for each in sayings]


def _keyness(now: Sequence[Saying], before: Sequence[Saying]) -> tuple[dict[str, Keyness], int]:
    """Return the terms that the span uses significantly more, and the number of terms tested."""
    authors, threads = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for each in now:
        for term in each.terms:
            authors[term].add(each.author)
            threads[term].add(each.thread)
    wanted = frozenset(
        term
        for term in authors
        if len(authors[term]) >= MIN_AUTHORS and len(threads[term]) >= MIN_THREADS
    )
    sides = [_Side(now, wanted), _Side(before, wanted)]
    repeats = {term: _repeat(term, sides) for term in wanted}
    found = keyness_of(sides[0].usage, sides[1].usage, repeats) if sides[1].items else {}
    return found, len(wanted)


class _Side:
    """The uses of terms in the items of one span, by community and by thread; a person's once."""

    def __init__(self, sayings: Sequence[Saying], wanted: frozenset[str]) -> None:
        self.items = len(sayings)
        self.sizes = Counter(each.thread for each in sayings)
        self.squares = sum(size * size for size in self.sizes.values())
        self.usage = Usage()
        self.uses: dict[str, Counter[str]] = defaultdict(Counter)
        counted: set[tuple[str, str]] = set()
        for each in sayings:
            terms = [
                term
                for term in wanted.intersection(each.terms)
                if (each.author, term) not in counted
            ]
            counted.update((each.author, term) for term in terms)
            self.usage.add(each.item["community"], terms)
            for term in terms:
                self.uses[term][each.thread] += 1


def _repeat(term: str, sides: Sequence[_Side]) -> float:
    """Return the number of uses of a term that count as one: at least 1.

    It is the variance of the threads' uses, divided by what it were if items were independent.
    """
    by_thread = independent = 0.0
    for side in sides:
        uses = side.uses.get(term)
        if not uses:
            continue
        share = uses.total() / side.items
        by_thread += sum(count * count for count in uses.values())
        by_thread -= 2 * share * sum(side.sizes[name] * count for name, count in uses.items())
        by_thread += share * share * side.squares
        independent += side.items * share * (1 - share)
    return max(1.0, by_thread / independent) if independent > 0 else 1.0


def _is_topic(group: TermGroup[Saying]) -> bool:
    authors = {each.author for each in group.texts}
    threads = {each.thread for each in group.texts}
    return len(authors) >= MIN_AUTHORS and len(threads) >= MIN_THREADS


def _items(group: TermGroup[Saying]) -> list[Item]:
    return [each.item for each in group.texts]


def _ratio(count: int, items: int, before: int, items_before: int) -> float | None:
    return (count / items) / (before / items_before) if before else None


def _tail(score: float) -> float:
    """Return the probability that a standard normal number is at least this large."""
    return math.erfc(score / math.sqrt(2)) / 2
