"""The digest in plain texts, as messages to people say it (shared/models/digests.py)."""

from datetime import date
from zoneinfo import ZoneInfo

from api.export.digest import (
    Links,
    compared_text,
    contribution_text,
    read_text,
    unchanged_texts,
)
from api.export.feed import NOTES
from api.reads.digest.periods import Period, day_text
from api.reads.digest.sentences import is_silent, without_next
from api.schema.digest import (
    Digest,
    DigestIncident,
    DigestItem,
    DigestQuestion,
    DigestReason,
    DigestSubject,
    DigestTopic,
)
from api.schema.explain import ExplainedItem
from api.schema.markers import MarkerAnswer
from shared.alerts.links import incident_path
from shared.communities import community_name
from shared.models import (
    DigestContent,
    DigestLine,
    DigestQuote,
    DigestRow,
    DigestWhy,
)
from shared.reasons.sentence import counted
from shared.times import parse_iso

REMATCHING = "Stored items are being matched with changed rules: figures may change."


def digest_content(digest: Digest, base: str, name: str) -> DigestContent:
    """Return a digest in plain texts, without an id, its time and a next time.

    base is the address of the app without a slash at the end. name is what somebody called it.
    """
    links = Links(digest, base)
    names = {each.id: each.name for each in digest.subjects}
    rows = [_row(each, links) for each in digest.subjects if not is_silent(each)]
    behind = [_marker(each, names, "") for each in digest.markers.behind]
    ahead = [_marker(each, names, "ahead: ") for each in digest.markers.ahead]
    return DigestContent(
        id="",
        kind="digest_content",
        ttl=-1,
        made_at="",
        name=name,
        title=f"{name}: {_days(digest)}",
        every=digest.period,
        time_zone=digest.time_zone,
        first_day=digest.first_day,
        period_end=digest.end,
        address=links.digest(digest.end),
        is_sample=digest.is_sample,
        # A schedule says when the next one comes.
        sentence=without_next(digest.sentence),
        notes=_notes(digest),
        is_empty=digest.why_empty is not None,
        next_text="",
        subjects=rows,
        compared=compared_text(digest) if rows else "",
        changed=[each.sentence for each in digest.changed],
        unchanged=unchanged_texts(digest, names),
        reasons=[_why(each, links) for each in digest.reasons],
        read_these=[_read(each, names, links) for each in digest.read_these],
        worth_an_answer=[_question(each, names, links) for each in digest.worth_an_answer.items],
        topics=[_topic(each, names, links) for each in digest.topics],
        markers=[*behind, *ahead],
        unseen=_unseen(digest),
        incidents=[_incident(each, base) for each in digest.incidents],
    )


def _days(digest: Digest) -> str:
    """Return the days of a digest in few words: 16 to 22 November 2026."""
    end, zone = date.fromisoformat(digest.end), ZoneInfo(digest.time_zone)
    return Period(digest.period, end, zone).days_text


def _notes(digest: Digest) -> list[str]:
    note = NOTES[digest.origin]
    # Messages say themselves that data is invented.
    is_said = digest.is_sample or not note
    return [
        *([] if is_said else [f"This is {note}."]),
        *([REMATCHING] if digest.rematching else []),
    ]


def _row(subject: DigestSubject, links: Links) -> DigestRow:
    mood, change = subject.statistics, subject.change
    is_known = subject.volume.verdict != "incomplete"
    return DigestRow(
        id=subject.id,
        name=subject.name,
        address=links.subject(subject.id),
        mentions=subject.mentions,
        mentions_address=links.mentions(subject.id),
        mentions_before=round(subject.volume.n_before) if is_known else None,
        volume=subject.volume.verdict,
        mood=mood.avg_sentiment,
        interval=None if mood.interval is None else list(mood.interval),
        mood_change=change.avg_sentiment,
        verdict=change.verdict,
        share=subject.share,
        share_change=subject.share_change,
        course=[each["total"] for each in subject.trend_data],
    )


def _why(reason: DigestReason, links: Links) -> DigestWhy:
    cited = {each.id: each for each in reason.cited}
    sentences = [each for quotes in reason.quotes for each in quotes.sentences]
    return DigestWhy(
        subject=reason.name,
        sentence=reason.sentence,
        points=[contribution_text(each) for each in reason.contributions],
        quotes=[_quote(each.text, cited.get(each.item), links) for each in sentences],
        note=read_text(reason.looked_at),
    )


def _quote(text: str, item: ExplainedItem | None, links: Links) -> DigestQuote:
    if item is None:
        return DigestQuote(text=text, source="", address="")
    source = community_name(item.community)
    return DigestQuote(text=text, source=source, address=links.item(item))


def _read(own: DigestItem, names: dict[str, str], links: Links) -> DigestLine:
    about = f"{names[own.subject]}, {community_name(own.item.community)}. {own.read.why}"
    return DigestLine(text=own.read.text, address=links.item(own.item), about=about)


def _question(own: DigestQuestion, names: dict[str, str], links: Links) -> DigestLine:
    upvotes = "" if own.upvotes is None else f", {counted(own.upvotes, 'upvote')}"
    subjects = ", ".join(names[each] for each in own.subjects)
    about = f"{' and '.join(own.talk)} about {subjects}, {community_name(own.community)}{upvotes}"
    return DigestLine(text=own.title or own.text, address=links.item(own), about=about)


def _topic(own: DigestTopic, names: dict[str, str], links: Links) -> DigestLine:
    sample = "" if own.is_whole else ", in a sample"
    counts = f"{counted(own.n, 'item')}, {own.n_before} in the week before{sample}"
    about = f"{names[own.subject]}: {counts}"
    return DigestLine(text=own.name, address=links.subject(own.subject), about=about)


def _marker(own: MarkerAnswer, names: dict[str, str], when: str) -> DigestLine:
    subject = f", {names.get(own.subject, own.subject)}" if own.subject else ""
    about = f"{when}{day_text(date.fromisoformat(own.date))}, {own.kind}{subject}"
    return DigestLine(text=own.name, address=own.link or "", about=about)


def _unseen(digest: Digest) -> list[str]:
    if digest.coverage is None:
        return ["It isn't recorded what was observed."] if digest.set else []
    if not digest.unseen:
        return ["Everything was seen."]
    observed = f"{digest.coverage.observed:.0%} of the talk was observed. Not seen:"
    return [
        observed,
        *(
            f"{community_name(each.community)}: {counted(each.hours, 'hour')}"
            for each in digest.unseen
        ),
    ]


def _incident(own: DigestIncident, base: str) -> DigestLine:
    opened = parse_iso(own.opened)
    about = f"{own.scope}, since {day_text(opened.date())}, {opened:%H:%M} UTC: {own.sentence}"
    return DigestLine(text=own.rule, address=base + incident_path(own.id), about=about)
