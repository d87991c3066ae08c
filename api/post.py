"""One post with its comments."""

from collections import Counter
from math import fsum

from api.deps import Deps
from api.models import (
    MOST_COMMENTS,
    CommentAnswer,
    LabelCounts,
    PostAnswer,
    PostDetail,
    PostParameters,
)
from api.parameters import NotThere, scope_of
from shared.models import ALL, Post
from shared.statistics import COMPOUND_DIGITS
from shared.store import COMMENTS, POSTS, Query, Store


async def read_post(deps: Deps, parameters: PostParameters) -> PostDetail:
    """Give a post and its comments: a point read and a query inside its subreddit.

    Without a subreddit the post is looked for in each of the watched ones, by point reads.
    Raises UnknownSubreddit, NotThere and StoreError.
    """
    scope = scope_of(deps.settings, parameters.subreddit)
    names = deps.settings.subreddits if scope == ALL else [scope]
    store = await deps.store()
    post = await _find(store, names, parameters.id)
    if post is None:
        where = "any watched subreddit" if scope == ALL else scope
        raise NotThere(f"There is no post of this id in {where}.")
    comments = await store.query(
        Query(COMMENTS, post["subreddit"], MOST_COMMENTS + 1, equals={"post_id": parameters.id})
    )
    shown = comments[:MOST_COMMENTS]
    labels = Counter(comment["sentiment"]["label"] for comment in shown)
    compounds = [comment["sentiment"]["compound"] for comment in shown]
    return PostDetail(
        post=PostAnswer.model_validate(post),
        comments=[CommentAnswer.model_validate(comment) for comment in shown],
        comments_complete=len(comments) == len(shown),
        sentiment_distribution=LabelCounts(
            positive=labels["positive"], negative=labels["negative"], neutral=labels["neutral"]
        ),
        sentiment_avg=(
            round(fsum(compounds) / len(compounds), COMPOUND_DIGITS) if compounds else None
        ),
        feed=deps.settings.feed,
    )


async def _find(store: Store, names: list[str] | tuple[str, ...], post_id: str) -> Post | None:
    found = await store.read_many(POSTS, [(name, post_id) for name in names])
    return next(iter(found.values()), None)
