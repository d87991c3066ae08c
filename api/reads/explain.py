"""What made the change of a scope: contributions of its parts, a sentence, and the items."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, cast

from api.deps import Deps
from api.reads.cells import Cells, cells_of, read_cells, read_days_of_subjects
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.reads.excerpts import excerpt, in_one_line
from api.reads.explained_items import Sample, SampledItem, limits_of, read_sample
from api.reads.quotes import Quote, quotes_of
from api.reads.scopes import Scope, read_scope_of_subject, scope_of
from api.reads.sentiment import ScopeCells, change_answer
from api.reads.spans import baseline_of, read_spans, refused_span
from api.schema.explain import (
    ContributionAnswer,
    DifferingItem,
    ExplainedItem,
    ExplainParameters,
    Explanation,
    ItemsRead,
    ItemToRead,
    QuotedSentence,
    QuotesOfReason,
)
from api.schema.sentiment import Change as SchemaChange
from api.schema.sentiment import TimeWindow
from api.schema.values import MAX_HOURS
from shared.models import ALL, Cell, DayStats, OtherLanguages, Post, Subject
from shared.reasons.sentence import Cause, KindOf, sentence_of
from shared.reasons.weights import Candidate, Chosen, Span, read_these
from shared.stats.cells import items_in
from shared.stats.compare import Change
from shared.stats.contributions import (
    EFFECT_DIGITS,
    REST,
    Amount,
    Contribution,
    Part,
    Whole,
    contribution,
    large_parts,
    parts_of_items,
    thread_parts,
    with_rest,
)
from shared.stats.kinds import KindSums, add_kinds, items_told, sums_of
from shared.stats.means import LIMITS_OF_CHANGE, interval_of, sample_of
from shared.stats.means import Sample as CountedSample
from shared.stats.subject_parts import add_up_parts
from shared.stats.threads import Threads
from shared.stats.uncertainty import found_among
from shared.stats.windows import HOUR, Spans
from shared.store import POSTS
from shared.times import Window, hour_start, iso
from shared.topics.own_names import NO_NAMES, names_of_community, names_of_subject
from shared.topics.spans import item_ids_by_topic

MOST: Mapping[KindOf, int] = {"community": 8, "kind": 10, "topic": 6, "thread": 5, "item": 5}
"""Parts that are listed of each; the others are in the rest."""
MAX_IDS = 10
# Items that differ between two spans, and those of them that one thread may have.
MAX_DIFFERING = 10
MAX_OF_THREAD = 2
MAX_REASONS = 3
# Where kinds of fewer items are told, a kind may be new only because others weren't told.
MIN_TOLD = 0.9
# The variance of compound where too few items tell it.
USUAL_VARIANCE = 0.25


async def read_explanation(deps: Deps, parameters: ExplainParameters) -> Explanation:
    """Return what made the change of a scope, looking at full hours that are known in both times.

    It reads the cells of both times, and a bounded number of their items. Raises UnknownSubject,
    UnknownCommunity, BadParameters and StoreError.
    """
    community = scope_of(deps.settings, parameters.community, parameter="community")
    found = await read_scope_of_subject(deps, parameters.subject)
    scope = replace(found, community=community)
    spans = await read_spans(deps, parameters, until="collected")
    if spans.hours > MAX_HOURS:
        detail = f"{parameters.start}: the window has {spans.hours} hours, more than {MAX_HOURS}"
        raise refused_span(parameters, "start", detail)
    read = await _read(deps, scope, spans)
    samples = [await _sample(deps, scope, read, side) for side in (0, 1)]
    subjects = (await deps.read_watchlist())["subjects"]
    explained = await asyncio.to_thread(_explained, deps, read, subjects, samples)
    posts = await _thread_posts(deps, scope, explained)
    return await asyncio.to_thread(_answer, deps, spans, explained, posts)


@dataclass(frozen=True)
class _Read:
    """The cells of a scope and of its communities, and the change of the hours in both times."""

    scope: Scope
    communities: Mapping[str, Cells]
    cells: Cells
    states: States
    change: Change
    hours: tuple[Sequence[str], Sequence[str]]
    days: Sequence[DayStats]

    def cells_in(self, side: int, cells: Cells | None = None) -> list[Cell]:
        """Return the cells of a side: 0 is the window, 1 the time before."""
        own = self.cells if cells is None else cells
        return [own[hour] for hour in self.hours[side] if hour in own]


@dataclass(frozen=True)
class Differing:
    """The change of a scope, the items that moved its mean most, and how many were looked at."""

    change: SchemaChange
    items: Sequence[DifferingItem]
    looked_at: ItemsRead


async def read_differing(deps: Deps, scope: Scope, spans: Spans) -> Differing:
    """Return the change between equal spans, and the items that moved the mean most.

    They are at most MAX_DIFFERING, the largest effect first, and MAX_OF_THREAD of each thread.
    Raises StoreError.
    """
    read = await _read(deps, scope, spans, has_communities=False)
    samples = [await _sample(deps, scope, read, side) for side in (0, 1)]
    items = await asyncio.to_thread(_differing, read.change, samples)
    return Differing(change_answer(scope, read.change), items, _looked_at(read.change, samples))


def _differing(change: Change, samples: Sequence[Sample]) -> list[DifferingItem]:
    whole = _whole(change)
    if not whole.now.items or not whole.before.items:
        return []
    sides = {item.key: side for side, sample in enumerate(samples) for item in sample.items}
    items = {item.key: item for sample in samples for item in sample.items}
    # Each stands for itself alone, also where not all items were read.
    now, before = ([replace(each, weight=1.0) for each in sample.weighed] for sample in samples)
    parts = parts_of_items(now, before, {key: [key] for key in items})
    moved = [contribution(part, whole) for part in parts]
    of_thread: Counter[str] = Counter()
    found: list[DifferingItem] = []
    for each in sorted(moved, key=lambda one: (-abs(one.effect), one.name)):
        item = items[each.name]
        of_thread[item.thread] += 1
        if of_thread[item.thread] <= MAX_OF_THREAD and each.effect:
            side: Literal["before", "after"] = "before" if sides[each.name] else "after"
            effect = round(each.effect, EFFECT_DIGITS)
            own = {**dict(_cited(item)), "text": _beginning(item.text)}
            found.append(DifferingItem(**own, side=side, effect=effect))
    return found[:MAX_DIFFERING]


async def _read(deps: Deps, scope: Scope, spans: Spans, *, has_communities: bool = True) -> _Read:
    """Read the cells of a scope and, where all are looked at, of its largest communities."""
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
    )
    change, hours = await asyncio.to_thread(of_scope.compared, deps)
    communities = {name: cells[name] for name in names}
    return _Read(scope, communities, cells[scope.name], states, change, hours, days)


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


async def _sample(deps: Deps, scope: Scope, read: _Read, side: int) -> Sample:
    hours = [hour for hour in read.hours[side] if hour in read.cells and items_in(read.cells[hour])]
    return await read_sample(
        await deps.watched_store(),
        scope,
        hours,
        deps.settings.watched,
        limits=limits_of(len(read.hours[0])),
        counted=read.change.samples[side].items,
        counts_others=deps.settings.other_languages == "count",
    )


@dataclass(frozen=True)
class _Explained:
    """The contributions of each dimension, and the items of both sides that were read."""

    read: _Read
    whole: Whole
    samples: Sequence[Sample]
    found: Mapping[KindOf, Sequence[Contribution]]
    beyond: frozenset[tuple[KindOf, str]]
    topics: Mapping[str, Sequence[str]]

    @cached_property
    def thread_ids(self) -> list[str]:
        """Return the ids of the threads that are named."""
        listed = [each.name for each in self.found.get("thread", ()) if each.name != REST]
        giant = self.read.change.giant
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


def _explained(
    deps: Deps, read: _Read, subjects: Sequence[Subject], samples: Sequence[Sample]
) -> _Explained:
    whole = _whole(read.change)
    topics = topics_of(deps, read.scope, subjects, *samples)
    parts: dict[KindOf, list[Part]] = {}
    if whole.now.items and whole.before.items:
        parts = {
            "community": _communities(deps, read),
            "kind": _kinds(read, whole),
            "topic": large_parts(_of_items(samples, topics), whole),
            "thread": large_parts(_threads(whole, samples), whole),
            "item": _of_items(samples, {each.key: [each.key] for s in samples for each in s.items}),
        }
    found = {
        kind_of: [contribution(part, whole) for part in own]
        for kind_of, own in parts.items()
        if own
    }
    chances = {
        f"{kind_of} {each.name}": each.chance
        for kind_of, listed in found.items()
        if kind_of != "item"
        for each in listed
    }
    is_told = read.change.verdict not in {"incomplete", "too_few"}
    claims = found_among(chances) if is_told else frozenset()
    beyond = frozenset(
        (kind_of, each.name)
        for kind_of, listed in found.items()
        for each in listed
        if f"{kind_of} {each.name}" in claims
    )
    listed = {k: with_rest(own, whole, MOST[k]) for k, own in found.items()}
    return _Explained(read, whole, samples, listed, beyond, topics)


def topics_of(
    deps: Deps, scope: Scope, subjects: Sequence[Subject], now: Sample, before: Sample
) -> Mapping[str, Sequence[str]]:
    """Return the topics of each item that was read, by its key; the scope's name is none."""
    own = NO_NAMES
    if scope.subject is not None:
        own = names_of_subject(scope.subject)
    elif scope.community != ALL:
        own = names_of_community(scope.community, subjects)
    found = item_ids_by_topic(
        *([each.item for each in sample.items] for sample in (now, before)),
        own=own,
        other_languages=deps.settings.other_languages,
    )
    topics: dict[str, list[str]] = {}
    for name, keys in found.items():
        for key in keys:
            topics.setdefault(key, []).append(name)
    return topics


