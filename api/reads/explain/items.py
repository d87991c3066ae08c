"""Reads a bounded number of a scope's items, spread over a span."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from api.reads.scopes import Scope
from api.reads.spread_items import read_spread_items, spread
from shared.models import REMOVED, Item, Mention, Sentiment, TargetSentiment
from shared.stats.cell_threads import thread_of
from shared.stats.cells import Scored, scored
from shared.stats.contributions import Weighed
from shared.stats.subjects import scored_mention, sentiment_of
from shared.store import Store
from shared.store.keys import item_key


class Limits(NamedTuple):
    """Maximum hours and items that are read of a span, and communities whose cells are read.

    An item costs one request unit, an hour one to three, a day of all up to three, and a month of a
    community five: all that is read stays below 1,000. topics is the number of units that the items
    of the window may take where topics are looked for, and those of the time before it.
    """

    hours: int
    items: int
    communities: int
    topics: int


OF_SHORT = Limits(32, 120, 20, 280)
OF_LONG = Limits(12, 50, 4, 200)
# Days of a span that isn't long.
MAX_SHORT_DAYS = 20


def limits_of(hours: int) -> Limits:
    """Return the limits of a span of this number of hours."""
    return OF_SHORT if hours <= MAX_SHORT_DAYS * 24 else OF_LONG


@dataclass(frozen=True)
class SampledItem:
    """An item that counts in a scope, as it counts there."""

    item: Item
    scored: Scored
    mention: Mention | None

    @property
    def id(self) -> str:
        """Return its id."""
        return self.item["id"]

    @property
    def key(self) -> str:
        """Return what names it among posts and comments."""
        return item_key(self.item["kind"], self.item["id"])

    @property
    def thread(self) -> str:
        """Return the id of its thread's post."""
        return thread_of(self.item)

    @property
    def title(self) -> str | None:
        """Return the title of a post."""
        return cast("str | None", self.item.get("title"))

    @property
    def text(self) -> str:
        """Return its title and text."""
        return f"{self.title or ''}\n{self.item['content']}".strip()

    @property
    def is_quotable(self) -> bool:
        """Return whether its words stand for its label: nothing was taken away or corrected."""
        corrected = "correction" in self.item or "method_says" in self._sentiment
        gone = self.item["deleted"] or self.item["content"] == REMOVED
        return bool(self.text) and not corrected and not gone and "copy_of" not in self.item

    @property
    def deciding(self) -> Sequence[str]:
        """Return the words that decided the label, as they stand in the text."""
        return self._sentiment.get("deciding", ())

    @property
    def _sentiment(self) -> Sentiment | TargetSentiment:
        if self.mention is None:
            return self.item["sentiment"]
        return sentiment_of(self.item, self.mention)


@dataclass(frozen=True)
class Sample:
    """Items of a span that count in the mean, of `counted` there are."""

    items: Sequence[SampledItem]
    counted: int

    @property
    def weighed(self) -> list[Weighed]:
        """Return the items, each standing for as many as there are for each that was read."""
        weight = self.counted / len(self.items) if self.items else 1.0
        return [Weighed(each.key, each.thread, each.scored.compound, weight) for each in self.items]


async def read_sample(
    store: Store,
    scope: Scope,
    hours: Sequence[str],
    names: Sequence[str],
    *,
    limits: Limits,
    counted: int,
    counts_others: bool,
) -> Sample:
    """Return some of the scope's items that count in these hours, within the limits.

    hours (YYYY-MM-DDTHH) are those with items; where there are more than the limit, those that are
    read are spread over them, and so are the items. counts_others: other languages count, too.
    Raises StoreError.
    """
    chosen = spread(hours, limits.hours)
    items = await read_spread_items(store, scope, chosen, names, most=limits.items)
    return sample_among(items, scope, counted=counted, counts_others=counts_others)


def sample_among(
    items: Iterable[Item], scope: Scope, *, counted: int, counts_others: bool
) -> Sample:
    """Return the items that count in a scope's mean, of `counted` there are."""
    found = [_sampled(item, scope) for item in items]
    return Sample([each for each in found if counts_others or each.scored.is_english], counted)


def _sampled(item: Item, scope: Scope) -> SampledItem:
    listed = item.get("mentions", ())
    mention = next((each for each in listed if each["subject"] == scope.subject_id), None)
    return SampledItem(
        item, scored(item) if mention is None else scored_mention(item, mention), mention
    )
