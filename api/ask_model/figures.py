"""Reads a sentence as tokens: words, names, figures, dates, quotations and marks.

What isn't read is refused: a figure that is written in a way that nothing here reads can't pass for
a word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from api.mcp.untrusted import cleaned

TokenKind = Literal["word", "name", "figure", "pair", "date", "hours", "quote", "mark"]
Unit = Literal["", "percent", "points", "times"]
Hedge = Literal["", "about", "over", "under", "least"]

MAX_CHARS: Final = 600
NAME_MARKS, QUOTE_MARKS = 0xE000, 0xE800
MAX_MARKS: Final = 0x7FF
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_CLOCK = r"(?:,?[ T](?P<{0}hour>\d\d):(?P<{0}minute>\d\d)(?::00)?Z?)?(?: UTC)?"
TOKEN: Final = re.compile(
    r"(?P<name>[\ue000-\ue7ff])"
    r"|(?P<quote>[\ue800-\uefff])"
    r"|(?P<iso>(?P<iy>\d{4})-(?P<imo>\d\d)-(?P<id>\d\d)" + _CLOCK.format("i") + r")(?![\w-])"
    r"|(?P<range>(?P<r1>\d{1,2})(?:[\u2013-]| to )(?P<r2>\d{1,2}) (?P<rmo>" + _MONTH + r")"
    r"(?: (?P<ry>\d{4}))?)(?!\w)"
    r"|(?P<dm>(?P<dd>\d{1,2}) (?P<dmo>"
    + _MONTH
    + r")(?:,? (?P<dy>\d{4}))?"
    + _CLOCK.format("d")
    + r")(?!\w)"
    r"|(?P<md>(?P<mmo>"
    + _MONTH
    + r") (?P<mday>\d{1,2})(?:, (?P<my>\d{4}))?"
    + _CLOCK.format("m")
    + r")(?![\w.]\d)"
    r"|(?P<number>(?<![\w.,])(?=[+-]?\.?\d)(?:(?<![+\u2013\u2014-])(?P<sign>[+-]))?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?P<part>\.\d+)?"
    r"(?P<suffix>k|x| thousand| million|\s?%| percent(?:age points?)?| points?)?)"
    r"(?![\w%])(?!\.\d)(?!,\d)"
    r"|(?P<word>[A-Za-z]+(?:'[a-z]+)?(?:-[A-Za-z]+)*'?)"
    r"|(?P<mark>[.,;:()\[\]\u2013\u2014=!?-])"
    r"|(?P<space>\s+)"
)


def _words(text: str) -> list[str]:
    return text.split()


SCALES: Final[Mapping[str, int]] = {"k": 1_000, "thousand": 1_000, "million": 1_000_000}
UNITS: Final[Mapping[str, Unit]] = {
    "%": "percent",
    "percent": "percent",
    "percentage point": "points",
    "percentage points": "points",
    "point": "points",
    "points": "points",
    "x": "times",
}
SMALL: Final[Mapping[str, int]] = {
    word: number
    for number, word in enumerate(
        _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
            " fifteen sixteen seventeen eighteen nineteen"
        )
    )
}
TENS: Final[Mapping[str, int]] = {
    word: 10 * number
    for number, word in enumerate(
        _words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
LARGE: Final[Mapping[str, int]] = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
PARTS: Final[Mapping[tuple[str, ...], float]] = {
    ("half",): 0.5,
    ("a", "third"): 1 / 3,
    ("one", "third"): 1 / 3,
    ("two", "thirds"): 2 / 3,
    ("a", "quarter"): 0.25,
    ("one", "quarter"): 0.25,
    ("three", "quarters"): 0.75,
}
TIMES: Final[Mapping[tuple[str, ...], float]] = {
    ("twice",): 2,
    ("doubled",): 2,
    ("double",): 2,
    ("twofold",): 2,
    ("tripled",): 3,
    ("threefold",): 3,
    ("halved",): 0.5,
}
HEDGES: Final[Mapping[tuple[str, ...], Hedge]] = {
    **dict.fromkeys(
        (("about",), ("around",), ("roughly",), ("approximately",), ("some",)), "about"
    ),
    **dict.fromkeys((("more", "than"), ("over",), ("above",)), "over"),
    **dict.fromkeys(
        (("less", "than"), ("fewer", "than"), ("under",), ("nearly",), ("almost",), ("below",)),
        "under",
    ),
    ("at", "least"): "least",
}
HOURS: Final[Mapping[str, int]] = {
    "hour": 1,
    "hours": 1,
    "day": 24,
    "days": 24,
    "week": 168,
    "weeks": 168,
    "hourly": 1,
}


class Unreadable(Exception):
    """A sentence can't be read: why, and of which of its words, which only the model is shown."""

    def __init__(self, why: str, word: str = "") -> None:
        super().__init__(why)
        self.why, self.word = why, word


