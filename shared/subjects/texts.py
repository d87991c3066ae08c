"""Finds what the texts of items name: in their authors' own words alone."""

from typing import NamedTuple

from shared.communities import SourceName
from shared.models import Comment, Post
from shared.subjects.matcher import Found, Match, Matcher
from shared.text.form import MARKDOWN
from shared.text.forms import FORMS
from shared.text.own_words import OwnLines, own_lines


class ItemText(NamedTuple):
    """A text in Markdown, with what tells how to read it."""

    markdown: str
    source: SourceName
    author: str | None
    community: str


def text_of_item(item: Post | Comment) -> ItemText | None:
    """Return the text of a stored item, a post's with its title; None if it is deleted."""
    if item["deleted"]:
        return None
    content = item["content"]
    words = f"{item.get('title')}\n\n{content}" if "title" in item else content
    return ItemText(words, item["source"], item["author"], item["community"])


def text_of_title(post: Post) -> ItemText | None:
    """Return the text of a post's title alone; None if the post is deleted."""
    if post["deleted"]:
        return None
    return ItemText(post["title"], post["source"], post["author"], post["community"])


def lines_of(text: ItemText) -> OwnLines:
    """Return the own words of a text's author; a program's text has none."""
    form = FORMS.get(text.source, MARKDOWN)
    return OwnLines("") if form.is_bot(text.author) else own_lines(text.markdown, form)


def find(matcher: Matcher, text: ItemText | None) -> Found:
    """Return what a text names, and what exclusions and context kept out.

    A deleted item's text is None, and names nothing.
    """
    if text is None:
        return Found([], [])
    return matcher.find(lines_of(text).naming(matcher.hosts), home=text.community)


def matches_of(matcher: Matcher, item: Post | Comment) -> list[Match]:
    """Return the subjects that an item's own words name, in the order of the watchlist."""
    return find(matcher, text_of_item(item)).matches


def subjects_of_thread(matcher: Matcher, post: Post) -> list[Match]:
    """Return the subjects that a post is about, for comments that name none.

    They are those that its title names, or, if it names none, those that its text names.
    """
    return find(matcher, text_of_title(post)).matches or matches_of(matcher, post)
