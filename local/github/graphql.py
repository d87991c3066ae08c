"""Answers the two GraphQL queries of the collector: a page of discussions, and a look at threads.

Names in the answer are those that the queries give to GitHub's fields.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from local.github.hub import Hub, Object, Repository

THREAD = re.compile(r"([id][0-9]+): (issue|discussion)\(number: ([0-9]+)\)")
AT_ONCE = re.compile(r"discussions\(first: ([0-9]+)")
LAST = re.compile(r"(comments|replies)\(last: ([0-9]+)\)")
REACTIONS = {
    "+1": "THUMBS_UP",
    "-1": "THUMBS_DOWN",
    "laugh": "LAUGH",
    "hooray": "HOORAY",
    "confused": "CONFUSED",
    "heart": "HEART",
    "rocket": "ROCKET",
    "eyes": "EYES",
}
# A whole number of GraphQL has 32 bits.
MAX_INT = 2**31 - 1


def answer(hub: Hub, text: str, variables: Mapping[str, Any]) -> Object:
    """Return the answer to a query."""
    full_name = f"{variables.get('owner')}/{variables.get('name')}"
    repository = hub.repositories.get(full_name.lower())
    if repository is None:
        moved = hub.renamed.get(full_name.lower())
        repository = hub.by_id(moved) if moved else None
    if repository is None or repository.refused:
        return {"data": {"repository": None}, "errors": [_not_found(["repository"])]}
    sizes = {name: int(size) for name, size in LAST.findall(text)}
    if "query Discussions" in text:
        size = int(AT_ONCE.findall(text)[0])
        page = _discussions(repository, variables.get("after"), size, sizes)
        return {"data": {"repository": {"discussions": page}}}
    found: Object = {}
    errors: list[Object] = []
    for alias, kind, number in THREAD.findall(text):
        if kind == "issue":
            found[alias] = _issue(repository, int(number), text, sizes)
        else:
            discussion = repository.discussions.get(int(number))
            found[alias] = _discussion(discussion, sizes) if discussion else None
        if found[alias] is None:
            errors.append(_not_found(["repository", alias]))
    data: Object = {"data": {"repository": found}}
    return {**data, "errors": errors} if errors else data


def _not_found(path: Sequence[str]) -> Object:
    return {"type": "NOT_FOUND", "path": list(path), "message": "Could not resolve to a node."}


def _discussions(
    repository: Repository, after: str | None, size: int, sizes: Mapping[str, int]
) -> Object:
    found = sorted(
        repository.discussions.values(), key=lambda each: each["updated_at"], reverse=True
    )
    start = int(after or 0)
    return {
        "pageInfo": {
            "hasNextPage": start + size < len(found),
            "endCursor": str(start + size),
        },
        "nodes": [_discussion(each, sizes) for each in found[start : start + size]],
    }


def _discussion(discussion: Object, sizes: Mapping[str, int]) -> Object:
    comments = [
        {**each, "replies": _connection(each["replies"], sizes["replies"])}
        for each in discussion["comments"]
    ]
    return {**discussion, "comments": _connection(comments, sizes["comments"])}


def _connection(nodes: Sequence[Object], size: int) -> Object:
    return {"totalCount": len(nodes), "nodes": list(nodes[-size:])}


def _issue(
    repository: Repository, number: int, text: str, sizes: Mapping[str, int]
) -> Object | None:
    issue = repository.issues.get(number)
    if issue is None:
        return None
    comments = [_reacted(each) for each in repository.comments_of(number)]
    counted: Object = {"totalCount": len(comments)}
    asked: Object = {"comments": counted}
    if f"i{number}: issue(number: {number}) {{" in text and "comments" in sizes:
        asked = {"total": counted, "comments": _connection(comments, sizes["comments"])}
    return {**_reacted(issue), "labels": {"nodes": issue["labels"]}, **asked}


def _reacted(thing: Object) -> Object:
    """Return an issue or a comment as GraphQL shows it."""
    user = thing.get("user")
    is_bot = isinstance(user, dict) and user.get("type") == "Bot"
    author = {
        "__typename": "Bot" if is_bot else "User",
        "login": user["login"].removesuffix("[bot]"),
    } if user else None  # fmt: skip
    counts = thing.get("reactions") or {}
    groups = [
        {"content": name, "reactors": {"totalCount": counts.get(key, 0)}}
        for key, name in REACTIONS.items()
    ]
    reason = (thing.get("minimized") or {}).get("reason")
    key = thing["id"]
    return {
        "edited_at": None,
        **thing,
        "id": key if key <= MAX_INT else None,
        "user": author,
        "reactions": groups,
        "minimized": reason,
    }
