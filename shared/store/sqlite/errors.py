"""The meaning of SQLite's errors, and what to do about them."""

import re
from pathlib import Path

from shared.errors import StoreUnavailable

# SQLite's message about a row whose JSON it can't index.
BAD_JSON = "malformed JSON"
CHECK = "`python -m local check` says what can be read, and saves it into a new file"
# Text that SQLite quotes, from the first quotation mark on.
QUOTED = re.compile(r"(?: with text)? ?['\"].*", re.DOTALL)
# Messages about a damaged file.
DAMAGE = re.compile(
    r"malformed|not a database|could not decode|corrupt|disk I/O error", re.IGNORECASE
)
MAX_REASON = 120


class BadJsonError(StoreUnavailable):
    """A row's JSON is broken, so SQLite can't update its indexes."""


def translated(path: Path, error: Exception) -> StoreUnavailable:
    """Return the error with SQLite's reason and the next step, without any stored text."""
    # SQLite quotes text that it can't decode, and the text is a user's.
    reason = QUOTED.sub("", str(error))[:MAX_REASON]
    kind = BadJsonError if BAD_JSON in str(error) else StoreUnavailable
    if DAMAGE.search(reason):
        return kind(
            f"the database file {path.name} can't be used ({reason}): it is damaged, or SQLITE_PATH"
            f" names another file; {CHECK}"
        )
    return kind(
        f"the database file {path.name} can't be used ({reason}): check SQLITE_PATH, the folder's"
        " permissions and the space left on its disk"
    )
