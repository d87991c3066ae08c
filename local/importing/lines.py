"""Reads lines: objects of a dump of Reddit, or items in our own shape, as each line shows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collector.sources.base import Seen
from collector.sources.push.lines import seen_of
from collector.sources.reddit.objects import read_thing
from shared.communities import source_of
from shared.errors import SettingsError
from shared.pushed import PushedItem, read_item
from shared.settings import Settings

# A cross-post has other subreddits inside, so that all of them are looked at.
SUBREDDIT = re.compile(rb'"subreddit"\s*:\s*"([^"\\]*)"')
# What an archive notes of an object that was deleted after it was archived.
ARCHIVED = "_meta"


@dataclass(frozen=True)
class LeftOut:
    """Why a line is left out."""

    reason: str


@dataclass(frozen=True)
class Selection:
    """The communities to take: subreddits and pushed communities, by their names in lower case.

    own is the community of lines in our shape that name none. is_all says that nothing was chosen:
    then a line of another pushed community is left out with a reason, not skipped.
    """

    subreddits: Mapping[str, str]
    pushed: Mapping[str, str]
    own: str | None
    is_all: bool

    @property
    def names(self) -> list[str]:
        """Return everything that is taken."""
        return sorted((*self.subreddits.values(), *self.pushed.values(), self.own or ""))


def selection_of(settings: Settings, community: str | None, only: tuple[str, ...]) -> Selection:
    """Return what to take: what is watched, or the chosen ones. Raises SettingsError."""
    if community is not None and source_of(community) not in {"push", "reddit"}:
        raise SettingsError(f"--community takes push.NAME or a subreddit, not {community}")
    chosen = (*only, *([community] if community and not only else []))
    watched = {name.lower(): name for name in settings.watched}
    names = [watched.get(name.lower(), name) for name in chosen] or list(settings.watched)
    of = {name.lower(): name for name in names}
    return Selection(
        {key: name for key, name in of.items() if source_of(name) == "reddit"},
        {key: name for key, name in of.items() if source_of(name) == "push"},
        community if community and source_of(community) == "push" else None,
        is_all=not chosen,
    )


def read_import(text: bytes, chosen: Selection) -> tuple[str, Seen] | LeftOut | None:
    """Return a line's community and item, or why it is left out; None if it isn't chosen."""
    if b'"subreddit"' in text:
        return _dumped(text, chosen)
    item = read_item(text)
    if not isinstance(item, PushedItem):
        return LeftOut(item) if item else None
    community = item.community or chosen.own
    if community is None:
        return LeftOut("no community: give --community")
    if (name := chosen.pushed.get(community.lower())) is not None:
        return name, seen_of(item, name)
    return _not_chosen(community) if chosen.is_all else None


def _not_chosen(community: str) -> LeftOut:
    if source_of(community) != "push":
        return LeftOut("of a community that takes no pushed items: its id begins with push.")
    return LeftOut("of a community that isn't watched: add it to COMMUNITIES")


def _dumped(text: bytes, chosen: Selection) -> tuple[str, Seen] | LeftOut | None:
    names = {found[1].lower().decode(errors="replace") for found in SUBREDDIT.finditer(text)}
    if names and not names & chosen.subreddits.keys():
        # Most lines of a dump end here, without their JSON being read.
        return None
    data = _data_of(text)
    if isinstance(data, LeftOut):
        return data
    name = chosen.subreddits.get(str(data["subreddit"]).lower())
    if name is None:
        return None
    kind = "t1" if "link_id" in data or "body" in data else "t3"
    item = read_thing({"kind": kind, "data": data})
    if isinstance(item, str):
        return LeftOut(item)
    meta = data.get(ARCHIVED)
    if isinstance(meta, dict) and (meta.get("was_deleted_later") or meta.get("removal_type")):
        item = replace(item, deleted=True)
    return name, item


def _data_of(text: bytes) -> dict[str, Any] | LeftOut:
    """Return an object's fields, also where it is wrapped as in Reddit's answers."""
    try:
        thing: Any = json.loads(text)
    except (ValueError, RecursionError):
        return LeftOut("no JSON")
    is_wrapped = isinstance(thing, dict) and isinstance(thing.get("data"), dict)
    data = thing["data"] if is_wrapped else thing
    if not isinstance(data, dict) or not isinstance(data.get("subreddit"), str):
        return LeftOut("no submission or comment")
    return data
