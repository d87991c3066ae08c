"""Recognises removed texts: the one rule for notices such as "[removed]"."""

import re
import unicodedata

# Notices are short. The limit also bounds the time of the pattern.
MAX_CHARACTERS = 500

_NOUN = r"(?:content|comment|post|submission|text|message|title|image|video|account|user)"
_TAKEN_AWAY = (
    r"(?:deleted|removed|unavailable|not available|no longer available|withheld|withdrawn"
    r"|taken down|redacted|suspended|filtered|erased)"
)
# "by a moderator", "for violating the content policy", "in response to a copyright notice".
_BY_WHOM_OR_WHY = r"(?:by|for|due|because|in|on|at|as|per|under|following|pending|via)"
_INNER = r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*"
NOTICE = re.compile(
    rf"\[ ?(?:(?:this|the|your) )?(?:{_NOUN} )?(?:(?:was|is|are|has been|have been) )?"
    rf"{_TAKEN_AWAY}(?: {_NOUN})?(?:(?: {_BY_WHOM_OR_WHY}\b| ?[-\u2013\u2014:;,(./]){_INNER}"
    r"| ?[.!]?)? ?\]"
)
# "[copyright takedown]", "[ DMCA notice ]".
_OF_RIGHTS = re.compile(
    r"\[ ?(?:copyright|dmca|legal|policy|moderator|mod|admin)(?: [a-z]+)?"
    r" (?:takedown|take-down|removal|notice|violation|strike|deletion)[.!]? ?\]"
)
_MARKS = "*_~`>\\ \t\r\n"


def is_notice(text: str) -> bool:
    """Return whether the whole text is a notice that its words were removed.

    Case, width, spaces and Markdown around it don't matter.
    """
    if "[" not in text[:MAX_CHARACTERS] and "\uff3b" not in text[:MAX_CHARACTERS]:
        return False
    words = "".join(c for c in text[: 2 * MAX_CHARACTERS] if unicodedata.category(c) != "Cf")
    words = " ".join(unicodedata.normalize("NFKC", words).casefold().replace("\\", "").split())
    words = words.strip(_MARKS)
    if len(words) > MAX_CHARACTERS:
        return False
    return bool(NOTICE.fullmatch(words) or _OF_RIGHTS.fullmatch(words))


def is_removed(*, marked: bool, title: str = "", content: str = "") -> bool:
    """Return whether an item was removed: the source marks it so, or a notice replaces it."""
    return marked or is_notice(content) or is_notice(title)
