"""Reads and changes of the endpoints of subjects and of the watchlist, by their functions' names.

The changes come last: they leave the watchlist as it was, but for its revisions.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from api.actions.communities import change_communities
from api.actions.preview import preview_subject
from api.actions.watchlist import (
    delete_community,
    delete_subject,
    merge_subject,
    put_community,
    put_subject,
    put_watchlist,
)
from api.deps import Deps
from api.errors import BadParameters
from api.http.conditions import Condition
from api.reads.mentions import read_feed
from api.reads.preview import read_sample
from api.reads.watchlist import read_community, read_revisions, read_whole_watchlist
from api.schema.bulk import BulkBody
from api.schema.parameters import NoParameters
from api.schema.preview import PreviewBody
from api.schema.subject_parameters import FeedParameters
from api.schema.watchlist import (
    CommunityBody,
    CommunityPath,
    HistoryParameters,
    MergeBody,
    SubjectBody,
    WatchlistBody,
)
from bench.subject_reads import mentions_read, subject_read, subjects_read, voice_read

Read = Callable[[Deps], Awaitable[object]]
Asked = dict[str, dict[str, Read]]
"""The reads by endpoint and by variant of the request."""

WINDOWS = {"24 h": 24, "7 d": 168, "30 d": 720, "90 d": 2160}
ANY = Condition()
NEW, OTHER, COMMUNITY, BULK = "bench-new", "bench-other", "push.bench", "push.bulk"
PREVIEW_DAYS = 7


def subjects_asked(subjects: Sequence[str], community: str) -> Asked:
    """Return what is asked of subjects, for the cost of each endpoint."""
    one = subjects[0]
    return {
        "subjects": _of_windows(subjects_read),
        "subject": _of_windows(lambda hours: subject_read(one, hours)),
        "subject_mentions": {
            **_of_windows(lambda hours: mentions_read(one, hours=hours)),
            "7 d, by score": mentions_read(one, hours=168, sort="score"),
            "24 h, by reach": even_if_refused(mentions_read(one, hours=24, sort="reach")),
            "7 d, by influence": mentions_read(one, hours=168, sort="influence"),
            "7 d, a search that finds nothing": mentions_read(one, hours=168, q="zyzzyva"),
        },
        "subject_feed": {"": lambda deps: read_feed(deps, FeedParameters(id=one))},
        "share_of_voice": {
            **_of_windows(voice_read),
            "7 d, without homes": voice_read(168, home="exclude"),
        },
        "watchlist": {"": lambda deps: read_whole_watchlist(deps, NoParameters())},
        "watchlist_history": {"10": lambda deps: read_revisions(deps, HistoryParameters())},
        "community": {"": lambda deps: read_community(deps, CommunityPath(id=community))},
        "preview_subject": {f"{PREVIEW_DAYS} d": _preview},
        "put_subject": {"": lambda deps: put_subject(deps, ANY, NEW, _body(NEW))},
        "merge_subject": {"": _merge},
        "delete_subject": {"": lambda deps: delete_subject(deps, ANY, NEW)},
        "put_community": {"": lambda deps: put_community(deps, ANY, COMMUNITY, CommunityBody())},
        "change_communities": {
            "one added": lambda deps: change_communities(deps, BulkBody(add=[BULK])),
            "one removed": lambda deps: change_communities(deps, BulkBody(remove=[BULK])),
        },
        "delete_community": {"": lambda deps: delete_community(deps, ANY, COMMUNITY)},
        "put_watchlist": {"": _rename},
    }


def even_if_refused(read: Read) -> Read:
    """Return a read that may refuse a list as too long to be sorted: that costs something, too."""

    async def price(deps: Deps) -> object:
        with suppress(BadParameters):
            return await read(deps)
        return None

    return price


def subjects_view(hours: int) -> list[Read]:
    """Return the reads of the dashboard's list of subjects."""
    return [subjects_read(hours, baseline="rhythm"), voice_read(hours, baseline="rhythm")]


def _body(name: str) -> SubjectBody:
    return SubjectBody.model_validate({"name": name, "terms": [{"text": f"{name} zyzzyva"}]})


async def _preview(deps: Deps) -> object:
    body = PreviewBody.model_validate(
        {"name": "Preview", "terms": [{"text": "tab completion"}], "days": PREVIEW_DAYS}
    )
    return await preview_subject(deps, body, await read_sample(deps, PREVIEW_DAYS))


async def _merge(deps: Deps) -> object:
    await put_subject(deps, ANY, OTHER, _body(OTHER))
    return await merge_subject(deps, ANY, NEW, MergeBody.model_validate({"from": OTHER}))


async def _rename(deps: Deps) -> object:
    known = await read_whole_watchlist(deps, NoParameters())
    subjects = known.model_dump()["subjects"]
    subjects[0]["name"] += " too"
    return await put_watchlist(deps, ANY, WatchlistBody.model_validate({"subjects": subjects}))


def _of_windows(read: Callable[[int], Read]) -> dict[str, Read]:
    return {name: read(hours) for name, hours in WINDOWS.items()}
