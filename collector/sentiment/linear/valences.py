"""VADER's rules, many times as fast as the library, with equal results.

The library processes every word three times; this module only the words of its lexicon. It keeps
the oddities of vaderSentiment 3.3.2, and a test compares the two.
https://github.com/cjhutto/vaderSentiment/blob/master/vaderSentiment/vaderSentiment.py
"""

import math
import string
from collections.abc import Mapping

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

ALPHA = 15
_NEGATIONS = frozenset(NEGATE)
_FADING = (1.0, 0.95, 0.9)


class Valences:
    """The valences of words by VADER's lexicon, which is loaded once."""

    def __init__(self) -> None:
        analyzer = SentimentIntensityAnalyzer()
        self.lexicon: Mapping[str, float] = analyzer.lexicon
        self._emojis: Mapping[str, str] = analyzer.emojis

    def named_emojis(self, text: str) -> str:
        """Return the text with each emoji replaced by its name."""
        if text.isascii():
            return text
        named: list[str] = []
        after_space = True
        for character in text:
            if character in self._emojis:
                named.append(
                    self._emojis[character] if after_space else " " + self._emojis[character]
                )
                after_space = False
            else:
                named.append(character)
                after_space = character == " "
        return "".join(named).strip()

    def of(self, text: str) -> list[float]:
        """Return a valence for each word, 0 for most; emojis must be replaced by names."""
        words = text.split()
        lower = [word if word.isalnum() else _bare(word) for word in text.lower().split()]
        lexicon = self.lexicon
        found = [0.0] * len(lower)
        hits = [i for i, word in enumerate(lower) if word in lexicon]
        if not hits:
            return found
        shouted = not text.islower() and _some_shouted([_bare(word) for word in words])
        for i in hits:
            word = lower[i]
            if word in BOOSTER_DICT or (word == "kind" and lower[i + 1 : i + 2] == ["of"]):
                continue
            found[i] = self._valence(words, lower, i, shouted=shouted)
        if "but" in lower:
            _weigh_around_but(found, lower.index("but"))
        return found

    def _valence(self, words: list[str], lower: list[str], i: int, *, shouted: bool) -> float:
        lexicon = self.lexicon
        word = lower[i]
        valence = lexicon[word]
        if word == "no" and i != len(lower) - 1 and lower[i + 1] in lexicon:
            valence = 0.0
        if "no" in lower[max(0, i - 3) : i] and _after_no(lower, i):
            valence = lexicon[word] * N_SCALAR
        if shouted and _bare(words[i]).isupper():
            valence += C_INCR if valence > 0 else -C_INCR
        for back in range(min(i, 3)):
            before = lower[i - back - 1]
            if before in lexicon:
                continue
            if before in BOOSTER_DICT:
                loud = shouted and _bare(words[i - back - 1]).isupper()
                valence += _boost(before, valence, loud=loud) * _FADING[back]
            valence = _negate(valence, lower, i, back)
            if back == 2:  # noqa: PLR2004 - the third word before
                valence = _phrases(valence, lower, i)
        return _least(valence, lower, i, lexicon)


def compound_of(valence_sum: float, text: str) -> float:
    """Return VADER's compound score for the sum of valences and the text's ! and ?."""
    if valence_sum:
        emphasis = _emphasis(text)
        valence_sum += emphasis if valence_sum > 0 else -emphasis
    return valence_sum / math.sqrt(valence_sum * valence_sum + ALPHA)


def _bare(word: str) -> str:
    stripped = word.strip(string.punctuation)
    return stripped if len(stripped) > 2 else word  # noqa: PLR2004 - shorter is an emoticon


def _some_shouted(words: list[str]) -> bool:
    return 0 < sum(word.isupper() for word in words) < len(words)


def _after_no(lower: list[str], i: int) -> bool:
    return (
        lower[i - 1] == "no"
        or (i > 1 and lower[i - 2] == "no")
        or (i > 2 and lower[i - 3] == "no" and lower[i - 1] in {"or", "nor"})  # noqa: PLR2004
    )


def _boost(before: str, valence: float, *, loud: bool) -> float:
    scalar = float(BOOSTER_DICT[before])
    if valence < 0:
        scalar *= -1
    if loud:
        scalar += C_INCR if valence > 0 else -C_INCR
    return scalar


def _negate(valence: float, lower: list[str], i: int, back: int) -> float:
    if back and _is_exempt(lower, i, back):
        return (
            valence
            if lower[i - back - 1] == "without" and not _is_so(lower, i, back)
            else valence * 1.25
        )
    before = lower[i - back - 1]
    return valence * N_SCALAR if before in _NEGATIONS or "n't" in before else valence


def _is_so(lower: list[str], i: int, back: int) -> bool:
    so = {"so", "this"}
    if back == 1:
        return lower[i - 2] == "never" and lower[i - 1] in so
    return (lower[i - 3] == "never" and lower[i - 2] in so) or lower[i - 1] in so


def _is_exempt(lower: list[str], i: int, back: int) -> bool:
    return _is_so(lower, i, back) or (
        lower[i - back - 1] == "without" and "doubt" in lower[i - back : i]
    )


def _phrases(valence: float, lower: list[str], i: int) -> float:
    three, two, one, word = lower[i - 3 : i + 1]
    before = (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}")
    around = (f"{one} {word}", f"{two} {one} {word}", before[2], before[0], before[1])
    valence = next((SPECIAL_CASES[phrase] for phrase in around if phrase in SPECIAL_CASES), valence)
    for length in (2, 3):
        if len(lower) >= i + length:
            valence = SPECIAL_CASES.get(" ".join(lower[i : i + length]), valence)
    for phrase in before:
        valence += BOOSTER_DICT.get(phrase, 0.0)
    return float(valence)


def _least(valence: float, lower: list[str], i: int, lexicon: Mapping[str, float]) -> float:
    if i == 0 or lower[i - 1] != "least" or "least" in lexicon:
        return valence
    if i > 1 and lower[i - 2] in {"at", "very"}:
        return valence
    return valence * float(N_SCALAR)


def _weigh_around_but(found: list[float], at: int) -> None:
    # Like the library, which finds a word by its valence and so changes the first of equal ones.
    for i in range(len(found)):
        if found[i]:
            first = found.index(found[i])
            if first != at:
                found[first] *= 0.5 if first < at else 1.5


def _emphasis(text: str) -> float:
    asked = text.count("?")
    question = 0.96 if asked > 3 else asked * 0.18 if asked > 1 else 0.0  # noqa: PLR2004
    shouted: int = text.count("!")
    return min(shouted, 4) * 0.292 + question
