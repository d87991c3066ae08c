"""Messages that tests of e-mail send."""

from dataclasses import replace
from datetime import UTC, datetime

from shared.alerts.messages import Entry, Figure, Link, Message
from shared.models.alerts import CitedItem

INSTANCE = "https://undertone.example.org"
AT = datetime(2026, 11, 27, 10, 5, tzinfo=UTC)


def cited(title: str, excerpt: str, community: str, permalink: str) -> CitedItem:
    return {
        "id": "t3_a",
        "community": community,
        "title": title,
        "excerpt": excerpt,
        "permalink": permalink,
    }


FELL = Entry(
    incident="cursor-mood.000003",
    event="opened",
    rule="Mood about Cursor",
    scope="Cursor",
    sentence="The mood about Cursor fell from +0.18 to -0.21 within 24 hours, beyond noise, in 214"
    " mentions of 96 threads.",
    at=AT,
    figures=(
        Figure("Mood, last 24 hours", "-0.21 (-0.30 to -0.12)"),
        Figure("Mood, the week before", "+0.18"),
        Figure("Mentions", "214, usually 130"),
    ),
    items=(
        cited(
            "Cursor keeps losing my context since the update",
            "Third day in a row that the agent forgets what it read two messages ago. I went back"
            " to the release before, and that works.",
            "r/cursor",
            "https://www.reddit.com/r/cursor/comments/1abcde/context/",
        ),
        cited(
            "0.48: tab completion is broken over SSH",
            "Every completion takes ten seconds and then inserts the wrong line.",
            "forum.cursor",
            "https://forum.cursor.com/t/tab-over-ssh/4711",
        ),
    ),
    links=(
        Link("Show the incident", f"{INSTANCE}/?view=incident&id=cursor-mood.000003"),
        Link("Acknowledge", f"{INSTANCE}/alerts/links/abc.def"),
        Link("Snooze for a day", f"{INSTANCE}/alerts/links/ghi.jkl"),
    ),
    note="Ask the release channel before you answer anyone.\nOn call this week: Ann",
)
ENDED = Entry(
    incident="all-volume.000012",
    event="closed",
    rule="Volume everywhere",
    scope="All communities",
    sentence="The number of items is back to what is usual for a Friday at 10:00.",
    at=AT,
    figures=(Figure("Items an hour", "48, usually 41"),),
    links=(Link("Show the incident", f"{INSTANCE}/?view=incident&id=all-volume.000012"),),
    lasted="3 h 20 min",
)
ALERT = Message(
    key="b6f0c6a2-channel-1-batch-17",
    kind="alert",
    at=AT,
    instance=INSTANCE,
    title="Cursor: mood fell beyond noise, and one more",
    entries=(FELL, ENDED),
    unsubscribe=f"{INSTANCE}/alerts/links/stop.xyz",
)
SAMPLE_TEST = replace(
    ALERT, kind="test", is_sample=True, title="A test of “Mood about Cursor”",
    entries=(replace(FELL, event="test"),),
)  # fmt: skip

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "\"'><img src=https://tracker.example/p.png onerror=alert(1)>{}{0}%s"
HOSTILE = replace(
    ALERT,
    title=f"Title {SCRIPT}\r\nBcc: victim@example.org\u2028{BREAKOUT}",
    entries=(
        replace(
            FELL,
            rule=f"Rule {SCRIPT}",
            scope="\u202eevil\u202c" + BREAKOUT,
            sentence=f"Sentence \x00\x1b[31m {SCRIPT} {BREAKOUT} \ud83d",
            figures=(Figure(SCRIPT, BREAKOUT), Figure("W" * 300, "W" * 300)),
            items=(
                cited(SCRIPT, BREAKOUT, SCRIPT, "javascript:alert(1)"),
                cited("a", "b", "c", "https://www.reddit.com@evil.example/"),
                cited("a", "b", "c", 'https://evil.example/"onmouseover="alert(1)'),
                cited("a", "b", "c", "https://[broken/"),
                cited("", "", "", "https://forum.example/t/Привет/1?a=1&b=2"),
            ),
            links=(
                Link("Elsewhere", "https://evil.example/"),
                Link("Other scheme", "http://undertone.example.org/"),
                Link("Script", "javascript:alert(1)"),
                Link(SCRIPT, f"{INSTANCE}/?q=%3Cscript%3E&a='x'"),
            ),
            note=f"{SCRIPT}\n\n{BREAKOUT}\r\nthird line",
        ),
    ),
    unsubscribe="https://evil.example/stop",
)
