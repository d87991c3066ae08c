"""What evaluations make of a rule's state: opened, updated, recovering, closed, and silence."""

import copy
from collections.abc import Iterable
from itertools import product

import pytest

from shared.alerts.evaluation import Evaluation
from shared.alerts.states import MAX_SEEN, Change, first_state, step, with_seen
from shared.models import AlertRule, AlertState
from shared.times import iso
from tests.shared.alerts.evaluations import (
    BROKEN,
    HOUR,
    NO_DATA,
    NOTHING,
    START,
    a_finding,
    a_rule,
    found,
)

WORSE = found(a_finding("worse"))
RULE = a_rule()


class History:
    """A rule whose evaluations come an hour apart."""

    def __init__(self, rule: AlertRule = RULE) -> None:
        self.rule = rule
        self.state = first_state(rule["id"])
        self.now = START

    def see(self, evaluation: Evaluation) -> list[tuple[str, str, int]]:
        before = copy.deepcopy(self.state)
        done = step(self.rule, self.state, evaluation, self.now)
        assert self.state == before, "step is pure"
        self.state = done.state
        self.now += HOUR
        return [(each.event, each.cause, each.number) for each in done.changes]

    def begun(self) -> "History":
        assert self.see(NOTHING) == []
        return self

    @property
    def seen_as(self) -> tuple[str, str | None, str | None]:
        return self.state["status"], self.state["since"], self.state["reason"]


def test_an_incident_opens_is_updated_recovers_and_closes() -> None:
    history = History().begun()
    assert history.seen_as == ("ok", iso(START), None)
    assert history.see(WORSE) == [("opened", "worse", 1)]
    assert history.seen_as == ("firing", iso(START + HOUR), None)
    assert history.see(WORSE) == [("updated", "worse", 1)]
    assert history.seen_as == ("firing", iso(START + HOUR), None)
    assert history.see(NOTHING) == []
    assert history.seen_as == ("recovering", iso(START + 3 * HOUR), None)
    assert history.state["clear"] == {"worse": 1}
    assert history.see(NOTHING) == [("closed", "worse", 1)]
    assert history.seen_as == ("ok", iso(START + 4 * HOUR), None)
    state = history.state
    assert (state["open"], state["clear"]) == ({}, {})
    assert state["ended"] == {"worse": iso(START + 4 * HOUR)}


def test_a_change_has_its_finding_and_a_closing_has_none() -> None:
    finding = a_finding("worse")
    begun = step(RULE, first_state("mood"), NOTHING, START).state
    opened = step(RULE, begun, found(finding), START)
    assert opened.changes == (Change("opened", "worse", 1, finding),)
    gone = step(RULE, opened.state, NOTHING, START)
    assert gone.changes == ()
    assert step(RULE, gone.state, NOTHING, START).changes == (Change("closed", "worse", 1, None),)


def test_one_evaluation_without_the_cause_closes_nothing() -> None:
    history = History().begun()
    history.see(WORSE)
    for _ in range(5):
        assert history.see(NOTHING) == []
        assert history.see(WORSE) == [("updated", "worse", 1)]
        assert history.state["clear"] == {}
        assert history.state["status"] == "firing"


def test_a_cause_that_lasts_opens_nothing_and_closes_nothing() -> None:
    lasts = Evaluation("ok", lasting=frozenset({"worse"}))
    history = History().begun()
    assert history.see(lasts) == []
    assert history.state["open"] == {}
    history.see(WORSE)
    # An hour without it counts again from the first.
    for each in (NOTHING, lasts, NOTHING, lasts, lasts):
        assert history.see(each) == []
        assert history.state["status"] == "recovering"
    assert history.see(WORSE) == [("updated", "worse", 1)]
    assert [history.see(NOTHING), history.see(NOTHING)] == [[], [("closed", "worse", 1)]]


