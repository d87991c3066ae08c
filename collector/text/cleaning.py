"""Cleans a text for methods and trends: its author's own words, in their usual spelling."""

from collector.text.stretched import unstretched
from shared.text.form import MARKDOWN, Form
from shared.text.own_words import own_words

# Increase it whenever cleaning, ratings, terms or language may read a text differently. Each
# method's version ends with it.
VERSION = "4"

# The rest of a longer text is ignored, to bound the time.
MAX_CHARACTERS = 10_000


def clean(text: str, form: Form = MARKDOWN) -> str:
    """Return the author's own words in one line, stretched words shortened; "" without words."""
    return unstretched(own_words(text, form))[:MAX_CHARACTERS]
