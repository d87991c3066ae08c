"""The table of reasons why GitHub doesn't answer with what was asked for, with their remedies."""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.sources.github.names import Repository
from collector.sources.http import Answer
from shared.errors import (
    CommunityUnavailable,
    ErrorKind,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, GONE, LEGAL = 401, 403, 404, 410, 451
MOVED = frozenset({301, 302, 303, 307, 308})
MAX_SHOWN = 100


@dataclass(frozen=True)
class Cause:
    """A cause: its kind in the cycle's document, its message with the remedy, and its error."""

    kind: ErrorKind
    message: str
    error: type[SourceError] = CommunityUnavailable


CAUSES: Mapping[int, Cause] = {
    UNAUTHORIZED: Cause(
        "credentials",
        "GITHUB_TOKEN: GitHub refuses the token (401): make a new one, or unset it",
        SourceRefused,
    ),
    FORBIDDEN: Cause("forbidden", "GitHub forbids reading {name}: {said}"),
    NOT_FOUND: Cause(
        "missing", "GitHub has no public repository {name}: correct {community} in COMMUNITIES"
    ),
    GONE: Cause("missing", "the issues of {name} are switched off (410)"),
    LEGAL: Cause("legal", "GitHub withholds {name} for legal reasons where this runs (451)"),
}
BLOCKED = Cause(
    "blocked",
    "GitHub answers 403 with a page: set CONTACT, and check that this address may use its API",
    SourceUnavailable,
)
REFUSED = Cause("refused", "GitHub refused the request ({status})", SourceUnavailable)


def refusal(answer: Answer, repository: Repository) -> SourceError:
    """Return the error of an answer that isn't a success."""
    said = _message(answer)
    cause = CAUSES.get(answer.status, REFUSED)
    if answer.status == FORBIDDEN and said is None:
        cause = BLOCKED
    message = cause.message.format(
        name=repository.full_name,
        community=repository.community,
        said=said,
        status=answer.status,
    )
    return cause.error(cause.kind, message)


def _message(answer: Answer) -> str | None:
    """Return what GitHub says in JSON; None where it answers with something else."""
    try:
        content = answer.json()
    except SourceUnavailable:
        return None
    said = content.get("message") if isinstance(content, dict) else None
    return said[:MAX_SHOWN] if isinstance(said, str) else None
