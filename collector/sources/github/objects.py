"""Translates GitHub's JSON objects, issues, discussions and comments, into items.

REST and GraphQL are read by the same models: our queries give GraphQL's fields the names of REST.
An object without its number and its time is left out; an invalid value of any other field becomes
the field's default. https://docs.github.com/en/rest/issues
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from collector.sources.base import Seen, SeenComment, SeenPost
from collector.sources.github.names import Repository, comment_id, post_id
from shared.tidy import tidy
from shared.times import EARLIEST, LATEST

GITHUB = "https://github.com"
MAX_COUNT = 2**31 - 1
MAX_FLAIR = 200
WHOLE_NUMBER = re.compile(r"[0-9]{1,16}")
OWN_ADDRESS = re.compile(r"https://github\.com/[^\s\\]*", re.IGNORECASE)
THREAD = re.compile(r"/(issues|pull|discussions)/([1-9][0-9]{0,14})(?![0-9])")
COMMENT = re.compile(r"#issuecomment-([1-9][0-9]{0,15})$")
# The account that GitHub shows in place of one that was deleted.
GHOST = "ghost"
# Reasons for which a moderator hides a comment because it shouldn't be read. The others (outdated,
# resolved, duplicate) say nothing against its words.
HIDDEN_FOR = frozenset({"spam", "abuse", "off-topic", "low-quality"})
# Laughing, confused and watching are no verdict.
APPROVING = ("+1", "heart", "hooray", "rocket")
GRAPHQL_NAMES = {
    "THUMBS_UP": "+1",
    "THUMBS_DOWN": "-1",
    "HEART": "heart",
    "HOORAY": "hooray",
    "ROCKET": "rocket",
}


def moment_of(value: object) -> datetime | None:
    """Return a time as GitHub writes it; None for anything else."""
    if not isinstance(value, str) or len(value) > len("2026-11-25T10:00:00.000000+00:00"):
        return None
    try:
        moment = datetime.fromisoformat(value)
        is_possible = EARLIEST <= moment < LATEST
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if is_possible else None


def _time(value: object) -> float:
    moment = moment_of(value)
    if moment is None:
        raise ValueError("no time")
    return moment.timestamp()


def _optional_time(value: object) -> float | None:
    moment = moment_of(value)
    return moment.timestamp() if moment else None


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""


def _author(value: object) -> str | None:
    login = _text(value.get("login")).strip() if isinstance(value, dict) else ""
    if not isinstance(value, dict) or not login or login.lower() == GHOST:
        return None
    # GraphQL names an app without what REST adds, which lacks it for some of GitHub's own.
    is_app = "Bot" in (value.get("__typename"), value.get("type"))
    return f"{login}[bot]" if is_app and not login.endswith("[bot]") else login


def _number(value: object) -> object:
    is_text = isinstance(value, str) and WHOLE_NUMBER.fullmatch(value)
    return int(str(value)) if is_text else value


def _count(value: object) -> int | None:
    if isinstance(value, dict):
        value = value.get("totalCount")
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
    return value if is_count and isinstance(value, int) else None


def _score(value: object) -> int | None:
    """Return approving reactions less disapproving ones; None where GitHub doesn't tell them."""
    if isinstance(value, list):
        value = {
            GRAPHQL_NAMES.get(str(group.get("content")), ""): _count(group.get("reactors"))
            for group in value
            if isinstance(group, dict)
        }
    counts = {name: _count(each) for name, each in mapping_of(value).items()}
    if counts.get("+1") is None:
        return None
    return sum(counts.get(name) or 0 for name in APPROVING) - (counts.get("-1") or 0)


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return an object of JSON; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def nodes_of(value: object) -> Sequence[object]:
    """Return the objects of a list, or those of a connection of GraphQL."""
    nodes = value.get("nodes") if isinstance(value, dict) else value
    return nodes if isinstance(nodes, list) else []


def _labels(value: object) -> str | None:
    names = [_text(mapping_of(label).get("name") or label).strip() for label in nodes_of(value)]
    flair = ""
    for name in filter(None, names):
        longer = f"{flair}, {name}" if flair else name
        if len(longer) > MAX_FLAIR:
            break
        flair = longer
    return flair or None


def _name(value: object) -> str | None:
    return _text(mapping_of(value).get("name")).strip()[:MAX_FLAIR] or None


def _is_pull_request(value: object) -> bool:
    """Return whether an issue is a pull request: until 2013 plain issues had the field, empty."""
    return any(value.values()) if isinstance(value, dict) else bool(value)


def _is_hidden(value: object) -> bool:
    reason = mapping_of(value).get("reason") if isinstance(value, dict) else value
    return _text(reason).strip().lower().replace("_", "-") in HIDDEN_FOR


def comment_number(value: object) -> int | None:
    """Return the number of an issue's comment.

    Newer ones don't fit into GraphQL's whole numbers, and stand in the comment's address alone.
    """
    number = mapping_of(value).get("id")
    if isinstance(number, int):
        return number
    found = COMMENT.search(_text(mapping_of(value).get("html_url")))
    return int(found[1]) if found else None


Number = Annotated[int, Field(strict=True, ge=1, le=10**15), BeforeValidator(_number)]
Time = Annotated[float, BeforeValidator(_time)]
OptionalTime = Annotated[float | None, BeforeValidator(_optional_time)]
Text = Annotated[str, BeforeValidator(_text)]
Author = Annotated[str | None, BeforeValidator(_author)]
Count = Annotated[int | None, BeforeValidator(_count)]
Score = Annotated[int | None, BeforeValidator(_score)]