def _whole(change: Change) -> Whole:
    known = [each.variance for each in change.samples if each.variance is not None]
    now, before = map(_amount, change.samples)
    return Whole(now, before, sum(known) / len(known) if known else USUAL_VARIANCE)


def _amount(sample: CountedSample) -> Amount:
    return Amount(sample.items, sample.mean * sample.items, sample.threads)


def _communities(deps: Deps, read: _Read) -> list[Part]:
    """Return the communities of a scope that has several."""
    languages = deps.settings.other_languages
    if read.scope.community != ALL:
        return []
    if read.scope.subject is None:
        parts = [
            Part(name, *(_counted(read.cells_in(side, own), languages) for side in (0, 1)))
            for name, own in read.communities.items()
        ]
        return parts if len(parts) > 1 else []
    sides = [add_up_parts(read.days, frozenset(hours)) for hours in read.hours]
    names = dict.fromkeys(name for side in sides for name in side.communities)
    return [
        Part(name, *(_counted([side.of(community=name)], languages) for side in sides))
        for name in names
    ]


def _counted(cells: Iterable[Cell], languages: OtherLanguages) -> Amount:
    return _amount(sample_of(cells, languages))


def _kinds(read: _Read, whole: Whole) -> list[Part]:
    """Return the kinds of talk; none where they are told of too few items of a side."""
    texts = [add_kinds(cell.get("kinds", "") for cell in read.cells_in(side)) for side in (0, 1)]
    sides = zip(texts, (whole.now, whole.before), strict=True)
    if any(items_told(text) < MIN_TOLD * of_all.items for text, of_all in sides):
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


