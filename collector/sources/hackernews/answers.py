"""The errors that the statuses of Hacker News' two servers stand for."""

from collector.sources.http import OK, REDIRECT, Answer
from shared.errors import CommunityUnavailable, SourceUnavailable

BAD_REQUEST, UNAUTHORISED, FORBIDDEN = 400, 401, 403


def checked(answer: Answer, server: str) -> Answer:
    """Return an answer that is a success. Raises SourceError for any other."""
    status = answer.status
    if OK <= status < REDIRECT:
        return answer
    name = f"Hacker News' {server}"
    if status in {UNAUTHORISED, FORBIDDEN}:
        raise SourceUnavailable(
            "blocked",
            f"{name} answers {status} to this address: it may be blocked, or behind a proxy; set"
            " CONTACT, so that its operators can reach you",
        )
    if status == BAD_REQUEST:
        raise CommunityUnavailable(
            "refused", f"{name} refuses the query (400): correct its words in HN_QUERIES"
        )
    if status < BAD_REQUEST:
        raise SourceUnavailable("unreadable", f"{name} redirects: check HN_BASE_URL")
    raise SourceUnavailable("refused", f"{name} answered {status}")
