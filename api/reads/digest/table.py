"""The table of a digest: its subjects' figures, shares of voice and numbers of mentions."""

from collections.abc import Sequence

from api.deps import Deps
from api.reads.explain.change import amount_of
from api.reads.figures import SubjectsFigures
from api.reads.subjects import subjects_answer
from api.reads.voice import voice_answer
from api.schema.digest import DigestSubject
from api.schema.explain import VolumeChange
from api.schema.subject_parameters import MAX_SUBJECTS, VoiceParameters
from shared.models import Subject
from shared.reasons.sentence import VolumeVerdict
from shared.stats.compare import MIN_BEFORE, MIN_KNOWN
from shared.stats.uncertainty import found_among
from shared.stats.volumes import chance_of_number


def digest_rows(
    deps: Deps,
    found: SubjectsFigures,
    subjects: Sequence[Subject],
    chosen: Sequence[Subject],
    rematching: frozenset[str],
    *,
    begins: str | None,
) -> list[DigestSubject]:
    """Return the rows of the chosen subjects; subjects are all of the watchlist.

    begins is the first hour of all data, None where there is none.

    Figures and verdicts are those of GET /subjects, and shares those of GET /share-of-voice with
    this set.
    """
    figures = subjects_answer(deps, found, subjects, rematching).subjects
    parameters = VoiceParameters(top=MAX_SUBJECTS)
    voices = {
        each.id: each for each in voice_answer(deps, found, chosen, rematching, parameters).subjects
    }
    volumes = volumes_of(found, list(voices), begins)
    return [
        DigestSubject(
            **{
                **dict(row),
                "share": voice.share,
                "share_stderr": voice.stderr,
                "share_interval": voice.interval,
                "share_few": voice.few,
                "share_change": voice.change,
            },
            share_change_interval=voice.change_interval,
            volume=volumes[row.id],
        )
        for row in figures
        if (voice := voices.get(row.id)) is not None
    ]


def volumes_of(
    found: SubjectsFigures, subjects: Sequence[str], begins: str | None
) -> dict[str, VolumeChange]:
    """Return the change of each subject's number of mentions, beyond chance among all of them."""
    now, before = found.totals.compared, found.totals.earlier
    amounts = {
        name: (amount_of(now.sample(name)), amount_of(before.sample(name))) for name in subjects
    }
    is_known = _are_known(found, subjects, begins)
    claimed = found_among({name: chance_of_number(*own) for name, own in amounts.items()})
    verdicts: dict[str, VolumeVerdict] = {}
    for name, (own, own_before) in amounts.items():
        verdicts[name] = "more" if own.items > own_before.items else "fewer"
        if name not in claimed:
            verdicts[name] = "no_clear_change"
    return {
        name: VolumeChange(
            n=round(own.items),
            n_before=round(own_before.items),
            verdict=verdicts[name] if is_known else "incomplete",
        )
        for name, (own, own_before) in amounts.items()
    }


def _are_known(found: SubjectsFigures, subjects: Sequence[str], begins: str | None) -> bool:
    """Return whether numbers of mentions can be compared, however few they are.

    They can't where all data is younger than most of the time before. Where it is not recorded what
    was observed, hardly any mentions before are a sign that some are missing.
    """
    basis, earlier = found.basis, [before for _, before in found.pairs]
    if basis.is_late or basis.hours < MIN_KNOWN * basis.wanted:
        return False
    if begins is None or sum(hour >= begins for hour in earlier) < MIN_KNOWN * len(earlier):
        return False
    if found.coverage is not None:
        return True
    now, before = (t.mentions(subjects) for t in (found.totals.compared, found.totals.earlier))
    return before > 0 and before >= MIN_BEFORE * now
