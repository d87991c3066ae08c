"""The names of repositories, and the ids of what is written in them.

An issue is github.OWNER.REPOSITORY.NUMBER, a discussion has a d before its number, and a comment
has .c and its own number behind that of its thread.
"""

import re
from dataclasses import dataclass

from shared.communities import name_in_source

PLACE = re.compile(r"(d?)([1-9][0-9]{0,14})(?:\.c([1-9][0-9]{0,15}))?")


@dataclass(frozen=True)
class Repository:
    """A repository, and the community that it is."""

    community: str
    owner: str
    name: str

    @property
    def path(self) -> str:
        """Return its path in the REST API."""
        return f"/repos/{self.owner}/{self.name}"

    @property
    def full_name(self) -> str:
        """Return its name as GitHub writes it."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True)
class Place:
    """The place of an item: the number of its thread, and the comment's id unless it is a post."""

    number: int
    is_discussion: bool
    comment: int | None


def repository_of(community: str) -> Repository:
    """Return the repository of a community. An owner's name has no dot."""
    owner, _, name = name_in_source(community).partition(".")
    return Repository(community, owner, name)


def post_id(community: str, number: int, *, is_discussion: bool = False) -> str:
    """Return the id of an issue or a discussion."""
    return f"{community}.{'d' if is_discussion else ''}{number}"


def comment_id(post: str, comment: int) -> str:
    """Return the id of a comment on a post."""
    return f"{post}.c{comment}"


def place_of(community: str, item_id: str) -> Place | None:
    """Return where an item of a community stands; None if its id is none of ours."""
    found = PLACE.fullmatch(item_id.removeprefix(f"{community}."))
    if found is None or not item_id.startswith(f"{community}."):
        return None
    return Place(int(found[2]), bool(found[1]), int(found[3]) if found[3] else None)
