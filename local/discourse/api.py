"""The answers of a forum of the stand-in."""

import json
import re
from collections.abc import Mapping

from starlette.responses import Response

from local.discourse.board import Board, BoardPost
from local.discourse.objects import categories_json, post_json, topic_json

ROUTES: Mapping[str, re.Pattern[str]] = {
    "posts": re.compile(r"/posts\.json"),
    "post": re.compile(r"/posts/(?P<post>\d+)\.json"),
    "latest": re.compile(r"/latest\.json"),
    "categories": re.compile(r"/categories\.json"),
    "topic": re.compile(r"/t/(?:[^/]*[^/\d][^/]*/)?(?P<topic>\d+)(?:/(?P<number>\d+))?\.json"),
    "topic_posts": re.compile(r"/t/(?P<topic>\d+)/posts\.json"),
}
CHUNK = 20
# A chunk around a number begins a quarter of its size before it.
BEFORE = CHUNK // 4

Query = Mapping[str, list[str]]


def route_of(path: str) -> tuple[str, dict[str, int]]:
    """Return a path's route and its numbers."""
    for name, pattern in ROUTES.items():
        if found := pattern.fullmatch(path):
            numbers = {key: int(text) for key, text in found.groupdict().items() if text}
            return name, numbers
    return "other", {}


def as_json(content: object, status: int = 200) -> Response:
    """Return an answer in JSON, which may have halves of surrogate pairs."""
    return Response(json.dumps(content), status_code=status, media_type="application/json")


def refusal(status: int, kind: str, words: str) -> Response:
    """Return an error in Discourse's words."""
    return as_json({"errors": [words], "error_type": kind}, status)


def not_found() -> Response:
    """Return Discourse's 404."""
    return refusal(404, "not_found", "The requested URL or resource could not be found.")


class ForumApi:
    """The API of one forum."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def answer(self, route: str, numbers: Mapping[str, int], query: Query) -> Response:
        """Return the answer to a request."""
        if self._board.needs_login:
            return refusal(403, "not_logged_in", "You need to be logged in to do that.")
        match route:
            case "posts":
                return self._posts(query)
            case "latest":
                return self._latest(query)
            case "categories":
                return as_json(categories_json())
            case "post":
                return self._post(numbers["post"])
        return self._topic(route, numbers, query) if "topic" in numbers else not_found()

    def _posts(self, query: Query) -> Response:
        before = int(query["before"][0]) if "before" in query else 0
        posts = self._board.listed(before if before > 0 else None)
        shown = [
            post_json(post, topic, with_raw=True, with_title=True)
            for post in posts
            if (topic := self._board.topic(post.topic_id))
        ]
        return as_json({"latest_posts": shown})

    def _latest(self, query: Query) -> Response:
        topics = self._board.latest_topics(int(query.get("page", ["0"])[0]))
        shown = [topic_json(self._board, each) for each in topics]
        return as_json({"users": [], "topic_list": {"topics": shown}})

    def _post(self, post_id: int) -> Response:
        post = self._board.post(post_id)
        topic = self._board.topic(post.topic_id) if post else None
        if post is None or topic is None or post.is_deleted or not self._board.is_public(topic):
            return not_found()
        return as_json(post_json(post, topic, with_raw=True))

    def _topic(self, route: str, numbers: Mapping[str, int], query: Query) -> Response:
        topic = self._board.topic(numbers["topic"])
        if topic is None or topic.is_deleted:
            return not_found()
        if not self._board.is_public(topic):
            if self._board.is_detailed:
                return refusal(403, "invalid_access", "You are not permitted to view this.")
            return not_found()
        posts = self._board.visible_posts(topic)
        if route == "topic_posts":
            ids = {int(each) for each in query.get("post_ids[]", [])}
            shown = [post for post in posts if post.id in ids]
        else:
            shown = _chunk(posts, numbers.get("number", 1))
        with_raw = "include_raw" in query
        stream = {
            "posts": [post_json(post, topic, with_raw=with_raw) for post in shown],
            "stream": [post.id for post in posts],
        }
        about = {"id": topic.id} if route == "topic_posts" else topic_json(self._board, topic)
        return as_json(about | {"post_stream": stream})


def _chunk(posts: list[BoardPost], number: int) -> list[BoardPost]:
    """Return some 20 posts around the one that is nearest to a number."""
    if not posts:
        return []
    nearest = min(range(len(posts)), key=lambda place: abs(posts[place].number - number))
    first = max(0, nearest - BEFORE) if number > 1 else 0
    return posts[first : first + CHUNK]
