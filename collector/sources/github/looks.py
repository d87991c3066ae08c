"""Looks stored items up again: by one query for many with a token, one by one without.

A thread that GitHub doesn't find (404, 410) or has moved to another repository (301) is gone, if
its repository is still there under its name. Of one that isn't, nothing is known.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collector.sources.base import ItemReference, Looked, Seen
from collector.sources.github.client import GitHubClient
from collector.sources.github.discussions import DISCUSSION, WRITTEN
from collector.sources.github.names import Place, Repository, place_of
from collector.sources.github.objects import (
    Issue,
    IssueComment,
    LeaveOut,
    comment_number,
    discussion_items,
    mapping_of,
    nodes_of,
    read,
)
from collector.sources.github.refusals import GONE, MOVED, NOT_FOUND
from collector.sources.github.walking import PER_PAGE
from collector.sources.http import OK

REACTIONS = "reactions: reactionGroups { content reactors { totalCount } }"
ISSUE = (
    f"number title {WRITTEN} comments {{ totalCount }} labels(first: 20) {{ nodes {{ name }} }}"
    f" {REACTIONS}"
)
COMMENTS = (
    f"comments(last: {PER_PAGE}) {{ totalCount nodes {{ id: databaseId {WRITTEN}"
    f" minimized: minimizedReason {REACTIONS} }} }}"
)


class Looks:
    """Looks up items of one repository."""

    def __init__(
        self,
        client: GitHubClient,
        repository: Repository,
        known: dict[str, bool],
        leave_out: LeaveOut,
    ) -> None:
        """`known` remembers which repositories are there."""
        self._client = client
        self._repository = repository
        self._known = known
        self._leave_out = leave_out
        self._found: list[Seen] = []
        self._gone: set[str] = set()

    def look(self, items: Sequence[ItemReference]) -> Looked:
        """Return what GitHub says of the items."""
        threads: dict[tuple[bool, int], dict[str, Place]] = defaultdict(dict)
        for item in items:
            place = place_of(item.community, item.id)
            if place is not None and (place.comment is None) == (item.kind == "post"):
                threads[place.is_discussion, place.number][item.key] = place
        if self._client.has_token:
            self._by_query(threads)
        else:
            for (is_discussion, number), asked in threads.items():
                if not is_discussion:
                    self._issue(number, asked)
        keys = {item.key for item in items}
        # A discussion is read with comments that weren't asked for.
        return Looked([each for each in self._found if each.key in keys], frozenset(self._gone))

    def _by_query(self, threads: Mapping[tuple[bool, int], Mapping[str, Place]]) -> None:
        parts: dict[str, str] = {}
        for (is_discussion, number), asked in threads.items():
            if is_discussion:
                parts[f"d{number}"] = f"discussion(number: {number}) {{ {DISCUSSION} }}"
                continue
            has_post = any(place.comment is None for place in asked.values())
            has_comments = any(place.comment is not None for place in asked.values())
            words = f"{ISSUE if has_post else ''} {COMMENTS if has_comments else ''}"
            # Two fields of one name can't be asked for.
            words = words.replace("comments {", "total: comments {") if has_comments else words
            parts[f"i{number}"] = f"issue(number: {number}) {{ {words} }}"
        if not parts:
            return
        fields = " ".join(f"{name}: {part}" for name, part in parts.items())
        text = (
            "query Looks($owner: String!, $name: String!) {"
            f" repository(owner: $owner, name: $name) {{ {fields} }} }}"
        )
        answer = self._client.query(self._repository, text)
        if answer.repository is None:
            return
        for (is_discussion, number), asked in threads.items():
            name = f"{'d' if is_discussion else 'i'}{number}"
            value = mapping_of(answer.repository.get(name))
            if name in answer.not_found:
                self._gone.update(asked)
            elif value and is_discussion:
                self._discussion(value, asked)
            elif value:
                self._queried_issue(number, value, asked)

    def _queried_issue(
        self, number: int, value: Mapping[str, object], asked: Mapping[str, Place]
    ) -> None:
        for place in asked.values():
            if place.comment is None:
                total = value.get("total", value.get("comments"))
                self._take_issue({**value, "comments": total})
        wanted = {key: place for key, place in asked.items() if place.comment is not None}
        if not wanted:
            return
        nodes = nodes_of(value.get("comments"))
        total = mapping_of(value.get("comments")).get("totalCount")
        is_whole = isinstance(total, int) and total <= len(nodes)
        self._comments(number, nodes, wanted, is_whole=is_whole)

    def _discussion(self, value: Mapping[str, object], asked: Mapping[str, Place]) -> None:
        items = list(discussion_items(value, self._repository, self._leave_out))
        self._found += items
        connections = [value.get("comments")]
        connections += [mapping_of(node).get("replies") for node in nodes_of(value.get("comments"))]
        is_whole = all(
            mapping_of(each).get("totalCount", 0) == len(nodes_of(each)) for each in connections
        )
        if is_whole and items:
            self._gone |= asked.keys() - {item.key for item in items}

    def _issue(self, number: int, asked: Mapping[str, Place]) -> None:
        """Look up an issue and some of its comments by REST: a request for each, or fewer."""
        comments = {key: place for key, place in asked.items() if place.comment is not None}
        for key in asked.keys() - comments.keys():
            content = self._content(f"/issues/{number}", [key])
            if content is not None:
                self._take_issue(content)
        if len(comments) == 1:
            self._one_by_one(number, comments)
        elif comments:
            path = f"/issues/{number}/comments"
            content = self._content(path, list(comments), {"per_page": str(PER_PAGE)})
            if content is not None:
                nodes = nodes_of(content)
                self._comments(number, nodes, comments, is_whole=len(nodes) < PER_PAGE)

    def _comments(
        self,
        number: int,
        nodes: Sequence[object],
        asked: Mapping[str, Place],
        *,
        is_whole: bool,
    ) -> None:
        by_id = {comment_number(node): node for node in nodes}
        absent = {key: each for key, each in asked.items() if each.comment not in by_id}
        for key in asked.keys() - absent.keys():
            self._take_comment(number, by_id[asked[key].comment])
        if is_whole:
            self._gone.update(absent)
        else:
            self._one_by_one(number, absent)

    def _one_by_one(self, number: int, asked: Mapping[str, Place]) -> None:
        for key, place in asked.items():
            content = self._content(f"/issues/comments/{place.comment}", [key])
            if content is not None:
                self._take_comment(number, content)

    def _take_issue(self, value: object) -> None:
        issue = read(Issue, value, self._leave_out)
        if issue is not None:
            self._found.append(issue.seen(self._repository))

    def _take_comment(self, number: int, value: object) -> None:
        known = {**mapping_of(value), "id": comment_number(value)}
        comment = read(IssueComment, known, self._leave_out)
        if comment is not None:
            self._found.append(comment.seen(self._repository, number))

    def _content(
        self, path: str, keys: Sequence[str], params: Mapping[str, str] | None = None
    ) -> object | None:
        """Return what GitHub has there; None after noting that these items are gone, or aren't."""
        answer = self._client.get(self._repository.path + path, params)
        if answer.status == OK:
            return answer.json()
        if answer.status == GONE or (answer.status in {NOT_FOUND, *MOVED} and self._is_there()):
            self._gone.update(keys)
        return None

    def _is_there(self) -> bool:
        """Return whether the repository itself is there, under this name."""
        path = self._repository.path
        if path not in self._known:
            self._known[path] = self._client.get(path).status == OK
        return self._known[path]
