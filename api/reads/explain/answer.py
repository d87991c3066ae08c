"""Answers with an explanation: a sentence, contributions, quotes and items to read."""

from collections.abc import Mapping, Sequence

from api.deps import Deps
from api.reads.coverage import coverage_answer, coverage_in
from api.reads.excerpts import in_one_line
from api.reads.explain.change import items_read
from api.reads.explain.cited import beginning_of, cited_item
from api.reads.explain.contributions import Contributions
from api.reads.explain.items import Sample, SampledItem
from api.reads.explain.quotes import Quote, quotes_of
from api.reads.scope_change import change_answer
from api.reads.scopes import Scope
from api.reads.spans import baseline_of
from api.schema.explain import (
    ContributionAnswer,
    Explanation,
    ItemToRead,
    QuotedSentence,
    QuotesOfReason,
    VolumeChange,
)
from api.schema.sentiment import TimeWindow
from shared.communities import community_name
from shared.models import ALL, Post
from shared.reasons.sentence import (
    Cause,
    KindOf,
    PartVolume,
    Volume,
    name_of_part,
    sentence_of,
)
from shared.reasons.weights import Candidate, Chosen, Span, read_these
from shared.stats.contributions import EFFECT_DIGITS, REST, Contribution
from shared.stats.means import LIMITS_OF_CHANGE, interval_of
from shared.stats.windows import HOUR, Spans
from shared.times import Window, hour_start, iso

MAX_IDS = 10
MAX_REASONS = 3


def explanation_of(
    deps: Deps, spans: Spans, found: Contributions, posts: Mapping[str, Post]
) -> Explanation:
    """Return the explanation of a change; posts are those of the threads that it names, by id."""
    scope, change = found.of.scope, found.of.change
    cited: dict[str, SampledItem] = {}
    titles = {post_id: in_one_line(post["title"]) for post_id, post in posts.items()}
    causes = [
        Cause(
            kind_of,
            _title(kind_of, each, titles, found),
            each,
            (kind_of, each.name) in found.beyond_chance,
            found.sampled(kind_of),
        )
        for kind_of, listed in found.listed.items()
        for each in listed
    ]
    volume = _volume(found)
    contributions = [_contribution(each, found, cited) for each in causes]
    chosen = read_these(_candidates(found.samples[0]), _span(found, causes))
    quotes = _quotes(found, causes, cited)
    by_key = {each.key: each for each in found.samples[0].items}
    for each in chosen:
        cited[each.item.id] = by_key[each.item.id]
    coverage = coverage_in(deps, found.of.states, scope.community, spans.compared)
    return Explanation(
        scope=scope.name,
        subject=scope.subject_id,
        community=None if scope.community == ALL else scope.community,
        name=_called(scope),
        sentence=sentence_of(_called(scope), change, causes, volume, found.sampled("topic")),
        verdict=change.verdict,
        reason=change.reason,
        change=change_answer(scope, change),
        volume=VolumeChange(n=volume.now, n_before=volume.before, verdict=volume.verdict),
        contributions=contributions,
        quotes=quotes,
        read_these=[_to_read(each, by_key[each.item.id]) for each in chosen],
        cited=[cited_item(each) for each in cited.values()],
        looked_at=items_read(change, found.samples),
        window=_window(spans.compared),
        before=baseline_of(spans),
        coverage=coverage_answer(coverage),
        rematching=scope.is_rematching,
        origin=deps.settings.origin,
        timestamp=iso(deps.clock()),
    )


def _called(scope: Scope) -> str:
    """Return what people call the scope."""
    if scope.subject is None:
        return "All talk" if scope.community == ALL else community_name(scope.community)
    is_part = scope.community != ALL
    return f"{scope.title} in {community_name(scope.community)}" if is_part else scope.title


def _volume(found: Contributions) -> Volume:
    """Return the numbers of items as the sentence takes them."""
    now, before = found.of.change.samples
    parts = [
        PartVolume(kind_of, each.name, each.now.items, each.before.items, found.sampled(kind_of))
        for (kind_of, _), each in found.volumes.items()
    ]
    return Volume(found.volume, now.items, before.items, parts)


def _window(window: Window) -> TimeWindow:
    """Return whole hours as answers have them, up to the end of the last one."""
    return TimeWindow(start=iso(window.start), end=iso(hour_start(window.end) + HOUR))


def _title(
    kind_of: KindOf, own: Contribution, titles: Mapping[str, str], found: Contributions
) -> str:
    if own.name == REST or kind_of not in {"thread", "item"}:
        return own.name
    if kind_of == "thread":
        return titles.get(own.name, own.name)
    item = next(iter(found.items_of("item", own)), None)
    return own.name if item is None else beginning_of(item.text)


def _contribution(
    cause: Cause, found: Contributions, cited: dict[str, SampledItem]
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
        is_estimate=cause.sampled is not None,
        is_beyond_chance=cause.is_beyond_chance,
        is_volume_beyond_chance=(kind_of, own.name) in found.volumes,
        items=[each.id for each in items],
    )


def _id_of(kind_of: KindOf, own: Contribution) -> str | None:
    """Return the id of a thread's post, or of an item."""
    if own.name == REST or kind_of not in {"thread", "item"}:
        return None
    return own.name if kind_of == "thread" else own.name.partition(":")[2]


def _quotes(
    found: Contributions, causes: Sequence[Cause], cited: dict[str, SampledItem]
) -> list[QuotesOfReason]:
    """Return sentences of the largest contributions to the mean, or else the volume.

    They are beyond chance. Of a volume they have the label that the part's mean stands for.
    """
    named = [each for each in causes if each.is_beyond_chance]
    named.sort(key=lambda each: -abs(each.contribution.effect))
    others = [each for each in causes if _key(each) in found.volumes and each not in named]
    named += sorted(others, key=lambda each: -abs(each.contribution.n - each.contribution.n_before))
    answers: list[QuotesOfReason] = []
    for cause in named:
        label = "positive" if _way_of(cause, found) > 0 else "negative"
        items = found.items_of(cause.kind_of, cause.contribution)
        topic = cause.title if cause.kind_of == "topic" else None
        quotes = quotes_of((each for each in items if each.scored.label == label), topic=topic)
        if quotes and len(answers) < MAX_REASONS:
            cited.update((each.item.key, each.item) for each in quotes)
            sentences = [_sentence(each) for each in quotes]
            answers.append(
                QuotesOfReason(kind_of=cause.kind_of, name=cause.title, sentences=sentences)
            )
    return answers


def _key(cause: Cause) -> tuple[KindOf, str]:
    return cause.kind_of, cause.contribution.name


def _way_of(cause: Cause, found: Contributions) -> float:
    """Return a number above 0 where positive items stand for a cause."""
    if cause.is_beyond_chance:
        return found.way_of(cause.contribution)
    part = found.volumes[_key(cause)]
    return (part.now if part.now.items else part.before).mean


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


def _span(found: Contributions, causes: Sequence[Cause]) -> Span:
    """Return the window as `read_these` takes it, with the largest contribution as its reason."""
    parts = [c for c in causes if c.kind_of != "item" and c.contribution.name != REST]
    largest = max(
        parts,
        key=lambda c: (
            c.is_beyond_chance,
            _key(c) in found.volumes,
            abs(c.contribution.effect),
        ),
        default=None,
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
        reason=name_of_part(largest.kind_of, largest.title) if largest is not None else None,
        ids=ids,
    )


def _sizes(found: Contributions) -> dict[str, int]:
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
        text=beginning_of(item.text),
        because=chosen.because,
        why=chosen.why,
    )
