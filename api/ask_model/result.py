"""Makes what is kept of an answer: the sentences that held, and what they rest on."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from pydantic import JsonValue

from api.ask_model.calls import scopes_in
from api.ask_model.checking import Checked, Said
from api.ask_model.facts import LABELS, ToolResult, facts_of
from api.mcp.registry import TOOLS
from api.mcp.untrusted import cleaned
from api.schema.ask import MAX_EVIDENCE, MAX_ITEMS
from api.schema.base import web_address
from shared.models import (
    ALL,
    Label,
    QuestionCall,
    QuestionEvidence,
    QuestionItem,
    QuestionResult,
    QuestionScope,
    QuestionSentence,
    QuestionStruck,
)
from shared.stats.subjects import PREFIX

TEXT_CHARS: Final = 160
MAX_STRUCK: Final = 20


def result_of(
    checked: Checked,
    results: Sequence[ToolResult],
    made: Sequence[QuestionCall],
    scopes: Mapping[str, str],
    tokens: int,
) -> QuestionResult:
    """Return what became of a question of which something holds."""
    cited = sorted({number for each in checked.held for number in each.evidence})[:MAX_EVIDENCE]
    numbers = {number: place for place, number in enumerate(cited, start=1)}
    read = {each.number: each for each in results}
    named = {scope for number in cited for scope in scopes_in(read[number].arguments)}
    return QuestionResult(
        sentences=[_sentence(each, numbers) for each in checked.held],
        cannot=[],
        evidence=[_evidence(read[number], place, scopes) for number, place in numbers.items()],
        items=_items(checked.held, read, numbers),
        struck=struck_of(checked),
        scopes=[
            QuestionScope(scope=each, name=scopes[each]) for each in sorted(named & scopes.keys())
        ],
        calls=list(made),
        tokens=tokens,
    )


def struck_of(checked: Checked) -> list[QuestionStruck]:
    """Return what was struck, in words of the app's own."""
    return [QuestionStruck(what=each.what, why=each.why) for each in checked.struck[:MAX_STRUCK]]


def _sentence(said: Said, numbers: Mapping[int, int]) -> QuestionSentence:
    return QuestionSentence(
        text=said.text,
        evidence=[numbers[each] for each in said.evidence if each in numbers],
        items=list(said.items),
    )


def _evidence(result: ToolResult, place: int, scopes: Mapping[str, str]) -> QuestionEvidence:
    named = [scopes[each] for each in scopes_in(result.arguments) if each in scopes]
    title = TOOLS[result.tool].title + _span_of(result)
    request = result.answer.get("request")
    return QuestionEvidence(
        number=place,
        tool=result.tool,
        title=f"{', '.join(named)}: {title}" if named else title,
        request=request if isinstance(request, str) else "",
        page=_page(result.arguments),
    )


def _span_of(result: ToolResult) -> str:
    """Return the span of an answer in words, after a comma; "" where it has none."""
    now = [each for each in facts_of([result]).spans if each.side == "now"]
    if not now:
        return ""
    start, end = (f"{each:%-d %b %H:%M}" for each in (now[0].start, now[0].end))
    return f", {start} to {end} UTC"


def _page(arguments: Mapping[str, object]) -> str | None:
    """Return the query of the view of a scope over its last hours; None for other reads."""
    scope, hours = arguments.get("scope"), arguments.get("hours")
    is_plain = not arguments.keys() & {"start", "end", "q", "topic", "cursor"}
    if not isinstance(scope, str) or hours not in {24, 168, 720, 2160} or not is_plain:
        return None
    named = {"subject" if scope.startswith(PREFIX) else "subreddit": scope.removeprefix(PREFIX)}
    view = {"view": "communities"} if scope == ALL else named
    return "?" + urlencode({**view, "hours": str(hours)})


def _items(
    held: Sequence[Said], read: Mapping[int, ToolResult], numbers: Mapping[int, int]
) -> list[QuestionItem]:
    """Return the items that sentences cite, each once."""
    cited = list(dict.fromkeys(item for each in held for item in each.items))
    found: dict[str, QuestionItem] = {}
    for number, place in numbers.items():
        for each in _found_items(read[number].answer.get("data"), place):
            found.setdefault(each["id"], each)
    return [found[each] for each in cited if each in found][:MAX_ITEMS]


def _found_items(value: JsonValue, place: int) -> list[QuestionItem]:
    match value:
        case list():
            return [item for each in value for item in _found_items(each, place)]
        case dict():
            own = _item(value, place)
            within = [item for each in value.values() for item in _found_items(each, place)]
            return [*([own] if own else []), *within]
        case _:
            return []


def _label(label: JsonValue) -> Label:
    return "positive" if label == "positive" else "negative" if label == "negative" else "neutral"


def _item(value: Mapping[str, JsonValue], place: int) -> QuestionItem | None:
    """Return an object as an item; None where it is something else."""
    sentiment = value.get("sentiment")
    label = sentiment.get("label") if isinstance(sentiment, dict) else value.get("label")
    own, permalink = value.get("id"), value.get("permalink")
    community = value.get("community", value.get("subreddit"))
    created = value.get("created_utc")
    texts = (value.get("title"), value.get("content"), value.get("text"))
    text = next((each for each in texts if isinstance(each, str) and each), "")
    post = value.get("post_id", own)
    if not (
        isinstance(own, str)
        and isinstance(post, str)
        and isinstance(permalink, str)
        and isinstance(community, str)
        and isinstance(created, str)
        and label in LABELS
    ):
        return None
    return QuestionItem(
        kind="comment" if value.get("kind") == "comment" or "parent_id" in value else "post",
        id=own,
        post_id=post,
        community=community,
        text=cleaned(" ".join(text.split()), TEXT_CHARS),
        label="positive"
        if label == "positive"
        else "negative"
        if label == "negative"
        else "neutral",
        created_utc=created,
        permalink=web_address(permalink),
        evidence=place,
    )
