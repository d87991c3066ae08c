"""Messages of tests: usual ones, hostile ones, and any."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from shared.alerts.messages import Entry, Figure, Link, Message
from shared.models.alerts import CitedItem

AT = datetime(2026, 11, 27, 10, 5, 7, tzinfo=UTC)
INSTANCE = "https://undertone.example"


def item(**fields: Any) -> CitedItem:
    usual: CitedItem = {
        "id": "t3_1a",
        "community": "Cursor",
        "title": "Everything fails since the update",
        "excerpt": "I can't save a file any more.",
        "permalink": "https://www.reddit.com/r/Cursor/comments/1a/x/",
    }
    return {**usual, **fields}  # type: ignore[typeddict-item]


def entry(**fields: Any) -> Entry:
    usual = Entry(
        incident="mood-of-cursor.000007",
        event="opened",
        rule="Mood of Cursor",
        scope="Cursor",
        sentence="The mood fell from 0.12 to -0.21 within a day.",
        at=AT,
        figures=(Figure("mood", "-0.21"), Figure("items", "143")),
        items=(item(),),
        links=(
            Link("What was known when", f"{INSTANCE}/?view=alerts&incident=mood-of-cursor.000007"),
            Link("Acknowledge", f"{INSTANCE}/alerts/links/abc.def"),
        ),
        note="Ask the editors' team.",
    )
    return replace(usual, **fields)


def message(*entries: Entry, **fields: Any) -> Message:
    usual = Message(
        key="msg_0123456789abcdef",
        kind="alert",
        at=AT,
        instance=INSTANCE,
        title="Mood of Cursor fell",
        entries=entries or (entry(),),
    )
    return replace(usual, **fields)


# What people write who know what a chat does with it.
HOSTILE = (
    "a" * 10_000,
    "@everyone @here <!channel> <!here|x> <@U123> <#C123|y> <@&42> <@!42> <t:1:R> </x:1>",
    "<https://evil.example|Slack> [Discord](https://evil.example) [a]: https://evil.example",
    "*bold* _italic_ ~struck~ `code` ```block``` ||spoiler|| __under__ **b** # head > quote - li",
    "\u202egnp.exe\u202c \u2066isolated\u2069 \u200b\u200e\u200f\ufeff\u061c\u00ad",
    "line\r\n> quote\n# head\n\t\x00\x07\x1b[31m\x7f\x85\u2028\u2029end",
    "&amp; &lt;script&gt; <script>alert(1)</script> \" ' \\ \\* \\\\`",
    "{{DATE(2026-11-27T10:00:00Z,SHORT)}} ${expression} @{trigger()} <at>everyone</at>",
    "\U0001f600" * 5_000,
    "\ud800 half \udfff",
    "\\" * 5_000,
    "&<>*_~`" * 1_000,
    "e" + "\u0301" * 3_000,
    "   ",
    "",
    "\u202e",
)
ADDRESSES = (
    "https://a.example/x",
    "https://a.example/(a)_[b]<c>|d>\"'`\\ e",
    "https://a.example/\u202egnp.exe",
    "javascript:alert(1)",
    "//a.example/x",
    "/r/x",
    "",
    "https://a.example/" + "a" * 5_000,
    "https://[::1",
    "http://a.example/\n\nX",
)

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200))
WHERE = st.one_of(st.sampled_from(ADDRESSES), st.text(max_size=40))
ITEMS = st.fixed_dictionaries(
    {"id": TEXTS, "community": TEXTS, "title": TEXTS, "excerpt": TEXTS, "permalink": WHERE}
)
ENTRIES = st.builds(
    Entry,
    incident=TEXTS,
    event=st.sampled_from(["opened", "updated", "closed", "test"]),
    rule=TEXTS,
    scope=TEXTS,
    sentence=TEXTS,
    at=st.just(AT),
    figures=st.lists(st.builds(Figure, TEXTS, TEXTS), max_size=15).map(tuple),
    items=st.lists(ITEMS, max_size=8).map(tuple),
    links=st.lists(st.builds(Link, TEXTS, WHERE), max_size=8).map(tuple),
    note=TEXTS,
    lasted=st.one_of(st.none(), TEXTS),
)
MESSAGES = st.builds(
    Message,
    key=st.just("msg_1"),
    kind=st.sampled_from(["alert", "test", "digest", "folded"]),
    at=st.just(AT),
    instance=st.just(INSTANCE),
    title=TEXTS,
    entries=st.one_of(
        st.lists(ENTRIES, max_size=4).map(tuple),
        st.builds(lambda one, times: (one,) * times, ENTRIES, st.integers(1, 120)),
    ),
    is_sample=st.booleans(),
)
