"""Cuts a sentence into parts that say one thing each: of what, which figure, and what it did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Final

from api.ask_model.facts import KIND, LABELS, TOPIC
from api.ask_model.figures import Figure, Token, Unreadable
from api.ask_model.words import (
    DIVIDING,
    LONGEST_PHRASE,
    MOVES,
    NOUNS,
    PHRASES,
    word_tags,
)
from shared.models import ALL
from shared.stats.subjects import PREFIX

MAX_READINGS: Final = 16
# Marks that divide, and those that a sentence may have beside them.
DIVIDING_MARKS: Final = frozenset(",;:()\u2013\u2014")
DASHES: Final = frozenset({"-", "\u2013", "\u2014"})
CLAIMS: Final = MOVES | LABELS | {"cause", "sample", "topic", "most", "least"}
ORDERS: Final = frozenset({"most", "least"})
# What a word before `mentions` says of their number.
NO_ITEMS: Final = Figure(0.0, 1.0)


@dataclass(frozen=True)
class Part:
    """A part of a sentence: at most one figure, or a pair of them, and the words around it.

    readings are the sets of tags that its names may mean. first is its first word. mover is the
    name nearest before its first word of a change, and leader that before `the most`.
    """

    readings: tuple[frozenset[str], ...]
    tags: frozenset[str]
    figures: tuple[Figure, ...] = ()
    is_pair: bool = False
    is_of: bool = False
    quotes: int = 0
    first: str = ""
    mover: frozenset[str] = frozenset()
    leader: frozenset[str] = frozenset()
    says: frozenset[str] = frozenset()

    @property
    def has_claim(self) -> bool:
        """Return whether it says something that can be checked."""
        is_other = self.first == "than" and self.has_names
        return bool(self.figures or self.quotes or is_other or self.tags & CLAIMS)

    @property
    def has_names(self) -> bool:
        """Return whether it names a scope or a part of one."""
        return any(self.readings)


def parts_of(tokens: Sequence[Token]) -> list[Part]:
    """Return the parts of a sentence. Raises Unreadable, also for words that none may have."""
    paired = _paired(_phrased(tokens))
    for token, after in pairwise(paired):
        if token.text in DASHES and after.kind in {"figure", "pair"}:
            # It may be read as a minus.
            raise Unreadable("a dash before a figure may be a sign", after.text)
    has_quotes = any(each.kind == "quote" for each in tokens)
    cut = [_part(each, has_quotes=has_quotes) for each in _cut(paired)]
    return _joined([each for each in cut if each is not None])


def _phrased(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens with phrases as one word, whose text is its tag in angle brackets."""
    phrased: list[Token] = []
    place = 0
    while place < len(tokens):
        for length in range(LONGEST_PHRASE, 0, -1):
            some = tokens[place : place + length]
            key = tuple(each.text if each.kind == "word" else "" for each in some)
            if len(some) == length and key in PHRASES:
                phrased.append(Token("word", f"<{PHRASES[key]}>"))
                place += length
                break
        else:
            phrased.extend(_plain(tokens, place))
            place += 1
    return phrased


def _plain(tokens: Sequence[Token], place: int) -> Iterator[Token]:
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    is_noun = following is not None and following.kind == "word"
    if token.kind == "word" and token.text == "no" and is_noun and following is not None:
        if not (word_tags(following.text) or frozenset[str]()) & NOUNS - {"people"}:
            raise Unreadable("what it denies can't be checked")
        yield Token("figure", "no", figures=(NO_ITEMS,))
        return
    yield token


