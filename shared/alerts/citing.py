"""The items that findings rest on: those that weigh most in the hours that were looked at.

Moods, volumes and shares are found in counts. Their items are read afterwards, and only where
something was found: up to 24 hours of lists and 60 items, about 150 request units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.alerts.conditions.mood import judged_places
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.hourly import HourlyFigures
from shared.alerts.hourly import Span as HourSpan
from shared.alerts.scope_items import read_items, read_references, spread
from shared.alerts.wording import HOURS_OF_DAY, cited
from shared.models import Finding, Item
from shared.reasons.weights import Candidate, Span, read_these
from shared.stats.cell_threads import thread_of
from shared.stats.cells import Scored, scored
from shared.stats.subjects import PREFIX, scored_mention, subject_of
from shared.store import Store
from shared.store.keys import item_key
from shared.text.search import words_of

MAX_HOURS = 24
MAX_READ = 60
SIGNS: Mapping[str, int] = {"worse": -1, "better": 1, "negative": -1}
"""The direction in which items weigh, by the cause of a finding; volume has none."""
OF_MOODS = frozenset({"worse", "better"})
OF_COUNTS = frozenset({*SIGNS, "more"})


async def with_items(
    store: Store, evidence: Evidence, evaluation: Evaluation, watched: Sequence[str]
) -> Evaluation:
    """Return an evaluation whose findings of moods, volumes and negative shares cite items.

    watched are the communities whose items count. Raises StoreError.
    """
    findings = [
        await _with_items(store, evidence, each, watched)
        if each["cause"] in OF_COUNTS and not each["items"]
        else each
        for each in evaluation.findings
    ]
    return replace(evaluation, findings=tuple(findings))


async def _with_items(
    store: Store, evidence: Evidence, finding: Finding, watched: Sequence[str]
) -> Finding:
    figures = evidence.figures
    span = figures.span(finding["hour"], int(finding["figures"]["hours"] or HOURS_OF_DAY))
    if span is None:
        return finding
    places = _places(figures, span, finding["cause"])
    busy = [figures.hours[place] for place in places if figures.cells([place])]
    references = await read_references(store, evidence.scope, spread(busy, MAX_HOURS), watched)
    items = await read_items(store, spread(references, MAX_READ))
    chosen = _chosen(items, evidence, places, SIGNS.get(finding["cause"], 0))
    weighing: Finding = {**finding, "items": [cited(item) for item in chosen]}
    return weighing


def _places(figures: HourlyFigures, span: HourSpan, cause: str) -> list[int]:
    """Return the places of the hours of a span that a finding rests on: never unknown ones."""
    if cause in OF_MOODS:
        return judged_places(figures, span)
    return [place for place in range(*span) if figures.is_known_hour(place)]


def _chosen(
    items: Sequence[Item], evidence: Evidence, places: Sequence[int], sign: int
) -> list[Item]:
    """Return the items that weigh most among those that were read; places are the hours."""
    figures = evidence.figures
    threads: dict[str, int] = {}
    for item in items:
        threads[thread_of(item)] = threads.get(thread_of(item), 0) + 1
    own = {
        item_key(item["kind"], item["id"]): item
        for item in items
        if not item["deleted"] and "copy_of" not in item
    }
    candidates = [_candidate(key, item, evidence.scope) for key, item in own.items()]
    of_span = Span(
        mean=figures.mean_in(places),
        items=figures.counted_in(places),
        sign=sign,
        threads=threads,
        reason=None,
        ids=frozenset(),
    )
    return [own[each.item.id] for each in read_these(candidates, of_span)]


def _candidate(key: str, item: Item, scope: str) -> Candidate:
    return Candidate(
        id=key,
        thread=thread_of(item),
        compound=_scored(item, scope).compound,
        upvotes=item["upvotes"],
        text=words_of(item),
    )


def _scored(item: Item, scope: str) -> Scored:
    """Return an item as it counts in a scope: by what it says of its subject, if there is one."""
    if scope.startswith(PREFIX):
        for mention in item.get("mentions", ()):
            if mention["subject"] == subject_of(scope):
                return scored_mention(item, mention)
    return scored(item)
