"""The interface of sentiment methods: a method, and the score of a text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from shared.communities import SourceName
from shared.kinds import Talk
from shared.models import Label, Language, SentimentBasis
from shared.stats.cells import method_name
from shared.text.form import MARKDOWN, Form

# Hutto and Gilbert, ICWSM 2014, and https://github.com/cjhutto/vaderSentiment#about-the-scoring
POSITIVE_FROM = 0.05
NEGATIVE_FROM = -0.05


class Score(NamedTuple):
    """The sentiment of one text.

    compound lies in -1..1 and never contradicts the label: positive from 0.05, negative up to
    -0.05. positive, negative and neutral lie in 0..1 and add up to 1: by `vader` they are shares
    of the words, by `linear` the probabilities of the three labels. language is "none" if the text
    has no words, "other" if it clearly isn't English. unsure says that the method can't tell; the
    label is neutral then. deciding are up to five words, as they stand in the scored words, that
    decided the label, if the method knows. kinds are the kinds of talk, ("other",) where none
    holds; None where the method has none.
    """

    label: Label
    compound: float
    positive: float
    negative: float
    neutral: float
    language: Language
    unsure: bool = False
    deciding: tuple[str, ...] = ()
    kinds: tuple[Talk, ...] | None = None

    @property
    def basis(self) -> SentimentBasis:
        """Return what the score rests on, as sentiments store it."""
        basis = SentimentBasis()
        if self.unsure:
            basis["unsure"] = True
        if self.deciding:
            basis["deciding"] = list(self.deciding)
        return basis


NO_WORDS = Score("neutral", 0.0, 0.0, 0.0, 1.0, "none")


class Text(NamedTuple):
    """A text to score, in Markdown, with its source and its author, who tell how to read it."""

    markdown: str
    source: SourceName
    author: str | None = None


class Scorer(Protocol):
    """Returns the score of a text in Markdown, read by the form of its source."""

    def __call__(self, text: str, form: Form = MARKDOWN, /) -> Score:
        """Return the score."""
        ...


class Target(NamedTuple):
    """One thing that a text in Markdown names, from start to before end, as its author wrote it."""

    text: str
    start: int
    end: int
    form: Form = MARKDOWN


class TargetScorer(Protocol):
    """Returns what the texts say of each target, in the same order."""

    def __call__(self, targets: Sequence[Target], /) -> list[Score]:
        """Return the scores."""
        ...


@dataclass(frozen=True)
class Method:
    """A way to score text. Its version changes whenever any score may change."""

    name: str
    version: str
    score: Scorer
    fallback: Callable[[], "Method"] | None = None
    """Loads the method that is used if this one fails; None if there is none."""
    forms: Mapping[SourceName, Form] = field(default_factory=dict)
    """The form of the texts of each source; another source's are plain Markdown."""
    score_targets: TargetScorer | None = None
    """Scores targets; None if the method can only score whole texts."""
    is_slow: bool = False
    """True if it is too slow to score under the lease, where its fallback stands in."""
    stands_in_because: str | None = None
    """Why it was loaded in place of the method that was asked for; None if it wasn't."""
    asks_a_model: bool = False
    """True if a language model scores, which its fallback waits for in a queue of its own."""
    keeps: frozenset[str] = frozenset()
    """The methods, by name and version, whose scores stay: a better one has replaced its own."""

    @property
    def accepted(self) -> frozenset[str]:
        """Return the methods, by name and version, whose scores aren't stale where it scores."""
        return self.keeps | {method_name(self.name, self.version)}

    @property
    def target_by(self) -> Literal["text", "target"]:
        """Return what a target's score is of: the target itself, or the text that names it."""
        return "target" if self.score_targets else "text"

    def score_many_targets(self, targets: Sequence[Target]) -> list[Score]:
        """Return the score of each target: its text's, if the method scores no targets."""
        if self.score_targets:
            return self.score_targets(targets)
        return [self.score(target.text, target.form) for target in targets]

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        """Return the score of each text. Those of programs have no words of anybody."""
        return [self._score(text) for text in texts]

    def _score(self, text: Text) -> Score:
        form = self.forms.get(text.source, MARKDOWN)
        return NO_WORDS if form.is_bot(text.author) else self.score(text.markdown, form)


def light(method: Method) -> Method:
    """Return the method that scores while the lease is held: a slow one's fallback stands in."""
    return light(method.fallback()) if method.is_slow and method.fallback else method


def meanwhile(method: Method) -> Method:
    """Return the method whose scores items have until this one scores them.

    That of a language model scores outside the lease, too.
    """
    return method.fallback() if method.asks_a_model and method.fallback else light(method)


def label_of(compound: float) -> Label:
    """Return the label of a compound score."""
    if compound >= POSITIVE_FROM:
        return "positive"
    return "negative" if compound <= NEGATIVE_FROM else "neutral"
