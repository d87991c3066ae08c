"""Texts of other people made safe to show, and what of a message fits into a channel's limits.

Lengths are in UTF-16 units, which are never fewer than the characters that a service counts.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from collector.alerts.channels.web_addresses import host_of, web_address
from shared.alerts.messages import Entry, Message
from shared.models.alerts import CitedItem

T = TypeVar("T")

ELLIPSIS = "…"
REPLACEMENT = "\ufffd"
LAST_OF_ONE_UNIT = "\uffff"
# They join emoji and letters of some scripts; all other invisible marks go, bidirectional ones too.
JOINERS = "\u200c\u200d"
MAX_ADDRESS_CHARS = 600
MAX_LINKS = 4
MAX_FIGURES = 10
SEPARATOR = " · "
EVENTS = {"opened": "New", "updated": "Update", "closed": "Ended", "test": "Test"}
SAMPLE = "Sample data: everything in it is invented."

Escape = Callable[[str], str]
"""Returns one character as the channel's markup shows it, and nothing but it."""


def as_it_is(character: str) -> str:
    """Return a character, for texts without markup."""
    return character


def units(text: str) -> int:
    """Return a text's length in UTF-16 units."""
    return len(text) + sum(each > LAST_OF_ONE_UNIT for each in text)


def chat_address(text: str) -> str | None:
    """Return a web address that a message of a chat may link to; None if it is none or too long."""
    return web_address(text.strip(), MAX_ADDRESS_CHARS)


def one_line(text: str) -> str:
    """Return a text in one line, without control characters, invisible or bidirectional marks."""
    return "".join(_characters(text))


def fit(text: str, limit: int, escape: Escape = as_it_is) -> str:
    """Return a text in one line, escaped, and cut with an ellipsis to `limit` units (1 or more)."""
    pieces: list[str] = []
    left = limit
    # It stops at the limit, however long a text is.
    for character in _characters(text):
        piece = escape(character)
        left -= units(piece)
        pieces.append(piece)
        if left < 0:
            return _cut(pieces, left)
    return "".join(pieces)


def fit_between(text: str, limit: int, escape: Escape = as_it_is) -> str:
    """Return a text as `fit` does, with the blanks that part it from the texts beside it."""
    before = " " if text[:1] == " " else ""
    after = " " if text[-1:] == " " and text.strip() else ""
    return f"{before}{fit(text, limit, escape)}{after}"


@dataclass(frozen=True)
class Detail:
    """How much of a message is shown: its first entries, and of each its first items."""

    entries: int
    items: int


def details(count: int, most: int) -> Iterator[Detail]:
    """Yield what may be shown of `count` entries in a channel that takes `most`, richest first.

    Items are left out before entries are.
    """
    shown = min(count, most)
    for items in (5, 3, 1):
        yield Detail(shown, items)
    for entries in range(shown, 0, -1):
        yield Detail(entries, 0)
    if shown == 0:
        yield Detail(0, 0)


def richest(count: int, most: int, render: Callable[[Detail], T], fits: Callable[[T], bool]) -> T:
    """Return the richest rendering of `count` entries that fits, or else the barest.

    A channel takes `most` entries. Each rendering is about as long as the one before, or shorter.
    """
    choices = list(details(count, most))
    first = bisect_left(choices, True, key=lambda detail: fits(render(detail)))
    return render(choices[min(first, len(choices) - 1)])


def heading(entry: Entry) -> str:
    """Return an entry's first line, such as "New: Mood of Cursor (Cursor)"."""
    return f"{EVENTS[entry.event]}: {entry.rule} ({entry.scope})"


def figures(entry: Entry) -> str:
    """Return the figures of an entry in a line, such as "mood -0.21, items 143"."""
    return ", ".join(f"{each.name} {each.value}" for each in entry.figures[:MAX_FIGURES])


def ending(entry: Entry) -> str:
    """Return how long a closed incident lasted, as a sentence; empty for others."""
    return f"It lasted {entry.lasted}." if entry.lasted else ""


@dataclass(frozen=True)
class ShownItem:
    """A cited item: its title, which may be a link, and what follows it, such as " (Cursor): …"."""

    title: str
    address: str | None
    rest: str


def shown_item(item: CitedItem, escape: Escape = as_it_is) -> ShownItem:
    """Return a cited item as a chat shows it, of about 500 units without its address."""
    title = fit(item["title"] or item["excerpt"], 150, escape)
    said = fit(item["excerpt"], 240, escape) if item["title"] else ""
    rest = f" ({fit(item['community'], 60, escape)})" + (f": {said}" if said else "")
    return ShownItem(title, chat_address(item["permalink"]), rest)


def shown_links(entry: Entry, escape: Escape = as_it_is) -> list[tuple[str, str]]:
    """Return the texts and addresses of an entry's links, at most MAX_LINKS."""
    pairs = [
        (fit(each.text, 60, escape), chat_address(each.address)) for each in entry.links[:MAX_LINKS]
    ]
    return [(text, address) for text, address in pairs if text and address]


def separated(parts: Iterable[T], separator: T) -> list[T]:
    """Return the parts with the separator between each two."""
    return [each for part in parts for each in (separator, part)][1:]


def footnotes(message: Message, detail: Detail) -> list[str]:
    """Return the last lines: who sends it, what isn't shown, and whether its data is invented."""
    left = len(message.entries) - detail.entries
    more = [f"And {left} more in the dashboard."] if left > 0 else []
    sample = [SAMPLE] if message.is_sample else []
    return [f"Undertone at {host_of(message.instance)}", *more, *sample]


def encodable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which no encoding has."""
    return re.sub(r"[\ud800-\udfff]", REPLACEMENT, text)


def _cut(pieces: list[str], left: int) -> str:
    """Return pieces, which are `-left` units too long, without the last ones, and an ellipsis."""
    while pieces and left < len(ELLIPSIS):
        left += units(pieces.pop())
    return "".join(pieces).rstrip(" ") + ELLIPSIS


def _characters(text: str) -> Iterator[str]:
    """Yield the visible characters of a text, with one blank between its words."""
    is_first, is_blank = True, False
    for character in text:
        shown = _visible(character)
        if shown == " ":
            is_blank = True
        elif shown:
            if is_blank and not is_first:
                yield " "
            is_first = is_blank = False
            yield shown


@lru_cache(maxsize=4_096)
def _visible(character: str) -> str:
    """Return a character as it is shown: a blank for spaces and controls, "" if it isn't seen."""
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    if category == "Cs":
        return REPLACEMENT
    return "" if category == "Cf" and character not in JOINERS else character
