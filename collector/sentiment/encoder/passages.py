"""Texts and targets as the encoder reads them: cleaned, with the place of the target."""

from collector.sentiment.base import Target
from collector.sentiment.encoder.pieces import Passage
from collector.text.cleaning import clean
from shared.text.form import MARKDOWN, Form
from shared.text.own_words import is_sarcastic
from shared.text.places import place_of

# Characters for private use, which cleaning keeps and texts don't have.
OPEN, CLOSE = "\ue000", "\ue001"
NO_MARKS = {ord(OPEN): " ", ord(CLOSE): " "}
SARCASM = " /s"

NOTHING = Passage("")


def passage_of(text: str, form: Form = MARKDOWN) -> Passage:
    """Return a text's own words, and whether they are marked as sarcasm; NOTHING if it has none."""
    words = clean(text, form)
    return Passage(words + SARCASM if words and is_sarcastic(text, form) else words)


def target_passage(target: Target) -> Passage:
    """Return the own words around a target; NOTHING if the author doesn't name it in own words."""
    text, start, end, form = target
    name, text = text[start:end], text.translate(NO_MARKS)
    marked = clean(f"{text[:start]}{OPEN}{text[start:end]}{CLOSE}{text[end:]}", form)
    first, last = marked.find(OPEN), marked.find(CLOSE)
    if 0 <= first < last:
        words, place = marked.replace(OPEN, "").replace(CLOSE, ""), (first, last - len(OPEN))
    else:
        words = clean(text, form)
        found = place_of(words, clean(name), any_case=True) if name.strip() else None
        if found is None:
            return NOTHING
        place = found
    return Passage(words + SARCASM if is_sarcastic(text, form) else words, place)
