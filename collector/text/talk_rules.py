"""Rules for the kinds of talk that a text states plainly (docs/kinds.md).

The rules are general English of such communities. Each has the probability that the model must give
its kind for the rule to count: words alone don't show whether a text is about them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.kinds import Talk


@dataclass(frozen=True)
class Rule:
    """Words that show a kind, if the model gives it this probability (0..1) at least."""

    least: float
    words: re.Pattern[str]


def _rule(least: float, *words: str) -> Rule:
    return Rule(least, re.compile("|".join(f"(?:{each})" for each in words), re.IGNORECASE))


_NAME = r"(?-i:[A-Z][\w.]+)"
_NICE = r"(?:nice|great|good|cool|awesome|handy|helpful|useful|lovely|neat|better)"
_PLEASE = r"\b(?:please|pls|plz)"
_MADE = r"(?:built|made|wrote|written|coded|developed|designed|open[- ]sourced|invented)"
_WORK = (
    r"(?:apps?|tools?|cli|extension|plugin|scripts?|library|package|website|site|game|bot|server|"
    r"project|startup|tutorial|guide|benchmark|dashboard|config)"
)
_SERVICE = rf"(?:{_NAME}|it|everything|site|website|api|service|servers?|login)"
_LEFT = r"(?:dropped|ditched|left|cancel(?:ed|led)|uninstalled|quit|replaced)"

RULES: Mapping[Talk, tuple[Rule, ...]] = {
    "outage": (
        _rule(
            0.05,
            rf"\b{_SERVICE}(?: is|'s| are| was| were)(?: been)?(?: \w+ly| still| all)? down"
            r"(?= ?(?:[.,!?;:]|$|again|right now|today|since|for (?:everyone|all|two|three|\d)))",
            r"\b(?:went|gone|goes) down (?:again|today|for (?:everyone|all)|right now)\b",
            r"\bdown (?:for (?:everyone|all)|right now)\b",
            r"\b(?:elevated|increased) error",
            r"\b(?:is|are) [\w ]{1,20} (?:having (?:issues|problems)|down)\?",
            rf"\b{_SERVICE} (?:is|are|was|were) (?:unreachable|unavailable|offline)\b",
            r"\bcan(?:'t|not) reach \w+",
        ),
        _rule(
            0.15,
            r"\boutages?\b",
            r"\bstatus page\b",
            r"\bincident (?:report|summary|review)\b",
            r"\b50[0234]s?\b.{0,100}\b(?:error|everyone|all|api|50[0234]s?)\b",
            r"\bservice unavailable\b|\bbad gateway\b",
        ),
    ),
    "request": (
        _rule(
            0.01,
            rf"{_PLEASE} (?:\w+ly )?(?:add|support|implement|consider|allow|include)\b"
            r"(?! (?:a row|a note))",
            r"^\W*feature requests?\b",
            r"^\W*(?:feature|enhancement|suggestion|request)\b ?[\]:)]",
            r"\+1 for (?:this|adding|support|an?)\b",
            rf"\b(?:it|that|this)(?:'d| would| will|'ll) (?:also )?be (?:\w+ly |so |very )?{_NICE}"
            r" (?:to|if)\b",
        ),
        _rule(
            0.04,
            r"\bwould (?:really |also )?(?:love|like) (?:to (?:see|have)|(?:it )?if|an option)\b",
            r"\b(?:it|you|they|we|this) should (?:also )?(?:support|allow|accept|check|have an)\b",
            r"\bwish (?:it|you|they) (?:would|could|supported|let)\b",
            r"\b(?:can|could) (?:we|you) (?:please )?(?:get|have|add|support|implement)\b",
            r"\bcan we (?:also )?expect\b|\bany (?:plans?|chance) (?:to|of|for)\b",
            rf"{_PLEASE} (?:make|let|give|fix|bring)\b|\bfix (?:it |this )?(?:please|pls|plz)\b",
            r"^(?:add|support|implement|allow|expose|include|enable|provide|re-?implement|introduce"
            r"|rework|update|configure|extend|modify|complete|change) (?!of\b)\w",
            r"^(?:being able|the ability|ability|an option|option) to\b",
            r"\bwhy can't (?:we|you|it|they) (?:just )?(?:have|get|let|be)\b",
            r"\bi'd (?:gladly |happily )?pay\b.{0,100} if (?:it|they|you|there)\b",
            r"^no (?:ability|option|support) \w",
            r"\b(?:suggestion|proposal|improvement) ?:",
        ),
    ),
    "question": (
        _rule(
            0.1,
            r"\b(?:anyone|anybody|someone|any of you)\b[^.?!]{0,300}\?",
            r"(?:^|[.!?:,] )(?:how|which|what|where|does|do|is|are|can|has|have|any)\b"
            r"[^.?!]{0,300}\?$",
            r"\bhow (?:do|can|should|would) (?:i|we|you)\b[^.!]{0,300}\?",
            r"\bany (?:ideas?|advice|tips|suggestions|recommendations|alternatives?)\b"
            r"[^.!]{0,300}\?",
        ),
    ),
    "switch": (
        _rule(
            0.03,
            rf"\b(?:switch|mov|migrat)(?:ed|ing) (?:\w+ ){{0,4}}?(?:from|off|away from) {_NAME}",
            rf"\b(?:went|gone|going|came) back to {_NAME}",
            rf"(?:^|[.!] )back (?:to|on|with) {_NAME}",
            rf"(?:^|[.!] |\b(?:i|we|i've|we've|finally|just) ){_LEFT} {_NAME}",
            rf"\breplaced {_NAME}.{{0,100}} (?:with|by) ",
        ),
        _rule(
            0.1,
            rf"\b(?:switch|mov|migrat)(?:ed|ing) (?:back )?(?:over )?to {_NAME}",
            rf"\bstopped (?:using|opening|paying for) {_NAME}",
            rf"\bfrom {_NAME}(?: {_NAME})? (?:back )?to {_NAME}",
        ),
    ),
    "showcase": (
        _rule(
            0.01,
            r"\bshow hn\b",
            rf"\b(?:i|we|i've|we've)(?: have)?(?: just| recently| also)? {_MADE}"
            rf" (?:an?|my|this|our|some) (?:[\w-]+ ){{0,3}}?{_WORK}\b",
            r"\bcheck out my\b|^\W*sharing (?:my|our)\b",
            r"\b(?:blatant|shameless) (?:self[- ])?(?:plug|promotion)\b",
            rf"^my (?:[\w-]+ )?{_WORK} ?[:-]",
            rf"\bused {_NAME}.{{0,30}} to (?:build|write|make|create) (?:an?|my|our)"
            rf" (?:[\w-]+ ){{0,3}}?{_WORK}\b",
            r"\b(?:this|here) is (?:the|my|our)(?: new| own| little)? (?:[\w-]+ )?"
            rf"{_WORK}\b.{{0,100}}\b(?:i|we)(?:'ve| have)\b",
            r"\b(?:data|logs?|code|scripts?)(?: is| are)? (?:in the repo|on github)\b",
        ),
    ),
    "news": (
        _rule(
            0.1,
            r"\bjust (?:announced|released|published|launched|shipped)\b",
            rf"^{_NAME}(?: [\w.]+){{0,3}} (?:announce|unveil|launch|acquire|release|introduce|raise"
            r"|retire|discontinue|deprecate)(?:s|d)\b",
            r"^[^.,?!]{2,60}\b(?:has|have) been (?:acquired|discontinued|deprecated|released)\b",
            r"\bnow (?:generally )?available\b|\bis now (?:out|live|in)\b",
            r"^[^.,?!]{2,40} (?:is|are) (?:out|in (?:beta|preview))\b",
            r"\b(?:released|published|available|implemented|fixed) (?:in|as|on)"
            r" (?:version|v ?\d|pypi|npm)\b",
            rf"^{_NAME} [^.,?!]{{0,40}}\b"
            r"(?:shutting down|to (?:retire|shut down|acquire|launch|end))\b",
        ),
    ),
}


def kinds_by_rules(words: str, probabilities: Mapping[Talk, float]) -> Iterator[Talk]:
    """Yield the kinds that the cleaned own words show; probabilities are the model's, 0..1."""
    for kind, rules in RULES.items():
        if any(probabilities[kind] >= each.least and each.words.search(words) for each in rules):
            yield kind
