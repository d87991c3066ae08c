"""A small world whose items name subjects: what is imported, edited, taken away and matched."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.ingest.importer import Chunk, Importer, Written
from collector.sentiment.base import Method, Score, Target
from collector.sources.base import Seen, SeenComment, SeenPost
from collector.watchlist.mentions import MentionRules, rematched
from shared.kinds import OTHER, TALK
from shared.models import Comment, Post, Subject
from shared.rematches import begin_matched
from shared.settings import Settings, load_settings
from shared.store import Store
from shared.subjects.watchlist import read_watchlist
from shared.text.form import MARKDOWN, Form
from shared.text.forms import FORMS
from tests.collector.crashing import opened, rematch_turn, rescorer
from tests.collector.harness import METHOD, check_statistics, stored_items
from tests.watchlists import a_subject, watch

NOW = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
# Two queries of Hacker News share their items; the others don't.
NAMES = ("hn.ai", "hn.tools", "push.desk", "forum.cursor")
TEXTS = (
    "I love Cursor, it does great work",
    "Bard is awful, I hate it",
    "Gemini is fine and so is Cursor",
    "It is on the table",
    "What a terrible, terrible day",
    "Je trouve que Bard est vraiment très bien et je le recommande à tous mes amis",
)
NOTHING = TEXTS[3]


def _near(targets: Sequence[Target]) -> list[Score]:
    """Return what the words around each target say."""
    return [
        METHOD.score(each.text[max(0, each.start - NEAR) : each.end + NEAR], each.form)
        for each in targets
    ]


def _with_kinds(text: str, form: Form = MARKDOWN) -> Score:
    """Return the score of a text, with kinds of talk by its letters."""
    score = METHOD.score(text, form)
    kinds = tuple(kind for kind in TALK if kind != OTHER and text.count(kind[0]) > MANY)
    return score._replace(kinds=(kinds or (OTHER,)) if score.language == "en" else None)


NEAR = 14
MANY = 2
TARGETS = Method("encoder", "1", _with_kinds, forms=FORMS, score_targets=_near)
"""A method that scores targets, and predicts kinds of talk."""

CURSOR = a_subject("cursor", home=["forum.cursor"])
GEMINI = a_subject("gemini", home=["hn.ai"])
BARD = a_subject("bard", home=["push.desk"])
MERGED = a_subject("gemini", "gemini", "bard", home=["hn.ai", "push.desk"], merged_from=["bard"])
WATCHLISTS: Sequence[Sequence[Subject]] = (
    [CURSOR, GEMINI, BARD],
    [CURSOR, GEMINI],
    [MERGED],
    [a_subject("cursor"), a_subject("day", "terrible day", home=["Forum.Cursor", "hn.tools"])],
    [],
)


async def watch_next(store: Store, subjects: Sequence[Subject]) -> None:
    """Store a watchlist of these subjects, as its next revision."""
    await watch(store, (await read_watchlist(store))["revision"] + 1, *subjects)


def settings_in(folder: Path) -> Settings:
    """Return settings that watch all communities, with a database in a folder."""
    return load_settings(
        {
            "SUBREDDITS": "none",
            "COMMUNITIES": ",".join(NAMES),
            "STORE": "sqlite",
            "SQLITE_PATH": str(folder / "world.db"),
        }
    )


def a_post(
    number: int, text: str, *, community: str = NAMES[0], hours: float = 1.0, **more: Any
) -> tuple[str, SeenPost]:
    """Return a post with its community, `hours` old; its title says nothing unless it is given."""
    fields: dict[str, Any] = {"title": "A title", "flair": None, "deleted": False, **more}
    return community, SeenPost(
        id=f"p{number}",
        author="ada",
        content=text,
        permalink=f"https://example.com/p{number}",
        created_utc=(NOW - timedelta(hours=hours)).timestamp(),
        upvotes=1,
        url=f"https://example.com/p{number}",
        upvote_ratio=None,
        comment_count=0,
        **fields,
    )


def a_comment(
    number: int,
    text: str,
    *,
    post: int,
    community: str = NAMES[0],
    hours: float = 0.5,
    **more: Any,
) -> tuple[str, SeenComment]:
    """Return a comment of a post, with its community."""
    fields: dict[str, Any] = {"author": "bob", "deleted": False, **more}
    return community, SeenComment(
        id=f"c{number}",
        content=text,
        permalink=f"https://example.com/c{number}",
        created_utc=(NOW - timedelta(hours=hours)).timestamp(),
        upvotes=1,
        post_id=f"p{post}",
        parent_id=f"p{post}",
        **fields,
    )


async def put(
    store: Any, settings: Settings, items: Iterable[tuple[str, Seen]], *, later: int = 0
) -> None:
    """Write items as an import does, `later` minutes after NOW."""
    by_name: dict[str, list[Seen]] = defaultdict(list)
    for name, seen in items:
        by_name[name].append(seen)

    async def chunks() -> AsyncIterator[Chunk]:
        async def written(_written: Written) -> None:
            pass

        yield Chunk(by_name, written)

    clock = lambda: NOW + timedelta(minutes=later)  # noqa: E731
    importer = Importer(store, METHOD, settings, clock=clock, let_go_seconds=0)
    await importer.run("a test", chunks())


async def all_items(store: Store) -> tuple[list[Post], list[Comment]]:
    """Return all stored items."""
    found = await stored_items(store, NAMES)
    posts: list[Any] = [item for key, item in found.items() if key.startswith("t3_")]
    comments: list[Any] = [item for key, item in found.items() if key.startswith("t1_")]
    return posts, comments


async def wrong_mentions(store: Store) -> tuple[list[Post], list[Comment]]:
    """Return the stored items whose mentions differ from what the whole watchlist says of them."""
    rules = MentionRules.of(await read_watchlist(store), NAMES)
    return await rematched(store, rules, *await all_items(store))


async def match_again(store: Any, settings: Settings, *, later: int = 0) -> None:
    """Match stored items by the current watchlist, turn by turn, `later` minutes after NOW."""
    now = NOW + timedelta(minutes=later)
    while await rematch_turn(store, settings, now=now, batch_items=5).run() is not None:
        pass


async def score_again(store: Any, settings: Settings, *, later: int = 0) -> None:
    """Score stored items and their mentions by TARGETS, `later` minutes after NOW."""
    now = NOW + timedelta(minutes=later)
    await replace(rescorer(store, settings, now=now, batch_items=5), method=TARGETS).run()


async def check(store: Store) -> None:
    """Assert that all mentions are right, and that all statistics are a recount of them."""
    assert await wrong_mentions(store) == ([], [])
    await check_statistics(store, NAMES)


async def mentions_of(store: Store) -> dict[str, list[str]]:
    """Return by the item's id what it mentions, as "VIA SUBJECT"."""
    posts, comments = await all_items(store)
    return {
        item["id"]: [f"{each['via']} {each['subject']}" for each in item.get("mentions", ())]
        for item in (*posts, *comments)
    }


@asynccontextmanager
async def a_world(folder: Path, subjects: Sequence[Subject]) -> AsyncIterator[Store]:
    """Open an empty database in a folder, with a watchlist."""
    async with opened(settings_in(folder)) as store:
        await watch_next(store, subjects)
        # As the first cycle does.
        await begin_matched(store, await read_watchlist(store), NOW)
        yield store