@dataclass(frozen=True)
class Figure:
    """A figure as it is written; step is the place of its last digit."""

    value: float
    step: float
    unit: Unit = ""
    hedge: Hedge = ""
    is_signed: bool = False
    has_decimals: bool = False

    def holds(self, value: float, scale: float = 1.0) -> bool:
        """Return whether it is a value, rounded as it says; scale is 100 for per cents."""
        exact, tiny = value * scale, self.step * 1e-6
        if self.hedge in {"over", "least"}:
            more = exact - self.value
            lowest = more > tiny if self.hedge == "over" else more > -tiny
            return lowest and more < self.round_step - tiny
        if self.hedge == "under":
            return tiny < self.value - exact < self.round_step - tiny
        step = self.round_step if self.hedge == "about" else self.step
        return abs(exact - self.value) <= step / 2 + tiny

    @property
    def round_step(self) -> float:
        """Return the place of the last digit that isn't a zero."""
        if self.has_decimals or self.value == 0 or self.value != int(self.value):
            return self.step
        digits = str(abs(int(self.value)))
        return max(self.step, 10.0 ** (len(digits) - len(digits.rstrip("0"))))


@dataclass(frozen=True)
class Date:
    """A time as it is written; without a clock it is the whole day, without a year any."""

    year: int | None
    month: int
    day: int
    clock: tuple[int, int] | None = None

    def is_of(self, moment: datetime) -> bool:
        """Return whether it is a moment."""
        utc = moment.astimezone(UTC)
        if self.year not in {None, utc.year} or (self.month, self.day) != (utc.month, utc.day):
            return False
        return self.clock is None or self.clock == (utc.hour, utc.minute)


@dataclass(frozen=True)
class Token:
    """A part of a sentence; names are the tags of a name, places where it begins."""

    kind: TokenKind
    text: str
    names: frozenset[str] = frozenset()
    figures: tuple[Figure, ...] = ()
    dates: tuple[Date, ...] = ()
    hours: int = 0


@dataclass(frozen=True)
class Read:
    """A sentence as it is shown, its tokens and the words of its quotations."""

    text: str
    tokens: tuple[Token, ...]
    quotes: tuple[str, ...]


def normal(text: str, max_chars: int = MAX_CHARS + 1) -> str:
    """Return a text in one line with plain quotes and signs, without hidden characters."""
    plain = unicodedata.normalize("NFKC", cleaned(text, max_chars))
    for marks, sign in (("“”„«»″", '"'), ("‘’‚′", "'"), ("−‐‑", "-")):  # noqa: RUF001 - signs
        plain = re.sub(f"[{marks}]", sign, plain)
    return " ".join(plain.split())


def read(text: str, names: Mapping[str, frozenset[str]]) -> Read:
    """Read a sentence; names are the known ones in lower case, with their tags.

    Raises Unreadable.
    """
    shown = normal(text)
    if len(shown) > MAX_CHARS:
        raise Unreadable("it is too long")
    quotes: list[str] = []
    marked = _mark_quotes(shown, quotes)
    found: list[frozenset[str]] = []
    marked = _mark_names(marked, names, found)
    tokens = list(_tokens(marked, found))
    return Read(shown, tuple(_merged(tokens)), tuple(quotes))


