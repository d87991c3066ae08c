"""Topics: terms with keyness that occur in the same posts, and the posts of each topic."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.trending.velocity import total
from shared.stats.cells import Scored
from shared.topics.grouping import TermGroup, group_terms
from shared.topics.keyness import MIN_AUTHORS, Usage, keyness_of

MAX_TOPICS = 100


@dataclass(frozen=True)
class RecentPost:
    """A post of the last 24 hours, with its terms as `terms_of` returns them.

    words are compared to find copies; "" has none. copies are the places of the posts marked as its
    copies, whose comments count as its own.
    """

    id: str
    community: str
    author: str
    hour: str
    velocity: float | None
    scored: Scored
    terms: Mapping[str, str]
    words: str = ""
    upvotes: int | None = None
    comments: int | None = None
    copies: Sequence[str] = ()


@dataclass(frozen=True)
class TopicCandidate:
    """A topic: its terms with its posts, fastest first, and the growth of its first term."""

    group: TermGroup[RecentPost]
    growth: float | None

    @property
    def posts(self) -> list[RecentPost]:
        """Return its posts."""
        return self.group.texts

    @property
    def velocity(self) -> float | None:
        """Return the sum of its posts' velocities that are known; None where none is."""
        return total(post.velocity for post in self.posts)


def usage_of(recent: Sequence[RecentPost]) -> Usage:
    """Count the terms that at least MIN_AUTHORS people use, once for each person."""
    authors: dict[str, set[str]] = defaultdict(set)
    for post in recent:
        for term in post.terms:
            authors[term].add(post.author)
    usage, counted = Usage(), set[tuple[str, str]]()
    for post in recent:
        terms = [
            term
            for term in post.terms
            if len(authors[term]) >= MIN_AUTHORS and (post.author, term) not in counted
        ]
        counted.update((post.author, term) for term in terms)
        usage.add(post.community, terms)
    return usage


def find_topics(recent: Sequence[RecentPost], now: Usage, before: Usage) -> list[TopicCandidate]:
    """Return the topics of the recent posts whose terms have keyness, fastest topic first.

    A post counts in one topic at most, and a topic has posts of at least MIN_AUTHORS people.
    """
    keyness = keyness_of(now, before)
    groups = group_terms(recent, {term: each.score for term, each in keyness.items()})
    found = [
        TopicCandidate(group, keyness[group.terms[0]].growth)
        for group in groups
        if len({post.author for post in group.texts}) >= MIN_AUTHORS
    ]
    for topic in found:
        topic.posts.sort(key=lambda post: (-(post.velocity or 0), post.id))
    # Where a source gives no counts, the number of posts is what is known.
    return sorted(found, key=lambda topic: (-(topic.velocity or 0), -len(topic.posts)))[:MAX_TOPICS]
