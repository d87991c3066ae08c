"""Takes people's corrections: each is checked against its item, and waits for the writer."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

import azure.functions as func

from api.deps import Deps, named
from api.errors import BadParameters, NotFound
from api.http.bodies import refused
from api.reads.corrections import answer_of
from api.reads.scopes import scope_asked
from api.schema.corrections import CorrectionAnswer, CorrectionBody, CorrectionPath
from api.schema.problems import BadParameter
from shared.communities import Kind
from shared.corrections.documents import (
    is_taken_back,
    new_ticket,
    read_correction,
    write_correction,
)
from shared.corrections.items import is_of_text, judged_by, text_digest, uncorrected
from shared.corrections.queue import CorrectionMessage
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.logs import event
from shared.models import (
    ALL,
    Correction,
    Item,
    ItemCorrection,
    MethodSaid,
    Sentiment,
    TargetSentiment,
)
from shared.store import ITEMS, Store
from shared.store.keys import item_key
from shared.subjects.refusals import Refusal, quoted
from shared.times import iso

log = logging.getLogger(__name__)

MAX_TRIES = 5
KINDS: tuple[Kind, ...] = ("post", "comment")
# Subjects that a refusal lists.
MAX_LISTED = 20

Change = Callable[[ItemCorrection], ItemCorrection]
"""Return what is said of an item after a change of what was said before."""


@dataclass(frozen=True)
class Corrected:
    """The correction after a change, and its item; is_new says that anything was written."""

    correction: Correction
    item: Item
    is_new: bool = True

    @property
    def answer(self) -> CorrectionAnswer:
        """Return the correction as answers show it."""
        return answer_of(self.correction, self.item, is_waiting=self.is_new, shows_names=True)

    @property
    def message(self) -> str:
        """Return the message that has it written into its item."""
        return CorrectionMessage(correction=self.correction["id"]).model_dump_json()


async def put_correction(deps: Deps, path: CorrectionPath, body: CorrectionBody) -> Corrected:
    """Store what a person says of an item, beside what was said before.

    Raises NotFound, BadParameters and StoreError.
    """
    item = await _find(deps, path)
    known = {each["id"] for each in (await deps.read_watchlist())["subjects"]}
    if unknown := list(_unknown_subjects(body, known)):
        raise refused(unknown)

    def change(before: ItemCorrection) -> ItemCorrection:
        after = _merged(before, body)
        if missing := list(_not_mentioned(body, after, uncorrected(item))):
            raise refused(missing)
        return after

    return await _change(deps, item, change)


async def delete_correction(deps: Deps, path: CorrectionPath) -> Corrected:
    """Take back all that people said of an item. Raises NotFound, BadParameters and StoreError."""
    item = await _find(deps, path)
    return await _change(deps, item, lambda _: _nothing(item))


def send_correction(output: func.Out[str], corrected: Corrected) -> None:
    """Have the correction written into its item.

    If the message gets lost, the next collection does it: the correction itself is stored.
    """
    if corrected.is_new:
        output.set(corrected.message)


async def _change(deps: Deps, item: Item, change: Change) -> Corrected:
    """Read what was said of an item, change it, and write it."""
    store, key = await deps.store(), item_key(item["kind"], item["id"])
    for _ in range(MAX_TRIES):
        before = await read_correction(store, key)
        said = _nothing(item)
        # What was said of an earlier text isn't said of this one.
        if before is not None and is_of_text(before["says"], item):
            said = before["says"]
        after = _correction(deps, item, before, change(said))
        if before is None and is_taken_back(after["says"]):
            return Corrected(after, item, is_new=False)
        with suppress(DocumentChanged, DocumentExists):
            await write_correction(store, before, after)
            event(log, "correction.stored", kind=item["kind"], **named(deps))
            return Corrected(after, item)
    raise StoreUnavailable("the correction changes with every read")


def _correction(
    deps: Deps, item: Item, before: Correction | None, says: ItemCorrection
) -> Correction:
    """Return what is stored of a correction. What the method said first is kept."""
    plain, now = uncorrected(item), deps.clock()
    is_new = before is None or before["says"]["text"] != says["text"]
    label_said = None if is_new or before is None else before["label_said"]
    targets_said = {} if is_new or before is None else before["targets_said"]
    by_subject = {
        each["subject"]: _said(each["sentiment"])
        for each in plain.get("mentions", ())
        if "sentiment" in each
    }
    of_targets = {**by_subject, **targets_said}
    made = Correction(
        id=item_key(item["kind"], item["id"]),
        kind="correction",
        community=item["community"],
        item_id=item["id"],
        item_kind=item["kind"],
        says=says,
        label_said=(label_said or _said(plain["sentiment"])) if says["label"] else None,
        targets_said={s: of_targets[s] for s in says["targets"] if s in of_targets},
        corrected_at=iso(now),
        ticket=new_ticket(now),
    )
    if deps.by is not None:
        made["by"] = deps.by
    return made


def _said(sentiment: Sentiment | TargetSentiment) -> MethodSaid:
    return MethodSaid(
        label=judged_by(sentiment)["label"],
        method=sentiment["method"],
        version=sentiment.get("version"),
    )


def _nothing(item: Item) -> ItemCorrection:
    return ItemCorrection(text=text_digest(item), label=None, targets={}, mentions={})


def _merged(before: ItemCorrection, body: CorrectionBody) -> ItemCorrection:
    """Return what is said after a body: what it doesn't give stays, and null takes back."""
    given = body.model_fields_set
    targets = {**before["targets"], **(body.targets or {})}
    mentions = {**before["mentions"], **(body.mentions or {})}
    if "targets" in given and body.targets is None:
        targets = {}
    if "mentions" in given and body.mentions is None:
        mentions = {}
    return ItemCorrection(
        text=before["text"],
        label=body.label if "label" in given else before["label"],
        targets={subject: label for subject, label in targets.items() if label is not None},
        mentions={subject: is_it for subject, is_it in mentions.items() if is_it is not None},
    )


