"""The calls of the alerts' endpoints, for the cost of each."""

from api.actions.alert_rules import delete_rule, put_rule
from api.deps import Deps
from api.reads.alert_rules import read_all_rules, read_revisions, read_rule
from api.schema.alerts import RuleBody, RulePath
from api.schema.parameters import NoParameters
from api.schema.watchlist import HistoryParameters
from bench.subject_endpoints import ANY, Asked

RULE = "bench-mood"
MAIL = {"type": "email", "to": "bench@example.com"}


def alerts_asked() -> Asked:
    """Return it; the last one removes the rule that the first one writes."""
    path = RulePath(id=RULE)
    return {
        "put_alert_rule": {"": _put},
        "alert_rules": {"": lambda deps: read_all_rules(deps, NoParameters())},
        "alert_rules_history": {"10": lambda deps: read_revisions(deps, HistoryParameters())},
        "alert_rule": {"": lambda deps: read_rule(deps, path)},
        "delete_alert_rule": {"": lambda deps: delete_rule(deps, ANY, RULE)},
    }


async def _put(deps: Deps) -> object:
    body = RuleBody.model_validate(
        {"name": "Bench", "scope": "all", "condition": {"type": "mood"}, "channels": [MAIL]}
    )
    return await put_rule(deps, ANY, RULE, body)
