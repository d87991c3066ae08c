"""The endpoints of signed addresses of feeds. Routes, OpenAPI and tests read these rows."""

from api.endpoint import Endpoint
from api.schema.feeds import FeedAnswer, FeedBody, FeedPath, Feeds, NewFeed
from shared.feed_addresses import PATH

SIGNED_FEEDS = PATH + "{token}"

FEED_ENDPOINTS = (
    Endpoint(
        "feeds",
        "/feeds",
        "The signed addresses of feeds, for readers that can send no key",
        Feeds,
        problems=(401, 422),
    ),
    Endpoint(
        "make_feed",
        "/feeds",
        "Make a signed address that opens one feed; it is shown this once",
        NewFeed,
        method="POST",
        status=201,
        problems=(401, 404, 415, 422),
        is_kept=False,
        body=FeedBody,
    ),
    Endpoint(
        "revoke_feed",
        "/feeds/{id}",
        "Revoke a signed address, from the next request on",
        FeedAnswer,
        FeedPath,
        method="DELETE",
        problems=(401, 404, 422),
        is_kept=False,
    ),
)
