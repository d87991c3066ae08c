"""The stand-in for Arctic Shift refuses what the archive refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.arctic_shift.archive import Archive
from local.arctic_shift.serve import recorded_archive
from local.arctic_shift.server import ArcticShiftApp, ArcticShiftStandIn
from local.reddit.objects import submission

CREATED = 1_790_000_000


@pytest.fixture(scope="module")
def archive() -> Iterator[ArcticShiftStandIn]:
    made = Archive()
    made.add([submission(f"p{number}", "aws", CREATED + number) for number in range(3)])
    with ArcticShiftStandIn(ArcticShiftApp(made)) as stand_in:
        yield stand_in


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("subreddit=aws", 200),
        ("subreddit=aws&limit=100&sort=asc", 200),
        ("subreddit=aws&limit=auto", 200),
        ("subreddit=aws&limit=101", 400),
        ("subreddit=aws&limit=0", 400),
        ("subreddit=aws&cursor=1", 400),
        ("subreddit=aws,claude", 400),
        ("subreddit=aws&after=someday", 400),
        ("subreddit=aws&sort=top", 400),
    ],
)
def test_only_known_parameters_with_known_values_are_taken(archive, query, status) -> None:
    answer = requests.get(f"{archive.base_url}/api/posts/search?{query}", timeout=30)
    assert answer.status_code == status
    assert (answer.json()["data"] is None) == (status != 200)
    assert answer.headers["X-RateLimit-Remaining"].isdecimal()


@pytest.mark.parametrize("after", [str(CREATED), f"{CREATED}000", "2026-09-21T14:13:20Z"])
def test_after_and_before_are_excluded_in_any_way_to_write_them(archive, after) -> None:
    query = {"subreddit": "aws", "after": after, "before": CREATED + 2}
    answer = requests.get(f"{archive.base_url}/api/posts/search", query, timeout=30)
    assert [each["id"] for each in answer.json()["data"]] == ["p1"]


def test_over_500_ids_are_refused(archive) -> None:
    for count, status in ((500, 200), (501, 400)):
        ids = ",".join(["t3_p1"] * count)
        answer = requests.get(f"{archive.base_url}/api/posts/ids?ids={ids}", timeout=30)
        assert answer.status_code == status


def test_recorded_objects_are_served_without_html(recorded_data: Path) -> None:
    archive = recorded_archive(recorded_data, span=47)
    found = archive.search(
        "comments", "programming", after=None, before=None, limit=100, newest_first=True
    )
    assert found
    assert not any("body_html" in each for each in found)
