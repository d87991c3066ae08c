"""What the condition of a rule found in a full hour."""

from dataclasses import dataclass
from typing import Literal

from shared.models import Finding

EvaluationStatus = Literal["ok", "firing", "no_data", "broken"]


@dataclass(frozen=True)
class Evaluation:
    """What a condition found: findings where it is firing, and none otherwise.

    reason says in plain English why there is no data to judge by, or why the rule is broken; it is
    None for the other two.
    """

    status: EvaluationStatus
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
