"""Cuts and cleans the texts of a message, which come from people and from sites."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from collector.alerts.channels.texts import one_line
from shared.alerts.messages import Entry, Figure, Link, Message
from shared.models.alerts import CitedItem
from shared.models.digests import DigestContent, FoldedAlert

# The longest texts of each kind, in characters; more is cut off with an ellipsis.
MAX_TITLE = 200
MAX_SENTENCE = 600
MAX_NAME = 120
MAX_VALUE = 80
MAX_EXCERPT = 300
MAX_NOTE = 600
# The most entries, and the most parts of each, that are shown.
MAX_ENTRIES = 50
MAX_FIGURES = 12
MAX_ITEMS = 5
MAX_LINKS = 6
MAX_NOTE_LINES = 10


def trimmed(message: Message) -> Message:
    """Return the message with texts of bounded length, in one line, without what isn't seen.

    Notes keep their line ends. The parts beyond the MAX_ constants are left out.
    """
    return replace(
        message,
        title=_line(message.title, MAX_TITLE) or "Undertone",
        entries=tuple(_entry(each) for each in message.entries[:MAX_ENTRIES]),
    )


def trimmed_digest(message: Message, chars: int) -> Message:
    """Return a digest with texts of at most this length; addresses stay as they are."""
    return replace(
        message,
        title=_line(message.title, MAX_TITLE) or "Undertone",
        digest=cast("DigestContent | None", _cut(message.digest, chars)),
        folded=tuple(cast("FoldedAlert", _cut(each, chars)) for each in message.folded),
    )


def _cut(value: object, chars: int, name: str = "") -> object:
    if isinstance(value, str):
        return value if name.endswith("address") else _line(value, chars)
    if isinstance(value, Mapping):
        return {key: _cut(each, chars, key) for key, each in value.items()}
    return [_cut(each, chars) for each in value] if isinstance(value, list) else value


def _line(text: str, limit: int) -> str:
    # Cut first: a long text is cleaned only as far as it is used.
    words = one_line(text[: 4 * limit])
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


def _note(text: str) -> str:
    lines = (_line(line, MAX_NOTE) for line in text[: 4 * MAX_NOTE].splitlines())
    shown = "\n".join([line for line in lines if line][:MAX_NOTE_LINES])
    return shown if len(shown) <= MAX_NOTE else f"{shown[: MAX_NOTE - 1].rstrip()}…"


def _entry(entry: Entry) -> Entry:
    return replace(
        entry,
        rule=_line(entry.rule, MAX_NAME),
        scope=_line(entry.scope, MAX_NAME),
        sentence=_line(entry.sentence, MAX_SENTENCE),
        figures=tuple(_figure(each) for each in entry.figures[:MAX_FIGURES]),
        items=tuple(_item(each) for each in entry.items[:MAX_ITEMS]),
        links=tuple(_link(each) for each in entry.links[:MAX_LINKS]),
        note=_note(entry.note),
        lasted=entry.lasted and _line(entry.lasted, MAX_NAME),
    )


def _figure(figure: Figure) -> Figure:
    return Figure(_line(figure.name, MAX_NAME), _line(figure.value, MAX_VALUE))


def _link(link: Link) -> Link:
    return Link(_line(link.text, MAX_NAME), link.address)


def _item(item: CitedItem) -> CitedItem:
    return {
        "id": item["id"],
        "community": _line(item["community"], MAX_NAME),
        "title": _line(item["title"], MAX_TITLE),
        "excerpt": _line(item["excerpt"], MAX_EXCERPT),
        "permalink": item["permalink"],
    }
