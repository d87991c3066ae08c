"""Keeps the author's own words of a text.

Texts are in Markdown, as GitHub, Reddit and forums know it: https://github.github.com/gfm. What a
source has beside it is its form (shared/text/form.py).

Every pattern runs in linear time, because none can match the same part in two ways.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from shared.text import normalised, unescaped
from shared.text.addresses import BARE_HOST, host_key, with_and_without_hosts
from shared.text.edits import HINTS as EDIT_HINTS
from shared.text.edits import without_edits
from shared.text.form import MARKDOWN, Form
from shared.text.notices import is_notice

# The rest of a longer text is ignored, to bound the time.
MAX_CHARACTERS = 20_000
# Cleaned texts that are kept, and the longest of them: at most 20 MB.
KEPT_TEXTS = 2_048
MAX_KEPT_CHARACTERS = 2_000

# Signs of Markdown; most comments are one line without any.
MARK = re.compile(r"[`*_~^>#|\[\]&/\\\n\t]")
INNER_DOT = re.compile(r"\.[a-z]")
FIRST_MARK = re.compile(r" {4}| {0,3}(?:[-+]|\d+[.)])\s")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
QUOTE = re.compile(r" {0,3}>(?![!:;._-])")
INDENTED = re.compile(r" {4}|\t")
LIST_ITEM = re.compile(r" *(?:[-*+]|\d+[.)])\s")
LINE_MARK = re.compile(r"\s*(?:#{1,6}(?=\s|[^\W_])\s*|[-*+]\s+|\d+[.)]\s+)")
RULE = re.compile(r" {0,3}(?:-[- ]*|\*[* ]*|_[_ ]*)")
# A backtick inside a word is an apostrophe, as in "don`t", and can't begin code.
INLINE_CODE = re.compile(
    r"(?=`)(?:(?<![^\W_])(?P<code>`++)[^`\n]*+`++"
    r"|(?<=[^\W\d_])(?P<apostrophe>`)(?=(?:t|s|m|d|re|ll|ve)(?![`\w]))"
    r"|`++[^`\n]*+`++)",
    re.IGNORECASE,
)
ADDRESS_OF_LINK = r"\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:\s++\"[^\"\n]*+\")?\)"
PICTURE = re.compile(r"!\[[^\[\]\n]*+\]" + ADDRESS_OF_LINK)
LINK = re.compile(r"\[([^\[\]\n]*+)\]" + ADDRESS_OF_LINK)
EMPTY_BRACKETS = re.compile(r"\(\s*+\)|<\s*+>")
HASHTAG = re.compile(r"(?<![\w/&#])(?<!\]\()#(?=\w*[^\W\d_])(\w++)")
# Splits BestTool, ToolA and GPTFails; iPhone stays whole.
HUMP = re.compile(r"(?<=[a-z\d])(?<!^[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
TAG = re.compile(
    r"</?(?:[abipsu]|em|strong|br|hr|code|pre|div|span|li|[uo]l|h[1-6]|details|summary|su[bp]|kbd"
    r"|img|table|t[rdh]|del|ins|blockquote)(?:\s[^<>]*+)?/?>",
    re.IGNORECASE,
)
JOINED = re.compile(r"(?<=\w)--+(?=\w)")
ESCAPE = re.compile(r"\\(?=[^\w\s])")


@dataclass(frozen=True, slots=True)
class OwnLines:
    """An author's own words, in the lines in which they stand.

    words have no addresses. with_hosts have those of bare hosts, such as "v0.dev", which may be the
    name of something; it is None where there are none.
    """

    words: str
    with_hosts: str | None = None

    def naming(self, hosts: Container[str]) -> str:
        """Return the words with those of these hosts; their keys are those of `host_key`."""
        if self.with_hosts is None or not hosts:
            return self.words
        named = False

        def kept(found: re.Match[str]) -> str:
            nonlocal named
            is_name = host_key(found[0]) in hosts
            named = named or is_name
            return found[0] if is_name else " "

        words = BARE_HOST.sub(kept, self.with_hosts)
        return words if named else self.words


def own_words(text: str, form: Form = MARKDOWN) -> str:
    """Return the author's own words in one line; "" if there are none.

    It drops quotes, code, addresses, pictures, corrections after "Edit:", Markdown, and what the
    form of its source names: names of users, marks of sarcasm, notices of bots, and more. It keeps
    the words of links, headings, lists and tables, and case, punctuation, emoji and emoticons,
    which tell a mood. Hashtags are split, and signs normalised (shared/text/spelling.py).
    """
    return " ".join(own_lines(text, form).words.split())


def own_lines(text: str, form: Form = MARKDOWN) -> OwnLines:
    """Return the author's own words in the lines in which they stand; "" if there are none.

    The last texts are kept: a text is scored and matched one after the other, and cleaning it
    costs more than matching it.
    """
    return _kept_lines(text, form) if len(text) <= MAX_KEPT_CHARACTERS else _lines(text, form)


def _lines(text: str, form: Form) -> OwnLines:
    text = normalised(text[:MAX_CHARACTERS])
    if _is_plain(text, form):
        return OwnLines(text)
    prose = _without_code(normalised(unescaped(text)), form)
    with_hosts, without = with_and_without_hosts(prose)
    words = _without_marks(without, form)
    if form.is_notice(" ".join(words.split())):
        return OwnLines("")
    return OwnLines(words, None if with_hosts == without else _without_marks(with_hosts, form))


_kept_lines = lru_cache(maxsize=KEPT_TEXTS)(_lines)
forget_cleaned = _kept_lines.cache_clear
"""Forget the texts that are kept, so that cleaning them can be measured."""


def _without_code(text: str, form: Form) -> str:
    """Return the prose of a text, with its addresses, and marks within its lines."""
    for step in form.steps:
        text = step(text)
    words = HASHTAG.sub(_words_of_hashtag, text) if "#" in text else text
    words = without_edits(_prose(words), form.formality)
    if "`" in words:
        words = INLINE_CODE.sub(_apostrophe, words)
    if "](" in words:
        words = LINK.sub(r"\1", PICTURE.sub(" ", words))
    return TAG.sub(" ", words) if "<" in words else words


def _without_marks(words: str, form: Form) -> str:
    for sign, pattern in form.no_words:
        if sign in words:
            words = pattern.sub(" ", words)
    words = form.emphasis.sub("", words)
    if "\\" in words:
        words = ESCAPE.sub("", words)
    if "--" in words:
        words = JOINED.sub(" - ", words)
    if "(" in words or "<" in words:
        words = EMPTY_BRACKETS.sub(" ", words)
    return words


def _words_of_hashtag(found: re.Match[str]) -> str:
    return HUMP.sub(" ", found[1]).strip()


def _apostrophe(found: re.Match[str]) -> str:
    return "'" if found["apostrophe"] else " "


def is_sarcastic(text: str, form: Form = MARKDOWN) -> bool:
    """Return whether the author marks the text as sarcasm, after its last words."""
    if form.sarcasm is None:
        return False
    tail = normalised(text[-40:]).rstrip()
    found = list(form.sarcasm.finditer(tail))
    return bool(found) and found[-1].end() == len(tail)


def _is_plain(text: str, form: Form) -> bool:
    if MARK.search(text) or FIRST_MARK.match(text) or "--" in text or INNER_DOT.search(text):
        return False
    lower = text.lower()
    return not any(hint in lower for hint in (*EDIT_HINTS, *form.hints))


def _prose(text: str) -> str:
    """Return the lines with own words, without line marks: no quotes, no code."""
    kept: list[str] = []
    fence = ""
    in_list = in_code = False
    after_blank = True
    for line in text.split("\n"):
        opening = FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence):
                fence = ""
            continue
        if opening and ("`" not in line[opening.end() :] or opening[1][0] == "~"):
            fence = opening[1]
            continue
        if not line.strip():
            after_blank = True
            continue
        in_code = bool(INDENTED.match(line)) and not in_list and (after_blank or in_code)
        after_blank = False
        if in_code or QUOTE.match(line):
            continue
        in_list = bool(LIST_ITEM.match(line)) or (in_list and line[0] in " \t")
        kept.append(_words_of(line))
    return "\n".join(kept)


def _words_of(line: str) -> str:
    if RULE.fullmatch(line) or _is_table_rule(line) or is_notice(line):
        return ""
    line = LINE_MARK.sub("", line, count=1) if LINE_MARK.match(line) else line
    return line.replace("|", " ") if line.count("|") > 1 else line


def _is_table_rule(line: str) -> bool:
    return "-" in line and "|" in line and len(line) > len(":-|") and not line.strip(" \t|:+-")
