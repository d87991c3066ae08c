"""The part of Reddit's API that the stand-in serves.

https://www.reddit.com/dev/api
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from local.reddit.board import Board
from local.reddit.feed import Feed
from local.reddit.limits import Tokens

DEFAULT_LIMIT = 25
LARGEST_LIMIT = 100
INFO_NAMES = 100
GRANTS = {
    "client_credentials",
    "password",
    "https://oauth.reddit.com/grants/installed_client",
}

ROUTES = (
    ("token", re.compile(r"/api/v1/access_token")),
    ("info", re.compile(r"/api/info")),
    ("new", re.compile(r"/r/(?P<subreddit>[\w.]+)/new")),
    ("comments", re.compile(r"/r/(?P<subreddit>[\w.]+)/comments")),
    ("post", re.compile(r"(?:/r/(?P<subreddit>[\w.]+))?/comments/(?P<post>\w+)(?:/[^/]*)?")),
)
KIND_OF = {"new": "t3", "comments": "t1"}


def route_of(path: str) -> tuple[str, dict[str, str]]:
    """Return the route of a path (token, new, comments, post, info or other), and its parts."""
    bare = path.removesuffix(".json").rstrip("/")
    for route, pattern in ROUTES:
        if match := pattern.fullmatch(bare):
            return route, {key: part for key, part in match.groupdict().items() if part}
    return "other", {}


def refusal(status: int, message: str, **more: str) -> JSONResponse:
    """Return an error answer as Reddit's."""
    return JSONResponse({"message": message, "error": status, **more}, status_code=status)


def missing_subreddit(name: str) -> RedirectResponse:
    """Redirect to the search, as Reddit does for a subreddit that doesn't exist."""
    return RedirectResponse(f"/subreddits/search?{urlencode({'q': name})}", status_code=302)


class RedditApi:
    """Answers requests that are authorised and within the limit."""

    def __init__(
        self,
        board: Board,
        feed: Feed,
        tokens: Tokens,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
    ) -> None:
        """Answer from the board and the feed. Without a client_secret any secret is accepted."""
        self._board = board
        self._feed = feed
        self._tokens = tokens
        self._client_id = client_id
        self._client_secret = client_secret

    async def token(self, request: Request) -> Response:
        """Answer POST /api/v1/access_token."""
        given = _basic(request.headers.get("authorization", ""))
        if given is None or not self._knows(*given):
            return refusal(401, "Unauthorized")
        grants = parse_qs((await request.body()).decode(errors="replace")).get("grant_type", [""])
        if grants[0] not in GRANTS:
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        return JSONResponse(
            {
                "access_token": self._tokens.give(),
                "token_type": "bearer",
                "expires_in": self._tokens.lifetime,
                "scope": "*",
            }
        )

    def answer(self, request: Request, route: str, parts: dict[str, str]) -> Response:
        """Answer a GET of any other route."""
        query = request.query_params
        if request.method != "GET":
            return refusal(405, "Method Not Allowed")
        if route == "info":
            return _json(self._info(query.get("id", "")), query)
        subreddit = parts.get("subreddit")
        if subreddit is not None and subreddit.lower() not in self._board.subreddits:
            return missing_subreddit(subreddit)
        if route in KIND_OF and subreddit is not None:
            return _json(self._listing(subreddit, KIND_OF[route], query), query)
        name = f"t3_{parts.get('post')}"
        post = self._text_of(name) if route == "post" else None
        if post is None:
            return refusal(404, "Not Found")
        return _json(f"[{_page([post])},{self._tree(name)}]", query)

    def _knows(self, client_id: str, secret: str) -> bool:
        return self._client_id in (None, client_id) and self._client_secret in (None, secret)

    def _text_of(self, name: str) -> str | None:
        if (thing := self._board.find(name)) is not None:
            return thing.text
        older = self._feed.find(name)
        return None if older is None else json.dumps(older)

    def _info(self, names: str) -> str:
        found = [self._text_of(name.strip()) for name in names.split(",")[:INFO_NAMES]]
        return _page(text for text in found if text is not None)

    def _listing(self, subreddit: str, kind: str, query: Any) -> str:
        listing = self._board.listing(subreddit, kind)
        before = query.get("before") or None
        page = listing.page(
            limit=_limit(query.get("limit")), after=query.get("after") or None, before=before
        )
        more = page and not listing.is_last(page[-1])
        begun = page and (query.get("after") or before or query.get("count", "0") != "0")
        return _page(
            (thing.text for thing in page),
            after=page[-1].name if more else None,
            before=page[0].name if begun else None,
        )

    def _tree(self, post: str) -> str:
        answers: dict[str, list[dict[str, Any]]] = {}
        thread = self._board.thread(post)
        known = {thing.name for thing in thread}
        for thing in thread:
            comment = thing.read()
            parent = comment["data"].get("parent_id")
            # The parent of a reply may be missing. Reddit would answer "more"; here the reply
            # moves to the top level.
            answers.setdefault(parent if parent in known else post, []).append(comment)
        return _page(json.dumps(comment) for comment in _nested(answers, post, 0))


def _nested(
    answers: dict[str, list[dict[str, Any]]], parent: str, depth: int
) -> list[dict[str, Any]]:
    for comment in answers.get(parent, []):
        data = comment["data"]
        data["depth"] = depth
        below = _nested(answers, data["name"], depth + 1)
        data["replies"] = json.loads(_page(map(json.dumps, below))) if below else ""
    return answers.get(parent, [])


def _page(texts: Iterable[str], *, after: str | None = None, before: str | None = None) -> str:
    children = list(texts)
    return (
        f'{{"kind":"Listing","data":{{"after":{json.dumps(after)},"dist":{len(children)},'
        f'"modhash":null,"geo_filter":null,"children":[{",".join(children)}],'
        f'"before":{json.dumps(before)}}}}}'
    )


def _json(text: str, query: Any) -> Response:
    # Without raw_json=1 Reddit escapes three characters. JSON has them only inside strings.
    if query.get("raw_json") != "1":
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Response(text, media_type="application/json; charset=UTF-8")


def _limit(value: str | None) -> int:
    """Return the limit as Reddit does: the default for what isn't a number, else clamped."""
    try:
        return min(max(int(value or DEFAULT_LIMIT), 1), LARGEST_LIMIT)
    except ValueError:
        return DEFAULT_LIMIT


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, secret) if colon else None
