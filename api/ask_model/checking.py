"""Checks what a model says, sentence by sentence, against the answers of the tools that it read.

A sentence is shown where each of its words is known, each figure is one of the evidence that it
cites, of what it is said to be of and rounded as it is written, each quotation is word for word in
an item, and each claim agrees with a verdict. Anything else is struck: what can't be read, too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from api.ask_model.dates import dates_in, is_of_dates
from api.ask_model.facts import (
    COMMUNITY,
    ITEM,
    LABELS,
    TOPIC,
    Direction,
    Fact,
    Facts,
    Side,
    Span,
    Verdict,
    What,
)
from api.ask_model.figures import Date, Figure, Token, Unreadable, normal, read
from api.ask_model.parts import Part, is_part, is_scope, parts_of
from api.ask_model.quotations import INSTRUCTION, LINK_LIKE, is_in
from api.ask_model.untrue import Fault, Untrue
from api.ask_model.wanted import Wanted, is_level_of, is_more, lowest_of, noun_of, shown, wanted_of
from api.ask_model.words import MEASURES, MOVES, NOUNS, SAYING, SPEAKERS
from shared.models import ALL

ADDRESS: Final = re.compile(r"https?://[^\s\"')\]>,;]+", re.IGNORECASE)
# The words `this week` mean a span that ended this recently at most.
RECENT: Final = timedelta(hours=36)
RECENT_HOUR: Final = timedelta(hours=1)
# Windows that end now, and those of full hours, are of the same span.
SAME_HOURS: Final = 2
HALF: Final = 0.5
COUNTED: Final = NOUNS | {"n", "volume"}
OF: Final = frozenset({"about", "in", "of", "on", "from"})
SPEAKING: Final = frozenset({"posts", "comments", "people"})
PERCENT: Final = 100.0
SCALES: Final[Mapping[str, float]] = {"percent": PERCENT, "points": PERCENT}
VERDICTS: Final[Mapping[str, frozenset[Direction]]] = {
    "up": frozenset({"up"}),
    "down": frozenset({"down"}),
    "nochange": frozenset({"none"}),
    "nothing": frozenset({"none"}),
    "toofew": frozenset({"too_few"}),
    "unknown": frozenset({"too_few", "incomplete"}),
}


@dataclass(frozen=True)
class Said:
    """A sentence of a model, with the evidence and the items that it says it rests on."""

    text: str
    evidence: tuple[int, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """The sentences that held, as they are shown, and what was struck."""

    held: tuple[Said, ...]
    struck: tuple[Fault, ...]


def check(
    said: Sequence[Said], facts: Facts, names: Mapping[str, frozenset[str]], at: datetime
) -> Checked:
    """Check sentences; names are those of scopes in lower case, with their tags.

    at is the time from which words such as `this week` count.
    """
    held: list[Said] = []
    struck: list[Fault] = []
    for sentence in said:
        try:
            held.append(_checked(sentence, facts, names, at))
        except Untrue as untrue:
            struck.append(untrue.fault)
        except Unreadable as unreadable:
            struck.append(Fault("sentence", unreadable.why, unreadable.word))
    return Checked(tuple(held), tuple(struck))


def _checked(said: Said, facts: Facts, names: Mapping[str, frozenset[str]], at: datetime) -> Said:
    cited = frozenset(said.evidence)
    if not cited:
        raise Untrue("sentence", "it cites no evidence")
    if not cited <= facts.tools.keys():
        raise Untrue("sentence", "it cites evidence that there isn't")
    for item in said.items:
        if not facts.items.get(item, set()) & cited:
            raise Untrue("sentence", "it cites an item that its evidence doesn't have")
    shown = normal(said.text)
    plain = _without_links(shown, facts, cited)
    if not plain:
        raise Untrue("sentence", "it says nothing")
    known = dict(names) | _part_names(facts, cited)
    quoted: list[str] = []
    if not any(plain == normal(own) and number in cited for own, number in facts.own):
        sentence = read(plain, known)
        checked = _Sentence(said, facts, cited, at, sentence.tokens, sentence.quotes)
        checked.check()
        quoted = checked.sources
    elif INSTRUCTION.search(plain):
        raise Untrue("sentence", "it reads as an instruction")
    else:
        _Sentence(said, facts, cited, at, (), ()).check_span(set(), dates=0)
    return Said(shown, tuple(sorted(cited)), tuple(dict.fromkeys((*said.items, *quoted))))


def _without_links(text: str, facts: Facts, cited: frozenset[int]) -> str:
    """Return a text without the links that its evidence has. Raises Untrue for others."""

    def drop(match: re.Match[str]) -> str:
        link = match[0].rstrip(".")
        if facts.links.get(link) not in cited:
            raise Untrue("link", "its evidence has no such link")
        return " "

    plain = " ".join(ADDRESS.sub(drop, text).split())
    if LINK_LIKE.search(plain):
        raise Untrue("link", "its evidence has no such link")
    return re.sub(r"\s*\(\s*\)", "", plain)


def _part_names(facts: Facts, cited: frozenset[int]) -> dict[str, frozenset[str]]:
    """Return the names of parts in the evidence, each with its tags."""
    names: dict[str, set[str]] = {}
    for tag, evidence in facts.parts.items():
        if not evidence & cited or tag.startswith(COMMUNITY):
            continue
        name = tag.partition(":")[2]
        if name in {"rest", "other"} or tag.startswith(("item:", "thread:")):
            continue
        forms = {name, f"{name}s", f"{name}es"} if tag.startswith("kind:") else {name}
        forms |= {"pricing", "prices"} if tag == "kind:price" else set()
        forms |= {"switching"} if tag == "kind:switch" else set()
        for form in forms:
            names.setdefault(form, set()).add(tag)
    return {name: frozenset(tags) for name, tags in names.items()}


@dataclass
class _Sentence:
    """A sentence that is being checked."""

    said: Said
    facts: Facts
    cited: frozenset[int]
    at: datetime
    tokens: Sequence[Token]
    quotes: Sequence[str]
    evidence: frozenset[int] = frozenset()
    default: Side = "now"
    is_moment: bool = False
    # What earlier parts of the sentence were of.
    scope: str | None = None
    full: list[frozenset[str]] | None = None
    measure: frozenset[str] = frozenset()
    level: frozenset[str] = frozenset()
    direction: str = ""
    labels: frozenset[str] = frozenset()
    named: list[frozenset[str]] = field(default_factory=list)
    quoted: int = 0
    sources: list[str] = field(default_factory=list)
    """The items that it quotes."""
    is_comparing: bool = False

    def check(self) -> None:
        """Raise Untrue where something in it doesn't hold."""
        parts = parts_of(self.tokens)
        self.evidence, self.default = self._times()
        self._check_quotes_alone(parts)
        scope = self._sole_scope(parts)
        claims = sum(each.has_claim and each.first != "than" for each in parts)
        for number, part in enumerate(parts):
            self._name(part, scope)
            self._check_part(self._compared(part, parts[number + 1 :]))
        if not claims:
            raise Untrue("sentence", "nothing in it can be checked")

    def _name(self, part: Part, sole: str | None) -> None:
        """Note what a part is of: what it names, with the scope that was named before."""
        own = next((n for each in part.readings for n in each if is_scope(n)), None)
        if "all" in part.tags and own is None:
            own = ALL
        self.scope = own or self.scope or sole
        if part.has_names or self.full is None or "all" in part.tags:
            self.full = [self._with_scope(each) for each in part.readings]

    def _with_scope(self, reading: frozenset[str]) -> frozenset[str]:
        is_whole = self.scope is None or any(map(is_scope, reading))
        return reading if is_whole or self.scope is None else reading | {self.scope}

    def _check_part(self, part: Part) -> None:
        full = self.full or []
        tags = part.tags & MEASURES
        if part.quotes:
            quoted = self.quotes[self.quoted : self.quoted + part.quotes]
            self.quoted += part.quotes
            self._check_quotes(part, quoted)
        if part.figures:
            tags = self._check_figures(part, full)
        self._check_moves(part, full)
        if not part.quotes:
            self._check_level(part, full)
        self.direction = next(iter(part.tags & {"up", "down"}), self.direction)
        self._check_cause(part, full)
        self._check_rest(part, full)
        self.measure = tags or self.measure
        self.level = (tags - COUNTED) or self.level

    # Times

    def _times(self) -> tuple[frozenset[int], Side]:
        """Return the evidence of the times that it names, and the side that they are of."""
        hours = {each.hours for each in self.tokens if each.kind == "hours"}
        dates, bounds = dates_in(self.tokens)
        words = {each.text for each in self.tokens if each.kind == "word"}
        evidence, side = self.cited, self.default
        if len(hours) > 1:
            raise Untrue("figure", "it names several lengths of time")
        spans = [each for each in self.facts.spans if each.evidence in evidence]
        if not self.quotes:
            self.check_span(hours, dates=len(dates))
        if hours:
            spans = [each for each in spans if each.hours in hours]
            if words & {"this", "last", "past"}:
                spans = [
                    each for each in spans if each.side == "before" or each.end >= self.at - RECENT
                ]
            evidence = frozenset(each.evidence for each in spans if each.side == "now")
            if not evidence:
                raise Untrue("figure", "its evidence is of another span")
        if dates:
            evidence, side = self._dated(dates, bounds, spans, evidence)
        return evidence, side

    def check_span(self, hours: set[int], *, dates: int) -> None:
        """Check that it says of which span it is, where that isn't clear. Raises Untrue."""
        spans = [each for each in self.facts.spans if each.side == "now"]
        cited = [each for each in spans if each.evidence in self.cited]
        lengths = {each.hours for each in spans}
        is_one = not lengths or max(lengths) - min(lengths) <= SAME_HOURS
        if not dates and not all(self._is_current(each) for each in cited):
            raise Untrue("figure", "it doesn't give the dates of a span that is over")
        if not dates and not hours and not is_one:
            raise Untrue("figure", "it doesn't say of which span it is, and several were read")

    def _is_current(self, span: Span) -> bool:
        return self.at - RECENT <= span.end <= self.at + RECENT_HOUR

    def _dated(
        self,
        dates: Sequence[Date],
        bounds: str,
        spans: Sequence[Span],
        evidence: frozenset[int],
    ) -> tuple[frozenset[int], Side]:
        if bounds == "on":
            of = {n for moment, n in self.facts.moments if dates[0].is_of(moment)} & evidence
            if not of:
                raise Untrue("figure", "its evidence has no such date")
            self.is_moment = True
            return frozenset(of), "now"
        fits = [each for each in spans if is_of_dates(each, dates, bounds)]
        sides = {each.side for each in fits}
        if len(sides) != 1:
            raise Untrue("figure", "its evidence has no such span")
        return frozenset(each.evidence for each in fits), sides.pop()

    # Names

    def _sole_scope(self, parts: Sequence[Part]) -> str | None:
        """Return the only scope that the sentence names, or that all evidence is of."""
        named = {n for part in parts for reading in part.readings for n in reading if is_scope(n)}
        named |= {ALL for part in parts if "all" in part.tags}
        if len(named) == 1:
            return next(iter(named))
        if named:
            return None
        return next(iter(self.facts.scopes)) if len(self.facts.scopes) == 1 else None

    # Quotations

    def _check_quotes_alone(self, parts: Sequence[Part]) -> None:
        """Check that a sentence with quotations says who speaks, and counts no people."""
        if not self.quotes:
            return
        if any(each.figures for each in parts):
            raise Untrue("quote", "a figure beside a quotation counts what can't be checked")
        words = {each.text for each in self.tokens if each.kind == "word"}
        if not words & SAYING or not any(each.tags & SPEAKING for each in parts):
            raise Untrue("quote", "it doesn't say that somebody said so")
        if words & SPEAKERS and len(self.quotes) == 1:
            raise Untrue("quote", "one quotation doesn't say what several people say")
        texts = ["", *(each.text for each in self.tokens)]
        for before, (token, after) in zip(texts, pairwise(self.tokens), strict=False):
            if token.kind == "name" and after.text in SAYING and before not in OF:
                raise Untrue("quote", "a product or a community says nothing itself")

    def _check_quotes(self, part: Part, quotes: Sequence[str]) -> None:
        self.labels = labels = part.tags & LABELS or self.labels
        self.named = named = [each for each in part.readings if each] or self.named
        for quote in quotes:
            if LINK_LIKE.search(quote):
                raise Untrue("link", "a quotation has a link in it")
            if INSTRUCTION.search(quote):
                raise Untrue("quote", "it is an instruction, and not what somebody says of it")
            sources = [each for each in self.facts.texts if each.evidence in self.cited]
            sources = [each for each in sources if is_in(quote, each.words)]
            if self.said.items:
                sources = [each for each in sources if each.item in self.said.items]
            if not sources:
                raise Untrue("quote", "it isn't word for word in an item of its evidence")
            if labels and not any({each.label} == labels for each in sources):
                raise Untrue("quote", "the item that says so has another label")
            if named and not any(n <= each.names for n in named for each in sources):
                raise Untrue("quote", "the item that says so is of another scope")
            self.sources.append(min(each.item for each in sources))

    # Figures

    def _figures(self, full: Sequence[frozenset[str]]) -> Iterator[Fact]:
        for fact in self.facts.figures:
            if fact.evidence in self.evidence and fact.names in full:
                yield fact

    def _check_figures(self, part: Part, full: Sequence[frozenset[str]]) -> frozenset[str]:
        """Check a figure, and return what it is of."""
        if self.is_moment:
            raise Untrue("figure", "its evidence has no figures of that date")
        tags = self._measure_tags(part)
        if part.is_of:
            return self._check_of(part, full, tags)
        if part.is_pair:
            return self._check_pair(part, full, tags)
        figure = part.figures[0]
        wanted = wanted_of(figure, tags, part)
        side = self._side(part, figure)
        if figure.is_signed and part.tags & {"up", "down"}:
            raise Untrue("figure", "it gives a direction twice")
        is_less = side == "change" and "down" in part.tags
        scale = SCALES.get(figure.unit, 1.0) * (-1.0 if is_less else 1.0)
        is_of_item = wanted.measure in {"score", "upvotes"}
        if not any(
            wanted.takes(each, side) and figure.holds(each.value, scale)
            for each in (self._of_items(full) if is_of_item else self._figures(full))
        ):
            raise Untrue("figure", "its evidence has no such figure", shown(figure))
        return tags

    def _check_of(
        self, part: Part, full: Sequence[frozenset[str]], tags: frozenset[str]
    ) -> frozenset[str]:
        """Check `12 of 40`: the first has the label or the part, the second is of the scope."""
        some, whole = part.figures
        labels = part.tags & LABELS
        scopes = [
            frozenset(n for n in each if is_scope(n) or n.startswith(COMMUNITY)) for each in full
        ]
        if not labels and all(each in full for each in scopes):
            raise Untrue("figure", "it doesn't say what the first figure is of")
        side = self._side(part, some)
        counts = replace(wanted_of(whole, tags | {"items"}, part), labels=frozenset())
        first = Wanted("count", counts.noun, labels, "")
        for figure, wanted, of in ((some, first, full), (whole, counts, scopes)):
            if not any(
                wanted.takes(each, side) and figure.holds(each.value) for each in self._figures(of)
            ):
                raise Untrue("figure", "its evidence has no such figure", shown(figure))
        return tags

    def _check_pair(
        self, part: Part, full: Sequence[frozenset[str]], tags: frozenset[str]
    ) -> frozenset[str]:
        """Check an interval; where something moved, the figure before and the one now."""
        low, high = part.figures
        scale = SCALES.get(high.unit, 1.0)
        if "interval" not in part.tags:
            if part.first != "from" or not (part.tags & {"up", "down"} or self.direction):
                raise Untrue("figure", "it doesn't say what its two figures are")
            self._check_moved(part, full, tags)
            return tags
        level = (tags - COUNTED - {"interval"}) or self.level
        wanted = wanted_of(high, level, part, is_pair=True)
        side = self._side(part, low)
        for each in self._figures(full):
            if each.interval is not None and wanted.takes(each, side):
                lowest, highest = each.interval
                if low.holds(lowest, scale) and high.holds(highest, scale):
                    return level
        raise Untrue("figure", "its evidence has no such interval")

    def _check_moved(
        self, part: Part, full: Sequence[frozenset[str]], tags: frozenset[str]
    ) -> None:
        """Check `from 0.21 to 0.12`, beside whose direction a verdict stands."""
        before, now = part.figures
        wanted, scale = wanted_of(now, tags, part), SCALES.get(now.unit, 1.0)
        sides: tuple[tuple[Figure, Side], ...] = ((before, "before"), (now, "now"))
        for figure, side in sides:
            if not any(
                wanted.takes(each, side) and figure.holds(each.value, scale)
                for each in self._figures(full)
            ):
                raise Untrue("figure", "its evidence has no such figure", shown(figure))

    def _of_items(self, full: Sequence[frozenset[str]]) -> list[Fact]:
        """Return figures of the items that the sentence cites."""
        own = {ITEM + each for each in self.said.items}
        named = [frozenset(n for n in each if n != ALL) for each in full]
        return [
            each
            for each in self.facts.figures
            if each.evidence in self.cited
            and each.names & own
            and any(n <= each.names for n in named)
        ]

    def _measure_tags(self, part: Part) -> frozenset[str]:
        """Return what a figure is of; without words of its own that of the figure before it."""
        own = part.tags & (MEASURES | {"interval"})
        if own - {"interval"}:
            return own
        if "mood" in part.tags:
            return own | {"mean"}
        return own | (self.measure & MEASURES)

    def _side(self, part: Part, figure: Figure) -> Side:
        moved = part.tags & {"up", "down"} or self.direction
        if part.first == "from" and moved:
            return "before"
        if figure.unit == "points" or "change" in part.tags or ("by" in part.tags and moved):
            return "change"
        return "before" if "before" in part.tags else self.default

    # Claims

    def _verdicts(self, full: Sequence[frozenset[str]], what: What) -> list[Verdict]:
        return [
            each
            for each in self.facts.verdicts
            if each.evidence in self.evidence and each.names in full and each.what == what
        ]

    def _check_moves(self, part: Part, full: Sequence[frozenset[str]]) -> None:
        """Check claims of a change."""
        moves = part.tags & (MOVES - {"beyond"})
        moves = frozenset({"toofew"}) if "toofew" in moves else moves
        if not moves:
            return
        if self.is_moment or len(moves) > 1:
            raise Untrue("sentence", "no verdict of its evidence says so of the change")
        if "before" in part.tags and part.figures and not part.is_pair and "by" not in part.tags:
            raise Untrue("sentence", "it claims a change and gives a figure of the time before")
        move, labels = next(iter(moves)), part.tags & LABELS
        what = self._moved(part, move)
        move = _mood_move(move, labels, what) if labels else move
        if "all" in part.tags and part.has_names:
            raise Untrue("sentence", "no verdict of its evidence is of each community")
        movers = [full]
        if part.mover and all(map(is_scope, part.mover)):
            # "Cursor fell with problems" says it of Cursor, too.
            movers.append([frozenset({each}) for each in part.mover])
        for names in movers:
            found = self._verdicts(names, what)
            if not found or not all(each.direction in VERDICTS[move] for each in found):
                raise Untrue("sentence", "no verdict of its evidence says so of the change")

    def _moved(self, part: Part, move: str) -> What:
        """Return what moved. Raises Untrue where its words don't go together."""
        own = part.tags & (MEASURES - {"n"})
        counted = own & (NOUNS | {"volume"})
        if move in {"toofew", "unknown"}:
            return "mood"
        if "mood" in part.tags:
            if counted or own & {"voice", "share"}:
                raise Untrue("sentence", "no verdict of its evidence says so of the change")
            return "mood"
        own = own or self.measure
        if own & {"voice", "share"}:
            return "voice"
        is_volume = own & (NOUNS | {"volume", "n"}) and "mean" not in own
        return "volume" if is_volume else "mood"

    def _check_level(self, part: Part, full: Sequence[frozenset[str]]) -> None:
        """Check that something is positive, negative or neutral."""
        labels = part.tags & LABELS
        if not labels or part.tags & (MOVES | {"most", "least", "compared"}):
            return
        if part.figures and not ("mean" in part.tags and part.figures[0].has_decimals):
            return
        if self.is_moment or len(labels) > 1 or part.tags & (NOUNS - {"items"}):
            raise Untrue("sentence", "its evidence has no such level")
        side: Side = "before" if "before" in part.tags else self.default
        figures = [each for each in self._figures(full) if each.side == side]
        if "mostly" in part.tags:
            found = [each for each in figures if each.of == "label" and each.labels == labels]
            is_so = all(lowest_of(each) > HALF for each in found)
        else:
            found = [each for each in figures if each.measure == "mean"]
            is_so = all(is_level_of(each, next(iter(labels))) for each in found)
            is_so = is_so and "items" not in part.tags
        if not found or not is_so:
            raise Untrue("sentence", "its evidence has no such level")

    def _check_cause(self, part: Part, full: Sequence[frozenset[str]]) -> None:
        """Check that an explanation names the part as a reason."""
        if not part.tags & {"cause", "beyond"}:
            return
        if "cause" not in part.tags and part.tags & {"up", "down"}:
            # The verdict of its direction says that it is beyond chance.
            return
        own = [each for each in full if _is_part_of_scope(each)] if part.has_names else []
        changes: tuple[What, ...] = ("mood", "volume")
        reasons = [each for what in changes for each in self._verdicts(own, what) if each.is_reason]
        if self.direction:
            reasons = [each for each in reasons if each.direction == self.direction]
        if not reasons:
            raise Untrue("sentence", "no explanation of its evidence names that as a reason")

    def _check_rest(self, part: Part, full: Sequence[frozenset[str]]) -> None:
        if "sample" in part.tags and not self.facts.is_sample:
            raise Untrue("sentence", "the data isn't sample data")
        if "topic" in part.tags and not part.figures:
            is_named = any(n.startswith(TOPIC) for each in part.readings for n in each)
            if not is_named or not any(True for _ in self._figures(full)):
                raise Untrue("sentence", "its evidence has no such topic")
        if part.tags & {"most", "least"}:
            self._check_superlative(part, full)
        if "mostly" in part.tags and not part.tags & LABELS:
            raise Untrue("sentence", "nothing here can check what it says of most of them")

    # Comparisons

    def _compared(self, part: Part, later: Sequence[Part]) -> Part:
        """Check `more … than` another scope; return the part without that claim."""
        if part.first == "than":
            if not self.is_comparing:
                raise Untrue("sentence", "it doesn't say what it compares")
            self.is_comparing = False
            return part
        other = next((each for each in later if each.first == "than"), None)
        if other is None or not part.tags & {"up", "down"}:
            return part
        if part.tags & {"before", "cause", "mood"} or "before" in other.tags or self.is_moment:
            raise Untrue("sentence", "its evidence doesn't order the two so")
        tags = part.tags & MEASURES
        if tags & {"share", "voice"}:
            of = Wanted("share", "", part.tags & LABELS, "voice")
        elif tags & NOUNS and "mean" not in tags:
            of = Wanted("count", noun_of(tags), part.tags & LABELS, "")
        elif "mean" in tags and not part.tags & LABELS:
            of = Wanted("mean", "", frozenset(), "")
        else:
            raise Untrue("sentence", "it doesn't say what it compares")
        self._check_ordered(part, of, self.full or [], other.readings)
        self.is_comparing = True
        return replace(part, tags=part.tags - {"up", "down"} | {"compared"})

    def _check_ordered(
        self,
        part: Part,
        of: "Wanted",
        first: Sequence[frozenset[str]],
        second: Sequence[frozenset[str]],
    ) -> None:
        sign = 1 if "up" in part.tags else -1
        pairs = [
            (one, other)
            for one in self._figures(first)
            for other in self._figures(second)
            if one.evidence == other.evidence
            and of.takes(one, self.default)
            and of.takes(other, self.default)
        ]
        if not pairs or not all(is_more(one, other, sign) for one, other in pairs):
            raise Untrue("sentence", "its evidence doesn't order the two so")

    def _check_superlative(self, part: Part, full: Sequence[frozenset[str]]) -> None:
        """Check that a subject has the most or the least of all subjects that a tool lists."""
        tags = part.tags & MEASURES
        is_share = bool(tags & {"share", "voice"})
        is_odd = part.figures or "before" in part.tags or not part.leader
        if is_odd or not (is_share or tags & {"items", "posts", "comments"}):
            raise Untrue("sentence", "nothing here can check what it calls the most or the least")
        of = Wanted(
            "share" if is_share else "count",
            noun_of(tags),
            part.tags & LABELS,
            "voice" if is_share else "",
        )
        sign = 1 if "most" in part.tags else -1
        lists = {
            number
            for number in self.evidence & self.facts.whole
            if self.facts.tools[number] in {"list_subjects", "share_of_voice"}
        }
        all_of = [
            each
            for each in self.facts.figures
            if each.evidence in lists and len(each.names) == 1 and of.takes(each, self.default)
        ]
        own = [each for each in all_of if each.names in full]
        others = [each for each in all_of if each.names not in full]
        if (
            not own
            or not others
            or not all(
                (one.value - other.value) * sign > 0
                for one in own
                for other in others
                if one.evidence == other.evidence
            )
        ):
            raise Untrue("sentence", "its evidence doesn't say that it has the most or the least")


def _is_part_of_scope(names: frozenset[str]) -> bool:
    is_of_scope = any(map(is_scope, names))
    return any(is_part(n) or (is_of_scope and n.startswith(COMMUNITY)) for n in names)


def _mood_move(move: str, labels: frozenset[str], what: What) -> str:
    """Return the direction of `more negative` and the like, said of a mood. Raises Untrue."""
    if what != "mood" or len(labels) > 1 or "neutral" in labels or move not in {"up", "down"}:
        raise Untrue("sentence", "no verdict of its evidence says so of the change")
    if "positive" in labels:
        return move
    return "down" if move == "up" else "up"
