"""Explanations of a change: a sentence, contributions of parts, and the items they rest on."""

from typing import Literal

from pydantic import Field

from api.schema.base import Answer, DataOrigin, Time, WebAddress
from api.schema.coverage import CoverageAnswer
from api.schema.parameters import ComparedSpanParameters, OneSubject
from api.schema.sentiment import (
    COVERAGE,
    REASON,
    VERDICT,
    Baseline,
    Change,
    Rematching,
    Scope,
    TimeWindow,
)
from api.schema.values import (
    MAX_ITEMS_COST,
    MIN_ITEMS_COST,
    CommunityName,
    ItemsCost,
    ReportFormat,
    ScopeName,
)
from shared.communities import Kind
from shared.models import Label
from shared.reasons.sentence import KindOf, VolumeVerdict
from shared.reasons.weights import Because
from shared.stats.compare import Reason, Verdict


class ExplainParameters(ComparedSpanParameters):
    """The scope and the window whose change is explained, and the format of the answer."""

    scope: ScopeName | None = Field(
        default=None,
        description="all, subject:ID with the id of a subject of the watchlist, or the id of a"
        " watched community (also as community:ID); instead of `subject` and `community`. Without"
        " the three, all",
        examples=["subject:cursor"],
    )
    subject: OneSubject = None
    community: CommunityName | None = Field(
        default=None,
        description="the name of a watched community, in upper or lower case; without it, all",
        examples=["claude"],
    )
    max_cost: ItemsCost | None = Field(
        default=None,
        description=f"{MIN_ITEMS_COST} to {MAX_ITEMS_COST}: the number of request units that the"
        " items of the window may take at most, and those of the time before; an item takes about"
        " one. Without it, as many as the span allows. A digest reads less, and `request` of its"
        " reasons says how much",
        examples=[80],
    )
    format: ReportFormat | None = Field(
        default=None,
        description="json or markdown; without it, the Accept header decides",
        examples=["markdown"],
    )


class ExplainedItem(Answer):
    """An item that the answer cites."""

    kind: Kind = Field(description="post or comment")
    id: str = Field(description="its id, unique among those of its kind")
    post_id: str = Field(description="the post that it is or belongs to")
    community: str = Field(description="the id of its community")
    title: str | None = Field(description="the title of a post; null for a comment")
    created_utc: Time = Field(description="when it was written")
    permalink: WebAddress = Field(description="it at its source; empty if it isn't http(s)")
    label: Label = Field(description="the label with which it counts in the scope")
    compound: float = Field(description="the compound with which it counts, -1 to 1")


class DifferingItem(ExplainedItem):
    """An item that moved the mean between two spans."""

    text: str = Field(description="its title, or the beginning of its text, in one line")
    side: Literal["before", "after"] = Field(description="the span that it is of")
    effect: float = Field(
        description="how far it moved the mean from the span before to the one after, alone"
    )


class ContributionAnswer(Answer):
    """A part's contribution to the change of the mean and of the number of items.

    The contributions of one `kind_of` add up: effect to the change of the mean, n less n_before to
    that of the number of items.
    """

    kind_of: KindOf = Field(description="community, kind, topic, thread or item")
    name: str = Field(
        description="the name of the part, or a thread's or item's title; rest: all other items"
    )
    id: str | None = Field(
        description="the id of a thread's post, or of an item; null for other parts and the rest"
    )
    mood: float = Field(description="the effect of the part's own mean having changed")
    mix: float = Field(
        description="the effect of its share of the items having changed; of the rest all is mix"
    )
    effect: float = Field(description="mood and mix together")
    interval: list[float] | None = Field(
        description="[low, high] of the effect, in 95 of 100 cases, given the numbers of items;"
        " null for the rest",
        min_length=2,
        max_length=2,
    )
    n: float = Field(description="items of the window; those of several kinds count in fractions")
    n_before: float = Field(description="items of the time before")
    is_estimate: bool = Field(
        description="whether n and n_before are estimates by the items that were read, as"
        " `looked_at` has them; the sentence then has the numbers of those"
    )
    is_beyond_chance: bool = Field(
        description="whether its effect is more than chance makes, among all parts of the answer"
    )
    is_volume_beyond_chance: bool = Field(
        description="whether its number of items moved by more than chance makes, and as a share of"
        " the items, too; also where too few items can tell a change of the mean"
    )
    items: list[str] = Field(
        description="ids of up to 10 of its items, those that weigh most first"
    )


