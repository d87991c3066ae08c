"""Choice between Reddit and its stand-in, with the settings that follow from it."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.reddit.feed import subreddits_of
from local.serving import listen
from shared.errors import SettingsError
from shared.settings import DEFAULT_SUBREDDITS, are_none


@dataclass(frozen=True)
class StandInChoice:
    """The environment to use, and what a stand-in for it must listen on; None: it needs none."""

    environ: dict[str, str]
    listener: socket.socket | None = None


@contextmanager
def chosen_source(environ: Mapping[str, str], recording: Path | None) -> Iterator[StandInChoice]:
    """Choose the stand-in if there are neither credentials nor a REDDIT_BASE_URL.

    Where no subreddit is watched, neither is needed.

    The stand-in gets a free port. It is held until the context ends, so that no other program takes
    it before the stand-in has started. With a recording, SUBREDDITS becomes the subreddits of the
    recording, unless others were chosen. Raises SettingsError and BadRecording.
    """
    has_source = environ.get("REDDIT_CLIENT_ID") or environ.get("REDDIT_BASE_URL")
    is_without = are_none(environ.get("SUBREDDITS", ""))
    if has_source and recording:
        raise SettingsError("--data is for the stand-in: unset REDDIT_CLIENT_ID, REDDIT_BASE_URL")
    if is_without and recording:
        raise SettingsError("--data is for the stand-in, and SUBREDDITS=none needs none: unset it")
    if has_source or is_without or environ.get("REDDIT_CLIENT_SECRET"):
        yield StandInChoice(dict(environ))
        return
    with listen("127.0.0.1", 0) as listener:
        chosen = {
            **environ,
            "REDDIT_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "ORIGIN": "recorded" if recording else "sample",
        }
        if recording and environ.get("SUBREDDITS", "") in {"", ",".join(DEFAULT_SUBREDDITS)}:
            chosen["SUBREDDITS"] = ",".join(subreddits_of(recording))
        yield StandInChoice(chosen, listener)
