"""The plain text of a digest's e-mail."""

from collections.abc import Iterator

from collector.alerts.channels.email_body.digest_parts import (
    MAX_BARS,
    DigestDetail,
    Section,
    digest_in,
    more_text,
    sections_after,
    sections_before,
)
from collector.alerts.channels.email_body.text import foot_lines
from collector.alerts.channels.email_body.wording import banners_of
from collector.alerts.channels.web_addresses import web_address
from shared.alerts.messages import Message
from shared.digests.figures import (
    bars,
    before_text,
    change_text,
    condensed,
    percent,
    points,
    signed,
)
from shared.models import DigestContent, DigestRow, DigestWhy


def digest_text(message: Message, detail: DigestDetail) -> str:
    """Return the trimmed digest of a message as plain text."""
    content = digest_in(message)
    blocks = [*banners_of(message), message.title, content["sentence"], *content["notes"]]
    if address := web_address(content["address"]):
        blocks.append(f"As a page: {address}")
    blocks += _table(content, detail)
    blocks += [_section(each) for each in sections_before(content, detail)]
    blocks += ["\n".join(_why(each, detail)) for each in content["reasons"]]
    blocks += [_section(each) for each in sections_after(message, content, detail)]
    if content["next_text"]:
        blocks.append(content["next_text"])
    return "\n\n".join([*blocks, "\n".join(foot_lines(message))]) + "\n"


def _table(content: DigestContent, detail: DigestDetail) -> Iterator[str]:
    rows = content["subjects"]
    if not rows:
        return
    yield "SUBJECTS"
    yield from ("\n".join(_row(each)) for each in rows[: detail.rows])
    if left := len(rows[detail.rows :]):
        yield more_text(left)
    yield content["compared"]


def _row(row: DigestRow) -> Iterator[str]:
    yield f"{row['name']}  {bars(condensed(row['course'], MAX_BARS))}".rstrip()
    yield f"  Mentions: {row['mentions']} ({before_text(row)})"
    yield f"  Mood: {signed(row['mood'])}{range_text(row)} ({change_text(row)})"
    if row["share"] is not None:
        yield f"  Share of voice: {percent(row['share'])} ({points(row['share_change'])})"
    if address := web_address(row["address"]):
        yield f"  {address}"


def range_text(row: DigestRow) -> str:
    """Return the interval of a subject's mood; empty where there is none."""
    found = row["interval"]
    return "" if found is None else f", {signed(found[0])} to {signed(found[1])}"


def _why(why: DigestWhy, detail: DigestDetail) -> Iterator[str]:
    yield f"WHY: {why['subject'].upper()}"
    yield why["sentence"]
    yield from (f"- {each}" for each in why["points"])
    for quote in why["quotes"][: detail.quotes]:
        yield f"  “{quote['text']}” {quote['source']}".rstrip()
        if address := web_address(quote["address"]):
            yield f"  {address}"
    if why["note"]:
        yield why["note"]


def _section(section: Section) -> str:
    lines = [section.heading.upper()]
    for each in section.lines:
        lines.append(f"- {' · '.join(filter(None, (each['text'], each['about'])))}")
        if address := web_address(each["address"]):
            lines.append(f"  {address}")
    if section.more:
        lines.append(section.more)
    return "\n".join(lines)
