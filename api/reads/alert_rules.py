"""The alert rules, and their history."""

from typing import Any

from api.deps import Deps
from api.errors import NotFound
from api.schema.alerts import RuleAnswer, RulePath, RulesAnswer, RulesHistory
from api.schema.parameters import NoParameters
from api.schema.watchlist import HistoryParameters
from shared.alerts.rules import read_history, read_rules
from shared.models import AlertRule, AlertRules
from shared.subjects.refusals import quoted


async def read_all_rules(deps: Deps, _: NoParameters) -> RulesAnswer:
    """Return the alert rules. Raises StoreError."""
    return rules_answer(await read_rules(await deps.store()))


async def read_rule(deps: Deps, parameters: RulePath) -> RuleAnswer:
    """Return an alert rule. Raises NotFound and StoreError."""
    return rule_answer(rule_named(await read_rules(await deps.store()), parameters.id))


async def read_revisions(deps: Deps, parameters: HistoryParameters) -> RulesHistory:
    """Return revisions of the alert rules, the newest first. Raises StoreError."""
    found = await read_history(await deps.store(), below=parameters.below, limit=parameters.limit)
    return RulesHistory(revisions=[rules_answer(each) for each in found])


def rule_named(rules: AlertRules, rule_id: str) -> AlertRule:
    """Return the rule with this id. Raises NotFound."""
    for rule in rules["rules"]:
        if rule["id"] == rule_id:
            return rule
    raise NotFound(
        f"There is no alert rule {quoted(rule_id)}: GET /api/v1/alerts/rules lists them."
    )


def rules_answer(rules: AlertRules) -> RulesAnswer:
    """Return the rules as answers show them."""
    return RulesAnswer(
        revision=rules["revision"],
        changed_at=rules["changed_at"] if rules["revision"] > 0 else None,
        change=rules["change"],
        rules=[rule_answer(each) for each in rules["rules"]],
    )


def rule_answer(rule: AlertRule) -> RuleAnswer:
    """Return a rule as answers show it."""
    stored: Any = rule
    return RuleAnswer.model_validate(stored)