def test_the_first_evaluation_opens_nothing_for_what_was_there_before_the_rule() -> None:
    history = History()
    assert history.see(WORSE) == []
    assert history.state["status"] == "firing"
    # It goes on, and no incident opens, until it was gone.
    assert [history.see(each) for each in (WORSE, NOTHING, WORSE, NOTHING, NOTHING)] == [[]] * 5
    assert history.state["open"] == {}
    assert history.state["ended"] == {}
    assert history.see(WORSE) == [("opened", "worse", 1)]


def test_another_cause_opens_beside_one_that_was_there_before_the_rule() -> None:
    history = History()
    history.see(WORSE)
    both = found(a_finding("worse"), a_finding("volume"))
    assert history.see(both) == [("opened", "volume", 1)]


def test_the_first_evaluation_is_the_first_one_with_data() -> None:
    history = History()
    assert history.see(NO_DATA) == []
    assert history.seen_as == ("no_data", None, "The hour has gaps.")
    assert history.see(BROKEN) == []
    assert history.seen_as == ("broken", None, "The subject is gone.")
    assert history.see(found(a_finding("topic", "topic:cli"))) == []
    assert history.seen_as == ("firing", iso(START + 2 * HOUR), None)
    assert history.state["seen"] == ["topic:cli"]


def test_what_was_cited_once_opens_nothing_again() -> None:
    history = History()
    old = found(a_finding("topic", "topic:old"))
    assert history.see(old) == []
    assert history.see(old) == []
    new = found(a_finding("topic", "topic:old"), a_finding("topic", "topic:new"))
    assert history.see(new) == [("opened", "topic", 1)]
    assert history.see(new) == [], "it goes on, and there is nothing new to say"
    assert history.state["clear"] == {}
    assert [history.see(NOTHING), history.see(NOTHING)] == [[], [("closed", "topic", 1)]]
    for _ in range(3):
        assert history.see(new) == []
    assert history.state["open"] == {}


def test_new_items_of_an_open_cause_update_its_incident() -> None:
    history = History().begun()
    three = found(*(a_finding("search", f"item:{n}") for n in range(3)))
    assert history.see(three) == [("opened", "search", 1), *[("updated", "search", 1)] * 2]
    more = found(a_finding("search", "item:2"), a_finding("search", "item:3"))
    assert history.see(more) == [("updated", "search", 1)]
    assert history.state["seen"] == ["item:0", "item:1", "item:2", "item:3"]


def test_causes_of_a_rule_have_incidents_of_their_own() -> None:
    history = History().begun()
    assert history.see(found(a_finding("a", "a"), a_finding("b", "b"))) == [
        ("opened", "a", 1),
        ("opened", "b", 2),
    ]
    only_b = found(a_finding("b", "b"))
    assert history.see(only_b) == []
    assert history.state["status"] == "firing"
    assert history.see(only_b) == [("closed", "a", 1)]
    assert history.state["open"] == {"b": 2}
    assert history.see(found(a_finding("c", "c"))) == [("opened", "c", 3)]


@pytest.mark.parametrize("unknown", [NO_DATA, BROKEN])
def test_missing_data_closes_nothing_and_an_open_incident_stays_open(unknown) -> None:
    history = History().begun()
    history.see(WORSE)
    for _ in range(5):
        assert history.see(unknown) == []
    assert history.seen_as == (unknown.status, iso(START + 2 * HOUR), unknown.reason)
    assert history.state["open"] == {"worse": 1}
    # It isn't an evaluation that found the cause gone, and none that found it again.
    assert history.see(NOTHING) == []
    assert history.state["status"] == "recovering"
    assert history.see(unknown) == []
    assert history.see(NOTHING) == [("closed", "worse", 1)]


