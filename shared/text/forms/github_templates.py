"""Drops what an issue's template asks, and keeps what a person answers in words.

A heading of a template opens a section. One asks for prose, one for data (versions, systems, logs),
one for steps. Data and steps are no mood, but people write a sentence anywhere: of a section of
data the lines of prose stay, of one of steps the paragraphs.
"""

import re
from typing import Literal

from shared.text.english import ENGLISH

Section = Literal["prose", "data", "steps"]

# Bounds the time of the patterns.
MAX_CHARACTERS = 300
MAX_HEADING = 90
# A line of data has fewer of the commonest words of English.
WORDS_OF_PROSE = 3

HEADING = re.compile(
    r" {0,3}(?:#{1,6}\s*(?P<marked>[^\n]*?)[\s#]*"
    r"|(?:[-*+]\s+)?(?:\*\*|__)(?P<bold>[^*_\n]{2,90}?)(?P<colon>:?)(?:\*\*|__)(?P<after>.*)"
    r"|(?:[-*+]\s+)?(?P<label>[A-Za-z][^:\n]{1,60}?)\s*:(?P<answer>\s.*|))"
)
NOT_LETTERS = re.compile(r"[^a-z'/]+")
# Each name is compared in lower case, without other signs than ' and /.
PROSE = re.compile(
    r"(?:please )?(?:describe|explain|tell us(?: about)?|summari[sz]e) (?:the|your|what|this)\b.*"
    r"|(?:(?:bug|issue|problem|feature) )?"
    r"(?:description|summary|overview|details|report|statement|type|request|category)"
    r"|description of (?:the )?(?:bug|issue|problem|feature)"
    r"|what (?:actually )?(?:happened|happens)(?: instead)?|type of (?:bug|issue)"
    r"|what'?s (?:wrong|the (?:problem|issue|bug))"
    r"|what (?:did|do|were|should|would|are) (?:you|have|it|the|happen|trying)\b.*"
    r"|how (?:did|do|would|could) (?:you|we)\b.*"
    r"|(?:the )?(?:expected|actual|current|observed|desired|proposed|correct)"
    r"(?: (?:behavi(?:or|our)|result|outcome|output|solution|change)s?)?(?: .*)?"
    r"|(?:additional|more|other|extra|any other|further) "
    r"(?:context|info(?:rmation)?|details?|notes?|comments?)(?: about .*)?"
    r"|(?:screen ?shots?|videos?|recordings?)(?: ?(?:/|and|or) ?\w+)*(?: if .*)?"
    r"|(?:use cases?(?: example)?|motivation|alternatives?(?: considered)?|alternative solutions?"
    r"|possible solution|suggestion|workaround|impact|severity|priority|notes?|context|background"
    r"|problem|solution|question|bug|issue|proposal|rationale|tl dr|additional|enhancement)"
    r"|is your feature request related to a problem.*|is there an existing issue.*"
    r"|describe (?:the solution|alternatives|the feature).*"
)
DATA = re.compile(
    r"(?:(?:your|my|the|test) )?(?:environment|system|platform|device|machine|hardware|setup|config"
    r"(?:uration)?|software|desktop|smartphone|computer|client)"
    r"(?: (?:(?:/|and) )?(?:info(?:rmation)?|details?|specs?|versions?|environment|settings?|type"
    r"|platform))*(?: (?:please|if) .*)?"
    r"|(?:[\w'/]+ ){0,3}versions?(?: (?:info(?:rmation)?|used|number))?"
    r"|(?:(?:claude|ai|default|which|what|affected|operating|my|your) )?"
    r"(?:os|build|commit|model|shell|terminal|ide|editor|browser|system)"
    r"(?: (?:info(?:rmation)?|used|id|number|name|app|type|shell))?"
    r"|(?:oses|browsers|node(?:js)?|npm|python|rust|go|java|kernel|arch|architecture|cpu|gpu|ram"
    r"|memory|date|region|subscription|plan|api key|request id|session id|feedback id|extensions?"
    r"|package manager|package|runtime|locale|language|distro|affected (?:area|component)|area"
    r"|component|labels?|assignees?|title|terminal/shell|programming language)"
    r"|(?:(?:relevant|error|debug|console|server|system|full|crash) )*"
    r"(?:logs?|log output|logs? output|messages?|messages?/logs?|stack ?traces?|traceback|output"
    r"|report)(?: if .*)?"
    r"|(?:(?:preflight|submission|pre ?submission) )?check ?list|pre ?requisites?|confirmation"
    r"|(?:before (?:you|submitting|opening)|(?:have|did) you (?:search|read|check|tr[iy]|update)).*"
    r"|code of conduct|pull request|are you willing to submit .*"
    r"|is this a regression|last known working .*|did this work (?:before|in a previous version).*"
    r"|minimal (?:reproducible example|repro(?:duction)?)|(?:link to )?(?:repro(?:duction)?|sample)"
    r"(?: (?:link|repo(?:sitory)?|url|code|example))"
)
STEPS = re.compile(
    r"(?:(?:what )?steps? )?(?:(?:to|for) )?(?:re ?produc\w*|repro)(?: the (?:bug|issue|problem"
    r"|behavi(?:or|our)|error))?(?: steps?)?|repro(?:duction)? steps?|how to reproduce.*"
    r"|how can we reproduce.*|steps? (?:taken|to replicate)"
)
# Sentences that templates have, and answers that people choose from a list.
GIVEN = re.compile(
    r"[\W_]*(?:a clear and concise description\b.*|if applicable, add screenshots\b.*"
    r"|add any other (?:context|information)\b.*|steps to reproduce the behavi(?:or|our)\W*"
    r"|ex\. i'm always frustrated when\b.*|\d*\W*(?:go to|click on|scroll down to) '\.+'\W*"
    r"|\d*\W*see error|please complete the following information\W*|no response|n/?a|none|not sure"
    r"|(?:i have|i've) (?:searched|read|checked|verified|included|tried the latest)\b.*"
    r"|this is a single (?:bug|feature) (?:report|request)\b.*"
    r"|thanks for taking the time to fill out\b.*|for example:?"
    r"|(?:yes|no), this (?:worked in a previous version|never worked|is a regression)"
    r"|i don'?t know)[\W_]*",
    re.IGNORECASE,
)
TITLE_MARK = re.compile(
    r"\A\s*(?:\[(?:bug|feature|feature request|feat|issue|question|docs?|model|regression|crash|ux"
    r"|enhancement|request|help|discussion|proposal|rfc|p\d)(?:[ :/-][^\[\]\n]{0,30})?\]\s*:?"
    r"|(?:bug|feature request|feat|fix|docs)(?:\([\w-]{1,30}\))?\s*:)",
    re.IGNORECASE,
)
CHECKBOX = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[[ xX]?\]")
ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
HAS_VERSION = re.compile(r"\d\.\d")
WORD = re.compile(r"[a-z']+")


