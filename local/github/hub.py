"""The contents of a stand-in for GitHub: repositories with issues, comments and discussions.

Objects are kept as REST shows them, so recorded ones can be put in unchanged.
"""

import itertools
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.times import Clock, iso, utc_now

Object = dict[str, Any]

THREAD = re.compile(r"/(?:issues|pull)/([0-9]+)")
NO_REACTIONS = {
    "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "hooray": 0, "confused": 0, "heart": 0,
    "rocket": 0, "eyes": 0,
}  # fmt: skip


@dataclass
class Repository:
    """A repository. `refused` is the status with which each request for it is answered.

    moved: threads by number, with where they went (the id of a repository, and a number there).
    """

    id: int
    full_name: str
    issues: dict[int, Object] = field(default_factory=dict)
    comments: dict[int, Object] = field(default_factory=dict)
    discussions: dict[int, Object] = field(default_factory=dict)
    releases: dict[int, Object] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    moved: dict[int, tuple[int, int]] = field(default_factory=dict)
    refused: int | None = None
    has_issues: bool = True

    def comments_of(self, number: int) -> list[Object]:
        """Return the comments on an issue, in the order of their ids."""
        return [each for _, each in sorted(self.comments.items()) if thread_of(each) == number]


def thread_of(comment: Mapping[str, Any]) -> int | None:
    """Return the number of the issue that a comment stands under."""
    found = THREAD.search(comment.get("html_url") or "") or THREAD.search(
        comment.get("issue_url") or ""
    )
    return int(found[1]) if found else None


class Hub:
    """All repositories; its methods may be called while it is served."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.repositories: dict[str, Repository] = {}
        self.renamed: dict[str, int] = {}
        self._ids: Iterator[int] = itertools.count(3_000_000_001)

    def repository(self, full_name: str) -> Repository:
        """Return a repository, which is made if it isn't there."""
        with self.lock:
            key = full_name.lower()
            if key not in self.repositories:
                self.repositories[key] = Repository(len(self.repositories) + 1000, full_name)
            return self.repositories[key]

    def by_id(self, number: int) -> Repository | None:
        """Return the repository with an id."""
        return next((each for each in self.repositories.values() if each.id == number), None)

    def rename(self, full_name: str, new: str) -> None:
        """Give a repository another name; its old one leads to it."""
        with self.lock:
            found = self.repositories.pop(full_name.lower())
            found.full_name = new
            self.repositories[new.lower()] = found
            self.renamed[full_name.lower()] = found.id

    def issue(self, full_name: str, number: int, **more: Any) -> Object:
        """Put in an issue that says something."""
        at = more.pop("created_at", None) or iso(self.clock())
        made: Object = {
            "id": next(self._ids),
            "number": number,
            "title": f"Issue {number}",
            "user": {"login": "ada", "type": "User"},
            "labels": [],
            "state": "open",
            "locked": False,
            "comments": 0,
            "created_at": at,
            "updated_at": at,
            "body": "I love it",
            "html_url": f"https://github.com/{full_name}/issues/{number}",
            "reactions": dict(NO_REACTIONS),
            **more,
        }
        with self.lock:
            self.repository(full_name).issues[number] = made
        return made

    def comment(self, full_name: str, number: int, **more: Any) -> Object:
        """Put in a comment on an issue, which is updated by it."""
        at = more.pop("created_at", None) or iso(self.clock())
        key = more.pop("id", None) or next(self._ids)
        address = f"https://github.com/{full_name}/issues/{number}#issuecomment-{key}"
        made: Object = {
            "id": key,
            "html_url": address,
            "issue_url": f"https://api.github.com/repos/{full_name}/issues/{number}",
            "user": {"login": "ada", "type": "User"},
            "created_at": at,
            "updated_at": at,
            "body": "I love it",
            "reactions": dict(NO_REACTIONS),
            "minimized": None,
            **more,
        }
        with self.lock:
            repository = self.repository(full_name)
            repository.comments[made["id"]] = made
            if issue := repository.issues.get(number):
                issue["comments"] += 1
                issue["updated_at"] = max(issue["updated_at"], at)
        return made

    def release(self, full_name: str, tag: str, **more: Any) -> Object:
        """Put in a release, published now unless `published_at` says otherwise."""
        at = more.pop("published_at", iso(self.clock()))
        made: Object = {
            "id": next(self._ids),
            "tag_name": tag,
            "name": tag,
            "draft": False,
            "prerelease": False,
            "created_at": at or iso(self.clock()),
            "published_at": at,
            "html_url": f"https://github.com/{full_name}/releases/tag/{tag}",
            "body": "Fixes and features.",
            "author": {"login": "ada", "type": "User"},
            **more,
        }
        with self.lock:
            self.repository(full_name).releases[made["id"]] = made
        return made

    def discussion(self, full_name: str, number: int, **more: Any) -> Object:
        """Put in a discussion; its comments are those of `comments`, with their `replies`."""
        at = more.pop("created_at", None) or iso(self.clock())
        made: Object = {
            "number": number,
            "title": f"Discussion {number}",
            "user": {"__typename": "User", "login": "ada"},
            "created_at": at,
            "updated_at": at,
            "edited_at": None,
            "body": "I love it",
            "html_url": f"https://github.com/{full_name}/discussions/{number}",
            "upvotes": 1,
            "category": {"name": "General"},
            "comments": [],
            **more,
        }
        with self.lock:
            self.repository(full_name).discussions[number] = made
        return made

    def answer(self, full_name: str, number: int, **more: Any) -> Object:
        """Put in a comment of a discussion, or a reply to the comment `to`."""
        at = more.pop("created_at", None) or iso(self.clock())
        to = more.pop("to", None)
        key = next(self._ids) % 3_000_000_000
        address = f"https://github.com/{full_name}/discussions/{number}#discussioncomment-{key}"
        made: Object = {
            "id": key,
            "html_url": address,
            "user": {"__typename": "User", "login": "ada"},
            "created_at": at,
            "updated_at": at,
            "edited_at": None,
            "body": "I love it",
            "upvotes": 1,
            "deleted_at": None,
            "minimized": None,
            "replies": [],
            **more,
        }
        with self.lock:
            discussion = self.repository(full_name).discussions[number]
            discussion["updated_at"] = max(discussion["updated_at"], at)
            parent = next((each for each in discussion["comments"] if each["id"] == to), None)
            (discussion["comments"] if parent is None else parent["replies"]).append(made)
        return made

    def edit(self, thing: Object, **fields: Any) -> None:
        """Have the author edit an object."""
        with self.lock:
            at = iso(self.clock())
            thing.update({"updated_at": at, "edited_at": at, **fields})

    def delete(self, full_name: str, number: int) -> None:
        """Take an issue away, with its comments."""
        with self.lock:
            repository = self.repository(full_name)
            for comment in repository.comments_of(number):
                del repository.comments[comment["id"]]
            del repository.issues[number]
            repository.deleted.add(number)

    def transfer(self, full_name: str, number: int, to: str, new: int) -> None:
        """Move an issue with its comments to another repository."""
        with self.lock:
            old, there = self.repository(full_name), self.repository(to)
            there.issues[new] = {
                **old.issues.pop(number),
                "number": new,
                "html_url": f"https://github.com/{to}/issues/{new}",
            }
            for comment in old.comments_of(number):
                del old.comments[comment["id"]]
                address = f"https://github.com/{to}/issues/{new}#issuecomment-{comment['id']}"
                there.comments[comment["id"]] = {**comment, "html_url": address}
            old.moved[number] = (there.id, new)
