"""A client of GitHub's APIs: their limits, refusals, pages and queries."""

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests.utils import parse_header_links

from collector.sources.github.budget import Budget, Resource
from collector.sources.github.names import Repository
from collector.sources.github.refusals import FORBIDDEN, MAX_SHOWN, MOVED, refusal
from collector.sources.http import (
    LONGEST_PAUSE,
    OK,
    REDIRECT,
    TOO_MANY_REQUESTS,
    Answer,
    HttpClient,
    user_agent,
    usual_fault,
)
from collector.sources.retrying import Attempt
from collector.sources.waiting import Backoff, Wait
from shared.errors import (
    CommunityUnavailable,
    SourceError,
    SourceUnavailable,
)
from shared.retry_after import retry_after
from shared.settings import Settings
from shared.times import Clock

BASE_URL = "https://api.github.com"
# https://docs.github.com/en/rest/about-the-rest-api/api-versions
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
NOT_MODIFIED = 304
# Secondary limits allow 900 points a minute; a GET is one.
PACE = 60 / 900
# What to wait after a refusal that doesn't say how long; it doubles each time.
MIN_PAUSE = 60.0
OF_ITSELF = re.compile(r"/repositories/[0-9]+")
OF_NAME = re.compile(r"/repos/([^/]+/[^/]+)")
FULL_NAME = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True)
class Listed:
    """A page of a list: its objects, its ETag, and the parameters of the next page, if any.

    is_unchanged: the list is the one of the ETag that was given.
    """

    objects: Sequence[object]
    etag: str | None = None
    following: Mapping[str, str] | None = None
    is_unchanged: bool = False


@dataclass(frozen=True)
class Queried:
    """The repository of a query's answer (None: there is none), and the names not found in it."""

    repository: Mapping[str, Any] | None
    not_found: frozenset[str] = frozenset()
    refusal: str | None = None


