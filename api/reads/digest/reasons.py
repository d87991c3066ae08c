"""Why subjects changed: their explanations, within a bound on what they read together."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from api.deps import Deps
from api.reads.digest.sentences import has_changed
from api.reads.explain.explanation import Explained, explain
from api.reads.scopes import Scope
from api.schema.digest import DigestItem, DigestReason, DigestSubject, DigestTopic
from api.schema.explain import ContributionAnswer, Explanation
from api.schema.values import MAX_ITEMS_COST, MIN_ITEMS_COST
from shared.models import Subject
from shared.stats.contributions import REST
from shared.stats.windows import SECOND, Spans
from shared.times import iso

MAX_REASONS = 3
MAX_CONTRIBUTIONS = 5
MAX_READS = 5
MAX_TOPICS = 5
# Request units that the items of all explanations may take, both sides together.
MAX_COST_OF_ALL = 560


@dataclass(frozen=True)
class ExplainedSubject:
    """A row of the digest, the explanation of its change, and the request that returns the same."""

    row: DigestSubject
    explained: Explained
    request: str


def rows_to_explain(rows: Sequence[DigestSubject]) -> list[DigestSubject]:
    """Return the rows that changed, clear moods first, up to three; or else an own one.

    rows are in the order of the digest. Of those that nobody mentions there is nothing to say.
    """
    said = [each for each in rows if each.volume.n or each.volume.n_before]
    changed = [each for each in said if has_changed(each)]
    changed.sort(key=lambda each: each.change.verdict not in {"better", "worse"})
    own = [each for each in said if each.role == "own"]
    return changed[:MAX_REASONS] or (own or said)[:1]


async def explain_rows(
    deps: Deps,
    rows: Sequence[DigestSubject],
    subjects: Sequence[Subject],
    spans: Spans,
) -> list[ExplainedSubject]:
    """Return the explanations of these rows; what one of them leaves others may read.

    subjects are all of the watchlist. Raises StoreError.
    """
    by_id = {each["id"]: each for each in subjects}
    left, found = MAX_COST_OF_ALL, list[ExplainedSubject]()
    for number, row in enumerate(rows):
        of_side = min(MAX_ITEMS_COST, max(MIN_ITEMS_COST, left // (len(rows) - number) // 2))
        scope = Scope(subject=by_id[row.id], is_rematching=row.rematching)
        explained = await explain(deps, scope, spans, max_cost=of_side)
        left -= explained.cost
        found.append(ExplainedSubject(row, explained, _request(scope, spans, of_side)))
    return found


def _request(scope: Scope, spans: Spans, max_cost: int) -> str:
    """Return the path and query of the API that explain the same from the same items."""
    start, end = (iso(each) for each in (spans.window.start, spans.window.end + SECOND))
    asked = {"scope": scope.name, "start": start, "end": end, "max_cost": max_cost}
    return f"/api/v1/explain?{urlencode(asked, safe=':')}"


def reason_of(found: ExplainedSubject) -> DigestReason:
    """Return what stands out in an explanation, and its quotes."""
    own = found.explained.explanation
    contributions = _beyond_chance(own)
    named = {item for each in contributions for item in each.items}
    named |= {sentence.item for each in own.quotes for sentence in each.sentences}
    return DigestReason(
        subject=found.row.id,
        name=found.row.name,
        sentence=own.sentence,
        verdict=own.verdict,
        volume=own.volume,
        contributions=contributions,
        quotes=own.quotes,
        cited=[each for each in own.cited if each.id in named],
        looked_at=own.looked_at,
        request=found.request,
    )


def _beyond_chance(found: Explanation) -> list[ContributionAnswer]:
    """Return the largest contributions beyond chance; single items are none."""
    named = [
        each
        for each in found.contributions
        if (each.is_beyond_chance or each.is_volume_beyond_chance)
        and each.kind_of != "item"
        and each.name != REST
    ]
    named.sort(key=lambda each: (not each.is_beyond_chance, -abs(each.effect)))
    return named[:MAX_CONTRIBUTIONS]


def items_to_read(found: Sequence[ExplainedSubject]) -> list[DigestItem]:
    """Return up to five items: the first of each explanation, then the second, each item once."""
    reads: dict[tuple[str, str], DigestItem] = {}
    longest = max((len(each.explained.explanation.read_these) for each in found), default=0)
    for place in range(longest):
        for each in found:
            own = each.explained.explanation
            cited = {item.id: item for item in own.cited}
            if place < len(own.read_these) and len(reads) < MAX_READS:
                read = own.read_these[place]
                item = cited[read.item]
                reads.setdefault(
                    (item.kind, item.id), DigestItem(subject=each.row.id, read=read, item=item)
                )
    return list(reads.values())


def topics_of(found: Sequence[ExplainedSubject]) -> list[DigestTopic]:
    """Return the first topics of each explanation."""
    return [
        DigestTopic(
            subject=each.row.id,
            id=topic.id,
            name=topic.name,
            n=len(topic.items),
            n_before=len(topic.before),
            ratio=None if topic.ratio is None else round(topic.ratio, 2),
            is_whole=each.explained.are_all_read,
        )
        for each in found
        for topic in each.explained.topics.topics[:MAX_TOPICS]
    ]
