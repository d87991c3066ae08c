"""The calls of the alerts' endpoints, for the cost of each."""

from api.actions.alert_replay import try_rule
from api.actions.alert_rules import delete_rule, put_rule
from api.actions.digests import delete_digest, put_digest, send_digest_test
from api.actions.incidents import acknowledge, send_test, snooze
from api.deps import Deps
from api.reads.alert_rules import read_all_rules, read_revisions, read_rule
from api.reads.digest_states import (
    read_all_digests,
    read_digest_revisions,
    read_issues,
    read_one_digest,
)
from api.reads.incidents import read_incident, read_incidents, read_rule_feed
from api.schema.alerts import RuleBody, RulePath
from api.schema.digests import DigestBody, DigestPath
from api.schema.incidents import IncidentPath, IncidentsParameters
from api.schema.parameters import NoParameters
from api.schema.watchlist import HistoryParameters
from bench.subject_endpoints import ANY, Asked

RULE, DIGEST, TEST = "bench-mood", "bench", "0a1b2c3d"
INCIDENT = f"{RULE}.test-{TEST}"
MAIL = {"type": "email", "to": "bench@example.com"}


def alerts_asked() -> Asked:
    """Return it; the last one removes the rule that the first one writes.

    In between a test makes the incident that is looked up.
    """
    path, incident = RulePath(id=RULE), IncidentPath(id=INCIDENT)
    return {
        "put_alert_rule": {"": _put},
        "alert_rules": {"": lambda deps: read_all_rules(deps, NoParameters())},
        "alert_rules_history": {"10": lambda deps: read_revisions(deps, HistoryParameters())},
        "alert_rule": {"": lambda deps: read_rule(deps, path)},
        "test_alert_rule": {"": lambda deps: send_test(deps, RULE, TEST)},
        "try_alert_rule": {"30 d, of all": lambda deps: try_rule(deps, RULE, 30)},
        "alert_rule_feed": {"": lambda deps: read_rule_feed(deps, path)},
        "incidents": {"20": lambda deps: read_incidents(deps, IncidentsParameters())},
        "incident": {"": lambda deps: read_incident(deps, incident)},
        "acknowledge_incident": {"": lambda deps: acknowledge(deps, INCIDENT)},
        "snooze_incident": {"of a test": lambda deps: snooze(deps, INCIDENT, 24)},
        "delete_alert_rule": {"": lambda deps: delete_rule(deps, ANY, RULE)},
        **_digests_asked(),
    }


def _digests_asked() -> Asked:
    path = DigestPath(id=DIGEST)
    history = HistoryParameters()
    return {
        "put_alert_digest": {"": _put_digest},
        "alert_digests": {"": lambda deps: read_all_digests(deps, NoParameters())},
        "alert_digests_history": {"10": lambda deps: read_digest_revisions(deps, history)},
        "alert_digest": {"": lambda deps: read_one_digest(deps, path)},
        "test_alert_digest": {"": lambda deps: send_digest_test(deps, DIGEST, TEST)},
        "alert_digest_issues": {"": lambda deps: read_issues(deps, path)},
        "delete_alert_digest": {"": lambda deps: delete_digest(deps, ANY, DIGEST)},
    }


async def _put_digest(deps: Deps) -> object:
    body = DigestBody.model_validate({"name": "Bench", "channels": [MAIL]})
    return await put_digest(deps, ANY, DIGEST, body)


async def _put(deps: Deps) -> object:
    body = RuleBody.model_validate(
        {"name": "Bench", "scope": "all", "condition": {"type": "mood"}, "channels": [MAIL]}
    )
    return await put_rule(deps, ANY, RULE, body)
