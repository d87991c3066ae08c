"""The plain text of an e-mail."""

from collections.abc import Iterator

from collector.alerts.channels.email_body.wording import (
    banners_of,
    label_of,
    left_out_text,
    reason_text,
    time_text,
)
from collector.alerts.channels.web_addresses import own_address, web_address
from shared.alerts.messages import Entry, Message
from shared.models.alerts import CitedItem

# Mail programs take what follows "-- " for a signature.
FOOT = "-- "


def text_of(message: Message, left_out: int) -> str:
    """Return a trimmed message as plain text; left_out is the number of entries that it lacks."""
    blocks = [*banners_of(message), message.title]
    blocks += ["\n".join(_lines(each, message.instance)) for each in message.entries]
    if left_out:
        blocks.append(left_out_text(left_out))
    return "\n\n".join([*blocks, "\n".join(foot_lines(message))]) + "\n"


def _lines(entry: Entry, instance: str) -> Iterator[str]:
    about = " · ".join(filter(None, (entry.rule, entry.scope)))
    yield " · ".join(filter(None, (label_of(entry).upper(), about)))
    yield entry.sentence
    yield time_text(entry.at)
    if entry.figures:
        yield ""
        yield from (f"  {figure.name}: {figure.value}" for figure in entry.figures)
    for item in entry.items:
        yield ""
        yield from _item_lines(item)
    if entry.note:
        yield ""
        yield from ("Note: " + entry.note).split("\n")
    links = [(each.text, own_address(each.address, instance)) for each in entry.links]
    if any(address for _, address in links):
        yield ""
        yield from (f"{text}: {address}" for text, address in links if address)


def _item_lines(item: CitedItem) -> Iterator[str]:
    yield "  " + " · ".join(filter(None, (item["title"], item["community"])))
    if item["excerpt"]:
        yield f"  “{item['excerpt']}”"
    if address := web_address(item["permalink"]):
        yield f"  {address}"


def foot_lines(message: Message) -> Iterator[str]:
    """Yield the last lines: why one gets it, and how to stop it."""
    yield FOOT
    yield reason_text(message)
    if address := web_address(message.instance):
        yield f"Dashboard: {address}"
    if message.unsubscribe and (address := own_address(message.unsubscribe, message.instance)):
        yield f"Unsubscribe: {address}"
