"""What of a Reddit text counts as its author's own words.

Reddit's markdown: https://support.reddithelp.com/hc/articles/360043033952
"""

import html
import re

# VADER's time grows with the text; what follows tells nothing new.
MAX_CHARACTERS = 10_000

WORDS_GONE = re.compile(r"\s*\[ ?(?:deleted|removed(?: by reddit)?) ?\]\s*", re.IGNORECASE)
FENCED_CODE = re.compile(r"^[ ]{0,3}(```+|~~~+).*?(?:^[ ]{0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
INDENTED_CODE = re.compile(r"^(?: {4}|\t).*$", re.MULTILINE)
INLINE_CODE = re.compile(r"`+[^`\n]*`+")
QUOTE = re.compile(r"^[ ]{0,3}>(?!!).*$", re.MULTILINE)
SPOILER = re.compile(r">!|!<")
TABLE_RULE = re.compile(r"^[\s|:+-]*\|[\s|:+-]*$", re.MULTILINE)
LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"\n]*\")?\)")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
NAME = re.compile(r"(?<!\w)/?[ru]/[\w.-]+")
LINE_MARK = re.compile(r"^[ ]{0,3}(?:#{1,6}\s*|[-*+]\s+|\d+[.)]\s+)", re.MULTILINE)
RULE = re.compile(r"^[ ]{0,3}(?:[-*_][ ]*){3,}$", re.MULTILINE)
EMPHASIS = re.compile(r"\*\*|__|~~|\^|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
BLANKS = re.compile(r"\s+")


def clean(text: str) -> str:
    """Give the author's own words in one line; "" when there are none.

    Quotes of others, code, addresses, names of subreddits and users, and the marks of markdown
    don't count; the words of a link, a heading, a list, a table or a spoiler do.
    """
    if WORDS_GONE.fullmatch(text):
        return ""
    words = html.unescape(text[: 2 * MAX_CHARACTERS]).replace("\u200b", "")
    for pattern in (FENCED_CODE, INDENTED_CODE, INLINE_CODE, QUOTE, TABLE_RULE):
        words = pattern.sub(" ", words)
    words = LINK.sub(r"\1", words)
    for pattern in (ADDRESS, NAME, RULE, LINE_MARK, SPOILER):
        words = pattern.sub(" ", words)
    words = EMPHASIS.sub("", words).replace("|", " ").replace("\\", "")
    return BLANKS.sub(" ", words).strip()[:MAX_CHARACTERS]
