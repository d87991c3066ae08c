"""Scores stored items again that another method scored, and puts the scores into newer versions."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from collector.sentiment.base import Method
from collector.sentiment.replies import scorable, scored_with_parents, with_parents_mood
from collector.sentiment.scoring import is_stale
from collector.threads.parents import Parents
from shared.logs import event
from shared.models import Item, Post
from shared.stats.cells import method_name
from shared.store.keys import item_key

log = logging.getLogger(__name__)

# After this number of items in a row that fail alone, the method fails, and not the items.
MAX_FAILED_ALONE = 3
# The fields that a score follows from. A score of earlier ones isn't that of the item any more.
SCORED_FIELDS = (
    "title", "content", "author", "source", "deleted", "language", "sentiment", "mentions",
    "correction", "rejected",
)  # fmt: skip


class Paused(Exception):
    """Nothing more can be scored before an ISO time; the reason says why, without a text."""

    def __init__(self, reason: str, until: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


@dataclass(frozen=True)
class Prepared:
    """Items that can be scored, with the parents that can, and those that can't be scored."""

    items: Sequence[Item]
    parents: Parents
    failed: Sequence[Item] = ()
    error: str | None = None


Prepare = Callable[[Sequence[Item], Parents], Awaitable[Prepared]]
"""Gets what a method needs to score items and parents. Raises Paused and StoreError."""


@dataclass
class Rescored:
    """Items with their new scores, each with the item as it was read, and those that failed.

    error is that of the last one that failed. is_broken says that the method itself seems to fail.
    """

    pairs: list[tuple[Item, Item]] = field(default_factory=list)
    failed: list[Item] = field(default_factory=list)
    error: str | None = None
    is_broken: bool = False

    def add(self, part: "Rescored") -> None:
        """Add what came of further items."""
        self.pairs += part.pairs
        self.failed += part.failed
        self.error = part.error or self.error
        self.is_broken = part.is_broken


def rescored(items: Sequence[Item], parents: Parents, method: Method, now: str) -> Rescored:
    """Score these items again. It is slow: call it from a thread.

    Bare replies get the mood of what they answer; parents are those of `read_parents`. If scoring
    fails, each is scored alone, so that one bad item or parent keeps no other from its score. No
    fallback is used: another method has scored the items already.
    """
    try:
        return _rescored(items, parents, method, now)
    except Exception as error:
        event(
            log,
            "scoring.items_failed",
            logging.ERROR,
            method=method_name(method.name, method.version),
            items=len(items),
            community=items[0]["community"],
            from_order_key=items[-1]["order_key"],
            reason=f"{type(error).__name__}: {error}",
        )
        log.exception("scoring.failed method=%s", method.name)
        return _each_alone(items, parents, method, now, error)


def _each_alone(
    items: Sequence[Item], parents: Parents, method: Method, now: str, error: Exception
) -> Rescored:
    done = Rescored(error=_reason(error))
    for number, item in enumerate(items):
        try:
            done.add(_rescored([item], Parents(), method, now))
        except Exception as alone:  # noqa: BLE001 - whatever a method raises; it is kept in `error`
            done.add(Rescored(failed=[item], error=_reason(alone)))
        if not done.pairs and len(done.failed) == MAX_FAILED_ALONE:
            done.add(Rescored(failed=list(items[number + 1 :]), is_broken=True))
            return done
    after = cast("Sequence[Post]", [after for _, after in done.pairs])
    moods = with_parents_mood(after, scorable(parents, method, now))
    done.pairs = [(before, mood) for (before, _), mood in zip(done.pairs, moods, strict=True)]
    return done


def _rescored(items: Sequence[Item], parents: Parents, method: Method, now: str) -> Rescored:
    done, current = Rescored(), method_name(method.name, method.version)
    again = scored_with_parents(cast("Sequence[Post]", items), parents, method, now)
    for before, after in zip(items, again, strict=True):
        if is_stale(after, {current}):
            # Scored again it would stay so: it must not come back forever.
            done.failed.append(before)
            key = item_key(before["kind"], before["id"])
            done.error = f"{current} leaves {key} of {before['community']} as it was"
        else:
            done.pairs.append((before, after))
    return done


def with_score(fresh: Item, before: Item, after: Item) -> Item | None:
    """Return the stored item with the new score; None if the score isn't of it any more.

    after is what came of `before`. Votes and marks of the stored item stay as they are.
    """
    if any(fresh.get(name) != before.get(name) for name in SCORED_FIELDS):
        return None
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    kept = {name: value for name, value in fresh.items() if name in after or name not in before}
    return cast("Item", {**kept, **changed})


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
