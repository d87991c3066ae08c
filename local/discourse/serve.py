"""The command `python -m local discourse`: run the stand-in alone."""

from local.discourse.board import Board
from local.discourse.server import DiscourseStandIn
from local.serving import serve


def serve_discourse(*, host: str, port: int, posts: int, faults: str) -> None:
    """Serve a forum of generated posts, /forum, until interrupted.

    The grammar of `faults` is `local.discourse.faults.GRAMMAR`. Prints one line when it listens.
    Raises BadFaults, and OSError when the port is taken.
    """
    app = DiscourseStandIn({"forum": Board(generated=posts)}, faults=faults)
    serve(app, host=host, port=port, ready="Discourse stand-in on {url}/forum")
