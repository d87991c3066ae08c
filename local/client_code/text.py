"""Docstrings of generated code."""

import textwrap

INDENT, MAX_CHARS = "    ", 96


def docstring(text: str, *, indent: str = INDENT) -> str:
    """Return a text as an indented docstring, which ends as a sentence."""
    paragraphs = ["\n".join(_wrapped(each)) for each in text.strip().split("\n\n")]
    body = sentence("\n\n".join(paragraphs))
    is_long = "\n" in body
    quoted = f'"""{body}\n"""' if is_long else f'"""{body}"""'
    raw = "r" if "\\" in body else ""
    return textwrap.indent(raw + quoted, indent)


def sentence(text: str) -> str:
    """Return a text as a sentence."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _wrapped(paragraph: str) -> list[str]:
    if paragraph.startswith("    "):
        return paragraph.split("\n")
    return textwrap.wrap(
        " ".join(paragraph.split()), MAX_CHARS - 8, break_long_words=False, break_on_hyphens=False
    )
