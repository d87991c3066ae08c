"""A parsed question in words, and as the API answers it."""

from collections.abc import Mapping
from typing import Final

from api.ask.parsed import Parsed
from api.ask.window import Hours
from api.ask.wording import listed
from api.schema.ask import AskedScope, Intent, Understood
from shared.models import ALL
from shared.reasons.sentence import TALK
from shared.times import iso

MAX_NAMED: Final = 10
BEGINNINGS: Final[Mapping[Intent, str]] = {
    "feeling": "How people feel",
    "change": "What changed",
    "reason": "Why it changed",
    "topic": "What people say",
    "reading": "What to read",
    "share": "Share of voice",
}


def understood(parsed: Parsed, hours: Hours | None) -> Understood:
    """Return what was understood; hours are None where no time is needed, or none was found."""
    scopes = [
        AskedScope(scope=each.scope, name=each.name, words=each.words) for each in parsed.scopes
    ]
    if not scopes and parsed.intent is not None:
        scopes = [AskedScope(scope=ALL, name="all communities", words="")]
    return Understood(
        intent=parsed.intent or "free",
        sentence=_sentence(parsed, hours),
        scopes=scopes[:MAX_NAMED],
        start=iso(hours.start) if hours else None,
        end=iso(hours.end) if hours else None,
        span_words=parsed.span.words if parsed.span and parsed.intent else "",
        search=parsed.search if parsed.intent else None,
        marker=parsed.marker["id"] if parsed.marker and parsed.intent else None,
    )


def _sentence(parsed: Parsed, hours: Hours | None) -> str:
    if parsed.intent is None:
        return "Nothing that can be answered"
    when = f", {hours.text}" if hours else ""
    if parsed.intent == "release":
        marker = parsed.marker
        whom = f" about {parsed.subjects[0].name}" if parsed.subjects else ""
        if marker is None:
            return "Whether a release helped"
        name = f"{marker['name']} ({marker['date']})"
        asks = f"Whether {name} helped" if marker["kind"] == "release" else f"What followed {name}"
        return f"{asks}: the mood{whom} up to seven days before and after it"
    if parsed.intent == "comparison":
        scopes = parsed.subjects if parsed.is_inside else parsed.scopes
        where = f" in {parsed.communities[0].name}" if parsed.is_inside else ""
        names = listed([each.name for each in scopes])
        return f"{names or 'The most mentioned'} side by side{where}{when}"
    return f"{_beginning(parsed)}{_scope(parsed)}{_limits(parsed)}{when}{_since(parsed)}"


def _beginning(parsed: Parsed) -> str:
    assert parsed.intent is not None  # noqa: S101 - who calls it has looked
    return BEGINNINGS[parsed.intent]


def _scope(parsed: Parsed) -> str:
    subjects = listed([each.name for each in parsed.subjects])
    communities = listed([each.name for each in parsed.communities])
    words = {"share": " of", "reason": ": "}.get(parsed.intent or "", " about")
    about = f"{words.rstrip()} {subjects}" if subjects else ""
    where = f" in {communities}" if communities else "" if subjects else " in all communities"
    return f"{about}{where}"


def _limits(parsed: Parsed) -> str:
    """Return the search, the label, the kind and the order of what is asked for."""
    parts = []
    if parsed.search:
        parts.append(f"with {listed([f'“{each}”' for each in parsed.search_words])}")
    if parsed.label:
        parts.append(f"what is {parsed.label}")
    if parsed.talk:
        parts.append(TALK[parsed.talk])
    if parsed.sort:
        parts.append(
            {"reach": "most upvoted first"}.get(
                parsed.sort, parsed.sort.replace("_", " ") + " first"
            )
        )
    return f", {', '.join(parts)}" if parts else ""


def _since(parsed: Parsed) -> str:
    marker = parsed.span.marker if parsed.span else None
    return f" (since {marker['name']})" if marker else ""
