"""What a subject's rules find in a text, and what they leave alone."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Subject, Term
from shared.subjects.folded_text import FoldedText
from shared.subjects.matcher import Found, KeptOut, Match, Matcher, matcher_of
from shared.subjects.texts import ItemText, find
from shared.text import folded, normalised


def term(text: str, **flags: bool) -> Term:
    given_flags = {"exact": False, "prefix": False, "needs_context": False, **flags}
    return Term(text=text, **given_flags)  # type: ignore[typeddict-item]


def subject(name: str, *terms: str | Term, **fields: list[str]) -> Subject:
    lists = {"exclude": [], "context": [], "home": [], "merged_from": [], **fields}
    written = [term(each) if isinstance(each, str) else each for each in terms or (name,)]
    return Subject(id=name.lower(), name=name, role="own", terms=written, **lists)  # type: ignore[typeddict-item]


def words(text: str, *subjects: Subject, home: str | None = None) -> dict[str, tuple[str, ...]]:
    return {each.subject: each.words for each in Matcher(subjects).match(text, home=home)}


CURSOR = subject(
    "Cursor",
    term("Cursor", needs_context=True, capital=True),
    exclude=["cursor position", "mouse cursor", "database cursor*"],
    context=["IDE", "editor", "agent mode", "vibe cod*"],
    home=["Cursor", "forum.cursor"],
)
CLAUDE = subject("Claude", exclude=["Claude Monet"])
CODE = subject("Code", "Claude Code")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Windsurf is great", ("Windsurf",)),
        ("WINDSURF, windsurf; (Windsurf)", ("WINDSURF", "windsurf", "Windsurf")),
        ("Windsurfs and Windsurf's", ("Windsurfs", "Windsurf")),
        ("windsurf\u2019s price, windsurf'll see", ("windsurf",)),
        ("Windsurf 2.0 and windsurf1.12", ("Windsurf", "windsurf1.12")),
        ("w\u00efndsurf and \uff37indsurf", ("w\u00efndsurf", "Windsurf")),
        ("Windsurf/Zed, non-Windsurf, Windsurf-like", ("Windsurf",)),
        ("it is over.Windsurf is back", ("Windsurf",)),
        ("\u6211\u7528Windsurf\u5199\u4ee3\u7801", ("Windsurf",)),
        ("windsurfing windsurfer xwindsurf widnsurf wind surf", ()),
        ("my_windsurf windsurf_x $windsurf windsurf() windsurf= ~/.windsurf/x", ()),
        ("windsurf.com windsurf.execute x.windsurf --windsurf <windsurf", ()),
        ("src/windsurf/main.ts /opt/windsurf/bin C:\\windsurf\\x r/windsurf", ()),
        ("Windsurf\u0301o windsurf\u0902", ()),
    ],
)
def test_names_are_whole_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text, subject("Windsurf")).get("windsurf", ()) == found


@pytest.mark.parametrize(
    "text",
    ["claude code", "Claude-Code", "ClaudeCode", "Claude\nCode", "claude_code", "Claude  Code's"],
)
def test_a_phrase_stands_across_blanks_hyphens_and_line_breaks(text: str) -> None:
    assert list(words(f"I like {text}!", CLAUDE, CODE)) == ["code"]


@pytest.mark.parametrize("text", ["claude. Code", "claude, code", "claude 2 code", "claude cod"])
def test_a_phrase_does_not_stand_across_other_signs(text: str) -> None:
    assert "code" not in words(text, CLAUDE, CODE)


def test_words_of_any_script_are_found_whole() -> None:
    rules = [
        subject("A", "Кодекс"),
        subject("B", "通义"),
        subject("C", "कोड"),
        subject("D", "Ζευς"),
    ]
    assert list(words("Люблю кодекс.", *rules)) == ["a"]
    assert list(words("我喜欢通义千问", *rules)) == ["b"]
    assert list(words("यह कोड है", *rules)) == ["c"]
    assert words("कोडर, кодексом", *rules) == {}
    assert words("ΖΕΥΣ", *rules) == {"d": ("ΖΕΥΣ",)}


def test_an_exact_term_stands_in_its_own_case_alone() -> None:
    rule = subject("Go", term("Go", exact=True), term("VS Code", exact=True))
    assert words("Go is fine, go on, GO!", rule) == {"go": ("Go",)}
    assert words("VS-Code and vs code", rule) == {"go": ("VS-Code",)}


def test_a_prefix_is_the_beginning_of_a_word() -> None:
    rule = subject("Kube", term("kube", prefix=True))
    assert words("Kubernetes and kubectl, not a dekube", rule) == {
        "kube": ("Kubernetes", "kubectl")
    }


def test_signs_are_a_part_of_names() -> None:
    rule = subject("Signs", "C++", "bolt.new", ".cursorrules", "Node.js")
    found = ("C++", "bolt.new", ".cursorrules", "node.js")
    assert words("C++, bolt.new; a .cursorrules and node.js", rule) == {"signs": found}
    assert words("C, bolt new, cursorrules, nodejs", rule) == {}


def named(markdown: str, *subjects: Subject) -> list[str]:
    """Return the subjects that an author's own words name."""
    text = ItemText(markdown, "reddit", "someone", "programming")
    return [each.subject for each in find(Matcher(subjects), text).matches]


