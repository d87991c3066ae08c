"""Which words of an item may name a subject: its author's own, read by the form of its source."""

from typing import Any, cast

import pytest

from shared.communities import SourceName
from shared.models import Comment, Post
from shared.subjects.matcher import Matcher
from shared.subjects.starter import starter_pack
from shared.subjects.texts import ItemText, find, matches_of, subjects_of_thread

MATCHER = Matcher(starter_pack())
ITEM: dict[str, Any] = {
    "source": "reddit",
    "community": "aws",
    "author": "ada",
    "content": "",
    "deleted": False,
}


def post(title: str, content: str = "", **fields: Any) -> Post:
    return cast("Post", {**ITEM, "title": title, "content": content, **fields})


def named(
    text: str, source: SourceName = "reddit", author: str | None = None, community: str = "aws"
) -> list[str]:
    found = find(MATCHER, ItemText(text, source, author, community))
    return [each.subject for each in found.matches]


@pytest.mark.parametrize(
    "text",
    [
        "run `aider --help`",
        "```\nimport aider\n```\nfails",
        "text\n\n    aider --model x\n",
        "> I love Aider\n\nI don't",
        "see https://aider.chat/docs and www.aider.chat",
        "mail me@aider.chat",
        "![Aider](https://example.com/a.png)",
        "*I am a bot, and this action was performed automatically. Ask about Aider.*",
        "ask in r/aider or u/aider",
    ],
)
def test_code_quotes_addresses_and_notices_name_nothing(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "# Aider\n\nwell",
        "- **Aider**",
        "| tool | a |\n|---|---|\n| Aider | 1 |",
        "[Aider](https://example.com) it is",
        "#Aider",
        "~~Aider~~ &amp; co",
    ],
)
def test_headings_lists_tables_and_the_words_of_links_do(text: str) -> None:
    assert named(text) == ["aider"]


def test_programs_name_nothing() -> None:
    assert named("Aider", author="AutoModerator") == []
    assert named("Aider", "github", "github-actions[bot]") == []
    assert named("Aider", "hackernews", "AutoModerator") == ["aider"]


def test_a_text_is_read_by_the_form_of_its_source() -> None:
    mail = "I agree.\n\nOn Mon, 3 Nov 2025 at 10:00, Aider <a@example.com> wrote:"
    assert named(mail, "github") == []
    assert named('[quote="ada"]\nAider\n[/quote]\nno', "discourse") == []
    template = "### Claude Code Version\n\n2.0.22 (Claude Code)\n\n### What happened?\n\nIt broke"
    assert named(template, "github") == []


def test_the_community_of_an_item_is_home() -> None:
    assert named("cursor bla", community="Cursor") == ["cursor"]
    assert named("cursor bla") == []


def test_a_post_names_what_its_title_and_its_text_name() -> None:
    written = post("Kiro", "Aider")
    assert [each.subject for each in matches_of(MATCHER, written)] == ["kiro", "aider"]


def test_a_thread_is_about_what_the_title_names_or_else_what_the_text_names() -> None:
    for title, subject in (("Kiro", "kiro"), ("Well", "aider")):
        found = subjects_of_thread(MATCHER, post(title, "Aider"))
        assert [each.subject for each in found] == [subject]


def test_a_deleted_item_names_nothing() -> None:
    said = cast("Comment", {**ITEM, "content": "Aider"})
    assert [each.subject for each in matches_of(MATCHER, said)] == ["aider"]
    said["deleted"] = True
    gone = post("Aider", deleted=True)
    assert matches_of(MATCHER, said) == []
    assert matches_of(MATCHER, gone) == []
    assert subjects_of_thread(MATCHER, gone) == []


def test_what_was_kept_out_is_told_with_its_reason() -> None:
    kept = [
        (each.words, each.reason, each.phrase)
        for text in ("Cursor jumps", "windsurf bla")
        for each in find(MATCHER, ItemText(text, "reddit", None, "aws")).kept_out
    ]
    assert kept == [
        ("Cursor", "excluded", "Cursor jumps"),
        ("windsurf", "no_context", "windsurf"),
    ]
