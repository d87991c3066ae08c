"""Answers as the two servers gave them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collector.sources.base import SeenPost
from collector.sources.hackernews.objects import HackerNewsItem, read_object, read_tree


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_hits_of_the_search(recorded_hacker_news) -> None:
    hits = read(recorded_hacker_news / "hn_algolia" / "search.json")["hits"]
    left_out: Counter[str] = Counter()
    posts = [read_object(hit, HackerNewsItem.post, left_out) for hit in hits]
    assert not left_out
    first = posts[0]
    assert first is not None
    assert (first.id, first.author, first.upvotes, first.comment_count, first.flair) == (
        "hn.8828543",
        "dkua",
        270,
        103,
        None,
    )
    assert first.created_utc == 1420232746
    assert first.url.startswith("https://medium.com/@shazow/")
    assert first.permalink == "https://news.ycombinator.com/item?id=8828543"


def test_a_tree(recorded_hacker_news) -> None:
    tree = read(recorded_hacker_news / "hn_algolia" / "item_tree.json")
    left_out: Counter[str] = Counter()
    comments = read_tree(tree, left_out)
    assert not left_out
    assert len({each.id for each in comments}) == len(comments) == 104
    assert {each.post_id for each in comments} == {"hn.8828543"}
    known = {each.id for each in comments} | {"hn.8828543"}
    assert {each.parent_id for each in comments} <= known
    by_id = {each.id: each for each in comments}
    assert by_id["hn.8829722"].parent_id == "hn.8829208"
    assert all("<p>" not in each.content and "&#x27;" not in each.content for each in comments)
    assert all(each.content and each.author and each.upvotes is None for each in comments)


def test_items_of_firebase(recorded_hacker_news) -> None:
    lines = (recorded_hacker_news / "hn_firebase" / "items.ndjson").read_text().splitlines()
    items = {item["id"]: item for item in map(json.loads, lines)}
    left_out: Counter[str] = Counter()

    def translated(item: HackerNewsItem) -> Any:
        return item.comment(2921506) if item.kind == "comment" else item.post()

    found = {number: read_object(item, translated, left_out) for number, item in items.items()}
    assert left_out == {"a job": 1, "no story": 1}
    assert (found[8863].upvotes, found[8863].comment_count) == (111, 71)
    assert (found[121003].flair, found[126809].flair) == ("Ask HN", "Poll")
    assert found[2921983].post_id == "hn.2921506"
    assert found[2921983].content.startswith("Aw shucks, guys ... you make me blush")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "objectID",
                    "id",
                    "created_at_i",
                    "time",
                    "author",
                    "title",
                    "url",
                    "text",
                    "type",
                    "_tags",
                    "children",
                    "story_id",
                    "parent_id",
                    "points",
                    "num_comments",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_object_is_odd_enough_to_break_it(data: Any) -> None:
    left_out: Counter[str] = Counter()
    item = read_object(data, HackerNewsItem.post, left_out)
    assert isinstance(item, SeenPost) or left_out.total() == 1
    read_object(data, HackerNewsItem.comment, left_out)
    read_tree(data, left_out)
