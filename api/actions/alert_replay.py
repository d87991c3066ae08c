"""Tries an alert rule: what it would have sent over the last days."""

from dataclasses import asdict

from api.deps import Deps
from api.reads.alert_rules import rule_named
from api.schema.alert_replay import ReplayAnswer, ReplayedAnswer
from shared.alerts.replay import read_replay
from shared.alerts.rules import read_rules


async def try_rule(deps: Deps, rule_id: str, days: int) -> ReplayAnswer:
    """Return what a rule would have sent over the last days, by stored hours; nothing is sent.

    Raises NotFound and StoreError.
    """
    store, watchlist = await deps.watched_store(), await deps.read_watchlist()
    rule = rule_named(await read_rules(store), rule_id)
    settings = deps.settings.watching(watchlist)
    found = await read_replay(store, settings, watchlist, rule, now=deps.clock(), days=days)
    return ReplayAnswer(
        rule=rule_id,
        days=days,
        evaluated=found.evaluated,
        unknown=found.unknown,
        reasons=dict(found.reasons),
        messages=[ReplayedAnswer.model_validate(asdict(each)) for each in found.messages],
    )
