"""Choice between Reddit and its stand-in, with the settings that follow from it."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.reddit.feed import subreddits_of
from shared.errors import SettingsError
from shared.settings import DEFAULT_SUBREDDITS


@dataclass(frozen=True)
class StandInChoice:
    """The environment to use, and whether a stand-in must be started for it."""

    environ: dict[str, str]
    is_standin: bool


def choose_source(environ: Mapping[str, str], recording: Path | None) -> StandInChoice:
    """Choose the stand-in if there are neither credentials nor a REDDIT_BASE_URL.

    The stand-in gets a free port. With a recording, SUBREDDITS becomes the subreddits of the
    recording, unless others were chosen. Raises SettingsError and BadRecording.
    """
    has_source = environ.get("REDDIT_CLIENT_ID") or environ.get("REDDIT_BASE_URL")
    if has_source and recording:
        raise SettingsError("--data is for the stand-in: unset REDDIT_CLIENT_ID, REDDIT_BASE_URL")
    if has_source or environ.get("REDDIT_CLIENT_SECRET"):
        return StandInChoice(dict(environ), is_standin=False)
    chosen = {
        **environ,
        "REDDIT_BASE_URL": f"http://127.0.0.1:{_free_port()}",
        "ORIGIN": "recorded" if recording else "sample",
    }
    if recording and environ.get("SUBREDDITS", "") in {"", ",".join(DEFAULT_SUBREDDITS)}:
        chosen["SUBREDDITS"] = ",".join(subreddits_of(recording))
    return StandInChoice(chosen, is_standin=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
