"""Previews the rules of a subject: what they would match in the newest items, and keep out."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.deps import Deps
from api.http.bodies import refused
from api.reads.excerpts import Marks, apart_from, excerpt, in_one_line, places_of
from api.reads.preview import Sample, SampledItem
from api.schema.preview import (
    KeptOutCounts,
    KeptOutExample,
    Preview,
    PreviewBody,
    PreviewCommunity,
    PreviewExample,
    Reason,
)
from shared.models import Subject
from shared.subjects.commonness import Sampled, common_terms
from shared.subjects.communities import known_homes
from shared.subjects.edits import clean_subject
from shared.subjects.matcher import Found, Match, Matcher
from shared.subjects.validation import size_refusals, subject_refusals
from shared.subjects.watchlist import read_watchlist, seed

MAX_EXAMPLES = 20
MAX_OF_A_REASON = 10


async def preview_subject(deps: Deps, body: PreviewBody, sample: Sample) -> Preview:
    """Return what these rules would match in a sample, beside the subjects of the watchlist.

    They are checked as a change would be. Raises BadParameters and StoreError.
    """
    watchlist = await read_watchlist(await deps.store())
    known = [each["id"] for each in watchlist["subjects"]]
    own_id = body.id or _free_id(known)
    homes = list(known_homes(deps.settings, watchlist, seed()))
    own = clean_subject(body.model_dump(), own_id, homes)
    others = [each for each in watchlist["subjects"] if each["id"] != own_id]
    subjects = [own if each["id"] == own_id else each for each in watchlist["subjects"]]
    subjects += [] if own_id in known else [own]
    problems = [*subject_refusals(own, others, homes), *size_refusals(subjects)]
    if not problems:
        texts = [Sampled(each.lines, each.community) for each in sample.items]
        problems = await asyncio.to_thread(common_terms, own, texts)
    if problems:
        raise refused(problems)
    return await asyncio.to_thread(_preview, own, subjects, sample)


def _free_id(known: Sequence[str]) -> str:
    return next(each for n in range(len(known) + 1) if (each := f"new-{n}") not in known)


@dataclass
class _Kept:
    """Why an item is kept out: the words of the subject, and what stands in their way."""

    reason: Reason
    words: str
    phrase: str
    subject: str | None = None


@dataclass
class _Tally:
    """The counts and examples found so far."""

    looked_at: Counter[str] = field(default_factory=Counter)
    text: Counter[str] = field(default_factory=Counter)
    home: Counter[str] = field(default_factory=Counter)
    kept: Counter[Reason] = field(default_factory=Counter)
    examples: list[PreviewExample] = field(default_factory=list)
    kept_examples: list[KeptOutExample] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    """The texts of examples: a text shows once."""


def _preview(own: Subject, subjects: Sequence[Subject], sample: Sample) -> Preview:
    """Match the sample. It is slow: call it from a thread."""
    matcher, alone = Matcher(subjects), Matcher([own])
    homes = {home.lower() for home in own["home"]}
    tally = _Tally()
    for item in sample.items:
        words = item.lines.naming(matcher.hosts)
        found = matcher.find(words, home=item.community)
        tally.looked_at[item.community] += 1
        match = _of(own, found.matches)
        if match is not None:
            tally.text[item.community] += 1
            _show(tally, item, words, match, found)
        elif kept := next(_kept_out(own, words, found, alone, item.community), None):
            tally.kept[kept.reason] += 1
            _show_kept(tally, item, words, kept)
        if not found.matches and words and item.community.lower() in homes:
            tally.home[item.community] += 1
    return _answer(sample, tally)


def _of(own: Subject, matches: Sequence[Match]) -> Match | None:
    return next((each for each in matches if each.subject == own["id"]), None)


def _kept_out(
    own: Subject, text: str, found: Found, alone: Matcher, community: str
) -> Iterator[_Kept]:
    """Yield why words of the subject in a text don't count."""
    for each in found.kept_out:
        if each.subject == own["id"]:
            yield _Kept(each.reason, each.words, each.phrase)
    if not found.matches:
        return
    match = _of(own, alone.match(text, home=community))
    for other in found.matches if match else ():
        # The longer name has the words of the subject in it.
        for phrase in other.words:
            for words in match.words if match else ():
                if words.casefold() in phrase.casefold():
                    yield _Kept("longer_name", words, phrase, other.subject)


def _show(tally: _Tally, item: SampledItem, words: str, match: Match, found: Found) -> None:
    """Add an item that matches to the examples, if there is room."""
    text = in_one_line(words)
    if len(tally.examples) == MAX_EXAMPLES or text in tally.shown:
        return
    tally.shown.add(text)
    # The same words may be kept out in another place.
    kept = [each.phrase for each in found.kept_out if each.reason == "excluded"]
    marks = apart_from(places_of(text, match.words), places_of(text, kept))
    shown, inside = excerpt(text, marks)
    tally.examples.append(
        PreviewExample(
            **_item(item), text=shown, marks=list(map(list, inside)), matched=list(match.words)
        )
    )


def _show_kept(tally: _Tally, item: SampledItem, words: str, kept: _Kept) -> None:
    text = in_one_line(words)
    of_reason = sum(each.reason == kept.reason for each in tally.kept_examples)
    is_full = of_reason == MAX_OF_A_REASON or len(tally.kept_examples) == MAX_EXAMPLES
    if is_full or text in tally.shown:
        return
    tally.shown.add(text)
    marks: Marks = places_of(text, [kept.phrase])
    shown, inside = excerpt(text, marks)
    tally.kept_examples.append(
        KeptOutExample(
            **_item(item),
            text=shown,
            marks=list(map(list, inside)),
            reason=kept.reason,
            words=kept.words,
            phrase=kept.phrase,
            subject=kept.subject,
        )
    )


def _item(item: SampledItem) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "id": item.id,
        "post_id": item.post_id,
        "community": item.community,
        "created_utc": item.created_utc,
        "permalink": item.permalink,
    }


def _answer(sample: Sample, tally: _Tally) -> Preview:
    matched, looked_at = tally.text.total(), tally.looked_at.total()
    names = sorted(
        tally.looked_at,
        key=lambda name: (-tally.text[name], -tally.home[name], -tally.looked_at[name], name),
    )
    return Preview(
        days=sample.days,
        since=sample.since,
        until=sample.until,
        is_whole=sample.is_whole,
        looked_at=looked_at,
        matched=matched,
        share=matched / looked_at if looked_at else None,
        communities=[
            PreviewCommunity(
                community=name,
                looked_at=tally.looked_at[name],
                text=tally.text[name],
                home=tally.home[name],
            )
            for name in names
        ],
        examples=tally.examples,
        kept_out=KeptOutCounts(
            excluded=tally.kept["excluded"],
            no_context=tally.kept["no_context"],
            longer_name=tally.kept["longer_name"],
        ),
        kept_out_examples=tally.kept_examples,
    )
