"""Drops what a mail program adds to an answer: the text that it answers, and signatures."""

import re

# Bounds the time of the patterns; a longer line is prose.
MAX_CHARACTERS = 300
# A longer end after "--" is no signature.
LONGEST_SIGNATURE = 6

# "On Mon, 3 Nov 2025 at 10:00, Ada <ada@example.com> wrote:", which may go over two lines.
WROTE = re.compile(
    r"[ >*_]*(?:On|Am|Le|El|Op|Il)\b"
    r"(?=[^\n]*(?:\d{1,2}:\d\d|<[^<>\s]{1,60}@|\b(?:19|20)\d\d\b|notifications@))"
    r"[^\n]*\b(?:wrote|writes|schrieb[^\n]{0,80}|a \u00e9crit|escribi\u00f3|schreef|ha scritto) ?:"
    r"[ *_]*"
)
BEGINS = re.compile(r"[ >*_]*(?:On|Am|Le|El|Op|Il)\b")
FORWARDED = re.compile(r" *-{2,} *(?:Original|Forwarded) [Mm]essage *-{2,}")
HEADER = re.compile(r"[ *_]*From: *[*_]*\S")
NEXT_HEADER = re.compile(r"[ *_]*(?:Sent|Date|To|Subject|Cc): *[*_]*\S")
SIGNATURE = re.compile(r"-- ?")
SENT_FROM = re.compile(
    r"[ *_>]*(?:sent (?:from|via|with) (?:my |the )?\[?(?:i ?phone|i ?pad|android|samsung|galaxy"
    r"|pixel|mobile|phone|blackberry|yahoo|outlook|mail|gmail|proton|windows|thunderbird|superhuman|apple"
    r"|huawei|xiaomi|oneplus|fairphone)\b.{0,80}"
    r"|get \[?outlook for .{0,80}|von meinem .{1,30} gesendet|envoy\u00e9 de mon .{1,30})",
    re.IGNORECASE,
)
# https://docs.github.com/en/account-and-profile/managing-subscriptions-and-notifications-on-github
FOOTER = re.compile(
    r"[ *_>-]*(?:reply to this email directly|you are receiving this because|message id: \S"
    r"|triage notifications on the go|visit topic or reply to this email)",
    re.IGNORECASE,
)


def without_replies(text: str) -> str:
    """Return the text without heads of quotes, forwarded mail, signatures and footers of mail.

    The quoted lines begin with ">", as in Markdown, and are dropped as such.
    """
    lines = text.split("\n")
    kept: list[str] = []
    signature = _signature(lines)
    number = 0
    while number < len(lines):
        line = lines[number][:MAX_CHARACTERS]
        if number == signature or FORWARDED.match(line) or _is_header(lines, number):
            break
        if BEGINS.match(line) and (taken := _head_of_quote(lines, number)):
            number += taken
            continue
        if not (SENT_FROM.fullmatch(line.rstrip()) or FOOTER.match(line)):
            kept.append(lines[number])
        number += 1
    return "\n".join(kept)


def _head_of_quote(lines: list[str], number: int) -> int:
    """Return how many lines say who wrote what follows; 0 if these don't."""
    joined = ""
    for count, line in enumerate(lines[number : number + 2], start=1):
        joined = f"{joined} {line[:MAX_CHARACTERS].strip()}".strip()
        if WROTE.fullmatch(joined):
            return count
    return 0


def _is_header(lines: list[str], number: int) -> bool:
    if not HEADER.match(lines[number][:MAX_CHARACTERS]):
        return False
    following = [line for line in lines[number + 1 : number + 4] if NEXT_HEADER.match(line)]
    return len(following) > 1


def _signature(lines: list[str]) -> int | None:
    """Return the number of the line that a signature begins with; None if there is none."""
    written = 0
    for number in range(len(lines) - 1, 0, -1):
        if SIGNATURE.fullmatch(lines[number]):
            return number
        written += bool(lines[number].strip())
        if written > LONGEST_SIGNATURE:
            return None
    return None
