"""One post with its comments."""

from api.deps import Deps
from api.models import MOST_COMMENTS, CommentAnswer, LabelCounts, PostAnswer, PostDetail
from api.parameter_models import PostParameters
from api.parameters import NotThere, scope_of
from shared.models import ALL, Post
from shared.statistics import recount, totals
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
    said = totals([recount([], shown)], deps.settings.other_languages)
    return PostDetail(
        post=PostAnswer.model_validate(post),
        comments=[CommentAnswer.model_validate(comment) for comment in shown],
        comments_complete=len(comments) == len(shown),
        sentiment_distribution=LabelCounts(
            positive=said["positive"], negative=said["negative"], neutral=said["neutral"]
        ),
        sentiment_avg=said["avg_sentiment"],
        left_out=said["left_out"],
        methods=said["methods"],
        mixed_methods=said["mixed_methods"],
        feed=deps.settings.feed,
    )


async def _find(store: Store, names: list[str] | tuple[str, ...], post_id: str) -> Post | None:
    found = await store.read_many(POSTS, [(name, post_id) for name in names])
    return next(iter(found.values()), None)
