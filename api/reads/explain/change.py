"""Reads what a change is explained by: the cells of both times, and a sample of their items."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from api.deps import Deps
from api.reads.cells import Cells, cells_of, read_cells, read_days_of_subjects
from api.reads.coverage import States, observed_since, read_states
from api.reads.explain.items import Sample, limits_of, read_sample, sample_among
from api.reads.scope_change import ScopeCells
from api.reads.scopes import Scope
from api.reads.span_items import SpanItems
from api.reads.topics import cost_of, own_names, read_topics_of
from api.schema.explain import ItemsRead
from shared.models import ALL, Cell, DayStats, Item, Subject
from shared.stats.cell_threads import thread_of
from shared.stats.cells import items_in
from shared.stats.compare import MIN_KNOWN, Change
from shared.stats.contributions import Amount, Whole
from shared.stats.means import Sample as CountedSample
from shared.stats.threads import Threads
from shared.stats.uncertainty import Thread
from shared.stats.volumes import chance_of_number
from shared.stats.windows import Spans
from shared.store import HOURS_OF_ALL, Query, Store
from shared.store.keys import item_key
from shared.times import HOUR_CHARS, Window, hour_of
from shared.topics.spans import SpanTopics

# The variance of compound where too few items tell it.
USUAL_VARIANCE = 0.25


@dataclass(frozen=True)
class ScopeChange:
    """The cells of a scope and of its communities, and the change of the hours in both times."""

    scope: Scope
    communities: Mapping[str, Cells]
    cells: Cells
    states: States
    change: Change
    hours: tuple[Sequence[str], Sequence[str]]
    days: Sequence[DayStats]
    wanted: int
    """The hours of the window that were asked for; `hours` are those known on both sides."""
    begins: str | None = None
    """The first hour of all data, where a time before has little."""

    @property
    def are_volumes_known(self) -> bool:
        """Return whether the numbers of items can be compared, however few they are.

        Where it is recorded what was observed, few items before are no sign that some are missing,
        unless all data is younger than most of that time.
        """
        if self.change.reason == "no_earlier_data":
            is_recorded = observed_since(self.states) is not None and self.begins is not None
            is_known = len(self.hours[0]) >= MIN_KNOWN * self.wanted
            has_data = [hour >= (self.begins or "") for hour in self.hours[1]]
            return is_recorded and is_known and sum(has_data) >= MIN_KNOWN * len(has_data)
        return self.change.reason != "not_collected"

    @cached_property
    def whole(self) -> Whole:
        """Return all items of both sides."""
        known = [each.variance for each in self.change.samples if each.variance is not None]
        now, before = map(amount_of, self.change.samples)
        return Whole(now, before, sum(known) / len(known) if known else USUAL_VARIANCE)

    def cells_in(self, side: int, cells: Cells | None = None) -> list[Cell]:
        """Return the cells of a side: 0 is the window, 1 the time before."""
        own = self.cells if cells is None else cells
        return [own[hour] for hour in self.hours[side] if hour in own]


async def read_change(
    deps: Deps,
    scope: Scope,
    spans: Spans,
    *,
    has_communities: bool = True,
    after: int | None = None,
) -> ScopeChange:
    """Return the change of a scope between two spans, with the cells that it is made of.

    has_communities: of all communities together, the cells of the largest are read, too. after is
    as `ScopeCells` has it. Raises StoreError.
    """
    store = await deps.watched_store()
    states = await read_states(deps, store, [scope.community])
    has_communities &= scope.subject is None and scope.community == ALL
    names = _largest(states, limits_of(spans.hours).communities) if has_communities else []
    windows = (spans.compared, spans.before)
    days: list[DayStats] = []
    cells: dict[str, dict[str, Cell]] = {}
    scopes = [scope, *map(Scope, names)]
    if scope.subject is not None:
        for window in windows:
            found = await read_days_of_subjects(deps, [scope], window, parts=True)
            days += found[scope.name]
        # A day may be at the end of one window and the beginning of the other.
        days = list({day["id"]: day for day in days}.values())
        cells[scope.name] = dict(await asyncio.to_thread(cells_of, days, scope))
    else:
        for window in windows:
            for name, own in (await read_cells(deps, scopes, window)).items():
                cells.setdefault(name, {}).update(own)
    of_all = await _cells_of_all(deps, states, cells, windows)
    of_scope = ScopeCells(
        scope,
        cells[scope.name],
        of_all,
        states,
        spans.times,
        replace(spans.whole, end=deps.clock()),
        after,
    )
    change, hours = await asyncio.to_thread(of_scope.compared, deps)
    communities = {name: cells[name] for name in names}
    wanted = len(spans.times.now)
    begins = await data_begins(store) if change.reason == "no_earlier_data" else None
    own = cells[scope.name]
    return ScopeChange(scope, communities, own, states, change, hours, days, wanted, begins)


async def data_begins(store: Store) -> str | None:
    """Return the first hour that has items of any community."""
    # A day comes before its hours.
    first = await store.query(Query(HOURS_OF_ALL, ALL, 2, order_by="id"))
    return min((each["id"] for each in first if len(each["id"]) == HOUR_CHARS), default=None)


async def _cells_of_all(
    deps: Deps,
    states: States,
    cells: Mapping[str, Cells],
    windows: Iterable[Window],
) -> Cells:
    """Return the cells of all, which are needed only where no record says what was observed."""
    if ALL in cells:
        return cells[ALL]
    if any(state and ("covered" in state or "failing" in state) for state in states.values()):
        return {}
    found: dict[str, Cell] = {}
    for window in windows:
        found.update((await read_cells(deps, [Scope()], window))[ALL])
    return found


def _largest(states: States, most: int) -> list[str]:
    """Return the communities that usually have the most items."""

    def usual(name: str) -> float:
        state = states[name]
        hourly = state.get("hourly") if state is not None else None
        return hourly or 0.0

    return sorted(states, key=lambda name: (-usual(name), name))[:most]


async def read_samples(deps: Deps, found: ScopeChange) -> list[Sample]:
    """Return items of the window, and of the time before. Raises StoreError."""
    return [await _sample(deps, found, side) for side in (0, 1)]


async def _sample(deps: Deps, found: ScopeChange, side: int) -> Sample:
    cells = found.cells
    return await read_sample(
        await deps.watched_store(),
        found.scope,
        [hour for hour in found.hours[side] if hour in cells and items_in(cells[hour])],
        deps.settings.watched,
        limits=limits_of(len(found.hours[0])),
        counted=found.change.samples[side].items,
        counts_others=deps.settings.other_languages == "count",
    )


@dataclass(frozen=True)
class ReadItems:
    """Items of the window and of the time before, and the topics of the window.

    topics are the names of topics by the key of an item. rises are, by the name of a topic, the
    chance (0..1) of a number of items that exceeds that of the week before it by as much. found has
    the topics with their items. are_all_read: no item of the window, or of that week, was left out.
    cost is the number of request units that reading them took.
    """

    samples: Sequence[Sample]
    topics: Mapping[str, Sequence[str]]
    rises: Mapping[str, float]
    found: SpanTopics
    are_all_read: bool
    cost: int


async def read_items_with_topics(
    deps: Deps,
    found: ScopeChange,
    spans: Spans,
    subjects: Sequence[Subject],
    *,
    max_cost: int | None = None,
) -> ReadItems:
    """Return items of both sides, and the topics that GET /topics finds in the window.

    subjects are all of the watchlist. max_cost is the number of request units that the items of a
    side may take; it is at most as many as GET /topics takes. Raises StoreError.
    """
    own = own_names(found.scope, subjects)
    # All talk has more to read beside its topics than a community or a subject.
    is_all = found.scope.name == ALL
    most = limits_of(spans.hours).topics if is_all else cost_of(spans.compared)
    max_cost = most if max_cost is None else min(most, max_cost)
    now, before, topics = await read_topics_of(
        deps,
        found.scope,
        spans.compared,
        own,
        max_cost=max_cost,
        known=dict.fromkeys((spans.compared, spans.before), found.cells),
    )
    counts_others = deps.settings.other_languages == "count"
    samples = [
        sample_among(
            (item for item in read.items if hour_of(item["order_key"]) in hours),
            found.scope,
            counted=counted.items,
            counts_others=counts_others,
        )
        for read, hours, counted in zip(
            (now, before), map(frozenset, found.hours), found.change.samples, strict=True
        )
    ]
    share = _share_of_time(now, before)
    names: dict[str, list[str]] = {}
    rises: dict[str, float] = {}
    for topic in topics.topics:
        for item in (*topic.before, *topic.items):
            names.setdefault(item_key(item["kind"], item["id"]), []).append(topic.name)
        chance = chance_of_number(_counted(topic.items), _counted(topic.before), share)
        rises[topic.name] = min(chance, rises.get(topic.name, 1.0))
    are_all_read = now.is_whole and before.is_whole
    return ReadItems(samples, names, rises, topics, are_all_read, now.cost + before.cost)


def _share_of_time(now: SpanItems, before: SpanItems) -> float:
    """Return the window's share (0..1) of the hours in which items were read.

    The time before begins with its first item: data may be younger. Where not all items were read,
    an hour counts by the part of them that was.
    """
    first = min((hour_of(item["order_key"]) for item in before.items), default=None)
    hours = [hour for hour in before.window.hours() if first is not None and hour >= first]
    read = [
        length * len(each.items) / each.of if each.of else 0.0
        for length, each in ((len(now.window.hours()), now), (len(hours), before))
    ]
    return read[0] / sum(read) if sum(read) else 1.0


def _counted(items: Sequence[Item]) -> Amount:
    """Return items as an amount with their threads, whatever their mood."""
    sizes = Counter(map(thread_of, items))
    return Amount(
        len(items), 0.0, Threads({name: Thread(size, 0.0) for name, size in sizes.items()})
    )


def items_read(change: Change, samples: Sequence[Sample]) -> ItemsRead:
    """Return the number of items that count on each side, and of those that were read."""
    now, before = change.samples
    return ItemsRead(
        items=now.items,
        read=len(samples[0].items),
        items_before=before.items,
        read_before=len(samples[1].items),
    )


def amount_of(sample: CountedSample) -> Amount:
    """Return the items of a sample, and the sum of their compound."""
    return Amount(sample.items, sample.mean * sample.items, sample.threads)
