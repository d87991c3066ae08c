"""What a client takes: which media type, and whether gzipped.

Werkzeug reads the headers: https://werkzeug.palletsprojects.com/en/stable/datastructures/#others
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.http import parse_accept_header, parse_list_header

from api.errors import RequestError

# https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2. Werkzeug takes some others for 1.
WEIGHT = re.compile(r"q=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)
# The same to RFC 9110: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3
OTHER_NAMES = {"x-gzip": "gzip"}


class NotAcceptable(RequestError):
    """The Accept header refuses, with q=0, what the call would answer."""

    status = HTTPStatus.NOT_ACCEPTABLE

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(
            f"This endpoint returns {', '.join(offered)}: the Accept header refuses all of them."
        )


@dataclass(frozen=True)
class Encodings:
    """Whether a client takes gzip, and whether it refuses anything else."""

    gzip: bool
    plain: bool


def choose_type(accept: str, offered: Sequence[str]) -> str:
    """Return the offered media type that the Accept header likes best; of equals, the first.

    Where it likes none, it is the first, unless the header refuses that with q=0: most clients that
    name other types take what there is. Parameters of a type, such as charset, don't count, and a
    part that can't be read is left out. Raises NotAcceptable.
    """
    liked = MIMEAccept(_weighed(accept))
    best = max(offered, key=liked.quality)
    if liked.quality(best) > 0:
        return best
    if liked.find(offered[0]) >= 0:
        raise NotAcceptable(offered)
    return offered[0]


def encodings(accept_encoding: str) -> Encodings:
    """Return what the Accept-Encoding header takes.

    Not to be encoded is always possible where the header doesn't refuse it, and liked least where
    it doesn't say: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3. One that refuses all
    that there is gets the plain answer.
    """
    liked = Accept([(OTHER_NAMES.get(name, name), q) for name, q in _weighed(accept_encoding)])
    gzip, plain = liked.quality("gzip"), liked.quality("identity")
    refuses_plain = liked.find("identity") >= 0 and plain == 0
    return Encodings(gzip=0 < gzip >= plain, plain=not (refuses_plain and gzip > 0))


def _weighed(header: str) -> list[tuple[str, float]]:
    """Return the names of the header without their parameters, and how much each is liked."""
    items = parse_list_header(header)
    parsed = parse_accept_header(", ".join(item for item in items if _has_weight(item)))
    return [(name.partition(";")[0].strip().lower(), quality) for name, quality in parsed]


def _has_weight(item: str) -> bool:
    """Return whether the item's weight, where it has one, can be read."""
    parameters = [each.strip(" \t") for each in item.split(";")[1:]]
    weights = [each for each in parameters if each.partition("=")[0].strip().lower() == "q"]
    return all(WEIGHT.fullmatch(each) for each in weights)
