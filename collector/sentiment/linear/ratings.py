"""Replaces ratings such as "0/10", "1 star" and "★★★★☆" by plain words."""

import re

# The words for a rating, by its minimum share of the best rating.
READ_AS = (
    (0.85, "excellent, I love it"),
    (0.65, "good"),
    (0.45, "average"),
    (0.25, "bad"),
    (float("-inf"), "terrible, I hate it"),
)
_NUMBER = r"(?P<given>-?\d{1,3}(?:[.,]\d{1,2})?|zero|one|two|three|four|five)"
# "10/10 tests" is a count, not a rating; dates and steps aren't ratings either.
_THINGS = (
    r"(?! ?/|[.,]?\d| ?%| (?:of|in) (?:the|my|our|all|those|these|them)\b"
    r"| (?:\w+ )?(?:tests?|requests?|files?|users?|people|persons?|times|questions?|attempts?|runs?"
    r"|tasks?|cases?|checks?|steps?|pods?|devs?|developers?|tries|prompts?|answers?|problems?"
    r"|issues?|cores?|days?|hours?|minutes?|companies|students?|nodes?|replicas|seats|slots"
    r"|messages?|players?|episodes?|chapters?|lessons?|modules?|pages?|passed|failed|passing"
    r"|failing|done|complete|completed|correct|right|wrong|used|left|remaining)\b)"
)
_NO_RATING_BEFORE = (
    r"(?<![\w/.$#-])(?<!\bon )(?<!\bby )(?<!\bstep )(?<!\bpart )(?<!\bpage )(?<!\bday )"
    r"(?<!\bsince )(?<!\buntil )(?<!\bfrom )(?<!\bweek )(?<!\blevel )(?<!\bchapter )(?<!\bin )"
)
OUT_OF = re.compile(
    rf"{_NO_RATING_BEFORE}{_NUMBER}(?: ?/ ?| out of )(?P<best>10|100|ten)\b(?: stars?\b)?{_THINGS}",
    re.IGNORECASE,
)
# "1/5" may be a fraction, so the context must show that it is a rating.
OUT_OF_FIVE = re.compile(
    rf"{_NO_RATING_BEFORE}{_NUMBER}(?: ?/ ?| out of )(?P<best>5|five)\b"
    rf"(?: stars?\b|(?=\s*(?:$|[.,!?;:)]|would\b|wouldn't\b|for\b|from\b|rating\b))){_THINGS}",
    re.IGNORECASE,
)
_COUNT_OF_STARS = r"(?<!\bhas )(?<!\bhave )(?<!\bgot )(?<!\bhit )(?<!\breached )(?<!\bgained )"
STARS = re.compile(
    rf"{_NO_RATING_BEFORE}{_COUNT_OF_STARS}(?P<given>[0-5](?:[.,]\d)?|zero|one|two|three|four|five)"
    r"[ -]stars?\b(?! (?:on|in|at) (?:github|gitlab|the repo|my repo)"
    r"| (?:so far|already|yet|repos?)\b)",
    re.IGNORECASE,
)
PAINTED = re.compile(
    "(?P<given>[\u2605\u2b50]{1,5})(?P<rest>[\u2606\u2729]{1,4})|(?P<all>[\u2605\u2b50]{2,5})"
)
WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
BEST_STARS = 5


def read_ratings(text: str) -> str:
    """Return a cleaned text with its ratings replaced by plain words."""
    lower = text.lower()
    painted = not text.isascii() and PAINTED.search(text)
    # Most texts have no ratings, and this check is faster than the patterns.
    if not (painted or "/" in text or "star" in lower or "out of" in lower):
        return text
    text = OUT_OF_FIVE.sub(_out_of, OUT_OF.sub(_out_of, text))
    return PAINTED.sub(_painted, STARS.sub(_stars, text))


def _out_of(found: re.Match[str]) -> str:
    return _plain(_number(found["given"]) / _number(found["best"]))


def _stars(found: re.Match[str]) -> str:
    given = _number(found["given"])
    # One star is the lowest rating.
    return _plain(0.0 if given <= 1 else given / BEST_STARS)


def _painted(found: re.Match[str]) -> str:
    given = len(found["all"] or found["given"])
    best = BEST_STARS if found["all"] else given + len(found["rest"])
    return f" {_plain(0.0 if given <= 1 else given / best)} "


def _number(text: str) -> float:
    word = text.lower()
    return float(WORDS[word]) if word in WORDS else float(word.replace(",", "."))


def _plain(share: float) -> str:
    return next(words for least, words in READ_AS if share >= least)
