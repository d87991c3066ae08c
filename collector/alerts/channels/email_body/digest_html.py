"""The HTML of a digest's e-mail.

The course of mentions is a row of characters, since mail programs show no drawings and load no
pictures. Markup.format escapes every text that it inserts.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from collector.alerts.channels.email_body.digest_parts import (
    MAX_BARS,
    DigestDetail,
    Section,
    digest_in,
    more_text,
    sections_after,
    sections_before,
)
from collector.alerts.channels.email_body.frame import page
from collector.alerts.channels.email_body.html import (
    LINK,
    banner,
    divider,
    foot_of,
    header_of,
    joined,
    row,
    title_row,
)
from collector.alerts.channels.email_body.looks import FONT, look
from collector.alerts.channels.email_body.wording import banners_of
from collector.alerts.channels.web_addresses import web_address
from shared.alerts.messages import Message
from shared.digests.figures import (
    NO_VALUE,
    VERDICTS,
    VOLUMES,
    bars,
    condensed,
    percent,
    points,
    signed,
)
from shared.models import DigestContent, DigestLine, DigestQuote, DigestRow, DigestWhy

LOOKS = {"better": "closed", "worse": "warning"}
COLUMNS = (("Subject", "33%"), ("Mentions", "23%"), ("Mood", "25%"), ("Voice", "19%"))


def digest_html(message: Message, subject: str, detail: DigestDetail) -> str:
    """Return the trimmed digest of a message as a page."""
    content = digest_in(message)
    banners = banners_of(message)
    blocks = [banner(banners)] if banners else []
    blocks += [
        title_row(message.title),
        row(content["sentence"], "ink", "padding-top:8px;font-size:18px;font-weight:600"),
        *(row(each, "muted", "padding-top:8px;font-size:14px") for each in content["notes"]),
        row(_button(content), "", "padding-top:16px"),
        *_table(content, detail),
        *(line for each in sections_before(content, detail) for line in _section(each)),
        *(line for each in content["reasons"] for line in _why(each, detail)),
        *(line for each in sections_after(message, content, detail) for line in _section(each)),
    ]
    if content["next_text"]:
        blocks += [divider(), row(content["next_text"], "muted", "padding-top:8px;font-size:14px")]
    return page(
        subject=subject,
        preview=content["sentence"],
        header=header_of(message),
        blocks=joined(blocks),
        foot=foot_of(message),
    )


def _button(content: DigestContent) -> Markup:
    address = web_address(content["address"])
    if address is None:
        return Markup()
    return Markup(
        '<table role="presentation" cellpadding="0" cellspacing="0"><tr><td {}>'
        '<a href="{}" {}>Open as a page</a></td></tr></table>'
    ).format(
        look("button", "border-radius:8px"),
        address,
        look(
            "on-button",
            f"display:inline-block;padding:10px 18px;{FONT};font-size:15px;font-weight:600;"
            "text-decoration:none",
        ),
    )


def _heading(text: str) -> Markup:
    heading = Markup("<h2 {}>{}</h2>").format(
        look("ink", "margin:0;font-size:17px;line-height:1.4;font-weight:700"), text
    )
    return row(heading, "", "padding-top:28px")


def _table(content: DigestContent, detail: DigestDetail) -> Iterator[Markup]:
    rows = content["subjects"]
    if not rows:
        return
    yield _heading("Subjects")
    head = Markup("").join(
        Markup('<th scope="col" align="{}" width="{}" {}>{}</th>').format(
            "left" if number == 0 else "right", width, _cell(number, "muted", 13), name
        )
        for number, (name, width) in enumerate(COLUMNS)
    )
    table = Markup(
        '<table width="100%" cellpadding="0" cellspacing="0"'
        ' style="border-collapse:collapse;table-layout:fixed"><tr>{}</tr>{}</table>'
    ).format(head, joined(_row(each) for each in rows[: detail.rows]))
    yield row(table, "", "padding-top:6px")
    left = len(rows[detail.rows :])
    said = [*([more_text(left)] if left else []), content["compared"]]
    yield row(" ".join(said), "muted", "padding-top:8px;font-size:13px")


def _cell(number: int, names: str, size: int, more: str = "") -> Markup:
    side = "text-align:left" if number == 0 else "text-align:right;padding-left:8px"
    return look(
        f"{names} line",
        f"padding-top:8px;padding-bottom:8px;border-bottom-width:1px;border-bottom-style:solid;"
        f"{side};{FONT};font-size:{size}px;font-weight:400;line-height:1.4;{more}",
    )


def _row(own: DigestRow) -> Markup:
    course = condensed(own["course"], MAX_BARS)
    spark = (
        Markup('<div role="img" aria-label="{}" {}>{}</div>').format(
            f"mentions from first to last: {', '.join(map(str, course))}",
            look("link", "padding-top:2px;font-size:13px;line-height:1.2;white-space:nowrap"),
            bars(course),
        )
        if any(course)
        else ""
    )
    name = _named(own["name"], own["address"], "font-weight:600")
    return Markup(
        '<tr><th scope="row" align="left" valign="top" {}>{}{}</th>'
        '<td align="right" valign="top" {}>{}</td>'
        '<td align="right" valign="top" {}>{}</td>'
        '<td align="right" valign="top" {}>{}</td></tr>'
    ).format(
        _cell(0, "ink", 15),
        name,
        spark,
        _cell(1, "ink", 15),
        _two(_named(str(own["mentions"]), own["mentions_address"]), _before(own)),
        _cell(2, "ink", 15),
        _two(signed(own["mood"]), _verdict(own)),
        _cell(3, "ink", 15),
        _two(percent(own["share"]), points(own["share_change"])),
    )


def _two(first: str, second: str) -> Markup:
    """Return a figure with what is said of it below."""
    if not second or second == NO_VALUE:
        return Markup("{}").format(first)
    small = look("muted", "font-size:13px")
    return Markup("{}<div {}>{}</div>").format(first, small, second)


def _before(own: DigestRow) -> str:
    if own["mentions_before"] is None:
        return ""
    volume = VOLUMES.get(own["volume"])
    return (
        f"{volume}, {own['mentions_before']} before"
        if volume
        else (f"{own['mentions_before']} before")
    )


def _verdict(own: DigestRow) -> Markup:
    text = VERDICTS.get(own["verdict"], own["verdict"])
    change = "" if own["mood_change"] is None else signed(own["mood_change"])
    names = LOOKS.get(own["verdict"])
    if names is None:
        return Markup("{}").format(", ".join(filter(None, (change, text))))
    badge = look(names, "padding:1px 6px;border-radius:8px;font-weight:600")
    return Markup("{} <span {}>{}</span>").format(change, badge, text)


def _named(text: str, address: str, more: str = "") -> Markup:
    found = web_address(address)
    if found is None:
        return Markup("<span {}>{}</span>").format(look("ink", more), text)
    declared = ";".join(filter(None, ("text-decoration:underline", more)))
    return LINK.format(found, look("link", declared), text)


def _section(section: Section) -> Iterator[Markup]:
    yield _heading(section.heading)
    yield from (_line(each) for each in section.lines)
    if section.more:
        yield row(section.more, "muted", "padding-top:8px;font-size:14px")


def _line(own: DigestLine) -> Markup:
    text = _named(own["text"], own["address"], "font-size:15px")
    about = (
        Markup("<div {}>{}</div>").format(
            look("muted", "padding-top:2px;font-size:13px"), own["about"]
        )
        if own["about"]
        else ""
    )
    return row(Markup("{}{}").format(text, about), "", "padding-top:10px")


def _why(why: DigestWhy, detail: DigestDetail) -> Iterator[Markup]:
    yield _heading(f"Why: {why['subject']}")
    yield row(why["sentence"], "ink", "padding-top:6px;font-size:15px")
    yield from (_point(each) for each in why["points"])
    yield from _quotes(why["quotes"][: detail.quotes])
    if why["note"]:
        yield row(why["note"], "muted", "padding-top:10px;font-size:13px")


def _point(text: str) -> Markup:
    return row(f"• {text}", "muted", "padding-top:4px;font-size:14px")


def _quotes(quotes: Sequence[DigestQuote]) -> Iterator[Markup]:
    for each in quotes:
        source = (
            Markup("<div {}>{}</div>").format(
                look("muted", "padding-top:3px;font-size:13px"),
                _named(each["source"], each["address"]),
            )
            if each["source"]
            else ""
        )
        quote = Markup(
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td {}>'
            "<div {}>“{}”</div>{}</td></tr></table>"
        ).format(
            look(
                "quote",
                f"padding:2px 0 2px 14px;border-left-width:3px;border-left-style:solid;{FONT}",
            ),
            look("ink", "font-size:15px"),
            each["text"],
            source,
        )
        yield row(quote, "", "padding-top:12px")
