import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.logs import MAX_REPEATS, Repeats, event, quieten, repeated_event, set_levels
from shared.times import utc_now


def test_an_event_is_one_line_of_fields(caplog) -> None:
    with caplog.at_level(logging.INFO):
        event(
            logging.getLogger("collector"), "cycle.completed", posts=12, seconds=1.5, why="a b\nc"
        )
    assert caplog.messages == ['cycle.completed posts=12 seconds=1.500 why="a b\\nc"']


def test_our_loggers_follow_the_level_and_chatty_ones_stay_quiet() -> None:
    set_levels("DEBUG")
    assert logging.getLogger("collector.cycle").isEnabledFor(logging.DEBUG)
    chatty = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
    assert not chatty.isEnabledFor(logging.INFO)
    set_levels("INFO")


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_of_equal_lines_is_let_through_and_then_one_a_minute() -> None:
    clock = Clock()
    repeats = Repeats(clock)
    assert repeats.suppressed("gone") == 0
    for clock.now in (0.0, 1.0, 59.9):
        assert repeats.suppressed("gone") is None
    clock.now = 60.0
    assert repeats.suppressed("gone") == 3
    assert repeats.suppressed("gone") is None
    clock.now = 600.0
    assert repeats.suppressed("gone") == 1
    clock.now = 700.0
    assert repeats.suppressed("gone") == 0


def test_a_different_line_is_never_held_back_by_another() -> None:
    repeats = Repeats(Clock())
    assert [repeats.suppressed(key) for key in ("gone", "throttled", "gone")] == [0, 0, None]


def test_very_many_different_lines_are_all_let_through_in_little_memory() -> None:
    repeats = Repeats(Clock())
    assert all(repeats.suppressed(number) == 0 for number in range(3 * MAX_REPEATS))
    assert len(repeats._last) <= MAX_REPEATS


def test_threads_that_say_the_same_at_once_say_it_once() -> None:
    repeats = Repeats(Clock())
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda _: repeats.suppressed("gone"), range(200)))
    assert [each for each in said if each is not None] == [0]


@pytest.fixture
def library() -> Iterator[logging.Logger]:
    """Give a library's logger as nobody has used it before."""
    logger = logging.getLogger(f"library_{uuid4().hex}")
    yield logger
    logger.handlers.clear()
    logger.propagate = True


def test_what_a_librarys_children_repeat_is_said_once_a_minute(caplog, library) -> None:
    clock = Clock()
    quieten(library, Repeats(clock))
    child = library.getChild("LocationCache.deeper")
    for _ in range(40):
        child.warning("Marking %s unavailable for %s", "https://a.example", "Read")
    child.warning("Marking %s unavailable for %s", "https://b.example", "Read")
    child.error("Marking %s unavailable for %s", "https://a.example", "Read")
    clock.now = 61.0
    child.warning("Marking %s unavailable for %s", "https://a.example", "Read")
    assert caplog.messages == [
        "Marking https://a.example unavailable for Read",
        "Marking https://b.example unavailable for Read",
        "Marking https://a.example unavailable for Read",
        "Marking https://a.example unavailable for Read suppressed=39",
    ]
    assert {record.name for record in caplog.records} == {child.name}


def test_lines_that_differ_in_ids_and_moments_alone_are_equal(caplog, library) -> None:
    quieten(library, Repeats(Clock()))
    for status in (503, 503, 408):
        library.warning("answered %d, ActivityId: %s, at %s", status, uuid4(), utc_now())
    assert [message[:12] for message in caplog.messages] == ["answered 503", "answered 408"]


def test_what_a_library_only_informs_of_is_not_counted(caplog, library) -> None:
    quieten(library, Repeats(Clock()))
    with caplog.at_level(logging.INFO, logger=library.name):
        library.info("page read")
        library.info("page read")
    assert caplog.messages == ["page read"] * 2


def test_quietening_twice_says_nothing_twice(caplog, library) -> None:
    for _ in range(2):
        quieten(library, Repeats(Clock()))
    library.warning("once")
    assert caplog.messages == ["once"]


def test_an_exception_of_a_library_keeps_its_trace(caplog, library) -> None:
    quieten(library, Repeats(Clock()))
    try:
        int("broken")
    except ValueError:
        library.exception("it failed")
    assert caplog.records[0].exc_info is not None


def test_an_event_of_every_request_is_logged_once_a_minute_for_each_reason(caplog) -> None:
    clock = Clock()
    repeats = Repeats(clock)
    log = logging.getLogger("api.problems")

    def fail(reason: str, request_id: str) -> None:
        repeated_event(
            log, "request.failed", logging.ERROR, repeats, reason=reason, request_id=request_id
        )

    for request_id in ("a", "b", "c"):
        fail("gone", request_id)
    fail("throttled", "d")
    clock.now = 60.0
    fail("gone", "e")
    assert caplog.messages == [
        "request.failed request_id=a reason=gone",
        "request.failed request_id=d reason=throttled",
        "request.failed request_id=e reason=gone suppressed=2",
    ]
