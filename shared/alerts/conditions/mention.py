"""A single item that spreads: its score is above nearly all of its scope's."""

from bisect import bisect_right
from math import ceil

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import about, finding, found, no_data, shortened
from shared.models import Condition, Finding, Item
from shared.store.keys import item_key

PERCENTILE = 0.99
MIN_KNOWN = 100
MAX_FINDINGS = 5
MAX_TITLE = 80


def evaluate(_condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return the items of the last day whose score is above the 99th percentile of four weeks."""
    reach = evidence.reach
    if reach is None or hour != evidence.last:
        return no_data("Scores are known as they are now alone.")
    if len(reach.scores) < MIN_KNOWN:
        return no_data(f"Fewer than {MIN_KNOWN} items of the last four weeks have a score.")
    bound = reach.scores[ceil(PERCENTILE * len(reach.scores)) - 1]
    above = [item for item in reach.recent if _score(item) > bound and "copy_of" not in item]
    above.sort(key=lambda item: (-_score(item), item["order_key"]))
    return found([_finding(item, bound, evidence, hour) for item in above[:MAX_FINDINGS]])


def _score(item: Item) -> int:
    return item["upvotes"] or 0


def _finding(item: Item, bound: int, evidence: Evidence, hour: str) -> Finding:
    scores = evidence.reach.scores if evidence.reach else ()
    beaten = bisect_right(scores, _score(item)) / max(1, len(scores))
    words = shortened(str(item.get("title") or item["content"]), MAX_TITLE)
    sentence = (
        f"“{words}” spreads {about(evidence)}: it has {_score(item):,} upvotes, more than"
        f" {100 * beaten:.0f}% of the items of four weeks."
    )
    figures = {"value": _score(item), "baseline": bound, "n": len(scores)}
    key = item_key(item["kind"], item["id"])
    return finding(key, sentence, hour, figures, items=[item], key=key)
