"""Invented subjects for the size benchmark, and the items that mention them.

A few subjects are named often and most rarely, as with real ones. The names have letters that
random texts lack, so the rules find what was put there and nothing else.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate

from local.sample import PRODUCTS
from shared.models import Comment, Mention, Post, Subject, Term, Via, Watchlist
from shared.subjects.starter import starter_pack

TERMS = 5
# The shares of posts and of comments that name a subject, and of these that name a second one.
POSTS_THAT_NAME, COMMENTS_THAT_NAME, NAME_TWO = 0.35, 0.2, 0.15


def subject_id(number: int) -> str:
    """Return the id of a subject; the lower its number, the more often it is named."""
    return f"product{number}"


def made_subjects(count: int, communities: Sequence[str]) -> list[Subject]:
    """Return subjects of five terms each; each community is home to one at most."""
    return [
        Subject(
            id=subject_id(number),
            name=_name(number),
            role="competitor" if number else "own",
            terms=[
                _term(_name(number)),
                _term(f"{_name(number)} code"),
                _term(f"{_name(number)}hub", prefix=True),
                _term(f"{_name(number)} Next", exact=True),
                _term(f"qua{number}x", needs_context=True),
            ],
            exclude=[f"mouse {_name(number)}"],
            context=["editor", "agent"],
            home=list(communities[number : number + 1]),
            merged_from=[],
        )
        for number in range(count)
    ]


def starter_subjects(count: int) -> list[Subject]:
    """Return subjects of the starter pack, those first that the sample names."""
    pack = sorted(starter_pack(), key=lambda subject: subject["id"] not in PRODUCTS)
    if count > len(pack):
        raise ValueError(f"the starter pack has {len(pack)} subjects")
    return pack[:count]


def made_watchlist(subjects: Sequence[Subject], now: str) -> Watchlist:
    """Return a watchlist of these subjects."""
    return Watchlist(
        id="watchlist",
        kind="watchlist",
        ttl=-1,
        revision=1,
        changed_at=now,
        change="filled",
        subjects=list(subjects),
        communities=None,
    )


class Naming:
    """Chooses what items name, and says what they mention."""

    def __init__(self, subjects: Sequence[Subject], rng: random.Random) -> None:
        self._subjects = subjects
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(len(subjects))))
        self._homes = {name.lower(): each["id"] for each in subjects for name in each["home"]}
        self._rng = rng

    def words(self, share: float) -> str:
        """Return names that an item begins with; none in most cases."""
        if not self._subjects or self._rng.random() >= share:
            return ""
        count = 1 + (self._rng.random() < NAME_TWO)
        chosen = self._rng.choices(self._subjects, cum_weights=self._weights, k=count)
        return "".join(f"{each['name']} " for each in chosen)

    def mention(self, posts: Sequence[Post], comments: Sequence[Comment]) -> None:
        """Add the mentions of posts and of comments on them."""
        if not self._subjects:
            return
        by_name = {each["name"]: each["id"] for each in self._subjects}
        threads: dict[str, list[str]] = {}
        for post in posts:
            mentions = self._mentions(post, _named(post["title"], by_name), ())
            threads[post["id"]] = [each["subject"] for each in mentions if each["via"] == "text"]
            post["mentions"] = mentions
        for comment in comments:
            named = _named(comment["content"], by_name)
            comment["mentions"] = self._mentions(comment, named, threads[comment["post_id"]])
        for item in (*posts, *comments):
            if not item["mentions"]:
                del item["mentions"]

    def _mentions(
        self, item: Post | Comment, named: Mapping[str, str], thread: Sequence[str]
    ) -> list[Mention]:
        if named:
            return [Mention(subject=each, via="text", matched=[named[each]]) for each in named]
        if thread:
            return _all(thread, "thread")
        home = self._homes.get(item["community"].lower())
        return _all([home], "home") if home else []


def _named(text: str, by_name: Mapping[str, str]) -> dict[str, str]:
    """Return the names that a text begins with by their subjects, in the watchlist's order."""
    found: dict[str, str] = {}
    for word in text.split(" ", maxsplit=2)[:2]:
        if word in by_name:
            found[by_name[word]] = word
    return {each: found[each] for each in by_name.values() if each in found}


def _all(subjects: Sequence[str], via: Via) -> list[Mention]:
    return [Mention(subject=each, via=via, matched=[]) for each in subjects]


def _name(number: int) -> str:
    return f"Xw{number}x"


def _term(
    text: str, *, exact: bool = False, prefix: bool = False, needs_context: bool = False
) -> Term:
    return Term(text=text, exact=exact, prefix=prefix, needs_context=needs_context)
