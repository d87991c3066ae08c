"""Recognises texts without sentiment: notices of bots and moderators, and formalities."""

import re

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
# A line that begins with "Edit:". The mark is dropped, and with it a formality.
EDIT = re.compile(
    r"^[ *_(\[]*(?:edit|eta|update)(?: ?\d{1,2})?[ *_]*(?:[:;-]|\u2014|\u2013)[ *_]*(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_TO_MEND = (
    r"(?:fixed|fixing|corrected|changed|added|removed|forgot|a|some|few|minor|the|my|for|more|to"
    r"|title)"
)
FORMALITY = re.compile(
    rf"^\W*(?:{_TO_MEND}\W+){{0,5}}"
    r"(?:typos?|spelling|grammar|format(?:ting|ted)?|clarity|clarification|wording|punctuation"
    r"|autocorrect)\b.{0,40}$"
    rf"|^\W*(?:{_TO_MEND}\W+){{1,5}}(?:words?|links?)\b.{{0,40}}$"
    r"|\b(?:gold|silver|platinum|awards?|upvotes?|gilded)\b.{0,40}$"
    r"|\b(?:rip (?:my )?inbox|this blew up|front page|did ?n.?t expect this)\b",
    re.IGNORECASE,
)


def is_boilerplate(words: str) -> bool:
    """Return whether a cleaned text is a notice of a bot or a moderator."""
    return bool(BOT.search(words) or MODERATOR.search(words))


def without_edits(text: str) -> str:
    """Return the text without "Edit:" at the beginning of lines, and without formalities after it.

    Formalities are corrections of spelling and thanks for awards. Other edits stay.
    """
    return EDIT.sub(lambda found: "" if FORMALITY.search(found[1]) else found[1], text)
