"""The HTML of an e-mail: tables for Outlook, inline looks for Gmail, no pictures, no scripts.

Markup.format escapes every text that it inserts.
"""

from collections.abc import Iterable

from markupsafe import Markup

from collector.alerts.channels.email_body.frame import page
from collector.alerts.channels.email_body.looks import FONT, look
from collector.alerts.channels.email_body.wording import (
    banners_of,
    label_of,
    left_out_text,
    reason_text,
    time_text,
)
from collector.alerts.channels.web_addresses import host_of, own_address, web_address
from shared.alerts.messages import Entry, Figure, Link, Message
from shared.models.alerts import CitedItem

LINK = Markup('<a href="{}" {}>{}</a>')


def html_of(message: Message, subject: str, left_out: int) -> str:
    """Return a trimmed message as a page; left_out is the number of entries that it lacks."""
    banners = banners_of(message)
    blocks = [banner(banners)] if banners else []
    blocks.append(title_row(message.title))
    for number, entry in enumerate(message.entries):
        blocks += ([divider()] if number else []) + _entry(entry, message.instance)
    if left_out:
        blocks.append(row(left_out_text(left_out), "muted", "padding-top:16px;font-size:15px"))
    preview = message.entries[0].sentence if message.entries else message.title
    return page(
        subject=subject,
        preview=preview,
        header=header_of(message),
        blocks=joined(blocks),
        foot=foot_of(message),
    )


def joined(parts: Iterable[Markup]) -> Markup:
    """Return parts below each other."""
    return Markup("\n").join(parts)


def row(content: str, names: str, more: str) -> Markup:
    """Return a row of the card with a text, or with markup."""
    return Markup("<tr><td {}>{}</td></tr>").format(
        look(f"side {names}".strip(), f"padding:0 32px;{FONT};line-height:1.5;{more}"), content
    )


def header_of(message: Message) -> Markup:
    """Return what stands above the card: who sends it."""
    host = host_of(message.instance)
    address = web_address(message.instance)
    shown = (
        LINK.format(address, look("muted", "text-decoration:underline"), host) if address else host
    )
    return Markup("<strong {}>Undertone</strong> &nbsp;{}").format(look("ink"), shown)


def banner(sentences: Iterable[str]) -> Markup:
    """Return a row with sentences that stand above everything else."""
    return Markup("<tr><td {}><strong>{}</strong></td></tr>").format(
        look(
            "side frame warning",
            f"padding:12px 32px;border-radius:12px 12px 0 0;{FONT};font-size:14px;line-height:1.5",
        ),
        Markup("<br>").join(sentences),
    )


def title_row(text: str) -> Markup:
    """Return the row with the title of the mail."""
    heading = Markup("<h1 {}>{}</h1>").format(
        look("ink", "margin:0;font-size:22px;line-height:1.3;font-weight:700"), text
    )
    return row(heading, "", "padding-top:28px;padding-bottom:4px")


def _entry(entry: Entry, instance: str) -> list[Markup]:
    rows = [
        row(_badge(entry), "", "padding-top:20px"),
        row(_sentence(entry), "", "padding-top:8px"),
    ]
    if entry.figures:
        rows.append(row(_figures(entry.figures), "", "padding-top:14px"))
    rows += [row(_item(each), "", "padding-top:14px") for each in entry.items]
    if entry.note:
        rows.append(row(_note(entry.note), "", "padding-top:16px"))
    if links := _links(entry.links, instance):
        rows.append(row(links, "", "padding-top:18px"))
    return rows


def divider() -> Markup:
    """Return a row with a line across."""
    line = Markup("<div {}></div>").format(
        look("line", "border-top-width:1px;border-top-style:solid;font-size:1px;line-height:1px")
    )
    return row(line, "", "padding-top:28px;padding-bottom:4px")


def _badge(entry: Entry) -> Markup:
    about = " · ".join(filter(None, (entry.rule, entry.scope)))
    return Markup("<span {}>{}</span> &nbsp;<span {}>{}</span>").format(
        look(
            entry.event,
            "padding:3px 10px;border-radius:12px;font-size:13px;font-weight:600",
        ),
        label_of(entry),
        look("muted", "font-size:14px"),
        about,
    )


