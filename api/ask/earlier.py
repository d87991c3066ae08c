"""Answers the questions of clients of the earlier system: POST /ai/query."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.ask.answer import ask
from api.errors import EmptyQuestion
from api.mcp.arguments import scope_parameters
from api.mcp.reader import Reader
from api.mcp.reading import address
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.schema.ask import AskAnswer, AskBody, AskedScope
from api.schema.earlier_ask import EarlierAnswer, EarlierQuestion, EarlierSource
from api.schema.parameters import PostsParameters, ScopeParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import WindowTotals
from shared.models import ALL

DAY_HOURS, WEEK_HOURS = 24, 168
RECENT_POSTS = 10
# Scopes whose statistics an answer has.
MAX_SUMMARISED = 5


@dataclass(frozen=True)
class _Summary:
    """The statistics of a scope, and where they come from."""

    name: str
    day: WindowTotals
    week: WindowTotals
    sources: Sequence[EarlierSource]


async def answer_earlier(reader: Reader, body: EarlierQuestion) -> EarlierAnswer:
    """Answer a question with the fields of the earlier system.

    Raises EmptyQuestion, TooBusy and StoreError.
    """
    question = body.question.strip()
    if not question:
        takes = EarlierQuestion.model_fields["question"].description or ""
        raise EmptyQuestion(
            [BadParameter(parameter="/question", detail="it is empty", takes=takes)]
        )
    answered = await ask(reader, AskBody(question=question))
    scopes = [each for each in answered.understood.scopes if each.scope != ALL][:MAX_SUMMARISED]
    everything = AskedScope(scope=ALL, name="overall", words="")
    summaries = [await _summary(reader, each) for each in scopes or [everything]]
    by_name: dict[str, dict[str, WindowTotals] | WindowTotals] = {
        each.name: {"last_24h": each.day, "last_week": each.week} for each in summaries
    }
    return EarlierAnswer(
        answer=" ".join([*(each.text for each in answered.answer), *answered.cannot]),
        sources=[*(s for each in summaries for s in each.sources), *_reads(answered)],
        data_summary=by_name if scopes else {"overall": summaries[0].week},
        understood=answered.understood,
        origin=answered.origin,
        timestamp=answered.timestamp,
    )


async def _summary(reader: Reader, scope: AskedScope) -> _Summary:
    """Return the statistics of a scope of a day and of a week, and its newest posts."""
    given = scope_parameters(scope.scope)
    day, week = (
        ScopeParameters.model_validate({**given, "hours": hours})
        for hours in (DAY_HOURS, WEEK_HOURS)
    )
    posts = PostsParameters.model_validate({**given, "hours": DAY_HOURS, "limit": RECENT_POSTS})
    of_day, of_week = await reader.read(read_stats, day), await reader.read(read_stats, week)
    recent = await reader.read(read_recent_posts, posts)
    subreddit, subject = of_week.subreddit, of_week.subject
    sources = [
        EarlierSource(
            type="sentiment_stats",
            subreddit=subreddit,
            subject=subject,
            timeframe="7d",
            count=None,
            title=f"Sentiment of {scope.name}",
            request=address("/sentiment/stats", week),
        ),
        EarlierSource(
            type="recent_posts",
            subreddit=subreddit,
            subject=subject,
            timeframe=None,
            count=len(recent.items.root),
            title=f"Newest posts of {scope.name}",
            request=address("/posts/recent", posts),
        ),
    ]
    name = scope.name if subject else subreddit
    return _Summary(name, of_day.statistics, of_week.statistics, sources)


def _reads(answered: AskAnswer) -> list[EarlierSource]:
    """Return the reads that the sentences rest on."""
    return [
        EarlierSource(
            type="read",
            subreddit=ALL,
            subject=None,
            timeframe=None,
            count=None,
            title=each.title,
            request=each.request,
        )
        for each in answered.evidence
    ]