class Written(BaseModel):
    """The fields that issues, discussions and comments share. edited_at is GraphQL's alone."""

    created_at: Time
    updated_at: OptionalTime = None
    edited_at: OptionalTime = None
    user: Author = None
    body: Text = ""
    html_url: Text = ""

    def permalink(self, short: str) -> str:
        """Return its address, which may only lead to GitHub's own pages."""
        return self.html_url if OWN_ADDRESS.fullmatch(self.html_url) else f"{GITHUB}/{short}"


class Thread(Written):
    """The fields that issues and discussions share."""

    number: Number
    title: Text = ""
    comments: Count = None

    def post(
        self, post_id: str, address: str, *, upvotes: int | None, flair: str | None
    ) -> SeenPost:
        """Return it as a post. REST doesn't say whether the author edited it."""
        return SeenPost(
            id=post_id,
            author=self.user,
            title=self.title,
            content=self.body,
            url=address,
            permalink=address,
            created_utc=self.created_at,
            upvotes=upvotes,
            upvote_ratio=None,
            comment_count=self.comments,
            flair=flair,
            deleted=False,
            edited=self.edited_at is not None,
        )


class Issue(Thread):
    """An issue, or a pull request, which GitHub lists as one."""

    id: object = None
    reactions: Score = None
    labels: Annotated[str | None, BeforeValidator(_labels)] = None
    pull_request: Annotated[bool, BeforeValidator(_is_pull_request)] = False

    @property
    def is_pull_request(self) -> bool:
        """Return whether it is a pull request."""
        return self.pull_request or "/pull/" in self.html_url

    def seen(self, repository: Repository) -> SeenPost:
        """Return the post."""
        return self.post(
            post_id(repository.community, self.number),
            self.permalink(f"{repository.full_name}/issues/{self.number}"),
            upvotes=self.reactions,
            flair=self.labels,
        )


class IssueComment(Written):
    """A comment on an issue or on a pull request."""

    id: Number
    issue_url: Text = ""
    reactions: Score = None
    minimized: Annotated[bool, BeforeValidator(_is_hidden)] = False

    @property
    def thread(self) -> tuple[str, int] | None:
        """Return the kind and the number of what it stands under: issues or pull."""
        found = THREAD.search(self.html_url) or THREAD.search(self.issue_url)
        return (found[1], int(found[2])) if found else None

    def seen(self, repository: Repository, number: int) -> SeenComment:
        """Return the comment on an issue. Only an edit moves a comment's updated_at."""
        post = post_id(repository.community, number)
        short = f"{repository.full_name}/issues/{number}#issuecomment-{self.id}"
        return SeenComment(
            id=comment_id(post, self.id),
            post_id=post,
            parent_id=post,
            author=self.user,
            content=self.body,
            permalink=self.permalink(short),
            created_utc=self.created_at,
            upvotes=self.reactions,
            deleted=self.minimized,
            edited=(self.edited_at or self.updated_at or 0.0) > self.created_at,
        )


class Discussion(Thread):
    """A discussion, as GraphQL gives it."""

    upvotes: Count = None
    category: Annotated[str | None, BeforeValidator(_name)] = None

    def seen(self, repository: Repository) -> SeenPost:
        """Return the post."""
        return self.post(
            post_id(repository.community, self.number, is_discussion=True),
            self.permalink(f"{repository.full_name}/discussions/{self.number}"),
            upvotes=self.upvotes,
            flair=self.category,
        )


class DiscussionComment(Written):
    """A comment of a discussion, or a reply to one."""

    id: Number
    upvotes: Count = None
    deleted_at: OptionalTime = None
    minimized: Annotated[bool, BeforeValidator(_is_hidden)] = False

    def seen(self, repository: Repository, number: int, parent: int | None) -> SeenComment:
        """Return the comment; parent is the comment that it replies to."""
        post = post_id(repository.community, number, is_discussion=True)
        short = f"{repository.full_name}/discussions/{number}#discussioncomment-{self.id}"
        return SeenComment(
            id=comment_id(post, self.id),
            post_id=post,
            parent_id=post if parent is None else comment_id(post, parent),
            author=self.user,
            content=self.body,
            permalink=self.permalink(short),
            created_utc=self.created_at,
            upvotes=self.upvotes,
            deleted=self.minimized or self.deleted_at is not None,
            edited=self.edited_at is not None,
        )


M = TypeVar("M", bound=Written)
LeaveOut = Callable[[str, object], None]
"""Counts an object that can't be stored, by the reason and what it is known by."""


def read(model: type[M], value: object, leave_out: LeaveOut) -> M | None:
    """Return an object, or None if it can't be stored, after counting it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fields = dict.fromkeys(str(each["loc"][0]) for each in error.errors() if each["loc"])
        known = mapping_of(value)
        name = known.get("id") or known.get("number")
        reason = f"no usable {', '.join(fields)}" if fields else "no object"
        leave_out(reason, (model.__name__, str(name)))
        return None


def discussion_items(value: object, repository: Repository, leave_out: LeaveOut) -> Iterator[Seen]:
    """Yield a discussion with those of its comments and replies that GraphQL gave."""
    discussion = read(Discussion, value, leave_out)
    if discussion is None:
        return
    yield discussion.seen(repository)
    for each in nodes_of(mapping_of(value).get("comments")):
        comment = read(DiscussionComment, each, leave_out)
        if comment is None:
            continue
        yield comment.seen(repository, discussion.number, None)
        for answer in nodes_of(mapping_of(each).get("replies")):
            reply = read(DiscussionComment, answer, leave_out)
            if reply is not None:
                yield reply.seen(repository, discussion.number, comment.id)
