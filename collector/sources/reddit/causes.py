"""The table of reasons why Reddit returns no listing, with the remedy for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from shared.errors import (
    CommunityUnavailable,
    ErrorKind,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)

FORBIDDEN, NOT_FOUND, TOO_MANY_REQUESTS, LEGAL = 403, 404, 429, 451
OK, FIRST_SERVER_ERROR = 200, 500
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Texts on Reddit's page for blocked clients: https://support.reddithelp.com/hc/articles/4408434738324
BLOCK_PAGE = ("whoa there", "been blocked", "blocked by network security", "blocked due to")
MAX_SHOWN = 60


@dataclass(frozen=True)
class Cause:
    """A cause: its kind in the cycle's document, its message with the remedy, and its error."""

    kind: ErrorKind
    message: str
    error: type[SourceError] = CommunityUnavailable

    def raised(self, **more: object) -> SourceError:
        """Return the error; `more` fills in the message."""
        return self.error(self.kind, self.message.format(**more))


# Reasons in the 403 and 404 of a subreddit.
REASONS: Mapping[str, Cause] = {
    "private": Cause("private", "the subreddit is private: take it out of SUBREDDITS"),
    "banned": Cause("banned", "the subreddit is banned: take it out of SUBREDDITS"),
    "quarantined": Cause(
        "quarantined", "the subreddit is quarantined, and this account hasn't agreed to read it"
    ),
    "gated": Cause("gated", "the subreddit is gated, and this account hasn't agreed to read it"),
    "gold_only": Cause("gated", "the subreddit is for members of Reddit Premium alone"),
    "premium_only": Cause("gated", "the subreddit is for members of Reddit Premium alone"),
    "over18": Cause("age_gated", "the subreddit is for adults, and this account doesn't say so"),
    "age_gated": Cause("age_gated", "the subreddit is for adults, and this account doesn't say so"),
}
MISSING = Cause("missing", "there is no subreddit of this name: correct it in SUBREDDITS")
NOT_READABLE = Cause("forbidden", "Reddit forbids reading this subreddit")
WITHHELD = Cause("legal", "Reddit withholds the subreddit for legal reasons where this runs (451)")
RENAMED = Cause("renamed", "Reddit redirects to r/{name}: put this name into SUBREDDITS")
LOGIN = Cause(
    "login",
    "Reddit redirects to its login: the app's credentials give no access; check its type and"
    " REDDIT_CLIENT_ID",
    SourceUnavailable,
)
BLOCKED = Cause(
    "blocked",
    "Reddit blocks this program's network or its user agent: check REDDIT_USER_AGENT, and that this"
    " address may use the API",
    SourceUnavailable,
)
REDIRECTED = Cause("unreadable", "Reddit redirects to {path}", SourceUnavailable)
RATE_LIMITED = Cause("rate_limited", "Reddit asks for fewer requests ({status})", SourceUnavailable)
SERVER_ERROR = Cause("server_error", "Reddit answered {status}", SourceUnavailable)
REFUSED = Cause("refused", "Reddit refused the request ({status})", SourceUnavailable)
NO_TOKEN = Cause(
    "credentials",
    "Reddit gives no access token ({reason}): check REDDIT_CLIENT_ID, REDDIT_CLIENT_SECRET and"
    " that the app is of type script or web",
    SourceRefused,
)
REFUSED_CREDENTIALS = Cause(
    "credentials",
    "Reddit refused the credentials: check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET",
    SourceRefused,
)
LACKS_SCOPE = Cause(
    "credentials",
    "the access token doesn't allow reading: check the app's type, and REDDIT_CLIENT_ID",
    SourceRefused,
)

STATUSES: Mapping[int, Cause] = {
    FORBIDDEN: NOT_READABLE,
    NOT_FOUND: MISSING,
    TOO_MANY_REQUESTS: RATE_LIMITED,
    LEGAL: WITHHELD,
}


def cause_of(response: requests.Response) -> SourceError:
    """Return the error for an answer that isn't a listing."""
    status = response.status_code
    if status in REDIRECTS:
        return _redirected(response.headers.get("location", ""))
    if status >= FIRST_SERVER_ERROR:
        return SERVER_ERROR.raised(status=status)
    return _refusal(response).raised(status=status)


def _refusal(response: requests.Response) -> Cause:
    reason = REASONS.get(_said(response, "reason").lower())
    if reason is not None and response.status_code in {FORBIDDEN, NOT_FOUND}:
        return reason
    if response.status_code == FORBIDDEN and is_block_page(response):
        return BLOCKED
    if "insufficient_scope" in response.headers.get("www-authenticate", ""):
        return LACKS_SCOPE
    return STATUSES.get(response.status_code, REFUSED)


def token_cause(response: requests.Response) -> SourceError | None:
    """Return the error if the answer to a token request has no token, else None."""
    if response.status_code == OK:
        error = _said(response, "error")
        if not error and _said(response, "access_token") and _is_number(response, "expires_in"):
            return None
        return NO_TOKEN.raised(reason=error[:MAX_SHOWN] or "the answer has none")
    if is_block_page(response):
        return SourceRefused(BLOCKED.kind, BLOCKED.message)
    said = _said(response, "error") or _said(response, "message")
    return NO_TOKEN.raised(reason=" ".join(filter(None, [str(response.status_code), said]))[:99])


def is_block_page(response: requests.Response) -> bool:
    """Return whether the answer is Reddit's page, or sentence, for blocked clients."""
    text = response.text[:4000].lower()
    return any(words in text for words in BLOCK_PAGE)


def _redirected(location: str) -> SourceError:
    try:
        path = urlsplit(location).path.removesuffix(".json")
    except ValueError:
        path = ""
    parts = [part for part in path.split("/") if part]
    first = parts[0].lower() if parts else ""
    if first == "r" and len(parts) > 1:
        return RENAMED.raised(name=parts[1][:MAX_SHOWN])
    if first in {"login", "register", "account"}:
        return LOGIN.raised()
    if first in {"over18", "over_18"}:
        return REASONS["over18"].raised()
    if first in REASONS:
        return REASONS[first].raised()
    if parts[:2] == ["subreddits", "search"] or first == "search":
        return MISSING.raised()
    return REDIRECTED.raised(path=path[:MAX_SHOWN] or "an unreadable address")


def _said(response: requests.Response, name: str) -> str:
    value = _body(response).get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _is_number(response: requests.Response, name: str) -> bool:
    value = _body(response).get(name)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _body(response: requests.Response) -> Mapping[str, object]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
