"""The command `python -m local github`: run the stand-in alone, with a few invented issues."""

from collections.abc import Sequence
from datetime import timedelta

from local.github.hub import Hub
from local.github.server import application
from local.serving import serve
from shared.times import iso

SAYINGS = (
    ("It forgets what I said", "After a few minutes it starts over. This is annoying."),
    ("Please support tabs", "I would love to see tabs. Great work so far!"),
    ("Crash at start", "It crashes at once, with no message at all."),
)


def sample_hub(*repositories: str) -> Hub:
    """Return a hub whose repositories have invented issues and comments."""
    hub = Hub()
    for repository in repositories:
        _fill(hub, repository)
    return hub


def _fill(hub: Hub, repository: str) -> None:
    now = hub.clock()
    for number in range(1, 31):
        title, body = SAYINGS[number % len(SAYINGS)]
        at = now - timedelta(hours=3 * number)
        hub.issue(repository, number, title=title, body=body, created_at=iso(at))
        later = iso(at + timedelta(minutes=20))
        hub.comment(repository, number, body="The same here, sadly.", created_at=later)
    hub.discussion(repository, 31, title="What do you build with it?")
    hub.answer(repository, 31, body="A tool for my garden. It works well.")


def serve_github(repositories: Sequence[str], *, host: str, port: int, faults: str) -> None:
    """Serve the sample until interrupted.

    The grammar of `faults` is `local.github.faults.GRAMMAR`. Prints one line when it listens.
    Raises BadFaults, and OSError when the port is taken.
    """
    app = application(sample_hub(*repositories), faults)
    names = ", ".join(repositories)
    serve(app, host=host, port=port, ready=f"GitHub stand-in ({names}) on {{url}}")
