"""Recorded items of Reddit, Hacker News and GitHub, as the collector's methods read them."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from collector.text.html import to_markdown
from shared.communities import SourceName
from shared.text.forms import FORMS
from shared.text.own_words import own_lines

SHARED = Path("../shared")
# Readers were shown this much; the label is of what they read.
MAX_CHARACTERS = 1_500
TAKEN_AWAY = ("", "[deleted]", "[removed]", "[ Removed by reddit ]", "[deleted by user]")

Kind = Literal["post", "comment"]
# What a JSON object of a source's answer holds.
Object = Mapping[str, object]


@dataclass(frozen=True)
class Recorded:
    """A recorded item; text holds its author's own words, a post's after its title."""

    id: str
    source: SourceName
    kind: Kind
    text: str


def read_recorded(folder: Path = SHARED) -> Iterator[Recorded]:
    """Yield the items that people wrote, each once, of the sources that the folder has."""
    seen: set[str] = set()
    for items in (_reddit(folder), _hacker_news(folder), _github(folder)):
        for item in items:
            if item.text and item.id not in seen:
                seen.add(item.id)
                yield item


def is_there(folder: Path = SHARED) -> bool:
    """Return whether the recorded items can be read."""
    return (folder / "reddit").is_dir() and (folder / "sources").is_dir()


def _item(
    item_id: str, source: SourceName, author: object, title: object, content: object
) -> Recorded:
    """Return an item; its text is "" if it was taken away or a program wrote it."""
    kind: Kind = "comment" if title is None else "post"
    body = str(content or "").strip()
    if body in TAKEN_AWAY:
        body = ""
    form = FORMS[source]
    is_ours = not form.is_bot(author if isinstance(author, str) else None) and author != "[deleted]"
    markdown = body if title is None else f"{title}\n\n{body}"
    words = own_lines(markdown.replace("\r\n", "\n"), form).words if is_ours else ""
    return Recorded(item_id, source, kind, cut(words.strip()))


def cut(text: str) -> str:
    """Return the beginning of a longer text, up to the end of a word."""
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[: MAX_CHARACTERS + 1].rsplit(maxsplit=1)[0]


def _reddit(folder: Path) -> Iterator[Recorded]:
    for name in ("posts", "comments"):
        path = folder / "reddit" / f"{name}.ndjson.gz"
        if not path.exists():
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                data = json.loads(line)["data"]
                body = data.get("selftext") if name == "posts" else data.get("body")
                item_id = f"reddit:{data['name']}"
                yield _item(item_id, "reddit", data.get("author"), data.get("title"), body)


def _hacker_news(folder: Path) -> Iterator[Recorded]:
    sources = folder / "sources"
    tree = sources / "hn_algolia" / "item_tree.json"
    if tree.exists():
        yield from _tree(json.loads(tree.read_text(encoding="utf-8")))
    found = sources / "hn_algolia" / "search.json"
    if found.exists():
        for hit in json.loads(found.read_text(encoding="utf-8"))["hits"]:
            html = hit.get("comment_text") or hit.get("story_text")
            yield _hacker_news_item(hit["objectID"], hit["author"], hit.get("title"), html)
    items = sources / "hn_firebase" / "items.ndjson"
    if items.exists():
        for line in items.read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            if data["type"] != "job":
                yield _hacker_news_item(
                    data["id"], data.get("by"), data.get("title"), data.get("text")
                )


def _tree(root: dict[str, object]) -> Iterator[Recorded]:
    to_visit: list[dict[str, object]] = [root]
    while to_visit:
        each = to_visit.pop()
        yield _hacker_news_item(each["id"], each["author"], each.get("title"), each.get("text"))
        children = each["children"]
        to_visit.extend(children if isinstance(children, list) else ())


def _hacker_news_item(number: object, author: object, title: object, html: object) -> Recorded:
    return _item(f"hn:{number}", "hackernews", author, title, to_markdown(str(html or "")))


def _github(folder: Path) -> Iterator[Recorded]:
    for path in sorted((folder / "sources" / "github").glob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for each in _with_body(json.loads(line)["body"]):
                user = each.get("user") or each.get("author")
                author = user.get("login") if isinstance(user, dict) else None
                place = str(each["url"]).split("/repos/")[-1].removeprefix("https://github.com/")
                body = each["body"]
                yield _item(f"github:{place}", "github", author, each.get("title"), body)


def _with_body(value: object) -> Iterator[Object]:
    """Yield the issues, discussions and comments of an answer, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from _with_body(each)
    elif isinstance(value, dict):
        if isinstance(value.get("body"), str) and isinstance(value.get("url"), str):
            yield value
        for each in value.values():
            yield from _with_body(each)
