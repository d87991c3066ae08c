"""Faults as data: which requests are answered badly, how often, and how."""

import random
from dataclasses import dataclass
from fnmatch import fnmatchcase

from shared.errors import UndertoneError

KINDS = {
    "429": "too many requests; retry_after=SECONDS adds Retry-After",
    "500": "an error page with status 500",
    "503": "an error page with status 503",
    "401": "the token is refused",
    "stall": "no answer for seconds=S (60), then the connection closes",
    "slow": "the right answer after seconds=S (1)",
    "cut": "the connection closes half-way through the body",
    "drop": "the connection closes without an answer",
    "html": "a web page with status 200",
    "truncated": "the first half of the right JSON with status 200",
    "private": "403, reason private",
    "banned": "404, reason banned",
    "quarantined": "403, reason quarantined",
    "renamed": "302 to the subreddit to=NAME",
    "missing": "302 to the search, as for a subreddit that doesn't exist",
}
ROUTES = ("token", "new", "comments", "post", "info", "other")
DEFAULT_SECONDS = {"stall": 60.0, "slow": 1.0}

GRAMMAR = f"""faults are rules with ; between them; the first that applies to a request is made.
rule: KIND[,route=PATTERN][,subreddit=PATTERN][,rate=0..1][,first=N][,OPTION=VALUE]
kinds and their options: {"; ".join(f"{kind} ({what})" for kind, what in KINDS.items())}
routes: {", ".join(ROUTES)}; patterns have * and ?
rate: the share of requests (1); first: how many times in all (no end)
seed=N as a rule of its own: the seed of the choice by rate (0)
for example: 429,retry_after=2,rate=0.1;private,subreddit=claude;cut,route=comments,first=3"""


class BadFaults(UndertoneError):
    """A description of faults can't be read; the message says what it takes."""


@dataclass(frozen=True)
class Fault:
    """One rule. first is how many times it is made in all, None for ever."""

    kind: str
    route: str = "*"
    subreddit: str = "*"
    rate: float = 1.0
    first: int | None = None
    seconds: float | None = None
    retry_after: float | None = None
    to: str | None = None

    def applies(self, route: str, subreddit: str | None) -> bool:
        """Say whether the rule is for such a request; one of no subreddit matches only *."""
        return fnmatchcase(route, self.route) and fnmatchcase(
            (subreddit or "").lower(), self.subreddit.lower()
        )


@dataclass(frozen=True)
class FaultPlan:
    """Rules, the first that applies is made, and the seed of the choice by rate."""

    rules: tuple[Fault, ...] = ()
    seed: int = 0

    @classmethod
    def parse(cls, spec: str) -> "FaultPlan":
        """Read a description; an empty one is a plan of no faults.

        The grammar is GRAMMAR. Raises BadFaults.
        """
        rules, seed = [], 0
        for part in (part.strip() for part in spec.split(";")):
            if part.startswith("seed="):
                seed = int(_number(part, "seed", part.removeprefix("seed="), whole=True))
            elif part:
                rules.append(_rule(part))
        return cls(tuple(rules), seed)


class Faults:
    """A plan at work: how often each rule was made, and the dice."""

    def __init__(self, plan: FaultPlan) -> None:
        self.set(plan)

    def set(self, plan: FaultPlan) -> None:
        """Start with another plan."""
        self._plan = plan
        self.made = [0] * len(plan.rules)
        self._dice = random.Random(plan.seed)

    def draw(self, route: str, subreddit: str | None) -> Fault | None:
        """Give the fault to make for a request, if any."""
        for number, rule in enumerate(self._plan.rules):
            if not rule.applies(route, subreddit):
                continue
            if rule.first is not None and self.made[number] >= rule.first:
                continue
            if rule.rate >= 1 or self._dice.random() < rule.rate:
                self.made[number] += 1
                return rule
        return None


def _rule(text: str) -> Fault:
    kind, *options = (word.strip() for word in text.split(","))
    if kind not in KINDS:
        raise _bad(text, f"{kind!r} is no kind of fault")
    given: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not value or name in given:
            raise _bad(text, f"{option!r} is no option, or stands there twice")
        given[name] = value
    rule = Fault(
        kind,
        route=given.pop("route", "*"),
        subreddit=given.pop("subreddit", "*"),
        rate=_number(text, "rate", given.pop("rate", "1")),
        first=int(_number(text, "first", given.pop("first"), whole=True))
        if "first" in given
        else None,
        seconds=_number(text, "seconds", given.pop("seconds"))
        if kind in DEFAULT_SECONDS and "seconds" in given
        else DEFAULT_SECONDS.get(kind),
        retry_after=_number(text, "retry_after", given.pop("retry_after"))
        if kind == "429" and "retry_after" in given
        else None,
        to=given.pop("to", None) if kind == "renamed" else None,
    )
    if given:
        raise _bad(text, f"{next(iter(given))!r} is no option of {kind}")
    if rule.rate > 1:
        raise _bad(text, "rate is a share: 0 to 1")
    if not any(fnmatchcase(route, rule.route) for route in ROUTES):
        raise _bad(text, f"no route is called {rule.route!r}")
    if kind == "renamed" and rule.to is None:
        raise _bad(text, "renamed takes to=NAME")
    return rule


def _number(rule: str, name: str, value: str, *, whole: bool = False) -> float:
    try:
        number = int(value) if whole else float(value)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise _bad(rule, f"{name} takes a {'whole ' if whole else ''}number from 0 on")
    return number


def _bad(rule: str, problem: str) -> BadFaults:
    return BadFaults(f"bad rule {rule!r}: {problem}\n{GRAMMAR}")
