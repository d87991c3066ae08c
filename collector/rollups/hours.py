"""The statistics of hours, rebuilt by reading the items of those hours back.

A rebuilt cell is a recount of its items, never an increment: doing it twice, or after a crash,
gives the same. `all` is put together from the shares that its communities have in each hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

from collector.rollups.copies import likeness_of
from collector.rollups.hour_documents import write_hours
from collector.rollups.months import write_months
from collector.rollups.ranked_days import ranked_entries, write_ranked_days
from collector.rollups.repeated import counted_threads
from collector.rollups.subjects import HourShare, rebuild_subjects, share_hash, subject_shares
from shared.models import (
    ALL,
    Cell,
    Comment,
    CommunityHour,
    DayStats,
    Item,
    Post,
    ScopeHour,
)
from shared.stats.cell_threads import add_communities, with_threads
from shared.stats.cells import is_empty, methods_of, recount, scored
from shared.stats.hour_parts import batches_of, with_parts
from shared.stats.listed import pack_comment, pack_post
from shared.stats.subjects import subject_scope
from shared.store import COMMENTS, DAYS, HOURS_OF_ALL, POSTS, Container, Key, Store
from shared.store.scan import items_between, nearby
from shared.times import day_of, hour_of, next_hour

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item

# Names of communities that a day of all lists, of about 15 bytes each.
MAX_NAMES = 2000

Shares = dict[str, dict[str, HourShare]]
"""The share of each community in each hour: community, hour, share."""


async def rebuild_cells(store: Store, community: str, hours: Iterable[str]) -> dict[str, HourShare]:
    """Recount these hours of a community, write its days, and return its shares.

    They are those of `all` and of the subjects that its items mention.
    """
    shares = await read_shares(store, community, hours)
    await write_days(
        store,
        community,
        {hour: each.share["cell"] for hour, each in shares.items()},
        mention_methods={hour: _mention_methods([each.share]) for hour, each in shares.items()},
    )
    return shares


async def read_shares(store: Store, community: str, hours: Iterable[str]) -> dict[str, HourShare]:
    """Recount these hours of a community, and return its shares without writing its days."""
    shares: dict[str, HourShare] = {}
    for near in nearby(sorted(hours)):
        posts = _by_hour(await _items(store, POSTS, community, near[0], near[-1]))
        comments = _by_hour(await _items(store, COMMENTS, community, near[0], near[-1]))
        for hour in near:
            shares[hour] = share_of(posts.get(hour, []), comments.get(hour, []))
    return shares


async def rebuild_all(store: Store, shares: Shares, *, is_sure: bool = True) -> None:
    """Put these shares into the statistics of subjects, and into the hours and days of `all`.

    The hours of `all` are written last but for its days: they say which shares of subjects are
    written. is_sure is False where a writer was killed before it wrote them, and the items may have
    changed since. Hours in parts are put together a few at a time, which bounds the memory.
    """
    by_hour: dict[str, dict[str, HourShare]] = defaultdict(dict)
    for community, hours in shares.items():
        for hour, share in hours.items():
            by_hour[hour][community] = share
    keys = [(ALL, hour) for hour in by_hour]
    firsts = await store.read_many(HOURS_OF_ALL, keys)
    for some in batches_of(firsts, keys):
        known = {key: firsts[key] for key in some if key in firsts}
        stored = await with_parts(store, HOURS_OF_ALL, known)
        of_some = {hour: by_hour[hour] for _, hour in some}
        await _rebuild_hours(store, of_some, stored, is_sure=is_sure)


async def _rebuild_hours(
    store: Store,
    by_hour: Mapping[str, Mapping[str, HourShare]],
    stored: Mapping[Key, ScopeHour],
    *,
    is_sure: bool,
) -> None:
    known_hours = {hour: known for (_, hour), known in stored.items()}
    await rebuild_subjects(store, by_hour, known_hours, is_sure=is_sure)
    await write_ranked_days(store, {ALL: _ranked(by_hour)})
    documents: list[ScopeHour] = []
    for hour, changed in by_hour.items():
        known = stored.get((ALL, hour))
        fresh = {name: each.share for name, each in changed.items()}
        merged = {**(known["shares"] if known else {}), **fresh}
        kept = {name: share for name, share in merged.items() if not is_empty(share["cell"])}
        documents.append(ScopeHour(id=hour, scope=ALL, shares=kept))
    await write_hours(store, HOURS_OF_ALL, stored, {(ALL, each["id"]): each for each in documents})
    await write_days(
        store,
        ALL,
        {d["id"]: add_communities(_cells(d["shares"])) for d in documents},
        {d["id"]: set(d["shares"]) for d in documents},
        {d["id"]: _mention_methods(d["shares"].values()) for d in documents},
    )


def share_of(posts: Sequence[Post], comments: Sequence[Comment]) -> HourShare:
    """Recount one hour of a community from its items."""
    items: list[Post | Comment] = [*posts, *comments]
    threads = counted_threads(items)
    subjects = subject_shares(zip(items, threads, strict=True))
    ranked = ranked_entries(items)
    counted = zip(threads, map(scored, items), strict=True)
    share = _community_hour(posts, comments, with_threads(recount(posts, comments), counted))
    if subjects:
        share["subjects"] = {
            subject: share_hash(each, ranked[subject_scope(subject)])
            for subject, each in subjects.items()
        }
    scorers = {method for each in subjects.values() for method in methods_of(each["cell"])}
    if only_of_mentions := scorers - methods_of(share["cell"]).keys():
        share["mention_methods"] = sorted(only_of_mentions)
    return HourShare(share, subjects, ranked)


def _ranked(
    shares: Mapping[str, Mapping[str, HourShare]],
) -> dict[str, dict[str, list[str]]]:
    """Return the entries of all by hour and community."""
    return {
        hour: {name: each.ranked.get(ALL, []) for name, each in by_name.items()}
        for hour, by_name in shares.items()
    }


def _cells(shares: Mapping[str, CommunityHour]) -> dict[str, Cell]:
    return {name: share["cell"] for name, share in shares.items()}


def _mention_methods(shares: Iterable[CommunityHour]) -> list[str]:
    return sorted({method for share in shares for method in share.get("mention_methods", ())})


def _community_hour(
    posts: Sequence[Post], comments: Sequence[Comment], cell: Cell
) -> CommunityHour:
    newest_first = sorted(posts, key=lambda post: post["order_key"], reverse=True)
    listed = sorted(comments, key=lambda comment: comment["order_key"], reverse=True)
    return CommunityHour(
        cell=cell,
        posts=[pack_post(post) for post in newest_first],
        comments=[pack_comment(each) for each in listed],
        texts={
            post["order_key"]: likeness for post in newest_first if (likeness := likeness_of(post))
        },
    )


async def _items(
    store: Store, container: Container[I], community: str, first: str, last: str
) -> list[I]:
    return [
        item async for item in items_between(store, container, community, first, next_hour(last))
    ]


def _by_hour(items: Iterable[I]) -> dict[str, list[I]]:
    found: dict[str, list[I]] = defaultdict(list)
    for item in items:
        found[hour_of(cast("Item", item)["order_key"])].append(item)
    return found


async def write_days(
    store: Store,
    scope: str,
    cells: Mapping[str, Cell],
    names: Mapping[str, set[str]] | None = None,
    mention_methods: Mapping[str, list[str]] | None = None,
) -> None:
    """Put these hours' cells into the days and months of a scope, or into days of `all`.

    names are the communities that count in each hour of `all`, and mention_methods the methods by
    which mentions count in an hour, but none of the items of their community.
    """
    days: dict[str, dict[str, Cell]] = defaultdict(dict)
    for hour in sorted(cells):
        days[day_of(hour)][hour[-2:]] = cells[hour]
    stored = await store.read_many(DAYS, ((scope, day) for day in days))
    documents: list[DayStats] = []
    for day, changed in days.items():
        known = stored.get((scope, day))
        merged = {**(known["hours"] if known else {}), **changed}
        kept = {hour: merged[hour] for hour in sorted(merged) if not is_empty(merged[hour])}
        document = DayStats(id=day, scope=scope, hours=kept)
        # A day that was stored before days named their communities goes on without.
        if known is not None and "has_many_names" in known:
            document["has_many_names"] = True
        elif names is not None and (known is None or "names" in known):
            named = {name for hour in changed for name in names[f"{day}T{hour}"]}
            listed = sorted(named.union(known["names"] if known else ()))
            if len(listed) > MAX_NAMES:
                document["has_many_names"] = True
            else:
                document["names"] = listed
        by_mentions = dict(known.get("mention_methods", {})) if known else {}
        if mention_methods is not None:
            by_mentions.update((hour, mention_methods[f"{day}T{hour}"]) for hour in changed)
        if by_mentions := {hour: some for hour, some in sorted(by_mentions.items()) if some}:
            document["mention_methods"] = by_mentions
        documents.append(document)
    await store.upsert(DAYS, documents)
    if scope != ALL:
        await write_months(store, scope, documents)
