"""Resources: a subject, a thread and a digest, each with its address.

https://modelcontextprotocol.io/specification/2026-07-28/server/resources
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from api.errors import NotFound
from api.export.digest import digest_markdown
from api.mcp.arguments import Arguments, parameters_of, read_arguments
from api.mcp.budget import as_text
from api.mcp.reader import Found, Reader
from api.mcp.reading import READ_THREAD, address
from api.mcp.tool import NOTES, Tool
from api.mcp.untrusted import WARNING, cleaned
from api.reads.digest.answer import read_digest
from api.reads.subjects import read_subject
from api.schema.digest import DigestParameters
from api.schema.subject_parameters import SubjectParameters
from api.schema.subjects import SubjectCard
from shared.models import Subject

JSON: Final = "application/json"
MARKDOWN: Final = "text/markdown"
BASE: Final = "undertone://"
ID: Final = r"[A-Za-z0-9_.-]{1,128}"
PLACE: Final = re.compile(rf"{BASE}(subjects|posts|digests)/({ID})(?:/([0-9-]{{1,10}}))?")
DIGEST_CHARS: Final = 40_000
TAKES: Final = (
    f"There is no such resource: {BASE}subjects/ID, {BASE}posts/ID and {BASE}digests/week,"
    " digests/day, or digests/week/YYYY-MM-DD are there."
)


@dataclass(frozen=True)
class Listed:
    """A resource, or a template of some, as clients list it."""

    uri: str
    name: str
    title: str
    description: str
    mime_type: str


@dataclass(frozen=True)
class Read:
    """The text of a resource."""

    text: str
    mime_type: str


class SubjectArguments(Arguments, SubjectParameters):
    """The subject that is read."""


async def find_subject(reader: Reader, arguments: SubjectArguments) -> Found:
    """Return a subject with its figures and newest mentions, as GET /subjects/{id} does."""
    parameters = parameters_of(SubjectParameters, arguments, {"until": "collected"})
    path = address(f"/subjects/{parameters.id}", parameters, without={"id"})
    return Found(await reader.read(read_subject, parameters), path)


SUBJECT = Tool(
    name="subject",
    title="A subject",
    description="A subject with its figures of the last 24 hours, rules and newest mentions.",
    arguments=SubjectArguments,
    answer=SubjectCard,
    find=find_subject,
)

TEMPLATES: Final = (
    Listed(f"{BASE}subjects/{{id}}", "subject", SUBJECT.title, SUBJECT.description, JSON),
    Listed(f"{BASE}posts/{{id}}", "post", "A thread", "A post with its comments.", JSON),
    Listed(
        f"{BASE}digests/week/{{end}}",
        "digest",
        "The digest of a week",
        "What changed in the week that ends with the last Monday until this day, and why.",
        MARKDOWN,
    ),
)
DIGESTS: Final = tuple(
    Listed(
        f"{BASE}digests/{period}",
        f"digest-{period}",
        f"The digest of the last {period}",
        f"What changed in the last whole {period}, why, what to read and what to answer.",
        MARKDOWN,
    )
    for period in ("week", "day")
)


def listed(subjects: Sequence[Subject]) -> list[Listed]:
    """Return the resources that clients list: digests, and the subjects of the watchlist."""
    return [
        *DIGESTS,
        *(
            Listed(
                f"{BASE}subjects/{each['id']}",
                each["id"],
                cleaned(each["name"], 100),
                SUBJECT.description,
                JSON,
            )
            for each in subjects
        ),
    ]


async def read_resource(reader: Callable[[], Awaitable[Reader]], uri: str, base: str) -> Read:
    """Return a resource; base is the address of the app.

    Raises NotFound, BadParameters, and what reads of the API raise.
    """
    found = PLACE.fullmatch(uri)
    if found is None or (found[3] and found[1] != "digests"):
        raise NotFound(TAKES)
    kind, name, end = found.groups()
    if kind == "digests":
        return await _digest(await reader(), name, end, base)
    tool = SUBJECT if kind == "subjects" else READ_THREAD
    return Read(as_text(await tool.call(await reader(), {"id": name}, base)), JSON)


async def _digest(reader: Reader, period: str, end: str | None, base: str) -> Read:
    arguments = read_arguments(DigestArguments, {"period": period, **({"end": end} if end else {})})
    digest = await reader.read(read_digest, parameters_of(DigestParameters, arguments, {}))
    note = NOTES[reader.deps.settings.origin]
    text = cleaned(digest_markdown(digest, base), DIGEST_CHARS)
    lines = [f"> {each}" for each in (note, WARNING) if each is not None]
    return Read("\n".join([*lines, "", text]), MARKDOWN)


class DigestArguments(Arguments, DigestParameters):
    """The period of a digest."""