def _paired(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens with `0.1 to 0.2` as one pair, and `12 of 40` as another one."""
    paired: list[Token] = []
    for token in tokens:
        paired.append(token)
        while (found := _pair_at_end(paired)) is not None:
            count, pair = found
            del paired[-count:]
            paired.append(pair)
    return paired


def _pair_at_end(tokens: Sequence[Token]) -> tuple[int, Token] | None:
    if not tokens or tokens[-1].kind != "figure":
        return None
    for count in (3, 4):
        some = tokens[-count:]
        if len(some) < count or some[0].kind != "figure":
            continue
        middle = tuple(each.text for each in some[1:-1])
        figures = (some[0].figures[0], some[-1].figures[0])
        if middle in {("to",), ("and",), ("\u2013",), ("-",), ("\u2014",)}:
            return count, Token("pair", "to", figures=_same_unit(*figures))
        if middle in {("of",), ("of", "the"), ("of", "its"), ("of", "all")}:
            return count, Token("pair", "of", figures=figures)
    return None


def _same_unit(low: Figure, high: Figure) -> tuple[Figure, Figure]:
    return (replace(low, unit=high.unit) if not low.unit else low, high)


def _cut(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens:
        is_mark = token.kind == "mark" and token.text in DIVIDING_MARKS
        if is_mark or (token.kind == "word" and token.text in DIVIDING):
            yield part
            part = []
        if not is_mark:
            part.append(token)
    yield part


def _part(tokens: Sequence[Token], *, has_quotes: bool) -> Part | None:
    tags: set[str] = set()
    names = [each.names for each in tokens if each.kind == "name"]
    found = [each for each in tokens if each.kind in {"figure", "pair"}]
    words = [each.text for each in tokens if each.kind == "word"]
    for word in words:
        tags |= _tags_of(word)
    found = [each for each in found if not _is_level(each, words)]
    is_one = len(found) == 1 and found[0].text == "one"
    quotes = sum(each.kind == "quote" for each in tokens)
    if is_one and has_quotes:
        # "One post says" counts nothing.
        found = []
    if len(found) > 1:
        raise Unreadable("a part of it has several figures: say one in each")
    readings = {frozenset(each) for each in _products(names)}
    if not tokens:
        return None
    pair = found[0] if found and found[0].kind == "pair" else None
    return Part(
        readings=tuple(readings),
        tags=frozenset(tags),
        figures=tuple(_counted(each, words) for each in found[0].figures) if found else (),
        is_pair=pair is not None and pair.text == "to",
        is_of=pair is not None and pair.text == "of",
        quotes=quotes,
        first=words[0] if words else "",
        mover=_nearest(tokens, MOVES),
        leader=_nearest(tokens, ORDERS) if _is_superlative(tokens) else frozenset(),
        says=frozenset(words),
    )


def _counted(figure: Figure, words: Sequence[str]) -> Figure:
    """Return the figure of `mentioned 40 times`, which is a count and no multiple."""
    is_count = figure.unit == "times" and "mentioned" in words
    return replace(figure, unit="") if is_count else figure


def _nearest(tokens: Sequence[Token], tags: frozenset[str]) -> frozenset[str]:
    """Return the name nearest before the first word of these; nothing where there is none."""
    nearest: frozenset[str] = frozenset()
    for token in tokens:
        if token.kind == "name":
            nearest = token.names
        elif token.kind == "word" and _tags_of(token.text) & tags:
            return nearest
    return frozenset()


def _is_superlative(tokens: Sequence[Token]) -> bool:
    """Return whether each `most` and `least` has its article: "most mentions" is another claim."""
    return all(
        token.kind != "word" or not _tags_of(token.text) & ORDERS or before == "the"
        for token, before in zip(tokens, ["", *(each.text for each in tokens)], strict=False)
    )


def _products(names: Sequence[frozenset[str]]) -> Iterator[tuple[str, ...]]:
    count = 1
    for each in names:
        count *= len(each)
    if count > MAX_READINGS:
        raise Unreadable("its names can mean too much")
    return product(*names)


def _is_level(token: Token, words: Sequence[str]) -> bool:
    """Return whether a figure is the level of an interval, which is always 95%."""
    figure = token.figures[0]
    is_it = token.kind == "figure" and (figure.value, figure.unit) == (95.0, "percent")
    return is_it and "interval" in words


def _tags_of(word: str) -> frozenset[str]:
    if word.startswith("<"):
        return frozenset({word.strip("<>")})
    tags = word_tags(word)
    if tags is None:
        raise Unreadable("nothing here can check one of its words", word)
    return tags


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Return parts that each say something: others belong to the one after, the last one before."""
    joined: list[Part] = []
    waiting: Part | None = None
    for part in parts:
        own = part if waiting is None else _both(waiting, part)
        waiting = None if own.has_claim else own
        if own.has_claim:
            joined.append(own)
    if waiting is not None and joined:
        if waiting.has_names and joined[-1].has_names:
            raise Unreadable("it names something else after what it says")
        joined[-1] = _both(joined[-1], waiting)
    return joined


def _both(one: Part, other: Part) -> Part:
    figures = one.figures or other.figures
    with_figures = one if one.figures else other
    readings = {a | b for a in one.readings for b in other.readings}
    if len(readings) > MAX_READINGS:
        raise Unreadable("its names can mean too much")
    return Part(
        readings=tuple(readings),
        tags=one.tags | other.tags,
        figures=figures,
        is_pair=with_figures.is_pair,
        is_of=with_figures.is_of,
        quotes=one.quotes + other.quotes,
        first=one.first or other.first,
        mover=one.mover or other.mover,
        leader=one.leader or other.leader,
        says=one.says | other.says,
    )


def is_scope(name: str) -> bool:
    """Return whether a tag is certainly that of a scope; a community's may be a part's."""
    return name == ALL or name.startswith(PREFIX)


def is_part(name: str) -> bool:
    """Return whether a tag is certainly that of a part."""
    return name.startswith((TOPIC, KIND, "thread:"))
