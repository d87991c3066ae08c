"""The digest as Markdown, to read in a terminal, in a mail or on GitHub."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from api.export.markdown import bold, escaped, link, table
from api.export.report import COMPARED, PageLinks, community_text, notes_of, section
from api.reads.digest.periods import WEEKDAYS, day_text
from api.reads.digest.sentences import is_before_known, is_silent, listed
from api.schema.digest import (
    Digest,
    DigestChange,
    DigestIncident,
    DigestItem,
    DigestQuestion,
    DigestReason,
    DigestSubject,
    DigestTopic,
)
from api.schema.explain import ContributionAnswer, ItemsRead
from api.schema.markers import MarkerAnswer
from shared.communities import community_name
from shared.digests.figures import NO_VALUE, VERDICTS, bars, percent, points, signed
from shared.reasons.sentence import TALK, counted
from shared.times import parse_iso

COLUMNS = (
    "Subject",
    "Mentions>",
    "Before>",
    "Mood>",
    "Change>",
    "Verdict",
    "Share of voice>",
    "Change>",
    "Course",
)


def digest_markdown(digest: Digest, base: str) -> str:
    """Return a digest in Markdown. base is the address of the app without a slash at the end."""
    links = Links(digest, base)
    names = {each.id: each.name for each in digest.subjects}
    lines = [
        f"# Digest: {escaped(period_text(digest))}",
        "",
        bold(escaped(digest.sentence)),
        "",
        *notes_of(digest.origin, rematching=digest.rematching),
        *_neighbours(digest, links),
        "",
        *section("Subjects", _table(digest, links)),
        *section("What changed", [_bullet(each) for each in digest.changed]),
        *section("What didn't", _unchanged(digest, names)),
        *section("Why", [line for each in digest.reasons for line in _reason(each, links)]),
        *section("Read these", _reads(digest.read_these, names, links)),
        *section(
            "Worth an answer",
            [_question(each, names, links) for each in digest.worth_an_answer.items]
            or ["No question or problem without a reply was found."],
        ),
        *section("Topics", [_topic(each, names, links) for each in digest.topics]),
        *section("Markers", _markers(digest, names)),
        *section("Not seen", _unseen(digest)),
        *section(
            "Open alerts",
            [_incident(each) for each in digest.incidents] or ["None is open."],
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


class Links(PageLinks):
    """The addresses of views and items, for the period of a digest."""

    def __init__(self, digest: Digest, base: str) -> None:
        super().__init__(base, digest.is_sample)
        self._digest = digest

    def digest(self, end: str) -> str:
        """Return the address of a digest of the same subjects, with this end."""
        own = self._digest
        given = {"view": "digest", "period": own.period, "until": end}
        if own.time_zone != "UTC":
            given["zone"] = own.time_zone
        return self.view(**given, set=",".join(own.set))

    def mentions(self, subject: str) -> str:
        """Return the address of the list of exactly the mentions of the period."""
        start, end = self._digest.window.start, self._digest.window.end
        return self.view(view="posts", subject=subject, kind="items", start=start, end=end)

    def report(self, reason: DigestReason) -> str:
        """Return the address of the explanation by as many items as can be read, in Markdown."""
        request, _, _ = reason.request.partition("&max_cost=")
        return f"{self.base}{request}&format=markdown"

    def subject(self, subject: str) -> str:
        """Return the address of a subject on the days of the period."""
        last = date.fromisoformat(self._digest.end) - timedelta(days=1)
        days = {"from": self._digest.first_day, "to": last.isoformat()}
        return self.view(subject=subject, **days)


def period_text(digest: Digest) -> str:
    """Return the days of a digest in words, with their time zone."""
    first = date.fromisoformat(digest.first_day)
    last = date.fromisoformat(digest.end) - timedelta(days=1)
    zone = "" if digest.time_zone == "UTC" else f" ({digest.time_zone})"
    if first == last:
        return f"{WEEKDAYS[first.weekday()]}, {day_text(first)}{zone}"
    return f"{day_text(first)} to {day_text(last)}{zone}"


def _neighbours(digest: Digest, links: Links) -> list[str]:
    found = [link("As a page", links.digest(digest.end))]
    if digest.previous_end:
        found.append(link(f"the {digest.period} before", links.digest(digest.previous_end)))
    if digest.next_end:
        found.append(link(f"the {digest.period} after", links.digest(digest.next_end)))
    return [" · ".join(found)]


def _table(digest: Digest, links: Links) -> list[str]:
    rows = [_row(each, links) for each in digest.subjects if not is_silent(each)]
    if not rows:
        return []
    return [*table(COLUMNS, rows), "", compared_text(digest)]


def compared_text(digest: Digest) -> str:
    """Return what the changes of subjects are from, as a sentence."""
    because = COMPARED[digest.compared_with.because]
    hours, all_hours = digest.subjects[0].change.hours, _hours(digest)
    seen = "" if hours == all_hours else f", over the {hours} of {all_hours} hours known in both"
    return f"Changes are from {because}{seen}."


def _hours(digest: Digest) -> int:
    """Return the number of hours of the period."""
    length = parse_iso(digest.window.end) - parse_iso(digest.window.start)
    return length // timedelta(hours=1)


def _row(subject: DigestSubject, links: Links) -> list[str]:
    mood, change = subject.statistics, subject.change
    known = subject.volume.verdict != "incomplete"
    volume = {"more": " (more)", "fewer": " (fewer)"}.get(subject.volume.verdict, "")
    return [
        link(escaped(subject.name), links.subject(subject.id)),
        link(str(subject.mentions), links.mentions(subject.id)),
        f"{subject.volume.n_before}{volume}" if known else NO_VALUE,
        f"{signed(mood.avg_sentiment)}{_range(mood.interval)}",
        signed(change.avg_sentiment),
        VERDICTS[change.verdict],
        percent(subject.share),
        points(subject.share_change),
        bars([each["total"] for each in subject.trend_data]),
    ]


def _range(interval: Sequence[float] | None) -> str:
    return "" if interval is None else f" ({interval[0]:+.2f} to {interval[1]:+.2f})"


def _bullet(change: DigestChange) -> str:
    return f"- {escaped(change.sentence)}"


def _unchanged(digest: Digest, names: dict[str, str]) -> list[str]:
    return [f"- {escaped(each)}" for each in unchanged_texts(digest, names)]


def unchanged_texts(digest: Digest, names: dict[str, str]) -> list[str]:
    """Return what didn't change; subjects without mentions share a sentence."""
    silent = {each.id: each for each in digest.subjects if is_silent(each)}
    others = [each for each in digest.unchanged if each.subject not in silent]
    lines = _shared_sentences(others)
    if silent:
        unheard = ", ".join(names[each] for each in silent)
        before = ", neither now nor before" if all(map(is_before_known, silent.values())) else ""
        lines.append(f"Not mentioned{before}: {unheard}.")
    return lines


