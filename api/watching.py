"""The HTTP functions that read the watchlist: subjects, communities, markers and corrections.

api/blueprint.py says how they are named.
"""

from functools import partial

import azure.functions as func

from api.endpoint import BASE
from api.export.corrections import corrections_file, form_of_corrections
from api.export.tables import TYPES
from api.http.bodies import read_body
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import Prepared, next_link, prepare, uncached_answer
from api.http.visit import current_visit
from api.process import process_caches, process_deps, process_samples
from api.reads.corrections import read_page_of_corrections
from api.reads.markers import read_effect, read_marker, read_markers
from api.reads.mentions import read_mentions
from api.reads.subjects import read_subject, read_subjects
from api.reads.subreddits import next_communities, read_communities
from api.reads.voice import read_voice
from api.reads.watchlist import read_community, read_revisions, read_whole_watchlist
from api.routes import route_of
from api.schema.corrections import Corrections, CorrectionsParameters
from api.schema.markers import MOMENTS_OF_EFFECT, EffectParameters, MarkerPath, MarkersParameters
from api.schema.parameters import NoParameters, SubredditsParameters
from api.schema.preview import Preview, PreviewBody
from api.schema.sentiment import MOMENTS_OF_STATS
from api.schema.subject_parameters import (
    MentionsParameters,
    SubjectParameters,
    SubjectsParameters,
    VoiceParameters,
)
from api.schema.watchlist import CommunityPath, HistoryParameters, SubjectAnswer
from api.serving import LOOKS_SHARE_SECONDS, linked, serve_data, serve_kept, serve_page

blueprint = func.Blueprint()
_route = route_of(blueprint)


@_route("subjects")
@answering
async def api_subjects(req: func.HttpRequest) -> func.HttpResponse:
    """List the subjects of the watchlist with their figures."""
    return await serve_data(req, SubjectsParameters, read_subjects, moments=MOMENTS_OF_STATS)


@_route("subject")
@answering
async def item_subject(req: func.HttpRequest) -> func.HttpResponse:
    """Return a subject with its figures, rules and newest mentions."""
    return await serve_data(
        req,
        SubjectParameters,
        read_subject,
        moments=MOMENTS_OF_STATS,
        changeable=SubjectAnswer,
    )


@_route("subject_mentions")
@answering
async def item_subject_mentions(req: func.HttpRequest) -> func.HttpResponse:
    """Return the posts and comments that mention a subject, page by page."""
    return await serve_page(
        req, MentionsParameters, read_mentions, "/api/v1/subjects/{id}/mentions"
    )


@_route("share_of_voice")
@answering
async def api_share_of_voice(req: func.HttpRequest) -> func.HttpResponse:
    """Return the share of voice of subjects."""
    return await serve_data(req, VoiceParameters, read_voice, moments=MOMENTS_OF_STATS)


@_route("preview_subject")
@answering
async def api_preview_subject(req: func.HttpRequest) -> func.HttpResponse:
    """Show what the rules of a subject would match."""
    # The rules of texts cost 50 ms, only when used.
    from api.actions.preview import preview_subject  # noqa: PLC0415
    from api.reads.preview import read_sample  # noqa: PLC0415

    read_parameters(NoParameters, req.params)
    body = read_body(PreviewBody, req)
    deps = await process_deps()

    async def make() -> Preview:
        key = (body.days, deps.settings.watched)
        sample = await process_samples().get(key, partial(read_sample, deps, body.days))
        return await preview_subject(deps, body, sample)

    caches = process_caches()
    await caches.limits.check(current_visit(), is_heavy=True)
    return uncached_answer(await caches.heavy.run(make), deps.settings.origin)


@_route("watchlist")
@answering
async def api_watchlist(req: func.HttpRequest) -> func.HttpResponse:
    """Return the watchlist."""
    return await serve_data(req, NoParameters, read_whole_watchlist, fresh_seconds=0)


@_route("watchlist_history")
@answering
async def api_watchlist_history(req: func.HttpRequest) -> func.HttpResponse:
    """Return earlier states of the watchlist."""
    return await serve_data(req, HistoryParameters, read_revisions, fresh_seconds=0)


@_route("communities")
@answering
async def api_communities(req: func.HttpRequest) -> func.HttpResponse:
    """List the watched communities with the state of their collection."""
    links = linked(f"{BASE}/communities", next_communities)
    return await serve_data(req, SubredditsParameters, read_communities, links=links)


@_route("community")
@answering
async def item_community(req: func.HttpRequest) -> func.HttpResponse:
    """Return a community that is collected."""
    return await serve_data(req, CommunityPath, read_community, fresh_seconds=0)


@_route("markers")
@answering
async def api_markers(req: func.HttpRequest) -> func.HttpResponse:
    """List the markers of charts."""
    return await serve_data(req, MarkersParameters, read_markers, fresh_seconds=0)


@_route("marker")
@answering
async def item_marker(req: func.HttpRequest) -> func.HttpResponse:
    """Return a marker."""
    return await serve_data(req, MarkerPath, read_marker, fresh_seconds=0)


@_route("marker_effect")
@answering
async def item_marker_effect(req: func.HttpRequest) -> func.HttpResponse:
    """Return what changed from before a marker to after it."""
    return await serve_data(req, EffectParameters, read_effect, moments=MOMENTS_OF_EFFECT)


@_route("corrections")
@answering
async def api_corrections(req: func.HttpRequest) -> func.HttpResponse:
    """List what people corrected, page by page, or write it as training data."""
    parameters = read_parameters(CorrectionsParameters, req.params)
    form = form_of_corrections(parameters, req.headers.get("accept", ""))
    deps = await process_deps()

    async def make() -> Prepared:
        page = await read_page_of_corrections(deps, parameters)
        links = next_link("/api/v1/corrections", parameters, page.next_cursor)
        if form == "json":
            answer = Corrections([each.answer for each in page.found])
            return prepare(answer, deps.settings.origin, headers=links, fresh_seconds=0)
        return corrections_file(deps, page, links)

    within = LOOKS_SHARE_SECONDS
    key = (read_page_of_corrections, form)
    return await serve_kept(deps, req, key, parameters, make, mimetype=TYPES[form], within=within)
