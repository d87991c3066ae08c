"""Quotations: whether they stand in a text, and what they must not hold."""

import re
from typing import Final

from api.ask_model.figures import normal

LINK_LIKE: Final = re.compile(
    r"://|www\.|\]\(|[\w.+-]+@[\w-]+\.\w|(?<![\w.])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w(])",
    re.IGNORECASE,
)
# Words to a model rather than about a product, which strangers plant in texts.
INSTRUCTION: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|above|previous)"
    r"|\bsystem prompt\b|\byou are now\b|\b(?:assistant|system|user)\s*:"
    r"|\b(?:call|use|invoke) the \w+ tool\b|\bas an ai\b|<\|",
    re.IGNORECASE,
)
MIN_QUOTE_WORDS: Final = 3
# Between lines of a text; marks after which a sentence begins, and with which a part of it ends.
LINE_END: Final = " ¶ "
STARTS: Final = r"[.!?…¶:;]\W*"
ENDS: Final = r"\W*[.!?…¶:;,)]"


def is_in(quote: str, words: str) -> bool:
    """Return whether a quotation stands in a text, word for word, from the start of a sentence.

    A part from its middle may say the opposite: "I don't think that it is bad".
    """
    own = _plain(quote)
    lines = [_plain(each) for each in words.splitlines()]
    if len(own.split()) < MIN_QUOTE_WORDS and own not in lines:
        return False
    whole = LINE_END.join(lines)
    return re.search(rf"(?:^|{STARTS}){re.escape(own)}(?:$|{ENDS})", whole) is not None


def _plain(text: str) -> str:
    return " ".join(normal(text, len(text) + 1).replace('"', "'").split()).strip(" .…!?,;:")
