"""Writes posts and topics as Discourse's JSON."""

from datetime import UTC, datetime
from html import escape

from local.discourse.board import Board, BoardPost, BoardTopic

Json = dict[str, object]
FLAGGED = "<p>This post was flagged by the community and is temporarily hidden.</p>"


def moment(seconds: float) -> str:
    """Return a time as Discourse writes it."""
    at = datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post_json(
    post: BoardPost, topic: BoardTopic, *, with_raw: bool, with_title: bool = False
) -> Json:
    """Return a post."""
    text = escape(post.raw, quote=False)
    found: Json = {
        "id": post.id,
        "username": post.username,
        "created_at": moment(post.created),
        "cooked": FLAGGED if post.is_hidden else f"<p>{text}</p>",
        "post_number": post.number,
        "post_type": post.post_type,
        "updated_at": moment(post.created),
        "reply_to_post_number": post.reply_to,
        "topic_id": topic.id,
        "topic_slug": topic.slug,
        "version": post.version,
        # An action without a count is left out.
        "actions_summary": [{"id": 2, "count": post.likes}] if post.likes else [],
        "hidden": post.is_hidden,
        "deleted_at": None,
        "user_deleted": post.is_user_deleted,
    }
    if with_raw and not post.is_hidden:
        found["raw"] = post.raw
    if with_title:
        found |= {"topic_title": topic.title, "category_id": topic.category}
    return found | post.more


def topic_json(board: Board, topic: BoardTopic) -> Json:
    """Return a topic as a list shows it."""
    posts = board.visible_posts(topic)
    return {
        "id": topic.id,
        "title": topic.title,
        "fancy_title": escape(topic.title),
        "slug": topic.slug,
        "posts_count": len(posts),
        "highest_post_number": posts[-1].number if posts else 0,
        "like_count": sum(post.likes for post in posts),
        "views": 10 * len(posts),
        "category_id": topic.category,
        "tags": list(topic.tags),
        "visible": topic.is_visible,
        "pinned": False,
        "archetype": "regular",
        "created_at": moment(posts[0].created) if posts else None,
        "bumped_at": moment(posts[-1].created) if posts else None,
    }


def categories_json() -> Json:
    """Return /categories.json, without the private ones."""
    shown = [{"id": 1, "name": "General", "subcategory_list": [{"id": 2, "name": "Support"}]}]
    return {"category_list": {"categories": shown}}
