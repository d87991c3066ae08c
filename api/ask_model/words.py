"""The words of which sentences may be made, and what each says of a figure beside it.

The list is closed on purpose. A word that isn't on it, such as "dozens" or "resigned", may be a
figure or a claim that no check here knows, so that a sentence with it isn't shown.
"""

from collections.abc import Mapping
from itertools import product
from typing import Final


def _tags(*listed: tuple[str, str]) -> dict[str, frozenset[str]]:
    return {word: frozenset(tags.split()) for words, tags in listed for word in words.split()}


TAGS: Final[Mapping[str, frozenset[str]]] = _tags(
    ("mention mentions mentioned item items", "items"),
    ("post posts", "posts"),
    ("comment comments reply replies", "comments"),
    ("people users developers person user developer author authors customers", "people"),
    ("mean average sentiment mood feeling tone score scores", "mean"),
    ("share shares proportion part", "share"),
    ("voice", "voice"),
    ("coverage observed covered", "coverage"),
    ("interval range between", "interval"),
    ("effect effects moved moves contribution contributes pulled pushed", "effect"),
    ("upvotes", "upvotes"),
    ("volume", "volume"),
    ("n", "n"),
    ("before previous previously earlier prior", "before"),
    ("change changes difference", "change"),
    ("changed", "change"),
    ("improved improve improves improving better", "up mood"),
    ("worsened worsen worsens worse", "down mood"),
    ("rose rises rise risen rising increased increase increases increasing up higher", "up"),
    ("grew grown grows growing gained climbed more upward larger", "up"),
    ("fell fall falls fallen falling dropped drop declined decline declining", "down"),
    ("decreased decrease decreases decreasing down lower shrank less fewer smaller", "down"),
    ("unchanged stable steady flat", "nochange"),
    ("because cause causes caused due driven drove drives driver drivers driving", "cause"),
    ("reason reasons why explains explain explained contributor behind led", "cause"),
    ("contributed", "cause effect"),
    ("topic topics", "topic"),
    ("mostly mainly", "mostly"),
    ("by", "by"),
    ("most highest largest", "most"),
    ("least lowest smallest fewest", "least"),
    ("positive positively", "positive"),
    ("negative negatively", "negative"),
    ("neutral neutrally", "neutral"),
    ("this last past", "relative"),
    ("since", "since"),
    ("until", "until"),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say nothing that could be untrue by themselves.
PLAIN: Final = _words(
    "a an the that these those it its they their them there here is are was were be been being has"
    " have had in on of at to for as with about across among and but while whereas versus vs"
    " against though although than which who what how also same such overall over from see compared"
    " span spans time period window data evidence figure figures number count counts counted"
    " community communities subject subjects product products scope scopes thread threads say says"
    " said saying write writes wrote written writing report reports reported talk talks talked"
    " talking discuss discusses discussed ask asks asked asking call calls describe describes"
    " described put puts reads read shows show shown seen found known collected include includes"
    " come comes came stood stands stand got gets get went goes go move feel feels felt look looks"
    " example instance during within clear clearly level text texts title titled words quote quotes"
    " quoted sentence sentences where when total altogether account accounts make makes made now"
    " currently current out toward towards received gathered drew"
)
# Words with which a sentence gives somebody's words.
SAYING: Final = _words(
    "say says said saying write writes wrote written writing report reports reported ask asks asked"
    " asking call calls describe describes described put puts reads title titled words quote quotes"
    " quoted text"
)

_NOT = ("did not", "didn't", "has not", "hasn't", "have not", "haven't", "is not", "isn't", "not")
_CLEARLY = ("clearly change", "change clearly", "clearly changed", "changed clearly", "change")

PHRASES: Final[Mapping[tuple[str, ...], str]] = {
    **{tuple(f"{a} {b}".split()): "nochange" for a, b in product(_NOT, _CLEARLY)},
    **{
        tuple(words.split()): tag
        for words, tag in (
            ("no clear change", "nochange"),
            ("no clear changes", "nochange"),
            ("not a clear change", "nochange"),
            ("no change", "nochange"),
            ("within chance", "nochange"),
            ("no more than chance", "nochange"),
            ("beyond chance", "beyond"),
            ("more than chance", "beyond"),
            ("nothing stands out", "nothing"),
            ("too few", "toofew"),
            ("can't be told", "unknown"),
            ("cannot be told", "unknown"),
            ("can not be told", "unknown"),
            ("isn't known", "unknown"),
            ("is not known", "unknown"),
            ("is unknown", "unknown"),
            ("sample data", "sample"),
            ("is invented", "sample"),
            ("are invented", "sample"),
            ("posts and comments", "items"),
            ("comments and posts", "items"),
            ("share of voice", "voice"),
            ("standard error", "stderr"),
            ("on average", "mean"),
            ("come from", "cause"),
            ("comes from", "cause"),
            ("came from", "cause"),
            ("to tell", "plain"),
            ("to tell whether it changed", "plain"),
            ("make up", "plain"),
            ("makes up", "plain"),
            ("made up", "plain"),
            ("all communities", "all"),
            ("all of them", "all"),
        )
    },
}
LONGEST_PHRASE: Final = max(map(len, PHRASES))

# Several speakers, whom one quotation doesn't bear out.
SPEAKERS: Final = _words(
    "people users developers authors customers posts comments replies mentions items accounts"
    " threads"
)
# Words, beside marks, with which a new part of a sentence begins.
DIVIDING: Final = _words(
    "and but while whereas against versus vs though although than with compared across from among"
    " because due driven which"
)
MEASURES: Final = frozenset(
    {"mean", "share", "voice", "coverage", "effect", "stderr", "upvotes", "items", "posts", "n"}
    | {"comments", "people", "volume"}
)
NOUNS: Final = frozenset({"items", "posts", "comments", "people"})
MOVES: Final = frozenset({"up", "down", "nochange", "toofew", "unknown", "nothing", "beyond"})


def word_tags(word: str) -> frozenset[str] | None:
    """Return what a word says; None for a word of which no sentence may be made."""
    own = word.removesuffix("'s")
    if own in TAGS:
        return TAGS[own]
    return frozenset() if own in PLAIN else None
