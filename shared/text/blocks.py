"""Finds whole parts of a text: code in lists, comments of HTML, what stands between two tags."""

import re

# A fence may begin a list item, or stand in one.
INNER_FENCE = re.compile(r"^(?:[ \t]*(?:[-*+]|\d{1,9}[.)]))?[ \t]+(?=`{3}|~{3})", re.MULTILINE)


def with_plain_fences(text: str) -> str:
    """Return the text with the fences of code in lists at the beginning of their lines."""
    return INNER_FENCE.sub("", text) if "```" in text or "~~~" in text else text


def without_comments(text: str) -> str:
    """Return the text without HTML comments. One that never ends stays."""
    kept: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        kept += text[position:start], "\n"
        position = end + len("-->")
    return "".join((*kept, text[position:]))


def without_blocks(text: str, tag: re.Pattern[str]) -> str:
    """Return the text without what stands between two tags, and without single tags.

    The pattern finds both tags; that at the end has a group `end`. Blocks may lie in blocks.
    """
    began: list[re.Match[str]] = []
    spans: list[tuple[int, int]] = []
    for found in tag.finditer(text):
        if not found["end"]:
            began.append(found)
        elif began:
            spans.append((began.pop().start(), found.end()))
        else:
            spans.append(found.span())
    spans += [found.span() for found in began]
    kept: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            kept += text[position:start], "\n"
        position = max(position, end)
    return "".join((*kept, text[position:]))