def _shared_sentences(changes: Iterable[DigestChange]) -> list[str]:
    """Return the sentences; those that differ in the name of their subject alone are one."""
    names: dict[tuple[str, str], list[str]] = {}
    for each in changes:
        before, _, after = each.sentence.partition(each.name)
        names.setdefault((before, after), []).append(each.name)
    return [f"{before}{listed(own)}{after}" for (before, after), own in names.items()]


def _reason(reason: DigestReason, links: Links) -> Iterable[str]:
    cited = {each.id: each for each in reason.cited}
    yield from (f"### {escaped(reason.name)}", "", escaped(reason.sentence), "")
    for each in reason.contributions:
        yield f"- {escaped(contribution_text(each))}"
    if reason.contributions:
        yield ""
    for sentence in [each for quotes in reason.quotes for each in quotes.sentences]:
        item = cited.get(sentence.item)
        source = link(community_text(item.community), links.item(item)) if item else ""
        yield from (f"> “{escaped(sentence.text)}” {source}".rstrip(), "")
    note = read_text(reason.looked_at)
    if note:
        yield f"*{note}* {link('All that can be read', links.report(reason))}"
        yield ""


def read_text(looked_at: ItemsRead) -> str:
    """Return how many of the items a reason rests on, as a sentence; empty where on all."""
    own, before = looked_at.read, looked_at.read_before
    if own >= looked_at.items and before >= looked_at.items_before:
        return ""
    return (
        f"{own} of {counted(looked_at.items, 'item')}, and {before} of {looked_at.items_before}"
        " before, were read for this."
    )


