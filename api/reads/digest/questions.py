"""Posts with a question or a problem that nobody has answered."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import cast

from api.deps import Deps
from api.reads.excerpts import in_one_line
from api.reads.explain.cited import beginning_of
from api.reads.mentions import MentionListing
from api.reads.orders import upvotes_of
from api.reads.scopes import Scope
from api.schema.digest import DigestQuestion, WorthAnAnswer
from shared.communities import Kind, sharing_with
from shared.kinds import Talk
from shared.models import Post, Subject
from shared.store import COMMENTS, Query, Store
from shared.times import Window, iso

ONLY_POSTS: tuple[Kind, ...] = ("post",)
TALK: tuple[Talk, ...] = ("question", "problem")
MAX_QUESTIONS = 5
# Subjects that are looked through where none is the installation's own.
MAX_OTHERS = 3
# Hours and posts that are read of all of these subjects together, one request unit or more each;
# and queries for the comments of posts, three request units each. Where communities share items, a
# post takes one for each of them.
MAX_HOURS_READ = 168
MAX_POSTS_READ = 40
MAX_QUERIES = 16


def subjects_to_answer(subjects: Sequence[Subject]) -> list[Subject]:
    """Return the own ones of a digest's subjects, or else its first."""
    own = [each for each in subjects if each["role"] == "own"]
    return own or list(subjects[:MAX_OTHERS])


async def read_questions(
    deps: Deps, subjects: Sequence[Subject], window: Window, ids: Sequence[str]
) -> WorthAnAnswer:
    """Return the unanswered posts of a window about these subjects, newest hours first.

    ids are those of all subjects that an answer names. Raises StoreError.
    """
    if not subjects:
        return WorthAnAnswer(subjects=[], since=None, items=[])
    posts, since = await _read_posts(deps, subjects, window)
    open_posts = [each for each in posts if _may_be_open(each)]
    open_posts.sort(key=lambda each: each["order_key"], reverse=True)
    open_posts.sort(key=upvotes_of, reverse=True)
    return WorthAnAnswer(
        subjects=[each["id"] for each in subjects],
        since=since,
        items=[_question(each, ids) for each in await _unanswered(deps, open_posts)],
    )


async def _read_posts(
    deps: Deps, subjects: Sequence[Subject], window: Window
) -> tuple[list[Post], str]:
    """Return the newest questions and problems of subjects, each once.

    Beside them is the time since which all of them were read. Raises StoreError.
    """
    store = await deps.watched_store()
    hours = max(1, MAX_HOURS_READ // len(subjects))
    start = max(window.start, window.end - timedelta(hours=hours) + timedelta(seconds=1))
    since = iso(start)
    found: dict[tuple[str, str], Post] = {}
    for subject in subjects:
        listing = MentionListing(
            store,
            Scope(subject=subject),
            Window(start, window.end),
            iso(window.end) + "~",
            deps.settings.watched,
            label=None,
            talk=TALK,
            kinds=ONLY_POSTS,
        )
        part = await listing.read(listing.end, max(1, MAX_POSTS_READ // len(subjects)))
        found.update(((each["community"], each["id"]), cast("Post", each)) for each in part.items)
        if part.below is not None:
            since = max(since, part.below.partition("_")[0])
    return list(found.values()), since


async def _unanswered(deps: Deps, posts: Iterable[Post]) -> list[Post]:
    """Return the first posts without a stored comment, passing over what takes too many queries.

    Raises StoreError.
    """
    store, left = await deps.watched_store(), MAX_QUERIES
    found: list[Post] = []
    for post in posts:
        own = post["community"]
        names = [own, *sharing_with(own, deps.settings.watched)]
        if len(found) == MAX_QUESTIONS:
            break
        if len(names) <= left:
            left -= len(names)
            if not await _has_comments(store, names, post):
                found.append(post)
    return found


def _may_be_open(post: Post) -> bool:
    is_answered = bool(post["comment_count"])
    return not is_answered and not post["deleted"] and "copy_of" not in post


async def _has_comments(store: Store, names: Iterable[str], post: Post) -> bool:
    """Return whether a comment of a post is stored; its source may not count them, or later."""
    for name in names:
        if await store.query(Query(COMMENTS, name, 1, equals={"post_id": post["id"]})):
            return True
    return False


def _question(post: Post, ids: Sequence[str]) -> DigestQuestion:
    said = {each["subject"] for each in post.get("mentions", ())}
    return DigestQuestion(
        kind="post",
        id=post["id"],
        post_id=post["id"],
        community=post["community"],
        title=in_one_line(post["title"]),
        text=beginning_of(post["content"]),
        created_utc=post["created_utc"],
        permalink=post["permalink"],
        upvotes=post["upvotes"],
        talk=[each for each in post.get("kinds", ()) if each in TALK],
        subjects=[each for each in ids if each in said],
    )
