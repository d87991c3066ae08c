"""The registry of sources, and how the settings make each of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from collector.sources.base import ItemReference, Looked, Page, Source
from collector.sources.push.folder import FolderSource
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import Wait
from shared.communities import SourceName, source_of
from shared.errors import SourceRefused
from shared.models import Watermark
from shared.settings import Settings


def _reddit(settings: Settings, wait: Wait) -> Source:
    return RedditSource(settings, wait=wait)


def _push(settings: Settings, wait: Wait) -> Source:
    return FolderSource(settings, wait=wait)


MAKERS: Mapping[SourceName, Callable[[Settings, Wait], Source]] = {"reddit": _reddit, "push": _push}


@contextmanager
def open_sources(settings: Settings, *, wait: Wait) -> Iterator[Mapping[SourceName, Source]]:
    """Open the sources of the watched communities, and close them at the end.

    If a source refuses its settings, reading it ends at once with the reason, which the cycle
    notes; other sources work.
    """
    names = dict.fromkeys(source_of(community) for community in settings.watched)
    with ExitStack() as stack:
        yield {name: stack.enter_context(closing(_made(name, settings, wait))) for name in names}


def _made(name: SourceName, settings: Settings, wait: Wait) -> Source:
    try:
        return MAKERS[name](settings, wait)
    except SourceRefused as error:
        return RefusedSource(name, error)


class RefusedSource:
    """A source that can't be opened; its methods raise the reason."""

    keys_at_once = 1
    requests_used = 0
    requests_left: int | None = None

    def __init__(self, name: SourceName, reason: SourceRefused) -> None:
        self.name = name
        self.left_out: Counter[str] = Counter()
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

    def close(self) -> None:
        """Close nothing."""
