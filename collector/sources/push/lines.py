"""Translates the lines of pushed items, which shared/pushed.py reads, into our words."""

from collector.sources.base import Seen, SeenComment, SeenPost
from shared.pushed import PushedItem, read_item


def read_line(text: bytes, community: str) -> Seen | str | None:
    """Return a line's item, or what is wrong with it; None for one that is blank.

    "" stands for a line that is too long.
    """
    if not text:
        return "longer than 1 MB"
    item = read_item(text)
    if not isinstance(item, PushedItem):
        return item
    if item.community not in {None, community}:
        return "of another community"
    return seen_of(item, community)


def seen_of(item: PushedItem, community: str) -> Seen:
    """Translate into our words; ids are made unique by the community's."""
    if item.kind == "post":
        return SeenPost(
            id=item.id_in(community),
            author=item.author or None,
            title=item.title,
            content=item.text,
            url=item.url or item.permalink,
            permalink=item.permalink,
            created_utc=item.created.timestamp(),
            upvotes=item.score,
            upvote_ratio=None,
            comment_count=item.replies,
            flair=item.flair or None,
            deleted=item.deleted is not None,
            edited=item.edited,
        )
    post_id = f"{community}.{item.post_id}"
    answers_post = item.parent_id in {None, item.post_id, item.id}
    return SeenComment(
        id=item.id_in(community),
        post_id=post_id,
        parent_id=post_id if answers_post else f"{community}.{item.parent_id}",
        author=item.author or None,
        content=item.text,
        permalink=item.permalink,
        created_utc=item.created.timestamp(),
        upvotes=item.score,
        deleted=item.deleted is not None,
        edited=item.edited,
    )
