"""A watchlist, and items that are about its subjects as the collector's rules say."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import fsum
from typing import Any

from collector.watchlist.mentions import MentionRules, rematched
from shared.models import Comment, Post, Role, Subject, Term, Watchlist
from shared.rematches import ended_rematch
from shared.store import REMATCH, WATCHLIST, Store
from shared.times import iso
from tests.api.world import COMPOUND, LABELS, NAMES, NOW, a_comment, a_post, keep


def a_subject(
    subject: str,
    *words: str,
    role: Role = "competitor",
    home: Sequence[str] = (),
    merged_from: Sequence[str] = (),
) -> Subject:
    return Subject(
        id=subject,
        name=subject.title(),
        role=role,
        terms=[
            Term(text=word, exact=False, prefix=False, needs_context=False)
            for word in words or (subject,)
        ],
        exclude=[],
        context=[],
        home=list(home),
        merged_from=list(merged_from),
    )


SUBJECTS = (
    a_subject("robots", role="topic"),
    a_subject("lantern", role="own", home=["aws"]),
    a_subject("kiro", merged_from=["codewhisperer"]),
    a_subject("zed", role="competitor"),
)


async def watch(
    store: Store, subjects: Iterable[Subject] = SUBJECTS, *, matched: bool = True, revision: int = 1
) -> None:
    """Store a watchlist, whose rules all stored items are matched with unless not `matched`."""
    watchlist = Watchlist(
        id="watchlist",
        kind="watchlist",
        ttl=-1,
        revision=revision,
        changed_at="2026-11-01T00:00:00Z",
        change="made for a test",
        subjects=list(subjects),
        communities=None,
    )
    await store.upsert(WATCHLIST, [watchlist])
    if matched:
        await store.upsert(REMATCH, [ended_rematch(revision, NOW)])


async def keep_matched(
    store: Store,
    posts: Iterable[Post] = (),
    comments: Iterable[Comment] = (),
    *,
    subjects: Sequence[Subject] = SUBJECTS,
    names: Sequence[str] = NAMES,
    judge: Callable[[int, Any], Any] = lambda _number, item: item,
) -> list[Any]:
    """Store items with the mentions that the collector's rules give them, and return them.

    judge may change each of them, by its number, before it is stored.
    """
    listed, said = list(posts), list(comments)
    watchlist: Any = {"subjects": list(subjects)}
    changed = await rematched(store, MentionRules.of(watchlist, names), listed, said)
    new = {(item["kind"], item["id"]): item for part in changed for item in part}
    matched = (new.get((item["kind"], item["id"]), item) for item in (*listed, *said))
    items = [judge(number, item) for number, item in enumerate(matched)]
    await keep(
        store,
        [item for item in items if item["kind"] == "post"],  # type: ignore[misc]
        [item for item in items if item["kind"] == "comment"],  # type: ignore[misc]
    )
    return items


def own_labels(number: int, item: Any) -> Any:
    """Return an item as the encoder scores it: each subject that it names has a label in turn.

    One of five of these isn't scored yet.
    """
    by = {"method": "encoder", "version": "1"}
    mentions = []
    for place, mention in enumerate(item.get("mentions", ())):
        label = LABELS[(number + place) % len(LABELS)]
        own = {"label": label, "compound": COMPOUND[label], "deciding": [label], **by}
        is_scored = mention["via"] == "text" and (number + place) % 5
        mentions.append({**mention, "sentiment": own} if is_scored else mention)
    scored = {**item, "sentiment": {**item["sentiment"], **by}}
    return {**scored, "mentions": mentions} if mentions else scored


def talk(
    count: int = 120, *, newest: datetime = NOW, step: timedelta = timedelta(minutes=25)
) -> Any:
    """Return posts and comments that name subjects, or don't, each a step older than the last."""
    chance = random.Random(17)
    texts = ("Lantern is fine", "I left kiro", "zed or Lantern", "robots", "nothing at all", "hm")
    posts, comments = [], []
    for n in range(count):
        created, name = newest - n * step, NAMES[chance.randrange(len(NAMES))]
        label, text = LABELS[chance.randrange(len(LABELS))], chance.choice(texts)
        upvotes = chance.choice([None, 3, 3, 7, n])
        if n % 3 == 0:
            posts.append(a_post(n, created, name, label, content=text, upvotes=upvotes))
            continue
        thread = posts[chance.randrange(len(posts))]
        more = {"content": text, "upvotes": upvotes, "post_id": thread["id"]}
        comment: Any = {**a_comment(n, created, thread["community"], label), **more}
        comments.append({**comment, "parent_id": thread["id"]})
    return posts, comments


def mentioning(items: Iterable[Any], subject: str, **wanted: Any) -> list[Any]:
    """Return those of the items that mention a subject, newest first.

    Their sentiment is that by which the mention counts. wanted are hours and via, community, label
    and kind.
    """
    hours = wanted.get("hours", 24)
    first = iso(NOW.replace(minute=0, second=0) - timedelta(hours=hours - 1))
    counted = (
        ({**item, "sentiment": mention.get("sentiment", item["sentiment"])}, mention)
        for item in items
        for mention in item.get("mentions", ())
    )
    found = [
        item
        for item, mention in counted
        if mention["subject"] == subject
        and item["created_utc"] >= first
        and wanted.get("via") in {None, mention["via"]}
        and wanted.get("community") in {None, item["community"]}
        and wanted.get("label") in {None, item["sentiment"]["label"]}
        and wanted.get("kind") in {None, item["kind"]}
    ]
    return sorted(found, key=lambda item: item["order_key"], reverse=True)


def ids(items: Iterable[Any]) -> list[str]:
    """Return the ids of items."""
    return [item["id"] for item in items]


def counts(items: Sequence[Any]) -> dict[str, Any]:
    """Return what statistics count of items."""
    labels = [item["sentiment"]["label"] for item in items]
    compounds = [item["sentiment"]["compound"] for item in items]
    posts = sum(item["kind"] == "post" for item in items)
    return {
        "total": len(items),
        "posts": posts,
        "comments": len(items) - posts,
        **{label: labels.count(label) for label in LABELS},
        "avg_sentiment": round(fsum(compounds) / len(items), 4) if items else None,
    }
