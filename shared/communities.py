"""The ids of communities, and the sources that they belong to.

A Reddit community's id is its bare name; those of other sources begin with a prefix and a dot.
"""

import re
from typing import Literal, get_args

Kind = Literal["post", "comment"]
SourceName = Literal["reddit", "push"]
SOURCES: tuple[SourceName, ...] = get_args(SourceName)

REDDIT: SourceName = "reddit"
# A community of the source named by its key has an id that begins so.
PREFIXES: dict[str, SourceName] = {"push.": "push"}
# Reddit's own rule for names. A dot is allowed for the oldest one (reddit.com).
SUBREDDIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{1,20}")
# Safe in a path, in a file's name and as a partition key.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def source_of(community: str) -> SourceName:
    """Return the source that a community belongs to."""
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