def _of_items(samples: Sequence[Sample], names: Mapping[str, Sequence[str]]) -> list[Part]:
    now, before = (sample.weighed for sample in samples)
    return parts_of_items(now, before, names)


async def _thread_posts(deps: Deps, scope: Scope, found: _Explained) -> dict[str, Post]:
    """Return the posts of the threads that are named, where their community is known."""
    known = {each.thread: each.item["community"] for s in found.samples for each in s.items}
    giant = found.read.change.giant
    if giant is not None and giant[1].community is not None:
        known[giant[1].id] = giant[1].community
    keys = [
        (name, each)
        for each in found.thread_ids
        if (name := known.get(each, scope.community)) != ALL
    ]
    posts = await (await deps.watched_store()).read_many(POSTS, keys) if keys else {}
    return {post["id"]: post for post in posts.values() if not post["deleted"]}


def _answer(deps: Deps, spans: Spans, found: _Explained, posts: Mapping[str, Post]) -> Explanation:
    read, change = found.read, found.read.change
    cited: dict[str, SampledItem] = {}
    titles = {post_id: in_one_line(post["title"]) for post_id, post in posts.items()}
    causes = [
        Cause(
            kind_of,
            _title(kind_of, each, titles, found),
            each,
            (kind_of, each.name) in found.beyond,
        )
        for kind_of, listed in found.found.items()
        for each in listed
    ]
    contributions = [_contribution(each, found, cited) for each in causes]
    chosen = read_these(_candidates(found.samples[0]), _span(found, causes))
    quotes = _quotes(found, causes, cited)
    by_key = {each.key: each for each in found.samples[0].items}
    for each in chosen:
        cited[each.item.id] = by_key[each.item.id]
    coverage = coverage_in(deps, read.states, read.scope.community, spans.compared)
    return Explanation(
        scope=read.scope.name,
        subject=read.scope.subject_id,
        sentence=sentence_of(_called(read.scope), change, causes),
        verdict=change.verdict,
        reason=change.reason,
        change=change_answer(read.scope, change),
        contributions=contributions,
        quotes=quotes,
        read_these=[_to_read(each, by_key[each.item.id]) for each in chosen],
        cited=[_cited(each) for each in cited.values()],
        looked_at=_looked_at(change, found.samples),
        window=_window(spans.compared),
        before=baseline_of(spans),
        coverage=coverage_answer(coverage),
        rematching=read.scope.is_rematching,
        origin=deps.settings.origin,
        timestamp=iso(deps.clock()),
    )


