"""New items that match a saved search, by the grammar of lists' `q`."""

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import about, counted, finding, found, length_of, no_data, shortened
from shared.models import Condition, Finding, Item
from shared.store.keys import item_key
from shared.text.search import search_of, search_terms, words_of

# The newest items may come late.
HOURS = 3
MAX_FINDINGS = 20
MAX_TITLE = 80


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return the items of the last hours that match; each is found once."""
    q = condition.get("q", "")
    matches = search_of(search_terms(q))
    if matches is None:
        return Evaluation("broken", reason="The search has no words.")
    recent = evidence.recent
    if recent is None or hour != recent.hour:
        return no_data("The texts of this hour weren't read.")
    own = [item for item in recent.items if "copy_of" not in item and matches(words_of(item))]
    unread = recent.of - len(recent.items)
    return found(
        [
            _finding(item, q, evidence, hour, n=len(own), unread=unread)
            for item in own[:MAX_FINDINGS]
        ]
    )


def _finding(item: Item, q: str, evidence: Evidence, hour: str, *, n: int, unread: int) -> Finding:
    words = shortened(str(item.get("title") or item["content"]), MAX_TITLE)
    others = f" It is one of {n} in the last {length_of(HOURS)}." if n > 1 else ""
    missed = f" {counted(unread, 'further item')} weren't read." if unread > 0 else ""
    sentence = f"“{words}” matches {q!r} {about(evidence)}.{others}{missed}"
    key = item_key(item["kind"], item["id"])
    figures = {"value": n, "n": n, "unread": unread, "hours": HOURS}
    return finding("search", sentence, hour, figures, items=[item], key=key)
