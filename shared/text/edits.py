"""Recognises formalities after "Edit:", which say nothing but that a text was mended."""

import re

# A line that begins with "Edit:". The mark is dropped, and with it a formality.
EDIT = re.compile(
    r"^[ *_(\[]*(?:edit|eta|update)(?: ?\d{1,2})?[ *_]*(?:[:;-]|\u2014|\u2013)[ *_]*(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
# Every text with such a line has one of them.
HINTS = ("edit", "eta", "update")
_TO_MEND = (
    r"(?:fixed|fixing|corrected|changed|added|removed|forgot|a|some|few|minor|the|my|for|more|to"
    r"|title)"
)
CORRECTION = (
    rf"^\W*(?:{_TO_MEND}\W+){{0,5}}"
    r"(?:typos?|spelling|grammar|format(?:ting|ted)?|clarity|clarification|wording|punctuation"
    r"|autocorrect)\b.{0,40}$"
    rf"|^\W*(?:{_TO_MEND}\W+){{1,5}}(?:words?|links?)\b.{{0,40}}$"
)
CORRECTIONS = re.compile(CORRECTION, re.IGNORECASE)


def without_edits(text: str, formality: re.Pattern[str]) -> str:
    """Return the text without "Edit:" at the beginning of lines, and without formalities after it.

    Other edits stay.
    """
    return EDIT.sub(lambda found: "" if formality.search(found[1]) else found[1], text)
