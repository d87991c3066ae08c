"""The command `python -m local hackernews`: run the stand-in alone, with a few invented stories."""

import time

from local.hackernews.board import Board
from local.hackernews.faults import HACKER_NEWS
from local.hackernews.server import HackerNewsApp
from local.reddit.faults import FaultPlan, Faults
from local.serving import serve

HOUR = 3600
STORIES = (
    ("Claude Code now resumes sessions", "This saves me an hour a day. I love it."),
    ("Ask HN: Codex or Claude Code?", "<p>Codex is faster, but Claude Code breaks less.<p>Both!"),
    ("Show HN: A dashboard for what people say", "Useful, though the charts are slow here."),
    ("Cursor raises its prices again", "Awful. I have just cancelled my subscription."),
)


def sample_board() -> Board:
    """Return a board with invented stories of the last hours, each with comments."""
    board = Board()
    now = int(time.time())
    for number, (title, said) in enumerate(STORIES):
        begun = now - (number + 1) * HOUR
        story = board.write("story", title=title, time=begun, by="ada", score=40 - number)
        first = board.write("comment", parent=story, text=said, time=begun + 600, by="grace")
        board.write("comment", parent=first, text="Same here.", time=begun + 900, by="alan")
        board.front.append(story)
    return board


def serve_hackernews(*, host: str = "127.0.0.1", port: int = 0, faults: str = "") -> None:
    """Serve the invented stories until interrupted.

    The grammar of `faults` is `local.hackernews.faults.HACKER_NEWS`. Prints one line when it
    listens. Raises BadFaults, and OSError when the port is taken.
    """
    plan = FaultPlan.parse(faults, HACKER_NEWS)
    app = HackerNewsApp(sample_board(), Faults(plan), time.monotonic)
    serve(app, host=host, port=port, ready="Hacker News stand-in (sample data) on {url}")
