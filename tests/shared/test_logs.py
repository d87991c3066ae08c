import logging

from shared.logs import event, set_levels


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
