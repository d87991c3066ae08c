"""Scoring by a language model: after its messages, within its budget, and whatever it answers."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

import pytest

from collector import score_jobs, shard_runs
from collector.maintenance.backlog import Backlog
from collector.maintenance.rescore import Rescorer
from collector.score_jobs import (
    rescore_by_hand,
    score_by_model_on_message,
    score_on_message,
    send_due_model_scoring,
    send_due_scoring,
)
from collector.sentiment.base import Method
from collector.sentiment.llm.judge import Judge
from collector.sentiment.llm.method import ModelMethod, model_method, names_of
from local.host.invoke import Output
from shared.corrections.items import text_digest, with_correction
from shared.llm.budget import Budget, BudgetedChat
from shared.llm.chat import chat_of
from shared.models import ItemCorrection, Mention, Post, ScoringState
from shared.scoring import read_scoring
from shared.settings import Settings, load_settings
from shared.shards import Sharding
from shared.stats.cells import method_of
from shared.store import COLLECTION, COMMUNITIES, SCORING, TOKENS, VERDICTS, Query, Store
from shared.store.community_states import never_read
from shared.store.schema import SCHEMA
from shared.times import utc_now
from tests.api.world import NAMES, a_comment, a_post, keep
from tests.collector.crashing import LINEAR, DeadStore, Killed, opened
from tests.collector.harness import check_statistics, stored_items
from tests.collector.sentiment.llm import models
from tests.fixtures import model_server as stand_in
from tests.fixtures.model_server import ModelServer, model_server_in_thread

T = TypeVar("T")

TEXTS = ("I love it", "I hate it", "When does it come out?", "It does crash")
LABELS = ("positive", "negative", "neutral", "negative")
ITEMS = 24
MODEL = "llm stand-in+1+4"
FIRST = "vader 3.3.2"
"""The method that has scored the items that are there."""


def a_text(number: int) -> str:
    return f"{TEXTS[number % len(TEXTS)]}, number {number}"


def posts() -> list[Post]:
    now = utc_now()
    return [
        a_post(
            n, now - n * timedelta(hours=1), NAMES[n % 3],
            title=a_text(n), content="", author=f"author-{n}",
        )
        for n in range(ITEMS)
    ]  # fmt: skip


class World:
    """A database with posts that another method scored, and a server with a model."""

    def __init__(self, settings: Settings, server: ModelServer, **more: str) -> None:
        given = load_settings({"SENTIMENT_METHOD": "llm", **server.environ, **more})
        names = ("sentiment_method", "ask_endpoint", "ask_model", "ask_key", "llm_daily_tokens")
        self.settings = settings.model_copy(
            update={"subreddits": NAMES, **{name: getattr(given, name) for name in names}}
        )
        self.server = server
        self.first: Method = replace(LINEAR, keeps=names_of(self.settings), is_slow=True)

    def in_store(self, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            async with opened(self.settings) as store:
                return await work(store)

        return asyncio.run(run())

    def fill(self, items: list[Post]) -> None:
        self.in_store(lambda store: keep(store, items))

    def load(self, settings: Settings) -> ModelMethod:
        return model_method(settings, LINEAR)

    def sent(self) -> list[bytes]:
        output = Output()
        send_due_model_scoring(self.settings, output, load=self.load)
        return [text.encode() for text in output.value or []]

    def run(self, message: bytes) -> list[bytes]:
        output = Output()
        score_by_model_on_message(self.settings, message, output, load=self.load)
        return [text.encode() for text in output.value or []]

    def run_all(self) -> None:
        messages = self.sent()
        while messages:
            (message,) = messages
            messages = self.run(message)

    def run_first(self) -> None:
        """Let the method score that scores before the model."""
        output = Output()
        send_due_scoring(self.settings, output, load=lambda _: self.first)
        for message in output.value or []:
            score_on_message(self.settings, message.encode(), Output(), load=lambda _: self.first)

    def items(self) -> dict[str, dict[str, Any]]:
        """Return what is stored; statistics must agree with it."""

        async def read(store: Store) -> dict[str, dict[str, Any]]:
            await check_statistics(store, NAMES)
            return await stored_items(store, NAMES)

        return self.in_store(read)

    def methods(self) -> dict[str, str]:
        return {name: method_of(each["sentiment"]) for name, each in self.items().items()}

    def state(self) -> ScoringState:
        found = self.in_store(lambda store: read_scoring(store, "model_scoring"))
        assert found is not None
        return found

    def wait(self) -> None:
        """Let the time pass until which the model isn't asked, and the day of the budget."""

        async def move(store: Store) -> None:
            state: Any = await read_scoring(store, "model_scoring")
            state["paused_until"] = "2026-01-01T00:00:00Z"
            state["retry_at"] = None
            await store.upsert(SCORING, [state])
            spent: Any = await store.read(TOKENS, "tokens", "scoring")
            if spent:
                await store.upsert(TOKENS, [{**spent, "day": "2026-01-01"}])

        self.in_store(move)

    def tokens(self) -> int:
        settings = self.settings
        return self.in_store(
            lambda store: Budget(store, "scoring", settings.llm_daily_tokens, utc_now).spent()
        )


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server_in_thread(models.honest) as running:
        yield running


