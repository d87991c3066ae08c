"""Changes of the watchlist: each is checked whole, and written over the state that it changes."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import azure.functions as func

from api.deps import Deps, named
from api.errors import NotFound, PreconditionFailed
from api.http.bodies import refused
from api.http.conditions import Condition
from api.http.responses import tag_of
from api.reads.markers import marker_answer, marker_named
from api.reads.watchlist import community_answer, subject_answer, watchlist_answer
from api.schema.markers import MarkerAnswer
from api.schema.watchlist import (
    CommunityAnswer,
    CommunityBody,
    MergeBody,
    SubjectAnswer,
    SubjectBody,
    WatchlistAnswer,
    WatchlistBody,
)
from shared.alerts.rules import read_rules, write_rules
from shared.alerts.starter import first_own_subject, starter_rules
from shared.errors import DocumentChanged, DocumentExists, StoreError, StoreUnavailable
from shared.logs import event
from shared.models import Marker, Subject, WatchedCommunity, Watchlist
from shared.rematches import message_of
from shared.settings import Settings
from shared.store import Store
from shared.subjects.communities import (
    community_problems,
    community_refusals,
    effective_communities,
    known_homes,
)
from shared.subjects.edits import clean_community, clean_subject, merged
from shared.subjects.markers import clean_marker, kept_markers, markers_refusals, moved_markers
from shared.subjects.refusals import Place, Refusal, quoted
from shared.subjects.rules import changed_subjects
from shared.subjects.validation import size_refusals, subject_refusals, watchlist_refusals
from shared.subjects.watchlist import markers_of, read_watchlist, seed, write_watchlist

log = logging.getLogger(__name__)

MAX_TRIES = 5


@dataclass(frozen=True)
class Edit:
    """The next state of the watchlist; `change` says in a few words what is new.

    places are where the rules of subjects stand in the request, by their ids. Without markers those
    stay whose subjects do.
    """

    subjects: Sequence[Subject]
    communities: Sequence[WatchedCommunity] | None
    change: str
    places: Mapping[str, Place] = field(default_factory=dict)
    markers: Sequence[Marker] | None = None


@dataclass(frozen=True)
class Written:
    """The watchlist after a change, with the settings that it makes; `was` is the one before."""

    watchlist: Watchlist
    was: Watchlist
    settings: Settings

    @property
    def is_changed(self) -> bool:
        """Return whether anything was written."""
        return self.watchlist["revision"] != self.was["revision"]

    @property
    def answer(self) -> WatchlistAnswer:
        """Return the watchlist as answers show it."""
        return watchlist_answer(self.watchlist, self.settings)

    @property
    def tag(self) -> str:
        """Return the ETag of the watchlist, for the next change."""
        return tag_of(self.answer)

    def subject(self, subject_id: str) -> SubjectAnswer:
        """Return a subject of it as answers show it."""
        return subject_answer(_subject(self.watchlist, subject_id))

    def marker(self, marker_id: str) -> MarkerAnswer:
        """Return a marker of it as answers show it."""
        return marker_answer(marker_named(self.watchlist, marker_id))

    def community(self, community_id: str) -> CommunityAnswer:
        """Return a community of it as answers show it."""
        known = effective_communities(self.settings, self.watchlist)
        found = _named(known, community_id)
        if found is None:
            raise NotFound(f"{quoted(community_id)} isn't collected.")
        return community_answer(found, self.settings)


async def put_watchlist(deps: Deps, condition: Condition, body: WatchlistBody) -> Written:
    """Write the whole watchlist. Raises BadParameters, PreconditionFailed and StoreError."""

    def edit(before: Watchlist) -> Edit:
        settings = deps.settings.watching(before)
        known = effective_communities(settings, before)
        communities = before["communities"]
        if body.communities is not None:
            given = [
                clean_community(each.id, each.query, each.address) for each in body.communities
            ]
            # As they are read, they leave the settings in charge.
            communities = communities if given == known else given
        names = [each["id"] for each in (known if communities is None else communities)]
        homes = [*known_homes(settings, before, seed()), *names]
        subjects = [clean_subject(each.model_dump(), each.id, homes) for each in body.subjects]
        markers = (
            None
            if body.markers is None
            else [clean_marker(each.model_dump(), each.id) for each in body.markers]
        )
        check(
            watchlist_refusals(subjects, homes),
            _refused_communities(known if communities is None else communities, known, settings),
            markers_refusals(markers or (), subjects),
        )
        places: dict[str, Place] = {
            each["id"]: ("subjects", number) for number, each in enumerate(subjects)
        }
        return Edit(subjects, communities, "the whole watchlist", places, markers)

    return await change_watchlist(deps, condition, edit)


async def put_subject(
    deps: Deps, condition: Condition, subject_id: str, body: SubjectBody
) -> Written:
    """Write a subject, new or not. Raises BadParameters, PreconditionFailed and StoreError."""

    def edit(before: Watchlist) -> Edit:
        settings = deps.settings.watching(before)
        homes = known_homes(settings, before, seed())
        own = clean_subject(body.model_dump(), subject_id, homes)
        others = [each for each in before["subjects"] if each["id"] != subject_id]
        is_new = len(others) == len(before["subjects"])
        subjects = [own if each["id"] == subject_id else each for each in before["subjects"]]
        subjects += [own] if is_new else []
        check(
            same_id(body.id, subject_id),
            subject_refusals(own, others, homes),
            size_refusals(subjects),
        )
        change = f"{own['name']} {'added' if is_new else 'changed'}"
        return Edit(subjects, before["communities"], change, {subject_id: ()})

    return await change_watchlist(deps, condition, edit, changed=subject_id)


async def delete_subject(deps: Deps, condition: Condition, subject_id: str) -> Written:
    """Remove a subject. Raises NotFound, PreconditionFailed and StoreError."""

    def edit(before: Watchlist) -> Edit:
        own = _subject(before, subject_id)
        subjects = [each for each in before["subjects"] if each is not own]
        return Edit(subjects, before["communities"], f"{own['name']} removed")

    return await change_watchlist(deps, condition, edit, changed=subject_id)


async def merge_subject(
    deps: Deps, condition: Condition, subject_id: str, body: MergeBody
) -> Written:
    """Let a subject take over another one, which ends.

    Raises NotFound, BadParameters, PreconditionFailed and StoreError.
    """

    def edit(before: Watchlist) -> Edit:
        own = _subject(before, subject_id)
        others = [each for each in before["subjects"] if each is not own]
        other = next((each for each in others if each["id"] == body.from_), None)
        if other is None:
            is_own = body.from_ == subject_id
            problem = "is this subject itself" if is_own else "isn't a subject"
            raise refused(
                [Refusal(("from",), f"{quoted(body.from_)} {problem}", "the id of another subject")]
            )
        whole = merged(own, other)
        left = [each for each in others if each is not other]
        homes = known_homes(deps.settings.watching(before), before, seed())
        check(subject_refusals(whole, left, homes), size_refusals([*left, whole]))
        subjects = [
            whole if each is own else each for each in before["subjects"] if each is not other
        ]
        change = f"{other['name']} merged into {own['name']}"
        markers = moved_markers(markers_of(before), other["id"], into=own["id"])
        return Edit(subjects, before["communities"], change, markers=markers)

    return await change_watchlist(deps, condition, edit, changed=subject_id)


async def put_community(
    deps: Deps, condition: Condition, community_id: str, body: CommunityBody
) -> Written:
    """Collect a community. Raises BadParameters, PreconditionFailed and StoreError."""

    def edit(before: Watchlist) -> Edit:
        settings = deps.settings.watching(before)
        known = effective_communities(settings, before)
        before_it = _named(known, community_id)
        name = before_it["id"] if before_it else community_id
        own = clean_community(name, body.query, body.address)
        problems = (
            iter(())
            if own == before_it
            else community_problems(own, settings, is_new=before_it is None)
        )
        check(same_id(body.id, name), problems)
        if own == before_it:
            return Edit(before["subjects"], before["communities"], "")
        communities = [own if each is before_it else each for each in known]
        communities += [] if before_it else [own]
        check(_below("id", community_refusals(communities, communities, settings)))
        change = f"{name} {'changed' if before_it else 'added'}"
        return Edit(before["subjects"], communities, change)

    return await change_watchlist(deps, condition, edit, changed=community_id)


async def delete_community(deps: Deps, condition: Condition, community_id: str) -> Written:
    """Stop collecting a community; its items stay until they expire.

    Raises NotFound, BadParameters, PreconditionFailed and StoreError.
    """

    def edit(before: Watchlist) -> Edit:
        settings = deps.settings.watching(before)
        known = effective_communities(settings, before)
        own = _named(known, community_id)
        if own is None:
            raise NotFound(
                f"{quoted(community_id)} isn't collected: GET /api/v1/communities lists what is."
            )
        communities = [each for each in known if each is not own]
        check(_below("id", community_refusals(communities, communities, settings)))
        return Edit(before["subjects"], communities, f"{own['id']} removed")

    return await change_watchlist(deps, condition, edit, changed=community_id)


def send_rematch(output: func.Out[str], written: Written) -> None:
    """Ask for the rematch that a change calls for.

    If the message gets lost, the next collection asks for it: the change itself is stored.
    """
    if changed_subjects(written.was["subjects"], written.watchlist["subjects"]):
        output.set(message_of(written.watchlist))


async def change_watchlist(
    deps: Deps,
    condition: Condition,
    edit: Callable[[Watchlist], Edit],
    *,
    changed: str | None = None,
    marker: str | None = None,
) -> Written:
    """Read the watchlist, make the edit of it, check it, and write it.

    The condition may be of the watchlist, of the subject or community `changed`, or of the marker.
    Where anything is taken as it is, a change of others in between is no conflict. Raises
    PreconditionFailed, StoreError, and what `edit` raises.
    """
    store = await deps.store()
    for _ in range(MAX_TRIES):
        before = await read_watchlist(store)
        if not condition.holds(*_tags(before, deps.settings, changed, marker)):
            raise PreconditionFailed
        next_one = edit(before)
        await _check_commonness(store, deps, before, next_one)
        with suppress(DocumentChanged, DocumentExists):
            return await _write(store, deps, before, next_one)
        if not condition.is_any:
            raise PreconditionFailed
    raise StoreUnavailable("the watchlist changes with every read")


async def _write(store: Store, deps: Deps, before: Watchlist, edit: Edit) -> Written:
    markers = kept_markers(
        markers_of(before) if edit.markers is None else edit.markers, edit.subjects
    )
    is_same = (
        list(edit.subjects) == before["subjects"]
        and edit.communities == before["communities"]
        and markers == markers_of(before)
    )
    after = before
    if not is_same:
        after = await write_watchlist(
            store,
            before,
            subjects=edit.subjects,
            communities=edit.communities,
            markers=markers,
            change=edit.change,
            now=deps.clock(),
            by=deps.by,
        )
        deps.on_change(after)
        fields = {"revision": after["revision"], "change": edit.change}
        event(log, "watchlist.changed", **fields, **named(deps))
        await _add_first_rules(store, before, after, deps)
    return Written(after, before, deps.settings.watching(after))


async def _add_first_rules(store: Store, before: Watchlist, after: Watchlist, deps: Deps) -> None:
    """Add alert rules about the first own subject, if there never were any.

    The watchlist is written: a failure here is logged, and fails nothing.
    """
    subject = first_own_subject(before, after)
    if subject is None:
        return
    try:
        rules = await read_rules(store)
        if rules["revision"] == 0:
            change = f"rules to begin with, about {subject['name']}"
            made, now = starter_rules(subject), deps.clock()
            await write_rules(store, rules, rules=made, change=change, now=now, by=deps.by)
    except DocumentExists:
        # Somebody wrote a rule at the same time.
        return
    except StoreError as error:
        event(log, "alert_rules.not_added", logging.WARNING, reason=str(error))


def _tags(
    watchlist: Watchlist, settings: Settings, changed: str | None, marker: str | None
) -> Iterator[str]:
    """Yield the ETags of the watchlist, and of its subject, community or marker to change."""
    effective = settings.watching(watchlist)
    yield tag_of(watchlist_answer(watchlist, effective))
    for subject in watchlist["subjects"]:
        if subject["id"] == changed:
            yield tag_of(subject_answer(subject))
    found = _named(effective_communities(effective, watchlist), changed or "")
    if found is not None:
        yield tag_of(community_answer(found, effective))
    for each in markers_of(watchlist):
        if each["id"] == marker:
            yield tag_of(marker_answer(each))


async def _check_commonness(store: Store, deps: Deps, before: Watchlist, edit: Edit) -> None:
    """Check that no new rule matches too much of what is stored. Raises BadParameters."""
    changed = set(changed_subjects(before["subjects"], edit.subjects)) & edit.places.keys()
    subjects = [each for each in edit.subjects if each["id"] in changed]
    if not subjects:
        return
    # The rules of texts cost 50 ms, only when used.
    from shared.subjects.commonness import common_terms, read_sample  # noqa: PLC0415

    sample = await read_sample(store, deps.clock())
    for_each = [await asyncio.to_thread(common_terms, subject, sample) for subject in subjects]
    check(
        refusal.below(*edit.places[subject["id"]])
        for subject, refusals in zip(subjects, for_each, strict=True)
        for refusal in refusals
    )


def check(*refusals: Iterable[Refusal]) -> None:
    """Raise BadParameters if anything is refused."""
    if found := [refusal for some in refusals for refusal in some]:
        raise refused(found)


def _refused_communities(
    communities: Sequence[WatchedCommunity],
    known: Sequence[WatchedCommunity],
    settings: Settings,
) -> Iterator[Refusal]:
    for refusal in community_refusals(communities, known, settings):
        yield refusal.below("communities")


def same_id(given: str | None, in_path: str) -> Iterator[Refusal]:
    """Yield whether a body names another id than the path."""
    if given is not None and given != in_path:
        yield Refusal(
            ("id",), f"{quoted(given)} isn't the id in the path", f"{in_path}, or nothing"
        )


def _below(name: str, refusals: Iterator[Refusal]) -> Iterator[Refusal]:
    """Yield what concerns a whole list as of one value of the request."""
    for refusal in refusals:
        yield Refusal((name,), refusal.problem, refusal.takes)


def _named(communities: Sequence[WatchedCommunity], name: str) -> WatchedCommunity | None:
    return next((each for each in communities if each["id"].lower() == name.lower()), None)


def _subject(watchlist: Watchlist, subject_id: str) -> Subject:
    """Return a subject. Raises NotFound, which names the one that a merged one is part of."""
    found = next((each for each in watchlist["subjects"] if each["id"] == subject_id), None)
    if found is not None:
        return found
    into = next((e for e in watchlist["subjects"] if subject_id in e["merged_from"]), None)
    if into is not None:
        raise NotFound(
            f"{quoted(subject_id)} was merged into {into['name']}: /api/v1/subjects/{into['id']}."
        )
    raise NotFound(f"There is no subject {quoted(subject_id)}: GET /api/v1/watchlist lists them.")
