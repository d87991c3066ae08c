"""Where the stand-in's objects come from: recorded data, given objects or the sample."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from local.reddit.objects import RedditObject
from local.reddit.recorded import move_times, moved, read_recording, subreddits_in
from shared.times import Clock, utc_now

DEFAULT_SPAN_HOURS = 48.0
# With live: the share of the newest objects that is held back, and how fast they come.
HOLD_BACK = 0.1
RELEASE_SECONDS = 30.0


class Feed(Protocol):
    """A source of objects for the stand-in. Every time in them is in Unix seconds."""

    @property
    def name(self) -> str:
        """Return what the objects are: sample or recorded."""
        ...

    @property
    def subreddits(self) -> tuple[str, ...]:
        """List the subreddits that exist, empty ones too."""
        ...

    @property
    def held_back(self) -> int:
        """Count the objects that `release` can still give."""
        ...

    def start(self) -> list[RedditObject]:
        """Return the objects to begin with, oldest first. Time starts to count."""
        ...

    def news(self) -> list[RedditObject]:
        """Return what is new or has changed since the last call; cheap when nothing has."""
        ...

    def release(self, count: int | None = None) -> list[RedditObject]:
        """Return so many objects (all without a number) that were held back, as if made now."""
        ...

    def find(self, name: str) -> RedditObject | None:
        """Return an object that isn't among the others any more, by its fullname."""
        ...

    def kept_from(self) -> float | None:
        """Return the time before which objects needn't be kept, if any."""
        ...


class RecordedFeed:
    """Objects in their order; with live, the newest come one by one, as if made then."""

    name = "recorded"

    def __init__(
        self,
        things: Sequence[RedditObject],
        *,
        span: timedelta | None = None,
        clock: Clock = utc_now,
        live: bool = False,
        hold_back: float = HOLD_BACK,
        release_seconds: float = RELEASE_SECONDS,
    ) -> None:
        """Take the objects, oldest first. Without a span their times stay as they are.

        hold_back is a share (0..1). release_seconds is the time between two releases; 0 means
        that only `release` lets objects out.
        """
        shown = len(things) - int(len(things) * hold_back) if live else len(things)
        self.subreddits = subreddits_in(things)
        self._shown = list(things[:shown])
        self._waiting = list(reversed(things[shown:]))
        self._span = span
        self._clock = clock
        self._release_seconds = release_seconds
        self._due_from = clock()

    @property
    def held_back(self) -> int:
        """Count the objects that wait."""
        return len(self._waiting)

    def start(self) -> list[RedditObject]:
        """Return the objects that aren't held back; the newest of them is made now."""
        now = self._clock()
        self._due_from = now
        if self._span is None:
            return self._shown
        return move_times(self._shown, now, self._span)

    def news(self) -> list[RedditObject]:
        """Return what has come since the last call."""
        if not self._waiting or not self._release_seconds:
            return []
        every = timedelta(seconds=self._release_seconds)
        due = int((self._clock() - self._due_from) / every)
        self._due_from += due * every
        return self.release(due) if due else []

    def release(self, count: int | None = None) -> list[RedditObject]:
        """Let out so many objects, or all, as if made now."""
        number = len(self._waiting) if count is None else min(count, len(self._waiting))
        now = int(self._clock().timestamp())
        return [moved(self._waiting.pop(), now, latest=now) for _ in range(number)]

    def find(self, name: str) -> RedditObject | None:
        """Return nothing: all objects are shown, or not there yet."""
        del name
        return None

    def kept_from(self) -> None:
        """Return None: everything is kept."""


def feed_of(
    data: Path | Sequence[RedditObject] | None,
    *,
    span: float = DEFAULT_SPAN_HOURS,
    clock: Clock = utc_now,
    live: bool = False,
    hold_back: float = HOLD_BACK,
    release_seconds: float = RELEASE_SECONDS,
) -> Feed:
    """Make a feed: of a folder of recorded objects whose times are moved into the last span
    hours, of objects just as they are given (oldest first), or of the sample when data is None.

    live: new objects keep coming. hold_back and release_seconds are for recorded objects; the
    sample has its own pace. Raises BadRecording.
    """
    if data is None:
        from local.sample.feed import SampleFeed  # noqa: PLC0415 - the sample needs objects only

        return SampleFeed(clock=clock, live=live)
    recorded = isinstance(data, Path)
    return RecordedFeed(
        read_recording(data) if isinstance(data, Path) else data,
        span=timedelta(hours=span) if recorded else None,
        clock=clock,
        live=live,
        hold_back=hold_back,
        release_seconds=release_seconds,
    )


def subreddits_of(data: Path) -> tuple[str, ...]:
    """List the subreddits of a folder of recorded objects, largest first. Raises BadRecording."""
    return subreddits_in(read_recording(data))
