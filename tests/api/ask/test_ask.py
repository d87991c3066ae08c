"""An answer in words has the figures of the API's reads, and names what it rests on."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from api.ask.wording import percent, signed
from api.mcp.registry import TOOLS
from shared.store import WATCHLIST, Store
from shared.subjects.watchlist import read_watchlist
from shared.times import hour_start, iso, parse_iso, utc_now
from tests.api.ask.asking import asked, text_of
from tests.api.subject_world import keep_matched, talk, watch
from tests.api.world import ask, get
from tests.watchlists import a_marker

# A question of each kind.
QUESTIONS = {
    "feeling": "How do people feel about Lantern?",
    "a community": "How do people feel in r/aws?",
    "a subject there": "How do people feel about Lantern in r/aws?",
    "all": "How do people feel?",
    "change": "What changed about Lantern since yesterday?",
    "all changes": "What changed in the last 2 days?",
    "reason": "Why did Lantern get worse in the last 2 days?",
    "comparison": "Compare Lantern, Kiro and r/aws",
    "comparison there": "Lantern vs Kiro in r/aws",
    "most mentioned": "Which product do people like best?",
    "communities": "Which community is the most negative?",
    "topic": "What do people say about Lantern?",
    "complaints": "What do people complain about in Lantern?",
    "search": "What do people say about fine things in Lantern?",
    "unknown": "How do people feel about Foobar?",
    "reading": "Which posts should I read about Lantern?",
    "sorted": "Show me the most upvoted posts about Kiro",
    "release": "Did Lantern 2.0 help?",
    "share": "What is our share of voice?",
    "shares": "Share of voice in r/aws",
}


async def mark(store: Store) -> None:
    """Store a marker of three days ago, and of today."""
    now = utc_now()
    markers = [
        a_marker("lantern-2", f"{now - timedelta(days=3):%Y-%m-%d}", name="Lantern 2.0",
                 subject="lantern"),
        a_marker("kiro-9", f"{now:%Y-%m-%d}", name="Kiro 9", subject="kiro"),
    ]  # fmt: skip
    await store.upsert(WATCHLIST, [{**await read_watchlist(store), "markers": markers}])


@pytest.fixture
async def world(written) -> None:
    await watch(written)
    posts, comments = talk(360, newest=utc_now())
    await keep_matched(written, posts, comments)
    await mark(written)


async def read(request: str) -> Any:
    """Return what the API returns for a read that an answer rests on."""
    answer = await get(request)
    assert answer.status_code == 200, answer.get_body()
    return json.loads(answer.get_body())


async def evidence(answer: Any) -> Mapping[str, Any]:
    """Return the answers of the reads that an answer rests on, by the names of their tools."""
    assert [each["number"] for each in answer["evidence"]] == list(
        range(1, len(answer["evidence"]) + 1)
    )
    return {each["tool"]: await read(each["request"]) for each in answer["evidence"]}


def mean_in(totals: Any) -> str:
    """Return a mean as sentences have it."""
    low, high = totals["interval"]
    n = totals["total"] - totals["left_out"]
    few = ", which is few" if totals["few"] else ""
    interval = f"95% interval {signed(low)} to {signed(high)}"
    return f"{signed(totals['avg_sentiment'])} ({interval}; n = {n:,}{few})"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", QUESTIONS)
async def test_each_answer_rests_on_reads_of_the_api(name: str) -> None:
    answer = await asked(QUESTIONS[name])
    assert answer["answer"], answer["cannot"]
    assert answer["cannot"] == []
    numbers = {each["number"] for each in answer["evidence"]}
    items = {each["id"] for each in answer["items"]}
    for sentence in answer["answer"]:
        assert set(sentence["evidence"]) <= numbers
        assert set(sentence["items"]) <= items
    # All sentences but a first one, of what was understood, and the last one, of the sample.
    assert all(each["evidence"] for each in answer["answer"][1:-1])
    assert "sample data" in answer["answer"][-1]["text"]
    for each in answer["evidence"]:
        assert each["tool"] in {*TOOLS, "marker_effect"}
        assert each["page"] is None or each["page"].startswith("?")
    reads = {each["number"]: await read(each["request"]) for each in answer["evidence"]}
    for sentence in answer["answer"]:
        assert_figures_are_of(sentence, reads)
    for item in answer["items"]:
        assert item["evidence"] in numbers
        assert item["text"]
    assert (answer["answered_by"], answer["status"], answer["id"]) == ("parser", "answered", None)
    assert answer["has_model"] is False


def assert_figures_are_of(sentence: Any, reads: Mapping[int, Any]) -> None:
    """Check that every mean and interval of a sentence stands in what its evidence returns."""
    known = {signed(each) for n in sentence["evidence"] for each in _floats(reads[n])}
    said = re.findall(r"[+-]\d\.\d\d(?= (?:to|\())|interval [+-]\d\.\d\d", sentence["text"])
    for figure in said:
        assert figure.removeprefix("interval ") in known, sentence["text"]


def _floats(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [found for each in value.values() for found in _floats(each)]
    if isinstance(value, list):
        return [found for each in value for found in _floats(each)]
    return [float(value)] if isinstance(value, float | int) and abs(value) <= 2 else []


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["feeling", "a community", "a subject there", "all"])
async def test_how_people_feel_has_the_figures_of_the_statistics(name: str) -> None:
    answer = await asked(QUESTIONS[name])
    found = await evidence(answer)
    totals, text = found["sentiment"]["statistics"], text_of(answer)
    assert totals["total"] > 30
    assert mean_in(totals) in text
    for label in ("positive", "negative", "neutral"):
        share = percent(totals["shares"][label]["share"])
        assert re.search(rf"{share} (are )?{label} \({totals[label]:,}\)", text)
    end = hour_start(utc_now())
    window = found["sentiment"]["window"]
    assert (answer["understood"]["start"], answer["understood"]["end"]) == (
        iso(end - timedelta(days=7)),
        iso(end),
    )
    assert window == {"start": answer["understood"]["start"], "end": answer["understood"]["end"]}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["feeling", "a community", "all"])
async def test_a_verdict_is_that_of_the_read(name: str) -> None:
    answer = await asked(QUESTIONS[name] + " since yesterday?")
    change = (await evidence(answer))["explain_change"]["change"]
    text = text_of(answer)
    words = {
        "better": "got better",
        "worse": "got worse",
        "no_clear_change": "no clear change",
        "too_few": "too little to tell",
        "incomplete": "can't be told",
    }
    for verdict, said in words.items():
        assert (said in text) == (change["verdict"] == verdict)
    assert f"n = {change['statistics']['total']}, {change['previous']['total']} before" in text or (
        change["verdict"] == "incomplete"
    )


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["change", "reason"])
async def test_a_change_is_that_of_the_explanation(name: str) -> None:
    answer = await asked(QUESTIONS[name])
    explained = (await evidence(answer))["explain_change"]
    assert explained["subject"] == "lantern"
    assert explained["sentence"] in text_of(answer)
    assert mean_in(explained["change"]["statistics"]) in text_of(answer)
    cited = {each["id"] for each in explained["cited"]}
    assert {each["id"] for each in answer["items"]} <= cited


@pytest.mark.usefixtures("world")
async def test_what_is_taken_as_given_is_checked() -> None:
    answer = await asked(QUESTIONS["reason"])
    verdict = (await evidence(answer))["explain_change"]["verdict"]
    first = answer["answer"][0]["text"]
    is_told = "isn't borne out" in first or "can't be told" in first
    assert is_told == (verdict != "worse")


@pytest.mark.usefixtures("world")
async def test_a_comparison_has_each_mean_and_verdict() -> None:
    answer = await asked(QUESTIONS["comparison"])
    compared = (await evidence(answer))["compare"]["subreddits"]
    assert [each["scope"] for each in compared] == ["subject:lantern", "subject:kiro", "aws"]
    for each in compared:
        assert mean_in(each["statistics"]) in text_of(answer)
    means = [each["statistics"]["avg_sentiment"] for each in compared]
    places = [text_of(answer).index(f"mean {signed(each)} (") for each in sorted(means)]
    assert places == sorted(places, reverse=True)


@pytest.mark.usefixtures("world")
async def test_shares_are_those_of_share_of_voice() -> None:
    answer = await asked(QUESTIONS["share"])
    voice = (await evidence(answer))["share_of_voice"]
    own = next(each for each in voice["subjects"] if each["id"] == "lantern")
    text = text_of(answer)
    assert f"Of {voice['base']:,} mentions of {len(voice['set'])} subjects" in text
    low, high = own["interval"]
    interval = f"95% interval {percent(low)} to {percent(high)}"
    assert f"Lantern has {percent(own['share'])} ({interval}; {own['mentions']:,} mentions)" in text


@pytest.mark.usefixtures("world")
async def test_a_search_counts_what_the_list_has() -> None:
    answer = await asked(QUESTIONS["search"])
    listed = (await evidence(answer))["search_mentions"]
    labels = [
        next((m["sentiment"] for m in each["mentions"] if m["subject"] == "lantern"), None)
        or each["sentiment"]
        for each in listed
    ]
    counts = {label: sum(each["label"] == label for each in labels) for label in
              ("positive", "negative", "neutral")}  # fmt: skip
    expected = ", ".join(f"{count} {label}" for label, count in counts.items())
    assert f"{len(listed)} posts and comments about Lantern have" in text_of(answer)
    assert expected in text_of(answer)
    assert [each["id"] for each in answer["items"]] == [each["id"] for each in listed[:5]]
    assert answer["understood"]["search"] == "fine"
    query = dict(parse_qsl(answer["evidence"][0]["page"].removeprefix("?")))
    assert query.items() >= {"view": "posts", "subject": "lantern", "q": "fine"}.items()


@pytest.mark.usefixtures("world")
async def test_what_is_no_subject_is_said_to_be_searched_for() -> None:
    answer = await asked(QUESTIONS["unknown"])
    assert "“Foobar” is no subject of the watchlist: this is a search" in text_of(answer)
    assert answer["understood"]["search"] == "foobar"


@pytest.mark.usefixtures("world")
async def test_posts_to_read_are_those_of_the_explanation() -> None:
    answer = await asked(QUESTIONS["reading"])
    explained = (await evidence(answer))["explain_change"]
    assert [each["id"] for each in answer["items"]] == [
        each["item"] for each in explained["read_these"]
    ]
    for each in explained["read_these"]:
        assert each["why"] in text_of(answer)


@pytest.mark.usefixtures("world")
async def test_a_release_is_compared_before_and_after() -> None:
    answer = await asked(QUESTIONS["release"])
    effect = (await evidence(answer))["marker_effect"]
    assert effect["status"] == "compared"
    assert mean_in(effect["change"]["previous"]) in text_of(answer)
    assert mean_in(effect["change"]["statistics"]) in text_of(answer)
    assert answer["understood"]["marker"] == "lantern-2"
    assert answer["evidence"][0]["page"] == "?subject=lantern&marker=lantern-2"


@pytest.mark.usefixtures("world")
async def test_a_release_of_today_is_too_early_to_tell() -> None:
    answer = await asked("Did Kiro 9 help?")
    assert "too early to tell" in text_of(answer)
    assert "n =" not in text_of(answer)


@pytest.mark.usefixtures("world")
async def test_the_same_time_gives_the_same_answer() -> None:
    at = iso(utc_now() - timedelta(hours=30))
    first, again = await asked(QUESTIONS["feeling"], at), await asked(QUESTIONS["feeling"], at)
    assert first["at"] == at
    assert parse_iso(first["understood"]["end"]) == hour_start(parse_iso(at))
    for answer in (first, again):
        answer.pop("timestamp")
    assert first == again


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "at", ["2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "yesterday", ""]
)
async def test_a_time_that_cannot_be_one_is_refused(at: str) -> None:
    body = json.dumps({"question": "How do people feel?", "at": at}).encode()
    answer = await ask("POST", "/api/v1/ask", body=body)
    assert answer.status_code == 422
    assert json.loads(answer.get_body())["errors"][0]["parameter"] == "/at"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How do people feel about Lantern in 2020?", "is kept"),
        ("What changed in the last 80 days?", ""),
        ("How do people feel about Lantrn?", "Did you mean Lantern?"),
        ("Hello", "isn't a question"),
        ("🙂" * 250, "isn't a question"),
        ("\x00\x07\u202e", "isn't a question"),
        ("x" * 500, "isn't a question"),
        ("What do people say about " + "x" * 470, "Too many words"),
    ],
)
async def test_what_cannot_be_answered_says_what_to_do(question: str, said: str) -> None:
    answer = await asked(question[:500])
    assert said in " ".join(answer["cannot"])
    assert (answer["answer"] == []) == bool(said)


@pytest.mark.usefixtures("world")
async def test_nothing_is_made_up_where_nothing_was_said() -> None:
    answer = await asked("How do people feel about Kiro in October 2026?")
    assert not re.search(r"mean is|got (better|worse)", text_of(answer))


@pytest.mark.usefixtures("written")
async def test_an_empty_database_is_answered() -> None:
    for name, question in QUESTIONS.items():
        answer = await asked(question)
        assert answer["answer"] or answer["cannot"], name
        assert not re.search(r"got (better|worse)", text_of(answer))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"question": ""}', b'{"question": 1}', b"[", b'{"q": "a"}']
)
async def test_a_body_that_asks_nothing_is_refused(body: bytes) -> None:
    assert (await ask("POST", "/api/v1/ask", body=body)).status_code == 422


@pytest.mark.usefixtures("world")
async def test_answers_are_not_kept_and_pages_of_named_origins_may_read_them(monkeypatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://page.example.com")
    body = json.dumps({"question": "How do people feel?"}).encode()
    answer = await ask("POST", "/api/v1/ask", {"origin": "https://page.example.com"}, body=body)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Undertone-Origin"] == "sample"