def _looked_at(change: Change, samples: Sequence[Sample]) -> ItemsRead:
    now, before = change.samples
    return ItemsRead(
        items=now.items,
        read=len(samples[0].items),
        items_before=before.items,
        read_before=len(samples[1].items),
    )


def _called(scope: Scope) -> str:
    """Return what people call the scope."""
    if scope.subject is None and scope.community == ALL:
        return "All talk"
    is_part = scope.subject is not None and scope.community != ALL
    return f"{scope.title} in {scope.community}" if is_part else scope.title


def _window(window: Window) -> TimeWindow:
    """Return whole hours as answers have them, up to the end of the last one."""
    return TimeWindow(start=iso(window.start), end=iso(hour_start(window.end) + HOUR))


def _title(kind_of: KindOf, own: Contribution, titles: Mapping[str, str], found: _Explained) -> str:
    if own.name == REST or kind_of not in {"thread", "item"}:
        return own.name
    if kind_of == "thread":
        return titles.get(own.name, own.name)
    item = next(iter(found.items_of("item", own)), None)
    return own.name if item is None else _beginning(item.text)


def _beginning(text: str) -> str:
    return excerpt(in_one_line(text), [])[0]


def _contribution(
    cause: Cause, found: _Explained, cited: dict[str, SampledItem]
) -> ContributionAnswer:
    own, kind_of = cause.contribution, cause.kind_of
    is_rest = own.name == REST
    items = [] if is_rest else found.items_of(kind_of, own)[:MAX_IDS]
    cited.update((each.key, each) for each in items)
    mood, mix = (round(each, EFFECT_DIGITS) + 0.0 for each in (own.mood, own.mix))
    return ContributionAnswer(
        kind_of=kind_of,
        name=cause.title,
        id=_id_of(kind_of, own),
        mood=mood,
        mix=mix,
        effect=round(mood + mix, EFFECT_DIGITS),
        interval=interval_of(own.moved, LIMITS_OF_CHANGE),
        n=round(own.n, EFFECT_DIGITS) + 0.0,
        n_before=round(own.n_before, EFFECT_DIGITS) + 0.0,
        is_beyond_chance=cause.is_beyond_chance,
        items=[each.id for each in items],
    )


