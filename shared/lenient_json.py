"""Reads JSON whose whole numbers may be longer than Python takes (4,300 digits).

https://docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation
"""

import json
import re
from typing import Any

from pydantic_core import from_json

# No whole number of a document, or of a source, is longer than one of 64 bits.
MAX_DIGITS = 20
HUGE = 10**MAX_DIGITS
# The limit can be set no lower: https://docs.python.org/3/library/sys.html#sys.int_info
SURE_DIGITS = 640
LONG_NUMBER = re.compile(rb"[0-9]{%d}" % SURE_DIGITS)


def loads(text: str | bytes, *, huge: int = HUGE) -> Any:
    """Parse JSON; a whole number that Python can't take is `huge`, or less by as much.

    So it is an odd value like any other for what reads the field. Raises ValueError for what is no
    JSON, and for what is nested too deeply.
    """

    def whole_number(digits: str) -> int:
        if len(digits) <= MAX_DIGITS:
            return int(digits)
        return -huge if digits.startswith("-") else huge

    try:
        try:
            return _parsed(text)
        except ValueError:
            raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
            if not LONG_NUMBER.search(raw):
                raise
        return json.loads(text, parse_int=whole_number)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _parsed(text: str | bytes) -> Any:
    """Parse JSON as json.loads does, which takes two to three times as long for large documents."""
    try:
        return from_json(text)
    except (ValueError, TypeError):
        # json.loads also takes halves of a pair of surrogates, deeper nesting and other encodings.
        return json.loads(text)
