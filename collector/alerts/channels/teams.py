"""Microsoft Teams: a web hook of Workflows, with an Adaptive Card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
https://adaptivecards.io/explorer/RichTextBlock.html
"""

import json
from typing import Any, TypedDict

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.digest_lines import (
    DigestDetail,
    Line,
    Span,
    lines_of,
    richest_digest,
)
from collector.alerts.channels.http import Answer, HttpClient, check, wait_of
from collector.alerts.channels.secrets import address_of
from collector.alerts.channels.texts import (
    SEPARATOR,
    Detail,
    chat_address,
    ending,
    figures,
    fit,
    fit_between,
    footnotes,
    heading,
    richest,
    separated,
    shown_item,
    shown_links,
)
from shared.alerts.messages import Entry, Message
from shared.errors import TemporaryFailure
from shared.models.alerts import CitedItem
from shared.models.digests import DigestContent

# Of the whole body; Teams says 28 KB.
MAX_BYTES = 28_000
MAX_ENTRIES = 40
CARD = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.4"
# The web hooks that Workflows replaced answer 200 with this where Teams took nothing.
FAILED = b"message delivery failed"


class Run(TypedDict, total=False):
    """A text that has no markup; selectAction makes it a link."""

    type: str
    text: str
    weight: str
    size: str
    isSubtle: bool
    underline: bool
    selectAction: dict[str, str]


class Lines(TypedDict, total=False):
    """A paragraph of runs."""

    type: str
    inlines: list[Run]
    spacing: str
    separator: bool


class TeamsChannel:
    """Posts messages through a workflow that takes web hooks."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def send(self, message: Message, target: Target) -> Receipt:
        """Post a message (see Channel). A workflow can't change it, so there is no reference."""
        body = body_of(message)
        answer = await self._http.send("POST", address_of(target.to, target.secret), body)
        check(answer)
        _check_delivered(answer)
        return Receipt()


def body_of(message: Message) -> bytes:
    """Return the body of a message, of 28 KB at most."""
    if message.digest is not None:
        return _digest_body(message, message.digest)
    return richest(
        len(message.entries),
        MAX_ENTRIES,
        lambda detail: json.dumps(_payload(message, detail)).encode(),
        lambda body: len(body) <= MAX_BYTES,
    )


def escaped(character: str) -> str:
    """Return a character; braces, which clients replace by dates, are parted by an invisible mark.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
    """
    return "{\u2060" if character == "{" else character


def _payload(message: Message, detail: Detail) -> dict[str, Any]:
    body = [
        *(
            line
            for entry in message.entries[: detail.entries]
            for line in _entry(entry, detail.items)
        ),
        *(_lines([_run(each, isSubtle=True)]) for each in footnotes(message, detail)),
    ]
    return _card(message, body)


def _card(message: Message, body: list[Lines]) -> dict[str, Any]:
    """Return the payload of a card with a title above its body."""
    title = fit(message.title, 200, escaped) or "-"
    first = _lines([{"type": "TextRun", "text": title, "weight": "Bolder", "size": "Medium"}])
    card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": title,
        "msteams": {"width": "Full"},
        "body": [first, *body],
    }
    return {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}


def _digest_body(message: Message, content: DigestContent) -> bytes:
    def render(detail: DigestDetail) -> bytes:
        lines = [_digest_line(each) for each in lines_of(message, content, detail)]
        body = [each for each in lines if each["inlines"]]
        return json.dumps(_card(message, body)).encode()

    return richest_digest(render, lambda body: len(body) <= MAX_BYTES)


def _digest_line(line: Line) -> Lines:
    is_heading = line.look == "heading"
    runs = [_run("• ")] if line.look == "item" else []
    for span in line.spans:
        runs += _span(span, weight="Bolder" if is_heading else None)
    lines = _lines(runs)
    if is_heading:
        lines["separator"] = True
    return lines


def _span(span: Span, *, weight: str | None) -> list[Run]:
    text, address = fit_between(span.text, 600, escaped), chat_address(span.address)
    if address:
        return _said(text.strip(), address=address)
    return [_run(text, weight=weight)] if text else []


def _entry(entry: Entry, items: int) -> list[Lines]:
    sentence = fit(f"{entry.sentence} {ending(entry)}", 600, escaped)
    lines = [
        _lines(_said(sentence)),
        _lines(_said(fit(figures(entry), 400, escaped), isSubtle=True)),
        *(_lines(_cited(each)) for each in entry.items[:items]),
        _lines(_said(fit(entry.note, 300, escaped))),
        _lines(_links(entry)),
    ]
    first = _lines([_run(fit(heading(entry), 300, escaped), weight="Bolder")])
    first["separator"] = True
    return [first, *(each for each in lines if each["inlines"])]


def _cited(item: CitedItem) -> list[Run]:
    shown = shown_item(item, escaped)
    return [*_said(shown.title, address=shown.address), _run(shown.rest)]


def _links(entry: Entry) -> list[Run]:
    pairs = shown_links(entry, escaped)
    links = [run for text, address in pairs for run in _said(text, address=address)]
    return separated(links, _run(SEPARATOR))


def _said(text: str, *, address: str | None = None, isSubtle: bool = False) -> list[Run]:  # noqa: N803 - the card's name
    if not text:
        return []
    run = _run(text, isSubtle=isSubtle)
    if address:
        run["underline"] = True
        run["selectAction"] = {"type": "Action.OpenUrl", "url": address}
    return [run]


def _run(text: str, *, isSubtle: bool = False, weight: str | None = None) -> Run:  # noqa: N803 - the card's name
    run: Run = {"type": "TextRun", "text": text}
    if isSubtle:
        run["isSubtle"] = True
    if weight:
        run["weight"] = weight
    return run


def _lines(inlines: list[Run]) -> Lines:
    return {"type": "RichTextBlock", "spacing": "Small", "inlines": inlines}


def _check_delivered(answer: Answer) -> None:
    if FAILED in answer.body.lower():
        raise TemporaryFailure(f"{answer.host}: Teams didn't take the message", wait_of(answer))
