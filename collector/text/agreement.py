"""Recognises replies that only agree with what they answer: "same here", "this", "+1".

agreement.toml lists the phrases that agree. They are taken out, and what is left may only tell
where and since when ("since the update, on Windows 11") or that the author left as well ("went
back to 1.2"). Any other word makes the reply a text of its own, and so does a question mark.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Literal

from shared.text import folded

FILE = Path(__file__).with_name("agreement.toml")

Agreement = Literal["shares", "endorses", "yes"]
"""shares: the same happened to the author ("same here"). endorses: the author thinks so too
("this"). yes: the same, or the answer to a question."""
Part = Literal["shares", "alone", "endorses", "yes", "beside"]

# A longer reply says something of its own.
MAX_CHARACTERS = 140

EMOJI_WORDS = {**dict.fromkeys("👆☝⬆", " this "), "🙋": " me too ", "💯": " 100% "}
# They colour what was said, and don't turn it around.
FEELINGS = "😭😢😞😔😩😫😤😡🤬😂🤣😅😆🥲😕🙁☹😬🤦🤷💀👏🙌👍🙏❤🔥👀"
# Tones of skin, genders and joiners within an emoji.
EMOJI_PARTS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff♂♀\u200d"
SIGNS = str.maketrans(
    {**EMOJI_WORDS, **dict.fromkeys(FEELINGS, " "), **dict.fromkeys(EMOJI_PARTS), "'": None}
)
EMOTICON = re.compile(r"(?<!\S)(?:[:;=]-?[()dp/|]++|<3|xd|(?:ha){2,}+h?)(?![^\s.,!])")
STRETCHED = re.compile(r"([a-z])\1{2,}")
# A word, or a sign between clauses.
TOKEN = re.compile(r"[^\s.,!;()-](?:[^\s.,!;()]|[.,](?=\w))*+|\.{3}|\.\.|[.,!;()-]")
CLAUSE_ENDS = frozenset(".,!;()-")
DOUBTS = frozenset({"..", "..."})
NUMBER = re.compile(r"[vhm]?\d[\w.+:-]*+|[axg]\d+")
CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class Phrases:
    """The phrases as tuples of words, each with its part, and the single words beside them."""

    parts: Mapping[tuple[str, ...], Part]
    lengths: Mapping[str, Sequence[int]]
    """The lengths of the phrases that begin with a word, longest first."""
    before: frozenset[str]
    fillers: frozenset[str]
    circumstances: frozenset[str]

    def may_stand_beside(self, word: str) -> bool:
        """Return whether a word beside phrases leaves them what they are."""
        return (
            word in self.fillers
            or word in self.circumstances
            or word in CLAUSE_ENDS
            or word in DOUBTS
            or bool(NUMBER.fullmatch(word))
        )

    def at(self, words: Sequence[str], start: int) -> tuple[Part, int] | None:
        """Return the part and the end of the longest phrase that begins at a word."""
        for length in self.lengths.get(words[start], ()):
            end = start + length
            part = self.parts.get(tuple(words[start:end]))
            if part == "alone" and not self._ends(words, end):
                continue
            if part is not None:
                return part, end
        return None

    def _ends(self, words: Sequence[str], end: int) -> bool:
        return end >= len(words) or words[end] in CLAUSE_ENDS or words[end] in self.before


def agreement_in(words: str) -> Agreement | None:
    """Return how cleaned words agree with what they answer; None if they may say anything else."""
    if not words or len(words) > MAX_CHARACTERS or "?" in words:
        return None
    text = EMOTICON.sub(" ", folded(words).translate(SIGNS))
    found = _agreement(STRETCHED.sub(r"\1\1", text))
    return found or (_agreement(STRETCHED.sub(r"\1", text)) if STRETCHED.search(text) else None)


def _agreement(text: str) -> Agreement | None:
    phrases = _phrases()
    words = TOKEN.findall(text)
    found: set[Part] = set()
    left: set[str] = set()
    place = 0
    while place < len(words):
        phrase = phrases.at(words, place)
        if phrase:
            part, place = phrase
            found.add(part)
            continue
        if not phrases.may_stand_beside(words[place]):
            return None
        left.add(words[place])
        place += 1
    return _judged(phrases, found, left - CLAUSE_ENDS)


def _judged(phrases: Phrases, found: set[Part], left: set[str]) -> Agreement | None:
    """Return how a reply with phrases of these parts, and with these words left, agrees."""
    if found & {"shares", "alone"}:
        return "shares"
    if "beside" in found or left - phrases.fillers - DOUBTS:
        return None
    if "endorses" in found:
        return "endorses"
    return "yes" if "yes" in found and not left else None


@lru_cache(maxsize=1)
def _phrases() -> Phrases:
    # Apostrophes are often left out, so they don't count.
    listed = tomllib.loads(FILE.read_text(encoding="utf-8").replace("'", ""))
    names, lines = listed["words"], listed["phrases"]
    order: Sequence[Part] = ("beside", "yes", "endorses", "alone", "shares")
    parts = {
        phrase: part for part in order for line in lines[part] for phrase in _expanded(line, names)
    }
    lengths: dict[str, set[int]] = {}
    for phrase in parts:
        lengths.setdefault(phrase[0], set()).add(len(phrase))
    return Phrases(
        parts,
        {word: sorted(each, reverse=True) for word, each in lengths.items()},
        _words(lines["before"]),
        _words(lines["fillers"]),
        _words(lines["circumstances"]),
    )


def _words(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _expanded(line: str, names: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield the phrases that a line of the file stands for."""
    within = CHOICE.split(line.format_map(names))
    choices = [each.split("|") if place % 2 else [each] for place, each in enumerate(within)]
    for chosen in product(*choices):
        yield tuple("".join(chosen).split())
