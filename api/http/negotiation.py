"""Chooses the media type and the encoding of an answer by the request's headers.

Werkzeug parses the headers: https://werkzeug.palletsprojects.com/en/stable/datastructures/#others
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.http import parse_accept_header, parse_list_header

from api.errors import RequestError

# https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2. Werkzeug reads some invalid ones as 1.
WEIGHT = re.compile(r"q=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)
# Equivalent names: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3
OTHER_NAMES = {"x-gzip": "gzip"}


class NotAcceptable(RequestError):
    """The Accept header refuses, with q=0, every type of the endpoint."""

    status = HTTPStatus.NOT_ACCEPTABLE

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(
            f"This endpoint returns {', '.join(offered)}: the Accept header refuses all of them."
        )


@dataclass(frozen=True)
class Encodings:
    """The encodings to use for a client: gzip, or the plain answer."""

    gzip: bool
    plain: bool


def choose_type(accept: str, offered: Sequence[str]) -> str:
    """Return the offered media type that the Accept header prefers; of equal ones, the first.

    If the header names none of them, it returns the first, because most such clients read any type.
    Raises NotAcceptable if the header refuses that one with q=0. Parameters of a type, such as
    charset, are ignored, and so are invalid parts.
    """
    liked = MIMEAccept(_weighed(accept))
    best = max(offered, key=liked.quality)
    if liked.quality(best) > 0:
        return best
    if liked.find(offered[0]) >= 0:
        raise NotAcceptable(offered)
    return offered[0]


def encodings(accept_encoding: str) -> Encodings:
    """Return the encodings that the Accept-Encoding header allows.

    The plain answer is allowed unless the header refuses it, and preferred least unless the header
    says otherwise: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3. A client that refuses
    everything gets the plain answer.
    """
    liked = Accept([(OTHER_NAMES.get(name, name), q) for name, q in _weighed(accept_encoding)])
    gzip, plain = liked.quality("gzip"), liked.quality("identity")
    refuses_plain = liked.find("identity") >= 0 and plain == 0
    return Encodings(gzip=0 < gzip >= plain, plain=not (refuses_plain and gzip > 0))


def _weighed(header: str) -> list[tuple[str, float]]:
    """Return the names in the header without their parameters, each with its weight."""
    items = parse_list_header(header)
    parsed = parse_accept_header(", ".join(item for item in items if _has_weight(item)))
    return [(name.partition(";")[0].strip().lower(), quality) for name, quality in parsed]


def _has_weight(item: str) -> bool:
    """Return whether the item has a valid weight, or none."""
    parameters = [each.strip(" \t") for each in item.split(";")[1:]]
    weights = [each for each in parameters if each.partition("=")[0].strip().lower() == "q"]
    return all(WEIGHT.fullmatch(each) for each in weights)
