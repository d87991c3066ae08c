"""The threads of an hour as text: "ID NUMBER SUM" each, with commas between them.

Every read of a day's statistics parses its document. JSON parses one text several times as fast as
a list for each thread, and only errors of means need the threads.
"""

from collections.abc import Mapping

Threads = Mapping[str, tuple[int, float]]
"""By the id of its post, the number of a thread's items and the sum of their compound."""


def pack_threads(threads: Threads) -> str:
    """Return threads as text, by id. Ids have neither blanks nor commas."""
    return ",".join(f"{thread} {items} {total!r}" for thread, (items, total) in threads.items())


def unpack_threads(text: str) -> Threads:
    """Return the threads of a text."""
    found: dict[str, tuple[int, float]] = {}
    for part in text.split(",") if text else ():
        thread, items, total = part.split(" ")
        found[thread] = (int(items), float(total))
    return found
