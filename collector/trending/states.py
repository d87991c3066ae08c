"""The state of a topic: new, rising, past its peak, or fading."""

from collections.abc import Sequence
from datetime import datetime

from shared.models import TopicState
from shared.topics.course import FADING_SHARE, PEAK_SHARE

# Number of hours compared, so that no single hour decides.
HOURS = 3
# A topic that is first mentioned within these hours is new.
NEW_HOURS = 6


def state_of(by_hour: Sequence[int], now: datetime) -> TopicState:
    """Return the state of a topic with these posts and comments by hour, the current hour last.

    It compares the hourly rate of the last two hours and the current one with that of the best
    three hours in a row.
    """
    elapsed = max((now.minute * 60 + now.second) / 3600, 0.25)
    lately = sum(by_hour[-HOURS:]) / (HOURS - 1 + elapsed)
    before = sum(by_hour[-2 * HOURS : -HOURS]) / HOURS
    best = max(
        (sum(by_hour[i : i + HOURS]) / HOURS for i in range(len(by_hour) - HOURS)), default=0.0
    )
    first = next((i for i, count in enumerate(by_hour) if count), len(by_hour))
    if lately <= FADING_SHARE * best:
        return "fading"
    if len(by_hour) - first <= NEW_HOURS:
        return "new"
    return "rising" if lately > before and lately >= PEAK_SHARE * best else "peaked"
