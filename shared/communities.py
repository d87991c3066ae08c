"""The ids of communities, and the sources that they belong to.

A Reddit community's id is its bare name; those of other sources begin with a prefix and a dot.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

Kind = Literal["post", "comment"]
SourceName = Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)

REDDIT: SourceName = "reddit"
# A community of the source named by its key has an id that begins so.
PREFIXES: Mapping[str, SourceName] = {
    "hn.": "hackernews",
    "forum.": "discourse",
    "github.": "github",
    "push.": "push",
}
# One item may show in several communities of such a source. It is stored in the first alone, so a
# comment may be stored in another community than its post.
SHARING: frozenset[SourceName] = frozenset({"hackernews"})
# Reddit's own rule for names. A dot is allowed for the oldest one (reddit.com).
SUBREDDIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{1,20}")
# Safe in a path, in a file's name and as a partition key.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# An owner's name has no dot, a repository's may have some. GitHub reads both in any case.
REPOSITORY = re.compile(r"[a-z0-9][a-z0-9-]{0,38}\.[a-z0-9._-]{0,99}[a-z0-9_-]")


def source_of(community: str) -> SourceName:
    """Return the source that a community belongs to by its id."""
    for prefix, source in PREFIXES.items():
        if community.startswith(prefix):
            return source
    return REDDIT


def name_in_source(community: str) -> str:
    """Return a community's name without the prefix of its source."""
    for prefix in PREFIXES:
        if community.startswith(prefix):
            return community.removeprefix(prefix)
    return community


def community_name(community: str) -> str:
    """Return what people call a community: a subreddit r/NAME, any other by its id."""
    return f"r/{community}" if source_of(community) == REDDIT else community


def sharing_with(community: str, watched: Iterable[str]) -> list[str]:
    """Return the other communities that may hold items of this one."""
    source = source_of(community)
    others = (each for each in watched if each != community and source_of(each) == source)
    return list(others) if source in SHARING else []


def is_prefixed_id(community: str) -> bool:
    """Return whether this is an id of a community of another source than Reddit."""
    source = source_of(community)
    pattern = REPOSITORY if source == "github" else NAME
    return source != REDDIT and bool(pattern.fullmatch(name_in_source(community)))
