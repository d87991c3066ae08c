"""Contributions of the parts to a change, by dimension, and the items behind each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from api.deps import Deps
from api.reads.explain.change import ReadItems, ScopeChange
from api.reads.explain.items import Sample, SampledItem
from api.reads.explain.parts import parts_by_dimension
from shared.reasons.sentence import KindOf, Sampled, VolumeVerdict
from shared.stats.contributions import REST, Contribution, Part, Whole, contribution, with_rest
from shared.stats.uncertainty import found_among
from shared.stats.volumes import chance_of_number, chance_of_part
from shared.topics.keyness import MIN_LIFT

MAX_PARTS: Mapping[KindOf, int] = {"community": 8, "kind": 10, "topic": 6, "thread": 5, "item": 5}
"""Parts that are listed of each dimension; the others are in the rest."""
MEAN, VOLUME = "mean", "volume"
"""The subject of a claim; that of the whole volume has no part."""


@dataclass(frozen=True)
class Contributions:
    """The contributions of each dimension, and the items of both sides that were read.

    beyond_chance has the parts whose effect on the mean is more than chance makes, and volumes
    those whose number of items moved by more. topics has the names of topics by the key of an item.
    """

    of: ScopeChange
    samples: Sequence[Sample]
    listed: Mapping[KindOf, Sequence[Contribution]]
    beyond_chance: frozenset[tuple[KindOf, str]]
    volume: VolumeVerdict
    volumes: Mapping[tuple[KindOf, str], Part]
    topics: Mapping[str, Sequence[str]]

    @property
    def whole(self) -> Whole:
        """Return all items of both sides."""
        return self.of.whole

    def sampled(self, kind_of: KindOf) -> Sampled | None:
        """Return the numbers of items that were read, where those of a dimension are estimates.

        Communities and kinds are counted, and so are threads where the statistics list them. A
        single item stands for itself.
        """
        now, before = self.samples
        if all(len(each.items) >= each.counted for each in self.samples):
            return None
        has_threads = self.whole.now.threads and self.whole.before.threads
        if kind_of == "topic" or (kind_of == "thread" and not has_threads):
            return Sampled(len(now.items), now.counted, len(before.items), before.counted)
        return None

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


def contributions_of(deps: Deps, found: ScopeChange, read: ReadItems) -> Contributions:
    """Return the contributions of the parts, the largest of each dimension first, the rest last.

    Where a side has no items, there is no change of a mean that parts could contribute to.
    """
    whole = found.whole
    parts = parts_by_dimension(deps, found, read.samples, read.topics)
    weighed: dict[KindOf, list[Contribution]] = {}
    if whole.now.items and whole.before.items:
        weighed = {k: [contribution(each, whole) for each in own] for k, own in parts.items()}
    claimed = found_among(
        {**_chances_of_means(found, weighed), **_chances_of_volumes(found, parts, read)}
    )
    beyond_chance = _named(weighed, claimed, MEAN)
    volumes = {
        (kind_of, each.name): each
        for kind_of, own in parts.items()
        for each in own
        if f"{VOLUME} {kind_of} {each.name}" in claimed
    }
    named = beyond_chance.union(volumes)
    return Contributions(
        of=found,
        samples=read.samples,
        listed={k: _listed(k, own, whole, named) for k, own in weighed.items() if own},
        beyond_chance=beyond_chance,
        volume=_volume(found, claimed),
        volumes=volumes,
        topics=read.topics,
    )


def _listed(
    kind_of: KindOf,
    weighed: Sequence[Contribution],
    whole: Whole,
    named: Collection[tuple[KindOf, str]],
) -> list[Contribution]:
    """Return the contributions to list: those beyond chance, then the largest, and the rest."""
    most = MAX_PARTS[kind_of]
    ordered = sorted(
        weighed, key=lambda each: ((kind_of, each.name) not in named, -abs(each.effect), each.name)
    )
    return with_rest(ordered[:most], whole, most)


def _chances_of_means(
    found: ScopeChange, weighed: Mapping[KindOf, Sequence[Contribution]]
) -> dict[str, float]:
    """Return the chance of each part's effect on the mean by its claim; single items claim none."""
    if found.change.verdict in {"incomplete", "too_few"}:
        return {}
    return {
        f"{MEAN} {kind_of} {each.name}": each.chance
        for kind_of, own in weighed.items()
        if kind_of != "item"
        for each in own
    }


def _chances_of_volumes(
    found: ScopeChange, parts: Mapping[KindOf, Sequence[Part]], read: ReadItems
) -> dict[str, float]:
    """Return the chance of each part's change of volume by its claim, and that of the whole.

    Threads and items come new all the time. Topics are of a larger share of the items than in the
    week before, for that they were chosen. Their number is compared with that week, too, which
    tells more than an equal span, and must be a multiple of the number in that.
    """
    if not found.are_volumes_known:
        return {}
    whole = found.whole
    chances = {VOLUME: chance_of_number(whole.now, whole.before)}
    for kind_of in ("community", "kind"):
        for each in parts.get(kind_of, ()):
            chances[f"{VOLUME} {kind_of} {each.name}"] = chance_of_part(each, whole)
    for each in parts.get("topic", ()):
        if each.now.items >= MIN_LIFT * each.before.items:
            chances[f"{VOLUME} topic {each.name}"] = read.rises[each.name]
    return chances


def _named(
    weighed: Mapping[KindOf, Sequence[Contribution]], claimed: Collection[str], claim: str
) -> frozenset[tuple[KindOf, str]]:
    return frozenset(
        (kind_of, each.name)
        for kind_of, own in weighed.items()
        for each in own
        if f"{claim} {kind_of} {each.name}" in claimed
    )


def _volume(found: ScopeChange, claimed: Collection[str]) -> VolumeVerdict:
    """Return whether more is said than before, beyond chance."""
    if not found.are_volumes_known:
        return "incomplete"
    if VOLUME not in claimed:
        return "no_clear_change"
    return "more" if found.whole.now.items > found.whole.before.items else "fewer"
