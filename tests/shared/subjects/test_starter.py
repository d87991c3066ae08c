"""The starter pack: a first watchlist that is right as it stands."""

import re

from shared.communities import SUBREDDIT, is_prefixed_id
from shared.subjects.matcher import Matcher
from shared.subjects.phrases import phrase_of
from shared.subjects.starter import FILE, starter_pack
from shared.subjects.wordlists import BARE, SMALL, context_of, is_unknown_list, wordlists

FIELD = {
    *("Cursor", "GitHub Copilot", "Claude Code", "Claude", "Codex", "ChatGPT", "Gemini"),
    *("Gemini CLI", "Windsurf", "Kiro", "Jules", "Amazon Q", "Cline", "Aider", "Zed"),
    *("JetBrains AI", "v0", "Lovable", "Devin", "Roo Code", "OpenCode", "Bolt", "Replit"),
    *("Tabnine", "Continue"),
}


def test_the_tools_of_the_field_are_there() -> None:
    assert {each["name"] for each in starter_pack()} >= FIELD


def test_every_subject_has_an_id_that_is_safe_in_a_path_and_a_term() -> None:
    pack = starter_pack()
    ids = [each["id"] for each in pack]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", each) for each in ids)
    assert all(each["terms"] for each in pack)


def test_no_term_stands_twice() -> None:
    spellings = [
        "".join(phrase.pieces)
        for each in starter_pack()
        for term in each["terms"]
        if (phrase := phrase_of(term["text"]))
    ]
    twice = {each for each in spellings if spellings.count(each) > 1}
    assert not twice


def test_no_exclusion_is_a_term_and_no_phrase_is_empty() -> None:
    for each in starter_pack():
        terms = {phrase_of(term["text"]) for term in each["terms"]}
        excluded = {phrase_of(text) for text in each["exclude"]}
        assert None not in {*terms, *excluded, *map(phrase_of, context_of(each))}, each["id"]
        assert terms.isdisjoint(excluded), each["id"]


def test_ambiguous_names_have_a_context_and_its_lists_exist() -> None:
    for each in starter_pack():
        needed = any(term["needs_context"] for term in each["terms"])
        assert bool(each["context"]) == needed, each["id"]
        assert not [word for word in each["context"] if is_unknown_list(word)]
    assert is_unknown_list("@nowhere")
    assert not is_unknown_list("nowhere")


def test_homes_are_ids_of_communities() -> None:
    homes = [home for each in starter_pack() for home in each["home"]]
    assert all(is_prefixed_id(home) or SUBREDDIT.fullmatch(home) for home in homes)
    assert len(set(homes)) == len(homes)


def test_every_subject_has_the_reason_of_its_rules() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line == "[[subjects]]":
            assert lines[number + 1].startswith("# "), lines[number + 2]


def test_every_list_of_words_is_named_by_a_subject() -> None:
    named = {word for each in starter_pack() for word in each["context"] if word[0] == "@"}
    assert named == {BARE, SMALL, *(f"@{name}" for name in wordlists())}


def test_a_subject_is_found_by_its_name() -> None:
    matcher = Matcher(starter_pack())
    for each in starter_pack():
        home = each["home"][0]
        assert [found.subject for found in matcher.match(each["name"], home=home)] == [each["id"]]
