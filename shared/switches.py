"""Switches: the subject that an item says was left, and the one that was taken."""

from collections.abc import Collection, Sequence
from typing import TypedDict

from shared.kinds import Talk
from shared.models import Label, Mention

Switch = TypedDict("Switch", {"from": str | None, "to": str | None})
"""The ids of the subjects that were left and taken; None where unknown."""


def switch_of(kinds: Collection[Talk], mentions: Sequence[Mention]) -> Switch | None:
    """Return the switch of an item; None where it isn't of that kind, or isn't clear.

    The subject that it blames was left, the one that it praises was taken. Two that are blamed, or
    praised, are unclear.
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
