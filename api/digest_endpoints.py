"""The endpoints of digests that are sent. Routes, OpenAPI and tests read these rows."""

from api.endpoint import CHANGE, Endpoint
from api.schema.digests import (
    DigestAnswer,
    DigestBody,
    DigestIssues,
    DigestPath,
    DigestsAnswer,
    DigestsHistory,
    DigestsWithStatus,
    DigestWithStatus,
    SentDigestTest,
)
from api.schema.watchlist import HistoryParameters

DIGEST_ENDPOINTS = (
    Endpoint(
        "alert_digests",
        "/alerts/digests",
        "The digests that are sent; with a key, since they have people's addresses",
        DigestsWithStatus,
        problems=(401, 422),
    ),
    Endpoint(
        "alert_digests_history",
        "/alerts/digests/history",
        "Earlier states of the digests that are sent",
        DigestsHistory,
        HistoryParameters,
        problems=(401, 422),
    ),
    Endpoint(
        "alert_digest",
        "/alerts/digests/{id}",
        "A digest that is sent, and what became of the last one",
        DigestWithStatus,
        DigestPath,
        problems=(401, 404, 422),
    ),
    Endpoint(
        "put_alert_digest",
        "/alerts/digests/{id}",
        "Write a digest that is sent, new or not",
        DigestAnswer,
        DigestPath,
        method="PUT",
        problems=(*CHANGE, 415),
        is_kept=False,
        body=DigestBody,
        creates=True,
    ),
    Endpoint(
        "delete_alert_digest",
        "/alerts/digests/{id}",
        "Remove a digest that is sent; the answer are the digests without it",
        DigestsAnswer,
        DigestPath,
        method="DELETE",
        problems=(*CHANGE, 404),
        is_kept=False,
    ),
    Endpoint(
        "alert_digest_issues",
        "/alerts/digests/{id}/issues",
        "The newest issues of a digest, and to whom each was sent",
        DigestIssues,
        DigestPath,
        problems=(401, 404, 422),
    ),
    Endpoint(
        "test_alert_digest",
        "/alerts/digests/{id}/test",
        "Send the digest of the last period to each of its channels, marked as a test",
        SentDigestTest,
        DigestPath,
        method="POST",
        status=202,
        problems=(401, 404, 422),
        is_kept=False,
    ),
)
