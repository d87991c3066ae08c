"""Cleans a text: keeps its author's own words.

Texts are in the Markdown of forums: https://support.reddithelp.com/hc/articles/360043033952

Every pattern runs in linear time, because none can match the same part in two ways.
"""

import re

from collector.text.boilerplate import is_boilerplate, without_edits
from collector.text.notices import is_notice
from collector.text.stretched import unstretched
from shared.text import normalised, unescaped

# Increase it whenever cleaning, ratings, terms or language may read a text differently. Each
# method's version ends with it.
VERSION = "2"

# The rest of a longer text is ignored, to bound the time.
MAX_CHARACTERS = 10_000

# Signs of Markdown; most comments are one line without any.
MARK = re.compile(r"[`*_~^>#|\[\]&/\\\n\t]")
INNER_DOT = re.compile(r"\.[a-z]")
FIRST_MARK = re.compile(r" {4}| {0,3}(?:[-+]|\d+[.)])\s")
HINTS = ("edit", "eta", "update", "bot", "removed", "submi", "mods", "moderators", "locked")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
QUOTE = re.compile(r" {0,3}>(?![!:;._-])")
INDENTED = re.compile(r" {4}|\t")
LIST_ITEM = re.compile(r" *(?:[-*+]|\d+[.)])\s")
LINE_MARK = re.compile(r"\s*(?:#{1,6}(?=\s|[^\W_])\s*|[-*+]\s+|\d+[.)]\s+)")
RULE = re.compile(r" {0,3}(?:-[- ]*|\*[* ]*|_[_ ]*)")
# A backtick inside a word is an apostrophe, as in "don`t", and can't begin code.
INLINE_CODE = re.compile(
    r"(?<![^\W_])(?P<code>`++)[^`\n]*+`++"
    r"|(?<=[^\W\d_])(?P<apostrophe>`)(?=(?:t|s|m|d|re|ll|ve)(?![`\w]))"
    r"|`++[^`\n]*+`++",
    re.IGNORECASE,
)
ADDRESS_OF_LINK = r"\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:\s++\"[^\"\n]*+\")?\)"
PICTURE = re.compile(r"!\[[^\[\]\n]*+\]" + ADDRESS_OF_LINK)
LINK = re.compile(r"\[([^\[\]\n]*+)\]" + ADDRESS_OF_LINK)
ADDRESS = re.compile(
    r"\(\s*+(?:(?:https?|ftp)://|mailto:)[^\s<>()]++\)"
    r"|<?(?:(?:https?|ftp)://|mailto:)[^\s<>]++>?",
    re.IGNORECASE,
)
WEB_ADDRESS = re.compile(r"\(\s*+www\.[^\s<>()]++\)|<?www\.[^\s<>]++>?", re.IGNORECASE)
# Node.js, ASP.NET and Character.AI aren't addresses: an address ends in lower case. Endings that
# are also words or file extensions need a path after them.
_HOST = r"(?:[A-Za-z0-9-]+\.)+?"
_ENDING = (
    r"(?:com|org|net|io|dev|ai|gg|xyz|edu|gov|(?:co|ac|gov)\.uk|eu|de|fr|nl|ch|ru|cn|jp|au|ca)"
)
_ENDING_OF_PATH = (
    r"(?:app|info|cloud|tech|site|blog|page|sh|ly|tv|me|co|us|in|be|is|it|so|to|gl|im|pl|se|es)"
)
BARE_ADDRESS = re.compile(
    r"<?(?<![\w@.-])(?:"
    rf"(?:[\w+.-]++@)?{_HOST}{_ENDING}(?![\w@-]|\.\w)(?:[:/?#][^\s<>]*+)?"
    rf"|{_HOST}{_ENDING_OF_PATH}/[^\s<>]*+|\d{{1,3}}(?:\.\d{{1,3}}){{3}}[:/][^\s<>]*+)>?"
)
LOCAL_ADDRESS = re.compile(r"\blocalhost:\d[^\s<>]*+")
NAME = re.compile(r"(?<![\w/])/?[ru]/[\w.-]++/?", re.IGNORECASE)
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
SPOILER = re.compile(r">!|!<")
EMPHASIS = re.compile(
    r"\*\*+|__+|~~+|\^+(?=[^\W_]|\()|(?<![\w:;=\\-])[*_](?=\w)|(?<=\w)[*_](?!\w)|(?<=[.!?,)\"'])\*(?!\w)"
)
ESCAPE = re.compile(r"\\(?=[^\w\s])")
SARCASM = re.compile(r"(?:^|(?<=[\s.!?,)]))[\\/](?:s|sarcasm)(?![\w/])[.!]*", re.IGNORECASE)
# Patterns to drop, each with a sign that all of its matches contain.
NO_WORDS = (
    ("<", TAG),
    (":", ADDRESS),
    (".", WEB_ADDRESS),
    (".", BARE_ADDRESS),
    (":", LOCAL_ADDRESS),
    ("/", NAME),
    ("!", SPOILER),
    ("/", SARCASM),
    ("\\", SARCASM),
)


def clean(text: str) -> str:
    """Return the author's own words in one line; "" if there are none.

    It drops quotes, code, addresses, pictures, names of communities and users, thanks for awards,
    Markdown, marks of sarcasm, and notices of bots and moderators. It keeps the words of links,
    headings, lists, tables and spoilers, and case, punctuation, emoji and emoticons, which VADER
    uses. Hashtags are split, stretched words shortened, and signs normalised (shared/text.py).
    """
    text = normalised(text[: 2 * MAX_CHARACTERS])
    if not _is_plain(text):
        text = _without_marks(normalised(unescaped(text)))
        if is_boilerplate(text):
            return ""
    return unstretched(" ".join(text.split()))[:MAX_CHARACTERS]


def _without_marks(text: str) -> str:
    words = HASHTAG.sub(_words_of_hashtag, text) if "#" in text else text
    words = without_edits(_prose(words))
    if "`" in words:
        words = INLINE_CODE.sub(_without_code, words)
    if "](" in words:
        words = LINK.sub(r"\1", PICTURE.sub(" ", words))
    for sign, pattern in NO_WORDS:
        if sign in words:
            words = pattern.sub(" ", words)
    words = ESCAPE.sub("", EMPHASIS.sub("", words))
    words = EMPTY_BRACKETS.sub(" ", JOINED.sub(" - ", words))
    return " ".join(words.split())


def _words_of_hashtag(found: re.Match[str]) -> str:
    return HUMP.sub(" ", found[1]).strip()


def _without_code(found: re.Match[str]) -> str:
    return "'" if found["apostrophe"] else " "


def is_sarcastic(text: str) -> bool:
    """Return whether the author marks the text as sarcasm: `/s` after its last words."""
    tail = normalised(text[-40:]).rstrip()
    if "/" not in tail and "\\" not in tail:
        return False
    found = list(SARCASM.finditer(tail))
    return bool(found) and found[-1].end() == len(tail)


def _is_plain(text: str) -> bool:
    if MARK.search(text) or FIRST_MARK.match(text) or "--" in text or INNER_DOT.search(text):
        return False
    lower = text.lower()
    return not any(hint in lower for hint in HINTS)


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