def _mark_quotes(text: str, quotes: list[str]) -> str:
    if text.count('"') % 2:
        raise Unreadable("a quotation mark has no other one")

    def mark(match: re.Match[str]) -> str:
        quotes.append(match[1])
        if len(quotes) > MAX_MARKS:
            raise Unreadable("it has too many quotations")
        return chr(QUOTE_MARKS + len(quotes) - 1)

    return re.sub(r'"([^"]*)"', mark, text)


def _mark_names(text: str, names: Mapping[str, frozenset[str]], found: list[frozenset[str]]) -> str:
    known = sorted((each for each in names if each), key=len, reverse=True)
    if not known:
        return text
    pattern = "|".join(re.escape(each) for each in known)

    def mark(match: re.Match[str]) -> str:
        found.append(names[match[1].lower()])
        if len(found) > MAX_MARKS:
            raise Unreadable("it has too many names")
        return chr(NAME_MARKS + len(found) - 1)

    return re.sub(
        rf"(?<![\w/.-])({pattern})(?:'s?)?(?![\w/-])(?!\.\w)", mark, text, flags=re.IGNORECASE
    )


def _tokens(text: str, names: Sequence[frozenset[str]]) -> Iterator[Token]:
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None or not match[0]:
            raise Unreadable("a character in it can't be read", text[place : place + 12])
        place = match.end()
        yield from _token(match, names)


def _token(match: re.Match[str], names: Sequence[frozenset[str]]) -> Iterator[Token]:
    text = match[0]
    if match["name"]:
        yield Token("name", text, names=names[ord(text) - NAME_MARKS])
    elif match["quote"]:
        yield Token("quote", text)
    elif match["iso"] or match["range"] or match["dm"] or match["md"]:
        yield Token("date", text, dates=tuple(_dates(match)))
    elif match["number"]:
        yield Token("figure", text, figures=(_figure(match),))
    elif match["word"]:
        # The possessive of a plural: users'.
        yield Token("word", text.rstrip("'").lower())
    elif match["mark"]:
        yield Token("mark", text)
    elif not match["space"]:
        raise Unreadable("a part of it can't be read", text)


def _dates(match: re.Match[str]) -> Iterator[Date]:
    if match["range"]:
        month, year = _month(match["rmo"]), _year(match["ry"])
        yield Date(year, month, int(match["r1"]))
        yield Date(year, month, int(match["r2"]))
        return
    prefix = "i" if match["iso"] else "d" if match["dm"] else "m"
    day, month_text, year_text = {
        "i": (match["id"], match["imo"], match["iy"]),
        "d": (match["dd"], match["dmo"], match["dy"]),
        "m": (match["mday"], match["mmo"], match["my"]),
    }[prefix]
    hour, minute = match[f"{prefix}hour"], match[f"{prefix}minute"]
    clock = (int(hour), int(minute)) if hour else None
    month = int(month_text) if prefix == "i" else _month(month_text)
    yield Date(_year(year_text), month, int(day), clock)


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1


def _year(text: str | None) -> int | None:
    return int(text) if text else None


def _figure(match: re.Match[str]) -> Figure:
    whole, part = match["whole"] or "", match["part"] or ""
    if not whole and not part:
        raise Unreadable("a sign has no figure")
    suffix = (match["suffix"] or "").strip()
    scale = SCALES.get(suffix, 1)
    value = float(f"{whole.replace(',', '') or '0'}{part or ''}") * scale
    if match["sign"] == "-":
        value = -value
    step = scale * 10.0 ** -max(len(part) - 1, 0)
    return Figure(value, step, UNITS.get(suffix, ""), "", bool(match["sign"]), step < 1)


