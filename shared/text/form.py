"""The form of a source's texts: what isn't their author's words, beside what Markdown tells.

Each source has its own, in shared/text/forms.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.text.edits import CORRECTIONS

# It looks for the sign first, because that is fast.
_EMPHASIS = (
    r"(?=[*_~])(?:\*\*+|__+|~~+|(?<![\w:;=\\-])[*_](?=\w)|(?<=\w)[*_](?!\w)"
    r"|(?<=[.!?,)\"'])\*(?!\w))"
)

EMPHASIS = re.compile(_EMPHASIS)


def emphasis_and(own: str) -> re.Pattern[str]:
    """Return the signs of emphasis of Markdown, and those of a source's own."""
    return re.compile(f"{_EMPHASIS}|{own}")


def _never(_text: str) -> bool:
    return False


# Compared by identity, so that it is a quick key.
@dataclass(frozen=True, eq=False)
class Form:
    """The rules for the texts of a source. Each runs in linear time for any text."""

    steps: tuple[Callable[[str], str], ...] = ()
    """Take parts away before Markdown is read, code and quotes still being there."""
    no_words: tuple[tuple[str, re.Pattern[str]], ...] = ()
    """Patterns without words, each with a sign that all of its matches contain."""
    hints: tuple[str, ...] = ()
    """A line without Markdown that has none of them, in lower case, needs none of these rules."""
    emphasis: re.Pattern[str] = EMPHASIS
    formality: re.Pattern[str] = CORRECTIONS
    """A formality after "Edit:", which says nothing."""
    is_notice: Callable[[str], bool] = _never
    """Returns whether cleaned words are a notice of a program, or a moderator's."""
    sarcasm: re.Pattern[str] | None = None
    """The mark after the last words of a sarcastic text."""
    bots: re.Pattern[str] | None = None
    """The names of accounts that are programs; their texts have no words of anybody."""

    def is_bot(self, author: str | None) -> bool:
        """Return whether an account is a program's."""
        return bool(self.bots and author and self.bots.fullmatch(author))


# The form of texts that nothing more is known of.
MARKDOWN = Form()
# "/s" or "\s" after the last words.
TONE_MARK = re.compile(r"(?:^|(?<=[\s.!?,)]))[\\/](?:s|sarcasm)(?![\w/])[.!]*", re.IGNORECASE)
TONE_MARKS = (("/", TONE_MARK), ("\\", TONE_MARK))