@pytest.mark.parametrize(
    ("cooldown", "silent"), [(0, 0), (15, 1), (60, 1), (61, 2), (240, 4), (1440, 24)]
)
def test_a_cause_that_ended_opens_nothing_until_its_cooldown_is_over(cooldown, silent) -> None:
    history = History(a_rule(cooldown=cooldown)).begun()
    for each in (WORSE, NOTHING, NOTHING):
        history.see(each)
    for _ in range(silent):
        assert history.see(WORSE) == []
        assert history.state["status"] == "firing"
    assert history.see(WORSE) == [("opened", "worse", 2)]
    assert history.state["ended"] == {}, "it isn't kept longer than it is of use"


@pytest.mark.parametrize("unknown", [NO_DATA, BROKEN])
def test_an_incident_that_nothing_judges_for_a_week_closes_and_says_why(unknown) -> None:
    history = History().begun()
    history.see(WORSE)
    for _ in range(7 * 24 - 1):
        assert history.see(unknown) == []
    done = step(RULE, history.state, unknown, history.now)
    reason = f"It can't be judged any more, for 7 days: {unknown.reason}"
    assert done.changes == (Change("closed", "worse", 1, None, reason),)
    assert history.see(unknown) == [("closed", "worse", 1)]
    assert history.state["open"] == {}
    assert history.seen_as == (unknown.status, iso(START + 2 * HOUR), unknown.reason)
    assert history.see(unknown) == []
    # What is still there then is news again, once its cooldown is over.
    assert history.see(NOTHING) == []
    assert history.see(WORSE) == [("opened", "worse", 2)]


def test_a_week_without_data_counts_from_the_last_hour_that_was_judged() -> None:
    history = History().begun()
    history.see(WORSE)
    for _ in range(6 * 24):
        history.see(NO_DATA)
    assert history.see(WORSE) == [("updated", "worse", 1)]
    for _ in range(7 * 24 - 1):
        assert history.see(NO_DATA) == []
    # A rule about another thing than collection isn't evaluated at all while nothing is collected.
    history.now += 3 * HOUR
    assert history.see(BROKEN) == [("closed", "worse", 1)]


def test_what_was_there_before_the_rule_is_news_after_a_week_without_data() -> None:
    history = History()
    history.see(WORSE)
    for _ in range(7 * 24):
        history.see(NO_DATA)
    assert history.see(WORSE) == [("opened", "worse", 1)]


def test_a_cause_that_comes_and_goes_opens_once_in_each_cooldown() -> None:
    flapping = [WORSE, NOTHING, NOTHING] * 16

    def openings(cooldown: int) -> int:
        history = History(a_rule(cooldown=cooldown)).begun()
        changes = [each for evaluation in flapping for each in history.see(evaluation)]
        return sum(event == "opened" for event, _, _ in changes)

    # Two days: each opening takes three hours, and its cooldown.
    assert [openings(minutes) for minutes in (0, 60, 240, 1440)] == [16, 8, 6, 2]


def test_items_and_topics_have_no_cooldown_since_each_is_cited_once() -> None:
    history = History(a_rule(cooldown=10_080)).begun()
    for each in (found(a_finding("search", "item:1")), NOTHING, NOTHING):
        history.see(each)
    assert history.see(found(a_finding("search", "item:2"))) == [("opened", "search", 2)]


def test_a_cooldown_holds_for_its_cause_alone() -> None:
    history = History(a_rule(cooldown=600)).begun()
    for each in (WORSE, NOTHING, NOTHING):
        history.see(each)
    assert history.see(found(a_finding("better"))) == [("opened", "better", 2)]


def test_a_silenced_rule_opens_nothing_and_what_lasts_opens_afterwards() -> None:
    history = History().begun()
    until = iso(history.now + 2 * HOUR)
    history.state["silenced_until"] = until
    for _ in range(2):
        assert history.see(WORSE) == []
        assert history.seen_as == ("silenced", iso(START + HOUR), None)
    assert history.see(WORSE) == [("opened", "worse", 1)]
    assert history.seen_as == ("firing", until, None)
    assert history.state["silenced_until"] == until