def _merged(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield tokens with number words as figures, hedges within them, and hours of spans."""
    with_words = list(_number_words(list(tokens)))
    yield from _hours(_hedged(with_words))


def _number_words(tokens: list[Token]) -> Iterator[Token]:
    place = 0
    while place < len(tokens):
        words = [each.text if each.kind == "word" else "" for each in tokens[place : place + 3]]
        taken, token = _worded(words, tokens[place:])
        if token is None:
            yield tokens[place]
            taken = 1
        else:
            yield token
        place += taken


def _worded(words: Sequence[str], tokens: Sequence[Token]) -> tuple[int, Token | None]:
    for parts, value in PARTS.items():
        if tuple(words[: len(parts)]) == parts:
            part = Figure(value * 100, 1.0, "percent")
            return len(parts), Token("figure", " ".join(parts), figures=(part,))
    for parts, value in TIMES.items():
        if tuple(words[: len(parts)]) == parts:
            figure = Figure(value, 1.0, "times")
            return len(parts), Token("figure", " ".join(parts), figures=(figure,))
    if words and words[0] == "a" and len(words) > 1 and words[1] in {*LARGE, "dozen"}:
        return 2, _worded_figure(LARGE.get(words[1], 12), words[1])
    run = _number_run(tokens)
    if not run:
        return 0, None
    return len(run), _worded_figure(_number_of(run), " ".join(run))


def _worded_figure(value: int, text: str) -> Token:
    return Token("figure", text, figures=(Figure(float(value), 1.0),))


def _leading_words(tokens: Sequence[Token]) -> Iterator[Token]:
    for each in tokens:
        if each.kind != "word":
            return
        yield each


def _number_run(tokens: Sequence[Token]) -> list[str]:
    run: list[str] = []
    for each in _leading_words(tokens):
        joined = each.text == "and" and bool(run) and run[-1] in LARGE
        if not joined and not _is_number_word(each.text):
            break
        run.append(each.text)
    while run and run[-1] == "and":
        run.pop()
    return run


def _is_number_word(word: str) -> bool:
    return all(
        part in SMALL or part in TENS or part in LARGE or part == "dozen"
        for part in word.split("-")
    )


def _number_of(words: Iterable[str]) -> int:
    total = current = 0
    for word in (part for each in words for part in each.split("-") if part != "and"):
        if word in LARGE:
            current = max(current, 1) * LARGE[word]
            if word != "hundred":
                total, current = total + current, 0
        elif word == "dozen":
            current = max(current, 1) * 12
        else:
            current += SMALL.get(word, TENS.get(word, 0))
    return total + current


def _hedged(tokens: Sequence[Token]) -> list[Token]:
    hedged: list[Token] = []
    for token in tokens:
        if token.kind == "figure":
            for parts, hedge in HEDGES.items():
                before = tuple(each.text for each in hedged[-len(parts) :] if each.kind == "word")
                if before == parts:
                    del hedged[-len(parts) :]
                    figure = replace(token.figures[0], hedge=hedge)
                    token = replace(token, figures=(figure,))  # noqa: PLW2901 - it is the same one
                    break
        hedged.append(token)
    return hedged


def _hours(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield tokens with `7 days` and `this week` as hours; a plain `days` stays a word."""
    skip = False
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if skip:
            skip = False
            continue
        unit = HOURS.get(after.text, 0) if after is not None and after.kind == "word" else 0
        if unit and token.kind == "figure":
            skip = True
            figure = token.figures[0]
            if figure.hedge or figure.unit or figure.value != int(figure.value):
                raise Unreadable("a span isn't a whole number of hours, days or weeks")
            yield Token("hours", token.text, hours=int(figure.value) * unit)
        elif after is not None and after.text == "times" and token.kind == "figure":
            skip = True
            times = replace(token.figures[0], unit="times")
            yield replace(token, figures=(times,))
        elif token.kind == "word" and token.text in {"week", "day", "hour"}:
            yield Token("hours", token.text, hours=HOURS[token.text])
        else:
            yield token
