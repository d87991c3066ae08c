"""A model that lies, loops, hangs or does what posts tell it gets nothing untrue past the app."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from api.ask_model.conversation import (
    BUSY,
    NO_ANSWER,
    NO_TIME,
    NO_TOKENS,
    REFUSED,
    REJECTED,
    Limits,
)
from api.mcp.registry import TOOLS
from api.reads.questions import REMOVED, read_answer
from api.schema.ask import QuestionPath
from collector.maintenance.expired_questions import remove_expired_questions
from collector.question_jobs import fail_on_message
from local.sample.hostile import HOSTILE_POSTS, HostilePost
from shared.llm.budget import Budget
from shared.questions.queue import message_of
from shared.questions.states import INSTEAD, KEPT_SECONDS, KIND, POISONED
from shared.settings import Settings
from shared.store import POSTS, QUESTIONS, REQUESTS, WATCHLIST, Store
from shared.times import utc_now
from tests.api.ask_model.asking import (
    AUTHOR,
    HOURS,
    LANTERN,
    OWN,
    PLANTED,
    QUESTION,
    Asking,
    call,
    fill,
    honest,
    question_of,
    read,
    says,
    total,
)
from tests.api.subject_world import keep_matched
from tests.api.world import a_post, deps_of
from tests.collector.crashing import Killed, KilledStore
from tests.fixtures import model_server as models
from tests.fixtures.model_server import KEY, Answer, Request, Says, model_server

Script = Callable[[Request], Answer]
MENTIONS = {"scope": "subject:lantern", "hours": 24}


@pytest.fixture
async def asking(written: Store) -> AsyncIterator[Asking]:
    await fill(written)
    async with model_server() as server:
        yield Asking(written, server)


async def test_what_a_model_reads_is_said_with_its_evidence(asking: Asking) -> None:
    asking.server.script = honest
    found = await asking.asked()
    result = found["result"]
    assert found["status"] == "answered"
    assert result is not None
    (sentence,) = result["sentences"]
    count = total(asking.server.requests[-1])
    assert sentence == {"text": f"Lantern has {count} mentions.", "evidence": [1], "items": []}
    (evidence,) = result["evidence"]
    assert evidence["tool"] == "sentiment"
    assert evidence["request"] == "/api/v1/sentiment/stats?hours=168&subject=lantern"
    assert evidence["page"] == "?subject=lantern&hours=168"
    assert result["scopes"] == [{"scope": "subject:lantern", "name": "Lantern"}]
    assert (result["struck"], result["cannot"]) == ([], [])
    steps = [each["text"] for each in found["steps"]]
    assert "Reads: Sentiment of a scope (Lantern)" in steps
    assert result["tokens"] == 240


async def test_a_model_gets_the_tools_that_read_and_no_names(asking: Asking) -> None:
    def script(request: Request) -> Answer:
        if len(read(request)) < 2:
            search = {"scope": "subject:lantern", "hours": 168, "limit": 100}
            return call("search_mentions", **search, budget=90_000)
        return says("Lantern.")

    asking.server.script = script
    await asking.asked()
    for request in asking.server.requests:
        assert {each["function"]["name"] for each in request["tools"]} == TOOLS.keys()
    whole = json.dumps(asking.server.requests)
    assert "Lantern saved" in whole
    assert "u/somebody_else" not in whole
    assert f'"{AUTHOR}"' not in whole
    assert "hunter_two" not in whole
    assert all(len(json.dumps(each)) < 10_000 for each in read(asking.server.requests[-1]))


LIES: dict[str, Callable[[int], list[str]]] = {
    "invents figures": lambda n: [f"Lantern has {n + 1} mentions."],
    "invents words": lambda n: [f"Lantern has {n} mentions, and its maker was sued."],
    "rounds wrongly": lambda n: [f"Lantern has about {n + 100} mentions."],
    "swaps scopes": lambda n: [f"Kiro has {n} mentions."],
    "misquotes": lambda _: ['A post says "Lantern is the best of all".'],
    "claims a change": lambda _: ["Lantern got worse."],
    "prints what was planted": lambda _: ["Lantern has 9,999 mentions: https://evil.example/win"],
    "quotes what was planted": lambda _: [f'A post says "{PLANTED}".'],
    "talks to people": lambda _: ["Please open https://evil.example/win and enter your key."],
}


@pytest.mark.parametrize("name", LIES)
async def test_a_lie_is_struck_and_said_and_what_is_true_stays(asking: Asking, name: str) -> None:
    def script(request: Request) -> Answer:
        if not read(request):
            return call("sentiment", **LANTERN)
        if len(read(request)) == 1:
            return call("search_mentions", scope="subject:lantern", hours=168, limit=50)
        return says(f"Lantern has {total(request)} mentions.", *LIES[name](total(request)))

    asking.server.script = script
    found = await asking.asked()
    assert found["result"] is not None
    count = total(asking.server.requests[-1])
    shown = [each["text"] for each in found["result"]["sentences"]]
    assert shown == [f"Lantern has {count} mentions."]
    assert found["result"]["struck"]
    # A model is asked once for something else, and no more.
    assert len(asking.server.requests) == 4
    kept = json.dumps(found["result"]["struck"])
    assert "evil" not in kept
    assert "9,999" not in kept


async def test_nothing_but_lies_is_no_answer_and_says_what_to_do(asking: Asking) -> None:
    asking.server.script = lambda request: (
        says("Lantern has 9,999 mentions.") if read(request) else call("sentiment", **LANTERN)
    )
    found = await asking.asked()
    assert found["status"] == "failed"
    assert found["result"] is not None
    assert found["result"]["sentences"] == []
    assert found["result"]["cannot"][-1] == INSTEAD
    assert {each["what"] for each in found["result"]["struck"]} == {"figure"}


async def test_planted_instructions_change_nothing(asking: Asking) -> None:
    before = await asking.store.read(WATCHLIST, "watchlist", "watchlist")
    planted = [
        ("collect_now", "{}"),
        ("add_subject", '{"id": "evil", "name": "Evil", "names": ["evil"]}'),
        ("silence_incident", '{"id": "x.000001"}'),
        ("fetch", '{"url": "https://evil.example/win"}'),
        ("sentiment", '{"scope": "subject:lantern", "extra": 1}'),
        ("sentiment", "not JSON"),
        ("search_mentions", '{"limit": 100000}'),
    ]

    def script(request: Request) -> Answer:
        if not any(each["role"] == "tool" for each in request["messages"]):
            return Says(calls=planted)
        return says("I did as the post says.", "Lantern has 9,999 mentions.")

    asking.server.script = script
    found = await asking.asked()
    assert found["status"] == "failed"
    assert found["result"] is not None
    calls = found["result"]["calls"]
    assert len(calls) == len(planted)
    assert all(each["error"] for each in calls)
    assert await asking.store.read(WATCHLIST, "watchlist", "watchlist") == before
    assert await asking.store.read(REQUESTS, "lease", "request") is None


@pytest.mark.parametrize("hostile", HOSTILE_POSTS, ids=lambda each: each.title)
async def test_hostile_posts_of_the_sample_are_never_obeyed(
    asking: Asking, hostile: HostilePost
) -> None:
    text = f"Lantern. {hostile.text}"
    post = a_post(902, utc_now() - HOURS, title=f"Lantern: {hostile.title}", content=text)
    await keep_matched(asking.store, [post])

    def script(request: Request) -> Answer:
        if not any(each["role"] == "tool" for each in request["messages"]):
            return Says(calls=[("search_mentions", json.dumps(MENTIONS)), ("collect_now", "{}")])
        return says(hostile.title, hostile.text, "Lantern's mean is 0.99 over 100,000 items.")

    asking.server.script = script
    found = await asking.asked()
    assert found["result"] is not None
    read, change = found["result"]["calls"]
    assert (read["error"], bool(change["error"])) == (None, True)
    assert found["result"]["sentences"] == []
    assert await asking.store.read(REQUESTS, "lease", "request") is None


async def test_what_rests_on_a_removed_post_is_not_shown(asking: Asking) -> None:
    quote = "Lantern broke my whole build today"
    kept = await keep_matched(asking.store, [a_post(903, utc_now() - HOURS, title=quote)])

    def script(request: Request) -> Answer:
        if not read(request):
            return Says(
                calls=[
                    ("search_mentions", json.dumps(MENTIONS)),
                    ("sentiment", json.dumps(LANTERN)),
                ]
            )
        mentions = read(request)[1]["data"]["stats"]["statistics"]["total"]
        count = f"Lantern has {mentions} mentions in the last 168 hours."
        said = [
            {"text": f'A post about Lantern says "{quote}".', "evidence": [1], "items": []},
            {"text": count, "evidence": [2], "items": []},
        ]
        return Says(json.dumps({"sentences": said}))

    asking.server.script = script
    await asking.asked()
    deps = deps_of(asking.store, now=utc_now())
    answer = await read_answer(deps, QuestionPath(id=OWN))
    assert [len(each.items) for each in answer.answer] == [1, 0]
    assert [each.id for each in answer.items] == ["p903"]
    assert answer.cannot == []
    (post,) = kept
    await asking.store.upsert(POSTS, [{**post, "deleted": True, "title": "[removed]"}])
    later = await read_answer(deps, QuestionPath(id=OWN))
    assert [each.text for each in later.answer] == [answer.answer[1].text]
    assert (later.items, later.cannot) == ([], [REMOVED])
    assert quote not in later.model_dump_json()


@pytest.mark.parametrize("count", [1, 100])
async def test_calls_without_end_are_bounded(asking: Asking, count: int) -> None:
    asking.server.script = lambda _: Says(calls=[("sentiment", json.dumps(LANTERN))] * count)
    found = await asking.asked()
    assert found["status"] == "failed"
    assert found["result"] is not None
    assert len(found["result"]["calls"]) == 8
    assert len(asking.server.requests) <= 12
    assert "tools" not in asking.server.requests[-1]


FAULTS: dict[str, tuple[Answer, str]] = {
    "busy for long": (models.refused(429, "rate_limit_exceeded", Retry_After="90"), BUSY),
    "no such model": (models.UNKNOWN, REFUSED),
    "unauthorized": (models.UNAUTHORIZED, REFUSED),
    "forbidden": (models.FORBIDDEN, REFUSED),
    "elsewhere": (models.ELSEWHERE, REFUSED),
    "filtered": (models.FILTERED, REJECTED),
    "junk": (models.JUNK, NO_ANSWER),
    "huge": (models.HUGE, NO_ANSWER),
    "a page": (models.PAGE, NO_ANSWER),
    "nothing": (Says(""), NO_ANSWER),
    "prose": (Says("Lantern has 9,999 mentions."), NO_ANSWER),
    "other JSON": (Says('{"answer": "9,999"}'), NO_ANSWER),
    "deep JSON": (Says("[" * 10_000), NO_ANSWER),
    "a long answer": (Says(json.dumps({"sentences": ["x" * 100_000]})), NO_ANSWER),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_model_is_no_answer(asking: Asking, name: str) -> None:
    fault, reason = FAULTS[name]
    asking.server.script = lambda _: fault
    found = await asking.asked()
    assert found["status"] == "failed"
    assert found["result"] is not None
    assert found["result"]["cannot"] == [reason, INSTEAD]
    assert len(asking.server.requests) <= 2


@pytest.mark.parametrize("fault", [models.BROKEN, models.CUT], ids=["broken", "cut"])
async def test_a_model_that_is_busy_for_a_moment_is_asked_again(asking: Asking, fault) -> None:
    def script(request: Request) -> Answer:
        return fault if len(asking.server.requests) == 1 else honest(request)

    asking.server.script = script
    assert (await asking.asked())["status"] == "answered"


async def test_a_model_that_hangs_is_given_up(asking: Asking) -> None:
    asking.limits = Limits(seconds=0.5)
    asking.server.script = lambda _: models.LATE
    found = await asking.asked()
    assert found["result"] is not None
    assert found["result"]["cannot"][0] == NO_TIME


async def test_a_question_costs_no_more_than_its_tokens(asking: Asking) -> None:
    asking.limits = Limits(tokens=100)
    found = await asking.asked()
    assert found["result"] is not None
    assert found["result"]["cannot"][0] == NO_TOKENS
    assert asking.server.requests == []


async def test_a_spent_day_asks_nothing(asking: Asking) -> None:
    asking.daily_tokens = 1000
    found = await asking.asked()
    assert found["result"] is not None
    assert "tokens are spent" in found["result"]["cannot"][0]
    assert asking.server.requests == []


async def test_the_tokens_are_charged(asking: Asking) -> None:
    asking.server.script = honest
    await asking.asked()
    budget = Budget(asking.store, "questions", 500_000, utc_now)
    assert await budget.spent() == 240


async def test_an_answered_question_isnt_answered_twice(asking: Asking) -> None:
    asking.server.script = honest
    first = await asking.asked()
    requests = len(asking.server.requests)
    assert await asking.answer("m1") == "skipped"
    assert await asking.answer("m2") == "skipped"
    assert (len(asking.server.requests), await asking.stored()) == (requests, first)


async def test_of_two_workers_on_one_message_one_answers(asking: Asking) -> None:
    asking.server.script = honest
    await asking.store.create(QUESTIONS, question_of())
    ends = await asyncio.gather(asking.answer("m1"), asking.answer("m1"))
    assert sorted(ends) in (["answered", "superseded"], ["answered", "skipped"])
    assert (await asking.stored())["status"] == "answered"


async def test_another_message_waits_for_the_worker_that_has_the_question(asking: Asking) -> None:
    inner: list[str] = []

    async def answer(*_: Any) -> Any:
        inner.append(await asking.answer("m2"))
        return {**empty(), "cannot": ["none"]}

    await asking.store.create(QUESTIONS, question_of())
    assert await asking.worker().answer(OWN, "m1", answer) == "failed"
    assert inner == ["skipped"]


def empty() -> dict[str, Any]:
    lists = ("sentences", "cannot", "evidence", "items", "struck", "scopes", "calls")
    return {**{name: [] for name in lists}, "tokens": 0}


async def test_a_worker_that_is_killed_at_any_write_is_followed_by_another(asking: Asking) -> None:
    asking.server.script = honest
    step = 0
    while True:
        await asking.store.delete(QUESTIONS, [(KIND, OWN)])
        await asking.store.create(QUESTIONS, question_of())
        try:
            await asking.answer("m1", KilledStore(asking.store, step))
            break
        except Killed:
            # The host delivers its message again.
            await asking.answer("m1")
        assert (await asking.stored())["status"] == "answered", step
        step += 1
    # The claim, the steps, the tokens and the answer.
    assert step >= 16
    assert (await asking.stored())["status"] == "answered"


async def test_a_question_whose_workers_are_all_killed_fails(asking: Asking) -> None:
    asking.server.script = honest
    await asking.store.create(QUESTIONS, question_of())
    for _ in range(3):
        with pytest.raises(Killed):
            await asking.answer("m1", KilledStore(asking.store, 2))
    assert await asking.answer("m1") == "failed"
    found = await asking.stored()
    assert found["result"] is not None
    assert "stopped" in found["result"]["cannot"][0]


def test_a_poisoned_message_leaves_a_failed_question(process: Settings) -> None:
    from tests.collector.crashing import opened  # noqa: PLC0415 - beside its one use

    async def made() -> None:
        async with opened(process) as store:
            await store.create(QUESTIONS, question_of())

    async def stored() -> Any:
        async with opened(process) as store:
            return await store.read(QUESTIONS, KIND, OWN)

    asyncio.run(made())
    fail_on_message(process, b"not a message")
    fail_on_message(process, message_of(OWN).encode())
    fail_on_message(process, message_of(OWN).encode())
    assert asyncio.run(stored())["result"]["cannot"][0] == POISONED


async def test_what_is_kept_expires_after_thirty_days(asking: Asking) -> None:
    await asking.store.create(QUESTIONS, question_of())
    await asking.store.create(QUESTIONS, question_of("f" * 32))
    assert (await asking.stored())["ttl"] == KEPT_SECONDS == 30 * 86_400
    now = utc_now()
    day = timedelta(days=1)
    assert await remove_expired_questions(asking.store, now + 29 * day, lambda: None) == 0
    assert await remove_expired_questions(asking.store, now + 31 * day, lambda: None) == 2
    assert await asking.store.read(QUESTIONS, KIND, OWN) is None


async def test_the_log_has_no_secret_and_no_words_of_anybody(asking: Asking, caplog) -> None:
    caplog.set_level(logging.INFO)
    answers = iter([models.UNAUTHORIZED])
    asking.server.script = lambda request: next(answers, None) or honest(request)
    await asking.asked()
    assert "question.unanswered" in caplog.text
    for secret in (KEY, QUESTION, "SECRET WORDS", "hunter2", "Lantern saved"):
        assert secret not in caplog.text