def _unknown_subjects(body: CorrectionBody, known: Collection[str]) -> Iterator[Refusal]:
    takes = _listed(known)
    for name, subjects in (("targets", body.targets), ("mentions", body.mentions)):
        for subject, said in (subjects or {}).items():
            # What was said of a subject that is gone can still be taken back.
            if said is not None and subject not in known:
                problem = f"{quoted(subject)} is no subject of the watchlist"
                yield Refusal((name, subject), problem, takes)


def _not_mentioned(body: CorrectionBody, says: ItemCorrection, item: Item) -> Iterator[Refusal]:
    mentions = {each["subject"]: True for each in item.get("mentions", ())}
    about = {subject for subject, is_it in {**mentions, **says["mentions"]}.items() if is_it}
    for subject, label in (body.targets or {}).items():
        if label is not None and subject not in about:
            yield Refusal(
                ("targets", subject),
                f"the item doesn't mention {quoted(subject)}",
                f"{_listed(about)}; or say in `mentions` that it is about it",
            )


def _listed(names: Collection[str]) -> str:
    listed = sorted(names)
    more = len(listed) - MAX_LISTED
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(listed[:MAX_LISTED]) + rest or "no subject: there is none"


async def _find(deps: Deps, path: CorrectionPath) -> Item:
    """Return the item, by point reads. Raises UnknownCommunity, NotFound and BadParameters."""
    scope = scope_asked(deps.settings, path)
    names = deps.settings.watched if scope == ALL else [scope]
    kinds = (path.kind,) if path.kind else KINDS
    store = await deps.watched_store()
    found = [item for kind in kinds for item in await _of_kind(store, kind, names, path.id)]
    if not found:
        where = "any watched community" if scope == ALL else scope
        named = path.kind or "post or comment"
        raise NotFound(f"There is no {named} of this id in {where}.")
    if len({item["kind"] for item in found}) > 1:
        raise BadParameters(
            [
                BadParameter(
                    parameter="kind",
                    detail="a post and a comment have this id",
                    takes="post or comment",
                )
            ]
        )
    if found[0]["deleted"]:
        raise NotFound("The words of this item were removed, so that nothing is left to correct.")
    return found[0]


async def _of_kind(store: Store, kind: Kind, names: Collection[str], item_id: str) -> list[Item]:
    found = await store.read_many(ITEMS[kind], [(name, item_id) for name in names])
    return list(found.values())
