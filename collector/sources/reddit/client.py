"""PRAW as a Source: listings and /api/info, page by page, as raw JSON.

PRAW does the authorisation, and the pacing by Reddit's rate-limit headers. Its lazy objects aren't
used, because reading a field that an old object lacks would cost a request.
"""

import random
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import praw
import prawcore

from collector.sources.base import (
    ItemReference,
    Looked,
    Page,
    Seen,
    SeenComment,
    SeenPost,
    SourceBase,
)
from collector.sources.reddit.causes import cause_of
from collector.sources.reddit.listing import LISTING_CAP, PAGE, ListingCut, read_listing
from collector.sources.reddit.objects import fullname, read_things
from collector.sources.reddit.requestor import PatientRequestor
from collector.sources.waiting import Backoff, Wait
from shared.communities import SourceName
from shared.errors import SourceRefused, SourceUnavailable
from shared.models import Watermark
from shared.settings import Settings

# Distances before the last thing at which other anchors are tried, because a moderator may remove
# many things in a row.
OTHER_ANCHORS = tuple(2**n for n in range(10))


class RedditSource(SourceBase):
    """Reddit, or a server with its API at REDDIT_BASE_URL."""

    name: SourceName = "reddit"
    # https://www.reddit.com/dev/api#GET_api_info takes at most 100 names.
    keys_at_once = 100
    lists_stored = True

    def __init__(self, settings: Settings, *, wait: Wait, backoff: Backoff | None = None) -> None:
        if not settings.reddit_client_id and not settings.reddit_base_url:
            raise SourceRefused(
                "credentials",
                "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET are not set: set them, or"
                " REDDIT_BASE_URL to a stand-in's address (python -m local reddit)",
            )
        super().__init__()
        made: list[PatientRequestor] = []

        def requestor(**by_praw: Any) -> PatientRequestor:
            made.append(
                PatientRequestor(
                    wait=wait,
                    backoff=backoff or Backoff(),
                    rng=random.Random(),  # noqa: S311 - jitter
                    **by_praw,
                )
            )
            return made[0]

        secret = settings.reddit_client_secret
        base = settings.reddit_base_url
        self._reddit = praw.Reddit(
            client_id=settings.reddit_client_id or "standin",
            client_secret=secret.get_secret_value() if secret else "standin",
            user_agent=settings.reddit_user_agent,
            reddit_url=base or "https://www.reddit.com",
            oauth_url=base or "https://oauth.reddit.com",
            check_for_updates=False,
            check_for_async=False,
            # PRAW expects a class and calls it; a function gives access to the instance.
            requestor_class=cast("type[prawcore.Requestor]", requestor),
        )
        self.requestor = made[0]

    @property
    def requests_used(self) -> int:
        """Return the number of requests so far, including retries, without those for tokens."""
        return self.requestor.requests_used

    @property
    def requests_left(self) -> int | None:
        """Return the requests left in the current window of 10 minutes, by Reddit's last answer."""
        return self.requestor.requests_left

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield the newest submissions and comments, down to the stored ones."""
        known = watermark or {}
        reached: Watermark = {}
        complete_since = oldest
        listings = (("posts", self.new_posts), ("comments", self.new_comments))
        for name, pages_of in listings:
            end = yield from read_listing(
                pages_of(community), community, known.get(name), oldest=oldest, now=now
            )
            complete_since = max(complete_since, end.complete_since)
            if end.watermark is not None:
                reached[name] = end.watermark
        yield Page([], reached, complete_since)

    def new_posts(self, subreddit: str) -> Iterator[list[SeenPost]]:
        """Return the newest submissions, newest first, a page at a time."""
        for page in self._listing(f"r/{subreddit}/new"):
            yield [thing for thing in page if isinstance(thing, SeenPost)]

    def new_comments(self, subreddit: str) -> Iterator[list[SeenComment]]:
        """Return the newest comments, newest first, a page at a time."""
        for page in self._listing(f"r/{subreddit}/comments"):
            yield [thing for thing in page if isinstance(thing, SeenComment)]

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return those of at most 100 items that Reddit shows; the others are unknown."""
        if len(items) > self.keys_at_once:
            raise ValueError(f"/api/info takes at most {self.keys_at_once} names")
        names = ",".join(fullname(item.kind, item.id) for item in items)
        data = self._get("api/info", {"id": names})
        return Looked(read_things(data["children"], self.left_out))

    def close(self) -> None:
        """Close the connections."""
        self.requestor.close()

    def _listing(self, path: str) -> Iterator[list[Seen]]:
        names: dict[str, None] = {}
        anchors: list[str] = []
        for count in range(0, LISTING_CAP, PAGE):
            data = self._page(path, count, anchors, names)
            shown = _names(data["children"])
            has_news = any(name not in names for name in shown)
            names.update(dict.fromkeys(shown))
            yield read_things(data["children"], self.left_out)
            if not data.get("after") or (anchors and not has_news):
                return
            anchors = [str(data["after"]), *_earlier(list(names))]

    def _page(
        self, path: str, count: int, anchors: Sequence[str], known: Container[str]
    ) -> dict[str, Any]:
        """Return the page after the first anchor, or after the next one if that page is empty.

        The page after a thing that was just deleted is empty although there are more things. If all
        anchors are deleted, the first page may show more. Raises ListingCut if it doesn't.
        """
        if not anchors:
            return self._get(path, {"limit": PAGE})
        for anchor in anchors:
            data = self._get(path, {"limit": PAGE, "count": count, "after": anchor})
            if data["children"]:
                return data
        data = self._get(path, {"limit": PAGE})
        if all(name in known for name in _names(data["children"])):
            raise ListingCut
        return data

    def _get(self, path: str, params: dict[str, str | int]) -> dict[str, Any]:
        self.requestor.wait_for_window()
        try:
            listing = self._reddit.request(method="GET", path=path, params=params)
        except prawcore.ResponseException as error:
            raise cause_of(error.response) from error
        except prawcore.PrawcoreException as error:
            raise SourceUnavailable("connection", str(error)) from error
        data = listing.get("data") if isinstance(listing, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("children"), list):
            raise SourceUnavailable("unreadable", "Reddit's answer was no listing")
        return data


def _names(children: Sequence[Any]) -> list[str]:
    data = [child.get("data") for child in children if isinstance(child, dict)]
    return [str(d["name"]) for d in data if isinstance(d, dict) and d.get("name")]


def _earlier(names: Sequence[str]) -> list[str]:
    """Return names before the last one, nearest first, at growing distances."""
    return [names[-1 - back] for back in OTHER_ANCHORS if back < len(names)]