def _sentence(entry: Entry) -> Markup:
    return Markup("<h2 {}>{}</h2><div {}>{}</div>").format(
        look("ink", "margin:0;font-size:17px;line-height:1.45;font-weight:600"),
        entry.sentence,
        look("muted", "padding-top:4px;font-size:13px"),
        time_text(entry.at),
    )


def _figures(figures: Iterable[Figure]) -> Markup:
    cell = f"padding:7px 0;border-bottom-width:1px;border-bottom-style:solid;{FONT};font-size:15px"
    rows = joined(
        Markup(
            '<tr><th scope="row" align="left" valign="top" {}>{}</th>'
            '<td align="right" valign="top" {}>{}</td></tr>'
        ).format(
            look("muted line", f"{cell};font-weight:400;text-align:left;padding-right:16px"),
            each.name,
            look("ink line", f"{cell};font-weight:600;text-align:right"),
            each.value,
        )
        for each in figures
    )
    return Markup(
        '<table width="100%" cellpadding="0" cellspacing="0"'
        ' style="border-collapse:collapse;table-layout:fixed">{}</table>'
    ).format(rows)


def _item(item: CitedItem) -> Markup:
    title = item["title"] or "An item without a title"
    address = web_address(item["permalink"])
    name = (
        LINK.format(address, look("link", "text-decoration:underline"), title)
        if address
        else Markup("<span {}>{}</span>").format(look("ink"), title)
    )
    excerpt = (
        Markup("<div {}>“{}”</div>").format(
            look("ink", "padding-top:3px;font-size:15px"), item["excerpt"]
        )
        if item["excerpt"]
        else ""
    )
    return Markup(
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td {}>'
        '<div style="font-size:15px;font-weight:600">{}</div>{}'
        "<div {}>{}</div></td></tr></table>"
    ).format(
        look(
            "quote", f"padding:2px 0 2px 14px;border-left-width:3px;border-left-style:solid;{FONT}"
        ),
        name,
        excerpt,
        look("muted", "padding-top:3px;font-size:13px"),
        item["community"],
    )


def _note(note: str) -> Markup:
    lines = Markup("<br>").join(note.split("\n"))
    return Markup(
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td {}>'
        "<strong>Note:</strong> {}</td></tr></table>"
    ).format(
        look(
            "sunken ink",
            f"padding:10px 14px;border-radius:8px;{FONT};font-size:14px;line-height:1.5",
        ),
        lines,
    )


def _links(links: Iterable[Link], instance: str) -> Markup:
    """Return the first link as a button, and the others after it; empty without any."""
    shown = [
        (each.text, address)
        for each in links
        if each.text and (address := own_address(each.address, instance))
    ]
    if not shown:
        return Markup()
    (text, address), *others = shown
    button = Markup(
        '<table role="presentation" cellpadding="0" cellspacing="0"><tr><td {}>'
        '<a href="{}" {}>{}</a></td></tr></table>'
    ).format(
        look("button", "border-radius:8px"),
        address,
        look(
            "on-button",
            f"display:inline-block;padding:10px 18px;{FONT};font-size:15px;font-weight:600;"
            "text-decoration:none",
        ),
        text,
    )
    more = Markup(" &nbsp; ").join(
        LINK.format(other, look("link", "text-decoration:underline"), name)
        for name, other in others
    )
    return button + (
        Markup('<div style="padding-top:12px;font-size:15px">{}</div>').format(more) if more else ""
    )


def foot_of(message: Message) -> Markup:
    """Return what stands below the card: why one gets it, and how to stop it."""
    links = [("Open the dashboard", web_address(message.instance))]
    if message.unsubscribe:
        links.append(("Unsubscribe", own_address(message.unsubscribe, message.instance)))
    shown = Markup(" &nbsp; ").join(
        LINK.format(address, look("muted", "text-decoration:underline"), text)
        for text, address in links
        if address
    )
    return Markup("{}<br>{}").format(reason_text(message), shown)
