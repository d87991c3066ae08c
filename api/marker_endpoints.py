"""The endpoints of markers. Routes, OpenAPI and tests read these rows."""

from api.endpoint import CHANGE, Endpoint
from api.schema.markers import (
    EffectParameters,
    MarkerAnswer,
    MarkerBody,
    MarkerEffect,
    MarkerPath,
    MarkersAnswer,
    MarkersParameters,
)
from api.schema.watchlist import WatchlistAnswer

MARKER_ENDPOINTS = (
    Endpoint(
        "markers",
        "/markers",
        "Releases, incidents, price changes and others, which charts show",
        MarkersAnswer,
        MarkersParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "marker",
        "/markers/{id}",
        "A marker",
        MarkerAnswer,
        MarkerPath,
        problems=(404, 422),
    ),
    Endpoint(
        "put_marker",
        "/markers/{id}",
        "Write a marker, new or not",
        MarkerAnswer,
        MarkerPath,
        method="PUT",
        problems=(*CHANGE, 415),
        is_kept=False,
        body=MarkerBody,
        creates=True,
    ),
    Endpoint(
        "delete_marker",
        "/markers/{id}",
        "Remove a marker; the answer is the watchlist without it",
        WatchlistAnswer,
        MarkerPath,
        method="DELETE",
        problems=(*CHANGE, 404),
        is_kept=False,
    ),
    Endpoint(
        "marker_effect",
        "/markers/{id}/effect",
        "What changed from before a marker to after it, over equal spans",
        MarkerEffect,
        EffectParameters,
        problems=(404, 422, 429),
    ),
)
