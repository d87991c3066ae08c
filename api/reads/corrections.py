"""Corrections by people: the list of them, as answers and as training data, and beside items."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from api.deps import Deps
from api.schema.corrections import CorrectionAnswer, CorrectionsParameters
from shared.communities import Kind, SourceName
from shared.corrections.documents import (
    LISTED,
    WAITING,
    is_taken_back,
    read_corrections,
    read_notes,
    read_waiting,
)
from shared.corrections.items import is_of_text, uncorrected, with_correction
from shared.models import Correction, Item
from shared.store import CORRECTION_NOTES, ITEMS, Query, Store
from shared.store.keys import item_key
from shared.text.places import places_of

I = TypeVar("I", bound=Item)  # noqa: E741 - an item

# Changes wait for seconds, or as long as a collection runs: more of them at a time aren't expected.
MAX_WAITING = 100
# The sources as files of labelled text name them.
SOURCES: Mapping[SourceName, str] = {"hackernews": "hn", "arctic_shift": "reddit"}


@dataclass(frozen=True)
class CorrectedItem:
    """A correction with its item; is_waiting says that the item doesn't have it yet.

    shows_names says whether the answer has who made it.
    """

    correction: Correction
    item: Item
    is_waiting: bool
    shows_names: bool

    @property
    def answer(self) -> CorrectionAnswer:
        """Return the correction as answers show it."""
        return answer_of(
            self.correction,
            self.item,
            is_waiting=self.is_waiting,
            shows_names=self.shows_names,
        )


@dataclass(frozen=True)
class CorrectionsPage:
    """A page of the list; next_cursor is that of the next one, None on the last page."""

    found: Sequence[CorrectedItem]
    next_cursor: str | None


async def read_page_of_corrections(
    deps: Deps, parameters: CorrectionsParameters
) -> CorrectionsPage:
    """Return a page of the corrections, the last changed first. Raises StoreError.

    A page may have fewer than `limit` although another follows: corrections of items that are gone
    are left out.
    """
    store = await deps.watched_store()
    notes = await store.query(
        Query(
            CORRECTION_NOTES,
            LISTED,
            parameters.limit + 1,
            order_by="id",
            descending=True,
            below=parameters.cursor,
        )
    )
    shown = notes[: parameters.limit]
    corrections = await read_corrections(store, [note["correction"] for note in shown])
    listed = [
        known
        for note in shown
        if (known := corrections.get(note["correction"])) and known["ticket"] == note["id"]
    ]
    # After the corrections, whose notes are older, and before the items that no longer wait.
    waiting = {note["id"] for note in await read_notes(store, WAITING, MAX_WAITING)}
    items = await _items_of(store, listed)
    found = [
        CorrectedItem(each, items[each["id"]], each["ticket"] in waiting, deps.shows_names)
        for each in listed
        if each["id"] in items
    ]
    return CorrectionsPage(found, shown[-1]["id"] if len(notes) > len(shown) else None)


async def corrections_beside(store: Store) -> Mapping[str, Correction]:
    """Return the corrections that aren't in their items yet, by the items' keys.

    Raises StoreError.
    """
    return await read_waiting(store, MAX_WAITING)


def with_beside(item: I, beside: Mapping[str, Correction]) -> I:
    """Return an item with what is corrected of it beside it."""
    correction = beside.get(item_key(item["kind"], item["id"]))
    if correction is None or item["deleted"]:
        return item
    says = correction["says"]
    return with_correction(item, None if is_taken_back(says) else says)


def answer_of(
    correction: Correction, item: Item, *, is_waiting: bool, shows_names: bool
) -> CorrectionAnswer:
    """Return a correction as answers show it; is_waiting says that the item doesn't have it yet."""
    says = correction["says"]
    is_stale = not is_taken_back(says) and not is_of_text(says, item)
    return CorrectionAnswer.model_validate(
        {
            "id": item["id"],
            "kind": item["kind"],
            "community": item["community"],
            "permalink": item["permalink"],
            "label": says["label"],
            "targets": says["targets"],
            "mentions": says["mentions"],
            "label_said": correction["label_said"],
            "targets_said": correction["targets_said"],
            "corrected_at": correction["corrected_at"],
            "by": correction.get("by") if shows_names else None,
            "stale": is_stale,
            "counts": not (is_stale or is_waiting),
        }
    )


def training_rows(found: Sequence[CorrectedItem]) -> Iterator[dict[str, Any]]:
    """Yield the corrected labels as rows of labelled text: of texts, and of what they name.

    A row of something named has its place in the text, so that a subject without words in the text
    has none. Stale corrections have none, and neither has what an item isn't about.
    """
    for each in found:
        says, item = each.correction["says"], uncorrected(each.item)
        if not is_of_text(says, item):
            continue
        text = text_of(item)
        source = SOURCES.get(item["source"], item["source"])
        if says["label"] is not None:
            yield {"text": text, "label": says["label"], "source": source}
        for subject, label in says["targets"].items():
            if (place := _place_of(item, text, subject)) is not None:
                start, end = place
                yield {
                    "text": text,
                    "target": text[start:end],
                    "from": start,
                    "to": end,
                    "label": label,
                    "source": source,
                }


def text_of(item: Item) -> str:
    """Return the text of an item as it is scored: the title of a post stands before its words."""
    title = item.get("title")
    return item["content"] if title is None else f"{title}\n\n{item['content']}"


async def _items_of(store: Store, corrections: Sequence[Correction]) -> dict[str, Item]:
    """Return the items of corrections that still have their words, by their keys."""
    found: dict[str, Item] = {}
    kinds: tuple[Kind, ...] = ("post", "comment")
    for kind in kinds:
        own = [each for each in corrections if each["item_kind"] == kind]
        keys = {(each["community"], each["item_id"]): each["id"] for each in own}
        stored = await store.read_many(ITEMS[kind], keys) if keys else {}
        found |= {keys[key]: item for key, item in stored.items() if not item["deleted"]}
    return found


def _place_of(item: Item, text: str, subject: str) -> tuple[int, int] | None:
    """Return where a text first names a subject; None if it doesn't."""
    mentions = item.get("mentions", ())
    own = [word for each in mentions if each["subject"] == subject for word in each["matched"]]
    others = [word for each in mentions if each["subject"] != subject for word in each["matched"]]
    return next(iter(places_of(text, own, others)), None)
