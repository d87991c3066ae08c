"""Where a page of posts ends, as clients hand it back: opaque to them, an order key to us."""

import base64
import binascii
import re

from shared.times import parse_iso

ORDER_KEY = re.compile(r"([0-9T:Z-]{20})_[A-Za-z0-9_]{1,32}")


class BadCursorError(ValueError):
    """The text is no cursor that `cursor_after` made."""


def cursor_after(order_key: str) -> str:
    """Give the cursor of the page that begins below this order key."""
    return base64.urlsafe_b64encode(order_key.encode()).rstrip(b"=").decode()


def order_key_of(cursor: str) -> str:
    """Give the order key of a cursor. Raises BadCursorError."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        order_key = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        found = ORDER_KEY.fullmatch(order_key)
        if found is None:
            raise BadCursorError(cursor)
        parse_iso(found[1])
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadCursorError(cursor) from error
    return order_key
