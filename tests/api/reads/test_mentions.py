"""Lists of the items that mention a subject, which its statistics count."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from api.errors import BadParameters, UnknownCommunity, UnknownSubject
from api.reads.items import read_items
from api.reads.mentions import read_mentions
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subjects import read_subjects
from api.reads.voice import read_voice
from api.schema.parameters import ItemsParameters, PostsParameters, ScopeParameters
from api.schema.subject_parameters import (
    MentionsParameters,
    SubjectsParameters,
    VoiceParameters,
)
from api.schema.subjects import MentionAnswer
from shared.store import COMMENTS, POSTS, Store
from shared.times import utc_now
from tests.api.subject_world import (
    SUBJECTS,
    a_subject,
    counts,
    ids,
    keep_matched,
    mentioning,
    own_labels,
    talk,
    watch,
)
from tests.api.world import LABELS, NAMES, NOW, a_comment, a_post, deps_of, get
from tests.fixtures.stores import FilledStore

VIAS = ("text", "thread", "home")
MINUTE = timedelta(minutes=1)


async def fill(store: Store) -> None:
    await watch(store)
    await keep_matched(store, *talk(), judge=own_labels)


@pytest.fixture
async def talked(filled_store: FilledStore) -> Store:
    """Open a store in which people talk about the subjects."""
    return await filled_store(fill)


@pytest.fixture
async def items(talked) -> list[Any]:
    """Return all stored items."""
    posts, comments = talk()
    found = await talked.read_many(POSTS, [(each["community"], each["id"]) for each in posts])
    said = await talked.read_many(COMMENTS, [(each["community"], each["id"]) for each in comments])
    return [*found.values(), *said.values()]


async def listed(store: Any, subject: str = "lantern", **given: Any) -> list[MentionAnswer]:
    parameters = MentionsParameters(id=subject, **given)
    return (await read_mentions(deps_of(store), parameters)).items.root


async def pages(store: Store, **given: Any) -> list[list[str]]:
    found: list[list[str]] = []
    cursor = None
    while True:
        parameters = MentionsParameters(id="lantern", cursor=cursor, **given)
        page = await read_mentions(deps_of(store), parameters)
        found.append([each.id for each in page.items.root])
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_a_mention_says_how_the_item_is_about_the_subject(store) -> None:
    await watch(store)
    post = a_post(
        1, NOW - MINUTE, "claude", "negative", title="Lantern", content="and Lantern, zed"
    )
    comment: Any = {**a_comment(2, NOW, "claude"), "post_id": "p1", "parent_id": "p1"}
    await keep_matched(store, [post], [comment])
    under, top = await listed(store)
    assert (under.kind, under.id, under.post_id) == ("comment", "c2", "p1")
    assert (under.via, under.matched, under.title) == ("thread", [], None)
    assert (top.kind, top.id, top.post_id, top.community) == ("post", "p1", "p1", "claude")
    assert (top.via, top.matched) == ("text", ["Lantern"])
    assert (top.title, top.text) == ("Lantern", "and Lantern, zed")
    assert (top.sentiment.label, top.sentiment_of) == ("negative", "text")
    assert [(each.subject, each.via) for each in top.mentions] == [
        ("lantern", "text"),
        ("zed", "text"),
    ]


@pytest.mark.parametrize("subject", [each["id"] for each in SUBJECTS])
@pytest.mark.parametrize("hours", [1, 24, 48])
async def test_the_list_is_what_the_statistics_count(talked, items, subject, hours) -> None:
    for via, community, label in product((None, *VIAS), (None, *NAMES), (None, *LABELS)):
        wanted = mentioning(items, subject, hours=hours, via=via, community=community, label=label)
        found = await listed(
            talked, subject, hours=hours, via=via, community=community, sentiment=label, limit=500
        )
        assert [each.id for each in found] == ids(wanted)
        assert {each.sentiment.label for each in found} <= {label or each for each in LABELS}
        if label is None:
            asked = ScopeParameters(subject=subject, hours=hours, via=via, community=community)
            stats = await read_stats(deps_of(talked), asked)
            own = stats.statistics.model_dump(include=counts(wanted).keys())
            assert own == pytest.approx(counts(wanted), abs=1e-4)
            assert (stats.subject, stats.via) == (subject, via)
            methods = methods_by_hand(wanted, subject)
            assert stats.statistics.methods == methods
            kinds = {"text" if name.endswith("text") else "target" for name in methods}
            assert stats.sentiment_of == ("mixed" if len(kinds) > 1 else (kinds or {"text"}).pop())
            assert (stats.scope, stats.subreddit) == (f"subject:{subject}", community or "all")


def methods_by_hand(items: Sequence[Any], subject: str) -> dict[str, int]:
    """Count mentions by their method: those of texts that name the subject, and aren't scored."""
    found: Counter[str] = Counter()
    for item in items:
        (mention,) = [each for each in item["mentions"] if each["subject"] == subject]
        is_newer = mention["via"] == "text" and "sentiment" not in mention
        found["encoder 1 of the text" if is_newer else "encoder 1"] += 1
    return dict(found)


