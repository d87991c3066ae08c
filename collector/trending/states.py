"""How a topic stands: new, rising, past its peak, or fading."""

from collections.abc import Sequence
from datetime import datetime

from shared.models import TopicState

# What is compared, so that a single hour decides nothing.
HOURS = 3
# First spoken of within these hours, a topic is new.
NEW_HOURS = 6
# Under this share of its best hours it is as good as over.
FADING_SHARE = 0.34
# Within this share of its best hours it is at its peak.
PEAK_SHARE = 0.9


def state_of(by_hour: Sequence[int], now: datetime) -> TopicState:
    """Return the state of a topic with these posts and comments by hour, the running one last.

    The last two hours and the running one so far are compared with the best three in a row, by
    what they hold an hour.
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
