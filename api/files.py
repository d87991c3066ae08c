"""Posts and trends as files."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal

import azure.functions as func

from api.answers import next_link
from api.deps import Deps
from api.models import PostAnswer, PostSentiment, TrendPoint
from api.parameter_models import PostsParameters, TrendsParameters
from api.posts import pages_of_posts
from api.sentiment import read_trends
from api.takeaway import Row, download, written

FileFormat = Literal["csv", "ndjson"]

# What came later stands behind, for programs that go by places.
_FIELDS = [name for name in PostAnswer.model_fields if name != "language"]
_AT = _FIELDS.index("sentiment")
POST_COLUMNS = [
    *_FIELDS[:_AT],
    *(f"sentiment_{name}" for name in PostSentiment.model_fields),
    "language",
    *_FIELDS[_AT + 1 :],
]
TREND_COLUMNS = list(TrendPoint.model_fields)


async def posts_file(
    request: func.HttpRequest, deps: Deps, parameters: PostsParameters, form: FileFormat
) -> func.HttpResponse:
    """Answer with posts; a Link header leads on where there are more than one file holds.

    Raises UnknownSubreddit and StoreError.
    """
    left_over: dict[str, str] = {}
    pages = pages_of_posts(deps, parameters, left_over)
    answer = await download(
        request, written(pages, POST_COLUMNS, form), form, "posts", _headers(deps)
    )
    for name, value in next_link(
        "/api/v1/posts/recent", parameters, left_over.get("cursor")
    ).items():
        answer.headers[name] = value
    return answer


async def trends_file(
    request: func.HttpRequest, deps: Deps, parameters: TrendsParameters, form: FileFormat
) -> func.HttpResponse:
    """Answer with the steps of a trend. Raises UnknownSubreddit and StoreError."""

    async def pages() -> AsyncIterator[Sequence[Row]]:
        trends = await read_trends(deps, parameters)
        yield [point.model_dump() for point in trends.trend_data]

    parts = written(pages(), TREND_COLUMNS, form)
    return await download(request, parts, form, "trends", _headers(deps))


def _headers(deps: Deps) -> dict[str, str]:
    return {"Cache-Control": "no-cache", "Undertone-Feed": deps.settings.feed}