@pytest.fixture
def world(sqlite_settings: Settings, server: ModelServer) -> World:
    made = World(sqlite_settings, server)
    made.fill(posts())
    return made


def test_the_model_scores_what_the_default_method_has_scored(
    any_store_settings: Settings, server: ModelServer
) -> None:
    world = World(any_store_settings, server)
    world.fill(posts())
    (message,) = world.sent()
    state = world.state()
    assert (state["method"], state["stands_in"], state["waiting"]) == (MODEL, "linear 1", ITEMS)
    assert world.sent() == [], "it is on its way"
    assert world.run(message) == []
    found = world.items()
    assert {method_of(each["sentiment"]) for each in found.values()} == {MODEL}
    for number in range(ITEMS):
        assert found[f"t3_p{number}"]["sentiment"]["label"] == LABELS[number % len(LABELS)]
    assert len(server.requests) == 2, "20 texts a request"
    assert (world.state()["waiting"], world.state()["ticket"]) == (0, None)
    assert world.sent() == world.run(message) == []
    assert world.tokens() == sum(52 * len(models.asked_of(each)) for each in server.requests)


def test_by_shard_one_worker_asks_the_model(world, monkeypatch) -> None:
    monkeypatch.setattr(shard_runs, "SHARDING", Sharding(fewest=3, size=2))
    monkeypatch.setattr(score_jobs, "workers_of_round", lambda _: 4)

    async def assign(store: Store) -> None:
        shards = [
            {**never_read(name), "shard": f"shard_reddit_{n}"} for n, name in enumerate(NAMES)
        ]
        await store.upsert(COMMUNITIES, shards)  # type: ignore[arg-type]
        named: dict[str, Any] = {"id": "collection", "kind": "collection", "ttl": -1}
        state: Any = {**named, "schema": SCHEMA, "origin": world.settings.origin, "shards": {}}
        await store.upsert(COLLECTION, [state])

    world.in_store(assign)
    (message,) = world.sent()
    assert world.run(message) == [message], "a round has begun"
    assert world.run(message) == []
    assert set(world.methods().values()) == {MODEL}
    assert (world.state()["waiting"], world.state()["ticket"]) == (0, None)
    assert world.sent() == world.run(message) == []


def test_no_name_of_an_author_and_no_address_is_sent(world) -> None:
    world.run_all()
    sent = json.dumps(world.server.requests)
    assert "I love it, number 0" in sent
    assert "author-" not in sent
    assert "reddit.com" not in sent


def test_the_method_that_scores_first_leaves_what_the_model_has_scored(world) -> None:
    world.run_all()
    world.run_first()
    assert set(world.methods().values()) == {MODEL}
    world.fill([a_post(99, utc_now(), title="A new one")])
    world.run_first()
    assert world.methods()["t3_p99"] == "linear 1"
    world.run_all()
    assert set(world.methods().values()) == {MODEL}


def test_another_model_scores_all_again_and_without_one_the_default_does(world) -> None:
    world.run_all()
    world.settings = world.settings.model_copy(update={"ask_model": "other"})
    world.run_all()
    assert set(world.methods().values()) == {"llm other+1+4"}
    world.settings = world.settings.model_copy(update={"ask_endpoint": None, "ask_model": None})
    world.first = replace(LINEAR, is_slow=True)
    assert world.sent() == []
    assert world.state()["reason"] == "ASK_ENDPOINT and ASK_MODEL aren't set"
    world.run_first()
    assert set(world.methods().values()) == {"linear 1"}


def test_the_same_text_isn_t_paid_for_twice(world) -> None:
    world.run_all()
    paid, asked = world.tokens(), len(world.server.requests)
    world.first = replace(LINEAR, is_slow=True)
    world.run_first()
    assert set(world.methods().values()) == {"linear 1"}
    now = utc_now()
    world.fill([a_post(100 + n, now, title=a_text(n), content="") for n in range(ITEMS)])
    world.run_all()
    assert set(world.methods().values()) == {MODEL}
    assert (world.tokens(), len(world.server.requests)) == (paid, asked)


