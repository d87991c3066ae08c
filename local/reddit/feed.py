"""Sources of the stand-in's objects: recorded data, given objects or the sample."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from local.reddit.objects import RedditObject
from local.reddit.recorded import move_times, moved, read_recording, subreddits_in
from shared.times import Clock, utc_now

DEFAULT_SPAN_HOURS = 48.0
# With `live`: the share of the objects that is held back, the newest ones, and the seconds between
# two releases.
HOLD_BACK = 0.1
RELEASE_SECONDS = 30.0


class Feed(Protocol):
    """A source of objects for the stand-in. All times in them are in Unix seconds."""

    @property
    def name(self) -> str:
        """Return the kind of the data: sample or recorded."""
        ...

    @property
    def subreddits(self) -> tuple[str, ...]:
        """Return the subreddits that exist, including empty ones."""
        ...

    @property
    def held_back(self) -> int:
        """Return the number of objects that `release` can still return."""
        ...

    def start(self) -> list[RedditObject]:
        """Return the first objects, oldest first, and start the feed's time."""
        ...

    def news(self) -> list[RedditObject]:
        """Return objects that are new or changed since the last call; cheap if there are none."""
        ...

    def release(self, count: int | None = None) -> list[RedditObject]:
        """Return `count` objects held back (None: all), with the current time as creation time."""
        ...

    def find(self, name: str) -> RedditObject | None:
        """Return an older object, which the stand-in no longer keeps, by its fullname."""
        ...

    def kept_from(self) -> float | None:
        """Return the time before which objects may be dropped; None keeps all."""
        ...


class RecordedFeed:
    """Recorded objects in their order. With `live` the newest appear one by one, as if new."""

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

        `hold_back` is a share (0..1). `release_seconds` is the time between two releases; 0 means
        that objects appear only by `release`.
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
        """Return the number of objects held back."""
        return len(self._waiting)

    def start(self) -> list[RedditObject]:
        """Return the objects that aren't held back; with a span the newest is made now."""
        now = self._clock()
        self._due_from = now
        if self._span is None:
            return self._shown
        return move_times(self._shown, now, self._span)

    def news(self) -> list[RedditObject]:
        """Return the objects that are due since the last call."""
        if not self._waiting or not self._release_seconds:
            return []
        every = timedelta(seconds=self._release_seconds)
        due = int((self._clock() - self._due_from) / every)
        self._due_from += due * every
        return self.release(due) if due else []

    def release(self, count: int | None = None) -> list[RedditObject]:
        """Return the next `count` objects held back (None: all), as if made now."""
        number = len(self._waiting) if count is None else min(count, len(self._waiting))
        now = int(self._clock().timestamp())
        return [moved(self._waiting.pop(), now, latest=now) for _ in range(number)]

    def find(self, name: str) -> RedditObject | None:
        """Return None: every object is either shown or held back."""
        del name
        return None

    def kept_from(self) -> None:
        """Return None: everything is kept."""


def feed_of(
    data: Path | Sequence[RedditObject] | None,
    *,
    span: float = DEFAULT_SPAN_HOURS,
    keep_times: bool = False,
    clock: Clock = utc_now,
    live: bool = False,
    hold_back: float = HOLD_BACK,
    release_seconds: float = RELEASE_SECONDS,
) -> Feed:
    """Return a feed over a folder, over given objects, or over the sample if `data` is None.

    Times of a folder's recorded objects are moved into the last `span` hours, unless `keep_times`.
    Given objects, oldest first, stay as they are. With `live` new objects keep coming. `hold_back`
    and `release_seconds` don't apply to the sample, which has its own pace. Raises BadRecording.
    """
    if data is None:
        from local.sample.feed import SampleFeed  # noqa: PLC0415 - the sample needs objects only

        return SampleFeed(clock=clock, live=live)
    is_moved = isinstance(data, Path) and not keep_times
    return RecordedFeed(
        read_recording(data) if isinstance(data, Path) else data,
        span=timedelta(hours=span) if is_moved else None,
        clock=clock,
        live=live,
        hold_back=hold_back,
        release_seconds=release_seconds,
    )


def subreddits_of(data: Path) -> tuple[str, ...]:
    """Return the subreddits of a recording's folder, largest first. Raises BadRecording."""
    return subreddits_in(read_recording(data))
