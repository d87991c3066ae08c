"""The registry of sources, and how the settings make each of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from collector.sources.base import ItemReference, Looked, Page, Source, SourceBase
from collector.sources.waiting import SourceWait, Wait
from shared.communities import REDDIT, SourceName, source_of
from shared.errors import SourceRefused
from shared.models import Watermark
from shared.settings import Settings

# Each source's library loads only where the source is used: PRAW alone takes 0.4 s.
# ruff: noqa: PLC0415


def _reddit(settings: Settings, wait: Wait) -> Source:
    from collector.sources.reddit.client import RedditSource

    return RedditSource(settings, wait=wait)


def _discourse(settings: Settings, wait: Wait) -> Source:
    from collector.sources.discourse.source import DiscourseSource

    return DiscourseSource(settings, wait=wait)


def _arctic_shift(settings: Settings, wait: Wait) -> Source:
    from collector.sources.arctic_shift.client import ArcticShiftSource

    return ArcticShiftSource(settings, wait=wait)


def _push(settings: Settings, wait: Wait) -> Source:
    from collector.sources.push.folder import FolderSource

    return FolderSource(settings, wait=wait)


def _hackernews(settings: Settings, wait: Wait) -> Source:
    from collector.sources.hackernews.client import HackerNewsSource

    return HackerNewsSource(settings, wait=wait)


def _github(settings: Settings, wait: Wait) -> Source:
    from collector.sources.github.source import GitHubSource

    return GitHubSource(settings, wait=wait)


MAKERS: Mapping[SourceName, Callable[[Settings, Wait], Source]] = {
    "reddit": _reddit,
    "discourse": _discourse,
    "arctic_shift": _arctic_shift,
    "push": _push,
    "hackernews": _hackernews,
    "github": _github,
}


@contextmanager
def open_sources(
    settings: Settings, *, waits: Callable[[], Wait]
) -> Iterator[Mapping[SourceName, Source]]:
    """Open the sources of the watched communities, and close them at the end.

    `waits` makes a Wait for each, since each has a deadline of its own. If a source refuses its
    settings, reading it ends with the reason, which the cycle notes; other sources work.
    """
    names = dict.fromkeys(settings.source_of(community) for community in settings.watched)
    with ExitStack() as stack:
        sources: dict[SourceName, Source] = {}
        for name in names:
            wait = SourceWait(waits())
            sources[name] = stack.enter_context(closing(open_source(name, settings, wait)))
            sources[name].waits = wait
        yield sources


def open_source(name: SourceName, settings: Settings, wait: Wait) -> Source:
    """Return a source of this name; one that refuses its settings raises the reason when used."""
    try:
        return MAKERS[name](settings, wait)
    except SourceRefused as error:
        return RefusedSource(name, error)


# Reddit lists the newest thousand items of a community, and a file is read from its begin anyway.
WITHOUT_PAST: Sequence[SourceName] = ("reddit", "push")


def past_source_of(settings: Settings, community: str) -> SourceName | None:
    """Return the source that a community's past is read from; None if none has it.

    That of a subreddit is the archive, also where what is new comes from Reddit itself.
    """
    if source_of(community) == REDDIT:
        return None if settings.arctic_shift == "off" else "arctic_shift"
    source = settings.source_of(community)
    return None if source in WITHOUT_PAST else source


class RefusedSource(SourceBase):
    """A source that can't be opened; its methods raise the reason."""

    keys_at_once = 1
    requests_used = 0

    def __init__(self, name: SourceName, reason: SourceRefused) -> None:
        super().__init__()
        self.name = name
        self._reason = reason

    def poll(
        self, _community: str, _watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Raise SourceRefused."""
        del oldest, now
        raise self._reason

    def look_again(self, _items: Sequence[ItemReference]) -> Looked:
        """Raise SourceRefused."""
        raise self._reason
