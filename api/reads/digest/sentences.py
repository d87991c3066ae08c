"""The sentences of a digest: of each subject, and of all of them."""

from collections.abc import Sequence
from datetime import datetime

from api.reads.digest.periods import Period, period_around, weekday_text
from api.schema.digest import DigestChange, DigestSubject
from shared.communities import community_name
from shared.reasons.sentence import counted, moved_by
from shared.stats.compare import Verdict

CLEAR: frozenset[Verdict] = frozenset({"better", "worse"})
HOURS_OF_DAY = 24
MAX_NAMED = 3
NEXT = "The next digest comes on"


def has_changed(row: DigestSubject) -> bool:
    """Return whether the mood or the number of mentions changed beyond chance."""
    return row.change.verdict in CLEAR or row.volume.verdict in {"more", "fewer"}


def is_silent(row: DigestSubject) -> bool:
    """Return whether nothing is known to be said of a subject, in the period or before."""
    return not row.mentions and not row.change.previous.total


def is_before_known(row: DigestSubject) -> bool:
    """Return whether enough is known of the time before to say that nothing was said in it."""
    return row.volume.verdict != "incomplete"


def change_of(row: DigestSubject) -> DigestChange:
    """Return a subject's change in words."""
    sentence = f"{_clause(row)}." if has_changed(row) else _no_change(row)
    return DigestChange(
        subject=row.id,
        name=row.name,
        verdict=row.change.verdict,
        reason=row.change.reason,
        volume=row.volume.verdict,
        sentence=sentence,
    )


def headline(period: Period, rows: Sequence[DigestSubject]) -> str:
    """Return what a period with mentions was like: what changed, or that nothing did."""
    changed = [each for each in rows if has_changed(each)]
    same = [each for each in rows if _is_same(each)]
    untold = [
        each
        for each in rows
        if not has_changed(each) and not _is_same(each) and not is_silent(each)
    ]
    if not changed and not same:
        return f"{period.when}, no change can be told: {_why_untold(untold)}."
    if not changed:
        first = (
            f"{period.when}, nothing changed clearly: the mood about {_names(same)}, and the number"
            " of mentions, stayed within chance."
        )
        return " ".join(filter(None, (first, _of_untold(untold))))
    clauses = "; ".join(map(_clause, changed[:MAX_NAMED]))
    more = len(changed) - MAX_NAMED
    others = f"; {counted(more, 'other subject')} changed, too" if more > 0 else ""
    rest = f"{_names(same)} had no clear change." if same else ""
    return " ".join(filter(None, (f"{period.when}, {clauses}{others}.", rest, _of_untold(untold))))


def no_subjects(period: Period) -> str:
    """Return the sentence of a watchlist without subjects."""
    return (
        "No subject is watched yet: add what people talk about, such as your product, to the"
        f" watchlist. {next_digest(period.after)}"
    )


def not_collected(period: Period, since: datetime | None, now: datetime) -> str:
    """Return the sentence of a period of which nothing was collected; since is when that began."""
    began = ""
    if since is not None and since >= period.ends:
        began = f": collection began on {weekday_text(since.astimezone(period.zone).date())}"
    first = max(
        (period_around(period.kind, period.zone, since or now), period.after),
        key=lambda each: each.end,
    )
    return f"{period.when}, nothing was collected{began}. {next_digest(first)}"


def no_mentions(period: Period, rows: Sequence[DigestSubject]) -> str:
    """Return the sentence of a period in which nothing was said of the subjects."""
    before = sum(each.volume.n_before for each in rows)
    known = all(map(is_before_known, rows))
    counts = f" There were {counted(before, 'mention')} in the time before." if known else ""
    names = _names(rows, "or")
    return f"{period.when}, nobody mentioned {names}.{counts} {next_digest(period.after)}"


def next_digest(period: Period) -> str:
    """Return when the digest of a period comes, in a sentence."""
    return f"{NEXT} {weekday_text(period.end)}."


def without_next(sentence: str) -> str:
    """Return the sentence of a digest without the day of the next one."""
    return sentence.partition(f" {NEXT} ")[0]


def _is_same(row: DigestSubject) -> bool:
    return not has_changed(row) and row.change.verdict == "no_clear_change"


def _clause(row: DigestSubject) -> str:
    """Return what changed, without a full stop: X got worse, down by 0.12."""
    parts = []
    if row.change.verdict in CLEAR:
        parts.append(f"got {row.change.verdict}, {moved_by(row.change.avg_sentiment or 0.0)}")
    if row.volume.verdict in {"more", "fewer"}:
        often = "more" if row.volume.verdict == "more" else "less"
        counts = f"{counted(row.volume.n, 'time')}, {row.volume.n_before} before"
        parts.append(f"was mentioned {often} ({counts})")
    return f"{row.name} {' and '.join(parts)}"


def _no_change(row: DigestSubject) -> str:
    change, volume = row.change, row.volume
    counts = f"{counted(volume.n, 'mention')}, {volume.n_before} before"
    if change.verdict == "no_clear_change":
        return (
            f"{row.name} has no clear change ({moved_by(change.avg_sentiment or 0.0)}; {counts})."
        )
    if is_silent(row) and change.reason != "not_collected":
        if is_before_known(row):
            return f"Nobody mentioned {row.name}, neither now nor before."
        return f"Nobody mentioned {row.name}; too little is known of the time before."
    if change.verdict == "too_few":
        days = (change.span_needed or 0) // HOURS_OF_DAY
        needed = f" A span of about {counted(days, 'day')} would have enough." if days else ""
        return f"Too few mentions of {row.name} to tell a change of its mood: {counts}.{needed}"
    return f"The change of {row.name} can't be told: {_reason(row)}."


def _reason(row: DigestSubject) -> str:
    if row.change.reason == "mixed_methods":
        return "several methods scored its mentions"
    if row.change.reason == "not_collected":
        behind = ", ".join(map(community_name, row.change.behind))
        return f"{behind or 'a community'} wasn't collected to the end"
    return "too little is known of the time before"


def _why_untold(rows: Sequence[DigestSubject]) -> str:
    if all(each.change.verdict == "too_few" for each in rows):
        return f"there are too few mentions of {_names(rows)}"
    told = next(each for each in rows if each.change.verdict != "too_few")
    return _reason(told)


def _of_untold(rows: Sequence[DigestSubject]) -> str:
    return f"Of {_names(rows)} no change can be told." if rows else ""


def _names(rows: Sequence[DigestSubject], last: str = "and") -> str:
    """Return the names of subjects in a sentence; many are a number."""
    names = [each.name for each in rows]
    if len(names) > MAX_NAMED + 1:
        names = [*names[:MAX_NAMED], f"{len(names) - MAX_NAMED} others"]
    return listed(names, last)


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a sentence lists them, with a word before the last one."""
    *others, final = names or [""]
    return f"{', '.join(others)} {last} {final}" if others else final
