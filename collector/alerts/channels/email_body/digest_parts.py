"""What a digest's e-mail has, section by section, for its plain text and its HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.alerts.channels.email_body.wording import left_out_text
from shared.alerts.links import incident_path
from shared.alerts.messages import Message
from shared.models import DigestContent, DigestLine

FOLDED = "Alerts that weren't sent here, since there were too many"
MAX_BARS = 14


@dataclass(frozen=True)
class DigestDetail:
    """How much is shown: rows of the table, items of each list, quotes of each reason.

    chars is the length of the longest texts.
    """

    rows: int
    items: int
    quotes: int
    chars: int = 600


# All of it, and what is shown of one that is too large for a mail.
DIGEST_DETAILS = (
    DigestDetail(100, 25, 9),
    DigestDetail(50, 15, 6),
    DigestDetail(25, 10, 3),
    DigestDetail(10, 5, 1),
    DigestDetail(5, 3, 0),
    DigestDetail(3, 1, 0, 150),
)


@dataclass(frozen=True)
class Section:
    """A list of a digest: its heading, its lines, and a sentence about those that are left out."""

    heading: str
    lines: Sequence[DigestLine]
    more: str = ""


def digest_in(message: Message) -> DigestContent:
    """Return what the digest of a message says. Raises ValueError for one without."""
    if message.digest is None:
        raise ValueError("the message has no digest")
    return message.digest


def sections_before(content: DigestContent, detail: DigestDetail) -> Iterator[Section]:
    """Yield the lists between the table and the reasons."""
    yield from _section("What changed", _texts(content["changed"]), detail)
    yield from _section("What didn't", _texts(content["unchanged"]), detail)


def sections_after(
    message: Message, content: DigestContent, detail: DigestDetail
) -> Iterator[Section]:
    """Yield the lists after the reasons."""
    questions = content["worth_an_answer"]
    none = [] if content["is_empty"] else ["No question or problem without a reply was found."]
    yield from _section("Read these", content["read_these"], detail)
    yield from _section("Worth an answer", questions or _texts(none), detail)
    yield from _section("Topics", content["topics"], detail)
    yield from _section("Markers", content["markers"], detail)
    yield from _section("Not seen", _texts(content["unseen"]), detail)
    incidents = content["incidents"] or _texts(["None is open."])
    yield from _section("Open alerts", incidents, detail)
    yield from _folded(message, detail)


def _folded(message: Message, detail: DigestDetail) -> Iterator[Section]:
    lines = [
        DigestLine(
            text=each["rule"],
            address=message.instance + incident_path(each["incident"]),
            about=f"{each['scope']}: {each['sentence']}",
        )
        for each in message.folded
    ]
    if lines:
        left = len(lines[detail.items :]) + message.more_folded
        more = left_out_text(left) if left else ""
        yield Section(FOLDED, lines[: detail.items], more)


def _section(heading: str, lines: Sequence[DigestLine], detail: DigestDetail) -> Iterator[Section]:
    if lines:
        left = len(lines[detail.items :])
        yield Section(heading, lines[: detail.items], more_text(left) if left else "")


def _texts(texts: Sequence[str]) -> list[DigestLine]:
    return [DigestLine(text=each, address="", about="") for each in texts]


def more_text(count: int) -> str:
    """Return the sentence about lines that are left out."""
    return f"{count} more on the page of this digest."
