"""Topics: terms with keyness that occur in the same posts, and the posts of each topic."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from collector.trending.keyness import MIN_AUTHORS, Keyness, Usage, keyness_of
from collector.trending.velocity import total
from shared.stats.cells import Scored

# Two terms belong to one topic if this share of the rarer term's posts has both.
SAME_POSTS = 0.5
# A phrase can name the topic if this share of its posts has it.
NAMED_IN = 0.6
# One term of a topic may occur in other posts; a post with two of them is about the topic.
TERMS_TO_JOIN = 2
# A name's capital is missing in at most this share of the posts.
SMALL_IN = 0.1
MAX_KEYWORDS = 8
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


@dataclass
class TopicCandidate:
    """A topic: its terms, highest keyness first, and its posts, fastest first."""

    terms: list[str]
    seed_posts: set[str]
    growth: float | None
    posts: list[RecentPost] = field(default_factory=list)

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
    posts_of: dict[str, set[str]] = defaultdict(set)
    for post in recent:
        for term in keyness.keys() & post.terms.keys():
            posts_of[term].add(post.id)
    topics = _merged(keyness, posts_of)
    for post in recent:
        if (topic := _topic_of(post, topics, keyness)) is not None:
            topic.posts.append(post)
    found = [t for t in topics if len({post.author for post in t.posts}) >= MIN_AUTHORS]
    for topic in found:
        topic.posts.sort(key=lambda post: (-(post.velocity or 0), post.id))
    # Where a source gives no counts, the number of posts is what is known.
    return sorted(found, key=lambda topic: (-(topic.velocity or 0), -len(topic.posts)))[:MAX_TOPICS]


def _merged(
    keyness: Mapping[str, Keyness], posts_of: Mapping[str, set[str]]
) -> list[TopicCandidate]:
    """Merge terms that occur in the same posts, highest keyness first."""
    topics: list[TopicCandidate] = []
    # Of equal scores, the longer phrase is more specific.
    order = sorted(keyness, key=lambda term: (-keyness[term].score, -len(term), term))
    for term in order:
        posts = posts_of[term]
        shared = [(_overlap(posts, topic.seed_posts), topic) for topic in topics]
        most, closest = max(shared, key=lambda pair: pair[0], default=(0.0, None))
        if closest is not None and most >= SAME_POSTS:
            closest.terms.append(term)
        else:
            topics.append(TopicCandidate([term], posts, keyness[term].growth))
    return topics


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / min(len(one), len(other))


def _topic_of(
    post: RecentPost, topics: Sequence[TopicCandidate], keyness: Mapping[str, Keyness]
) -> TopicCandidate | None:
    """Return the topic with the most of the post's terms, weighted by their keyness."""
    chosen, most = None, 0.0
    for topic in topics:
        held = [term for term in topic.terms if term in post.terms]
        if post.id not in topic.seed_posts and len(_apart(held)) < TERMS_TO_JOIN:
            continue
        weight = sum(keyness[term].score for term in held)
        if weight > most:
            chosen, most = topic, weight
    return chosen


def _apart(terms: Collection[str]) -> list[str]:
    """Return the terms that aren't part of another one."""
    return [
        term
        for term in terms
        if not any(term != other and f" {term} " in f" {other} " for other in terms)
    ]


def name_of(topic: TopicCandidate) -> tuple[str, list[str]]:
    """Return a topic's theme and its keywords, in the spelling of most of its posts.

    The theme is the longest phrase that most posts have. Keywords are its other terms, highest
    keyness first, without those that contain, or are part of, another one.
    """
    counts = Counter(term for post in topic.posts for term in topic.terms if term in post.terms)
    enough = NAMED_IN * max(counts.values())
    naming = [term for term in topic.terms if counts[term] >= enough]
    theme = max(naming, key=lambda term: (term.count(" "), counts[term], -topic.terms.index(term)))
    keywords: list[str] = []
    for term in topic.terms:
        if counts[term] and not any(_says_the_same(term, other) for other in [theme, *keywords]):
            keywords.append(term)
    spelled = [_spelled(term, topic.posts) for term in [theme, *keywords[:MAX_KEYWORDS]]]
    return spelled[0], spelled[1:]


def _says_the_same(term: str, other: str) -> bool:
    return f" {term} " in f" {other} " or f" {other} " in f" {term} "


def _spelled(term: str, posts: Sequence[RecentPost]) -> str:
    spellings = Counter(post.terms[term] for post in posts if term in post.terms)
    spelling = min(spellings, key=lambda each: (-spellings[each], each))
    # A capital may only begin a sentence; a name has it in nearly all posts.
    small = spelling[0].lower() + spelling[1:]
    return small if spellings[small] > SMALL_IN * len(posts) else spelling


def slug(theme: str) -> str:
    """Return the theme as an id: in lower case, with hyphens."""
    return re.sub(r"[\W_]+", "-", theme.casefold()).strip("-") or "topic"
