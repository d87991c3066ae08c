"""The texts that the page must show, computed again from the API's answers."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import Product

ZONE = ZoneInfo("Europe/Berlin")
NOTHING = "\u2013"
LABELS = ("positive", "neutral", "negative")
HOUR = 3600
# A mean closer to zero is neither positive nor negative.
NEUTRAL = 0.05
STEP_HOURS = {"hour": 1, "2h": 2, "4h": 4, "8h": 8, "day": 24, "week": 168}
# The orders of lists beside the newest first: as the page names them, and the API.
ORDERS = [
    ("Most upvotes", "reach"),
    ("Most negative", "most_negative"),
    ("Most positive", "most_positive"),
    ("Most influence", "influence"),
]
# A page of the list of posts.
PAGE = 50
PATIENCE_SECONDS = 30.0
# What the page asks for with windows of hours.
RHYTHM = {"baseline": "rhythm"}
IDS = "links => links.map(each => each.dataset.post)"

Answer = dict[str, Any]


def signed(value: float, digits: int = 0) -> str:
    """Format a number with its sign, rounded half away from zero."""
    shown = abs(Decimal(str(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "" if not shown else "\u2212" if value < 0 else "+"
    return f"{sign}{shown:,}"


def score(value: float | None) -> str:
    """Format a mean."""
    return NOTHING if value is None else signed(value, 2)


def counted(totals: Answer) -> int:
    """Count the items with a label, which items that are left out don't have."""
    return int(totals["total"] - totals["left_out"])


def share(part: int, whole: int) -> str:
    """Format a share in whole percent."""
    return f"{int(100 * part / whole + 0.5)}%" if whole else NOTHING


def plural(value: int, one: str) -> str:
    """Format a number of things, in singular or plural."""
    return f"{value:,} {one}{'' if value == 1 else 's'}"


def split(counts: Answer) -> str:
    """Format the shares of the labels as the bar of shares does."""
    total = sum(counts[label] for label in LABELS)
    return ", ".join(f"{share(counts[label], total)} {label}" for label in LABELS)


def share_margin(totals: Answer, label: str) -> str:
    """Format how far the share of a label may be off, in points; nothing where it is unknown."""
    interval = (totals["shares"] or {}).get(label, {}).get("interval")
    return f"\u00b1{int(100 * ((interval[1] - interval[0]) / 2) + 0.5)}" if interval else ""


def is_comparable(compared: Answer) -> bool:
    """Return whether the hours before can be compared."""
    return compared["change"]["reason"] not in {"no_earlier_data", "not_collected"}


def mood(totals: Answer) -> str:
    """Return the word for a mean: "mixed" also where zero may be the true one."""
    low, high = totals["interval"]
    if low <= 0 <= high or abs(totals["avg_sentiment"]) < NEUTRAL:
        return "mixed"
    return "positive" if low > 0 else "negative"


def moved(compared: Answer) -> float | None:
    """Return the change of the mean, if chance doesn't explain it."""
    change = compared["change"]
    return change["avg_sentiment"] if change["verdict"] in {"better", "worse"} else None


def mean_change(compared: Answer) -> str:
    """Format the change of a mean for a screen reader, or why none is shown."""
    untold = {
        "no_clear_change": "no clear change",
        "too_few": "too few items to compare",
        "mixed_methods": "scored otherwise before",
        "no_earlier_data": "no earlier data",
        "not_collected": "not all was collected",
    }
    by = compared["change"]
    return untold.get(by["reason"] or by["verdict"]) or change(moved(compared))


def span_needed(compared: Answer) -> str:
    """Say how long a span would do where items are too few; nothing where that isn't known."""
    hours = compared["change"]["span_needed"]
    return "" if hours is None else f"about {window_name(hours)} would do"


def window_name(hours: int) -> str:
    """Format the length of a window."""
    return f"{hours} hours" if hours <= STEP_HOURS["day"] else f"{hours // 24} days"


def margin(totals: Answer) -> str:
    """Format how far a mean may be off."""
    low, high = totals["interval"]
    return f"\u00b1{(high - low) / 2:.2f}"


def mean(totals: Answer) -> str:
    """Format a mean with how far it may be off, and whether it is of few items."""
    off = margin(totals) if totals["interval"] else ""
    few = " (few items)" if totals["few"] and totals["avg_sentiment"] is not None else ""
    return f"{score(totals['avg_sentiment'])}{off}{few}"


def more(compared: Answer, name: str = "total") -> int:
    """Return how many more there are than in the same number of hours before."""
    by = compared["change"]
    return int(by["statistics"][name] - by["previous"][name])


def baseline(answer: Answer) -> str:
    """Say what the window of an answer is compared with."""
    hours, before = answer["time_window_hours"], answer["before"]
    if before["because"] != "week_before":
        return f"the {window_name(hours)} before"
    is_whole = all(before[end].endswith("T00:00:00Z") for end in ("start", "end"))
    if is_whole:
        return f"the same weekday{'s' if hours > 24 else ''} a week earlier"
    return f"the same {'weekdays and hours' if hours > 24 else 'hours'} a week earlier"


