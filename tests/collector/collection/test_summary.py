"""The last line of a cycle has each reason once, with its subreddits."""

import logging

import pytest

from collector.collection.summary import log_end, summarise
from shared.cycles import new_cycle
from shared.models import CycleError

REFUSED = "Reddit refuses the credentials: check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET"


def failed(subreddit: str | None, message: str = REFUSED) -> CycleError:
    return CycleError(community=subreddit, kind="credentials", message=message)


def test_one_reason_of_many_subreddits_is_said_once_with_their_names() -> None:
    names = [f"community_{number}" for number in range(14)]
    said = summarise([failed(name) for name in names])
    assert said == f"{', '.join(names)}: {REFUSED}"


def test_reasons_keep_their_own_names_and_their_order() -> None:
    errors = [failed("aws", "banned"), failed("rust"), failed("go", "banned"), failed(None, "late")]
    assert summarise(errors) == f"aws, go: banned; rust: {REFUSED}; late"


def test_a_subreddit_that_fails_twice_for_one_reason_is_named_once() -> None:
    assert summarise([failed("aws", "banned"), failed("aws", "banned")]) == "aws: banned"


def test_a_reason_that_is_also_the_whole_cycles_keeps_the_names() -> None:
    assert summarise([failed("aws"), failed(None)]) == f"aws: {REFUSED}"


@pytest.mark.parametrize("same", [True, False])
def test_a_thousand_failures_make_a_line_that_a_log_takes(same: bool) -> None:
    errors = [
        failed(f"community_{number:04}_of_many", ("" if same else str(number)) + "x" * 5000)
        for number in range(1000)
    ]
    said = summarise(errors)
    assert len(said) < 8000
    assert said.startswith("community_0000_of_many")
    assert ("and 980 more: " if same else "; and 992 more reasons") in said


def test_the_line_of_a_failed_cycle_names_them(caplog: pytest.LogCaptureFixture) -> None:
    cycle = new_cycle("cycle_20261125_120000", "2026-11-25T12:00:00Z", "timer", "reddit")
    cycle["status"] = "failed"
    cycle["errors"] = [failed("aws"), failed("rust")]
    log_end(cycle)
    (journal,) = caplog.records
    assert journal.levelno == logging.ERROR
    assert journal.message == f'cycle.failed cycle={cycle["id"]} errors="aws, rust: {REFUSED}"'


def test_a_cycle_without_errors_says_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    cycle = new_cycle("cycle_20261125_120000", "2026-11-25T12:00:00Z", "timer", "reddit")
    cycle["status"] = "completed"
    log_end(cycle)
    assert caplog.messages == [f"cycle.completed cycle={cycle['id']} errors=none"]