def test_a_spent_day_leaves_the_default_s_scores_and_says_so_until_the_next(world) -> None:
    world.settings = world.settings.model_copy(update={"llm_daily_tokens": 2_000})
    world.run_all()
    by_model = [each for each in world.methods().values() if each == MODEL]
    assert len(by_model) == 20, "one request had tokens"
    state = world.state()
    assert "LLM_DAILY_TOKENS" in str(state["paused_because"])
    assert str(state["paused_until"]).endswith("T00:00:00Z")
    assert state["waiting"] == 4
    assert set(world.methods().values()) == {MODEL, FIRST}
    assert world.sent() == [], "the model isn't asked before the next day"
    assert world.tokens() <= 2_000
    world.wait()
    world.run_all()
    assert set(world.methods().values()) == {MODEL}
    assert world.state()["paused_because"] is None


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (stand_in.UNAUTHORIZED, "ASK_KEY"),
        (stand_in.UNKNOWN, "ASK_MODEL"),
        (stand_in.BUSY, "429"),
        (stand_in.BROKEN, "500"),
        (stand_in.CUT, "the connection failed"),
        (stand_in.LATE, "no answer in"),
        (stand_in.JUNK, "isn't a chat completion"),
        (stand_in.HUGE, "bytes"),
        (stand_in.PAGE, "Content-Type"),
        (stand_in.FILTERED, "content_filter"),
        (stand_in.Says("I can't help with that."), "schema"),
        (stand_in.Says('{"answers": [', finish_reason="length"), "longer than it may be"),
    ],
)
def test_a_fault_leaves_the_default_s_scores_and_says_what_it_is(
    world, monkeypatch, fault, word: str
) -> None:
    monkeypatch.setattr("collector.sentiment.llm.judge.SECONDS", 0.3)
    world.server.script = lambda _: fault
    world.run_all()
    assert set(world.methods().values()) == {FIRST}
    state = world.state()
    assert word in str(state["paused_because"])
    assert (state["waiting"], state["ticket"]) == (ITEMS, None)
    asked = len(world.server.requests)
    assert asked <= 3, "one batch, one text, and the controls alone"
    assert world.sent() == []
    world.server.script = models.honest
    world.wait()
    world.run_all()
    assert set(world.methods().values()) == {MODEL}


@pytest.mark.parametrize("unfit", models.UNFIT, ids=lambda each: each.__name__)
def test_answers_that_do_not_fit_score_nothing(world, unfit) -> None:
    world.server.script = lambda request: models.says(unfit(models.answers_to(request)))
    world.run_all()
    assert set(world.methods().values()) == {FIRST}
    assert "don't fit" in str(world.state()["paused_because"])


def test_a_planted_instruction_moves_no_other_text_and_not_even_its_own(world) -> None:
    hostile = f"I hate it. {models.PLANTED}"
    world.fill([a_post(99, utc_now(), title=hostile, content="")])
    world.server.script = models.obedient
    world.run_all()
    found = world.items()
    own = found.pop("t3_p99")
    assert method_of(own["sentiment"]) == FIRST, "it keeps the score of the default method"
    assert {method_of(each["sentiment"]) for each in found.values()} == {MODEL}
    for number in range(ITEMS):
        assert found[f"t3_p{number}"]["sentiment"]["label"] == LABELS[number % len(LABELS)]
    state = world.state()
    assert (state["waiting"], sum(state["failed"].values())) == (1, 1)
    assert state["last_error"] == "a control text was misjudged"
    asked = len(world.server.requests)
    world.wait()
    world.run_all()
    assert len(world.server.requests) == asked, "it isn't paid for again on the same day"


def test_an_instruction_that_spares_the_controls_moves_no_other_text(world) -> None:
    world.fill([a_post(99, utc_now(), title=f"I hate it. {models.PLANTED}", content="")])
    world.server.script = models.sly
    world.run_all()
    found = world.items()
    found.pop("t3_p99")
    for number in range(ITEMS):
        assert found[f"t3_p{number}"]["sentiment"]["label"] == LABELS[number % len(LABELS)]
    assert {method_of(each["sentiment"]) for each in found.values()} == {MODEL}


def test_a_bare_reply_has_what_the_model_says_of_what_it_answers(world) -> None:
    comment = a_comment(7, utc_now(), NAMES[0])
    reply: Any = {**comment, "content": "Same here", "post_id": "p21", "parent_id": "p21"}
    world.in_store(lambda store: keep(store, [], [reply]))
    world.run_all()
    sentiment = world.items()["t1_c7"]["sentiment"]
    assert (sentiment["label"], sentiment.get("by")) == ("negative", "parent")
    assert method_of(sentiment) == MODEL


