"""Discord's web hooks, with embeds; they alone can change a message that they sent.

https://discord.com/developers/docs/resources/webhook#execute-webhook
https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

import json
import re
from typing import TypedDict

from pydantic import BaseModel, ValidationError
from yarl import URL

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.digest_lines import (
    WHOLE,
    DigestDetail,
    Line,
    Span,
    lines_of,
    richest_digest,
)
from collector.alerts.channels.http import NOT_FOUND, Answer, HttpClient, check, url_of
from collector.alerts.channels.secrets import address_of
from collector.alerts.channels.texts import (
    MAX_FIGURES,
    SEPARATOR,
    Detail,
    chat_address,
    ending,
    fit,
    fit_between,
    footnotes,
    heading,
    richest,
    shown_item,
    shown_links,
    units,
)
from shared.alerts.messages import Entry, Message
from shared.models.alerts import CitedItem
from shared.models.digests import DigestContent
from shared.times import iso

MAX_EMBEDS = 10
MAX_CONTENT = 2_000
MAX_TITLE = 256
MAX_DESCRIPTION = 4_096
# Of titles, descriptions, fields and footers of all embeds together.
MAX_ALL_TEXT = 6_000
MARKUP = frozenset("\\`*_~|<>[](){}#+-!@:")
DIGEST_COLOR = 0x3A4CCF
COLORS = {"opened": 0xC0392B, "updated": 0xD68910, "closed": 0x1E8449, "test": 0x5D6D7E}
MESSAGE_ID = re.compile(r"[0-9]{5,25}")


class EmbedField(TypedDict):
    """A figure."""

    name: str
    value: str
    inline: bool


class Embed(TypedDict, total=False):
    """An entry; the footer says which incident it is."""

    title: str
    url: str
    description: str
    color: int
    timestamp: str
    fields: list[EmbedField]
    footer: dict[str, str]


class Payload(TypedDict):
    """The body of a message, which mentions nobody."""

    content: str
    embeds: list[Embed]
    allowed_mentions: dict[str, list[str]]


class _Sent(BaseModel):
    id: str


class DiscordChannel:
    """Posts messages to the channel of a web hook, and updates them in place."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def send(self, message: Message, target: Target) -> Receipt:
        """Post a message, or change the one that it updates (see Channel).

        The reference is the message's id where the message has one entry: one of several can't be
        changed without losing the others. A message that somebody deleted is posted once more.
        """
        url = url_of(address_of(target.to, target.secret))
        body = json.dumps(payload_of(message)).encode()
        replaced = replaced_by(message)
        if replaced is not None:
            answer = await self._http.send("PATCH", str(url_of_message(url, replaced)), body)
            if answer.status != NOT_FOUND:
                check(answer)
                return Receipt(replaced)
        answer = await self._http.send("POST", str(url.update_query(wait="true")), body)
        check(answer)
        return Receipt(_id_of(answer) if len(message.entries) == 1 else None)


def replaced_by(message: Message) -> str | None:
    """Return the id of the message that this one updates in place, or None.

    An incident's end is a message of its own, since people aren't told of a change.
    """
    if len(message.entries) != 1 or message.entries[0].event != "updated":
        return None
    replaces = message.entries[0].replaces
    return replaces if replaces and MESSAGE_ID.fullmatch(replaces) else None


def url_of_message(url: URL, identifier: str) -> URL:
    """Return the address of a message that a web hook sent; thread_id and the like stay."""
    return url.with_path(f"{url.path.rstrip('/')}/messages/{identifier}", keep_query=True)


def payload_of(message: Message) -> Payload:
    """Return a message within Discord's limits; nothing of other people's texts is markup."""
    if message.digest is not None:
        return _digest_payload(message, message.digest)
    return richest(
        len(message.entries),
        MAX_EMBEDS,
        lambda detail: _payload(message, detail),
        lambda payload: _is_within_limits(payload["embeds"]),
    )


def characters(embeds: list[Embed]) -> int:
    """Return how many characters of embeds Discord counts."""
    return sum(
        units(embed["title"])
        + units(embed["description"])
        + sum(units(each["name"]) + units(each["value"]) for each in embed["fields"])
        + units(embed["footer"]["text"])
        for embed in embeds
    )


def escaped(character: str) -> str:
    """Return a character as Discord's Markdown shows it, and nothing but it."""
    return f"\\{character}" if character in MARKUP else character


def _is_within_limits(embeds: list[Embed]) -> bool:
    return characters(embeds) <= MAX_ALL_TEXT and all(
        units(each["description"]) <= MAX_DESCRIPTION for each in embeds
    )


def _payload(message: Message, detail: Detail) -> Payload:
    title = fit(message.title, 300, escaped) or "-"
    return Payload(
        content="\n".join([f"**{title}**", *footnotes(message, detail)]),
        embeds=[_embed(each, detail.items) for each in message.entries[: detail.entries]],
        allowed_mentions={"parse": []},
    )


def _digest_payload(message: Message, content: DigestContent) -> Payload:
    def render(detail: DigestDetail) -> Payload:
        lines = [_digest_line(each) for each in lines_of(message, content, detail)]
        title = fit(message.title, 300, escaped) or "-"
        embed = Embed(
            title=WHOLE,
            description="\n".join(each for each in lines if each.strip()),
            color=DIGEST_COLOR,
            timestamp=iso(message.at),
            fields=[],
            footer={"text": fit(content["name"], 100) or "-"},
        )
        if address := chat_address(content["address"]):
            embed["url"] = address
        return Payload(content=f"**{title}**", embeds=[embed], allowed_mentions={"parse": []})

    return richest_digest(render, lambda payload: _is_within_limits(payload["embeds"]))


def _digest_line(line: Line) -> str:
    text = "".join(_span(each) for each in line.spans)
    if line.look == "heading":
        return f"**{text.strip()}**"
    return {"item": "• ", "quote": "> ", "text": ""}[line.look] + text


def _span(span: Span) -> str:
    text = fit_between(span.text, 600, escaped)
    return _link(text.strip(), span.address) if span.address else text


def _embed(entry: Entry, items: int) -> Embed:
    lines = [
        fit(f"{entry.sentence} {ending(entry)}", 600, escaped),
        *(_cited(each) for each in entry.items[:items]),
        fit(entry.note, 300, escaped),
        _links(entry),
    ]
    pairs = [
        (fit(each.name, 50, escaped), fit(each.value, 50, escaped))
        for each in entry.figures[:MAX_FIGURES]
    ]
    return Embed(
        title=fit(heading(entry), MAX_TITLE, escaped),
        description="\n".join(each for each in lines if each),
        color=COLORS[entry.event],
        timestamp=iso(entry.at),
        fields=[
            {"name": name, "value": value, "inline": True}
            for name, value in pairs
            if name and value
        ],
        footer={"text": fit(entry.incident, 100) or "-"},
    )


def _cited(item: CitedItem) -> str:
    shown = shown_item(item, escaped)
    return f"> {_link(shown.title, shown.address)}{shown.rest}"


def _links(entry: Entry) -> str:
    return SEPARATOR.join(_link(text, address) for text, address in shown_links(entry, escaped))


def _link(text: str, address: str | None) -> str:
    found = chat_address(address) if address else None
    return f"[{text}]({found})" if text and found else text


def _id_of(answer: Answer) -> str | None:
    """Return the id of the message that an answer has; None if it has none."""
    try:
        found = _Sent.model_validate_json(answer.body).id
    except ValidationError:
        return None
    return found if MESSAGE_ID.fullmatch(found) else None
