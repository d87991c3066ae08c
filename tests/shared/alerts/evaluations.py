"""Rules, findings and evaluations for tests."""

from datetime import UTC, datetime, timedelta

from shared.alerts.evaluation import Evaluation
from shared.models import AlertChannel, AlertRule, Finding

START = datetime(2026, 11, 23, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_channel(name: str = "one", **more: object) -> AlertChannel:
    channel = AlertChannel(type="webhook", to=f"https://example.com/{name}", secret="HOOK_SECRET")
    return {**channel, **more}  # type: ignore[typeddict-item]


def a_rule(name: str = "mood", **more: object) -> AlertRule:
    rule = AlertRule(
        id=name,
        name="Cursor's mood",
        scope="subject:cursor",
        condition={"type": "mood", "direction": "any"},
        channels=[a_channel()],
        quiet_hours=None,
        time_zone="UTC",
        cooldown=60,
        note="",
        enabled=True,
    )
    return {**rule, **more}  # type: ignore[typeddict-item]


def a_finding(cause: str = "worse", key: str | None = None, hour: str = "2026-11-23T13") -> Finding:
    return Finding(
        cause=cause,
        sentence=f"{cause} was found.",
        hour=hour,
        figures={"value": -0.21, "baseline": 0.05, "n": 412},
        items=[],
        key=key,
    )


def found(*findings: Finding) -> Evaluation:
    return Evaluation("firing", findings)


NOTHING = Evaluation("ok")
NO_DATA = Evaluation("no_data", reason="The hour has gaps.")
BROKEN = Evaluation("broken", reason="The subject is gone.")