def test_a_silenced_incident_opens_no_other_of_its_cause_until_then() -> None:
    history = History(a_rule(cooldown=0)).begun()
    history.see(WORSE)
    until = iso(history.now + 6 * HOUR)
    history.state["silenced"] = {"worse": until}
    for _ in range(2):
        assert [history.see(NOTHING), history.see(NOTHING), history.see(WORSE)][2] == []
    assert history.state["status"] == "firing", "its rule isn't silenced"
    assert iso(history.now) == until
    both = found(a_finding("worse"), a_finding("volume"))
    assert history.see(both) == [("opened", "worse", 2), ("opened", "volume", 3)]
    assert history.state["silenced"] == {}


def test_a_silenced_incident_holds_up_no_other_cause() -> None:
    history = History().begun()
    history.state["silenced"] = {"worse": iso(history.now + 100 * HOUR)}
    both = found(a_finding("worse"), a_finding("volume"))
    assert history.see(both) == [("opened", "volume", 1)]


def test_a_silenced_rule_goes_on_with_its_open_incidents() -> None:
    history = History().begun()
    history.see(WORSE)
    history.state["silenced_until"] = iso(history.now + 10 * HOUR)
    assert history.see(WORSE) == [("updated", "worse", 1)]
    assert [history.see(NOTHING), history.see(NOTHING)] == [[], [("closed", "worse", 1)]]
    assert history.state["status"] == "silenced"
    assert history.see(BROKEN) == []
    assert history.state["status"] == "broken", "its owner has to know"


def test_seen_keys_are_bounded_and_the_newest_stay() -> None:
    history = History().begun()
    for start in range(0, 2 * MAX_SEEN, 50):
        history.see(found(*(a_finding("search", f"item:{start + n}") for n in range(50))))
        assert len(history.state["seen"]) <= MAX_SEEN
    assert history.state["seen"][0] == f"item:{MAX_SEEN}"
    assert history.state["seen"][-1] == f"item:{2 * MAX_SEEN - 1}"


def test_a_key_that_is_found_again_stays_among_the_newest() -> None:
    history = History().begun()
    lasting = a_finding("topic", "topic:lasting")
    history.see(found(lasting))
    for n in range(MAX_SEEN + 20):
        changes = history.see(found(lasting, a_finding(f"topic{n}", f"topic:{n}")))
        assert changes[-1] == ("opened", f"topic{n}", n + 2)
        assert all(cause != "topic" for _, cause, _ in changes)


def test_keys_are_seen_once_in_the_order_of_their_last_time() -> None:
    assert with_seen(["a", "b", "c"], ["b", None, "d", "d"]) == ["a", "c", "b", "d"]


def test_every_history_of_one_cause_is_what_the_rules_say() -> None:
    """All histories of seven evaluations, against rules that are written in another way."""
    kinds = {"found": WORSE, "gone": NOTHING, "unknown": NO_DATA, "broken": BROKEN}
    for history in product(kinds, repeat=7):
        state: AlertState = first_state("mood")
        events: list[str] = []
        for n, kind in enumerate(history):
            done = step(a_rule(cooldown=0), state, kinds[kind], START + n * HOUR)
            state = done.state
            events += [f"{each.event}{n}" for each in done.changes]
        assert events == _expected(history), history


def _expected(history: Iterable[str]) -> list[str]:
    """Say what happens by the evaluations that know: runs of found, ended by two times gone."""
    known = [(n, kind == "found") for n, kind in enumerate(history) if kind in {"found", "gone"}]
    events: list[str] = []
    episode: str | None = None
    for place, (n, is_found) in enumerate(known):
        if is_found and episode is None:
            episode = "silent" if place == 0 else "sent"
            events += [f"opened{n}"] * (episode == "sent")
        elif is_found:
            events += [f"updated{n}"] * (episode == "sent")
        elif episode and place and not known[place - 1][1]:
            events += [f"closed{n}"] * (episode == "sent")
            episode = None
    return events
