"""What counts as new, edited, moved, removed and unchanged."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from collector.collection.diff import OBSERVATIONS, Changes, Comparer
from collector.sentiment.base import Method, Score
from collector.sentiment.registry import method_named
from collector.sources.base import SeenComment, SeenPost
from shared.text.form import MARKDOWN, Form
from tests.collector.harness import score

CREATED = 1_790_000_000.0
HOUR = "2026-09-21T14"
POST = SeenPost(
    id="p1",
    author="ada",
    title="A fine title",
    content="It works",
    url="https://example.com/",
    permalink="https://www.reddit.com/r/x/comments/p1/",
    created_utc=CREATED,
    upvotes=3,
    upvote_ratio=0.9,
    comment_count=1,
    flair=None,
    deleted=False,
)
COMMENT = SeenComment(
    id="c1",
    post_id="p1",
    parent_id="p1",
    author="bob",
    content="I love it",
    permalink="https://www.reddit.com/r/x/comments/p1/_/c1/",
    created_utc=CREATED,
    upvotes=1,
    deleted=False,
)


@dataclass(frozen=True)
class ScoringComparer:
    """Compares, and scores new and edited items, as a cycle does."""

    method: Method
    comparer: Comparer

    def compare(self, *args: Any, **options: Any) -> Changes:
        changes = self.comparer.compare(*args, **options)
        score(self.method, changes, self.comparer.now)
        return changes


@pytest.fixture(scope="module")
def comparer() -> ScoringComparer:
    return ScoringComparer(
        method_named("vader"), Comparer("2026-09-21T15:00:00Z", "2026-09-01T00:00:00Z")
    )


@pytest.fixture
def stored(comparer):
    changes = comparer.compare("x", [POST, COMMENT], {})
    return {"post:p1": changes.posts[0], "comment:c1": changes.comments[0]}


def test_an_unknown_item_is_new_and_scored(comparer) -> None:
    changes = comparer.compare("x", [POST, COMMENT], {})
    assert changes.counts == {"new": 2}
    assert changes.hours == {HOUR}
    assert changes.comments[0]["sentiment"]["label"] == "positive"
    assert changes.comments[0]["sentiment"]["method"] == "vader"
    assert changes.comments[0]["sentiment"]["version"] == comparer.method.version
    assert changes.comments[0]["language"] == "en"
    assert changes.posts[0]["order_key"] == "2026-09-21T14:13:20Z_p1"


def test_a_post_is_scored_by_its_title_too(comparer) -> None:
    changes = comparer.compare("x", [replace(POST, title="Awful, I hate it", content="")], {})
    assert changes.posts[0]["sentiment"]["label"] == "negative"


def test_the_same_item_again_is_unchanged(comparer, stored) -> None:
    changes = comparer.compare("x", [POST, COMMENT], stored)
    assert changes.counts == {"unchanged": 2}
    assert not changes.posts
    assert not changes.comments
    assert not changes.hours


def test_a_changed_text_is_edited_and_scored_again(comparer, stored) -> None:
    changes = comparer.compare("x", [replace(COMMENT, content="I hate it")], stored)
    assert changes.counts == {"edited": 1}
    assert changes.hours == {HOUR}
    assert changes.comments[0]["sentiment"]["label"] == "negative"


def test_what_only_moved_keeps_its_score_and_what_is_edited_gets_the_current_one(
    comparer, stored
) -> None:
    def other(_: str, _form: Form = MARKDOWN, /) -> Score:
        return Score("negative", -1.0, 0.0, 1.0, 0.0, "other")

    later = replace(comparer, method=Method("linear", "1", other))
    moved = later.compare("x", [replace(POST, upvotes=9), COMMENT], stored)
    assert moved.counts == {"moved": 1, "unchanged": 1}
    assert moved.posts[0]["sentiment"] == stored["post:p1"]["sentiment"]
    assert moved.posts[0]["language"] == "en"
    edited = later.compare("x", [replace(POST, content="Other words")], stored)
    assert edited.posts[0]["sentiment"]["method"] == "linear"
    assert edited.posts[0]["language"] == "other"


def test_a_text_that_reddit_lists_as_deleted_has_no_words(comparer) -> None:
    gone = replace(POST, title="I love it", content="[removed]", deleted=True)
    post = comparer.compare("x", [gone], {}).posts[0]
    assert (post["language"], post["sentiment"]["compound"]) == ("none", 0.0)


@pytest.mark.parametrize("moved", [{"upvotes": 9}, {"comment_count": 9}])
def test_changed_counts_are_moved_and_no_statistics_change(comparer, stored, moved) -> None:
    changes = comparer.compare("x", [replace(POST, **moved)], stored)
    assert changes.counts == {"moved": 1}
    assert not changes.hours
    assert changes.posts[0]["sentiment"] == stored["post:p1"]["sentiment"]
    assert len(changes.posts[0]["observations"]) == 2


def test_counts_that_the_source_no_longer_gives_stay_as_they_were_seen(comparer, stored) -> None:
    unknown = replace(POST, upvotes=None, comment_count=None, upvote_ratio=None)
    assert comparer.compare("x", [unknown], stored).counts == {"unchanged": 1}
    edited = comparer.compare("x", [replace(unknown, content="Other words")], stored)
    (post,) = edited.posts
    assert (post["upvotes"], post["comment_count"], post["upvote_ratio"]) == (3, 1, 0.9)
    assert post["observations"] == stored["post:p1"]["observations"]


def test_only_the_last_observations_are_kept(comparer, stored) -> None:
    for upvotes in range(100):
        changes = comparer.compare("x", [replace(POST, upvotes=upvotes + 10)], stored)
        stored = {"post:p1": changes.posts[0]}
    observed = [each["upvotes"] for each in stored["post:p1"]["observations"]]
    assert observed == list(range(110 - OBSERVATIONS, 110))


def test_words_that_their_author_took_back_are_removed(comparer, stored) -> None:
    gone = [
        replace(POST, content="[removed]", deleted=True),
        replace(COMMENT, content="[deleted]", author=None, deleted=True),
    ]
    changes = comparer.compare("x", gone, stored)
    assert changes.counts == {"removed": 2}
    assert changes.removed_posts == ["p1"]
    assert changes.removed_comments == ["c1"]
    assert changes.hours == {HOUR}


def test_an_item_listed_without_words_is_stored_once_as_neutral(comparer) -> None:
    gone = replace(POST, title="I love it", content="[deleted]", deleted=True)
    changes = comparer.compare("x", [gone], {})
    assert changes.posts[0]["sentiment"]["label"] == "neutral"
    again = comparer.compare("x", [gone], {"post:p1": changes.posts[0]})
    assert again.counts == {"unchanged": 1}


def test_an_author_who_left_reddit_is_forgotten(comparer, stored) -> None:
    changes = comparer.compare("x", [replace(COMMENT, author=None)], stored)
    assert changes.counts == {"edited": 1}
    assert changes.comments[0]["author"] is None
    assert changes.comments[0]["content"] == "I love it"


def test_an_item_keeps_the_time_it_was_first_seen_with(comparer, stored) -> None:
    shifted = replace(COMMENT, content="Edited", created_utc=CREATED + 7200)
    changes = comparer.compare("x", [shifted], stored)
    assert changes.comments[0]["created_utc"] == stored["comment:c1"]["created_utc"]
    assert changes.comments[0]["order_key"] == stored["comment:c1"]["order_key"]


def test_what_the_cleanup_would_remove_is_not_stored(comparer) -> None:
    old = replace(POST, created_utc=CREATED - 60 * 86400)
    changes = comparer.compare("x", [old], {})
    assert changes.counts == {}
    assert not changes.posts


def test_an_item_that_two_pages_show_counts_once(comparer) -> None:
    changes = comparer.compare("x", [POST, replace(POST, upvotes=4)], {})
    assert changes.counts == {"new": 1}
    assert changes.posts[0]["upvotes"] == 4


def test_what_was_taken_away_is_kept_without_words_and_name(comparer) -> None:
    gone = [
        replace(POST, flair="Rant", url="https://example.com/words", deleted=True),
        replace(COMMENT, deleted=True),
    ]
    changes = comparer.compare("x", gone, {})
    kept = str([*changes.posts, *changes.comments])
    for secret in ("ada", "A fine title", "It works", "Rant", "words", "bob", "I love it"):
        assert secret not in kept
    stored = {"post:p1": changes.posts[0], "comment:c1": changes.comments[0]}
    assert comparer.compare("x", gone, stored).counts == {"unchanged": 2}


def test_what_a_listing_still_shows_is_taken_away_once(comparer, stored) -> None:
    gone = [replace(POST, deleted=True), replace(COMMENT, deleted=True)]
    changes = comparer.compare("x", gone, stored, listed=True)
    assert changes.counts == {"removed": 2}
    kept = {"post:p1": changes.posts[0], "comment:c1": changes.comments[0]}
    assert "ada" not in str(kept)
    assert comparer.compare("x", gone, kept, listed=True).counts == {"unchanged": 2}


def test_what_is_approved_again_has_its_words_again(comparer) -> None:
    held = comparer.compare("x", [replace(COMMENT, deleted=True)], {}, listed=True).comments[0]
    changes = comparer.compare("x", [COMMENT], {"comment:c1": held}, listed=True)
    assert changes.counts == {"edited": 1}
    assert changes.comments[0]["content"] == "I love it"
    assert changes.comments[0]["author"] == "bob"
    assert not changes.comments[0]["deleted"]


def test_words_that_were_stored_of_what_was_removed_go(comparer, stored) -> None:
    earlier = {**stored["comment:c1"], "deleted": True}
    changes = comparer.compare("x", [replace(COMMENT, deleted=True)], {"comment:c1": earlier})
    assert changes.comments[0]["content"] == "[removed]"


@pytest.mark.parametrize(
    "changed", [{"stickied": True}, {"distinguished": "moderator"}, {"flair": "Solved"}]
)
def test_what_moderators_say_of_a_post_is_kept_up_to_date(comparer, stored, changed) -> None:
    changes = comparer.compare("x", [replace(POST, **changed)], stored)
    assert changes.counts == {"moved": 1}
    assert changes.posts[0].items() >= changed.items()


def test_an_item_from_the_future_is_left_out_and_counted(comparer) -> None:
    ahead = replace(POST, created_utc=CREATED + 30 * 86400)
    changes = comparer.compare("x", [ahead], {})
    assert (changes.counts, changes.posts) == ({}, [])
    assert changes.left_out == {"dated in the future": 1}
