"""The command `python -m local github`: run the stand-in alone, with a few invented issues."""

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


def sample_hub(repository: str) -> Hub:
    """Return a hub with one repository of invented issues and comments."""
    hub = Hub()
    now = hub.clock()
    for number in range(1, 31):
        title, body = SAYINGS[number % len(SAYINGS)]
        at = now - timedelta(hours=3 * number)
        hub.issue(repository, number, title=title, body=body, created_at=iso(at))
        later = iso(at + timedelta(minutes=20))
        hub.comment(repository, number, body="The same here, sadly.", created_at=later)
    hub.discussion(repository, 31, title="What do you build with it?")
    hub.answer(repository, 31, body="A tool for my garden. It works well.")
    return hub


def serve_github(repository: str, *, host: str, port: int, faults: str) -> None:
    """Serve the sample until interrupted.

    The grammar of `faults` is `local.github.faults.GRAMMAR`. Prints one line when it listens.
    Raises BadFaults, and OSError when the port is taken.
    """
    app = application(sample_hub(repository), faults)
    serve(app, host=host, port=port, ready=f"GitHub stand-in ({repository}) on {{url}}")
