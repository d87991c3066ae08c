"""The form of texts on Reddit: https://support.reddithelp.com/hc/articles/360043033952."""

import re

from shared.text.edits import CORRECTION
from shared.text.form import TONE_MARK, TONE_MARKS, Form, emphasis_and

BOT = re.compile(
    r"^\W*(?:beep|bleep)[ ,.-]*(?:boop|bloop)"
    r"|\b(?:i am|i\W?m) (?:just )?a bot\b"
    r"(?= *(?:[,.;:!|)(-]|and this|that|made|created|bleep|beep|$))"
    r"|\bthis action was performed automatically"
    r"|\b(?:this|my) (?:comment|reply|message) was "
    r"(?:made|posted|left|generated) (?:automatically )?by a bot"
    r"|\bbot (?:created|made) by\b",
    re.IGNORECASE,
)
MODERATOR = re.compile(
    r"(?:^|[.!?,:*] )(?:unfortunately,? |sorry,? (?:but )?)?your (?:post|submission|comment) "
    r"(?:was|has been|is being) (?:automatically |temporarily )?(?:removed|locked|filtered)\b"
    r"|\bthis (?:post|submission|comment|thread) (?:was|has been|is being) "
    r"(?:automatically |temporarily )?(?:removed|locked)"
    r" (?:for violating|for breaking|because it|due to|as it|as per|per|under|by (?:the )?automod)"
    r"|^(?:thank you|thanks) for (?:your submission|submitting)\b"
    r"|\bplease (?:contact|message) the mod(?:erator)?s\b",
    re.IGNORECASE,
)
# Every such notice has one of them.
HINTS = ("bot", "removed", "submi", "mods", "moderators", "locked")
FORMALITY = re.compile(
    CORRECTION + r"|\b(?:gold|silver|platinum|awards?|upvotes?|gilded)\b.{0,40}$"
    r"|\b(?:rip (?:my )?inbox|this blew up|front page|did ?n.?t expect this)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<![\w/])/?[ru]/[\w.-]++/?", re.IGNORECASE)
SPOILER = re.compile(r">!|!<")
SUPERSCRIPT = r"\^+(?=[^\W_]|\()"
BOTS = re.compile(r"automoderator|.+-modteam|remindmebot", re.IGNORECASE)


def is_boilerplate(words: str) -> bool:
    """Return whether a cleaned text is a notice of a bot or a moderator."""
    return bool(BOT.search(words) or MODERATOR.search(words))


REDDIT = Form(
    no_words=(("/", NAME), ("!", SPOILER), *TONE_MARKS),
    hints=HINTS,
    emphasis=emphasis_and(SUPERSCRIPT),
    formality=FORMALITY,
    is_notice=is_boilerplate,
    sarcasm=TONE_MARK,
    bots=BOTS,
)
