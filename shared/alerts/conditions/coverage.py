"""Watched communities that aren't observed, or whose source refuses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import finding, found, length_of
from shared.communities import community_name, source_of
from shared.models import CommunityState, Condition, Failing, Finding
from shared.stats.coverage import hours_of
from shared.times import next_hour

DEFAULT_HOURS = 3
MAX_NAMED = 3


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return the communities of the scope that weren't observed for the condition's hours.

    Those that fail together with their source are one finding, and so are those that don't fail
    where collection itself has stopped. A community that was never collected counts from its first
    failure on, and not at all before.
    """
    hours, now = condition.get("hours", DEFAULT_HOURS), f"{next_hour(hour)}:00:00Z"
    sources: dict[str, list[str]] = defaultdict(list)
    findings: list[Finding] = []
    idle: dict[str, str] = {}
    for name in evidence.communities:
        state = evidence.states.get(name)
        if state is None or (since := _missing_since(state, now, hours)) is None:
            continue
        failing = _failing(state, now)
        if failing and failing["is_shared"]:
            sources[source_of(name)].append(name)
        elif failing:
            findings.append(_of_community(name, state, hour, since))
        else:
            idle[name] = since
    if len(idle) > 1 and _has_stopped(evidence, now, hours, len(idle)):
        findings.append(_of_collection(idle, hour))
    else:
        findings += [
            _of_community(name, state, hour, since)
            for name, since in idle.items()
            if (state := evidence.states.get(name)) is not None
        ]
    of_sources = [
        _of_source(source, names, evidence.states, hour, now) for source, names in sources.items()
    ]
    return found([*of_sources, *findings])


def _has_stopped(evidence: Evidence, now: str, hours: int, idle: int) -> bool:
    """Return whether so many communities aren't observed since nothing is collected at all.

    Some are polled an hour later than others, so that they don't all lack the last hour.
    """
    if 2 * idle > len(evidence.communities):
        return True
    collected = evidence.collected_at
    return collected is not None and hours_of(collected, now) >= max(1, hours - 1)


def _missing_since(state: CommunityState, now: str, hours: int) -> str | None:
    """Return since when a community isn't observed, if that is as long as these hours."""
    covered = [until for since, until in state.get("covered", []) if since <= now]
    failing = _failing(state, now)
    since = min(max(covered), now) if covered else None
    if since is None:
        since = failing["since"] if failing else None
    return since if since is not None and hours_of(since, now) >= hours else None


def _failing(state: CommunityState, now: str) -> Failing | None:
    """Return the failures of a community that had begun by then."""
    failing = state.get("failing")
    return failing if failing and failing["since"] <= now else None


def _of_community(name: str, state: CommunityState, hour: str, since: str) -> Finding:
    now = f"{next_hour(hour)}:00:00Z"
    hours = hours_of(since, now)
    time = f"{length_of(int(hours))}{_why(state, now)}"
    sentence = f"{community_name(name)} hasn't been observed for {time}."
    return finding(name, sentence, hour, {"value": hours, "hours": hours})


def _of_collection(since: Mapping[str, str], hour: str) -> Finding:
    hours = max(hours_of(each, f"{next_hour(hour)}:00:00Z") for each in since.values())
    sentence = (
        f"Collection has stopped: {len(since):,} communities not observed"
        f" for {length_of(int(hours))}."
    )
    figures = {"value": hours, "hours": hours, "n": len(since)}
    return finding("collection", sentence, hour, figures)


def _of_source(
    source: str,
    names: Sequence[str],
    states: Mapping[str, CommunityState | None],
    hour: str,
    now: str,
) -> Finding:
    failing = [state for name in names if (state := states.get(name)) is not None]
    ends = [max((until for _, until in state.get("covered", [])), default=now) for state in failing]
    hours = max(hours_of(min(end, now), now) for end in ends)
    named = ", ".join(map(community_name, names[:MAX_NAMED]))
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    time = f"{length_of(int(hours))}{_why(failing[0], now)}"
    sentence = f"The source {source} is blocked: {named}{more} not observed for {time}."
    figures = {"value": hours, "hours": hours, "n": len(names)}
    return finding(f"source:{source}", sentence, hour, figures)


def _why(state: CommunityState, now: str) -> str:
    error = state["last_error"] if _failing(state, now) else None
    return f" ({error['kind'].replace('_', ' ')})" if error else ""
