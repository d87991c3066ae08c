"""Sends requests to one forum, and says what its refusals mean.

https://docs.discourse.org has the API. Everything read here is public, without an account.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from collector.sources.http import OK, REDIRECT, Answer, HttpClient, usual_fault
from collector.sources.retrying import Attempt
from shared.errors import (
    CommunityUnavailable,
    SourceError,
    SourceUnavailable,
)

# A forum allows 200 requests a minute and 50 in 10 seconds to an address, by default:
# https://meta.discourse.org/t/available-settings-for-global-rate-limits-and-throttling/78612
PACE_SECONDS = 0.75
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, GONE, LEGAL = 400, 401, 403, 404, 410, 451
ABSENT = frozenset({NOT_FOUND, GONE})
CLOSED = frozenset({UNAUTHORIZED, FORBIDDEN})
NOT_LOGGED_IN = "not_logged_in"
LOGIN_PATHS = ("/login", "/session", "/auth")
LOGIN_MARK = b"/login"

Params = Mapping[str, str | int]
Json = Mapping[str, object]


def fault_of(answer: Answer) -> Attempt[Answer] | None:
    """Return the fault that is worth retrying; a login page stays one however often it is asked."""
    return None if _is_login_page(answer) else usual_fault(answer)


class Forum:
    """One forum. Its methods raise SourceUnavailable, CommunityUnavailable and what a wait raises.

    Of what a forum refuses nothing concerns another one: it is a server of its own.
    """

    def __init__(self, community: str, address: str, http: HttpClient) -> None:
        self.community = community
        self.address = address
        self.host = urlsplit(address).netloc
        self._http = http
        self._is_open = False

    @property
    def requests_used(self) -> int:
        """Return the number of requests sent so far, including retries."""
        return self._http.requests_used

    def posts(self, before: int | None) -> Json:
        """Return a page of /posts.json: the newest posts, or those with lower ids than `before`."""
        return self._listing("/posts.json", {} if before is None else {"before": before})

    def latest(self) -> Json:
        """Return the first page of /latest.json: the topics with the latest posts."""
        return self._listing("/latest.json", {})

    def categories(self) -> Json | None:
        """Return /categories.json; None if the forum doesn't show it."""
        return self._thing("/categories.json", {"include_subcategories": "true"})

    def topic(self, topic: int, number: int) -> Json | None:
        """Return a topic with some 20 posts around a number; None if it isn't there, or private."""
        path = f"/t/{topic}.json" if number == 1 else f"/t/{topic}/{number}.json"
        return self._thing(path, {"include_raw": "1"})

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _listing(self, path: str, params: Params) -> Json:
        answer = self._get(path, params)
        if answer.status != OK or _is_login_page(answer):
            raise self._refusal(answer)
        self._is_open = True
        return self._object(answer)

    def _thing(self, path: str, params: Params) -> Json | None:
        """Return what a path shows, or None if the forum itself says that it isn't public."""
        answer = self._get(path, params)
        if answer.status == OK and not _is_login_page(answer):
            return self._object(answer)
        # Only Discourse's own words count: a proxy's 404 or 403 says nothing of a topic.
        own_words = _said(answer)
        if own_words is not None and answer.status in ABSENT | CLOSED:
            if own_words == NOT_LOGGED_IN and not self._is_open:
                # Either this topic is private, or the whole forum: then the listing says so.
                self.latest()
            return None
        raise self._refusal(answer)

    def _get(self, path: str, params: Params) -> Answer:
        try:
            return self._http.get(path, params)
        except SourceUnavailable as error:
            raise SourceUnavailable(error.kind, f"{self.host}: {error}") from error

    def _object(self, answer: Answer) -> Json:
        found = answer.json()
        if not isinstance(found, dict):
            raise self.unreadable("an answer was no JSON object")
        return found

    def unreadable(self, reason: str) -> SourceUnavailable:
        """Return the error for an answer that isn't Discourse's."""
        return SourceUnavailable("unreadable", f"{self.host}: {reason}")

    def _refusal(self, answer: Answer) -> SourceError:
        """Return the error for an answer that has no listing."""
        status, said = answer.status, _said(answer)
        if _is_login_page(answer) or (status in CLOSED and said == NOT_LOGGED_IN):
            return CommunityUnavailable(
                "login",
                f"readers of {self.host} must log in, and this program has no account there: take"
                f" {self.community} out of COMMUNITIES",
            )
        if REDIRECT <= status < BAD_REQUEST:
            return self._redirected(answer.headers.get("location", ""))
        if status in CLOSED:
            return self._closed(status, is_blocked=said is None)
        if status in ABSENT:
            return CommunityUnavailable(
                "missing", f"no Discourse forum answers at {self.address}: correct it in FORUMS"
            )
        if status == LEGAL:
            return CommunityUnavailable("legal", f"{self.host} is withheld for legal reasons (451)")
        return SourceUnavailable("refused", f"{self.host} refused the request ({status})")

    def _closed(self, status: int, *, is_blocked: bool) -> SourceError:
        if not is_blocked:
            return CommunityUnavailable("forbidden", f"{self.host} forbids reading its posts")
        return CommunityUnavailable(
            "blocked",
            f"Discourse answers {status} to this address ({self.host}): set CONTACT and ask its"
            f" operators, or take {self.community} out of COMMUNITIES",
        )

    def _redirected(self, location: str) -> SourceError:
        try:
            target = urlsplit(location)
        except ValueError:
            return self.unreadable("it redirects to an unreadable address")
        if not target.netloc or target.netloc == self.host:
            return self.unreadable(f"it redirects to {target.path[:60]}")
        return CommunityUnavailable(
            "renamed",
            f"{self.host} redirects to {target.scheme}://{target.netloc}: put this address into"
            " FORUMS",
        )


def _said(answer: Answer) -> str | None:
    """Return the type of the error in Discourse's words; None if the words aren't Discourse's."""
    try:
        body = answer.json()
    except SourceUnavailable:
        return None
    if not isinstance(body, dict) or not ("errors" in body or "error_type" in body):
        return None
    return str(body.get("error_type", ""))


def _is_login_page(answer: Answer) -> bool:
    """Return whether the answer is the page where readers log in, or leads there."""
    if REDIRECT <= answer.status < BAD_REQUEST:
        try:
            path = urlsplit(answer.headers.get("location", "")).path
        except ValueError:
            return False
        return path.rstrip("/").endswith(LOGIN_PATHS) or "/auth/" in path
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return is_page and answer.status in {OK, *CLOSED} and LOGIN_MARK in answer.body
