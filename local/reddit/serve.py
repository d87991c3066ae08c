"""The command `python -m local reddit`: run the stand-in alone."""

from pathlib import Path

from local.reddit.faults import FaultPlan
from local.reddit.feed import DEFAULT_SPAN_HOURS, feed_of
from local.reddit.server import create_app
from local.serving import serve


def serve_reddit(
    data: Path | None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    span: float = DEFAULT_SPAN_HOURS,
    faults: str = "",
    live: bool = False,
) -> None:
    """Serve a folder's recorded objects, or the sample if `data` is None, until interrupted.

    `span` is in hours; the grammar of `faults` is `local.reddit.faults.GRAMMAR`. Prints one line
    when it listens. Raises BadRecording, BadFaults, and OSError when the port is taken.
    """
    plan = FaultPlan.parse(faults)
    feed = feed_of(data, span=span, live=live)
    app = create_app(feed, faults=plan)
    serve(app, host=host, port=port, ready=f"Reddit stand-in ({feed.name} data) on {{url}}")
