"""The line of the log that ends a cycle, with its errors summed up."""

import logging

from shared.logs import event
from shared.models import Cycle, CycleError

log = logging.getLogger(__name__)

# Limits of the line that ends a cycle; its document and `cycle.community_failed` have all of them.
MAX_REASONS = 8
MAX_NAMES = 20
MAX_REASON_CHARACTERS = 400


def log_end(cycle: Cycle) -> None:
    """Log how a cycle ended."""
    event(
        log,
        f"cycle.{cycle['status']}",
        logging.INFO if cycle["status"] == "completed" else logging.ERROR,
        cycle=cycle["id"],
        errors=summarise(cycle["errors"]) or "none",
        **({"sources": _sources(cycle)} if cycle["requests"] else {}),
    )


def _sources(cycle: Cycle) -> str:
    """Return each source's outcome: "reddit ok 58 requests 3 s waited"."""
    return ", ".join(
        f"{name} {each.get('outcome', 'waiting')} {each['used']} requests"
        + (f" {each['waited']:.0f} s waited" if each.get("waited") else "")
        for name, each in cycle["requests"].items()
    )


def summarise(errors: list[CycleError]) -> str:
    """Return each reason once, after the names of its communities; about 8,000 characters at most.

    A reason without names is one of the whole cycle. Reasons keep the order of the errors.
    """
    names: dict[str, list[str]] = {}
    for error in errors:
        of_reason = names.setdefault(error["message"], [])
        if error["community"] and error["community"] not in of_reason:
            of_reason.append(error["community"])
    parts = [
        f"{_listed(of_reason)}: {_shorten(reason)}" if of_reason else _shorten(reason)
        for reason, of_reason in list(names.items())[:MAX_REASONS]
    ]
    if (more := len(names) - MAX_REASONS) > 0:
        parts.append(f"and {more} more reasons")
    return "; ".join(parts)


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _shorten(reason: str) -> str:
    cut = len(reason) > MAX_REASON_CHARACTERS
    return reason[: MAX_REASON_CHARACTERS - 1] + "…" if cut else reason
