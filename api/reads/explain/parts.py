"""Divides the items of both times by community, kind of talk, topic, thread and item."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from api.deps import Deps
from api.reads.explain.change import ScopeChange, amount_of
from api.reads.explain.items import Sample
from shared.models import ALL, Cell, OtherLanguages
from shared.reasons.sentence import KindOf
from shared.stats.contributions import (
    Amount,
    Part,
    Whole,
    large_parts,
    parts_of_items,
    thread_parts,
)
from shared.stats.kinds import KindSums, add_kinds, items_with_kinds, sums_of
from shared.stats.means import sample_of
from shared.stats.subject_parts import add_up_parts
from shared.stats.threads import Threads

# Where a smaller share of a side's items has kinds, a kind may be new only for want of them.
MIN_WITH_KINDS = 0.9


def parts_by_dimension(
    deps: Deps,
    found: ScopeChange,
    samples: Sequence[Sample],
    topics: Mapping[str, Sequence[str]],
) -> dict[KindOf, list[Part]]:
    """Return the parts of each dimension; topics are the names of topics by the key of an item."""
    whole = found.whole
    return {
        "community": _communities(deps, found),
        "kind": _kinds(found, whole),
        "topic": large_parts(_of_items(samples, topics), whole),
        "thread": large_parts(_threads(whole, samples), whole),
        "item": _items(samples),
    }


def _communities(deps: Deps, found: ScopeChange) -> list[Part]:
    """Return the communities of a scope that has several."""
    languages = deps.settings.other_languages
    if found.scope.community != ALL:
        return []
    if found.scope.subject is None:
        parts = [
            Part(name, *(_counted(found.cells_in(side, own), languages) for side in (0, 1)))
            for name, own in found.communities.items()
        ]
        return parts if len(parts) > 1 else []
    sides = [add_up_parts(found.days, frozenset(hours)) for hours in found.hours]
    names = dict.fromkeys(name for side in sides for name in side.communities)
    return [
        Part(name, *(_counted([side.of(community=name)], languages) for side in sides))
        for name in names
    ]


def _counted(cells: Iterable[Cell], languages: OtherLanguages) -> Amount:
    return amount_of(sample_of(cells, languages))


def _kinds(found: ScopeChange, whole: Whole) -> list[Part]:
    """Return the kinds of talk; none where too few items of a side have any."""
    texts = [add_kinds(cell.get("kinds", "") for cell in found.cells_in(side)) for side in (0, 1)]
    sides = zip(texts, (whole.now, whole.before), strict=True)
    if any(items_with_kinds(text) < MIN_WITH_KINDS * of_all.items for text, of_all in sides):
        return []
    sums = [sums_of(text) for text in texts]
    return [
        Part(kind, *(_of_kind(side.get(kind)) for side in sums))
        for kind in dict.fromkeys((*sums[0], *sums[1]))
    ]


def _of_kind(sums: KindSums | None) -> Amount:
    return Amount() if sums is None else Amount(sums.n, sums.sum)


def _threads(whole: Whole, samples: Sequence[Sample]) -> list[Part]:
    """Return the threads that cells list or, where they list none, those of the items read."""
    sides = [side.threads for side in (whole.now, whole.before)]
    if all(sides):
        return thread_parts(*cast("list[Threads]", sides))
    return _of_items(samples, {e.key: [e.thread] for sample in samples for e in sample.items})


def _items(samples: Sequence[Sample]) -> list[Part]:
    """Return each item that was read as a part that stands for itself alone."""
    now, before = ([replace(each, weight=1.0) for each in own.weighed] for own in samples)
    return parts_of_items(now, before, {each.id: [each.id] for each in (*now, *before)})


def _of_items(samples: Sequence[Sample], names: Mapping[str, Sequence[str]]) -> list[Part]:
    now, before = (sample.weighed for sample in samples)
    return parts_of_items(now, before, names)
