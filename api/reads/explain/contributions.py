"""Contributions of the parts to a change, by dimension, and the items behind each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from api.deps import Deps
from api.reads.explain.change import ScopeChange
from api.reads.explain.items import Sample, SampledItem
from api.reads.explain.parts import parts_by_dimension, topics_of
from shared.models import Subject
from shared.reasons.sentence import KindOf
from shared.stats.contributions import REST, Contribution, Whole, contribution, with_rest
from shared.stats.uncertainty import found_among

MAX_PARTS: Mapping[KindOf, int] = {"community": 8, "kind": 10, "topic": 6, "thread": 5, "item": 5}
"""Parts that are listed of each dimension; the others are in the rest."""


@dataclass(frozen=True)
class Contributions:
    """The contributions of each dimension, and the items of both sides that were read.

    beyond_chance has the names of parts that are more than chance makes; topics has the names of
    topics by the key of an item.
    """

    of: ScopeChange
    samples: Sequence[Sample]
    listed: Mapping[KindOf, Sequence[Contribution]]
    beyond_chance: frozenset[tuple[KindOf, str]]
    topics: Mapping[str, Sequence[str]]

    @property
    def whole(self) -> Whole:
        """Return all items of both sides."""
        return self.of.whole

    @cached_property
    def thread_ids(self) -> list[str]:
        """Return the ids of the threads that are named."""
        listed = [each.name for each in self.listed.get("thread", ()) if each.name != REST]
        giant = self.of.change.giant
        return list(dict.fromkeys([*listed, *([giant[1].id] if giant else [])]))

    def items_of(self, kind_of: KindOf, own: Contribution) -> list[SampledItem]:
        """Return the items of a contribution that were read, those that weigh most first.

        They are of the window, or of the time before where the part has none in the window.
        """
        sample = self.samples[0 if own.n else 1]
        way = self.way_of(own)
        items = [each for each in sample.items if own.name in self._names_of(kind_of, each)]
        return sorted(items, key=lambda each: (-way * each.scored.compound, each.id))

    def way_of(self, own: Contribution) -> int:
        """Return 1 where the positive items of a part stand for its effect, -1 where negative do.

        Of a part whose share changed, its mean lies on the side of what there is more or less of.
        """
        if abs(own.mood) >= abs(own.mix):
            return 1 if own.mood > 0 else -1
        grew = own.n / self.whole.now.items >= own.n_before / self.whole.before.items
        return 1 if (own.mix > 0) == grew else -1

    def _names_of(self, kind_of: KindOf, item: SampledItem) -> Sequence[str]:
        if kind_of == "community":
            return (item.item["community"],)
        if kind_of == "kind":
            return cast("Sequence[str]", item.item.get("kinds", ()))
        if kind_of == "topic":
            return self.topics.get(item.key, ())
        return (item.thread,) if kind_of == "thread" else (item.key,)


def contributions_of(
    deps: Deps, found: ScopeChange, subjects: Sequence[Subject], samples: Sequence[Sample]
) -> Contributions:
    """Return the contributions of the parts, the largest of each dimension first, the rest last."""
    whole = found.whole
    topics = topics_of(deps, found.scope, subjects, *samples)
    all_parts = {
        kind_of: [contribution(part, whole) for part in parts]
        for kind_of, parts in parts_by_dimension(deps, found, samples, topics).items()
        if parts
    }
    listed = {k: with_rest(own, whole, MAX_PARTS[k]) for k, own in all_parts.items()}
    return Contributions(found, samples, listed, _beyond_chance(found, all_parts), topics)


def _beyond_chance(
    found: ScopeChange, listed: Mapping[KindOf, Sequence[Contribution]]
) -> frozenset[tuple[KindOf, str]]:
    """Return the parts that are more than chance makes, among all but single items."""
    if found.change.verdict in {"incomplete", "too_few"}:
        return frozenset()
    names: dict[str, tuple[KindOf, str]] = {}
    chances: dict[str, float] = {}
    for kind_of, contributions in listed.items():
        if kind_of != "item":
            for each in contributions:
                names[f"{kind_of} {each.name}"] = (kind_of, each.name)
                chances[f"{kind_of} {each.name}"] = each.chance
    return frozenset(names[claim] for claim in found_among(chances))
