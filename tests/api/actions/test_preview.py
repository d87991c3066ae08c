"""Previews of rules over the API: what would match, what is kept out, and what is refused."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.actions.preview import preview_subject
from api.http.limiter import Limiter, TooBusy
from api.reads.preview import MAX_ITEMS, read_sample
from api.schema.preview import PreviewBody
from bench.priced_store import PricedStore
from shared.store import Store
from shared.times import iso, utc_now
from tests.api.world import NAMES, NOW, CountingStore, a_comment, a_post, ask, deps_of, keep
from tests.fixtures.stores import FilledStore
from tests.watchlists import a_subject, watch

PREVIEW = "/api/v1/subjects/preview"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ZORK: dict[str, Any] = {"name": "Zork", "terms": [{"text": "Zork"}]}


def posts_of(*texts: str | tuple[str, str], step: timedelta = MINUTE) -> list[Any]:
    """Return posts, the newest first, with these titles; or of a community with a title."""
    found: list[Any] = []
    for number, text in enumerate(texts):
        name, title = text if isinstance(text, tuple) else (NAMES[0], text)
        post = a_post(number, utc_now() - number * step, name)
        found.append({**post, "title": title, "content": ""})
    return found


async def preview(body: Mapping[str, Any], status: int = 200) -> Any:
    answer = await ask("POST", PREVIEW, body=json.dumps(body).encode())
    assert answer.status_code == status, answer.get_body()
    return json.loads(answer.get_body())


def marked(example: Any) -> list[str]:
    return [example["text"][start:end] for start, end in example["marks"]]


async def test_a_rule_shows_what_it_would_match_by_community(process, written) -> None:
    del process
    posts = posts_of(("aws", "Zork is quick"), ("claude", "no name"), ("aws", "none"))
    comment: Any = {**a_comment(1, utc_now(), "claude"), "content": "I like zork's speed"}
    await keep(written, posts, [comment])
    found = await preview({**ZORK, "home": ["claude"]})
    assert (found["looked_at"], found["matched"], found["share"]) == (4, 2, 0.5)
    assert (found["days"], found["is_whole"]) == (7, True)
    assert found["communities"] == [
        {"community": "claude", "looked_at": 2, "text": 1, "home": 1},
        {"community": "aws", "looked_at": 2, "text": 1, "home": 0},
    ]
    of_comment, of_post = sorted(found["examples"], key=lambda each: each["kind"])
    assert (of_post["id"], of_post["post_id"], of_post["matched"]) == ("p0", "p0", ["Zork"])
    assert (of_comment["id"], of_comment["post_id"]) == ("c1", "p0")
    assert of_comment["text"] == "I like zork's speed"
    assert marked(of_comment) == of_comment["matched"] == ["zork"]
    assert found["kept_out"] == {"excluded": 0, "no_context": 0, "longer_name": 0}
    assert found["kept_out_examples"] == []


async def test_what_is_kept_out_says_why(process, written) -> None:
    del process
    await watch(written, 1, a_subject("zork-pro", "zork pro"))
    await keep(
        written,
        posts_of(
            "the zork key is stuck", "Zork the editor", "only zork", "I pay for Zork Pro", "nothing"
        ),
    )
    found = await preview(
        {
            "name": "Zork",
            "terms": [{"text": "zork", "needs_context": True}],
            "exclude": ["zork key"],
            "context": ["editor", "pay"],
        }
    )
    assert [each["text"] for each in found["examples"]] == ["Zork the editor"]
    assert found["kept_out"] == {"excluded": 1, "no_context": 1, "longer_name": 1}
    excluded, no_context, longer = found["kept_out_examples"]
    assert (excluded["reason"], excluded["words"]) == ("excluded", "zork")
    assert marked(excluded) == [excluded["phrase"]] == ["zork key"]
    assert (no_context["reason"], marked(no_context)) == ("no_context", ["zork"])
    assert (longer["reason"], longer["subject"]) == ("longer_name", "zork-pro")
    assert marked(longer) == ["Zork Pro"]
    assert (excluded["subject"], no_context["subject"]) == (None, None)


async def test_a_word_that_counts_and_is_excluded_elsewhere_is_marked_where_it_counts(
    process, written
) -> None:
    del process
    await keep(written, posts_of("the zork key, and zork itself"))
    (example,) = (await preview({**ZORK, "exclude": ["zork key"]}))["examples"]
    assert example["marks"] == [[18, 22]]


async def test_a_change_of_a_subject_is_previewed_without_its_old_rules(process, written) -> None:
    del process
    await watch(written, 1, a_subject("zork", "zork", "zzz"))
    await keep(written, posts_of("zzz", "zork"))
    found = await preview({**ZORK, "id": "zork"})
    assert [each["text"] for each in found["examples"]] == ["zork"]
    # As a new one it would have a term, and a name, of another.
    problem = await preview(ZORK, 422)
    assert {each["parameter"] for each in problem["errors"]} == {"/name", "/terms/0/text"}


async def test_a_long_text_is_cut_around_its_first_mark(process, written) -> None:
    del process
    post: Any = posts_of("A title")[0]
    post["content"] = f"{'word ' * 100}\n\n👍 **Zork**\nis quick {'more ' * 100}"
    await keep(written, [post])
    (example,) = (await preview(ZORK))["examples"]
    assert len(example["text"]) <= 282
    assert (example["text"][0], example["text"][-1]) == ("…", "…")
    assert "👍 Zork is quick" in example["text"]
    assert marked(example) == ["Zork"]


async def test_examples_show_each_text_once_the_newest_first(process, written) -> None:
    del process
    texts = [f"zork number {number}" for number in range(30)]
    await keep(written, posts_of("zork again", "zork again", *texts))
    found = await preview(ZORK)
    assert found["matched"] == 32
    shown = [each["text"] for each in found["examples"]]
    assert shown == ["zork again", *texts[:19]]


async def test_what_the_author_did_not_say_matches_nothing(process, written) -> None:
    del process
    post: Any = posts_of("A title")[0]
    post["content"] = "> zork said somebody\n\n`zork` and https://zork.dev, or zork.dev"
    gone: Any = {**posts_of("x", "zork")[1], "deleted": True}
    await keep(written, [post, gone])
    found = await preview(ZORK)
    assert (found["looked_at"], found["matched"], found["examples"]) == (1, 0, [])
    # A host is a word for a rule that names it alone.
    (example,) = (await preview({**ZORK, "terms": [{"text": "Zork.dev"}]}))["examples"]
    assert (example["text"], marked(example)) == ("A title and or zork.dev", ["zork.dev"])


async def test_markup_in_texts_is_left_as_it_is(process, written) -> None:
    del process
    await keep(written, posts_of("if a < b & zork <3"))
    (example,) = (await preview(ZORK))["examples"]
    assert example["text"] == "if a < b & zork <3"


async def test_where_nothing_is_stored_nothing_matches(process, written) -> None:
    del process, written
    found = await preview(ZORK)
    assert (found["looked_at"], found["matched"], found["share"]) == (0, 0, None)
    assert found["communities"] == found["examples"] == []


async def test_only_the_days_that_are_asked_for_are_looked_at(process, written) -> None:
    del process
    await keep(written, posts_of(*["zork"] * 5, step=20 * HOUR))
    assert (await preview({**ZORK, "days": 1}))["looked_at"] == 2
    assert (await preview({**ZORK, "days": 30}))["looked_at"] == 5


async def test_of_too_many_items_the_newest_are_looked_at(process, written) -> None:
    del process
    await keep(written, posts_of(*["zork"] * 10, *["x"] * (MAX_ITEMS + 20)))
    found = await preview(ZORK)
    assert (found["looked_at"], found["matched"], found["is_whole"]) == (MAX_ITEMS, 10, False)
    oldest = utc_now() - (MAX_ITEMS - 1) * MINUTE
    assert iso(oldest - MINUTE) < found["since"] <= iso(oldest)


async def test_of_many_long_texts_fewer_are_looked_at(process, written, monkeypatch) -> None:
    del process
    await keep(written, posts_of(*["zork"] * 20))
    monkeypatch.setattr("api.reads.preview.MAX_CHARACTERS", 40)
    found = await preview(ZORK)
    assert 1 <= found["looked_at"] == found["matched"] < 20
    assert not found["is_whole"]
    assert found["since"] > iso(utc_now() - 20 * MINUTE)


@pytest.mark.parametrize(
    ("more", "parameter", "detail"),
    [
        ({"terms": []}, "/terms", ""),
        ({"terms": [{"text": "the"}]}, "/terms/0/text", "stop word"),
        ({"home": ["nowhere"]}, "/home/0", "isn't a community"),
        ({"days": 31}, "/days", "less than or equal to 30"),
        ({"days": 0}, "/days", "greater than or equal to 1"),
        ({"days": "7"}, "/days", "integer"),
        ({"day": 7}, "/day", "no such field"),
        ({"name": ""}, "/name", "can't be a name"),
    ],
)
async def test_what_a_change_would_refuse_is_refused(
    process, written, more: Any, parameter: str, detail: str
) -> None:
    del process, written
    problem = await preview({**ZORK, **more}, 422)
    errors = {each["parameter"]: each["detail"] for each in problem["errors"]}
    assert detail in errors[parameter]


async def test_a_term_in_everything_is_refused_as_a_change_would_be(process, written) -> None:
    del process
    await keep(written, posts_of(*(f"zork {'a' * n}" for n in range(300))))
    problem = await preview(ZORK, 422)
    assert "would have matched 100% of everything" in problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [(b"nothing", {}, 422), (b"[]", {}, 422), (b"{}", {"content-type": "text/csv"}, 415)],
)
async def test_another_body_is_refused(process, written, body, headers, status) -> None:
    del process, written
    answer = await ask("POST", PREVIEW, headers, body=body)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


async def test_one_who_types_reads_the_items_once(process, written) -> None:
    del process
    await keep(written, posts_of("zork"))
    first = await preview(ZORK)
    await keep(written, posts_of("zork", "zork too"))
    again = await preview({**ZORK, "exclude": ["zork key"]})
    assert first["examples"] == again["examples"]


async def test_previews_wait_for_other_heavy_reads(process, written, monkeypatch) -> None:
    del process, written

    async def full(self: Limiter, read: Any) -> Any:
        del self, read
        raise TooBusy

    monkeypatch.setattr(Limiter, "run", full)
    assert (await ask("POST", PREVIEW, body=json.dumps(ZORK).encode())).status_code == 429


async def fill_a_month(store: Store) -> None:
    """Store two items every hour for 31 days, with texts of typical length."""
    words = "some words that people say " * 30
    posts: Any = [
        {**a_post(n, NOW - n * HOUR, NAMES[n % 3]), "content": words} for n in range(31 * 24)
    ]
    comments: Any = [
        {**a_comment(n, NOW - n * HOUR, NAMES[n % 3]), "content": words} for n in range(31 * 24)
    ]
    await keep(store, posts, comments)


async def fill_a_busy_week(store: Store) -> None:
    """Store an item every five minutes for a week."""
    words = "some words that people say " * 30
    step = timedelta(minutes=5)
    posts: Any = [
        {**a_post(n, NOW - n * step, NAMES[n % 3]), "content": words} for n in range(7 * 24 * 12)
    ]
    await keep(store, posts)


@pytest.mark.parametrize("fill", [fill_a_month, fill_a_busy_week])
@pytest.mark.parametrize("days", [1, 7, 30])
async def test_no_preview_costs_more_than_the_bound(
    filled_store: FilledStore, fill: Any, days: int
) -> None:
    store = await filled_store(fill)
    subjects = [a_subject(f"s{n}", *(f"name {n} {m}" for m in range(5))) for n in range(100)]
    priced = PricedStore(store)
    await watch(priced, 1, *subjects)  # type: ignore[arg-type]
    deps = deps_of(priced)
    with priced.counting() as bill:
        sample = await read_sample(deps, days)
        body = PreviewBody(**{**ZORK, "id": "s1"}, days=days)
        found = await preview_subject(deps, body, sample)
    assert found.looked_at > 20
    assert bill.request_units < 1000


async def test_a_quiet_month_is_looked_at_as_far_as_the_bound_allows(sqlite_store) -> None:
    await fill_a_month(sqlite_store)
    counting = CountingStore(sqlite_store)
    sample = await read_sample(deps_of(counting), 30)
    assert len(sample.items) <= MAX_ITEMS
    assert not sample.is_whole
    # All items since then are there.
    expected = sum(NOW - n * HOUR >= _moment(sample.since) for n in range(31 * 24))
    assert len({item.id for item in sample.items if item.kind == "post"}) == expected


def _moment(text: str) -> Any:
    return type(NOW).fromisoformat(text)
