"""A day that two spans share counts on each side by what it has there."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from shared.models import Post
from shared.store import Store
from shared.times import iso, utc_now
from tests.api.reads.test_digest import NAMES
from tests.api.reads.test_explain import a_voice
from tests.api.reads.test_explain_everywhere import of_api
from tests.api.subject_world import watch
from tests.api.world import NOW, keep

HOUR = timedelta(hours=1)
NUMBERS = count(1)
SAID = [{"subject": "lantern", "via": "text", "matched": ["lantern"]}]


def posts(start: datetime, hours: int, each_hour: int, mood: float) -> list[Post]:
    """Return posts about a subject, some in each hour; moods alternate around `mood`."""
    return [
        a_voice(
            next(NUMBERS),
            NOW - (start + hour * HOUR + timedelta(minutes=1 + n)),
            NAMES[n % len(NAMES)],
            mood + (-0.1, 0.0, 0.1)[n % 3],
            mentions=SAID,
            author=f"author{n}",
        )
        for hour in range(hours)
        for n in range(each_hour)
    ]


@pytest.mark.parametrize("scope", ["subject:lantern", NAMES[0]])
@pytest.mark.parametrize("at", [7, 12, 17])
async def test_a_comparison_has_the_change_that_the_explanation_has(
    written: Store, at: int, scope: str
) -> None:
    midnight = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    split = midnight - timedelta(days=5) + at * HOUR
    begin, end = split - timedelta(days=4), split + timedelta(days=4)
    await watch(written)
    day = split - at * HOUR
    await keep(
        written,
        [
            *posts(begin, int((day - begin) / HOUR), 1, 0.0),
            *posts(day, at, 6, -0.6),
            *posts(split, 24 - at, 6, 0.6),
            *posts(day + timedelta(days=1), int((end - day) / HOUR) - 24, 1, 0.0),
        ],
    )
    span = {"start": iso(split), "end": iso(end), "baseline": "before"}
    compared: dict[str, Any] = await of_api("/sentiment/compare", scopes=scope, **span)
    explained = await of_api("/explain", scope=scope, **span)
    (own,) = compared["subreddits"]
    assert (own["change"]["verdict"], explained["verdict"]) == ("better", "better")
    threads, alone = own["change"]["by_thread"], explained["change"]["by_thread"]
    assert threads["avg_sentiment"] == pytest.approx(own["change"]["avg_sentiment"], abs=0.01)
    assert threads["avg_sentiment"] == pytest.approx(alone["avg_sentiment"], abs=0.01)
    assert threads["stderr"] == pytest.approx(alone["stderr"], rel=0.1)
