"""What the condition of a rule found in a full hour."""

from dataclasses import dataclass
from typing import Literal

from shared.models import Finding

EvaluationStatus = Literal["ok", "firing", "no_data", "broken"]


@dataclass(frozen=True)
class Evaluation:
    """What a condition found: findings where it is firing, and none otherwise.

    reason says in plain English why there is no data to judge by, or why the rule is broken; it is
    None for the other two. lasting are the causes that are still there: one of them alone opens no
    incident, and an open one of that cause doesn't end. So what comes and goes about a threshold is
    one incident.
    """

    status: EvaluationStatus
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    lasting: frozenset[str] = frozenset()
