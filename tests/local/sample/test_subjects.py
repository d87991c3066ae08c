"""What the sample's items name, and how people feel about it."""

import statistics
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from local.sample import PRODUCTS, Truth, falling_at, sample_objects, truth_of
from shared.default_communities import DEFAULT_SUBREDDITS

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
DAY = timedelta(days=1)
VALUES = {"positive": 1, "neutral": 0, "negative": -1}
OTHER_MEANINGS = (
    "cursor jumps", "mouse cursor", "database cursor", "cursor.execute", "claude monet",
    "claude shannon", "windsurfing", "jules verne", "project gemini", "the copilot reads",
)  # fmt: skip


def items_of(start: datetime, end: datetime) -> list[tuple[dict, Truth]]:
    found = []
    for thing in sample_objects(start, end):
        truth = truth_of(thing["data"]["name"])
        assert truth is not None
        found.append((thing["data"], truth))
    return found


def text_of(item: dict) -> str:
    return "\n".join(item.get(field, "") for field in ("title", "selftext", "body"))


@pytest.fixture(scope="module")
def week() -> list[tuple[dict, Truth]]:
    return items_of(NOW - 7 * DAY, NOW)


def test_a_week_names_every_product_and_two_at_a_time(week) -> None:
    named = Counter(name for _, truth in week for name in truth.names)
    assert set(named) == set(PRODUCTS)
    assert min(named.values()) >= 25
    assert sum(len(truth.names) >= 2 for _, truth in week) > 200


def test_what_an_item_names_stands_in_its_text(week) -> None:
    for item, truth in week:
        for name in truth.names:
            assert PRODUCTS[name].name.lower() in text_of(item).lower()


def test_products_are_talked_of_in_many_communities_and_most_in_their_own(week) -> None:
    places = defaultdict(Counter)
    for item, truth in week:
        for name in truth.names:
            places[name][item["subreddit"]] += 1
    assert all(len(found) >= 5 for found in places.values())
    assert places["cursor"].most_common(1)[0][0] == "Cursor"
    assert places["gemini"].most_common(1)[0][0] == "Bard"


def test_most_comments_name_nothing_under_posts_that_name_something(week) -> None:
    comments = [truth for item, truth in week if "body" in item]
    by_thread = [truth for truth in comments if truth.thread and not truth.names]
    assert 0.4 < len(by_thread) / len(comments) < 0.95
    assert any(truth.names and truth.names.isdisjoint(truth.thread) for truth in comments)


def test_every_community_has_posts_that_name_nothing(week) -> None:
    silent = Counter(i["subreddit"] for i, truth in week if "title" in i and not truth.names)
    assert set(silent) == set(DEFAULT_SUBREDDITS)


def test_names_are_used_in_other_meanings_too_which_name_nothing() -> None:
    texts = [(text_of(item).lower(), truth) for item, truth in items_of(NOW - 21 * DAY, NOW)]
    for phrase in OTHER_MEANINGS:
        found = [truth.names for text, truth in texts if phrase in text]
        assert found, phrase
        # Code in a text that names something else may hold a cursor.
        assert phrase == "cursor.execute" or not any(found), phrase


def test_names_in_quotes_addresses_and_code_name_nothing(week) -> None:
    texts = {
        "> I use Claude Code": "claude-code",
        "example.com/claude-code": "claude-code",
        "with connection.cursor() as cursor": "cursor",
    }
    for part, subject in texts.items():
        found = [truth for item, truth in week if part in text_of(item)]
        assert any(subject not in truth.names for truth in found), part


def test_what_isnt_of_the_sample_has_no_truth() -> None:
    for name in ("t3_88", "t1_zzz", "", "t3_", "t3_É", "hn.1"):
        assert truth_of(name) is None


def mean_moods(items: list[tuple[dict, Truth]]) -> dict[str, float]:
    """Return the mean mood of mentions by text, thread and home, by subject."""
    values = defaultdict(list)
    for _, truth in items:
        for name in truth.names or truth.thread:
            values[name].append(VALUES[truth.mood])
    return {name: statistics.mean(found) for name, found in values.items() if len(found) >= 50}


# Moments of all phases of the moods that swing, at several hours of the day.
MOMENTS = [NOW + timedelta(days=days, hours=5 * days) for days in range(0, 60, 10)]


def test_one_product_is_liked_better_than_others_but_for_weeks_of_a_great_release() -> None:
    ranks = []
    for now in MOMENTS:
        moods = mean_moods(items_of(now - 7 * DAY, now))
        ranks.append(sorted(moods, key=moods.__getitem__, reverse=True).index("claude-code"))
    assert max(ranks) <= 1
    assert sum(rank == 0 for rank in ranks) >= 0.8 * len(ranks)


def test_at_any_time_the_mood_about_one_product_has_fallen() -> None:
    drops = []
    for now in MOMENTS:
        falling = falling_at(int(now.timestamp()) // 3600).id
        week, middle = items_of(now - 7 * DAY, now), (now - 2 * DAY).timestamp()
        before = mean_moods([pair for pair in week if pair[0]["created_utc"] < middle])
        after = mean_moods([pair for pair in week if pair[0]["created_utc"] >= middle])
        drops.append(before[falling] - after[falling])
    assert statistics.mean(drops) > 0.2
    assert sum(drop > 0.05 for drop in drops) >= 0.8 * len(drops)