HOSTS = (
    subject("Continue", "Continue.dev"),
    subject("V0", term("v0", needs_context=True), "v0.dev", "v0.app", context=["v0 prototype"]),
    subject("Bolt", "bolt.new"),
    subject("Next", "Next.js"),
    subject("Dash", "my-dash.ai"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I moved to continue.dev last week", ["continue"]),
        ("Continue.dev, CONTINUE.DEV or continue.dev's config?", ["continue"]),
        ("have you tried continue.dev? v0.dev! (bolt.new)", ["continue", "v0", "bolt"]),
        ("**continue.dev** is fine.\n\nv0.app isn't", ["continue", "v0"]),
        ("continue.dev: it works. See cursor.com/docs", ["continue"]),
        ("[continue.dev](https://example.com) and my-dash.ai", ["continue", "dash"]),
        ("Next.js/React on next.js", ["next"]),
        ("https://continue.dev/docs and http://bolt.new", []),
        ("www.continue.dev, docs.continue.dev, www.bolt.new, app.bolt.new", []),
        ("continue.dev/blog/x, v0.dev/, bolt.new/~/abc, v0.app/chat", []),
        ("mail me@continue.dev, help@bolt.new, git@v0.dev:x.git, a@v0.app", []),
        ("continue.dev:8080 continue.dev?ref=x bolt.new:80 bolt.new?q=a#b", []),
        ("`continue.dev` and\n\n> bolt.new is great", []),
        ("<continue.dev> continue.device xcontinue.dev dash.ai", []),
    ],
)
def test_a_name_that_is_written_like_a_host_counts_but_not_in_an_address(
    text: str, found: list[str]
) -> None:
    assert named(text, *HOSTS) == found


@pytest.mark.parametrize(
    "text",
    [
        *("windsurf.com", "docs.windsurf.dev", "www.windsurf.com/x", "me@windsurf.ai"),
        *("windsurf-tools.dev", "my-windsurf.com", "windsurf-docs.app", "windsurf-notes.md"),
    ],
)
def test_no_other_name_stands_in_a_host(text: str) -> None:
    rules = subject("Windsurf"), subject("Tools"), subject("Docs"), subject("Dev"), *HOSTS
    assert named(f"see {text} for more", *rules) == []
    assert named(f"see {text} or continue.dev for more", *rules) == ["continue"]


def test_a_host_may_be_context_and_a_part_of_an_exclusion() -> None:
    rule = subject("Cursor", term("Cursor", needs_context=True), context=["example.dev"])
    assert named("is cursor like example.dev", rule) == ["cursor"]
    assert named("is cursor like example.dev/x or example.com", rule) == []
    excluding = subject("Cursor", exclude=["cursor on example.dev"])
    assert named("a cursor on example.dev", excluding) == []
    assert named("a cursor on another.dev", excluding) == ["cursor"]


