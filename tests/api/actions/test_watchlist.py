"""The watchlist over the API: what a program sends, what it gets back, and what is refused."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from bench.priced_store import PricedStore
from shared.rematches import read_message
from shared.settings import settings
from shared.store import WATCHLIST_REVISIONS, Query
from shared.subjects.commonness import (
    MAX_CHECKED,
    MIN_ITEMS,
    Sampled,
    common_terms,
    read_sample,
)
from shared.subjects.starter import starter_pack
from shared.subjects.watchlist import read_watchlist
from shared.text.own_words import OwnLines
from shared.times import utc_now
from tests.api.subject_world import a_subject
from tests.api.world import NOW, a_comment, a_post, ask, get, keep, posts_back

pytestmark = pytest.mark.usefixtures("process")

WATCHLIST = "/api/v1/watchlist"
ACME = {"name": "Acme", "terms": [{"text": "Acme"}]}
# With the defaults of everything that it leaves out.
WHOLE_ACME = {
    "id": "acme",
    "name": "Acme",
    "role": "competitor",
    "terms": [
        {"text": "Acme", "exact": False, "prefix": False, "needs_context": False, "capital": False}
    ],
    "exclude": [],
    "context": [],
    "home": [],
    "merged_from": [],
}


def found(answer: func.HttpResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.get_body()
    return json.loads(answer.get_body())


async def current() -> Any:
    return found(await get(WATCHLIST))


async def change(
    method: str, path: str, body: Any = None, *, match: str | None = "*", **more: Any
) -> func.HttpResponse:
    headers = {} if match is None else {"if-match": match}
    sent = b"" if body is None else json.dumps(body).encode()
    return await ask(method, f"/api/v1{path}", headers, body=sent, **more)


def subject(name: str, *terms: Any, **more: Any) -> dict[str, Any]:
    listed = [{"text": each} if isinstance(each, str) else each for each in terms or (name,)]
    return {"name": name, "terms": listed, **more}


async def refusals(body: Any, path: str = "/subjects/acme", method: str = "PUT") -> dict[str, str]:
    """Return what is refused, by its place."""
    answer = await change(method, path, body)
    assert answer.mimetype == "application/problem+json"
    problem = found(answer, 422)
    assert all(each["takes"] for each in problem["errors"])
    return {each["parameter"]: each["detail"] for each in problem["errors"]}


async def test_before_anything_is_stored_there_is_the_starter_pack_and_the_settings() -> None:
    seen = await current()
    assert (seen["revision"], seen["changed_at"]) == (0, None)
    assert [each["id"] for each in seen["subjects"]] == [each["id"] for each in starter_pack()]
    assert [each["id"] for each in seen["communities"]] == ["aws", "claude", "OpenAI"]
    assert seen["communities_from"] == "settings"


async def test_a_subject_is_written_with_its_defaults_and_read_back() -> None:
    tag = (await get(WATCHLIST)).headers["ETag"]
    sent: list[Any] = []
    answer = await change("PUT", "/subjects/acme", ACME, match=tag, sent=sent)
    assert found(answer, 201) == WHOLE_ACME
    assert answer.headers["Location"] == "/api/v1/subjects/acme"
    assert answer.headers["Cache-Control"] == "no-store"
    seen = await get(WATCHLIST)
    assert seen.headers["ETag"] == answer.headers["ETag"] != tag
    assert WHOLE_ACME in found(seen)["subjects"]
    assert found(seen)["change"] == "Acme added"
    # Stored items are matched again by the new rules.
    assert [read_message(each.encode()).revision for each in sent] == [1]
    again = await change("PUT", "/subjects/acme", {**ACME, "role": "own"}, match="*", sent=sent)
    assert found(again)["role"] == "own"
    assert len(sent) == 1, "a role changes no mention"


async def test_writing_what_is_there_already_writes_nothing() -> None:
    first = await change("PUT", "/subjects/acme", ACME)
    tag, sent = first.headers["ETag"], []  # type: ignore[var-annotated]
    second = await change("PUT", "/subjects/acme", {**ACME, "id": "acme"}, match=tag, sent=sent)
    assert (second.status_code, second.headers["ETag"], sent) == (200, tag, [])
    assert (await current())["revision"] == 1


async def test_a_change_without_a_condition_or_of_an_older_state_is_refused() -> None:
    unasked = await change("PUT", "/subjects/acme", ACME, match=None)
    assert found(unasked, 428)["title"] == "Precondition Required"
    tag = (await get(WATCHLIST)).headers["ETag"]
    assert (await change("PUT", "/subjects/acme", ACME, match=tag)).status_code == 201
    late = await change("PUT", "/subjects/other", subject("Other"), match=tag)
    assert found(late, 412)["title"] == "Precondition Failed"
    assert late.mimetype == "application/problem+json"
    for method, path in (("DELETE", "/subjects/acme"), ("DELETE", "/communities/aws")):
        assert (await change(method, path, match=tag)).status_code == 412
        assert (await change(method, path, match=None)).status_code == 428
    assert [each["id"] for each in (await current())["subjects"]][-1] == "acme"


async def test_the_weak_tag_of_a_gzipped_answer_and_one_of_several_will_do() -> None:
    await change(
        "PUT", "/subjects/large", subject("Large", *[f"a large one {n}" for n in range(40)])
    )
    read = await get(WATCHLIST, {"accept-encoding": "gzip"})
    tag = read.headers["ETag"]
    assert tag.startswith("W/")
    first = await change("PUT", "/subjects/acme", ACME, match=tag)
    assert first.status_code == 201
    tags = f'"older", {first.headers["ETag"]}'
    assert (await change("DELETE", "/subjects/acme", match=tags)).status_code == 200
    assert (await change("DELETE", "/subjects/acme", match="no-tag")).status_code == 428


async def test_of_two_changes_at_once_one_is_told_to_read_again_and_nothing_is_lost() -> None:
    await change("PUT", "/subjects/acme", ACME)
    tag = (await get(WATCHLIST)).headers["ETag"]
    writes = [change("PUT", f"/subjects/s{n}", subject(f"Subject{n}"), match=tag) for n in range(2)]
    statuses = [each.status_code for each in await asyncio.gather(*writes)]
    assert sorted(statuses) == [201, 412]
    ids = [each["id"] for each in (await current())["subjects"]]
    assert [f"s{n}" in ids for n in range(2)] == [status == 201 for status in statuses]


async def test_changes_of_whatever_is_there_are_all_kept() -> None:
    writes = [change("PUT", f"/subjects/s{n}", subject(f"Subject{n}")) for n in range(4)]
    assert {each.status_code for each in await asyncio.gather(*writes)} == {201}
    ids = {each["id"] for each in (await current())["subjects"]}
    assert {f"s{n}" for n in range(4)} <= ids
    assert (await current())["revision"] == 4


async def test_the_whole_watchlist_can_be_read_changed_and_sent_back() -> None:
    read = await get(WATCHLIST)
    whole = found(read)
    whole["subjects"].append({**ACME, "id": "acme"})
    answer = await change("PUT", "/watchlist", whole, match=read.headers["ETag"])
    written = found(answer)
    assert written["subjects"][-1] == WHOLE_ACME
    assert written["communities_from"] == "settings", "those weren't changed"
    whole["communities"] = [*whole["communities"], {"id": "hn.acme", "query": '"acme editor"'}]
    written = found(await change("PUT", "/watchlist", whole, match=answer.headers["ETag"]))
    assert written["communities_from"] == "watchlist"
    assert written["communities"][-1] == {
        "id": "hn.acme", "source": "hackernews", "query": '"acme editor"', "address": None,
    }  # fmt: skip
    without = {"subjects": whole["subjects"][:1]}
    written = found(await change("PUT", "/watchlist", without))
    assert len(written["communities"]) == 4, "what is left out stays"
    assert len(written["subjects"]) == 1


async def test_every_revision_can_be_read(written) -> None:
    for n in range(1, 25):
        await change("PUT", "/subjects/acme", subject("Acme", f"Acme {n}"))
    newest = found(await get(f"{WATCHLIST}/history"))["revisions"]
    assert [each["revision"] for each in newest] == list(range(24, 14, -1))
    seen: list[int] = []
    below = 25
    while below > 1:
        page = found(await get(f"{WATCHLIST}/history", limit=20, below=below))["revisions"]
        seen += [each["revision"] for each in page]
        below = seen[-1]
    assert seen == list(range(24, 0, -1))
    third = found(await get(f"{WATCHLIST}/history", limit=1, below=4))["revisions"][0]
    restored = found(await change("PUT", "/watchlist", third))
    (acme,) = [each for each in restored["subjects"] if each["id"] == "acme"]
    assert acme["terms"][0]["text"] == "Acme 3"
    kept = await written.query(Query(WATCHLIST_REVISIONS, "watchlist_revision", 100, order_by="id"))
    assert [each["watchlist"]["revision"] for each in kept] == list(range(1, 25))


async def test_a_subject_is_removed_and_brought_back() -> None:
    await change("PUT", "/subjects/acme", ACME)
    sent: list[Any] = []
    answer = await change("DELETE", "/subjects/acme", sent=sent)
    assert "acme" not in [each["id"] for each in found(answer)["subjects"]]
    assert len(sent) == 1
    gone = found(await change("DELETE", "/subjects/acme"), 404)
    assert "'acme'" in gone["detail"]
    assert (await change("PUT", "/subjects/acme", ACME)).status_code == 201


async def test_a_merged_subject_ends_and_the_other_keeps_its_names_and_its_history() -> None:
    old = subject("Bardo", "Bardo", exclude=["bardo islands"], context=["agent"])
    old["terms"].append({"text": "Gemma", "needs_context": True})
    await change("PUT", "/subjects/bardo", old)
    await change("PUT", "/subjects/gem", subject("Gem", "GemX", exclude=["Bardo", "gem stone"]))
    sent: list[Any] = []
    answer = await change("POST", "/subjects/gem/merge", {"from": "bardo"}, sent=sent)
    merged = found(answer)
    assert [each["text"] for each in merged["terms"]] == ["GemX", "Bardo", "Gemma"]
    assert merged["exclude"] == ["gem stone", "bardo islands"]
    assert (merged["context"], merged["merged_from"]) == (["agent"], ["bardo"])
    assert len(sent) == 1
    assert "bardo" not in [each["id"] for each in (await current())["subjects"]]
    assert "merged into Gem" in (await refusals(subject("Bardo"), "/subjects/bardo"))["/id"]
    gone = found(await change("DELETE", "/subjects/bardo"), 404)
    assert "/api/v1/subjects/gem" in gone["detail"]
    last = found(await change("PUT", "/subjects/newest", subject("Newest")), 201)
    assert last["merged_from"] == []
    chained = found(await change("POST", "/subjects/newest/merge", {"from": "gem"}))
    assert chained["merged_from"] == ["gem", "bardo"]


async def test_only_other_subjects_are_merged() -> None:
    await change("PUT", "/subjects/acme", ACME)
    path = "/subjects/acme/merge"
    assert "itself" in (await refusals({"from": "acme"}, path, "POST"))["/from"]
    assert "isn't a subject" in (await refusals({"from": "nobody"}, path, "POST"))["/from"]
    assert "/from" in await refusals({}, path, "POST")
    unknown = await change("POST", "/subjects/nobody/merge", {"from": "acme"})
    assert unknown.status_code == 404


TERMS = {
    "": "is empty",
    "   ": "is empty",
    "!?": "no letter or digit",
    "x": "is too short",
    "the": "is a stop word",
    "It": "is a stop word",
    "to the": "has stop words only",
    "cursor": "duplicates the term 'Cursor' of Cursor",
    "CUR-sor": "duplicates the term 'Cursor' of Cursor",
}


@pytest.mark.parametrize(("text", "reason"), TERMS.items())
async def test_a_term_that_would_not_do_is_refused_by_its_name(text: str, reason: str) -> None:
    found = await refusals(subject("Acme", "Acme", text))
    assert list(found) == ["/terms/1/text"]
    assert reason in found["/terms/1/text"]
    assert repr(" ".join(text.split())) in found["/terms/1/text"]


@pytest.mark.parametrize(
    ("body", "place", "reason"),
    [
        ({"name": "Acme", "terms": []}, "/terms", "at least 1 item"),
        ({"name": "Acme"}, "/terms", "required"),
        (subject("", "Acme"), "/name", "can't be a name"),
        (subject("Cursor", "Acme"), "/name", "the name of another subject, cursor"),
        (subject("Acme", {"text": "ac", "prefix": True}), "/terms/0/text", "beginning of words"),
        (
            subject("Acme", {"text": "Acme", "needs_context": True}),
            "/terms/0/needs_context",
            "'Acme' needs context",
        ),
        (subject("Acme", exclude=["acme"]), "/terms/0/text", "is an exclusion"),
        (subject("Acme", exclude=["acme road", " "]), "/exclude/1", "is empty"),
        (subject("Acme", context=["the"]), "/context/0", "is a stop word"),
        (subject("Acme", context=["@nothing"]), "/context/0", "isn't a list of context words"),
        (subject("Acme", home=["forum.nowhere"]), "/home/0", "isn't a community"),
        (subject("Acme", home=["no such place"]), "/home/0", "isn't a community"),
        (subject("Acme", merged_from=["cursor"]), "/merged_from/0", "a subject of its own"),
        (subject("Acme", merged_from=["acme"]), "/merged_from/0", "this subject itself"),
        (subject("Acme", merged_from=["A B"]), "/merged_from/0", "can't be an id"),
        (subject("Acme", id="other"), "/id", "isn't the id in the path"),
        (subject("Acme", role="rival"), "/role", "'own', 'competitor' or 'topic'"),
        (subject("Acme", aliases=[]), "/aliases", "no such field"),
        (subject("Acme", {"text": "A/C", "fuzzy": 1}), "/terms/0/fuzzy", "no such field"),
        (subject("Acme", {"text": "Acme", "exact": "yes"}), "/terms/0/exact", "boolean"),
        (subject("Acme", "x" * 61), "/terms/0/text", "at most 60 characters"),
        (subject("Acme", *[f"acme{n}" for n in range(51)]), "/terms", "at most 50"),
        ([1], "", "object"),
    ],
)  # fmt: skip
async def test_what_else_would_not_do_is_refused_at_its_place(
    body: Any, place: str, reason: str
) -> None:
    found = await refusals(body)
    assert reason in found[place]
    assert (await current())["revision"] == 0


async def test_a_star_at_the_end_of_a_term_is_a_prefix() -> None:
    answer = found(await change("PUT", "/subjects/acme", subject("Acme", "  acme   edit* ")), 201)
    (term,) = answer["terms"]
    assert (term["text"], term["prefix"]) == ("acme edit", True)


async def test_a_common_word_counts_in_its_own_case_with_context() -> None:
    term = {"text": "Go", "exact": True, "needs_context": True}
    answer = await change("PUT", "/subjects/go", subject("Go", term, context=["golang"]))
    assert answer.status_code == 201


async def test_all_that_is_wrong_is_said_at_once_and_nothing_is_written() -> None:
    whole = {
        "subjects": [
            {"id": "acme", **subject("Acme", "Acme", "the")},
            {"id": "all", **subject("All of it", "Allofit")},
            {"id": "acme", **subject("Again", "ACME")},
            {"id": "B/C", **subject("Bad", "Bad thing")},
        ],
        "communities": [{"id": "hn.x"}, {"id": "aws", "query": "x"}, {"id": "hn.x"}],
    }
    found = await refusals(whole, "/watchlist")
    assert list(found) == [
        "/subjects/0/terms/1/text",
        "/subjects/1/id",
        "/subjects/2/id",
        "/subjects/3/id",
        "/communities/1/query",
        "/communities/2/id",
    ]
    assert (await current())["revision"] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"\\ud800"', b"[" * 5000, b"null", b"7"])
async def test_a_body_that_is_no_object_is_a_problem(body: bytes) -> None:
    for path in ("/api/v1/watchlist", "/api/v1/subjects/acme"):
        answer = await ask("PUT", path, {"if-match": "*"}, body=body)
        assert found(answer, 422)["errors"]


async def test_a_body_of_another_type_or_size_is_refused() -> None:
    headers = {"if-match": "*", "content-type": "application/xml"}
    assert (await ask("PUT", "/api/v1/subjects/acme", headers, body=b"<a/>")).status_code == 415
    large = json.dumps(subject("Acme", "x" * 70_000)).encode()
    answer = await ask("PUT", "/api/v1/subjects/acme", {"if-match": "*"}, body=large)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["A", "a_b", "-a", "a" * 41, "ä"])
async def test_an_id_that_is_not_safe_in_a_path_is_refused(path: str) -> None:
    answer = await change("PUT", f"/subjects/{path}", ACME)
    assert "small letters" in found(answer, 422)["errors"][0]["takes"]


async def test_at_most_a_hundred_subjects_are_kept() -> None:
    def whole(count: int) -> Any:
        return {"subjects": [{"id": f"s{n}", **subject(f"Subject {n}")} for n in range(count)]}

    assert len(found(await change("PUT", "/watchlist", whole(100)))["subjects"]) == 100
    assert "at most 100" in (await refusals(whole(101), "/watchlist"))["/subjects"]
    assert "101 subjects" in (await refusals(ACME))["/subjects"]


async def test_other_methods_are_told_which_are_answered() -> None:
    for path, allowed in {
        "/api/v1/watchlist": "GET, HEAD, PUT, OPTIONS",
        "/api/v1/subjects/acme": "DELETE, GET, HEAD, PUT, OPTIONS",
        "/api/v1/communities/aws": "DELETE, GET, HEAD, PUT, OPTIONS",
        "/api/v1/subjects/acme/merge": "POST, OPTIONS",
    }.items():
        answer = await ask("PATCH", path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
        asked_first = await ask("OPTIONS", path)
        assert asked_first.headers["Access-Control-Allow-Methods"] == allowed
        assert "If-Match" in asked_first.headers["Access-Control-Allow-Headers"]


async def test_a_word_of_everything_is_refused_and_says_of_how_much(written) -> None:
    posts = [
        a_post(n, utc_now() - timedelta(minutes=n), content="a tool" if n % 100 < 41 else "a plan")
        for n in range(1, 301)
    ]
    await keep(written, posts)
    found = await refusals(subject("Acme", "Acme", "tool", "plan"))
    assert list(found) == ["/terms/1/text", "/terms/2/text"]
    assert "'tool' is too common: it would have matched 41% of everything" in found["/terms/1/text"]
    assert (await change("PUT", "/subjects/acme", subject("Acme"))).status_code == 201
    # Those who talk about a tool in its own community are no sign that the word is common.
    await change("PUT", "/subjects/acme", subject("Acme", "Acme", "tool", home=["aws"]))
    assert (await change("PUT", "/subjects/acme", subject("Acme", "Acme"))).status_code == 200


def test_of_many_common_words_the_most_frequent_are_named() -> None:
    words = [f"word{number}" for number in range(MAX_CHECKED + 5)]
    # The first word stands in every text, each further one in a text less.
    texts = [
        Sampled(OwnLines(" ".join(words[: len(words) - number % len(words)])), "aws")
        for number in range(MIN_ITEMS)
    ]
    found = common_terms(a_subject("acme", "acme", *words), texts)
    assert [each.place for each in found] == [
        ("terms", number, "text") for number in range(1, MAX_CHECKED + 1)
    ]


async def test_too_few_items_say_nothing_about_a_word(written) -> None:
    await keep(written, posts_back(MIN_ITEMS - 1, timedelta(minutes=1), newest=utc_now()))
    answer = await change("PUT", "/subjects/acme", subject("Acme", "some words"))
    assert answer.status_code == 201


async def test_the_sample_of_a_large_database_is_even_and_costs_less_than_a_read_may(
    sqlite_store,
) -> None:
    text = "some words that people say " * 40
    posts = [{**post, "content": text} for post in posts_back(2000, timedelta(minutes=1))]
    comments = [{**a_comment(n, NOW - timedelta(minutes=n)), "content": text} for n in range(2000)]
    await keep(sqlite_store, posts, comments)  # type: ignore[arg-type]
    priced = PricedStore(sqlite_store)
    with priced.counting() as bill:
        sample = await read_sample(priced, NOW)
    assert len(sample) == 300
    assert bill.request_units < 1000


async def test_the_answers_of_reads_follow_a_change_at_once(monkeypatch) -> None:
    monkeypatch.setenv("CACHE_SECONDS", "60")
    settings.cache_clear()
    before = found(await get("/api/v1/communities"))
    assert before["communities"] == ["aws", "claude", "OpenAI"]
    answer = await change("PUT", "/communities/push.desk", {})
    assert found(answer, 201) == {
        "id": "push.desk", "source": "push", "query": None, "address": None,
    }  # fmt: skip
    seen = found(await get("/api/v1/communities"))["communities"]
    assert seen == ["aws", "claude", "OpenAI", "push.desk"]
    assert (await get("/api/v1/sentiment/stats", community="push.desk")).status_code == 200
    await change("DELETE", "/communities/claude")
    assert (await get("/api/v1/sentiment/stats", subreddit="claude")).status_code == 404
    assert (await get("/api/v1/communities/claude")).status_code == 404


async def test_pushed_items_are_taken_for_communities_of_the_watchlist() -> None:
    line = b'{"id": "1", "kind": "post", "created": "%s", "title": "Hi", "community": "push.desk"}'
    line %= utc_now().isoformat().encode()
    taken = found(await ask("POST", "/api/v1/ingest", body=line))
    assert "isn't watched" in taken["refused"][0]["reason"]
    await change("PUT", "/communities/push.desk", {})
    assert found(await ask("POST", "/api/v1/ingest", body=line))["accepted"] == 1


async def test_what_is_taken_out_leaves_the_sums_of_all(written) -> None:
    await keep(written, posts_back(9, timedelta(minutes=1), newest=utc_now()))
    stats = "/api/v1/sentiment/stats"
    assert found(await get(stats))["statistics"]["total"] == 9
    await change("DELETE", "/communities/aws")
    assert found(await get(stats))["statistics"]["total"] == 6
    await change("PUT", "/communities/push.desk", {})
    assert found(await get(stats))["statistics"]["total"] == 6


@pytest.mark.parametrize(
    ("name", "body", "place", "reason"),
    [
        ("rust", {}, "/id", "REDDIT_CLIENT_ID"),
        ("HN.x", {}, "/id", "not an id"),
        ("all", {}, "/id", "not an id"),
        ("hn.UPPER", {}, "/id", "not an id"),
        ("github.one", {}, "/id", "not an id"),
        ("forum.town", {}, "/address", "needs an address"),
        ("forum.town", {"address": "http://town.example"}, "/address", "https"),
        ("forum.town", {"address": "https://user:pw@town.example"}, "/address", "https"),
        ("forum.town", {"address": "file:///etc/passwd"}, "/address", "https"),
        ("hn.x", {"address": "https://town.example"}, "/address", "takes no address"),
        ("push.x", {"query": "words"}, "/query", "takes no query"),
        ("hn.x", {"query": "!!"}, "/query", "can't be looked for"),
        ("hn.x", {"words": "x"}, "/words", "no such field"),
    ],
)
async def test_a_community_that_cannot_be_collected_is_refused(
    name: str, body: Any, place: str, reason: str
) -> None:
    assert reason in (await refusals(body, f"/communities/{name}"))[place]


async def test_communities_of_every_open_source_are_added_and_changed(written) -> None:
    for name, body in {
        "hn.acme": {"query": '"acme editor"'},
        "forum.town": {"address": "https://talk.town.example/"},
        "forum.cursor": {},
        "github.acme.tool": {},
        "push.desk": {},
    }.items():
        assert (await change("PUT", f"/communities/{name}", body)).status_code == 201
        assert (await change("PUT", f"/communities/{name}", body)).status_code == 200
    watched = settings().watching(await read_watchlist(written))
    assert watched.hn_queries["acme"] == '"acme editor"'
    assert watched.addresses_of_forums["town"] == "https://talk.town.example"
    assert watched.subreddits == ("aws", "claude", "OpenAI")
    read = await get("/api/v1/communities/hn.acme")
    tag = read.headers["ETag"]
    changed = await change("PUT", "/communities/hn.acme", {"query": "acme"}, match=tag)
    assert found(changed)["query"] == "acme"
    assert (await change("DELETE", "/communities/hn.acme", match=tag)).status_code == 412


async def test_a_community_is_one_in_any_case() -> None:
    same = found(await change("PUT", "/communities/openai", {}))
    assert same["id"] == "OpenAI"
    assert (await current())["communities_from"] == "settings", "nothing has changed"
    await change("PUT", "/subjects/acme", subject("Acme", home=["AWS", "openai"]))
    (acme,) = [each for each in (await current())["subjects"] if each["id"] == "acme"]
    assert acme["home"] == ["aws", "OpenAI"]


async def test_the_last_community_stays() -> None:
    for name in ("aws", "claude"):
        assert (await change("DELETE", f"/communities/{name}")).status_code == 200
    answer = await change("DELETE", "/communities/OpenAI")
    assert "no community" in found(answer, 422)["errors"][0]["detail"]
