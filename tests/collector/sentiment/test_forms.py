"""Scoring reads each text by the form of its source."""

from dataclasses import replace

import pytest

from collector.collection.diff import Comparer
from collector.sentiment.base import NO_WORDS, Text
from collector.sentiment.registry import method_named
from collector.sentiment.scoring import scored_again
from collector.sources.base import SeenPost
from shared.models import Post
from shared.text.forms import FORMS
from tests.collector.harness import score

METHODS = tuple(method_named(name, FORMS) for name in ("linear", "vader"))
TRACE = """\
It prints two lines.
Traceback (most recent call last):
  File "a.py", line 1
KillError: awful hate"""
POST = SeenPost(
    id="github.a.b.1",
    author="ada",
    title="[BUG] Two lines",
    content=TRACE,
    url="",
    permalink="https://github.com/a/b/issues/1",
    created_utc=1_790_000_000,
    upvotes=1,
    upvote_ratio=None,
    comment_count=0,
    flair=None,
    deleted=False,
)


def post_of(community: str, seen: SeenPost) -> Post:
    comparer = Comparer("2026-09-21T15:00:00Z", "2026-09-01T00:00:00Z")
    changes = comparer.compare(community, [seen], {})
    score(METHODS[1], changes, comparer.now)
    (post,) = changes.posts
    return post


@pytest.mark.parametrize("method", METHODS)
def test_a_trace_is_nobodys_mood(method) -> None:
    github, reddit = method.score_many([Text(TRACE, "github"), Text(TRACE, "reddit")])
    assert github == method.score("It prints two lines.")
    assert reddit.label == "negative"


@pytest.mark.parametrize("method", METHODS)
def test_what_a_program_writes_has_no_words(method) -> None:
    words = "Great, I love it!"
    texts = [Text(words, "github", author) for author in ("dependabot[bot]", "ada", None)]
    bot, person, unknown = method.score_many(texts)
    assert bot == NO_WORDS
    assert person == unknown != NO_WORDS


def test_sarcasm_is_marked_on_reddit_and_hacker_news() -> None:
    words = "Great, another outage. Love it /s"
    labels = {
        source: METHODS[0].score_many([Text(words, source)])[0].label
        for source in ("reddit", "hackernews", "github")
    }
    assert labels == {"reddit": "negative", "hackernews": "negative", "github": "positive"}


def test_the_fallback_reads_as_the_method_does() -> None:
    fallback = METHODS[0].fallback
    assert fallback is not None
    assert fallback().forms is FORMS


def test_collection_and_rescoring_read_an_item_by_its_source_and_its_author() -> None:
    read = post_of("github.a.b", POST)
    assert read["sentiment"]["label"] == "neutral"
    assert post_of("aws", POST)["sentiment"]["label"] == "negative"
    bot = post_of("github.a.b", replace(POST, author="renovate[bot]"))
    assert bot["language"] == "none"
    (again,) = scored_again([bot], METHODS[0], "2026-09-21T16:00:00Z")
    assert (again["language"], again["sentiment"]["method"]) == ("none", "linear")


def test_doubt_and_the_words_that_decided_are_kept_only_where_a_method_tells_them() -> None:
    plain = post_of("aws", POST)
    assert not plain["sentiment"].keys() & {"unsure", "deciding", "by"}
    told = NO_WORDS._replace(language="en", unsure=True, deciding=("awful", "hate"))
    (again,) = scored_again(
        [plain], replace(METHODS[0], score=lambda *_: told), "2026-09-21T16:00:00Z"
    )
    assert (again["sentiment"]["unsure"], again["sentiment"]["deciding"]) == (
        True,
        ["awful", "hate"],
    )
