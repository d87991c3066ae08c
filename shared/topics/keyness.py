"""Keyness: which terms are used more in a time than expected from the time before."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

# Share of runs that show a term by chance alone, although thousands of terms are tested.
CHANCE = 0.01
# A term of fewer people isn't a trend, however rare it is.
MIN_AUTHORS = 5
# A smaller rise may be significant, but it isn't news.
MIN_LIFT = 2.0
PRIOR_POSTS = 1.0


@dataclass
class Usage:
    """The use of terms in a period: posts by community, and posts with each term by community."""

    posts: Counter[str] = field(default_factory=Counter)
    uses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, community: str, terms: Iterable[str]) -> None:
        """Count a post and its terms."""
        self.posts[community] += 1
        for term in terms:
            self.uses[term][community] += 1

    def add_among(self, wanted: frozenset[str], community: str, terms: Iterable[str]) -> None:
        """Count a post and those of its terms that are wanted."""
        # `wanted & terms.keys()` would iterate over `wanted`, which grows with the number of posts.
        self.add(community, wanted.intersection(terms))


@dataclass(frozen=True)
class Keyness:
    """The excess of a term's uses over the expected ones.

    score is in standard deviations. lift is the number of posts with the term, divided by the
    number that the time before lets expect, or infinite if no post had it before. growth is the
    share of posts with the term, divided by the share before; None if no post had it before.
    """

    score: float
    lift: float
    growth: float | None


def keyness_of(
    recent: Usage, before: Usage, repeats: Mapping[str, float] | None = None
) -> dict[str, Keyness]:
    """Return the terms that are used significantly more than expected.

    The score is the signed root of Dunning's log-likelihood ratio (Computational Linguistics 19(1),
    1993), of the posts with the term and of those without. It is about standard normal if nothing
    has changed. The expected use is computed for each
    community and added up, as Cochran, Mantel and Haenszel do, so a community that became busier,
    or is new, changes nothing. The prior is one more use, distributed as expected; without it, rare
    terms would win by chance. The threshold rises with the number of terms tested (Bonferroni).

    repeats are, by the term, the number of uses (1 or more) that count as one, since those of a
    thread aren't independent: uses are divided by it, as Rao and Scott do (Biometrics 48, 1992).
    """
    known = repeats or {}
    scored = {
        term: _keyness(
            uses, before.uses.get(term, {}), recent.posts, before.posts, known.get(term, 1.0)
        )
        for term, uses in recent.uses.items()
    }
    bar = NormalDist().inv_cdf(1 - CHANCE / max(1, len(scored)))
    return {
        term: keyness
        for term, keyness in scored.items()
        if keyness.score >= bar and keyness.lift >= MIN_LIFT
    }


def _keyness(
    now: Mapping[str, int],
    then: Mapping[str, int],
    posts_now: Mapping[str, int],
    posts_then: Mapping[str, int],
    repeat: float,
) -> Keyness:
    uses_now, uses_then = sum(now.values()), sum(then.values())
    uses = uses_now + uses_then
    expected = sum(
        (now.get(name, 0) + then.get(name, 0))
        * posts_now.get(name, 0)
        / (posts_now.get(name, 0) + posts_then.get(name, 0))
        for name in {*now, *then}
    )
    share = expected / uses
    if share >= 1 or uses_now <= expected:
        return Keyness(0.0, 1.0, None)
    total = uses / repeat + PRIOR_POSTS
    seen = uses_now / repeat + PRIOR_POSTS * share
    ratio = _divergence(seen, total * share) + _divergence(total - seen, total * (1 - share))
    # A term that many posts have leaves fewer without it: these tell as much.
    all_now = sum(posts_now.get(name, 0) for name in {*now, *then})
    all_then = sum(posts_then.get(name, 0) for name in {*now, *then})
    for posts, used, usual in (
        (all_now, uses_now, expected),
        (all_then, uses_then, uses - expected),
    ):
        ratio += _divergence((posts - used) / repeat, (posts - usual) / repeat)
    share_now = uses_now / sum(posts_now.values())
    growth = share_now / (uses_then / sum(posts_then.values())) if uses_then else None
    by_before = sum(
        count * posts_now.get(name, 0) / posts_then[name] for name, count in then.items() if count
    )
    lift = uses_now / by_before if by_before else math.inf
    return Keyness(math.sqrt(2 * max(0.0, ratio)), lift, growth)


def _divergence(seen: float, expected: float) -> float:
    """Return what a number adds to the half of a log-likelihood ratio."""
    return seen * math.log(seen / expected) if seen > 0 and expected > 0 else 0.0