def change(value: float | None, digits: int = 2) -> str:
    """Format a change for a screen reader."""
    if value is None:
        return "no earlier data"
    told = signed(value, digits)
    if told[0].isdigit():
        return "no change"
    return f"{'up' if value > 0 else 'down'} {told}"


def local(time: str) -> datetime:
    """Return a time of the API in the visitor's time zone."""
    return datetime.fromisoformat(time).astimezone(ZONE)


def day(time: str) -> str:
    """Return a pattern of a day; the browser writes the name of the month."""
    at = local(time)
    return rf"{at:%a},? {at.day} \w+"


def moment(time: str) -> str:
    """Return a pattern of a day and time."""
    return rf"{day(time)}, {local(time):%H:%M}"


def when(step: Answer) -> str:
    """Return a pattern of a step's beginning and end, of its day, or of its first and last day."""
    since, until = (datetime.fromisoformat(step[name]) for name in ("start", "end"))
    hours = (until - since).total_seconds() / HOUR
    if hours > STEP_HOURS["day"]:
        return rf"{day(step['start'])} \u2013 {day(iso(until.timestamp() - 1))}"
    if hours > STEP_HOURS["day"] / 2 and not until.hour:
        return day(step["start"])
    return rf"{moment(step['start'])}\u2013{local(step['end']):%H:%M}"


def day_step(start: str, end: str, zone: ZoneInfo) -> str:
    """Return a pattern of a UTC day, or of those of its hours with which a window begins."""
    since, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if (until - since).total_seconds() > 12 * HOUR:
        return rf"{since:%a},? {since.day} \w+"
    there = since.astimezone(zone)
    return rf"{there:%a},? {there.day} \w+, {there:%H:%M}\u2013{until.astimezone(zone):%H:%M}"


def trends(product: Product, names: Iterable[str], *, hours: int = 24) -> list[list[Answer]]:
    """Request the steps of scopes on one scale, each with its end.

    All have the longest step that any answer chose, and the first begins with the window.
    """
    some = list(names)
    chosen = _answers(product, some, hours=hours, granularity="auto")
    step = max((each["granularity"] for each in chosen), key=list(STEP_HOURS).index)
    length = timedelta(hours=STEP_HOURS[step])
    return [
        [
            {
                **each,
                "start": max(each["start"], answer["window"]["start"]),
                "end": iso((datetime.fromisoformat(each["start"]) + length).timestamp()),
            }
            for each in own["trend_data"]
        ]
        for answer in _answers(product, some, hours=hours, granularity=step)
        for own in answer["subreddits"]
    ]


def iso(second: float) -> str:
    """Format a time as the API does."""
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"


def compare(product: Product, names: Iterable[str], **parameters: object) -> list[Answer]:
    """Request a comparison of any number of communities."""
    answers = _answers(product, names, **parameters)
    return [each for answer in answers for each in answer["subreddits"]]


def _answers(product: Product, names: Iterable[str], **parameters: object) -> list[Answer]:
    rest = list(names)
    found: list[Answer] = []
    while rest:
        some, rest = rest[:10], rest[10:]
        # The page compares a short window with the week before; a span of days does by itself.
        short = {} if "start" in parameters else RHYTHM
        asked = {"subreddits": ",".join(some), "until": "collected", **short, **parameters}
        found.append(product.get("sentiment/compare", **asked))
    return found


def expect_posts(
    page: Page, product: Product, *, kind: str | None = None, **parameters: object
) -> None:
    """Expect the list to have the posts that the API returns for the parameters, in its order.

    With the kind "items" or "comments" it also has comments, as the counts do.
    """
    only = {"kind": "comment"} if kind == "comments" else {}
    endpoint = "items" if kind else "posts/recent"
    found = product.get(endpoint, limit=PAGE, **parameters, **only)
    assert found, parameters
    name = {"items": "Posts and comments", "comments": "Comments"}.get(kind or "", "Posts")
    shown = page.get_by_role("list", name=f"{name}, newest first", exact=True)
    titles = [each["title"] for each in found if each.get("title")]
    expect(shown.get_by_role("heading")).to_have_text(titles)
    # A copy has a link to the post that it repeats, too.
    links = shown.locator("a[data-post]")
    expect(links).to_have_count(len(found))
    wanted = [f"{each['subreddit']}/{each['id']}" for each in found]
    deadline = time.monotonic() + PATIENCE_SECONDS
    # The headings may still be those of the list before, with other comments between them.
    while (ids := links.evaluate_all(IDS)) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert ids == wanted


def expect_rows(links: Locator, mentions: list[Answer]) -> None:
    """Expect links to these mentions at the beginning of a list: the page loads more ahead."""
    wanted = [f"{each['community']}/{each['id']}" for each in mentions]
    assert wanted
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (ids := links.evaluate_all(IDS)[: len(wanted)]) != wanted and time.monotonic() < deadline:
        links.page.wait_for_timeout(50)
    assert ids == wanted


def expect_address(page: Page, product: Product, **parameters: object) -> None:
    """Expect the address to have exactly these parameters, in the page's order."""
    query = urlencode({"view": "posts", **parameters}, safe=",/:")
    expect(page).to_have_url(f"{product.url}/?{query}")
