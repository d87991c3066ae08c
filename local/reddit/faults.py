"""Faults as data: which requests are answered wrongly, how often, and how.

The rules are the same for every service; a Vocabulary holds the words for one service.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from shared.errors import UndertoneError


@dataclass(frozen=True)
class Vocabulary:
    """The words of the rules for one service.

    `kinds` describes each kind of fault. `seconds` holds the kinds that take seconds, with their
    defaults. `retry_after` and `takes_to` hold the kinds that take these options. `scope` is the
    name of the option that limits a rule besides its route.
    """

    kinds: Mapping[str, str]
    routes: tuple[str, ...]
    scope: str
    seconds: Mapping[str, float]
    retry_after: tuple[str, ...]
    example: str
    takes_to: tuple[str, ...] = ()

    @property
    def grammar(self) -> str:
        """Return how faults are described."""
        kinds = "; ".join(f"{kind} ({what})" for kind, what in self.kinds.items())
        return f"""faults are rules with ; between them; the first that applies is made.
rule: KIND[,route=PATTERN][,{self.scope}=PATTERN][,rate=0..1][,first=N][,OPTION=VALUE]
kinds and their options: {kinds}
routes: {", ".join(self.routes)}; patterns have * and ?
rate: the share of requests (1); first: how many times in all (no end)
seed=N as a rule of its own: the seed of the choice by rate (0)
for example: {self.example}"""


REDDIT = Vocabulary(
    kinds={
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
        "gated": "403, reason gated",
        "age_gated": "302 to the page that asks for one's age",
        "login": "302 to the login",
        "blocked": "403 with the page for a blocked client",
        "400": "a bad request, as JSON",
        "403": "forbidden, as JSON",
        "451": "unavailable for legal reasons",
        "limits": "the right answer, its rate-limit headers all to=VALUE",
    },
    routes=("token", "new", "comments", "post", "info", "other"),
    scope="subreddit",
    seconds={"stall": 60.0, "slow": 1.0},
    retry_after=("429",),
    takes_to=("renamed", "limits"),
    example="429,retry_after=2,rate=0.1;private,subreddit=claude;cut,route=comments,first=3",
)
GRAMMAR = REDDIT.grammar


class BadFaults(UndertoneError):
    """A description of faults can't be read; the message shows the grammar."""


@dataclass(frozen=True)
class Fault:
    """One rule. `first` is how many times the fault is made in all; None means no limit.

    `within` is the pattern for the vocabulary's scope, such as the subreddit.
    """

    kind: str
    route: str = "*"
    within: str = "*"
    rate: float = 1.0
    first: int | None = None
    seconds: float | None = None
    retry_after: float | None = None
    to: str | None = None

    def applies(self, route: str, scope: str | None) -> bool:
        """Return whether the rule applies to a request; one without a scope matches only `*`."""
        return fnmatchcase(route, self.route) and fnmatchcase(
            (scope or "").lower(), self.within.lower()
        )


@dataclass(frozen=True)
class FaultPlan:
    """Rules, of which the first that applies is made, and the seed of the choice by rate."""

    rules: tuple[Fault, ...] = ()
    seed: int = 0

    @classmethod
    def parse(cls, spec: str, words: Vocabulary = REDDIT) -> "FaultPlan":
        """Parse a description; an empty one is a plan without faults.

        `words` has the grammar. Raises BadFaults.
        """
        rules, seed = [], 0
        for part in (part.strip() for part in spec.split(";")):
            if part.startswith("seed="):
                value = part.removeprefix("seed=")
                seed = int(_Rule(words, part).number("seed", value, whole=True))
            elif part:
                rules.append(_Rule(words, part).read())
        return cls(tuple(rules), seed)


class Faults:
    """A plan in use, with the number of times each rule was made, and the random generator."""

    def __init__(self, plan: FaultPlan) -> None:
        self.set(plan)

    def set(self, plan: FaultPlan) -> None:
        """Replace the plan, and reset the counts."""
        self._plan = plan
        self.made = [0] * len(plan.rules)
        self._dice = random.Random(plan.seed)

    def draw(self, route: str, scope: str | None) -> Fault | None:
        """Return the fault to make for a request, or None."""
        for number, rule in enumerate(self._plan.rules):
            if not rule.applies(route, scope):
                continue
            if rule.first is not None and self.made[number] >= rule.first:
                continue
            if rule.rate >= 1 or self._dice.random() < rule.rate:
                self.made[number] += 1
                return rule
        return None


@dataclass(frozen=True)
class _Rule:
    """Parser of the text of one rule."""

    words: Vocabulary
    text: str
    given: dict[str, str] = field(default_factory=dict)

    def read(self) -> Fault:
        kind, *options = (word.strip() for word in self.text.split(","))
        if kind not in self.words.kinds:
            raise self.bad(f"{kind!r} is no kind of fault")
        for option in options:
            name, equals, value = option.partition("=")
            if not equals or not value or name in self.given:
                raise self.bad(f"{option!r} is no option, or stands there twice")
            self.given[name] = value
        rule = self.fault(kind)
        if self.given:
            raise self.bad(f"{next(iter(self.given))!r} is no option of {kind}")
        if rule.rate > 1:
            raise self.bad("rate is a share: 0 to 1")
        if not any(fnmatchcase(route, rule.route) for route in self.words.routes):
            raise self.bad(f"no route is called {rule.route!r}")
        if kind in self.words.takes_to and rule.to is None:
            raise self.bad(f"{kind} takes to=NAME")
        return rule

    def fault(self, kind: str) -> Fault:
        """Return the fault, with the options of its kind removed from `given`."""
        words, given = self.words, self.given
        return Fault(
            kind,
            route=given.pop("route", "*"),
            within=given.pop(words.scope, "*"),
            rate=self.number("rate", given.pop("rate", "1")),
            first=int(self.number("first", given.pop("first"), whole=True))
            if "first" in given
            else None,
            seconds=self.number("seconds", given.pop("seconds"))
            if kind in words.seconds and "seconds" in given
            else words.seconds.get(kind),
            retry_after=self.number("retry_after", given.pop("retry_after"))
            if kind in words.retry_after and "retry_after" in given
            else None,
            to=given.pop("to", None) if kind in words.takes_to else None,
        )

    def number(self, name: str, value: str, *, whole: bool = False) -> float:
        try:
            number = int(value) if whole else float(value)
        except ValueError:
            number = -1
        if not 0 <= number < float("inf"):
            raise self.bad(f"{name} takes a {'whole ' if whole else ''}number from 0 on")
        return number

    def bad(self, problem: str) -> BadFaults:
        return BadFaults(f"bad rule {self.text!r}: {problem}\n{self.words.grammar}")
