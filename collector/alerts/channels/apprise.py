"""Other services through the library Apprise, if it is installed: https://appriseit.com.

It isn't part of a deployment: with its packages it takes 20 MB, and its first message loads 150
services in a second. It resolves names itself, so a name might point to an inner network by the
time it connects. It serves services that have one host of their own, and hosts of ALERTS_ALLOW.
"""

import asyncio
import logging
import re
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from collector.alerts.channels.addresses import Address, Allowed, literal_of
from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.digest_lines import Line, lines_of, richest_digest
from collector.alerts.channels.http import SECONDS
from collector.alerts.channels.secrets import address_of
from collector.alerts.channels.texts import (
    Detail,
    chat_address,
    ending,
    figures,
    fit,
    footnotes,
    heading,
    richest,
    shown_links,
    units,
)
from collector.alerts.channels.threads import in_thread
from shared.alerts.messages import Entry, Message
from shared.errors import PermanentFailure, TemporaryFailure

# Schemes of services with a host of their own, which no part of an address changes.
SERVICES = frozenset(
    {"gchat", "jira", "line", "opsgenie", "pagerduty", "pbul", "pover", "prowl", "pushy", "signl4"}
    | {"simplepush", "spush", "tgram", "twilio", "webex", "wxteams"}
)
PUBLIC_HOSTS = frozenset({"ntfy.sh"})
# What an address may set of a message. Other parameters name files and addresses that Apprise reads
# itself (template, attach), switch off the check of certificates, or prolong requests.
PARAMETERS = frozenset(
    {"action", "alias", "broadcast", "class", "dedup", "entity", "expire", "format", "from"}
    | {"group", "interval", "location", "method", "mode", "overflow", "preview", "priority"}
    | {"redirect", "region", "service", "severity", "silent", "sound", "tags", "thread", "to"}
    | {"topic"}
)
# These begin headers and fields of the app's own choice.
FIELDS = ("+", "-", ":")
# Telegram's limit is 4,096; services with lower ones get several messages from Apprise.
MAX_TEXT = 3_500
MAX_ENTRIES = 30
INSTALL = "the package apprise isn't installed: add apprise to requirements.txt, or pip install it"


class _Service(Protocol):
    redirects: bool

    def notify(self, *, body: str, title: str, body_format: str) -> bool | None: ...


class _Library(Protocol):
    def instantiate(self, url: str) -> _Service | None: ...


class AppriseChannel:
    """Sends messages as plain text by the services that Apprise knows."""

    def __init__(self, allowed: Allowed, *, seconds: float = SECONDS) -> None:
        self._allowed = allowed
        self._seconds = seconds

    async def send(self, message: Message, target: Target) -> Receipt:
        """Send a message (see Channel).

        Apprise doesn't say why a service took nothing, so each such failure is temporary.
        """
        address = address_of(target.to, target.secret)
        check_service(address, self._allowed)
        library = _library()
        title, body = fit(message.title, 200) or "-", text_of(message)

        def work() -> bool | None:
            service = library.instantiate(address)
            if service is None:
                raise PermanentFailure("Apprise can't read the channel's address")
            service.redirects = False
            try:
                return service.notify(body=body, title=title, body_format="text")
            except Exception as error:  # noqa: BLE001 - its text may have the address
                reason = f"{scheme_of(address)}: the service failed ({type(error).__name__})"
                raise TemporaryFailure(reason) from None

        try:
            async with asyncio.timeout(self._seconds):
                taken = await in_thread(work)
        except TimeoutError:
            raise TemporaryFailure(f"{scheme_of(address)}: no answer in time") from None
        if not taken:
            raise TemporaryFailure(f"{scheme_of(address)}: the service didn't take the message")
        return Receipt()


def check_service(address: str, allowed: Allowed) -> None:
    """Raise PermanentFailure unless an address leads to a service or to an allowed host.

    Its parameters must be those of a message.
    """
    scheme = scheme_of(address)
    if not all(each in PARAMETERS or each.startswith(FIELDS) for each in parameters_of(address)):
        raise PermanentFailure(
            f"{scheme}: its address has a parameter that isn't taken; these are:"
            f" {', '.join(sorted(PARAMETERS))}"
        )
    if scheme in SERVICES:
        return
    try:
        host = urlsplit(address).hostname or ""
        literal = literal_of(host) if host else None
    except ValueError:
        raise PermanentFailure("the channel's address isn't an address") from None
    addresses: list[Address] = [] if literal is None else [literal]
    if host in PUBLIC_HOSTS or allowed.has(host, addresses):
        return
    raise PermanentFailure(
        f"{scheme}: its host isn't in ALERTS_ALLOW; without it, these are sent to:"
        f" {', '.join(sorted(SERVICES | PUBLIC_HOSTS))}"
    )


def scheme_of(address: str) -> str:
    """Return the scheme of an address, which names its service; empty if it has none."""
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator and scheme.isalnum() else ""


def parameters_of(address: str) -> list[str]:
    """Return the names of an address's parameters, as Apprise reads them: it knows no fragment."""
    pairs = re.split("[&;]", address.partition("?")[2])
    names = (unquote(each.partition("=")[0]).strip().lower() for each in pairs)
    return [each for each in names if each]


def text_of(message: Message) -> str:
    """Return a message as plain text of at most MAX_TEXT units."""
    if message.digest is not None:
        content = message.digest
        return richest_digest(
            lambda detail: "\n".join(map(_digest_line, lines_of(message, content, detail))),
            lambda text: units(text) <= MAX_TEXT,
        )
    return richest(
        len(message.entries),
        MAX_ENTRIES,
        lambda detail: _text(message, detail),
        lambda text: units(text) <= MAX_TEXT,
    )


def _text(message: Message, detail: Detail) -> str:
    parts = [_entry(each, detail.items) for each in message.entries[: detail.entries]]
    return "\n\n".join([*parts, *footnotes(message, detail)])


def _entry(entry: Entry, items: int) -> str:
    cited = [(each, chat_address(each["permalink"])) for each in entry.items[:items]]
    lines = [
        fit(heading(entry), 200),
        fit(f"{entry.sentence} {ending(entry)}", 500),
        fit(figures(entry), 300),
        *(f"- {fit(item['title'] or item['excerpt'], 120)} {to or ''}" for item, to in cited),
        fit(entry.note, 200),
        *(f"{text}: {to}" for text, to in shown_links(entry)),
    ]
    return "\n".join(each.rstrip() for each in lines if each.strip())


def _digest_line(line: Line) -> str:
    """Return a line of a digest, with the address of its first link after it."""
    text = fit("".join(each.text for each in line.spans), 500)
    found = (to for each in line.spans if (to := chat_address(each.address)))
    address = next(found, "")
    before = {"heading": "\n", "item": "- ", "quote": "  ", "text": ""}[line.look]
    return f"{before}{text} {address}".rstrip()


def _library() -> _Library:
    try:
        module = import_module("apprise")
    except ImportError:
        raise PermanentFailure(INSTALL) from None
    # It logs addresses, which hold secrets.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return cast("_Library", module.Apprise)
