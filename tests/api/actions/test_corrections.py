"""Corrections over the API: what a person says, what is answered, and what becomes of it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from api.actions.corrections import put_correction
from api.reads.corrections import read_page_of_corrections
from api.reads.post import read_post
from api.schema.corrections import (
    MAX_CORRECTIONS,
    CorrectionBody,
    CorrectionPath,
    CorrectionsParameters,
)
from api.schema.parameters import PostParameters
from bench.labelled_files import read_labelled
from bench.priced_store import PricedStore
from collector.maintenance.correct import Corrector
from shared.corrections.queue import read_message
from shared.settings import settings
from shared.store import CORRECTIONS as CORRECTED
from shared.store import POSTS
from shared.times import utc_now
from tests.api.actions.test_watchlist import found
from tests.api.world import NOW, CountingStore, a_comment, a_post, ask, deps_of, get, keep
from tests.watchlists import a_subject, watch

pytestmark = pytest.mark.usefixtures("world")

CORRECTIONS = "/api/v1/corrections"
TEXT = "I moved from Cursor to Zed"


async def put(item: str, body: Any, **more: Any) -> Any:
    return await ask("PUT", f"{CORRECTIONS}/{item}", {}, body=json.dumps(body).encode(), **more)


async def refusals(item: str, body: Any) -> dict[str, str]:
    answer = await put(item, body)
    assert answer.mimetype == "application/problem+json"
    problem = found(answer, 422)
    assert all(each["takes"] for each in problem["errors"])
    return {each["parameter"]: each["detail"] for each in problem["errors"]}


def mention(subject: str, label: str | None = None) -> dict[str, Any]:
    said: Any = {"subject": subject.lower(), "via": "text", "matched": [subject]}
    if label:
        own = {"label": label, "compound": 0.0, "method": "encoder", "version": "1"}
        said["sentiment"] = own
    return said


@pytest.fixture
async def world(written) -> Any:
    """Store a post that mentions two subjects, its comment, and a post and a comment of one id."""
    at = utc_now() - timedelta(hours=2)
    await watch(written, 1, a_subject("cursor"), a_subject("zed"), a_subject("aider"))
    mentions = [mention("Cursor", "neutral"), mention("Zed")]
    post: Any = a_post(1, at, "claude", "positive", title=TEXT, content="", mentions=mentions)
    comment: Any = {**a_comment(1, at, "claude"), "post_id": "p1", "parent_id": "p1"}
    same: Any = [a_post(2, at, "claude"), {**a_comment(2, at, "claude"), "id": "p2"}]
    await keep(written, [post, same[0]], [comment, same[1]])
    return written


async def write(store: Any) -> None:
    """Do what the message asks for."""
    await Corrector(store, settings(), lambda: utc_now() + timedelta(minutes=5)).run()


async def post_answer() -> Any:
    return found(await get("/api/v1/posts/p1", {"cache-control": "no-cache"}))["post"]


async def statistics(**asked: Any) -> Any:
    answer = await get("/api/v1/sentiment/stats", {"cache-control": "no-cache"}, **asked)
    return found(answer)["statistics"]


async def test_a_label_is_shown_at_once_and_counts_once_it_is_written(world) -> None:
    before = await statistics(hours=24)
    sent: list[Any] = []
    answer = found(await put("p1", {"label": "negative"}, sent=sent))
    assert (answer["id"], answer["kind"], answer["subreddit"]) == ("p1", "post", "claude")
    assert answer["label"] == "negative"
    assert answer["label_said"] == {"label": "positive", "method": "vader", "version": "3.3.2"}
    assert (answer["stale"], answer["counts"]) == (False, False)
    assert [read_message(each.encode()).correction for each in sent] == ["post:p1"]
    shown = (await post_answer())["sentiment"]
    assert (shown["label"], shown["compound"], shown["corrected"]) == ("negative", -0.6, True)
    assert await statistics(hours=24) == before
    await write(world)
    (listed,) = found(await get(CORRECTIONS))
    assert listed == {**answer, "counts": True}
    after = await statistics(hours=24)
    assert after["corrected"] == 1
    assert (before["negative"], before["positive"]) == (0, 1)
    assert (after["negative"], after["positive"]) == (1, 0)
    assert (after["methods"], after["mixed_methods"]) == (before["methods"], False)
    assert (await post_answer())["sentiment"]["corrected"]


@dataclass
class DoneBetween(CountingStore):
    """A store in which something is done just before a read: by default, what waits is written."""

    before: int = 0
    act: Callable[[Any], Awaitable[object]] = write

    async def read(self, container: Any, partition: str, document_id: str) -> Any:
        await self._act_in_time()
        return await super().read(container, partition, document_id)

    async def read_many(self, container: Any, keys: Any) -> Any:
        await self._act_in_time()
        return await super().read_many(container, keys)

    async def query(self, query: Any) -> Any:
        await self._act_in_time()
        return await super().query(query)

    async def _act_in_time(self) -> None:
        if self.reads == self.before:
            await self.act(self.inner)


@pytest.mark.parametrize("is_taken_back", [False, True])
@pytest.mark.parametrize("before", range(8))
async def test_what_is_written_while_a_post_is_read_is_shown(world, before, is_taken_back) -> None:
    """A reader never sees the label that was there before the correction."""
    if is_taken_back:
        await put("p1", {"label": "negative"})
        await write(world)
    await put("p1", {"label": None if is_taken_back else "negative"})
    between = DoneBetween(world, before=before)
    shown = await read_post(deps_of(between), PostParameters(id="p1", subreddit="claude"))
    said = shown.post.sentiment
    assert (said.label, said.corrected) == (
        ("positive", False) if is_taken_back else ("negative", True)
    )


@pytest.mark.parametrize("before", range(8))
async def test_what_is_written_while_the_list_is_read_is_of_one_moment(world, before) -> None:
    """A correction that counts is in its item; otherwise it waits."""
    await put("p1", {"label": "negative"})
    between = DoneBetween(world, before=before)
    page = await read_page_of_corrections(deps_of(between), CorrectionsParameters())
    (listed,) = page.found
    assert listed.is_waiting or listed.item["sentiment"]["label"] == "negative"


@pytest.mark.parametrize("before", range(8))
async def test_what_is_corrected_while_the_list_is_read_does_not_count_yet(world, before) -> None:
    between = DoneBetween(world, before=before, act=lambda _: put("p1", {"label": "negative"}))
    page = await read_page_of_corrections(deps_of(between), CorrectionsParameters())
    assert all(listed.is_waiting for listed in page.found)


async def test_what_is_not_given_stays_and_null_takes_back() -> None:
    await put("p1", {"label": "negative", "targets": {"cursor": "positive"}})
    both = found(await put("p1", {"mentions": {"aider": True}, "targets": {"zed": "negative"}}))
    assert both["targets"] == {"cursor": "positive", "zed": "negative"}
    assert (both["label"], both["mentions"]) == ("negative", {"aider": True})
    assert both["targets_said"] == {
        "cursor": {"label": "neutral", "method": "encoder", "version": "1"}
    }
    one = found(await put("p1", {"label": None, "targets": {"zed": None}}))
    assert (one["label"], one["targets"], one["label_said"]) == (None, {"cursor": "positive"}, None)
    none = found(await put("p1", {"targets": None, "mentions": None}))
    assert (none["targets"], none["mentions"], none["targets_said"]) == ({}, {}, {})
    assert found(await get(CORRECTIONS)) == []


async def test_all_is_taken_back_at_once(world) -> None:
    before = await post_answer()
    await put("p1", {"label": "negative", "mentions": {"cursor": False, "aider": True}})
    await write(world)
    shown = await post_answer()
    assert shown["not_about"] == ["cursor"]
    assert [(each["subject"], each["added"]) for each in shown["mentions"]] == [
        ("zed", False),
        ("aider", True),
    ]
    sent: list[Any] = []
    answer = found(await ask("DELETE", f"{CORRECTIONS}/p1", sent=sent))
    assert (answer["label"], answer["mentions"], len(sent)) == (None, {}, 1)

    def in_any_order(post: Any) -> Any:
        mentions = sorted(post["mentions"], key=lambda each: each["subject"])
        return {**post, "mentions": mentions}

    assert in_any_order(await post_answer()) == in_any_order(before)
    await write(world)
    assert in_any_order(await post_answer()) == in_any_order(before)
    assert found(await get(CORRECTIONS)) == []


async def test_nothing_to_take_back_writes_nothing() -> None:
    sent: list[Any] = []
    answer = found(await ask("DELETE", f"{CORRECTIONS}/p1", sent=sent))
    assert (answer["label"], answer["counts"], sent) == (None, True, [])


async def test_what_is_refused_is_named_with_what_is_taken() -> None:
    assert await refusals("p1", {"targets": {"nobody": "positive"}}) == {
        "/targets/nobody": "'nobody' is no subject of the watchlist"
    }
    assert await refusals("p1", {"mentions": {"nobody": False}}) == {
        "/mentions/nobody": "'nobody' is no subject of the watchlist"
    }
    assert await refusals("p1", {"targets": {"aider": "positive"}}) == {
        "/targets/aider": "the item doesn't mention 'aider'"
    }
    assert (await refusals("p1", {"label": "bad"})).keys() == {"/label"}
    assert (await refusals("p1", {"who": "me"})).keys() == {"/who"}
    many = {f"s{n}": "positive" for n in range(51)}
    assert (await refusals("p1", {"targets": many})).keys() == {"/targets"}
    assert (await refusals("p2", {"label": "positive"})).keys() == {"kind"}
    assert found(await put("p2", {"label": "positive"}, kind="comment"))["kind"] == "comment"


async def test_unknown_and_removed_items_are_404(world) -> None:
    found(await put("p99", {"label": "positive"}), 404)
    found(await put("c1", {"label": "positive"}, subreddit="aws"), 404)
    found(await ask("DELETE", f"{CORRECTIONS}/p99"), 404)
    await world.upsert(POSTS, [{**a_post(3, utc_now(), "claude"), "deleted": True}])
    problem = found(await put("p3", {"label": "positive"}), 404)
    assert "removed" in problem["detail"]


async def test_after_an_edit_it_is_stale_and_a_new_one_begins_afresh(world) -> None:
    await put("p1", {"label": "negative", "targets": {"zed": "negative"}})
    await write(world)
    post = await world.read(POSTS, "claude", "p1")
    await world.upsert(POSTS, [{**post, "content": "Edit: and back again, with Cursor"}])
    (listed,) = found(await get(CORRECTIONS, {"cache-control": "no-cache"}))
    assert (listed["stale"], listed["counts"]) == (True, False)
    fresh = found(await put("p1", {"targets": {"cursor": "positive"}}))
    assert (fresh["label"], fresh["targets"]) == (None, {"cursor": "positive"})
    assert not fresh["stale"]


async def test_the_list_is_paged_the_last_changed_first(monkeypatch) -> None:
    moments = iter(NOW + timedelta(seconds=n) for n in range(100))
    monkeypatch.setattr("api.process.utc_now", lambda: next(moments))
    await put("p1", {"label": "negative"})
    await put("c1", {"label": "negative"})
    await put("p2", {"label": "negative"}, kind="post")
    await put("p1", {"label": "positive"})
    seen: list[str] = []
    target = f"{CORRECTIONS}?limit=2"
    while target:
        answer = await get(target)
        seen += [each["id"] for each in found(answer)]
        target = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == ["p1", "p2", "c1"]


async def test_the_export_is_what_training_reads(tmp_path) -> None:
    await put("p1", {"label": "negative", "targets": {"zed": "positive", "cursor": "negative"}})
    await put("c1", {"label": "positive", "mentions": {"aider": False}})
    answer = await get(f"{CORRECTIONS}?format=jsonl")
    assert answer.mimetype == "application/x-ndjson"
    path = tmp_path / "corrections.jsonl"
    path.write_bytes(answer.get_body())
    rows = sorted(read_labelled(path), key=lambda row: (row.text, row.place or (0, 0)))
    assert [(row.text, row.label, row.source) for row in rows if row.place is None] == [
        (f"{TEXT}\n\n", 0, "reddit"),
        ("Some words", 2, "reddit"),
    ]
    named = [(row.text[slice(*row.place)], row.label) for row in rows if row.place is not None]
    assert named == [("Cursor", 0), ("Zed", 2)]
    as_header = await get(CORRECTIONS, {"accept": "application/x-ndjson"})
    assert as_header.get_body() == answer.get_body()


async def test_nothing_personal_is_kept(world) -> None:
    await put("p1", {"label": "negative"})
    kept = await world.read(CORRECTED, "correction", "post:p1")
    assert kept.keys() - {"_etag"} == {
        *("id", "kind", "community", "item_id", "item_kind", "says"),
        *("label_said", "targets_said", "corrected_at", "ticket"),
    }


async def test_a_page_costs_less_than_a_thousand_request_units(sqlite_store) -> None:
    posts = [a_post(n, NOW, content="Words of a post. " * 60) for n in range(MAX_CORRECTIONS + 1)]
    await keep(sqlite_store, posts)
    deps = deps_of(sqlite_store)
    for post in posts:
        path = CorrectionPath(id=post["id"], kind="post", community="aws")
        await put_correction(deps, path, CorrectionBody(label="negative"))
    priced = PricedStore(sqlite_store)
    parameters = CorrectionsParameters(limit=MAX_CORRECTIONS)
    with priced.counting() as bill:
        page = await read_page_of_corrections(deps_of(priced), parameters)
    assert (len(page.found), page.next_cursor is None) == (MAX_CORRECTIONS, False)
    assert bill.request_units < 1000
