"""Text and links in Markdown, as GitHub and terminals show it.

What people wrote is shown as they wrote it: none of it becomes markup, a link or a mention. The
rules are those of https://github.github.com/gfm/.
"""

import re
from collections.abc import Iterable, Sequence

# Signs that begin markup anywhere in a line, in tables also |.
SIGNS = re.compile(r"[\\`*_\[\]<>|~&#$]")
# Browsers and GitHub make links of addresses, and mentions of names after @.
BEFORE_LINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp)(?=:)|(www)(?=\.)")
# An invisible sign after which neither is found.
WORD_JOINER = "\u2060"
# Signs that begin a block at the beginning of a line: lists, headings, rules.
BLOCK = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
IN_ADDRESS = {
    "(": "%28",
    ")": "%29",
    "<": "%3C",
    ">": "%3E",
    "[": "%5B",
    "]": "%5D",
    " ": "%20",
    "\\": "%5C",
    "|": "%7C",
    "`": "%60",
    "*": "%2A",
    "_": "%5F",
    "&": "&amp;",
}


def escaped(text: str) -> str:
    """Return a text in one line that Markdown shows as it is."""
    line = " ".join(NOT_SHOWN.sub(" ", text).split())
    line = SIGNS.sub(r"\\\g<0>", line)
    line = BEFORE_LINK.sub(rf"\g<0>{WORD_JOINER}", line).replace("@", f"@{WORD_JOINER}")
    return BLOCK.sub(_escaped_start, line)


def _escaped_start(found: re.Match[str]) -> str:
    start = found[0]
    return f"{start}{WORD_JOINER}" if start[0].isdigit() else f"\\{start}"


def link(text: str, address: str) -> str:
    """Return a link with a text that is escaped already; the text alone without an address."""
    safe = "".join(IN_ADDRESS.get(each, each) for each in address)
    return f"[{text}]({safe})" if address else text


def bold(text: str) -> str:
    """Return an escaped text in bold."""
    return f"**{text}**"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; a column whose name ends with `>` is aligned to the right."""
    names = [each.removesuffix(">") for each in columns]
    rules = ["--:" if each.endswith(">") else "---" for each in columns]
    lines = [names, rules, *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