class QuotedSentence(Answer):
    """A sentence, word for word, with the words that decided its item's label marked."""

    item: str = Field(description="the id of the item: `cited` has it")
    text: str = Field(description="the sentence, in one line")
    marks: list[list[int]] = Field(
        description="where the deciding words stand in `text`: begin and end of each, in characters"
        " (code points), in order, without overlaps",
        examples=[[[6, 12]]],
    )


class QuotesOfReason(Answer):
    """The sentences that a reason rests on."""

    kind_of: KindOf = Field(description="the kind of the part")
    name: str = Field(description="the name of the part, as contributions have it")
    sentences: list[QuotedSentence] = Field(description="up to three sentences, of several threads")


class ItemToRead(Answer):
    """An item that weighs much, and why it was chosen."""

    item: str = Field(description="the id of the item: `cited` has it")
    text: str = Field(description="its title, or the beginning of its text, in one line")
    because: Because = Field(
        description="influence (it moves the mean most), volume (its thread is large), reach (its"
        " upvotes), typical (its words are nearest to those of the reason) or opposite (it pulls"
        " the other way)"
    )
    why: str = Field(description="why it was chosen, in words")


class ItemsRead(Answer):
    """The numbers of items that were read, and of all items.

    Contributions of communities, kinds and threads are of all items, those of topics are of the
    items that were read.
    """

    items: int = Field(description="items of the window that count")
    read: int = Field(description="those of them that were read: spread over it where not all")
    items_before: int = Field(description="items of the time before that count")
    read_before: int = Field(description="those of them that were read")


class VolumeChange(Answer):
    """The number of items, and whether it changed by more than chance makes."""

    n: int = Field(description="items of the window that count")
    n_before: int = Field(description="items of the time before that count")
    verdict: VolumeVerdict = Field(
        description="more, fewer or no_clear_change, however few the items are; incomplete: too"
        " little is known of the time before, or the window isn't collected to its end"
    )


class Explanation(Answer):
    """The explanation of a scope's change, with its evidence."""

    scope: Scope
    subject: str | None = Field(description="the id of the subject; null if it isn't one's")
    community: str | None = Field(
        description="the id of the community that alone counts; null where all do"
    )
    name: str = Field(description="what people call the scope", examples=["Cursor in r/aws"])
    sentence: str = Field(
        description="the largest contributions that are beyond chance in words, of the mean and of"
        " the number of items, or that nothing stands out, or what is missing"
    )
    verdict: Verdict = Field(description=VERDICT)
    reason: Reason | None = Field(description=REASON)
    change: Change = Field(description="the change, looking at this scope alone")
    volume: VolumeChange = Field(description="the change of the number of items")
    contributions: list[ContributionAnswer] = Field(
        description="by kind_of, each with its largest parts first and the rest last; empty where a"
        " side has no items"
    )
    quotes: list[QuotesOfReason] = Field(
        description="for up to three contributions that are beyond chance: of the mean, or else of"
        " the number of items"
    )
    read_these: list[ItemToRead] = Field(
        description="up to five items of the window that weigh most, of several threads"
    )
    cited: list[ExplainedItem] = Field(description="the items that are named above, each once")
    looked_at: ItemsRead = Field(description="how many items it rests on")
    window: TimeWindow = Field(description="the full hours that are explained")
    before: Baseline = Field(description="the time that they are compared with")
    coverage: CoverageAnswer | None = Field(description=COVERAGE)
    rematching: Rematching = False
    origin: DataOrigin
    timestamp: Time = Field(description="when the answer was made")


MOMENTS_OF_EXPLANATION = {"timestamp": True}
