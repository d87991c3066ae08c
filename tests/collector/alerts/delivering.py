"""Delivers over real HTTP to a receiver that answers as a plan says."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Receipt
from collector.alerts.channels.http import HttpClient, check
from collector.alerts.outbox import Delivered, Outbox
from shared.alerts.channels import channel_id
from shared.alerts.composing import Sender
from shared.alerts.messages import Message
from shared.models import AlertChannel
from shared.store import Store
from tests.collector.alerts.channels.servers import Server

SENDER = Sender("https://undertone.example.org", bytes(32))
CLIENT = HttpClient(Allowed.of(["127.0.0.1"]), seconds=5)


@dataclass
class Receiver:
    """Answers requests by its plan: statuses in order, then 200."""

    statuses: list[int] = field(default_factory=list)
    retry_after: str | None = None
    gives_receipts: bool = False

    async def answer(self, request: web.Request, number: int) -> web.StreamResponse:
        del request
        status = self.statuses[number - 1] if number <= len(self.statuses) else 200
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.json_response({"id": f"message-{number}"}, status=status, headers=headers)

    async def send(self, message: Message, channel: AlertChannel) -> Receipt:
        """Send a message as JSON, by the client that channels use."""
        body = json.dumps(asdict(message), default=str).encode()
        answer = await CLIENT.send("POST", channel["to"] or "", body)
        check(answer)
        return Receipt(json.loads(answer.body)["id"] if self.gives_receipts else None)


@dataclass
class Delivering:
    """The outbox of a store, with a clock that the test moves."""

    store: Store
    send: Callable[[Message, AlertChannel], Awaitable[Receipt]]
    now: datetime

    def outbox(self, store: Any = None) -> Outbox:
        used: Store = store or self.store
        return Outbox(used, self.send, SENDER, timedelta(days=90), clock=lambda: self.now)

    async def run(self, store: Any = None) -> Delivered:
        """Do what the timer and its messages do: deliver to each channel that has something due."""
        outbox, done = self.outbox(store), Delivered()
        for channel in await outbox.due():
            done += await outbox.deliver(channel_id(channel))
        return done

    async def after(self, minutes: float) -> Delivered:
        self.now += timedelta(minutes=minutes)
        return await self.run()


def messages(server: Server) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in server.taken]


def sent(server: Server) -> list[list[tuple[str, str]]]:
    """Return the incidents of each message with their events."""
    return [
        [(entry["incident"], entry["event"]) for entry in message["entries"]]
        for message in messages(server)
    ]


def once_each(server: Server) -> Counter[tuple[str, str]]:
    """Count incidents and events, where each path takes a key once, as receivers do."""
    by_key: dict[tuple[str, str], dict[str, Any]] = {}
    for taken in server.taken:
        message = json.loads(taken.body)
        by_key.setdefault((taken.path, message["key"]), message)
    return Counter(
        (entry["incident"], entry["event"]) for each in by_key.values() for entry in each["entries"]
    )
