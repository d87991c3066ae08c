"""Answers the REST requests of the collector.

https://docs.github.com/en/rest/issues
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from local.github.hub import Hub, Object, Repository

API = "https://api.github.com"
DEFAULT_PER_PAGE, MAX_PER_PAGE = 30, 100
MAX_PAGED = 10_000
TOO_DEEP = "Pagination with the page parameter is not supported for large datasets"
REPOSITORY = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?")
ITSELF = re.compile(r"/repositories/([0-9]+)")
ROUTES = (
    ("issues", re.compile(r"/issues")),
    ("comments", re.compile(r"/issues/comments")),
    ("comment", re.compile(r"/issues/comments/([0-9]+)")),
    ("issue", re.compile(r"/issues/([0-9]+)")),
    ("comments_of", re.compile(r"/issues/([0-9]+)/comments")),
    ("releases", re.compile(r"/releases")),
    ("repository", re.compile(r"")),
)


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its JSON and its headers."""

    status: int
    content: object
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """Return the JSON as bytes."""
        return json.dumps(self.content).encode()

    @property
    def etag(self) -> str:
        """Return the version of the body."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()}"'


def refusal(status: int, message: str, **headers: str) -> Reply:
    """Return an error answer as GitHub's."""
    content = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return Reply(status, {**content, "status": str(status)}, headers)


def route_of(path: str) -> tuple[str, str | None]:
    """Return the route of a path, and the repository that it names, in small letters."""
    if path == "/graphql":
        return "graphql", None
    found = REPOSITORY.fullmatch(path)
    if found is None:
        return ("repository" if ITSELF.fullmatch(path) else "other"), None
    tail = found[2] or ""
    route = next((name for name, pattern in ROUTES if pattern.fullmatch(tail)), "other")
    return route, found[1].lower()


class Rest:
    """Answers GET requests."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def answer(self, path: str, query: Mapping[str, str]) -> Reply:
        """Answer a request."""
        if itself := ITSELF.fullmatch(path):
            found = self._hub.by_id(int(itself[1]))
            return _described(found) if found else refusal(404, "Not Found")
        route, full_name = route_of(path)
        repository = self._hub.repositories.get(full_name or "")
        if repository is None and full_name in self._hub.renamed:
            tail = path.split("/", 4)[4:]
            target = "/".join((f"{API}/repositories/{self._hub.renamed[full_name]}", *tail))
            return Reply(301, {"message": "Moved Permanently", "url": target}, {"location": target})
        if repository is None or route == "other":
            return refusal(404, "Not Found")
        if repository.refused:
            return refusal(repository.refused, "Repository access blocked")
        if route == "repository":
            return _described(repository)
        return self._in(repository, route, path, query)

    def _in(self, repository: Repository, route: str, path: str, query: Mapping[str, str]) -> Reply:
        if route in ("issues", "comments"):
            return _lists(repository, route, query)
        if route == "comment":
            comment = repository.comments.get(int(path.rsplit("/", 1)[1]))
            return Reply(200, comment) if comment else refusal(404, "Not Found")
        if route == "releases":
            releases = sorted(repository.releases.values(), key=_made, reverse=True)
            return _paged(repository, "releases", releases, query)
        number = int(path.split("/")[5])
        if number not in repository.issues:
            return _gone(repository, number)
        if route == "issue":
            return Reply(200, repository.issues[number])
        tail = f"issues/{number}/comments"
        return _paged(repository, tail, repository.comments_of(number), query)


def _made(release: Object) -> str:
    return str(release["created_at"])


def _lists(repository: Repository, route: str, query: Mapping[str, str]) -> Reply:
    if not repository.has_issues:
        return refusal(410, "Issues are disabled for this repo")
    if route == "comments":
        comments = list(repository.comments.values())
        return _listed(repository, "issues/comments", comments, query, is_newest_first=False)
    states = {query.get("state", "open")}
    is_all = "all" in states
    issues = [each for each in repository.issues.values() if is_all or each["state"] in states]
    return _listed(repository, "issues", issues, query, is_newest_first=True)


def _gone(repository: Repository, number: int) -> Reply:
    if number in repository.moved:
        there, new = repository.moved[number]
        target = f"{API}/repositories/{there}/issues/{new}"
        return Reply(301, {"message": "Moved Permanently", "url": target}, {"location": target})
    if number in repository.deleted:
        return refusal(410, "This issue was deleted")
    return refusal(404, "Not Found")


def _described(repository: Repository) -> Reply:
    owner, name = repository.full_name.split("/")
    content = {"id": repository.id, "name": name, "full_name": repository.full_name}
    return Reply(200, {**content, "owner": {"login": owner}, "has_issues": repository.has_issues})


def _listed(
    repository: Repository,
    tail: str,
    objects: Sequence[Object],
    query: Mapping[str, str],
    *,
    is_newest_first: bool,
) -> Reply:
    since = query.get("since", "")
    found = [each for each in objects if str(each.get("updated_at", "~")) >= since]
    sort = "updated_at" if query.get("sort") == "updated" else "created_at"
    key: Callable[[Object], tuple[str, int]] = lambda each: (str(each.get(sort)), each["id"])  # noqa: E731
    direction = query.get("direction", "desc" if is_newest_first else "asc")
    found.sort(key=key, reverse=direction == "desc")
    return _paged(repository, tail, found, query)


def _paged(
    repository: Repository, tail: str, objects: Sequence[Object], query: Mapping[str, str]
) -> Reply:
    size = min(_whole(query.get("per_page"), DEFAULT_PER_PAGE), MAX_PER_PAGE)
    page = _whole(query.get("page"), 1)
    if page * size >= MAX_PAGED:
        return refusal(
            422, "Pagination with the page parameter is not supported for large datasets"
        )
    pages = -(-len(objects) // size)
    base = f"{API}/repositories/{repository.id}/{tail}"
    links: list[tuple[str, int]] = []
    if page < pages:
        links += [("next", page + 1), ("last", pages)]
    if page > 1:
        links += [("prev", page - 1), ("first", 1)]
    header = ", ".join(
        f'<{base}?{urlencode({**query, "page": number})}>; rel="{name}"' for name, number in links
    )
    shown = list(objects[(page - 1) * size : page * size])
    return Reply(200, shown, {"link": header} if header else {})


def _whole(value: str | None, default: int) -> int:
    return int(value) if value and value.isdigit() and int(value) > 0 else default
