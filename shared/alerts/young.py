"""Communities that weren't observed over the whole time that conditions compare with.

One that was added a day ago has items today and none before, so that all who are said more in it
would seem to be said more. Conditions that compare judge the other communities alone, until the
past of this one has been read, or it is old enough.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.communities import community_name
from shared.models import Finding
from shared.stats.gaps import Coverage

DAY = 24
MAX_LACKING = 1 / 12
"""The share of the hours that a community may lack: under four days of 44. It moves no median."""
MAX_NAMED = 3


def young_communities(coverage: Coverage, hours: Sequence[str], least: int) -> frozenset[str]:
    """Return the communities that were observed in far fewer than `least` of these hours.

    Where all are as young, as after a first start, none is.
    """
    wanted = set(hours)
    observed = {
        name: len(wanted) - len(lacking & wanted)
        for name, lacking in coverage.unobserved_of.items()
    }
    needed = min(least, max(observed.values(), default=0)) * (1 - MAX_LACKING)
    return frozenset(name for name, number in observed.items() if number < needed)


def lacking_communities(coverage: Coverage, hours: Sequence[str]) -> frozenset[str]:
    """Return the communities that lack too many of those of the hours that others have.

    They are small: hours that large ones lack are unknown.
    """
    known = set(hours) - coverage.unknown
    return frozenset(
        name
        for name, lacking in coverage.unobserved_of.items()
        if len(lacking & known) > MAX_LACKING * len(known)
    )


def why_too_young(evidence: Evidence, hour: str) -> str | None:
    """Return why a day can't be compared: most of its items are in young communities.

    None where it can.
    """
    figures = evidence.figures
    span = figures.span(hour, DAY)
    if figures.whole is None or span is None:
        return None
    if 2 * figures.items(span) >= figures.whole.items(span):
        return None
    return f"Most items are in {_named(evidence.young)}, not observed in the weeks to compare with."


def left_out(evidence: Evidence, hour: str) -> frozenset[str]:
    """Return the communities whose items of the last day don't count, if there are any items."""
    figures = evidence.figures
    if figures.whole is None:
        return evidence.young
    span = figures.span(hour, DAY)
    if span is None or figures.items(span) == figures.whole.items(span):
        return frozenset()
    return evidence.young


def with_note(evaluation: Evaluation, young: Collection[str]) -> Evaluation:
    """Return an evaluation whose findings say which communities don't count."""
    if not young:
        return evaluation
    are = "isn't" if len(young) == 1 else "aren't"
    note = f" {_named(young)} {are} counted: not observed in the weeks to compare with."
    return replace(evaluation, findings=tuple(_noted(each, note) for each in evaluation.findings))


def _noted(finding: Finding, note: str) -> Finding:
    return {**finding, "sentence": finding["sentence"] + note}


def _named(names: Collection[str]) -> str:
    listed = sorted(map(community_name, names))
    more = f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else ""
    return f"{', '.join(listed[:MAX_NAMED])}{more}"
