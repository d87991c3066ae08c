"""The form of texts in Discourse's forums: https://meta.discourse.org/t/239348 (formatting)."""

import re

from shared.text.blocks import with_plain_fences, without_blocks
from shared.text.form import Form
from shared.text.logs import HINTS as LOG_HINTS
from shared.text.logs import without_logs
from shared.text.mail import without_replies
from shared.text.shortcodes import with_emoji

# What stands between these tags isn't the author's, or isn't words.
BLOCK = {
    name: re.compile(rf"\[(?P<end>/?){name}(?:[ =][^\[\]\n]*+)?\]", re.IGNORECASE)
    for name in ("quote", "poll", "code", "img", "chat", "event")
}
# The words between these are the author's.
TAG = re.compile(
    r"\[/?(?:details|spoiler|wrap|b|i|u|s|url|email|list|size|color|center|left|right|floatl|floatr"
    r"|hide|sup|sub|date|date-range|grid|mermaid|lang)(?:[ =][^\[\]\n]*+)?\]",
    re.IGNORECASE,
)
ATTACHMENT = re.compile(
    r"\[[^\[\]\n|]*+\|attachment\]\([^()\s]*+\)(?: \([\d.,]+ ?[kmg]?b\))?", re.IGNORECASE
)
MENTION = re.compile(r"(?<![\w@/.`])@[A-Za-z0-9_][\w.-]*+")
# Posts of the forum itself, which have its own account, or a moderator's.
NOTICE = re.compile(
    r"^\W*(?:this topic (?:was|has been|is|will be) (?:automatically |now |temporarily )*"
    r"(?:closed|opened|archived|unlisted|pinned|deleted|moved|split)\b"
    r"(?! (?:again|already|without)).{0,120}$"
    r"|(?:a|an|\d+) (?:existing )?posts? (?:was|were) (?:merged|split|moved)"
    r" (?:into|to) an? (?:existing|new) topic\b"
    r"|this post was flagged by the community and is temporarily hidden"
    r"|\(?(?:post|topic) (?:deleted|withdrawn) by (?:its )?author\b"
    r"|this (?:post|topic) is a wiki\b.{0,40}$"
    r"|new replies are no longer allowed\W*$"
    r"|(?:hi|hey|hello)! to find out what i can do, say\b)",
    re.IGNORECASE,
)
BOTS = re.compile(r"system|discobot|.+[-_]bot", re.IGNORECASE)


def without_forum_marks(text: str) -> str:
    """Return the text without quotes, polls, code and tags of forums, and with emoji as such."""
    if "[" in text:
        for tag in BLOCK.values():
            text = without_blocks(text, tag)
        text = TAG.sub("", ATTACHMENT.sub(" ", text))
    return with_emoji(text)


def is_notice(words: str) -> bool:
    """Return whether a cleaned text is the forum's own."""
    return bool(NOTICE.search(words))


DISCOURSE = Form(
    steps=(with_plain_fences, without_forum_marks, without_replies, without_logs),
    no_words=(("@", MENTION),),
    hints=("@", "topic", "post", "sent from", *LOG_HINTS),
    is_notice=is_notice,
    bots=BOTS,
)