def test_the_longest_name_wins_over_all_subjects() -> None:
    copilot, github = subject("Copilot", "GitHub Copilot"), subject("GitHub")
    assert words("GitHub Copilot", github, copilot) == {"copilot": ("GitHub Copilot",)}
    assert list(words("GitHub Copilot on GitHub", github, copilot)) == ["github", "copilot"]


def test_an_excluded_phrase_voids_what_it_overlaps() -> None:
    found = Matcher([CURSOR, CLAUDE]).find("Claude Monet moved the mouse cursors in his editor")
    assert found.matches == []
    assert found.kept_out == [
        KeptOut("claude", "Claude", "excluded", "Claude Monet"),
        KeptOut("cursor", "cursors", "excluded", "mouse cursors"),
    ]
    assert words("Claude Monet or Claude?", CLAUDE) == {"claude": ("Claude",)}


def test_a_longer_excluded_phrase_of_another_subject_voids_nothing() -> None:
    other = subject("Monet", exclude=["about Claude"])
    assert words("all about Claude", CLAUDE, other) == {"claude": ("Claude",)}


@pytest.mark.parametrize(
    "text",
    [
        "cursor is a nice editor",
        "The best IDE? cursor!",
        "Vibe coding with cursor again",
        "I can tell you that cursor, with all of its many faults, has an agent mode",
        "Yes. cursor. It is some kind of a very odd editor. No.",
        "cursor 2.0 is out",
        "I use Cursor daily",
        "the cursor editor",
    ],
)
def test_an_ambiguous_name_counts_by_its_context(text: str) -> None:
    assert "cursor" in words(text, CURSOR)


@pytest.mark.parametrize(
    "text",
    [
        "cursor is nice",
        "Cursor jumps",
        "the cursor jumps in my editor",
        "cursors are thin in this editor",
        "CURSOR",
        "How To Move The Cursor Around",
        f"cursor. {'So what. ' * 7}editor.",
        "cursor 2.5 px",
    ],
)
def test_an_ambiguous_name_does_not_count_without_it(text: str) -> None:
    found = Matcher([CURSOR]).find(text)
    assert found.matches == []
    assert found.kept_out[0].reason == "no_context"


def test_an_ambiguous_name_needs_no_context_in_its_home() -> None:
    for home in ("Cursor", "cursor", "forum.cursor"):
        assert words("cursor is nice", CURSOR, home=home) == {"cursor": ("cursor",)}
    assert words("mouse cursor is nice", CURSOR, home="Cursor") == {}
    assert words("cursor is nice", CURSOR, home="programming") == {}


def test_context_may_name_a_list_of_words() -> None:
    rule = subject("Kiro", term("Kiro", needs_context=True), context=["@usage"])
    assert list(words("we are using kiro here", rule)) == ["kiro"]
    assert words("using kiro's chair", rule) == {}
    assert words("kiro is here", rule) == {}


def test_subjects_come_in_the_order_of_the_watchlist_and_words_in_that_of_the_text() -> None:
    text = "claude, claude code, CLAUDE, claude"
    expected = [Match("code", ("claude code",)), Match("claude", ("claude", "CLAUDE"))]
    assert Matcher([CODE, CLAUDE]).match(text) == expected


def test_nothing_matches_nothing() -> None:
    assert Matcher([]).find("Claude") == Found([], [])
    assert Matcher([subject("Empty", "!?")]).find("!? Claude") == Found([], [])
    assert Matcher([CLAUDE]).find("") == Found([], [])


NAMES = [subject(name) for name in ("Kiro", "Cline", "Aider", "Zed", "Roo")]
FILLERS = ("the", "a", "I", "of", "(so)", "what?", "é", "我", "2.0", "no.", "-", "it's", "👍", "»")
fillers = st.lists(st.sampled_from(FILLERS))


