"""A new or fast topic: one that the trending finder keeps, and that is about the scope.

In `all` each topic counts. In a community or a subject those count of which at least half of the
posts that were read are there, or mention it, and at least three of them.
"""

from datetime import timedelta

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence, TopicItems
from shared.alerts.wording import about, counted, finding, found, no_data
from shared.models import ALL, Condition, Finding
from shared.times import next_hour, parse_iso

MAX_AGE = timedelta(hours=3)
"""Older topics say nothing of the last hour."""
MIN_POSTS = 3
MIN_SHARE = 0.5
FAST = 3.0
"""A rising topic is fast where its share of all posts is this many times as large as before."""
MAX_FINDINGS = 5


def is_new_or_fast(state: str | None, growth: float | None) -> bool:
    """Return whether a topic is one to speak of: new, or rising and fast."""
    return state == "new" or (state == "rising" and (growth is None or growth >= FAST))


def evaluate(_condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return the new and fast topics of the scope; each is found once."""
    topics = evidence.topics
    if topics is None or topics.created_at is None:
        return no_data("No topics were looked for yet.")
    end = parse_iso(f"{next_hour(hour)}:00:00Z")
    if abs(parse_iso(topics.created_at) - end) > MAX_AGE:
        return no_data("The current topics are of another time.")
    own = [each for each in topics.topics if _is_about(each, evidence.scope)]
    return found([_finding(each, evidence, hour) for each in own[:MAX_FINDINGS]])


def _is_about(topic: TopicItems, scope: str) -> bool:
    if scope == ALL:
        return True
    return len(topic.posts) >= max(MIN_POSTS, MIN_SHARE * topic.read)


def _finding(each: TopicItems, evidence: Evidence, hour: str) -> Finding:
    topic = each.topic
    growth = topic["growth"]
    how = "new" if topic.get("state") == "new" else "growing fast"
    times = f", {growth:.1f} times its usual share" if growth is not None else ""
    sentence = (
        f"The topic “{topic['theme']}” is {how} {about(evidence)}:"
        f" {counted(topic['mentions'], 'post')}{times}."
    )
    figures = {
        "value": topic["mentions"],
        "n": topic["mentions"],
        "growth": growth,
        "velocity": topic["engagement_velocity"],
        "mood": topic["sentiment_avg"],
    }
    key = f"topic:{topic['id']}"
    return finding(key, sentence, hour, figures, items=each.posts, key=key)
