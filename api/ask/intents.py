"""The intents of questions: how people feel, what changed, why, and so on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from api.ask.text import COMMUNITY, MARKER, MASKS, SPAN, SUBJECT
from api.schema.ask import Intent
from api.schema.values import Sort
from shared.kinds import Talk
from shared.models import Label

_MASK = f"[{MASKS}]+"
_SCOPE = f"[{SUBJECT}{COMMUNITY}]+"
_PEOPLE = (
    r"(?:people|ppl|users?|everyone|everybody|they|folks|devs|developers|engineers|customers|we|reddit"
    r"|reddi?tors|the (?:community|internet|users|market)|others|anyone|programmers|teams"
    rf"|{_SCOPE})"
)
RELEASE = re.compile(
    r"\b(?:did|does|has|have|do|was|were|is)\b.*\b(?:help|helped|helping|pay off|paid off"
    r"|work(?:ed)?(?: out)?|land(?:ed)?|go (?:down )?well|make a difference|made a difference"
    r"|ma(?:k|d)e \w+ (?:better|worse|happier)|improve[ds]? (?:things|the mood|it|sentiment)"
    r"|hurt|backfire[ds]?|success|well received)\b"
    r"|\b(?:impact|effects?|reactions?|respon[sd]e?s?|received|reception|reacts?|reacted"
    r"|before and after|what did .* do)\b"
)
PATTERNS: Final[Sequence[tuple[Intent, re.Pattern[str]]]] = (
    (
        "share",
        re.compile(
            r"\bshare[- ]of[- ](?:the )?(?:voice|talk|conversation|mentions|discussion)|\bsov\b"
            r"|\b(?:most|least) (?:talked|discussed|mentioned|popular)"
            r"|\bhow (?:much|often|many times)\b.*\b(?:talk|mention|discuss|come up|named)"
            r"|\bhow many (?:mentions|posts|comments|times|people (?:mention|talk|discuss))"
            r"|\b(?:number|count|volume) of (?:mentions|posts|comments)|\bmention (?:count|volume)"
        ),
    ),
    (
        "feeling",
        re.compile(
            r"\bwhat (?:percentage|proportion|part|share|fraction) of\b"
            r"|\bhow (?:positive|negative)\b|\bhow many (?:positive|negative)\b"
        ),
    ),
    (
        "reading",
        re.compile(
            r"\b(?:which|what)\b.*\b(?:posts?|comments?|threads?|items|discussions?)\b"
            r"|\bread\b|\bworth reading\b|\b(?:show|give|list|find|get|send|link)\b.*\b(?:posts?"
            r"|comments?|threads?|quotes?|examples?|mentions|discussions?|complaints?)\b"
            r"|\b(?:newest|latest|recent|top|most upvoted|best|worst|angriest|examples? of)\b.*\b"
            r"(?:posts?|comments?|threads?|mentions)\b|\bquotes?\b"
            r"|\bexamples? (?:of|for|about|from)\b"
        ),
    ),
    (
        "comparison",
        re.compile(
            r"\bcompar(?:e|ed|es|ing|ison)\b|\bversus\b|\bvs\b|\bdifferences? between\b"
            rf"|\bthan\b ?(?:in )?(?:the )?{_SCOPE}"
            rf"|{_SCOPE} or (?:in )?{_SCOPE}|\b(?:against|stack up|side by side|head to head)\b"
            r"|\b(?:which|what)\b.*\b(?:best|worst|favou?rites?|(?:most|least) (?:liked|loved|hated"
            r"|positive|negative|popular)|lead(?:s|ing|er)?|ahead|preferred|prefer)\b"
            r"|\bwho(?:'s| is)? (?:winning|leading|ahead)|\brank(?:ing|ed)?\b"
        ),
    ),
    (
        "reason",
        re.compile(
            r"\bwhy\b|\breasons?\b|\bhow come\b|\bexplain\b|\b(?:root )?causes?\b|\bdrivers?\b"
            r"|\bwhat(?:'s| is| are| was| were|s)? (?:really |actually )?(?:driving|behind|causing)"
            r"|\bwhat (?:drives|drove|caused|made|makes|explains|explained|led|triggered)\b"
            r"|\bdue to what\b|\bresponsible for\b"
        ),
    ),
    (
        "topic",
        re.compile(
            rf"\bwhat\b.*\b{_PEOPLE} (?:say|saying|said|talk|talking|complain|complaining|discuss"
            r"|discussing|write|writing|report|reporting|want|wanting|ask|asking|praise|praising"
            r"|mention|mentioning|post|posting|hate|dislike|love|like|struggl\w+|request\w*|need"
            r"|criticis\w+|criticiz\w+)\b"
            r"|\btopics?\b|\bthemes?\b|\bsaid about\b|\bbeing said\b|\bis said\b|\bfeedback\b"
            rf"|\b(?:do|does|did|are|is|have|has|anyone|anybody|{_PEOPLE}) .*\b(?:say|saying"
            r"|talking|complain(?:ing|ed)?|mention(?:ing)?|discussing|discuss|asking)\b"
            r"|\b(?:complaints?|complain(?:ing|ed)?|pain points?|praise|problems?|issues?|bugs?"
            r"|requests?|feature requests?|wish(?:es)?|buzz|hot|outages?|questions)\b"
            r"|\bwhat\b.*\b(?:talked about|discussed|trending)\b|\btalk(?:ing)? about\b|\bsearch\b"
        ),
    ),
    (
        "change",
        re.compile(
            r"\bchang(?:e|es|ed|ing)\b|\bnews?\b|\binteresting\b|\bnotable\b|\bimportant\b"
            r"|\bstands? out\b|\bhighlights?\b|\bwhat(?:'s| is|s)? (?:different|up|going on)\b"
            r"|\bwhat(?:'s| has|s)? happen(?:ed|ing|s)?\b|\bmov(?:e|ed|es|ing|ement)\b"
            r"|\btrend(?:s|ing)?\b|\b(?:developed|developing|developments?)\b|\bevol\w+\b|\bshift(?:ed|s)?\b"
            r"|\b(?:get|gets|getting|got|gotten|become|becoming|became)\b.*\b(?:better|worse|more|less)"
            r"|\b(?:improv\w+|declin\w+|drop(?:s|ped|ping)?|f[ae]ll(?:s|en|ing)?|rise|rose|risen"
            r"|rising|increase[sd]?|increasing|decrease[sd]?|decreasing|gr[eo]w\w*|spik\w+|dip(?:s|ped)?|recover\w*|worsen\w*"
            r"|went (?:up|down)|go(?:ing|es|ne)? (?:up|down)|(?:up|down)(?: or (?:up|down))?)\b"
            r"|\bover time\b|\b(?:better|worse)\b"
        ),
    ),
    (
        "feeling",
        re.compile(
            r"\bfeel(?:s|ing|ings)?\b|\bfelt\b|\bsentiments?\b|\bmoods?\b|\bopinions?\b"
            r"|\bth(?:ink|inks|ought|oughts|inking)\b|\b(?:dis)?(?:like[sd]?|liking)\b|\blov(?:e|es|ed|ing)\b"
            r"|\bhat(?:e|es|ed|ing)\b|\b(?:un)?happy\b|\b(?:dis)?satisf\w+\b|\battitudes?\b"
            r"|\bperce(?:ive|ived|ption)\b|\breputation\b|\bdoing\b|\bvibes?\b|\btone\b|\bview(?:s|ed)?\b"
            r"|\b(?:positive|negative|angry|annoyed|frustrated|excited|enthusiastic|upset|fans?)\b"
            r"|\b(?:good|bad|great|popular|well|enjoy\w*|prais\w+|rate[ds]?|rating|score)\b"
            r"|\bhow (?:is|are|was|were|'s|about)\b|\bhow's\b|\bwhat about\b|\bstatus\b"
            r"|\bsummar\w+\b|\boverview\b|\breport\b|\bupdate (?:me )?on\b|\bstand\b"
        ),
    ),
)
# Questions of a kind that no read answers, and what to ask instead.
UNANSWERABLE: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (
        re.compile(
            r"\b(?:ignore|disregard|forget|override)\b.*\b(?:instructions?|rules?|prompts?)\b"
            r"|\bsystem prompt\b|\byou are (?:now|no longer)\b"
        ),
        (
            "Instructions aren't followed, only questions are answered: ask, for example, “How do"
            " people feel about {name}?”."
        ),
    ),
    (
        re.compile(r"^\W*(?:and )?when\b"),
        (
            "When something happened isn't answered: ask what changed in a span, such as “What"
            " changed about {name} in the last 7 days?”."
        ),
    ),
    (
        re.compile(
            r"\bwho\b(?!(?:'s| is| are)? (?:winning|leading|ahead))"
            r"|\bwhich (?:users?|authors?|people)\b"
        ),
        "Who wrote something isn't counted: answers are about what is said, not about people.",
    ),
    (
        re.compile(
            r"\bhow many (?:users|customers|developers|people use|seats|subscribers)"
            r"|\bmarket share\b|\brevenue\b"
        ),
        (
            "Only what is written in the watched communities is known, not how many use a product:"
            " ask for its share of voice."
        ),
    ),
    (
        re.compile(r"\bhow much (?:does|do|is|are|did)\b(?!.*\b(?:talk|mention|discuss|said))"),
        (
            "Prices and other facts about products aren't known, only what people write about them:"
            " ask “What do people say about the price of {name}?”."
        ),
    ),
    (
        re.compile(r"\b(?:should|shall) (?:i|we|you) (?:buy|use|switch|choose|pick|invest|move)\b"),
        "Advice isn't given: ask how people feel about a product, or compare two.",
    ),
    (
        re.compile(r"\bcorrelat\w+|\bcausal\w*|\bstatistically\b.*\bsignificant\b.*\bbetween\b"),
        "Correlations aren't computed: ask what changed, and why.",
    ),
)
EXCLUDED = re.compile(
    r"\b(except(?: for)?|excluding|other than|apart from|besides|leaving out|but not"
    r"|not (?:in|about|from|counting|including)|without|outside(?: of)?|ignoring|instead of)\b"
    rf" ?(?:the )?(?P<what>{_SCOPE}|\w+)"
)
NEGATED = re.compile(
    r"\b(?:not|never|no longer|nobody|no one|none|don'?t|(?:does|did)n'?t|isn't|aren't"
    r"|wasn't|weren't|haven't|hasn't|can't|cannot|won't)\b"
)
# The answer to these is the same with "not".
NEGATION_IS_MEANT = re.compile(r"\bwhy\b|\breasons?\b|\b(?:did|has|does)n't\b.*\b(?:help|work)")
QUESTION_WORDS = re.compile(
    r"\b(?:who|what|when|where|which|how|why|is|are|was|were|do|does|did|can|could|should|would|has"
    r"|have|will)\b|\?"
)
NEGATIVE = re.compile(
    r"\b(?:negative|complain\w*|complaints?|criticis\w+|criticiz\w+|worst|angr(?:y|iest)|hate[ds]?"
    r"|dislike[ds]?|unhappy|frustrat\w+|bad|pain points?|struggl\w+|annoy\w+)\b"
)
POSITIVE = re.compile(
    r"\b(?:positive|prais\w+|love[ds]?|like[ds]?|happy|enthusias\w+|best|fans?|good|great|enjoy\w*)\b"
)
TALK_WORDS: Final[Sequence[tuple[Talk, re.Pattern[str]]]] = (
    (
        "request",
        re.compile(r"\b(?:feature )?requests?\b|\bwish(?:es)?\b|\b(?:want|wanting|need)\b"),
    ),
    ("outage", re.compile(r"\boutages?\b|\bdowntime\b")),
    ("problem", re.compile(r"\b(?:problems?|issues?|bugs?)\b")),
    ("question", re.compile(r"\bquestions\b|\bask(?:ing)?\b")),
)
SORTS: Final[Sequence[tuple[Sort, re.Pattern[str]]]] = (
    ("reach", re.compile(r"\b(?:most upvoted|top|most popular|biggest|upvotes?|highest)\b")),
    ("most_negative", re.compile(r"\b(?:most negative|worst|angriest|most critical)\b")),
    ("most_positive", re.compile(r"\b(?:most positive|best|happiest|most enthusiastic)\b")),
    ("newest", re.compile(r"\b(?:newest|latest|most recent|recent)\b")),
)
Presumed = Literal["worse", "better", "negative", "positive"]
"""The premise of a question for reasons: a change, or how people feel."""
PRESUMED: Final[Mapping[Presumed, re.Pattern[str]]] = {
    "worse": re.compile(
        r"\b(?:worse\w*|declin\w+|drop\w*|f[ae]ll\w*|decrease[sd]?|decreasing"
        r"|dip\w*|(?:went |go\w* )?down)\b"
    ),
    "better": re.compile(
        r"\b(?:better|improv\w+|rise|rose|risen|rising|increase[sd]?|increasing"
        r"|recover\w*|(?:went |go\w* )up|happier)\b"
    ),
    "negative": re.compile(
        r"\b(?:negative|unhappy|angry|upset|hat(?:e|es|ed|ing)|dislik\w+|frustrat\w+|annoy\w+|bad"
        r"|(?:not|\w+n't) (?:\w+ )?(?:like|love|happy))\b"
    ),
    "positive": re.compile(r"\b(?:positive|happy|lov(?:e|es|ed|ing)|like[ds]?|enthusias\w+)\b"),
}


OF_COUNT = re.compile(r"\bhow many (?:posts|comments|mentions)\b|\b(?:number|count) of\b")
OF_COMMUNITIES = re.compile(r"\bwhich (?:communit\w+|subreddits?|forums?|places?)\b")


@dataclass(frozen=True)
class Asked:
    """The intent of a question.

    label and talk limit it to one label or kind of talk; sort is the order of the posts to read.
    presumed is what it takes as given.
    """

    intent: Intent | None
    label: Label | None = None
    talk: Talk | None = None
    sort: Sort | None = None
    presumed: Presumed | None = None


def asked_of(masked: str, *, scopes: int, alike: int, has_marker: bool) -> Asked:
    """Return what a question asks for. masked is its text with scopes and spans taken.

    scopes is the number of scopes that it names, and alike that of subjects alone or communities
    alone, the greater one: a subject and a community are one in the other. has_marker: it names a
    marker whose effect it may ask for.
    """
    intent = _intent(masked, scopes=scopes, alike=alike, has_marker=has_marker)
    label = _label(masked) if intent in {"topic", "reading"} else None
    talk = next((kind for kind, words in TALK_WORDS if words.search(masked)), None)
    sort = next((order for order, words in SORTS if words.search(masked)), None)
    return Asked(
        intent,
        label,
        talk if intent in {"topic", "reading"} and label is None else None,
        sort if intent == "reading" else None,
        _presumed(masked) if intent == "reason" else None,
    )


def _intent(masked: str, *, scopes: int, alike: int, has_marker: bool) -> Intent | None:
    if has_marker and (MARKER in masked or RELEASE.search(masked)):
        return "release"
    for intent, pattern in PATTERNS:
        if not pattern.search(masked):
            continue
        # A number of posts that are about no subject.
        if intent == "share" and not scopes and OF_COUNT.search(masked):
            return "feeling"
        # X compared with last week.
        if intent == "comparison" and scopes == 1 and SPAN in masked:
            return "change"
        if intent == "feeling" and alike == scopes > 1:
            return "comparison"
        return intent
    return None


def _label(masked: str) -> Label | None:
    if NEGATIVE.search(masked):
        return "negative"
    return "positive" if POSITIVE.search(masked) else None


def _presumed(masked: str) -> Presumed | None:
    """Return what a question for reasons takes as given: the first that its words say."""
    return next((each for each, words in PRESUMED.items() if words.search(masked)), None)


def asks_why(masked: str) -> bool:
    """Return whether words ask for reasons, whatever else they ask for."""
    return any(intent == "reason" and words.search(masked) for intent, words in PATTERNS)


def is_asking(masked: str) -> bool:
    """Return whether words are those of a question."""
    return bool(QUESTION_WORDS.search(masked))
