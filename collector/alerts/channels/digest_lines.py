"""A digest in lines of text and links, which each chat writes in its own markup.

All functions are pure. Nothing is escaped here, and no text is cut: channels do both.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from shared.alerts.links import incident_path
from shared.alerts.messages import Message
from shared.digests.figures import bars, before_text, change_text, percent, signed
from shared.models import DigestContent, DigestLine, DigestRow, DigestWhy

T = TypeVar("T")

TEST = "This is a test: a digest as it will come."
SAMPLE = "Sample data: everything in it is invented."
WHOLE = "Open the whole digest"
FOLDED = "Alerts that weren't sent here, since there were too many"


@dataclass(frozen=True)
class Span:
    """A part of a line; address is empty where it is no link."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Line:
    """A line: a heading, a text, an item of a list, or words of somebody."""

    spans: tuple[Span, ...]
    look: Literal["heading", "text", "item", "quote"] = "text"


@dataclass(frozen=True)
class DigestDetail:
    """How much is shown: rows of the table, items of each list, quotes of each reason."""

    rows: int
    items: int
    quotes: int


# From the richest to the barest, which has no more than the sentence and the link.
DIGEST_DETAILS = (
    DigestDetail(20, 5, 3),
    DigestDetail(10, 5, 2),
    DigestDetail(8, 3, 1),
    DigestDetail(5, 2, 0),
    DigestDetail(3, 1, 0),
    DigestDetail(0, 0, 0),
)


def richest_digest(render: Callable[[DigestDetail], T], fits: Callable[[T], bool]) -> T:
    """Return the richest rendering that fits, or else the barest; each is shorter than the last."""
    first = bisect_left(DIGEST_DETAILS, True, key=lambda detail: fits(render(detail)))
    return render(DIGEST_DETAILS[min(first, len(DIGEST_DETAILS) - 1)])


def lines_of(message: Message, content: DigestContent, detail: DigestDetail) -> list[Line]:
    """Return a digest in lines, without its title."""
    notes = [TEST] if message.kind == "test" else []
    notes += [SAMPLE] if message.is_sample else []
    return [
        *(_text(each) for each in notes),
        Line((Span(content["sentence"]),), "heading"),
        *(_text(each) for each in content["notes"]),
        Line((Span(WHOLE, content["address"]),)),
        *_part("Subjects", [_row(each) for each in content["subjects"]], detail.rows),
        *_part("What changed", [_item(each) for each in content["changed"]], detail.items),
        *(line for each in content["reasons"][: detail.items] for line in _why(each, detail)),
        *_part("Read these", _listed(content["read_these"]), detail.items),
        *_part("Worth an answer", _listed(content["worth_an_answer"]), detail.items),
        *_part("Topics", _listed(content["topics"]), detail.items),
        *_part("Markers", _listed(content["markers"]), detail.items),
        *_part("Not seen", [_item(each) for each in content["unseen"]], detail.items),
        *_part("Open alerts", _listed(content["incidents"]), detail.items),
        *_folded(message, detail),
        *([_text(content["next_text"])] if content["next_text"] else []),
    ]


def shown(line: Line) -> str:
    """Return a line's text."""
    return "".join(each.text for each in line.spans)


def _folded(message: Message, detail: DigestDetail) -> Iterator[Line]:
    known = [
        DigestLine(
            text=each["rule"],
            address=incident_address(message, each["incident"]),
            about=f"{each['scope']}: {each['sentence']}",
        )
        for each in message.folded
    ]
    if not known:
        return
    listed = _listed(known)[: detail.items]
    yield Line((Span(FOLDED),), "heading")
    yield from listed
    left = len(known) - len(listed) + message.more_folded
    if left:
        yield _item(f"{left} more, in the dashboard")


def incident_address(message: Message, incident: str) -> str:
    """Return the address of an incident in the dashboard."""
    return message.instance + incident_path(incident)


def _part(heading: str, lines: Sequence[Line], most: int) -> Iterator[Line]:
    if not lines or not most:
        return
    yield Line((Span(heading),), "heading")
    yield from lines[:most]
    if len(lines) > most:
        yield _item(f"{len(lines) - most} more")


def _row(row: DigestRow) -> Line:
    share = "" if row["share"] is None else f", {percent(row['share'])} of the voice"
    said = (
        f"{before_text(row)}), mood {signed(row['mood'])} ({change_text(row)}){share}"
        f" {bars(row['course'])}"
    )
    return Line(
        (
            Span(row["name"], row["address"]),
            Span(": "),
            Span(f"{row['mentions']} mentions", row["mentions_address"]),
            Span(f" ({said}".rstrip()),
        ),
        "item",
    )


def _why(why: DigestWhy, detail: DigestDetail) -> Iterator[Line]:
    yield Line((Span(f"Why: {why['subject']}"),), "heading")
    yield _text(why["sentence"])
    for quote in why["quotes"][: detail.quotes]:
        source = [Span(" "), Span(quote["source"], quote["address"])] if quote["source"] else []
        yield Line((Span(f"“{quote['text']}”"), *source), "quote")


def _listed(lines: Sequence[DigestLine]) -> list[Line]:
    return [
        Line((Span(each["text"], each["address"]), Span(f" · {each['about']}")), "item")
        for each in lines
    ]


def _item(text: str) -> Line:
    return Line((Span(text),), "item")


def _text(text: str) -> Line:
    return Line((Span(text),))
