"""The timer and queue functions.

What they call is imported when they run: it costs time that an HTTP function's cold start,
which imports this file too, must not pay.
"""

import os

import azure.functions as func

from shared.settings import settings

blueprint = func.Blueprint()


@blueprint.timer_trigger(
    arg_name="timer",
    schedule="%COLLECT_SCHEDULE%",
    run_on_startup=os.environ.get("COLLECT_ON_STARTUP", "").strip().lower() == "true",
)
def collect(timer: func.TimerRequest) -> None:
    """Run one collection cycle over all subreddits."""
    from collector.run import collect_on_timer  # noqa: PLC0415

    collect_on_timer(settings(), past_due=timer.past_due)
