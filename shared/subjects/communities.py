"""The communities of the watchlist: checked before they are stored, as those of the settings."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from shared.communities import REDDIT, SUBREDDIT, is_prefixed_id, name_in_source, source_of
from shared.models import ALL, WatchedCommunity, Watchlist
from shared.setting_values import NO_SUBREDDITS
from shared.settings import Settings
from shared.subjects.refusals import Refusal, quoted

# Each costs a cycle at least a request.
MAX_COMMUNITIES = 1000
MAX_QUERY_CHARS = 200
MAX_ADDRESS_CHARS = 300

TAKES_COMMUNITY = (
    "a subreddit's name, hn.NAME, forum.NAME, github.OWNER.REPOSITORY or push.NAME, in small"
    " letters but for a subreddit"
)
TAKES_QUERY = f"words to look for, of at most {MAX_QUERY_CHARS} characters, for hn.NAME alone"
TAKES_ADDRESS = "the forum's https://… address, for forum.NAME alone"
TO_CONFIGURE_REDDIT = (
    "set REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET, or ARCTIC_SHIFT=poll, to read subreddits"
)
_WORD = re.compile(r"[^\W_]+")


def effective_communities(settings: Settings, watchlist: Watchlist) -> list[WatchedCommunity]:
    """Return the communities that are collected: the watchlist's, or else the settings'."""
    if watchlist["communities"] is not None:
        return watchlist["communities"]
    found: list[WatchedCommunity] = []
    for community in settings.configured:
        watched, name = WatchedCommunity(id=community), name_in_source(community)
        if source_of(community) == "hackernews" and name in settings.hn_queries:
            watched["query"] = settings.hn_queries[name]
        if source_of(community) == "discourse" and name in settings.forums:
            watched["address"] = settings.forums[name]
        found.append(watched)
    return found


def known_homes(settings: Settings, *watchlists: Watchlist) -> list[str]:
    """Return the ids that may be homes by these watchlists: those they have, and communities."""
    stored = [
        home for each in watchlists for subject in each["subjects"] for home in subject["home"]
    ]
    return list(dict.fromkeys([*stored, *settings.watched]))


def as_known(ids: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return ids, each once, in a case that is known: subreddits are the same in any."""
    names = {each.lower(): each for each in known}
    return list(
        dict.fromkeys(each if each in known else names.get(each.lower(), each) for each in ids)
    )


def community_refusals(
    communities: Sequence[WatchedCommunity], known: Sequence[WatchedCommunity], settings: Settings
) -> Iterator[Refusal]:
    """Yield what is wrong with communities to collect; those that are known already are right."""
    if not communities:
        yield Refusal((), "no community would be collected", "at least one community")
    if len(communities) > MAX_COMMUNITIES:
        problem = f"there would be {len(communities)} communities"
        yield Refusal((), problem, f"at most {MAX_COMMUNITIES}")
    seen: set[str] = set()
    for number, community in enumerate(communities):
        if community["id"].lower() in seen:
            problem = f"{quoted(community['id'])} stands twice"
            yield Refusal((number, "id"), problem, "each community once")
        seen.add(community["id"].lower())
        if community not in known:
            is_new = all(each["id"] != community["id"] for each in known)
            for refusal in community_problems(community, settings, is_new=is_new):
                yield refusal.below(number)


def community_problems(
    community: WatchedCommunity, settings: Settings, *, is_new: bool
) -> Iterator[Refusal]:
    """Yield what is wrong with one community."""
    own = community["id"]
    source = source_of(own)
    is_name = SUBREDDIT.fullmatch(own) and own.lower() not in {ALL, NO_SUBREDDITS}
    looks_prefixed = source_of(own.lower()) != REDDIT
    if not (is_prefixed_id(own) if source != REDDIT else is_name and not looks_prefixed):
        yield Refusal(("id",), f"{quoted(own)} is not an id of a community", TAKES_COMMUNITY)
        return
    if source == REDDIT and is_new and not settings.reads_reddit:
        yield Refusal(
            ("id",),
            f"{quoted(own)} is a subreddit, and Reddit isn't configured: {TO_CONFIGURE_REDDIT}",
            "a community of another source, until then",
        )
    yield from _query(community, source == "hackernews")
    yield from _address(community, settings, is_forum=source == "discourse")


def _query(community: WatchedCommunity, is_query: bool) -> Iterator[Refusal]:
    query = community.get("query")
    if query is None:
        return
    if not is_query:
        problem = f"{quoted(community['id'])} takes no query"
        yield Refusal(("query",), problem, TAKES_QUERY)
    elif len(query) > MAX_QUERY_CHARS or not _WORD.search(query) or not query.isprintable():
        yield Refusal(("query",), f"{quoted(query)} can't be looked for", TAKES_QUERY)


def _address(
    community: WatchedCommunity, settings: Settings, *, is_forum: bool
) -> Iterator[Refusal]:
    own, address = community["id"], community.get("address")
    if address is None:
        if is_forum and name_in_source(own) not in settings.addresses_of_forums:
            yield Refusal(("address",), f"{quoted(own)} needs an address", TAKES_ADDRESS)
    elif not is_forum:
        yield Refusal(("address",), f"{quoted(own)} takes no address", TAKES_ADDRESS)
    elif not _is_https(address):
        yield Refusal(("address",), "this isn't a https address", TAKES_ADDRESS)


def _is_https(address: str) -> bool:
    """Return whether an address is https, names a host, and holds no user or password."""
    if len(address) > MAX_ADDRESS_CHARS or not address.isascii() or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or "@" in address or "\\" in address)
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and has_port
        and is_plain
        and (" " not in address)
    )