class GitHubClient:
    """Sends requests within the budget.

    Its methods raise SourceUnavailable, SourceRefused and CommunityUnavailable.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        kept: dict[str, str],
        wait: Wait,
        clock: Clock,
        backoff: Backoff | None,
        pace: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        token = settings.github_token
        self.has_token = token is not None
        self.budget = Budget(kept, has_token=self.has_token, clock=clock)
        self._clock = clock
        self._resource: Resource = "core"
        self._secondary = 0
        own = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        self.http = HttpClient(
            settings.github_base_url or BASE_URL,
            source="github",
            agent=user_agent(settings.contact),
            wait=wait,
            pace=pace,
            backoff=backoff,
            seconds=seconds,
            fault_of=self._fault,
            headers={**HEADERS, **own},
            before=lambda: self.budget.take(self._resource),
        )

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to GET, whatever its status."""
        self._resource = "core"
        return self.http.get(path, params)

    def listed(
        self, repository: Repository, path: str, params: Mapping[str, str], etag: str | None = None
    ) -> Listed:
        """Return a page of a list of a repository. With a token, one that is unchanged is free."""
        self._resource = "core"
        headers = {"If-None-Match": etag} if etag else None
        answer = self.http.get(repository.path + path, params, headers)
        if answer.status == NOT_MODIFIED and etag:
            return Listed([], etag, is_unchanged=True)
        if not OK <= answer.status < REDIRECT:
            raise self._refusal(answer, repository)
        objects = answer.json()
        if not isinstance(objects, list):
            raise SourceUnavailable("unreadable", "GitHub's answer was no list")
        return Listed(objects, answer.headers.get("etag"), _following(answer.headers.get("link")))

    def query(
        self, repository: Repository, text: str, variables: Mapping[str, object] | None = None
    ) -> Queried:
        """Return a repository's part of the answer to a GraphQL query, which needs a token."""
        self._resource = "graphql"
        names = {"owner": repository.owner, "name": repository.name}
        answer = self.http.post(
            "/graphql", {"query": text, "variables": {**names, **(variables or {})}}
        )
        if not OK <= answer.status < REDIRECT:
            raise self._refusal(answer, repository)
        content = answer.json()
        errors = _errors(content)
        data = content.get("data") if isinstance(content, dict) else None
        found = data.get("repository") if isinstance(data, dict) else None
        not_found = {
            str(path[1])
            for error in errors
            if error.get("type") == "NOT_FOUND"
            and isinstance(path := error.get("path"), list)
            and len(path) > 1
        }
        others = [error for error in errors if error.get("type") != "NOT_FOUND"]
        refused = str(others[0].get("message"))[:MAX_SHOWN] if others else None
        if not isinstance(data, dict) and refused is None:
            raise SourceUnavailable("unreadable", "GitHub's answer had no data")
        return Queried(found if isinstance(found, dict) else None, frozenset(not_found), refused)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _fault(self, answer: Answer) -> Attempt[Answer] | None:
        """Return the fault of a limit that was passed, or the usual ones."""
        self.budget.note(self._resource, answer.headers)
        if answer.status == NOT_MODIFIED and self.has_token:
            self.budget.give_back(self._resource)
        seconds = self._asked(answer)
        if seconds is None:
            self._secondary = 0
            return usual_fault(answer)
        if seconds > LONGEST_PAUSE:
            self.budget.close(self._resource, seconds)
        reason = f"GitHub asks for fewer requests ({answer.status})"
        if seconds > LONGEST_PAUSE:
            reason = self.budget.reason(self._resource)
        return Attempt(fault=SourceUnavailable("rate_limited", reason), asked=seconds)

    def _asked(self, answer: Answer) -> float | None:
        """Return the seconds to wait after a refusal for a limit; None for any other answer."""
        if answer.status not in (FORBIDDEN, TOO_MANY_REQUESTS) and not _is_limited(answer):
            return None
        headers = answer.headers
        asked = retry_after(headers.get("retry-after"))
        if asked is not None:
            return asked
        reset = headers.get("x-ratelimit-reset", "")
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return max(0.0, float(reset[:12]) - self._clock().timestamp()) + 1.0
        said = answer.body[:2000].lower()
        is_limit = b"rate limit" in said or b"abuse" in said
        if answer.status == FORBIDDEN and not is_limit:
            return None
        self._secondary += 1
        return MIN_PAUSE * math.pow(2, min(self._secondary, 10) - 1)

    def _refusal(self, answer: Answer, repository: Repository) -> SourceError:
        """Return the error of an answer without what was asked for."""
        if answer.status in MOVED:
            return CommunityUnavailable("renamed", self._renamed(answer, repository))
        return refusal(answer, repository)

    def _renamed(self, answer: Answer, repository: Repository) -> str:
        """Return where a repository has gone; to ask for its name is one request more."""
        name = None
        path = urlsplit(answer.headers.get("location", "")).path
        if found := OF_NAME.search(path):
            name = found[1]
        elif found := OF_ITSELF.search(path):
            moved = self.get(found[0])
            content = moved.json() if moved.status == OK else None
            name = str(content.get("full_name")) if isinstance(content, dict) else None
        if name is None or not FULL_NAME.fullmatch(name):
            return f"GitHub has moved {repository.full_name}: correct it in COMMUNITIES"
        own = "github." + name.lower().replace("/", ".", 1)
        return f"GitHub has moved {repository.full_name} to {name}: put {own} into COMMUNITIES"


def _following(link: str | None) -> Mapping[str, str] | None:
    """Return the parameters of the next page. The address itself isn't followed."""
    for each in parse_header_links(link) if link else ():
        if each.get("rel") == "next" and "url" in each:
            try:
                return dict(parse_qsl(urlsplit(each["url"]).query))
            except ValueError:
                return None
    return None


def _errors(content: object) -> list[Mapping[str, Any]]:
    errors = content.get("errors") if isinstance(content, dict) else None
    return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _is_limited(answer: Answer) -> bool:
    """Return whether GraphQL refuses for its limit, which it does with status 200."""
    if answer.status != OK or b"RATE_LIMIT" not in answer.body:
        return False
    try:
        errors = _errors(answer.json())
    except SourceUnavailable:
        return False
    return any(error.get("type") in ("RATE_LIMITED", "RATE_LIMIT") for error in errors)