def test_what_a_person_has_corrected_is_scored_and_stays_corrected(world) -> None:
    text = "Cursor is great. And then there is another one, which is Bard, and it is awful."
    names = {"cursor": "Cursor", "bard": "Bard"}
    mentions = [Mention(subject=key, via="text", matched=[name]) for key, name in names.items()]
    post = a_post(99, utc_now(), title=text, content="", mentions=mentions)
    says = ItemCorrection(
        text=text_digest(post), label="negative", targets={}, mentions={"bard": False}
    )
    world.fill([with_correction(post, says)])
    world.run_all()
    found = world.items()["t3_p99"]
    assert (found["sentiment"]["label"], method_of(found["sentiment"])) == ("negative", MODEL)
    assert found["sentiment"]["method_says"]["label"] == "positive"
    assert [each["subject"] for each in found["mentions"]] == ["cursor"]


def test_a_text_that_the_server_refuses_costs_no_other_its_score(world) -> None:
    world.fill([a_post(99, utc_now(), title="An awful word", content="")])
    refused = stand_in.FILTERED

    def script(request: stand_in.Request) -> stand_in.Answer:
        words = request["messages"][-1]["content"]
        return refused if "An awful word" in words else models.honest(request)

    world.server.script = script
    world.run_all()
    methods = world.methods()
    assert methods.pop("t3_p99") == FIRST
    assert set(methods.values()) == {MODEL}


def test_each_product_that_a_text_names_has_what_the_text_says_of_it(world) -> None:
    text = "Cursor is great. And then there is another one, which is Bard, and it is awful."
    mentions = [
        Mention(subject="cursor", via="text", matched=["Cursor"]),
        Mention(subject="bard", via="text", matched=["Bard"]),
        Mention(subject="home", via="home", matched=[]),
    ]
    post = a_post(99, utc_now(), title=text, content="", mentions=mentions)
    world.fill([post])
    world.run_all()
    found = {each["subject"]: each for each in world.items()["t3_p99"]["mentions"]}
    assert found["cursor"]["sentiment"]["label"] == "positive"
    assert found["bard"]["sentiment"]["label"] == "negative"
    assert method_of(found["bard"]["sentiment"]) == MODEL
    assert "sentiment" not in found["home"]
    (request,) = [each for each in world.server.requests if "Bard" in json.dumps(each)]
    texts = json.loads(request["messages"][-1]["content"])["texts"]
    assert sum(each["text"].startswith("Cursor is great") for each in texts) == 1


def test_a_killed_run_pays_for_no_text_twice_and_its_statistics_agree(world) -> None:
    async def run(store: Any, *, ticket: str | None = None) -> None:
        method = world.load(world.settings)
        async with chat_of(world.settings) as chat:
            budget = Budget(store, "scoring", 10**9, utc_now)
            judge = Judge(store, BudgetedChat(chat, budget), method, utc_now, Random(1))
            await Rescorer(
                store, method, world.settings, let_go_seconds=0.0, slice_items=5, batch_items=10,
                state="model_scoring", prepare=judge.prepare, clock=world_clock,
            ).run(ticket)  # fmt: skip

    later = [timedelta(0)]

    def world_clock() -> Any:
        return utc_now() + later[0]

    async def killed_at(step: int) -> bool:
        async with opened(world.settings) as store:
            try:
                await run(DeadStore(store, step))
            except Killed:
                return True
        return False

    kills = 0
    for step in range(0, 60, 7):
        kills += asyncio.run(killed_at(step))
        later[0] += timedelta(minutes=5)
    asyncio.run(killed_at(-2))
    assert kills >= 4
    assert set(world.methods().values()) == {MODEL}
    stored = world.in_store(lambda store: store.query(Query(VERDICTS, "model_verdict", 1000, "id")))
    assert len(stored) == ITEMS
    texts = [each.text for request in world.server.requests for each in models.asked_of(request)]
    extra = len(texts) - 2 * len(world.server.requests) - ITEMS
    assert extra <= 5 * kills, "no more than the request that the kill hit"


def test_by_hand_the_default_scores_first_and_then_the_model(world, monkeypatch) -> None:
    monkeypatch.setattr("collector.score_jobs.asked_method", world.load)
    done = asyncio.run(rescore_by_hand(world.settings, load=lambda _: world.first))
    assert (done.method, done.rescored, done.waiting) == (MODEL, ITEMS, 0)
    assert set(world.methods().values()) == {MODEL}


def test_another_method_asks_no_model(world) -> None:
    world.settings = world.settings.model_copy(update={"sentiment_method": "linear"})
    assert world.sent() == []
    assert world.in_store(lambda store: read_scoring(store, "model_scoring")) is None

    async def ask(store: Store) -> str | None:
        return await Backlog(store, LINEAR, "linear", utc_now).ask()

    assert world.in_store(ask) is not None
    assert world.server.requests == []
