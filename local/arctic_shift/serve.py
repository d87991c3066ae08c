"""The command `python -m local arctic-shift`: run the stand-in alone."""

from datetime import timedelta
from pathlib import Path

from local.arctic_shift.archive import Archive
from local.arctic_shift.server import ArcticShiftApp
from local.reddit.recorded import move_times, read_recording
from local.serving import serve
from shared.times import utc_now


def recorded_archive(folder: Path, *, span: float) -> Archive:
    """Return an archive of recorded objects, moved into this many hours. Raises BadRecording."""
    archive = Archive()
    moment = utc_now() - timedelta(minutes=1)
    archive.add(move_times(read_recording(folder), moment, timedelta(hours=span)))
    return archive


def serve_arctic_shift(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0, span: float = 48, faults: str = ""
) -> None:
    """Serve a folder's recorded objects until interrupted.

    Prints one line when it listens. Raises BadRecording, BadFaults, and OSError when the port is
    taken.
    """
    app = ArcticShiftApp(recorded_archive(folder, span=span), faults=faults)
    serve(app, host=host, port=port, ready="Arctic Shift stand-in on {url}")
