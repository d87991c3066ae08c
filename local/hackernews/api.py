"""The part of Hacker News' two APIs that the stand-in serves.

https://hn.algolia.com/api and https://github.com/HackerNews/API
"""

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.hackernews.board import Board, Entry
from local.hackernews.query import filters_of, fits_tags, fits_words

MAX_HITS = 1000
DEFAULT_HITS = 20
PAST_THE_END = (
    "you can only fetch the 1000 hits for this query. You can extend the number of hits returned"
    " via the paginationLimitedTo index parameter or use the browse method."
)
TITLE_TAGS = {"Ask HN": "ask_hn", "Show HN": "show_hn"}


class HackerNewsApi:
    """Answers the requests about a board with what becomes JSON."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def search(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Answer search_by_date, newest first. Raises BadQuery."""
        page = _whole(parameters.get("page"), 0)
        size = min(_whole(parameters.get("hitsPerPage"), DEFAULT_HITS), MAX_HITS)
        found = self._found(parameters)
        shown = found[:MAX_HITS][page * size : (page + 1) * size]
        answer: dict[str, Any] = {
            "hits": shown,
            "page": page,
            "nbHits": len(found),
            "nbPages": -(-min(len(found), MAX_HITS) // size) if size else 0,
            "hitsPerPage": size,
            "exhaustiveNbHits": True,
            "query": parameters.get("query", ""),
            "processingTimeMS": 1,
        }
        if page * size >= MAX_HITS:
            # As the service does it: no error, but as if nothing was there.
            answer |= {"nbHits": 0, "nbPages": 0, "message": PAST_THE_END}
        return answer

    def tree(self, number: int) -> dict[str, Any] | None:
        """Answer items/:id: an entry with all that answers it."""
        entry = self._board.find(number)
        if entry is None or entry.dead:
            return None
        return self._node(entry, self._board.story_of(entry))

    def item(self, number: int) -> dict[str, Any] | None:
        """Answer Firebase's /v0/item/ID.json; None for what isn't there."""
        entry = self._board.find(number)
        if entry is None:
            return None
        data: dict[str, Any] = {"id": entry.id, "type": entry.type, "time": entry.time}
        if entry.parent is not None:
            data["parent"] = entry.parent
        if entry.deleted:
            return {**data, "deleted": True}
        data["by"] = entry.by
        if entry.dead:
            return {**data, "dead": True, "text": "[flagged]"}
        kids = [kid.id for kid in self._board.kids(entry.id)]
        if kids:
            data["kids"] = kids
        if entry.text:
            data["text"] = entry.text
        if entry.type != "comment":
            data |= {"title": html.escape(entry.title), "url": entry.url, "score": entry.score}
            data["descendants"] = self._board.descendants(entry.id)
        return data

    def top(self) -> list[int]:
        """Answer Firebase's /v0/topstories.json."""
        return self._board.front

    def _found(self, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
        tests = filters_of(parameters.get("numericFilters", ""))
        typos = parameters.get("typoTolerance", "true") != "false"
        query, tags = parameters.get("query", ""), parameters.get("tags", "")
        now = self._board.clock()
        found: list[tuple[int, dict[str, Any]]] = []
        for entry in self._board.entries():
            if not entry.is_indexed or entry.indexed_at > now:
                continue
            if not fits_tags(tags, self._tags(entry)):
                continue
            hit = self._hit(entry)
            if fits_words(query, hit, typos=typos) and all(test(hit) for test in tests):
                found.append((entry.time, {**hit, **entry.odd}))
        return [hit for _, hit in sorted(found, key=lambda each: -each[0])]

    def _tags(self, entry: Entry) -> list[str]:
        tags = [entry.type, f"author_{entry.by}", f"story_{self._board.story_of(entry)}"]
        tags += [tag for begin, tag in TITLE_TAGS.items() if entry.title.startswith(begin)]
        return [*tags, "front_page"] if entry.id in self._board.front else tags

    def _hit(self, entry: Entry) -> dict[str, Any]:
        is_comment = entry.type == "comment"
        number = self._board.story_of(entry)
        story = self._board.find(number)
        hit: dict[str, Any] = {
            "objectID": str(entry.id),
            "created_at": _written(entry),
            "created_at_i": entry.time,
            "author": entry.by,
            "points": None if is_comment else entry.score,
            "_tags": self._tags(entry),
            "_highlightResult": {},
            "updated_at": _written(entry),
        }
        if is_comment:
            return hit | {
                "comment_text": entry.text,
                "parent_id": entry.parent,
                "story_id": number,
                "story_title": story.title if story else None,
                "story_url": story.url if story else None,
            }
        return hit | {
            "title": entry.title,
            "url": entry.url or None,
            "num_comments": self._board.descendants(entry.id),
            "story_id": entry.id,
            **({"story_text": entry.text} if entry.text else {}),
        }

    def _node(self, entry: Entry, story: int) -> dict[str, Any]:
        is_hidden = entry.deleted or entry.dead
        return {
            "id": entry.id,
            "created_at": _written(entry),
            "created_at_i": entry.time,
            "type": entry.type,
            "author": None if is_hidden else entry.by,
            "title": entry.title or None,
            "url": entry.url or None,
            "text": None if is_hidden else _in_paragraphs(entry.text),
            "points": None if entry.type == "comment" else entry.score,
            "parent_id": entry.parent,
            "story_id": story,
            "children": [self._node(kid, story) for kid in self._board.kids(entry.id)],
            "options": [],
        }


def _in_paragraphs(text: str) -> str:
    """Return a text as trees have it, with ends of paragraphs."""
    return "".join(f"<p>{part}</p>" for part in text.split("<p>")) if text else ""


def _written(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
