"""Slack's incoming web hooks, with Block Kit.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
https://docs.slack.dev/reference/block-kit/blocks
"""

import json
from typing import TypedDict

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.digest_lines import (
    DigestDetail,
    Line,
    Span,
    lines_of,
    richest_digest,
)
from collector.alerts.channels.http import Answer, HttpClient, check
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
from shared.models.alerts import CitedItem
from shared.models.digests import DigestContent

MAX_BLOCKS = 50
MAX_HEADER = 150
# The limit of a text object, which `text` keeps too.
MAX_TEXT = 3_000
# Slack refuses messages whose blocks are longer together; the limit isn't documented.
MAX_ALL_TEXT = 12_000
# A header, the footnotes, and a block for each entry.
MAX_ENTRIES = MAX_BLOCKS - 2
# Characters that begin a mention or a link, and those of formatting, which nothing escapes: others
# that look like them stand in.
ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "*": "\u2217",
    "_": "\uff3f",
    "~": "\u223c",
    "`": "\u02cb",
}
# What Slack answers, as its pages list it; other words may be anybody's.
WORDS = frozenset(
    {"action_prohibited", "channel_is_archived", "channel_not_found", "invalid_blocks"}
    | {"invalid_payload", "invalid_token", "no_active_hooks", "no_service", "no_team", "no_text"}
    | {"posting_to_general_channel_denied", "rollup_error", "team_disabled", "user_not_found"}
)


class _Element(TypedDict, total=False):
    type: str
    text: str
    url: str
    style: dict[str, bool]


class _Part(TypedDict):
    type: str
    elements: list[_Element]


class _Text(TypedDict, total=False):
    type: str
    text: str
    emoji: bool


class Block(TypedDict, total=False):
    """A block: a header has a text, rich text has parts, and a context has texts."""

    type: str
    text: _Text
    elements: list[_Part] | list[_Text]


class Payload(TypedDict):
    """The body of a message; text is what notifications and screen readers have of it.

    Without unfurling Slack fetches none of its links, and shows no pictures of their sites.
    """

    text: str
    blocks: list[Block]
    unfurl_links: bool
    unfurl_media: bool


class SlackChannel:
    """Posts messages to the channel of an incoming web hook."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def send(self, message: Message, target: Target) -> Receipt:
        """Post a message (see Channel). A web hook can't change it, so there is no reference."""
        body = json.dumps(payload_of(message)).encode()
        answer = await self._http.send("POST", address_of(target.to, target.secret), body)
        check(answer, _word(answer))
        return Receipt()


def payload_of(message: Message) -> Payload:
    """Return a message within Slack's limits.

    Texts of other people stand in rich text, where nothing of them is markup.
    """
    if message.digest is not None:
        return _digest_payload(message, message.digest)
    return richest(
        len(message.entries),
        MAX_ENTRIES,
        lambda detail: _payload(message, detail),
        lambda payload: characters(payload["blocks"]) <= MAX_ALL_TEXT,
    )


def characters(blocks: list[Block]) -> int:
    """Return about how many characters the texts and addresses of blocks have."""
    return len(json.dumps(blocks, ensure_ascii=False))


def escaped(character: str) -> str:
    """Return a character as mrkdwn shows it, and nothing but it."""
    return ESCAPES.get(character, character)


def _payload(message: Message, detail: Detail) -> Payload:
    entries = message.entries[: detail.entries]
    notes: list[_Text] = [
        {"type": "plain_text", "text": each, "emoji": False} for each in footnotes(message, detail)
    ]
    return Payload(
        text=_summary(message),
        blocks=[
            _header(message),
            *(_entry(each, detail.items) for each in entries),
            Block(type="context", elements=notes),
        ],
        unfurl_links=False,
        unfurl_media=False,
    )


def _header(message: Message) -> Block:
    return Block(
        type="header",
        text={"type": "plain_text", "text": fit(message.title, MAX_HEADER) or "-", "emoji": False},
    )


def _digest_payload(message: Message, content: DigestContent) -> Payload:
    def render(detail: DigestDetail) -> Payload:
        lines = [_digest_line(each) for each in lines_of(message, content, detail)]
        text = Block(type="rich_text", elements=[each for each in lines if each["elements"]])
        return Payload(
            text=fit(f"{message.title}: {content['sentence']}", MAX_TEXT, escaped),
            blocks=[_header(message), text],
            unfurl_links=False,
            unfurl_media=False,
        )

    return richest_digest(render, lambda payload: characters(payload["blocks"]) <= MAX_ALL_TEXT)


def _digest_line(line: Line) -> _Part:
    parts: list[_Element] = _said("• ") if line.look == "item" else []
    for span in line.spans:
        parts += _span(span, is_bold=line.look == "heading")
    kind = "rich_text_quote" if line.look == "quote" else "rich_text_section"
    return {"type": kind, "elements": parts}


def _span(span: Span, *, is_bold: bool) -> list[_Element]:
    text, address = fit_between(span.text, 600), chat_address(span.address)
    if text.strip() and address:
        return [_link(text.strip(), address)]
    return _said(text, bold=is_bold)


def _summary(message: Message) -> str:
    sentences = " ".join(each.sentence for each in message.entries[:MAX_ENTRIES])
    return fit(f"{message.title}: {sentences}", MAX_TEXT, escaped)


def _entry(entry: Entry, items: int) -> Block:
    lines = [
        _line(_said(fit(heading(entry), 300), bold=True)),
        _line(_said(fit(f"{entry.sentence} {ending(entry)}", 600))),
        _line(_said(fit(figures(entry), 400))),
        *(_quote(each) for each in entry.items[:items]),
        _line(_said(fit(entry.note, 300))),
        _links(entry),
    ]
    return Block(type="rich_text", elements=[each for each in lines if each["elements"]])


def _links(entry: Entry) -> _Part:
    links = [_link(text, address) for text, address in shown_links(entry)]
    return _line(separated(links, {"type": "text", "text": SEPARATOR}))


def _quote(item: CitedItem) -> _Part:
    shown = shown_item(item)
    title = _link(shown.title, shown.address) if shown.title and shown.address else None
    first = _said(shown.title) if title is None else [title]
    return {"type": "rich_text_quote", "elements": [*first, *_said(shown.rest)]}


def _line(elements: list[_Element]) -> _Part:
    return {"type": "rich_text_section", "elements": elements}


def _said(text: str, *, bold: bool = False) -> list[_Element]:
    if not text:
        return []
    element: _Element = {"type": "text", "text": text}
    if bold:
        element["style"] = {"bold": True}
    return [element]


def _link(text: str, address: str) -> _Element:
    return {"type": "link", "text": text, "url": address}


def _word(answer: Answer) -> str:
    word = answer.body[:64].decode("ascii", "replace").strip()
    return word if word in WORDS else ""
