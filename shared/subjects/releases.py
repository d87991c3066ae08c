"""Markers of releases: how a release becomes one, and which of them a person has changed."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.communities import name_in_source
from shared.models import Marker, ReleaseFeed, Subject
from shared.subjects.edits import clean_text
from shared.subjects.markers import MAX_LINK_CHARS, MAX_MARKER_CHARS, MAX_MARKERS, checked_link
from shared.times import iso

# The newest releases of a repository that become markers when it is first read.
MAX_OF_REPOSITORY = 20
# Half of all markers are left to people.
MAX_OF_FEED = MAX_MARKERS // 2
MAX_SLUG_CHARS = 23
DIGEST_CHARS = 12
PRE_RELEASE = " (pre-release)"
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Release:
    """A published release of a repository that is watched.

    number is GitHub's own, community the repository's. name is as its author wrote it, or its tag.
    """

    community: str
    number: int
    name: str
    published_at: datetime
    link: str
    is_pre_release: bool

    @property
    def marker_id(self) -> str:
        """Return the id of its marker, of at most 40 characters."""
        slug = _NOT_IN_IDS.sub("-", _repository(self.community)).strip("-")
        return f"{slug[:MAX_SLUG_CHARS].strip('-') or 'release'}-{self.number}"


@dataclass(frozen=True)
class Marked:
    """The markers with those of releases, what the feed knows of them, and the change in words."""

    markers: Sequence[Marker]
    feed: ReleaseFeed
    added: int
    changed: int
    removed: int
    change: str

    @property
    def is_changed(self) -> bool:
        """Return whether any marker is new, changed or gone."""
        return bool(self.added or self.changed or self.removed)


def no_feed() -> ReleaseFeed:
    """Return what is known before anything was read."""
    return ReleaseFeed(seen={}, written={})


def with_releases(
    markers: Sequence[Marker],
    feed: ReleaseFeed,
    releases: Iterable[Release],
    subjects: Sequence[Subject],
    *,
    oldest: datetime,
) -> Marked:
    """Return the markers with those of releases that were published since `oldest`.

    A release becomes a marker once: `feed["seen"]` has the time of the newest one of each
    repository that did. A marker that a person has changed, or made, stays as it is. A release
    whose marker was removed gets no other one. Markers that are older than `oldest`, or more than
    MAX_OF_FEED, go, the oldest first, unless a person has changed them.
    """
    found = [each for each in releases if each.published_at >= oldest]
    given = {each.marker_id: marker_of(each, subjects) for each in found}
    own = {each["id"]: each for each in markers if _is_untouched(each, feed)}
    taken = {each["id"] for each in markers}
    unseen = [each for each in found if _is_unseen(each, feed)]
    new = [each for each in _chosen(unseen) if each.marker_id not in taken]

    followed = {each: given.get(each, marker) for each, marker in own.items()}
    all_own = {**followed, **{each.marker_id: given[each.marker_id] for each in new}}
    room = min(MAX_OF_FEED, MAX_MARKERS - (len(markers) - len(own)))
    left = _newest(all_own, max(0, room), f"{oldest:%Y-%m-%d}")

    stays = {each["id"] for each in markers} - own.keys() | left.keys()
    kept = [left.get(each["id"], each) for each in markers if each["id"] in stays]
    added = [each for each in new if each.marker_id in left]
    changed = [each for each in own if each in left and left[each] != own[each]]
    seen = {
        **feed["seen"],
        **{each.community: iso(each.published_at) for each in sorted(unseen, key=_published)},
    }
    return Marked(
        markers=[*kept, *(left[each.marker_id] for each in added)],
        feed=ReleaseFeed(seen=seen, written={each: _digest(left[each]) for each in left}),
        added=len(added),
        changed=len(changed),
        removed=len(own) - sum(each in left for each in own),
        change=_in_words(
            added,
            [left[each]["name"] for each in changed],
            [own[each]["name"] for each in own if each not in left],
        ),
    )


def marker_of(release: Release, subjects: Sequence[Subject]) -> Marker:
    """Return the marker of a release; its subject is the one whose home its repository is."""
    subject = _subject_of(release.community, subjects)
    repository = _repository(release.community)
    name = clean_text(release.name) or f"release {release.number}"
    if subject is None:
        name = f"{full_name(release.community)} {name}"
    elif repository.lower() not in name.lower():
        name = f"{repository} {name}"
    end = PRE_RELEASE if release.is_pre_release else ""
    moment = release.published_at.astimezone(UTC)
    return Marker(
        id=release.marker_id,
        date=f"{moment:%Y-%m-%d}",
        time=f"{moment:%H:%M}",
        name=name[: MAX_MARKER_CHARS - len(end)].rstrip() + end,
        kind="release",
        subject=subject,
        link=_link(release.link),
    )


def full_name(community: str) -> str:
    """Return the name of a repository as GitHub writes it: owner/name."""
    return name_in_source(community).replace(".", "/", 1)


def _repository(community: str) -> str:
    return name_in_source(community).partition(".")[2]


def _subject_of(community: str, subjects: Sequence[Subject]) -> str | None:
    """Return the subject of a repository; None if it is that of none, or of several."""
    named = community.lower()
    found = [each["id"] for each in subjects if named in {home.lower() for home in each["home"]}]
    return found[0] if len(found) == 1 else None


def _link(address: str) -> str | None:
    try:
        return checked_link(address) if len(address) <= MAX_LINK_CHARS else None
    except ValueError:
        return None


def _is_unseen(release: Release, feed: ReleaseFeed) -> bool:
    return iso(release.published_at) > feed["seen"].get(release.community, "")


def _chosen(releases: Sequence[Release]) -> list[Release]:
    """Return the newest releases of each repository, at most MAX_OF_REPOSITORY.

    Pre-releases have the places that are left.
    """
    by_repository: dict[str, list[Release]] = {}
    for each in sorted(releases, key=_published, reverse=True):
        by_repository.setdefault(each.community, []).append(each)
    return [
        each
        for own in by_repository.values()
        for each in sorted(own, key=lambda one: one.is_pre_release)[:MAX_OF_REPOSITORY]
    ]


def _newest(markers: Mapping[str, Marker], room: int, oldest: str) -> dict[str, Marker]:
    """Return the newest markers, at most `room`, of the day `oldest` or later."""
    by_time = sorted(
        (each for each in markers.values() if each["date"] >= oldest),
        key=lambda each: (each["date"], each["time"] or "", each["id"]),
        reverse=True,
    )
    return {each["id"]: each for each in by_time[:room]}


def _is_untouched(marker: Marker, feed: ReleaseFeed) -> bool:
    return feed["written"].get(marker["id"]) == _digest(marker)


def _digest(marker: Marker) -> str:
    text = json.dumps(marker, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARS]


def _published(release: Release) -> datetime:
    return release.published_at


def _in_words(added: Sequence[Release], changed: Sequence[str], removed: Sequence[str]) -> str:
    """Return the change for the history, which names the repositories that markers came from."""
    repositories = ", ".join(sorted({full_name(each.community) for each in added}))
    parts = [
        f"{_counted(len(added))} added from the GitHub releases of {repositories}" if added else "",
        f"{_counted(len(changed))} changed as on GitHub: {changed[0]}" if changed else "",
        f"{_counted(len(removed))} of old GitHub releases removed" if removed else "",
    ]
    return "; ".join(each for each in parts if each)


def _counted(number: int) -> str:
    return f"{number} marker" if number == 1 else f"{number} markers"
