"""Texts and targets as the encoder reads them: cleaned, with the place of the target."""

from collector.sentiment.base import Target
from collector.sentiment.encoder.pieces import Passage
from collector.text.cleaning import clean
from shared.text.form import MARKDOWN, Form
from shared.text.own_words import is_sarcastic
from shared.text.places import place_of

# Characters for private use, which cleaning keeps and texts don't have.
OPEN, CLOSE, DOT = "\ue000", "\ue001", "\ue002"
NO_MARKS = dict.fromkeys(map(ord, (OPEN, CLOSE, DOT)), " ")
SARCASM = " /s"

NOTHING = Passage("")


def passage_of(text: str, form: Form = MARKDOWN) -> Passage:
    """Return a text's own words, and whether they are marked as sarcasm; NOTHING if it has none."""
    words = clean(text, form)
    return Passage(words + SARCASM if words and is_sarcastic(text, form) else words)


def target_passage(target: Target) -> Passage:
    """Return the own words around a target; NOTHING if the author doesn't name it in own words."""
    given, start, end, form = target
    text = given.translate(NO_MARKS)
    name = text[start:end]
    # Cleaning takes a name such as Fly.io for an address.
    kept = name if text[end : end + 1] == "/" else name.replace(".", DOT)
    marked = clean(f"{text[:start]}{OPEN}{kept}{CLOSE}{text[end:]}", form).replace(DOT, ".")
    first, last = marked.find(OPEN), marked.find(CLOSE)
    if marked[first + 1 : last].strip() and first >= 0:
        words, place = marked.replace(OPEN, "").replace(CLOSE, ""), (first, last - len(OPEN))
    else:
        words, name = clean(text, form), clean(name)
        found = place_of(words, name, any_case=True) if name else None
        if found is None:
            return NOTHING
        place = found
    return Passage(words + SARCASM if is_sarcastic(text, form) else words, place)
