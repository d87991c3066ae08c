"""The faults of the soak test, with all kinds equally frequent."""

from collections.abc import Sequence

REDDIT_KINDS = (
    "429",
    "429,retry_after=0.3",
    "500",
    "503",
    "stall,seconds=0.5",
    "slow,seconds=0.3",
    "cut",
    "drop",
    "html",
    "truncated",
)
COSMOS_KINDS = (
    "429,retry_after=0.1",
    "408",
    "410",
    "449",
    "503",
    "drop",
    "lost",
    "slow,seconds=0.3",
)
OUTAGE = "drop"


def spread(kinds: Sequence[str], share: float, seed: int) -> str:
    """Return a plan of faults that hit this share of requests, with all kinds equally frequent.

    Rules are tried in turn, so a later one sees only the requests that the earlier ones left.
    """
    each = share / len(kinds)
    rates = [each / (1 - number * each) for number in range(len(kinds))]
    rules = [f"{kind},rate={rate:.6f}" for kind, rate in zip(kinds, rates, strict=True)]
    return ";".join([*rules, f"seed={seed}"])