@pytest.mark.parametrize(
    "given", [{}, {"kind": "comment"}, {"via": "home"}, {"q": "lantern"}], ids=str
)
async def test_pages_join_without_gaps_and_repeats(talked, given: Any) -> None:
    whole = await listed(talked, hours=48, limit=500, **given)
    found = await pages(talked, hours=48, limit=4, **given)
    assert [each for page in found for each in page] == [each.id for each in whole]
    assert len(found) > 1


async def test_each_product_of_a_post_has_its_own_label_wherever_it_shows(store) -> None:
    await watch(store)
    post = a_post(1, NOW, "claude", "positive", title="zed beats Lantern", id="p1")
    (kept,) = await keep_matched(store, [post], judge=own_labels)
    assert [each.get("sentiment", {}).get("label") for each in kept["mentions"]] == [
        None,
        "negative",
    ]
    (zed,) = await listed(store, "zed", sentiment="negative")
    assert zed.sentiment.model_dump(exclude_none=True) == {
        "label": "negative",
        "compound": -0.4404,
        "method": "encoder",
        "version": "1",
        "unsure": False,
        "deciding": ["negative"],
        "corrected": False,
    }
    assert (zed.sentiment_of, await listed(store, "zed", sentiment="positive")) == ("target", [])
    (lantern,) = await listed(store, sentiment="positive")
    assert (lantern.sentiment_of, lantern.sentiment.positive) == ("text", 0.25)
    deps = deps_of(store)
    asked = PostsParameters(subject="zed", sentiment="negative")
    (shown,) = (await read_recent_posts(deps, asked)).items.root
    assert shown.sentiment.label == "positive"
    own = {each.subject: each.sentiment and each.sentiment.label for each in shown.mentions}
    assert own == {"lantern": None, "zed": "negative"}
    voices = await read_voice(deps, VoiceParameters())
    assert {each.id: (each.positive, each.negative) for each in voices.subjects} == {
        "lantern": (1, 0),
        "zed": (0, 1),
        "kiro": (0, 0),
    }
    found = await read_subjects(deps, SubjectsParameters())
    for answer in (voices, found):
        assert (answer.sentiment_of, answer.mixed_methods) == ("mixed", True)
    # Once all are scored, nothing is mixed.
    await keep_matched(store, [post], judge=lambda number, item: own_labels(number + 1, item))
    found = await read_subjects(deps, SubjectsParameters())
    assert (found.sentiment_of, found.mixed_methods) == ("target", False)


async def test_by_score_those_with_most_upvotes_come_first(talked, items) -> None:
    wanted = mentioning(items, "lantern", hours=48)
    wanted.sort(key=lambda item: -1 if item["upvotes"] is None else item["upvotes"], reverse=True)
    found = await listed(talked, hours=48, limit=500, sort="score")
    assert sorted(each.id for each in found) == sorted(ids(wanted))
    assert [each.upvotes for each in found] == [item["upvotes"] for item in wanted]
    joined = [
        each for page in await pages(talked, hours=48, limit=9, sort="score") for each in page
    ]
    assert joined == [each.id for each in found]


async def test_a_page_by_score_goes_on_where_an_item_has_gone(talked) -> None:
    first = MentionsParameters(id="lantern", hours=48, sort="score", limit=5)
    page = await read_mentions(deps_of(talked), first)
    whole = await listed(talked, hours=48, limit=500, sort="score")
    last = page.items.root[-1]
    await talked.delete(POSTS if last.kind == "post" else COMMENTS, [(last.community, last.id)])
    following = first.model_copy(update={"cursor": page.next_cursor})
    found = (await read_mentions(deps_of(talked), following)).items.root
    assert [each.id for each in found] == [each.id for each in whole[5:10]]


async def test_a_search_looks_into_the_mentions_alone(talked, items) -> None:
    wanted = [item for item in mentioning(items, "lantern") if item["content"] == "zed or Lantern"]
    assert [each.id for each in await listed(talked, q='"zed or"')] == ids(wanted)
    assert wanted


async def test_posts_and_items_take_a_subject(talked, items) -> None:
    deps = deps_of(talked)
    for via in (None, *VIAS):
        posts = await read_recent_posts(deps, PostsParameters(subject="LANTERN", via=via))
        wanted = mentioning(items, "lantern", via=via, kind="post")
        assert [each.id for each in posts.items.root] == ids(wanted)
        both = await read_items(deps, ItemsParameters(subject="lantern", via=via, limit=500))
        assert [each.id for each in both.items.root] == ids(mentioning(items, "lantern", via=via))
        for each in both.items.root:
            assert "lantern" in {mention.subject for mention in each.mentions}


