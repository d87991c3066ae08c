"""A single item that spreads: about two items of four weeks get a score as high.

The 99th percentile of a scope is beaten by six items a day where there are 600. So the bound is the
score that two items in four weeks exceed, and that percentile at least. It lies beyond a sample of
300 items, so that it follows from the sample's tail: of the tenth that scores most, the logarithms
of scores over its lowest have a mean, by which scores of a power law fall (Hill, Annals of
Statistics 3, 1975). Scores that end sooner than a power law give fewer alerts, and no more.
"""

from collections.abc import Sequence
from math import ceil, log

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import about, finding, found, no_data, shortened
from shared.models import Condition, Finding, Item
from shared.store.keys import item_key

PERCENTILE = 0.99
MIN_KNOWN = 100
MIN_SCORE = 10
"""A lower score is no spread, however low the others are."""
EXPECTED, DAYS = 2, 28
"""The number of items that exceed the bound in this number of days."""
TAIL = 0.1
"""The share of the sample that its tail is."""
MAX_FINDINGS = 20
MAX_TITLE = 80


def evaluate(_condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return the items of the last day with a score that few of four weeks have."""
    reach = evidence.reach
    if reach is None or hour != evidence.last:
        return no_data("Scores are known as they are now alone.")
    if len(reach.scores) < MIN_KNOWN:
        return no_data(f"Fewer than {MIN_KNOWN} items of the last four weeks have a score.")
    bound = bound_of(reach.scores, reach.of)
    above = [item for item in reach.recent if _score(item) > bound and "copy_of" not in item]
    above.sort(key=lambda item: (-_score(item), item["order_key"]))
    return found([_finding(item, bound, evidence, hour) for item in above[:MAX_FINDINGS]])


def bound_of(scores: Sequence[int], daily: int) -> float:
    """Return the score that about two items of four weeks exceed; scores are sorted.

    daily is the number of items of a day. It is the 99th percentile at least.
    """
    percentile = scores[ceil(PERCENTILE * len(scores)) - 1]
    top = scores[-max(2, round(TAIL * len(scores))) :]
    lowest = max(1, top[0])
    slope: float = sum(log(max(each, lowest) / lowest) for each in top) / len(top)
    wanted = EXPECTED / (DAYS * max(1, daily))
    beyond = max(1.0, len(top) / len(scores) / wanted)
    return max(percentile, lowest * float(beyond**slope), MIN_SCORE)


def _score(item: Item) -> int:
    return item["upvotes"] or 0


def _finding(item: Item, bound: float, evidence: Evidence, hour: str) -> Finding:
    words = shortened(str(item.get("title") or item["content"]), MAX_TITLE)
    sentence = (
        f"“{words}” spreads {about(evidence)}: it has {_score(item):,} upvotes. About"
        f" {EXPECTED} items in four weeks have more than {bound:,.0f}."
    )
    scores = evidence.reach.scores if evidence.reach else ()
    figures = {"value": _score(item), "baseline": bound, "n": len(scores)}
    key = item_key(item["kind"], item["id"])
    return finding(key, sentence, hour, figures, items=[item], key=key)
