"""Choice between live sources and the stand-in for Reddit, with the settings that follow."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.first_run import PROBE_SECONDS, probe, stored_origin
from local.reddit.feed import subreddits_of
from local.serving import listen
from shared.default_communities import DEFAULT_SUBREDDITS, OF_REDDIT, with_communities
from shared.errors import SettingsError
from shared.setting_values import are_none
from shared.settings import load_settings

NO_NETWORK = (
    f"sample data, since the network doesn't answer within {PROBE_SECONDS:g} s; ORIGIN=live with a"
    " SQLITE_PATH of its own is live in any case"
)
NETWORK = "live data of communities that need no account; ORIGIN=sample shows an invented sample"
KEPT = "{origin} data, as this database holds it; SQLITE_PATH=.data/other.db begins another one"


@dataclass(frozen=True)
class StandInChoice:
    """The environment to use, and what a stand-in for it must listen on; None: it needs none.

    note says what was chosen, and how to choose otherwise; "" where the settings say it.
    """

    environ: dict[str, str]
    listener: socket.socket | None = None
    note: str = ""


@contextmanager
def chosen_source(
    environ: Mapping[str, str],
    recording: Path | None,
    reaches: Callable[[Mapping[str, str]], bool] = probe,
) -> Iterator[StandInChoice]:
    """Choose between live sources and the stand-in, and hold a port for the stand-in.

    Credentials, REDDIT_BASE_URL, COMMUNITIES, ARCTIC_SHIFT=poll and ORIGIN=live are live. A
    recording, ORIGIN=sample, and subreddits without credentials take the stand-in. Where nothing is
    set, a database stays what it is, and a new one is live if `reaches` says that the network
    answers.

    The port is held until the context ends, so that no other program takes it before the stand-in
    has started. With a recording, SUBREDDITS becomes the subreddits of the recording, unless others
    were chosen. Raises SettingsError and BadRecording.
    """
    _check(environ, recording)
    is_sample, note = _choice(environ, recording, reaches)
    if not is_sample:
        yield StandInChoice(with_communities(environ), note=note)
        return
    with listen("127.0.0.1", 0) as listener:
        chosen = {
            **environ,
            "REDDIT_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "ORIGIN": "recorded" if recording else "sample",
        }
        if recording and environ.get("SUBREDDITS", "") in {"", ",".join(DEFAULT_SUBREDDITS)}:
            chosen["SUBREDDITS"] = ",".join(subreddits_of(recording))
        yield StandInChoice(chosen, listener, note)


def _check(environ: Mapping[str, str], recording: Path | None) -> None:
    has_reddit = environ.get("REDDIT_CLIENT_ID") or environ.get("REDDIT_BASE_URL")
    if recording and has_reddit:
        raise SettingsError("--data is for the stand-in: unset REDDIT_CLIENT_ID, REDDIT_BASE_URL")
    if recording and are_none(environ.get("SUBREDDITS", "")):
        raise SettingsError("--data is for the stand-in, and SUBREDDITS=none needs none: unset it")


def _choice(
    environ: Mapping[str, str],
    recording: Path | None,
    reaches: Callable[[Mapping[str, str]], bool],
) -> tuple[bool, str]:
    """Return whether the stand-in serves, and a note where no setting says so."""
    if (is_sample := _choice_of_settings(environ, recording)) is not None:
        return is_sample, ""
    if (kept := stored_origin(load_settings(environ))) is not None:
        return kept != "live", KEPT.format(origin=kept)
    return (False, NETWORK) if reaches(environ) else (True, NO_NETWORK)


def _choice_of_settings(environ: Mapping[str, str], recording: Path | None) -> bool | None:
    """Return whether the settings ask for the stand-in; None where they leave it open."""
    given = {name: value.strip() for name, value in environ.items()}
    subreddits, origin = given.get("SUBREDDITS", ""), given.get("ORIGIN", "")
    if recording:
        return True
    if any(given.get(name) for name in OF_REDDIT) or given.get("ARCTIC_SHIFT") == "poll":
        return False
    if are_none(subreddits):
        return False
    if origin:
        return origin != "live"
    if subreddits:
        return True
    return False if given.get("COMMUNITIES") else None
