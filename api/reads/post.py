"""One post with its comments."""

from collections.abc import Sequence

from api.deps import Deps
from api.errors import BadParameters, NotFound
from api.reads.copies import with_places
from api.reads.corrections import corrections_beside, with_beside
from api.reads.kinds import with_switch
from api.reads.scopes import scope_asked
from api.schema.items import MAX_COMMENTS, CommentAnswer, PostAnswer, PostDetail
from api.schema.parameters import PostParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import LabelCounts
from shared.communities import sharing_with
from shared.models import ALL, Comment, Post
from shared.stats.cells import recount, totals
from shared.store import COMMENTS, POSTS, Query, Store
from shared.store.community_states import MAX_OBSERVED


async def read_post(deps: Deps, parameters: PostParameters) -> PostDetail:
    """Return a post and a page of its comments, by a point read and a query in its community.

    Without a community it looks the post up in all watched ones, by point reads. Where communities
    share items, the post or some of its comments may be in another one; these are queried too.
    Raises UnknownCommunity, BadParameters, NotFound and StoreError.
    """
    scope = scope_asked(deps.settings, parameters)
    names = deps.settings.watched if scope == ALL else [scope]
    if len(names) > MAX_OBSERVED:
        detail = f"a post is looked up in at most {MAX_OBSERVED} communities"
        takes = "the post's community, as lists of posts have it"
        raise BadParameters([BadParameter(parameter="subreddit", detail=detail, takes=takes)])
    store = await deps.watched_store()
    # Before the items: a correction that is written in between is in one or the other.
    beside = await corrections_beside(store)
    post = await _find(store, names, parameters.id)
    if post is None and scope != ALL:
        post = await _find(store, sharing_with(scope, deps.settings.watched), parameters.id)
    if post is None:
        where = "any watched community" if scope == ALL else scope
        raise NotFound(f"There is no post of this id in {where}.")
    others = sharing_with(post["community"], deps.settings.watched)
    comments = await _comments(store, [post["community"], *others], parameters)
    post = with_beside(post, beside)
    shown = [with_beside(comment, beside) for comment in comments[:MAX_COMMENTS]]
    said = totals([recount([], shown)], deps.settings.other_languages)
    return PostDetail(
        post=PostAnswer.model_validate(with_places(post, deps.settings.watched)),
        comments=[
            CommentAnswer.model_validate(with_switch(comment)) for comment in without_loops(shown)
        ],
        comments_complete=len(comments) == len(shown),
        sentiment_distribution=LabelCounts(
            positive=said["positive"], negative=said["negative"], neutral=said["neutral"]
        ),
        sentiment_avg=said["avg_sentiment"],
        left_out=said["left_out"],
        methods=said["methods"],
        mixed_methods=said["mixed_methods"],
        origin=deps.settings.origin,
    )


def without_loops(comments: Sequence[Comment]) -> list[Comment]:
    """Return the comments without circles of parents.

    A circle, which only wrong data has, is cut: its first comment then answers the post.
    """
    parents = {each["id"]: each["parent_id"] for each in comments}
    leads_out: set[str] = set()
    found: list[Comment] = []
    for comment in comments:
        own = name = comment["id"]
        passed: set[str] = set()
        while name in parents and name not in leads_out and name not in passed:
            passed.add(name)
            name = parents[name]
        if name == own and passed:
            parents[own] = comment["post_id"]
        # One that only leads into a circle waits until that is cut.
        if name not in passed or name == own:
            leads_out |= passed
        kept: Comment = {**comment, "parent_id": parents[own]}
        found.append(kept)
    return found


def next_comments(detail: PostDetail) -> str | None:
    """Return the cursor of the next comments; None if no later ones are stored."""
    if detail.comments_complete:
        return None
    last = detail.comments[-1]
    return f"{last.created_utc}_{last.id}"


async def _comments(
    store: Store, names: Sequence[str], parameters: PostParameters
) -> list[Comment]:
    """Return the next comments in these communities, and one more if there is one."""
    found: list[Comment] = []
    for name in names:
        found += await store.query(
            Query(
                COMMENTS,
                name,
                MAX_COMMENTS + 1,
                at_least=f"{parameters.cursor}!" if parameters.cursor else None,
                equals={"post_id": parameters.id},
            )
        )
    return sorted(found, key=lambda comment: comment["order_key"])[: MAX_COMMENTS + 1]


async def _find(store: Store, names: Sequence[str], post_id: str) -> Post | None:
    found = await store.read_many(POSTS, [(name, post_id) for name in names])
    return next(iter(found.values()), None)
