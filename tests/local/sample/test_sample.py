from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest

from collector.sentiment.registry import method_named
from collector.trending.finder import RECENT_HOURS
from collector.trending.topics import RecentPost, find_topics, usage_of
from local.sample import find_sample, sample_objects, stories_between
from local.sample.phrases import NAMES
from local.sample.threads import threads_of
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.stats.cells import Scored
from shared.times import Window
from shared.topics.grouping import name_of
from shared.topics.keyness import Usage
from shared.topics.terms import terms_of

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
WEEK = timedelta(days=7)
HOURS = range(int((NOW - WEEK).timestamp()) // 3600, int(NOW.timestamp()) // 3600)


@pytest.fixture(scope="module")
def week() -> list[dict]:
    return sample_objects(NOW - WEEK, NOW)


@pytest.fixture(scope="module")
def score():
    return method_named("vader").score


def data_of(things: list[dict], kind: str) -> list[dict]:
    return [thing["data"] for thing in things if thing["kind"] == kind]


def test_a_week_has_about_1500_posts_and_4500_comments_in_every_community(week) -> None:
    posts, comments = data_of(week, "t3"), data_of(week, "t1")
    assert 1350 < len(posts) < 1650
    assert 4000 < len(comments) < 5200
    by_community = Counter(post["subreddit"] for post in posts)
    assert set(by_community) == set(DEFAULT_SUBREDDITS)
    assert max(by_community.values()) > 1.5 * min(by_community.values())


def test_objects_come_oldest_first_in_the_window_with_growing_ids(week) -> None:
    created = [thing["data"]["created_utc"] for thing in week]
    ids = [int(thing["data"]["id"], 36) for thing in week]
    assert (NOW - WEEK).timestamp() <= created[0] <= created[-1] < NOW.timestamp()
    assert created == sorted(created)
    assert ids == sorted(set(ids))


def test_windows_that_meet_share_no_object_and_leave_none_out() -> None:
    middle = NOW - timedelta(hours=5)

    def names(start: datetime, end: datetime) -> list[str]:
        return [thing["data"]["name"] for thing in sample_objects(start, end)]

    whole = names(NOW - timedelta(hours=9), NOW)
    assert names(NOW - timedelta(hours=9), middle) + names(middle, NOW) == whole


def test_two_feeds_of_different_times_serve_the_same_objects(stand_in) -> None:
    earlier = stand_in(clock=lambda: NOW - timedelta(hours=6)).control.objects()
    later = stand_in(clock=lambda: NOW).control.objects()

    fixed = ("id", "created_utc", "author", "title", "selftext", "body", "parent_id", "link_id")
    known = {t["data"]["name"]: t["data"] for t in later}
    common = [t["data"] for t in earlier if t["data"]["name"] in known]
    assert len(common) > 5000
    for thing in common:
        again = known[thing["name"]]
        assert [thing.get(key) for key in fixed] == [again.get(key) for key in fixed]


def test_everything_is_marked_as_a_sample(week) -> None:
    for post in data_of(week, "t3"):
        assert post["link_flair_text"] == "Sample data"
        assert post["is_self"] or post["url"].startswith("https://example.com/")
    for thing in week:
        first, name, number = thing["data"]["author"].split("_")
        assert (first, name in NAMES, number.isdecimal()) == ("sample", True, True)


def test_comments_belong_to_posts_and_to_comments_of_the_same_post(week) -> None:
    posts = {post["name"]: post for post in data_of(week, "t3")}
    comments = {one["name"]: one for one in data_of(week, "t1")}
    start = (NOW - WEEK).timestamp()
    answers = 0
    for one in comments.values():
        post = posts.get(one["link_id"]) or find_sample(one["link_id"], NOW.timestamp())["data"]
        assert post["created_utc"] < one["created_utc"]
        assert post["name"] in posts or post["created_utc"] < start
        assert one["permalink"].startswith(post["permalink"])
        parent = comments.get(one["parent_id"])
        if parent is not None:
            answers += 1
            assert parent["link_id"] == one["link_id"]
            assert parent["created_utc"] <= one["created_utc"]
            assert one["depth"] == parent["depth"] + 1
    assert answers > 500


def test_comment_counts_agree_with_the_comments(week) -> None:
    counts = Counter(one["link_id"] for one in data_of(week, "t1"))
    assert all(post["num_comments"] == counts[post["name"]] for post in data_of(week, "t3"))


def test_each_object_is_found_by_its_name_alone(week) -> None:
    for thing in week[::50]:
        assert find_sample(thing["data"]["name"], NOW.timestamp()) == thing
    for name in ("t3_88", "t1_zzz", "t5_abc", "", "t3_", "t3_zzzzzzzzzz", "t3_-1", "t3_É"):
        assert find_sample(name, NOW.timestamp()) is None


@pytest.mark.parametrize(("method", "share"), [("vader", 0.99), ("linear", 0.93)])
def test_the_planted_moods_show_in_the_scores(method: str, share: float) -> None:
    score = method_named(method).score
    found: Counter[tuple[str, str]] = Counter()
    for hour in HOURS:
        for subreddit in DEFAULT_SUBREDDITS:
            for post in threads_of(subreddit, hour):
                found[post.mood, score(f"{post.title}\n\n{post.text}").label] += 1
                for one in post.comments:
                    found[one.mood, score(one.body).label] += 1
    as_planted = sum(count for (mood, label), count in found.items() if mood == label)
    assert as_planted / found.total() > share


def test_ordinary_chatter_is_mixed_and_differs_by_community() -> None:
    moods: dict[str, Counter[str]] = {name: Counter() for name in DEFAULT_SUBREDDITS}
    for hour in range(HOURS.start - 500, HOURS.stop):
        for name, counts in moods.items():
            counts.update(post.mood for post in threads_of(name, hour) if post.story is None)
    everywhere = sum(moods.values(), Counter())
    total = everywhere.total()
    assert 0.36 < everywhere["neutral"] / total < 0.44
    assert 0.31 < everywhere["positive"] / total < 0.40
    assert 0.21 < everywhere["negative"] / total < 0.29
    happy, critical = moods["vibecoding"], moods["programming"]
    assert happy["positive"] / happy.total() > critical["positive"] / critical.total() + 0.08


def test_texts_have_the_shapes_that_reddit_has(week) -> None:
    texts = [p["selftext"] for p in data_of(week, "t3")] + [c["body"] for c in data_of(week, "t1")]
    for mark in ("```", "> ", "](https://example.com", "- read", "?", "    git"):
        assert any(mark in text for text in texts), mark
    assert min(len(text) for text in texts if text) < 40
    assert max(map(len, texts)) > 600
    assert not [text for text in texts if "{" in text.replace('{"model"', "")]


@pytest.mark.parametrize("days", range(0, 40, 3))
def test_stories_of_all_kinds_go_on_in_any_week_and_one_in_any_two_days(days: int) -> None:
    end = NOW + timedelta(days=days, hours=7 * days)

    assert {s.kind for s in stories_between(end - WEEK, end)} == {"release", "outage", "price"}
    recent = stories_between(end - timedelta(hours=48), end)
    posts = Counter(
        thing["data"]["title"]
        for thing in sample_objects(end - timedelta(hours=48), end)
        if thing["kind"] == "t3"
    )
    told = {
        story.number: sum(n for title, n in posts.items() if story.phrase.lower() in title.lower())
        for story in recent
    }
    assert max(told.values()) >= 8


@pytest.mark.parametrize("days", [7, 8], ids=["at a newcomer's", "after a day"])
def test_a_story_trends_at_any_hour(days: int) -> None:
    start = datetime(2026, 12, 4, tzinfo=UTC)
    # Steps of seven hours visit every hour of the day; then hours that once had no topic.
    moments = [start + timedelta(hours=hour) for hour in range(0, 520, 7)]
    for day, first, last in ((10, 0, 3), (12, 13, 15), (20, 1, 5), (22, 12, 15)):
        moments += [datetime(2026, 12, day, hour, tzinfo=UTC) for hour in range(first, last + 1)]
    silent = []
    for now in moments:
        stories = stories_between(now - timedelta(days=1), now)
        themes = themes_at(now, timedelta(days=days))
        if not any(story.phrase.lower() in theme.lower() for story in stories for theme in themes):
            silent.append(f"{now:%m-%d %H}: {themes}")
    assert silent == []


def themes_at(now: datetime, kept: timedelta) -> list[str]:
    """Return the topics at an hour, with posts that go back as far as `kept`."""
    window = Window.of_hours(RECENT_HOURS, now)
    first, start, end = (int(t.timestamp()) // 3600 for t in (now - kept, window.start, now))
    recent = [post for hour in range(start, end) for post in told_in(hour)]
    usage, before = usage_of(recent), Usage()
    for hour in range(first, start):
        for post in told_in(hour):
            before.add(post.community, usage.uses.keys() & post.terms.keys())
    return [name_of(topic.group)[0] for topic in find_topics(recent, usage, before)]


@lru_cache(maxsize=1000)
def told_in(hour: int) -> list[RecentPost]:
    """Return the posts of an hour (counted from 1970) as trending reads them."""
    return [
        RecentPost(
            id=post.id,
            community=name,
            author=post.author,
            hour=str(hour),
            velocity=post.final_score,
            scored=Scored(post.mood, 0.0, "vader 3.3.2", is_english=True),
            terms=terms_of(post.title, post.text),
        )
        for name in DEFAULT_SUBREDDITS
        for post in threads_of(name, hour)
    ]


def test_a_story_is_told_in_its_phrase_its_mood_and_its_communities(week, score) -> None:
    stories = stories_between(NOW - WEEK + timedelta(days=1), NOW - timedelta(days=2))
    wanted = {"release": "positive", "outage": "negative", "price": "negative"}
    assert {story.kind for story in stories} == set(wanted)
    posts = data_of(week, "t3")
    for story in stories:
        told = [post for post in posts if story.phrase.lower() in post["title"].lower()]
        labels = Counter(score(f"{p['title']}\n\n{p['selftext']}").label for p in told)
        assert len(told) >= 15
        assert labels.most_common(1)[0][0] == wanted[story.kind]
        assert {post["subreddit"] for post in told} == set(story.subreddits)
        assert all(
            story.start.timestamp() <= p["created_utc"] < story.end.timestamp() for p in told
        )
        others = [p["score"] for p in posts if p not in told]
        assert sum(p["score"] for p in told) / len(told) > 3 * sum(others) / len(others)


def test_an_outage_starts_sharply_and_ends_within_a_day() -> None:
    outage = next(s for s in stories_between(NOW - WEEK, NOW) if s.kind == "outage")
    hour = int(outage.start.timestamp()) // 3600
    home = outage.subreddits[0]
    expected = [outage.posts_in(home, hour + n) for n in range(-1, 25)]
    assert expected[0] == 0
    assert max(expected) == expected[1]
    assert sum(expected[1:7]) > 0.6 * sum(expected)
    assert expected[-1] == 0
