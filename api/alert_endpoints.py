"""The endpoints of alerts. Routes, OpenAPI and tests read these rows."""

from api.endpoint import CHANGE, Endpoint
from api.schema.alert_replay import ReplayAnswer, TryBody
from api.schema.alerts import (
    RuleAnswer,
    RuleBody,
    RulePath,
    RulesAnswer,
    RulesHistory,
    RulesWithStatus,
    RuleWithStatus,
)
from api.schema.incidents import (
    IncidentAnswer,
    IncidentPath,
    Incidents,
    IncidentsParameters,
    SentTest,
    SnoozeBody,
)
from api.schema.watchlist import HistoryParameters
from shared.alerts.links import PATH

# What people open who have no key; a link has its own.
LINKS = PATH + "{token}"

ALERT_ENDPOINTS = (
    Endpoint(
        "alert_rules",
        "/alerts/rules",
        "The alert rules, and what they are doing; with a key, since they have people's addresses",
        RulesWithStatus,
        problems=(401, 422),
    ),
    Endpoint(
        "alert_rules_history",
        "/alerts/rules/history",
        "Earlier states of the alert rules",
        RulesHistory,
        HistoryParameters,
        problems=(401, 422),
    ),
    Endpoint(
        "alert_rule",
        "/alerts/rules/{id}",
        "An alert rule, and what it is doing",
        RuleWithStatus,
        RulePath,
        problems=(401, 404, 422),
    ),
    Endpoint(
        "put_alert_rule",
        "/alerts/rules/{id}",
        "Write an alert rule, new or not",
        RuleAnswer,
        RulePath,
        method="PUT",
        problems=(*CHANGE, 415),
        is_kept=False,
        body=RuleBody,
        creates=True,
    ),
    Endpoint(
        "delete_alert_rule",
        "/alerts/rules/{id}",
        "Remove an alert rule; the answer are the rules without it",
        RulesAnswer,
        RulePath,
        method="DELETE",
        problems=(*CHANGE, 404),
        is_kept=False,
    ),
    Endpoint(
        "test_alert_rule",
        "/alerts/rules/{id}/test",
        "Send a test message to each channel of an alert rule",
        SentTest,
        RulePath,
        method="POST",
        status=202,
        problems=(401, 404, 422),
        is_kept=False,
    ),
    Endpoint(
        "try_alert_rule",
        "/alerts/rules/{id}/try",
        "What an alert rule would have sent over the last days; nothing is sent",
        ReplayAnswer,
        RulePath,
        method="POST",
        problems=(401, 404, 415, 422, 429),
        is_kept=False,
        body=TryBody,
    ),
    Endpoint(
        "alert_rule_feed",
        "/alerts/rules/{id}/feed.atom",
        "The newest incidents of an alert rule, for feed readers",
        Incidents,
        RulePath,
        problems=(404, 422),
        media_type="application/atom+xml",
        files=("text/xml",),
    ),
    Endpoint(
        "incidents",
        "/alerts/incidents",
        "What alert rules found, newest first, page by page",
        Incidents,
        IncidentsParameters,
        problems=(422,),
        is_paged=True,
    ),
    Endpoint(
        "incident",
        "/alerts/incidents/{id}",
        "An incident, with what was known when, and what was sent",
        IncidentAnswer,
        IncidentPath,
        problems=(404, 422),
    ),
    Endpoint(
        "acknowledge_incident",
        "/alerts/incidents/{id}/acknowledge",
        "Acknowledge an incident: channels hear of its end, and of nothing in between",
        IncidentAnswer,
        IncidentPath,
        method="POST",
        problems=(401, 404, 422),
        is_kept=False,
    ),
    Endpoint(
        "snooze_incident",
        "/alerts/incidents/{id}/snooze",
        "Silence the rule of an incident for some hours",
        IncidentAnswer,
        IncidentPath,
        method="POST",
        problems=(401, 404, 415, 422),
        is_kept=False,
        body=SnoozeBody,
    ),
)
