"""Finds replies that only agree with what they answer: they have its mood, and no other."""

import re

from collector.sentiment.base import Text
from collector.sentiment.registry import Forms
from collector.text.agreement import Agreement, agreement_in
from collector.text.cleaning import clean
from shared.communities import SourceName
from shared.text.form import MARKDOWN
from shared.text.own_words import is_sarcastic

# An address, a picture, code, a name or a number: cleaning drops it, and it says something.
BESIDE_WORDS = re.compile(
    r"https?:|www\.|\]\(|`|<(?:img|a|code|pre)\b|(?<!\w)(?:/?[ur]/|[@#])\w", re.IGNORECASE
)
# A comment stands under the post there whichever comment it answers.
FLAT: frozenset[SourceName] = frozenset({"github", "discourse", "push"})


def agreement_of(reply: Text, forms: Forms) -> Agreement | None:
    """Return how a reply agrees by its own words; None if it may say anything of its own."""
    form = forms.get(reply.source, MARKDOWN)
    if form.is_bot(reply.author) or BESIDE_WORDS.search(reply.markdown):
        return None
    agreement = agreement_in(clean(reply.markdown, form))
    return None if agreement and is_sarcastic(reply.markdown, form) else agreement


def only_agrees(reply: Text, parent: Text, forms: Forms, *, is_post: bool) -> bool:
    """Return whether a reply says no more than that it agrees with its parent.

    "Yes" doesn't, if the parent asks. Nor does "exactly" under a post (is_post) of a source whose
    threads are flat: it may mean another comment, whereas "same here" tells of the thread's case.
    """
    agreement = agreement_of(reply, forms)
    if agreement == "yes" and "?" in clean(parent.markdown, forms.get(parent.source, MARKDOWN)):
        return False
    if agreement != "shares" and is_post and reply.source in FLAT:
        return False
    return agreement is not None
