"""Corrections by people as the store keeps them; who made one isn't kept."""

from typing import Literal, NotRequired, TypedDict

from shared.communities import Kind
from shared.models.items import ItemCorrection, Label


class MethodSaid(TypedDict):
    """A label as a method gave it, with the method's name and version; None is unknown."""

    label: Label
    method: str
    version: str | None


class Correction(TypedDict):
    """A person's corrections of one item; id is the item's key among all items.

    says is what counts in the item. label_said is what the method said of the item, and
    targets_said what it said of subjects, when each was corrected first. ticket is the id of the
    note that the last change wrote, and by is who made it, where that is known. One without any
    correction was taken back.
    """

    id: str
    kind: Literal["correction"]
    community: str
    item_id: str
    item_kind: Kind
    says: ItemCorrection
    label_said: MethodSaid | None
    targets_said: dict[str, MethodSaid]
    corrected_at: str
    by: NotRequired[str]
    ticket: str
    _etag: NotRequired[str]


class CorrectionNote(TypedDict):
    """A note of the last change of a correction, whose id it names as `correction`.

    id begins with the time, so that notes sort by it. Those that are listed are the list of all
    corrections, and those that wait aren't written into their items yet.
    """

    id: str
    kind: Literal["correction_listed", "correction_waiting"]
    correction: str
    _etag: NotRequired[str]