def _id_of(kind_of: KindOf, own: Contribution) -> str | None:
    """Return the id of a thread's post, or of an item."""
    if own.name == REST or kind_of not in {"thread", "item"}:
        return None
    return own.name if kind_of == "thread" else own.name.partition(":")[2]


def _quotes(
    found: _Explained, causes: Sequence[Cause], cited: dict[str, SampledItem]
) -> list[QuotesOfReason]:
    """Return sentences of the largest contributions that are beyond chance."""
    named = [each for each in causes if each.is_beyond_chance]
    named.sort(key=lambda each: -abs(each.contribution.effect))
    answers: list[QuotesOfReason] = []
    for cause in named:
        label = "positive" if found.way_of(cause.contribution) > 0 else "negative"
        items = found.items_of(cause.kind_of, cause.contribution)
        quotes = quotes_of(each for each in items if each.scored.label == label)
        if quotes and len(answers) < MAX_REASONS:
            cited.update((each.item.key, each.item) for each in quotes)
            sentences = [_sentence(each) for each in quotes]
            answers.append(
                QuotesOfReason(kind_of=cause.kind_of, name=cause.title, sentences=sentences)
            )
    return answers


def _sentence(quote: Quote) -> QuotedSentence:
    return QuotedSentence(
        item=quote.item.id, text=quote.text, marks=[list(mark) for mark in quote.marks]
    )


def _candidates(sample: Sample) -> list[Candidate]:
    return [
        Candidate(each.key, each.thread, each.scored.compound, each.item["upvotes"], each.text)
        for each in sample.items
        if each.is_quotable
    ]


def _span(found: _Explained, causes: Sequence[Cause]) -> Span:
    """Return the window as `read_these` takes it, with the largest contribution as its reason."""
    parts = [c for c in causes if c.kind_of != "item" and c.contribution.name != REST]
    largest = max(
        parts, key=lambda c: (c.is_beyond_chance, abs(c.contribution.effect)), default=None
    )
    ids: frozenset[str] = frozenset()
    if largest is not None and largest.contribution.n:
        items = found.items_of(largest.kind_of, largest.contribution)
        ids = frozenset(each.key for each in items)
    change = found.whole.change
    return Span(
        mean=found.whole.now.mean,
        items=round(found.whole.now.items),
        sign=(change > 0) - (change < 0),
        threads=_sizes(found),
        reason=largest.title if largest is not None else None,
        ids=ids,
    )


def _sizes(found: _Explained) -> dict[str, int]:
    """Return the number of items of each thread in the window."""
    if found.whole.now.threads is not None:
        return {name: each.items for name, each in found.whole.now.threads.listed.items()}
    sizes: dict[str, int] = {}
    for item in found.samples[0].items:
        sizes[item.thread] = sizes.get(item.thread, 0) + 1
    return sizes


def _to_read(chosen: Chosen, item: SampledItem) -> ItemToRead:
    return ItemToRead(
        item=item.id,
        text=_beginning(item.text),
        because=chosen.because,
        why=chosen.why,
    )


def _cited(item: SampledItem) -> ExplainedItem:
    own = item.item
    return ExplainedItem(
        kind=own["kind"],
        id=own["id"],
        post_id=item.thread,
        community=own["community"],
        title=item.title,
        created_utc=own["created_utc"],
        permalink=own["permalink"],
        label=item.scored.label,
        compound=item.scored.compound,
    )
