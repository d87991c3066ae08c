"""What somebody left for what, by what an item of the kind switch says of the subjects it names."""

from collections.abc import Collection, Sequence
from typing import TypedDict

from shared.kinds import Talk
from shared.models import Label, Mention

Switch = TypedDict("Switch", {"from": str | None, "to": str | None})
"""The ids of the subjects that were left and taken; None where that isn't told."""


def switch_of(kinds: Collection[Talk], mentions: Sequence[Mention]) -> Switch | None:
    """Return from what to what an item switches; None where it isn't one or doesn't tell.

    What it blames was left, what it praises was taken. Two that are blamed, or praised, tell
    nothing.
    """
    if "switch" not in kinds:
        return None
    left, taken = _with_label(mentions, "negative"), _with_label(mentions, "positive")
    if (not left and not taken) or max(len(left), len(taken)) > 1:
        return None
    return {"from": next(iter(left), None), "to": next(iter(taken), None)}


def _with_label(mentions: Sequence[Mention], label: Label) -> list[str]:
    return [
        each["subject"]
        for each in mentions
        if "sentiment" in each and each["sentiment"]["label"] == label
    ]
