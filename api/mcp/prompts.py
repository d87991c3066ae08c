"""Prompts: tasks that people choose in their client, as messages that say which tools to call.

https://modelcontextprotocol.io/specification/2026-07-28/server/prompts
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.errors import BadParameters, NotFound
from api.mcp.untrusted import WARNING, cleaned
from api.schema.problems import BadParameter

MAX_CHARS: Final = 100
EVIDENCE: Final = (
    "Give each figure with its number of items, its interval and its span; call nothing a change"
    " whose verdict isn't better or worse. Link each claim to the permalink of an item, and quote"
    " word for word. Name gaps of coverage, few items, and invented data where answers say so. If"
    f" nothing stands out, say that. {WARNING}"
)


@dataclass(frozen=True)
class PromptArgument:
    """An argument of a prompt."""

    name: str
    description: str
    required: bool = True


@dataclass(frozen=True)
class Prompt:
    """A prompt: its texts, its arguments, and the template of its message."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...]
    template: str

    def text(self, given: Mapping[str, str]) -> str:
        """Return the message for these arguments. Raises BadParameters."""
        known = {each.name: each for each in self.arguments}
        wrong = [
            BadParameter(parameter=cleaned(name, MAX_CHARS), detail="it is unknown", takes=takes)
            for takes in [", ".join(known)]
            for name in list(given)[:MAX_CHARS]
            if name not in known
        ]
        wrong += [
            BadParameter(parameter=name, detail="it is missing", takes=each.description)
            for name, each in known.items()
            if each.required and not given.get(name)
        ]
        if wrong:
            raise BadParameters(wrong)
        values = {name: cleaned(given.get(name, ""), MAX_CHARS) for name in known}
        return f"{self.template.format_map(values)} {EVIDENCE}"


WEEKLY_REPORT = Prompt(
    "weekly_report",
    "Weekly report",
    "A report of a week about a product: what changed, why, and what to read.",
    (PromptArgument("subject", "the id of a subject of list_subjects, such as cursor"),),
    "Write a report of the last seven days about subject:{subject}. Call list_subjects and"
    " sentiment with hours=168, explain_change for the reasons, share_of_voice for its place among"
    " competitors, topics for what is new, search_mentions for evidence, and alerts for what was"
    " raised. One page: a sentence on top, figures, reasons, five items to read.",
)
RELEASE_CHECK = Prompt(
    "release_check",
    "Release check",
    "Whether a release changed what people say of a product.",
    (
        PromptArgument("subject", "the id of a subject of list_subjects, such as cursor"),
        PromptArgument("released", "when it was released, such as 2026-11-20T16:00:00Z"),
        PromptArgument("version", "the name of the release, to search for", required=False),
    ),
    "Check whether the release {version} of subject:{subject} at {released} changed what people"
    " say of it. Call sentiment and explain_change with start={released} and baseline=rhythm,"
    " topics with the same start, and search_mentions for the release and for talk=problem."
    " Answer: better, worse or unclear; what is praised; what broke, with items. What happens"
    " after a release isn't always because of it: say what else happened then.",
)
COMPETITOR_BRIEF = Prompt(
    "competitor_brief",
    "Competitor brief",
    "A product beside a competitor: mood, volume, and what people leave the one for the other for.",
    (
        PromptArgument("subject", "the id of the own subject"),
        PromptArgument("competitor", "the id of the other subject"),
    ),
    "Compare subject:{subject} with subject:{competitor} over the last 30 days. Call compare with"
    " both scopes and hours=720, share_of_voice with both, explain_change and topics for the"
    " competitor, and search_mentions of each with talk=switch. One page: who is liked for what,"
    " who moves where and why, and what to learn.",
)

PROMPTS: Final = {each.name: each for each in (WEEKLY_REPORT, RELEASE_CHECK, COMPETITOR_BRIEF)}


def prompt_named(name: str) -> Prompt:
    """Return a prompt by its name. Raises NotFound."""
    found = PROMPTS.get(name)
    if found is None:
        raise NotFound(f"There is no prompt {cleaned(name, MAX_CHARS)}: {', '.join(PROMPTS)}.")
    return found
