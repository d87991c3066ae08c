"""The form of texts on Hacker News: https://news.ycombinator.com/formatdoc."""

import re

from shared.text.form import TONE_MARK, TONE_MARKS, Form
from shared.text.logs import HINTS as LOG_HINTS
from shared.text.logs import without_logs

# The site has no quotes: people write ">" before one, also in italics.
SLANTED_QUOTE = re.compile(r"^[ \t]*[*_]+[ \t]*>.*$", re.MULTILINE)
# What the site, and its readers' habits, add to titles and words.
MARKS = re.compile(
    r"\[(?:flagged|dead|dupe|deleted|delayed|pdf|video|audio|paywall|fixed|\d{1,2})\]"
    r"|\((?:19|20)\d\d\)(?=\s*(?:\[\w+\]\s*)?$)",
    re.IGNORECASE | re.MULTILINE,
)
KIND = re.compile(r"\A\s*(?:show|ask|tell|launch) hn\b\s*[:\u2013-]?", re.IGNORECASE)


def without_slanted_quotes(text: str) -> str:
    """Return the text without quotes in italics."""
    return SLANTED_QUOTE.sub("", text) if ">" in text else text


def without_kind(text: str) -> str:
    """Return the text without "Show HN:" and the like at its beginning."""
    return KIND.sub("", text, count=1)


HACKERNEWS = Form(
    steps=(without_kind, without_slanted_quotes, without_logs),
    no_words=(("[", MARKS), ("(", MARKS), *TONE_MARKS),
    hints=("hn", "(19", "(20", *LOG_HINTS),
    sarcasm=TONE_MARK,
)
