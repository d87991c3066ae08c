"""The alert rules, and their history."""

from typing import Any

from api.deps import Deps
from api.errors import NotFound
from api.reads.alert_states import read_states, rule_with_status
from api.schema.alerts import (
    RuleAnswer,
    RulePath,
    RulesAnswer,
    RulesHistory,
    RulesRevision,
    RulesWithStatus,
    RuleWithStatus,
)
from api.schema.parameters import NoParameters
from api.schema.watchlist import HistoryParameters
from shared.alerts.rules import read_history, read_rules
from shared.models import AlertRule, AlertRules
from shared.subjects.refusals import quoted


async def read_all_rules(deps: Deps, _: NoParameters) -> RulesWithStatus:
    """Return the alert rules, and what they are doing. Raises StoreError."""
    store = await deps.store()
    rules = await read_rules(store)
    states = await read_states(store, rules["rules"], deps.clock())
    return RulesWithStatus(
        revision=rules["revision"],
        changed_at=_changed_at(rules),
        change=rules["change"],
        rules=tuple(rule_with_status(each, states) for each in rules["rules"]),
    )


async def read_rule(deps: Deps, parameters: RulePath) -> RuleWithStatus:
    """Return an alert rule, and what it is doing. Raises NotFound and StoreError."""
    store = await deps.store()
    rule = rule_named(await read_rules(store), parameters.id)
    return rule_with_status(rule, await read_states(store, [rule], deps.clock()))


async def read_revisions(deps: Deps, parameters: HistoryParameters) -> RulesHistory:
    """Return revisions of the alert rules, the newest first. Raises StoreError."""
    found = await read_history(await deps.store(), below=parameters.below, limit=parameters.limit)
    return RulesHistory(revisions=[_revision(each, deps) for each in found])


def rule_named(rules: AlertRules, rule_id: str) -> AlertRule:
    """Return the rule with this id. Raises NotFound."""
    for rule in rules["rules"]:
        if rule["id"] == rule_id:
            return rule
    raise NotFound(
        f"There is no alert rule {quoted(rule_id)}: GET /api/v1/alerts/rules lists them."
    )


def rules_answer(rules: AlertRules) -> RulesAnswer:
    """Return the rules as they are stored, which is what changes name by an ETag."""
    return RulesAnswer(
        revision=rules["revision"],
        changed_at=_changed_at(rules),
        change=rules["change"],
        rules=tuple(rule_answer(each) for each in rules["rules"]),
    )


def _revision(rules: AlertRules, deps: Deps) -> RulesRevision:
    by = rules.get("by") if deps.shows_names else None
    return RulesRevision(**dict(rules_answer(rules)), by=by)


def rule_answer(rule: AlertRule) -> RuleAnswer:
    """Return a rule as it is stored."""
    stored: Any = rule
    return RuleAnswer.model_validate(stored)


def _changed_at(rules: AlertRules) -> str | None:
    return rules["changed_at"] if rules["revision"] > 0 else None
