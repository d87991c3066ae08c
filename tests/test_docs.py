"""Generated pages are current, links work, and the glossary explains the code's words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.api_page import page
from local.exports_page import page as exports_page
from tests.fixtures.host import ROOT

LEFT_OUT = {"node_modules"}
# Words of this project that no textbook has, and words that a newcomer meets first.
GLOSSARY = (
    "cell", "community", "compound", "context", "cycle", "exclusion", "fullname", "home", "item",
    "label", "lease", "marker", "mention", "method", "order_key", "origin", "orphaned",
    "reconciled", "rematch", "rescore", "sample", "share", "share of voice", "snapshot", "source",
    "stand-in", "subject", "subreddit", "sweep", "term", "topic", "turn", "velocity", "via",
    "watchlist", "watermark", "window", "write-ahead",
)  # fmt: skip
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]+)\)|!\[[^\]]*\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def pages(folder: Path = ROOT) -> list[Path]:
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            is_ours = not entry.is_symlink() and entry.name not in LEFT_OUT
            if is_ours and (not entry.name.startswith(".") or entry.name == ".github"):
                found += pages(entry)
        elif entry.suffix == ".md":
            found.append(entry)
    return found


PAGES = pages()


def text_of(file: Path) -> str:
    return FENCED.sub("", file.read_text())


def anchors_of(file: Path) -> set[str]:
    """Return the anchors as GitHub makes them: lower case, blanks as hyphens, no other signs."""
    headings = HEADING.findall(text_of(file))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def dead_links(file: Path) -> list[str]:
    dead = []
    for link in (one or other for one, other in LINK.findall(text_of(file))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            dead.append(link)
    return dead


def test_the_page_of_the_api_is_current() -> None:
    written = (ROOT / "docs" / "api.md").read_text()
    assert written == page(), "`make docs` writes it anew"


def test_the_page_of_files_is_current() -> None:
    written = (ROOT / "docs" / "exports.md").read_text()
    assert written == exports_page(), "`make docs` writes it"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(file: Path) -> None:
    assert dead_links(file) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading, with `code`\n")
    file = tmp_path / "page.md"
    file.write_text(
        "[a](there.md) [b](there.md#a-heading-with-code) [c](https://example.com) ![d](gone.png)\n"
        "[e](there.md#gone) [f](gone.md) [g](#nowhere)\n```\n[h](in_a_fence.md)\n```\n"
    )
    assert dead_links(file) == ["gone.png", "there.md#gone", "gone.md", "#nowhere"]


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        file = waiting.pop()
        if file not in reached and file.suffix == ".md":
            reached.add(file)
            links = [one or other for one, other in LINK.findall(text_of(file))]
            waiting += [
                (file.parent / link.partition("#")[0]).resolve()
                for link in links
                if not re.match(r"[a-z]+:|#", link)
            ]
    docs = {file for file in PAGES if file.is_relative_to(ROOT / "docs")}
    assert {file.relative_to(ROOT) for file in docs - reached} == set()


@pytest.mark.parametrize("word", GLOSSARY)
def test_the_glossary_explains_each_word_of_this_code(word: str) -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    assert re.search(rf"^- \*\*{re.escape(word)}\*\*: \S.{{20,}}", glossary, re.MULTILINE)


PATH_NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|\w[\w-]*\.(?:py|json|toml|yaml|md))`")
NAMES_PATHS = [
    ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs" / "adr").glob("*.md")),
    *sorted((ROOT / "docs" / "adding").glob("*.md")),
]  # fmt: skip


@pytest.mark.parametrize("file", NAMES_PATHS, ids=lambda file: file.name)
def test_every_path_that_a_page_names_is_there(file: Path) -> None:
    named = PATH_NAMED.findall(file.read_text())
    # NAME is a placeholder, and built files aren't in the repository.
    there = [
        path
        for path in named
        if "NAME" not in path and not path.startswith((".", "dashboard/node"))
    ]
    assert [path for path in there if not (ROOT / path).exists()] == []


def test_each_decision_says_when_why_what_and_what_follows() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text()
    decisions = sorted(folder.glob("0*.md"))
    assert len(decisions) >= 8
    for number, file in enumerate(decisions, 1):
        text = file.read_text()
        assert file.name.startswith(f"{number:04}-")
        title = re.match(rf"# {number}\. (.+)\n", text)
        assert title, file.name
        assert re.search(r"^- Date: 20\d\d-\d\d-\d\d$", text, re.MULTILINE)
        status = re.search(r"^- Status: (.+)$", text, re.MULTILINE)
        assert status
        assert f"| [{number}]({file.name}) | {title[1]} | {status[1]} |" in listed
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context", "Decision", "Consequences",
        ]  # fmt: skip


def test_a_misspelt_word_would_be_found_in_every_folder_of_ours(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["make", "lint", "--dry-run", "--no-print-directory", "--assume-old=.venv/.installed"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (command,) = re.findall(r"^\S*codespell (.+)$", listed, re.MULTILINE)
    folders = {each.name for each in ROOT.iterdir() if each.is_dir() and not each.is_symlink()}
    ours = {name for name in folders if not name.startswith((".", "__"))} | {".github"}
    assert ours <= {word.split("/")[0] for word in command.split()}
    wrong = "received".replace("ei", "ie")
    (tmp_path / "page.md").write_text(f"It is {wrong}.\n")
    codespell = Path(sys.executable).with_name("codespell")
    ended = subprocess.run(
        [codespell, "--toml", ROOT / "pyproject.toml", tmp_path / "page.md"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"{wrong} ==> received" in ended.stdout


def test_each_section_of_the_glossary_is_in_alphabetical_order() -> None:
    for section in (ROOT / "docs" / "glossary.md").read_text().split("\n## ")[1:]:
        words = re.findall(r"^- \*\*(.+?)\*\*", section, re.MULTILINE)
        assert words == sorted(words)
