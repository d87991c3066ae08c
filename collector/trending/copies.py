"""Posts with the same words: whatever names stand above them, one person says it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from collector.trending.topics import Told
from shared.text import folded

WORD = re.compile(r"\w+")
# Two people may well say the same few words: "Is Claude down?"
MIN_WORDS = 8


def words_of(title: str, content: str) -> str:
    """Return the words of a post as they are compared with another's."""
    return " ".join(WORD.findall(folded(f"{title} {content}")))


def with_one_author(posts: Sequence[Told]) -> list[Told]:
    """Return the posts, each copy with the author of the first post that says so.

    Short posts are copies only where their authors are gone.
    """
    first: dict[str, str] = {}
    united: list[Told] = []
    for post in posts:
        is_long = post.words.count(" ") + 1 >= MIN_WORDS
        if not post.words or not (is_long or post.author == post.id):
            united.append(post)
            continue
        author = first.setdefault(post.words, post.author)
        united.append(post if author == post.author else replace(post, author=author))
    return united
