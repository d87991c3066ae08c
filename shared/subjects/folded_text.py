"""A text as its words are compared: folded, with where they begin and end.

"cursor" stands as a word in "Cursors", "Cursor's" and "Cursor2.0", and not in "precursor",
"cursor.execute", "~/.cursor/rules" or "$cursor".
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

from shared.text import folded, normalised
from shared.text.addresses import HOST

# Letters of scripts without spaces between words; a word may begin or end beside one.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
)
# A plural, or the number of a version, and a short form after an apostrophe.
_SHORT_FORM = r"(?:'(?:s|d|ll|ve|re|m)(?![^\W_]))?"
_NUMBER = r"\d+(?:\.\d+)*"
ENDINGS = re.compile(rf"(?:s(?![^\W_])|{_NUMBER})?{_SHORT_FORM}")
ENDINGS_OF_SIBILANT = re.compile(rf"(?:es(?![^\W_])|{_NUMBER})?{_SHORT_FORM}")
ENDINGS_OF_NUMBER = re.compile(rf"(?:s(?![^\W_]))?{_SHORT_FORM}")
SIBILANTS = ("s", "x", "z", "ch", "sh")
REST_OF_WORD = re.compile(r"[^\W_]*")
BLANKS = re.compile(r"[^\S\n]+")
LINES = re.compile(r" ?\n\s*")
# A place in a file system, and a name of a user or a community, before a word.
PLACE = re.compile(r"(?:^|[\s(\"'\[,:=])(?:[~.]{0,2}/|[a-z]:\\|[ru]/)\S*$")
# The same where the word stands inside: "src/cursor/main.ts".
FILE = re.compile(r"[^\s/]*/\S*?\.[a-z]{1,5}\b(?!\.?[a-z])")
# A word before these is a part of code.
CODE_AFTER = re.compile(r"\(\)|::|=|->")
# An address goes on behind its host: a path, a port, a query.
REST_OF_ADDRESS = re.compile(r"/|:\d|[?#]\w")
# The longest address of a file that is looked at.
MAX_PLACE = 100
# A host or a file goes on with a hyphen: "cursor-tools.dev", "claude-code.md".
REST_OF_HOST = re.compile(rf"-[\w-]{{0,{MAX_PLACE}}}\.[a-z]")


class _Folds(dict[int, str]):
    """The folded form of each character."""

    def __missing__(self, code: int) -> str:
        plain = folded(chr(code))
        if len(self) < 10_000:  # noqa: PLR2004 - bounds the memory
            self[code] = plain
        return plain


_FOLDS = _Folds()


class FoldedText:
    """A text as it is compared, and where its words stand in the text itself."""

    def __init__(self, text: str) -> None:
        if not text.isascii():
            text = normalised(text)
        if "  " in text or "\n" in text or "\t" in text:
            text = LINES.sub("\n", BLANKS.sub(" ", text))
        self.text = text
        self.folded = text.lower() if text.isascii() else text.translate(_FOLDS)
        self.spaced = self.folded.replace("-", " ").replace("_", " ").replace("\n", " ")

    @cached_property
    def _places(self) -> Sequence[int]:
        """Return for each folded character, and for the end, its place in the text."""
        places: list[int] = []
        for place, character in enumerate(self.text):
            places += [place] * len(_FOLDS[ord(character)])
        return [*places, len(self.text)]

    def written(self, start: int, end: int) -> str:
        """Return what stands in the text itself, with line breaks as blanks."""
        if self.text.isascii():
            return self.text[start:end].replace("\n", " ")
        last = self._places[end - 1] + 1 if end > start else self._places[start]
        return self.text[self._places[start] : last].replace("\n", " ")

    def is_upper(self, place: int) -> bool:
        """Return whether a capital stands at a place of the folded text."""
        text = self.text
        return text[place if text.isascii() else self._places[place]].isupper()

    def end_of(self, start: int, end: int, *, prefix: bool) -> int | None:
        """Return where the word of a hit ends, with its ending; None if it isn't a whole word."""
        if start and self.folded[start - 1] not in " \n" and not self._begins(start):
            return None
        if "." in self.folded[start:end] and self._is_in_address(start, end):
            return None
        if end == len(self.folded) or self.folded[end] in " \n":
            return end
        if prefix:
            rest = REST_OF_WORD.match(self.folded, end)
            return rest.end() if rest else end
        last = self.folded[end - 1]
        if not _is_letter_of_word(last):
            return end if last.isalnum() or not self._is_code_after(end) else None
        endings = ENDINGS_OF_NUMBER if last.isdigit() else ENDINGS
        if self.folded.endswith(SIBILANTS, start, end):
            endings = ENDINGS_OF_SIBILANT
        found = endings.match(self.folded, end)
        stop = found.end() if found else end
        return next((each for each in (stop, end) if self._ends(each)), None)

    def _begins(self, start: int) -> bool:
        before = self.folded[start - 1]
        if not _is_letter_of_word(self.folded[start]):
            return True
        if before in "$<=\\_" or _is_letter_of_word(before):
            return False
        if before == "." and not self._follows_sentence(start):
            return False
        if before == "-" and self.folded[start - 2 : start - 1] in ("", " ", "-"):
            return not self.folded.startswith("--", max(0, start - 2))
        return before not in "/\\" or not self._is_in_place(start)

    def _ends(self, end: int) -> bool:
        after = self.folded[end] if end < len(self.folded) else " "
        if after in " \n":
            return True
        if _is_letter_of_word(after) or after == "_":
            return False
        following = self.folded[end + 1 : end + 2]
        if after == "." and following.isalnum():
            return not following.isdigit() and self.is_upper(end + 1)
        if after == "'" and following.isalpha() and _is_letter_of_word(following):
            return False
        if after == "-" and REST_OF_HOST.match(self.folded, end):
            return False
        return not (self._is_code_after(end) or (after == "/" and self._is_file(end)))

    def _is_in_address(self, start: int, end: int) -> bool:
        """Return whether a name that is written like a host stands in an address of mail or web."""
        if not HOST.fullmatch(self.folded, start, end):
            return False
        before = self.folded[max(0, start - 2) : start]
        is_mail = before.endswith("@") and before[0].isalnum()
        return is_mail or bool(REST_OF_ADDRESS.match(self.folded, end))

    def _is_code_after(self, end: int) -> bool:
        return bool(CODE_AFTER.match(self.folded, end))

    def _follows_sentence(self, start: int) -> bool:
        """Return whether a full stop before a word ends a sentence, though no blank follows."""
        before = self.folded[start - 2 : start - 1]
        return before == "." or (before.isalnum() and self.is_upper(start))

    def _is_in_place(self, start: int) -> bool:
        return bool(
            PLACE.search(self.folded, max(0, start - MAX_PLACE), start) or self._is_file(start - 1)
        )

    def _is_file(self, slash: int) -> bool:
        """Return whether the words around a slash end like a file."""
        words = self.folded[slash : slash + MAX_PLACE].split(maxsplit=1)[0]
        return bool(FILE.fullmatch(words.rstrip(".,;:!?)\"'")))


def _is_letter_of_word(character: str) -> bool:
    """Return whether a word goes on with a character: a letter, a digit, or a mark on a letter."""
    if character.isalnum():
        return character < "\u0e00" or not UNSPACED.match(character)
    return character > "\u02ff" and unicodedata.category(character) in ("Mn", "Mc")
