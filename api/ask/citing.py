"""Puts an answer together: its sentences, the reads that they rest on, and the items they name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from api.ask.wording import MAX_TEXT, one_line
from api.schema.ask import MAX_EVIDENCE, MAX_ITEMS, AskedItem, Evidence, SaidSentence
from api.schema.explain import ExplainedItem
from api.schema.items import ItemAnswer
from shared.models import Label


@dataclass
class Citing:
    """The answer so far."""

    sentences: list[SaidSentence] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    items: list[AskedItem] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)

    def cite(self, tool: str, title: str, request: str, page: str | None) -> int:
        """Return the number of a read, which is new or known."""
        for each in self.evidence:
            if each.request == request:
                return each.number
        number = len(self.evidence) + 1
        if number <= MAX_EVIDENCE:
            self.evidence.append(
                Evidence(number=number, tool=tool, title=title, request=request, page=page)
            )
        return number

    def say(self, text: str | None, numbers: Iterable[int] = (), items: Sequence[str] = ()) -> None:
        """Add a sentence; None adds nothing. Only items that are shown are named."""
        if text is None:
            return
        shown = {each.id for each in self.items}
        self.sentences.append(
            SaidSentence(
                text=text,
                evidence=list(numbers),
                items=list(dict.fromkeys(each for each in items if each in shown)),
            )
        )

    def show(self, item: AskedItem) -> None:
        """Add an item, once, up to MAX_ITEMS."""
        is_known = any((each.kind, each.id) == (item.kind, item.id) for each in self.items)
        if not is_known and len(self.items) < MAX_ITEMS:
            self.items.append(item)


def explained(item: ExplainedItem, text: str, number: int) -> AskedItem:
    """Return an item that an explanation cites, with its text."""
    return AskedItem(
        kind=item.kind,
        id=item.id,
        post_id=item.post_id,
        community=item.community,
        text=one_line(text or item.title or ""),
        label=item.label,
        created_utc=item.created_utc,
        permalink=item.permalink,
        evidence=number,
    )


def found(item: ItemAnswer, subject: str | None, number: int) -> AskedItem:
    """Return an item of a list, with the label with which it counts for the subject."""
    return AskedItem(
        kind=item.kind,
        id=item.id,
        post_id=item.post_id,
        community=item.subreddit,
        text=one_line(item.title or item.content, MAX_TEXT),
        label=label_of(item, subject),
        created_utc=item.created_utc,
        permalink=item.permalink,
        evidence=number,
    )


def label_of(item: ItemAnswer, subject: str | None) -> Label:
    """Return the label with which an item counts: that of what it says of the subject."""
    own = next((each.sentiment for each in item.mentions if each.subject == subject), None)
    return own.label if own is not None else item.sentiment.label
