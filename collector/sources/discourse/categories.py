"""Reads the names of a forum's categories, which are the flair of its topics."""

import json
from collections.abc import Iterator, Mapping

from collector.sources.discourse.forum import Forum
from collector.sources.discourse.objects import whole_number
from shared.tidy import tidy

MAX_CATEGORIES = 300
MAX_NAME = 100
MAX_DEPTH = 5


def read_categories(forum: Forum) -> dict[str, str]:
    """Return the names of the forum's public categories by their ids."""
    answer = forum.categories()
    found: dict[str, str] = {}
    for number, name in _categories(answer.get("category_list") if answer else None, MAX_DEPTH):
        if len(found) < MAX_CATEGORIES:
            found.setdefault(str(number), name)
    return found


def _categories(listed: object, depth: int) -> Iterator[tuple[int, str]]:
    """Yield the ids and names of a list of categories, and of those within them."""
    objects = listed.get("categories") if isinstance(listed, dict) else listed
    for each in objects if isinstance(objects, list) and depth else []:
        if not isinstance(each, dict):
            continue
        number, name = whole_number(each.get("id")), each.get("name")
        if number and isinstance(name, str) and name.strip():
            yield number, tidy(name.strip())[:MAX_NAME]
        yield from _categories(each.get("subcategory_list"), depth - 1)


def to_text(names: Mapping[str, str]) -> str:
    """Return names of categories as a text that `to_names` reads."""
    return json.dumps(dict(names), separators=(",", ":"), sort_keys=True)


def to_names(text: str) -> dict[str, str]:
    """Read what `to_text` wrote."""
    return dict(json.loads(text))