def contribution_text(own: ContributionAnswer) -> str:
    """Return a part of what made a change, in words."""
    name = own.name
    if own.kind_of == "kind":
        name = TALK.get(name, name)
    elif own.kind_of == "community":
        name = community_name(name)
    effect = f", effect {own.effect:+.2f}" if own.is_beyond_chance else ""
    counts = f"{counted(round(own.n), 'item')}, {round(own.n_before)} before"
    if own.is_estimate:
        counts = f"about {counts}, by the items that were read"
    return f"{own.kind_of.capitalize()} {name}: {counts}{effect}"


def _reads(items: Sequence[DigestItem], names: dict[str, str], links: Links) -> list[str]:
    return [
        f"{number}. {link(escaped(each.read.text), links.item(each.item))}"
        f" · {escaped(names[each.subject])}, {community_text(each.item.community)}."
        f" {escaped(each.read.why)}"
        for number, each in enumerate(items, start=1)
    ]


def _question(found: DigestQuestion, names: dict[str, str], links: Links) -> str:
    upvotes = "" if found.upvotes is None else f", {counted(found.upvotes, 'upvote')}"
    about = ", ".join(escaped(names[each]) for each in found.subjects)
    return (
        f"- {link(escaped(found.title or found.text), links.item(found))}"
        f" · {' and '.join(found.talk)} about {about}, {community_text(found.community)}{upvotes}"
    )


def _topic(topic: DigestTopic, names: dict[str, str], links: Links) -> str:
    sample = "" if topic.is_whole else ", in a sample"
    counts = f"{counted(topic.n, 'item')}, {topic.n_before} in the week before{sample}"
    name = link(escaped(topic.name), links.subject(topic.subject))
    return f"- {name} · {escaped(names[topic.subject])}: {counts}"


def _markers(digest: Digest, names: dict[str, str]) -> list[str]:
    behind = [f"- {_marker(each, names)}" for each in digest.markers.behind]
    ahead = [f"- Ahead: {_marker(each, names)}" for each in digest.markers.ahead]
    return [*behind, *ahead]


def _marker(marker: MarkerAnswer, names: dict[str, str]) -> str:
    name = link(escaped(marker.name), marker.link or "")
    about = f", {escaped(names.get(marker.subject, marker.subject))}" if marker.subject else ""
    return f"{day_text(date.fromisoformat(marker.date))}: {name} ({marker.kind}{about})"


def _unseen(digest: Digest) -> list[str]:
    if digest.coverage is None:
        return ["It isn't recorded what was observed."] if digest.set else []
    if not digest.unseen:
        return ["Everything was seen."]
    observed = f"{digest.coverage.observed:.0%} of the talk was observed. Not seen:"
    return [
        observed,
        "",
        *(
            f"- {community_text(each.community)}: {counted(each.hours, 'hour')}"
            for each in digest.unseen
        ),
    ]


def _incident(incident: DigestIncident) -> str:
    since = escaped(incident.opened)
    return (
        f"- {escaped(incident.rule)} ({escaped(incident.scope)}), since {since}:"
        f" {escaped(incident.sentence)}"
    )