def without_template(text: str) -> str:
    """Return the text without a template's headings, data, checkboxes and examples."""
    text = TITLE_MARK.sub("", text, count=1)
    kept: list[str] = []
    section: Section = "prose"
    for line in text.split("\n"):
        start = line[:MAX_CHARACTERS]
        if not start.strip():
            kept.append(line)
            continue
        if CHECKBOX.match(start) or GIVEN.fullmatch(start) or _is_row_of_data(start):
            continue
        found = HEADING.fullmatch(line) if len(line) <= MAX_CHARACTERS else None
        opened = _opened(found) if found else None
        if found and opened:
            answer = (found["answer"] or found["after"] or "").strip(" :*_-")
            # A question with its answer in one line opens no section of data.
            section = opened if not answer else section
            kept.append(_answer(opened, answer))
            continue
        if found and (found["marked"] is not None or (found["bold"] and not found["after"])):
            section = "prose"
        if section == "prose" or _is_kept(section, line):
            kept.append(line)
    return "\n".join(kept)


def _is_row_of_data(line: str) -> bool:
    """Return whether a row of a table has a version, or begins with what a template asks."""
    row = line.strip()
    if len(row) < len("|a|") or row[0] != "|" or row[-1] != "|":
        return False
    return bool(HAS_VERSION.search(row) or DATA.fullmatch(_name_of(row[1:].split("|", 1)[0])))


def _name_of(words: str) -> str:
    return " ".join(NOT_LETTERS.sub(" ", words[:MAX_HEADING].lower()).split())


def _opened(found: re.Match[str]) -> Section | None:
    """Return the section that a heading opens; None if no template has it."""
    words = _name_of(found["marked"] or found["bold"] or found["label"] or "")
    if STEPS.fullmatch(words):
        return "steps"
    if DATA.fullmatch(words):
        return "data"
    return "prose" if PROSE.fullmatch(words) else None


def _answer(section: Section, words: str) -> str:
    """Return what stands behind a heading in its line, if it is prose."""
    if not words or GIVEN.fullmatch(words):
        return ""
    return words if section == "prose" or _is_prose(words) else ""


def _is_kept(section: Section, line: str) -> bool:
    return not ITEM.match(line) and (section == "steps" or _is_prose(line))


def _is_prose(line: str) -> bool:
    start = line[:MAX_CHARACTERS].lower().strip()
    words = WORD.findall(start)
    is_sentence = start.endswith((".", "!", "?")) and not any(map(str.isdigit, start))
    common = sum(word in ENGLISH for word in words)
    return common >= WORDS_OF_PROSE or (is_sentence and len(words) > 1)
