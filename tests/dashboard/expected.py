"""What the page must say, worked out of the API's answers a second time."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Product

ZONE = ZoneInfo("Europe/Berlin")
NOTHING = "\u2013"
LABELS = ("positive", "neutral", "negative")
HOUR = 3600
# A page of the list of posts.
PAGE = 50
PATIENCE_SECONDS = 30.0
IDS = "links => links.map(each => each.dataset.post)"

Answer = dict[str, Any]


def signed(value: float, digits: int = 0) -> str:
    """Write a number with its sign, rounded as people do."""
    shown = abs(Decimal(str(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "" if not shown else "\u2212" if value < 0 else "+"
    return f"{sign}{shown:,}"


def score(value: float | None) -> str:
    """Write a mean."""
    return NOTHING if value is None else signed(value, 2)


def counted(totals: Answer) -> int:
    """Count the items that have a label: what is left out has none."""
    return int(totals["total"] - totals["left_out"])


def share(part: int, whole: int) -> str:
    """Write a share in whole percent."""
    return f"{int(100 * part / whole + 0.5)}%" if whole else NOTHING


def plural(value: int, one: str) -> str:
    """Write so many of a thing."""
    return f"{value:,} {one}{'' if value == 1 else 's'}"


def split(counts: Answer) -> str:
    """Write the shares of the labels, as the bar of shares says them."""
    total = sum(counts[label] for label in LABELS)
    return ", ".join(f"{share(counts[label], total)} {label}" for label in LABELS)


def is_comparable(compared: Answer) -> bool:
    """Tell whether the hours before can be compared with."""
    return compared["change"]["verdict"] not in {"no_earlier_data", "not_collected"}


def moved(compared: Answer) -> float | None:
    """Return by how much the mean changed, where that can be told."""
    change = compared["change"]
    return change["avg_sentiment"] if change["verdict"] in {"better", "worse"} else None


def mean_change(compared: Answer) -> str:
    """Write the change of a mean as a screen reader says it, or why none is told."""
    untold = {
        "unclear": "no clear change",
        "too_few": "too few items to compare",
        "mixed_methods": "scored otherwise before",
        "no_earlier_data": "no earlier data",
        "not_collected": "not all was collected",
    }
    return untold.get(compared["change"]["verdict"]) or change(moved(compared))


def more(compared: Answer, name: str = "total") -> int:
    """Return how many more there are than in as many hours before."""
    by = compared["change"]
    return int(by["statistics"][name] - by["previous"][name])


def change(value: float | None, digits: int = 2) -> str:
    """Write a change as a screen reader says it."""
    if value is None:
        return "no earlier data"
    told = signed(value, digits)
    if told[0].isdigit():
        return "no change"
    return f"{'up' if value > 0 else 'down'} {told}"


def local(time: str) -> datetime:
    """Read a time of the API on the visitor's clock."""
    return datetime.fromisoformat(time).astimezone(ZONE)


def day(time: str) -> str:
    """Return a pattern of a day as it is written; its month stands in the browser's own words."""
    at = local(time)
    return rf"{at:%a},? {at.day} \w+"


def moment(time: str) -> str:
    """Return a pattern of a day and time."""
    return rf"{day(time)}, {local(time):%H:%M}"


def when(step: Answer) -> str:
    """Return a pattern of a step's time, from when to when."""
    return rf"{moment(step['start'])}\u2013{local(step['end']):%H:%M}"


def day_step(start: str, end: str, zone: ZoneInfo) -> str:
    """Return a pattern of a day of UTC, or of the hours of it that a window begins with."""
    since, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if (until - since).total_seconds() > 12 * HOUR:
        return rf"{since:%a},? {since.day} \w+"
    there = since.astimezone(zone)
    return rf"{there:%a},? {there.day} \w+, {there:%H:%M}\u2013{until.astimezone(zone):%H:%M}"


def together(steps: list[Answer], hours: int) -> list[Answer]:
    """Put hourly steps together by so many, from midnight (UTC) on; the first may be cut short."""
    groups: dict[int, list[Answer]] = {}
    for step in steps:
        second = int(datetime.fromisoformat(step["start"]).timestamp())
        groups.setdefault(second - second % (HOUR * hours), []).append(step)
    return [
        {"start": group[0]["start"], "end": iso(start + HOUR * hours), **_sums_of(group)}
        for start, group in groups.items()
    ]


def _sums_of(steps: list[Answer]) -> Answer:
    total = sum(step["total"] for step in steps)
    items = sum(counted(step) for step in steps)
    weighed = sum((step["avg_sentiment"] or 0) * counted(step) for step in steps)
    return {"total": total, "avg_sentiment": weighed / items if items else None}


def iso(second: float) -> str:
    """Write a time as the API does."""
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"


def compare(product: Product, names: Iterable[str], **parameters: object) -> list[Answer]:
    """Ask for a comparison of any number of subreddits."""
    rest = list(names)
    found: list[Answer] = []
    while rest:
        some, rest = rest[:10], rest[10:]
        asked = {"subreddits": ",".join(some), "until": "collected", **parameters}
        answer = product.get("sentiment/compare", **asked)
        found += answer["subreddits"]
    return found


def expect_posts(
    page: Page, product: Product, *, kind: str | None = None, **parameters: object
) -> None:
    """Expect the list to hold the posts that the API gives for the parameters, in its order.

    With the kind "items" or "comments" it holds comments, as the counts do.
    """
    only = {"kind": "comment"} if kind == "comments" else {}
    endpoint = "items" if kind else "posts/recent"
    found = product.get(endpoint, limit=PAGE, **parameters, **only)
    assert found, parameters
    name = {"items": "Posts and comments", "comments": "Comments"}.get(kind or "", "Posts")
    shown = page.get_by_role("list", name=f"{name}, newest first", exact=True)
    titles = [each["title"] for each in found if each.get("title")]
    expect(shown.get_by_role("heading")).to_have_text(titles)
    links = shown.get_by_role("link")
    expect(links).to_have_count(len(found))
    wanted = [f"{each['subreddit']}/{each['id']}" for each in found]
    deadline = time.monotonic() + PATIENCE_SECONDS
    # Headings may be those of the list before, with other comments between them.
    while (ids := links.evaluate_all(IDS)) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert ids == wanted


def expect_address(page: Page, product: Product, **parameters: object) -> None:
    """Expect the address to say just these, in the order in which the page writes them."""
    query = urlencode({"view": "posts", **parameters}, safe=",/:")
    expect(page).to_have_url(f"{product.url}/?{query}")
