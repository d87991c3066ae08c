"""Which terms stand out: used more in the last 24 hours than the week before lets one expect."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

# Thousands of terms are tested. The share of runs that show a term by chance alone:
CHANCE = 0.01
# Fewer people than this are no trend, however rare their words are.
MIN_AUTHORS = 5
# Used only a little more than before is statistics, not news.
MIN_LIFT = 2.0
PRIOR_POSTS = 1.0


@dataclass
class Usage:
    """How often terms are used in a time: posts by community, and of them those with each term."""

    posts: Counter[str] = field(default_factory=Counter)
    uses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, community: str, terms: Iterable[str]) -> None:
        """Count a post and its terms."""
        self.posts[community] += 1
        for term in terms:
            self.uses[term][community] += 1

    def add_among(self, wanted: frozenset[str], community: str, terms: Iterable[str]) -> None:
        """Count a post, and of its terms those that are wanted."""
        # The wanted ones grow with the posts: `wanted & terms.keys()` would walk through them.
        self.add(community, wanted.intersection(terms))


@dataclass(frozen=True)
class Keyness:
    """How a term stands out.

    score is in standard deviations; lift is how many times as many posts use the term as expected;
    growth is how many times as large a share of the posts as before, None where none did.
    """

    score: float
    lift: float
    growth: float | None


def keyness_of(recent: Usage, before: Usage) -> dict[str, Keyness]:
    """Return the terms that stand out, and by how much.

    The score is the signed root of Dunning's log-likelihood ratio (Computational Linguistics 19(1),
    1993), about a standard normal variable where nothing has changed. What to expect is worked out
    in each community apart and added up, as Cochran, Mantel and Haenszel do: one that has become
    busier, or whose past isn't known, shifts nothing. One more use spread as expected is the prior,
    without which a rare term would win by chance. Many terms are tested, so the bar is raised with
    their number (Bonferroni).
    """
    scored = {
        term: _keyness(uses, before.uses.get(term, {}), recent.posts, before.posts)
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
    total = uses + PRIOR_POSTS
    seen = uses_now + PRIOR_POSTS * share
    rest = total - seen
    ratio = seen * math.log(seen / (total * share)) + rest * math.log(rest / (total * (1 - share)))
    share_now = uses_now / sum(posts_now.values())
    growth = share_now / (uses_then / sum(posts_then.values())) if uses_then else None
    return Keyness(math.sqrt(2 * ratio), uses_now / expected, growth)