async def test_a_copy_is_listed_beside_its_original_as_both_are_counted(sqlite_store) -> None:
    await watch(sqlite_store)
    original, copy = a_post(1, NOW - MINUTE, "aws"), a_post(2, NOW, "claude")
    original["content"] = copy["content"] = "Lantern"
    original["copies"], copy["copy_of"] = (
        [f"claude/{copy['order_key']}"],
        f"aws/{original['order_key']}",
    )
    await keep_matched(sqlite_store, [original, copy])
    deps = deps_of(sqlite_store)
    stats = await read_stats(deps, ScopeParameters(subject="lantern"))
    assert (stats.statistics.total, stats.statistics.copies) == (2, 1)
    assert [each.id for each in await listed(sqlite_store)] == ["p2", "p1"]
    posts = await read_recent_posts(deps, PostsParameters(subject="lantern"))
    assert [each.id for each in posts.items.root] == ["p2", "p1"]
    assert len((await read_recent_posts(deps, PostsParameters())).items.root) == 1


async def test_what_is_no_longer_watched_is_neither_listed_nor_counted(talked, items) -> None:
    deps = deps_of(talked, names=("claude",))
    found = await read_mentions(deps, MentionsParameters(id="lantern", hours=48, limit=500))
    wanted = mentioning(items, "lantern", hours=48, community="claude")
    assert [each.id for each in found.items.root] == ids(wanted)
    stats = await read_stats(deps, ScopeParameters(subject="lantern", hours=48))
    assert stats.statistics.total == len(wanted) > 0


async def test_unknown_subjects_are_told_from_merged_ones(talked) -> None:
    with pytest.raises(UnknownSubject, match="takes one of robots, lantern, kiro, zed"):
        await listed(talked, "lamp")
    with pytest.raises(UnknownSubject, match="'codewhisperer' was merged into 'kiro'"):
        await listed(talked, "codewhisperer")
    with pytest.raises(UnknownCommunity):
        await listed(talked, community="cats")
    for parameters in (ScopeParameters(subject="lamp"), ItemsParameters(subject="codewhisperer")):
        with pytest.raises(UnknownSubject):
            await read_stats(deps_of(talked), parameters)  # type: ignore[arg-type]


async def test_a_via_without_its_subject_is_refused(sqlite_store) -> None:
    with pytest.raises(BadParameters, match="via: 'home' counts only with `subject`"):
        await read_stats(deps_of(sqlite_store), ScopeParameters(via="home"))


@pytest.mark.usefixtures("process")
async def test_the_mentions_over_http(written) -> None:
    await watch(written, (*SUBJECTS, a_subject("new")), matched=False)
    await watch(written, (*SUBJECTS, a_subject("new")), revision=1)
    await keep_matched(written, *talk(30, newest=utc_now(), step=MINUTE))
    path = "/api/v1/subjects/Lantern/mentions"
    answer = await get(path, limit=5, kind="comment")
    found = json.loads(answer.get_body())
    assert len(found) == 5
    names = {"kind", "id", "community", "via", "matched", "text", "sentiment"}
    assert names <= found[0].keys()
    assert "Undertone-Rematching" not in answer.headers
    link = answer.headers["Link"]
    assert link.startswith("</api/v1/subjects/Lantern/mentions?limit=5&kind=comment&cursor=")
    following = await get(link[1:].partition(">")[0])
    assert {each["id"] for each in json.loads(following.get_body())}.isdisjoint(ids(found))
    tag = answer.headers["ETag"]
    assert (await get(path, {"if-none-match": tag}, limit=5, kind="comment")).status_code == 304
    lines = (await get(path, format="ndjson")).get_body().decode().splitlines()
    assert [json.loads(line) for line in lines] == json.loads((await get(path)).get_body())
    gone = await get("/api/v1/subjects/codewhisperer/mentions")
    assert (gone.status_code, gone.mimetype) == (404, "application/problem+json")
    assert "/api/v1/subjects/kiro" in json.loads(gone.get_body())["detail"]


@pytest.mark.usefixtures("process")
async def test_lists_of_a_subject_that_is_matched_again_say_so(written) -> None:
    await watch(written)
    await watch(written, (*SUBJECTS, a_subject("new")), matched=False, revision=2)
    for path in ("subjects/new/mentions", "items?subject=new", "posts/recent?subject=new"):
        answer = await get(f"/api/v1/{path}")
        assert answer.headers["Undertone-Rematching"] == "true"
    stats = json.loads((await get("/api/v1/sentiment/stats?subject=new")).get_body())
    assert stats["rematching"] is True
