"""The first alert rules: about the first subject of one's own, off until somebody wants them."""

from shared.alerts.properties import clean_condition
from shared.alerts.validation import DEFAULT_COOLDOWN, MAX_NAME_CHARS, SUBJECT
from shared.models import ALL, AlertRule, ConditionType, Subject, Watchlist

NAMES: tuple[tuple[ConditionType, str], ...] = (
    ("mood", "mood"),
    ("volume", "volume"),
    ("negative_share", "negative share"),
    ("topic", "new topics"),
)


def starter_rules(subject: Subject) -> list[AlertRule]:
    """Return rules about a subject, and one about what isn't collected: off, without channels."""
    own = f"{SUBJECT}{subject['id']}"
    rules = [_rule(kind, f"{subject['name']}: {name}", own) for kind, name in NAMES]
    return [*rules, _rule("coverage", "Communities that aren't collected", ALL)]


def first_own_subject(before: Watchlist, after: Watchlist) -> Subject | None:
    """Return the own subject that a change of the watchlist brought, if there was none before."""
    if any(each["role"] == "own" for each in before["subjects"]):
        return None
    return next((each for each in after["subjects"] if each["role"] == "own"), None)


def _rule(kind: ConditionType, name: str, scope: str) -> AlertRule:
    return AlertRule(
        id=kind.replace("_", "-"),
        name=name[:MAX_NAME_CHARS],
        scope=scope,
        condition=clean_condition({"type": kind}),
        channels=[],
        quiet_hours=None,
        time_zone="UTC",
        cooldown=DEFAULT_COOLDOWN,
        note="",
        enabled=False,
    )
