import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.logs import (
    MAX_REPEATS,
    LineFormatter,
    Repeats,
    event,
    hide,
    masked,
    printable,
    quieten,
    repeated_event,
    set_levels,
)
from shared.times import utc_now


def test_an_event_is_one_line_of_fields(caplog) -> None:
    with caplog.at_level(logging.INFO):
        event(
            logging.getLogger("collector"), "cycle.completed", posts=12, seconds=1.5, why="a b\nc"
        )
    assert caplog.messages == ['cycle.completed posts=12 seconds=1.500 why="a b\\nc"']


# C0, DEL, C1, bidirectional marks and isolates, separators, joiners, tags and half a pair.
HIDDEN = "\x00\x07\x1b[31m\x7f\x85\x9b\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\U000e0041\ud800"


def test_no_control_character_reaches_a_terminal_in_an_event(caplog) -> None:
    with caplog.at_level(logging.INFO):
        event(logging.getLogger("collector"), "cycle.failed", reason=HIDDEN, name=f"é{HIDDEN}👍")
    line = caplog.messages[0]
    assert line.isprintable()
    assert "\\u202e" in line
    assert "é" in line
    assert "👍" in line


def test_a_message_and_a_traceback_steer_no_terminal_and_begin_no_line() -> None:
    formatter = LineFormatter("%(levelname)s %(message)s")
    forged = f"gone\nERROR forged {HIDDEN}\r\u2028ERROR forged"
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError(forged)
    trace = (RuntimeError, caught.value, caught.value.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", (forged,), trace)
    lines = formatter.format(record).split("\n")
    assert all(line.isprintable() for line in lines)
    assert [line for line in lines if line.startswith("ERROR")] == [lines[0]]
    assert "RuntimeError: gone" in "".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "https://me:hunter2hunter2@proxy.example:8080/x",
        "HTTP://hunter2hunter2@proxy.example",
        "connection to 'https://me:hunter2hunter2@proxy.example' failed",
        "https://me:hunter2/hunter2hunter2@proxy.example/",
        "proxy me:hunter2hunter2@proxy.example:8080 refused",
        "/api/v1/admin/collect?code=hunter2hunter2&x=1",
        "/api/v1/admin/collect?x=1&CODE=hunter2hunter2",
        "/api/v1/admin/collect%3Fcode%3Dhunter2hunter2",
        "/api/v1/admin/collect%253Fcode%253Dhunter2hunter2",
        "/api/v1/x%25253F%252563ode%25253D%252568unter2hunter2",
        "/x?a=1%2526x-functions-key%253Dhunter2hunter2/rest",
        "/x;code=***;sig%25253Dhunter2hunter2",
        "AccountEndpoint=https://a.example/;AccountKey=hunter2hunter2==;",
        "https%3A%2F%2Fme%3Ahunter2hunter2%40proxy.example",
        "Authorization: Bearer hunter2hunter2",
        "x-functions-key: hunter2hunter2",
        "client_secret=hunter2hunter2&grant_type=password",
    ],
)
def test_passwords_and_keys_are_masked_however_they_are_encoded(text, caplog) -> None:
    with caplog.at_level(logging.INFO):
        event(logging.getLogger("api"), "request", path=text)
    assert "unter2" not in caplog.text
    assert "***" in caplog.text


@pytest.mark.parametrize(
    "text",
    ["/api/v1/posts/a%20b%2Fc", "https://a.example:8080/users/@me", "COSMOS_KEY: not set", "a@b"],
)
def test_what_holds_no_secret_is_logged_as_it_is(text) -> None:
    assert masked(text) == text


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    hide(["s3cret-of-this-test", "short"])
    assert masked("/x/s3cret%2Dof-this-test/y") == "/x/***/y"
    assert masked("a short text") == "a short text"


def test_line_ends_are_kept_where_asked() -> None:
    assert printable("a\nb\x9bc", keep="\n") == "a\nb\\u009bc"


def test_our_loggers_follow_the_level_and_chatty_ones_stay_quiet() -> None:
    set_levels("DEBUG")
    assert logging.getLogger("collector.collection.cycle").isEnabledFor(logging.DEBUG)
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
    """Return a library's logger without earlier settings."""
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
    log = logging.getLogger("api.http.problems")

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
