"""The share of voice of subjects."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from api.deps import Deps
from api.reads.coverage import coverage_answer
from api.reads.figures import (
    SubjectsFigures,
    Totals,
    base_set,
    moved_share,
    read_figures,
    share_in,
)
from api.reads.rematch import read_rematching
from api.reads.scopes import scope_of, subject_named
from api.reads.spans import baseline_of
from api.reads.subjects import community_mentions
from api.schema.subject_parameters import VoiceParameters
from api.schema.subjects import OtherVoices, ShareOfVoice, SubjectVoice
from shared.models import Subject
from shared.settings import Settings
from shared.stats.cells import COMPOUND_DIGITS
from shared.stats.means import spread_of
from shared.stats.shares import difference
from shared.stats.subjects import sentiment_is_of
from shared.stats.table_rows import REST


async def read_voice(deps: Deps, parameters: VoiceParameters) -> ShareOfVoice:
    """Return the mentions of each subject of a set over those of the whole set.

    It reads as many documents as the list of subjects. Raises UnknownSubject, UnknownCommunity and
    StoreError.
    """
    subjects = chosen_subjects((await deps.read_watchlist())["subjects"], parameters.subjects)
    only = _only(deps.settings, parameters)
    rematching = await read_rematching(deps)
    found = await read_figures(deps, parameters)
    # In a thread, because a hundred subjects take tenths of a second.
    return await asyncio.to_thread(
        voice_answer, deps, found, subjects, rematching, parameters, only=only
    )


def voice_answer(
    deps: Deps,
    found: SubjectsFigures,
    subjects: Sequence[Subject],
    rematching: frozenset[str],
    parameters: VoiceParameters,
    *,
    only: str | None = None,
) -> ShareOfVoice:
    """Return the shares of a set of subjects as `read_voice` answers them.

    only is the community whose mentions alone count.
    """
    homes = _homes(deps.settings, subjects) if parameters.home == "exclude" else []
    voices = _Voices(found, subjects, {*homes, *_others(deps.settings, only)})
    listed = voices.by_size()
    shown, rest = listed[: parameters.top], listed[parameters.top :]
    return ShareOfVoice(
        subjects=[voices.of(each, rematching) for each in shown],
        others=voices.together(rest) if rest else None,
        base=voices.base,
        previous_base=voices.earlier_base,
        set=[each["id"] for each in subjects],
        home=parameters.home,
        community=only,
        left_out_communities=homes,
        compared_hours=found.basis.hours,
        mixed_methods=found.basis.is_mixed,
        sentiment_of=sentiment_is_of(found.methods),
        rematching=any(each["id"] in rematching for each in subjects),
        time_window_hours=found.spans.hours,
        window=found.time_window,
        previous_window=found.previous_window,
        before=baseline_of(found.spans),
        coverage=coverage_answer(found.coverage),
        origin=deps.settings.origin,
        timestamp=found.timestamp,
    )


def chosen_subjects(subjects: Sequence[Subject], ids: Sequence[str] | None) -> list[Subject]:
    """Return the subjects with these ids, or else own ones and competitors.

    Raises UnknownSubject.
    """
    if ids is None:
        own = base_set(subjects)
        return [each for each in subjects if each["id"] in own]
    named = [subject_named(subjects, name, parameter="subjects") for name in ids]
    return list({each["id"]: each for each in named}.values())


def _only(settings: Settings, parameters: VoiceParameters) -> str | None:
    """Return the only community that counts. Raises UnknownCommunity."""
    if parameters.community is None:
        return None
    found = scope_of(settings, parameters.community, parameter="community")
    return found if found in settings.watched else None


def _homes(settings: Settings, subjects: Iterable[Subject]) -> list[str]:
    """Return the watched communities that are home to any of these subjects."""
    homes = {home.lower() for subject in subjects for home in subject["home"]}
    return [name for name in settings.watched if name.lower() in homes]


def _others(settings: Settings, only: str | None) -> list[str]:
    """Return the communities that don't count beside the only one that does."""
    if only is None:
        return []
    return [REST, *(name for name in settings.watched if name != only)]


class _Voices:
    """The voices of a set of subjects; `without` names communities that don't count."""

    def __init__(
        self, found: SubjectsFigures, subjects: Sequence[Subject], without: set[str]
    ) -> None:
        self._found = found
        self._subjects = subjects
        self._without = without
        ids = [each["id"] for each in subjects]
        self._totals = Totals(found, without) if without else found.totals
        self.base = self._totals.now.mentions(ids)
        self.earlier_base = self._totals.earlier.mentions(ids)
        self._compared_base = self._totals.compared.mentions(ids)
        tables = (self._totals.now, self._totals.compared, self._totals.earlier)
        self._now, self._compared, self._earlier = (table.voices(ids) for table in tables)

    def by_size(self) -> list[Subject]:
        """Return the subjects, most mentions first."""

        def size(subject: Subject) -> tuple[int, str]:
            return -self._totals.now.mentions([subject["id"]]), subject["name"].casefold()

        return sorted(self._subjects, key=size)

    def of(self, subject: Subject, rematching: frozenset[str]) -> SubjectVoice:
        """Return the voice of one subject."""
        name = subject["id"]
        return SubjectVoice(
            id=name,
            name=subject["name"],
            role=subject["role"],
            communities=community_mentions(self._found.now, name, self._without),
            rematching=name in rematching,
            **self._voice([name]),
        )

    def together(self, subjects: Sequence[Subject]) -> OtherVoices:
        """Return the voices of several subjects together."""
        ids = [each["id"] for each in subjects]
        return OtherVoices(subjects=ids, **self._voice(ids))

    def _voice(self, ids: Sequence[str]) -> dict[str, Any]:
        own = [self._totals.now.of(name) for name in ids]
        mentions = sum(each.items for each in own)
        counted = sum(each.counted for each in own)
        total = sum(each.compound_sum for each in own)
        mood = spread_of(self._totals.now.together(ids))
        compared = self._totals.compared.mentions(ids)
        earlier = self._totals.earlier.mentions(ids)
        previous = share_in(earlier, self.earlier_base)
        share = share_in(mentions, self.base)
        of_compared = share_in(compared, self._compared_base)
        interval = None
        if of_compared is not None and previous is not None:
            interval = difference(
                self._compared.estimate(of_compared, *ids), self._earlier.estimate(previous, *ids)
            )
        return {
            "mentions": mentions,
            "share": share,
            **self._now.spread(share, *ids),
            "previous": previous,
            "change": moved_share(of_compared, previous),
            "change_interval": interval,
            "positive": sum(each.positive for each in own),
            "negative": sum(each.negative for each in own),
            "neutral": sum(each.neutral for each in own),
            "left_out": sum(each.left_out for each in own),
            "sentiment": round(total / counted, COMPOUND_DIGITS) if counted else None,
            "sentiment_stderr": mood["stderr"],
            "sentiment_interval": mood["interval"],
            "sentiment_few": mood["few"],
        }