@given(fillers, st.sampled_from(NAMES), fillers)
def test_a_name_is_found_whatever_stands_around_it(before, name: Subject, after) -> None:
    text = " ".join([*before, name["name"], *after])
    assert words(text, *NAMES) == {name["id"]: (name["name"],)}


@given(
    st.lists(st.sampled_from(["Kiro", "kiros", "Zed's", "roo", "x", "é", "-", "\u0130", "\u200b"]))
)
def test_folding_a_text_changes_no_match(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert list(words(folded(text), *NAMES)) == list(words(text, *NAMES))


@given(st.text(st.characters(exclude_categories=["Cs", "Mn", "Me"]), max_size=30))
def test_a_text_is_folded_as_in_searches(text: str) -> None:
    ours = FoldedText(text).folded
    assert ours.split() == folded(normalised(text)).split()
    assert FoldedText(ours).folded.split() == ours.split()


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_read(text: str, name: str) -> None:
    matcher = Matcher([subject("Any", name), CURSOR, CLAUDE])
    found = matcher.find(text)
    plain = unicodedata.normalize("NFKC", normalised(text))
    flat = "".join(plain.split())
    for match in found.matches:
        assert all("".join(each.split()) in flat for each in match.words)


pieces = st.lists(st.sampled_from(["alpha", "beta", "gamma"]), min_size=1, max_size=3)


@given(st.lists(pieces, min_size=1, max_size=5), pieces)
def test_of_names_that_overlap_none_is_shorter_than_one_that_was_left(names, text) -> None:
    rules = {" ".join(each): subject(" ".join(each)) for each in names}
    found = words(" ".join(text), *rules.values())
    possible = [each for each in rules if f" {each} " in f" {' '.join(text)} "]
    assert bool(found) == bool(possible)
    if possible:
        assert max(map(len, possible)) in {len(each) for all_ in found.values() for each in all_}


@given(fillers, st.sampled_from(["Kiro 7", "kiro-7", "old Kiro", "on kiro today"]), fillers)
def test_what_an_exclusion_overlaps_never_matches(before, phrase: str, after) -> None:
    rule = subject("Kiro", exclude=["Kiro 7", "old Kiro", "on Kiro today"])
    found = Matcher([rule]).find(" ".join([*before, phrase, *after]))
    assert found.matches == []
    assert [each.reason for each in found.kept_out] == ["excluded"]


@pytest.mark.parametrize(
    "piece",
    [
        *("cursor ", "cursor. ", "cursor\n", "the cursor ", "mouse cursor ", "cursor's ", "cursor"),
        *(
            "/cursor",
            "~/cursor/",
            "cursor/",
            "claude-",
            "claude code ",
            "Claude Monet ",
            "é cursor ",
        ),
        *("- cursor ", "a/b.cc cursor/", "cursor1", "1.1 cursor ", "cursor\u0301 ", "\n \n"),
    ],
)
def test_the_work_grows_with_the_length_of_a_text_alone(piece: str) -> None:
    matcher = Matcher([CURSOR, CLAUDE, CODE])
    once, twice = (_calls(matcher, piece * count) for count in (200, 400))
    assert twice < 2.5 * once + 100
    # A pattern with runaway backtracking would exceed the suite's time limit.
    matcher.find(piece * 10_000)


def test_the_same_rules_have_the_same_matcher_and_changed_rules_another() -> None:
    first = matcher_of([CURSOR, CLAUDE])
    assert matcher_of([{**CURSOR}, {**CLAUDE}]) is first
    changed = {**CURSOR, "terms": [term("cursed")]}
    assert matcher_of([changed, CLAUDE]).match("cursed") == [Match("cursor", ("cursed",))]  # type: ignore[list-item]
    assert matcher_of([CURSOR, CLAUDE]).match("cursed") == []


def _calls(matcher: Matcher, text: str) -> int:
    """Return how many functions are called, and lines run, to find what a text names."""
    count = 0

    def note(*_: object) -> object:
        nonlocal count
        count += 1
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        matcher.find(text)
    finally:
        sys.settrace(before)
    return count
