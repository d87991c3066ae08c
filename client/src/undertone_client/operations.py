"""The calls of the API. Generated from its OpenAPI document: edit nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote

from undertone_client import models
from undertone_client.answers import Answer, Table
from undertone_client.paging import Pages
from undertone_client.requests import Requests


class Operations(Requests):
    """The calls of the API: a method for each."""

    def health(self, *, strict: Literal["true", "false"] | None = None) -> Answer[models.Health]:
        """Read the health of the service; the status alone where who asks may not read.

        strict: true, or `?strict` alone: status 503 if there is any fault; false: only if the
        service is unhealthy.
        """
        return self._read(
            "/api/v1/health", models.Health, {"strict": strict}, also=frozenset([503])
        )

    def stats(
        self,
        *,
        community: str | None = None,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        subject: str | None = None,
        via: Literal["text", "thread", "home"] | None = None,
    ) -> Answer[models.Stats]:
        """Read the sentiment of a window.

        community: the name of a watched community, in upper or lower case; without it, all.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        via: with `subject`: text (the item names it), thread (a comment that names no subject,
        under a post about it) or home (an item in its own community that names none).
        """
        return self._read(
            "/api/v1/sentiment/stats",
            models.Stats,
            {
                "community": community,
                "hours": hours,
                "start": start,
                "end": end,
                "subject": subject,
                "via": via,
            },
        )

    def trends(
        self,
        *,
        community: str | None = None,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        subject: str | None = None,
        via: Literal["text", "thread", "home"] | None = None,
        granularity: Literal["hour", "2h", "4h", "8h", "day", "week", "auto"] | None = None,
        by: Literal["community", "via"] | None = None,
    ) -> Table[models.SentimentTrends]:
        """Read the sentiment of a window by the hour, day or week.

        community: the name of a watched community, in upper or lower case; without it, all.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 168.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        via: with `subject`: text (the item names it), thread (a comment that names no subject,
        under a post about it) or home (an item in its own community that names none).

        granularity: hour, 2h, 4h, 8h, day, week or auto, which is the shortest of them of which
        at least half have 30 items or more, if six of them fit into the window; over more than
        a week day or week; days are in UTC, and weeks begin on Monday. If a window has more
        than 2160 hours, hours and parts of a day return days; `granularity` of the answer says
        which.

        by: with `subject`, community or via: also returns the steps of each of them.
        """
        return self._table(
            "/api/v1/sentiment/trends",
            models.SentimentTrends,
            {
                "community": community,
                "hours": hours,
                "start": start,
                "end": end,
                "subject": subject,
                "via": via,
                "granularity": granularity,
                "by": by,
            },
        )

    def compare(
        self,
        *,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        baseline: Literal["before", "rhythm"] | None = None,
        scopes: Sequence[str] | None = None,
        until: Literal["now", "collected"] | None = None,
        granularity: Literal["hour", "2h", "4h", "8h", "day", "week", "auto"] | None = None,
    ) -> Table[models.Comparison]:
        """Read communities and subjects side by side, each compared with the window before.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        baseline: before or rhythm: what the window is compared with. before is the equally long
        time that ends where the window starts; rhythm is the same for a window of a week or
        more, but for a shorter one the same weekdays and hours a week earlier, if there is data
        of them. Without it, before with `hours`, and rhythm with `start`.

        scopes: subjects (subject:ID) and communities, mixed, separated by commas; with
        `subreddits` at most 10 together.

        until: now or collected; with collected the window ends at the last collection at the
        latest, and `change` compares its full hours with the same number before, hour by hour,
        without those in which nothing was collected. With `start` there is always a `change`.

        granularity: hour, 2h, 4h, 8h, day, week or auto, which is the shortest of them of which
        at least half have 30 items or more, if six of them fit into the window; over more than
        a week day or week: also returns a series with such steps; without it, only the totals
        of the window. If the communities together would have more than 2500 hours, hours and
        parts of a day return days; `granularity` of the answer says which.
        """
        return self._table(
            "/api/v1/sentiment/compare",
            models.Comparison,
            {
                "hours": hours,
                "start": start,
                "end": end,
                "baseline": baseline,
                "scopes": scopes,
                "until": until,
                "granularity": granularity,
            },
        )

    def posts(
        self,
        *,
        community: str | None = None,
        hours: int | None = None,
        page_size: int | None = None,
        sentiment: Literal["positive", "negative", "neutral"] | None = None,
        talk: Literal[
            "problem",
            "outage",
            "request",
            "question",
            "praise",
            "price",
            "switch",
            "showcase",
            "news",
            "other",
        ]
        | None = None,
        q: str | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        sort: Literal["newest", "reach", "most_negative", "most_positive", "influence"]
        | None = None,
        subject: str | None = None,
        via: Literal["text", "thread", "home"] | None = None,
        topic: str | None = None,
        at: datetime | date | str | None = None,
        max_items: int | None = None,
    ) -> Pages[models.PostAnswer]:
        """Read posts in the order of `sort`, page by page; the next page is in the Link header.

        community: the name of a watched community, in upper or lower case; without it, all.

        hours: a whole number of hours from 1 to 2160, the current one included.

        page_size: a whole number of items from 1 to 500; without it, files have up to 500. The
        Link header leads to the next page.

        sentiment: positive, negative or neutral; of a list of a subject what its items say of
        the subject.

        talk: a kind of talk: problem, outage, request, question, praise, price, switch,
        showcase, news, other; only items that have it.

        q: whole words and "phrases" that all occur in title or content, whatever their case,
        accents, quotes and hyphens; a `*` at the end matches a prefix: frustrat*. At most 200
        characters. A search reads at most 500 items for a page, so a page may have fewer than
        `limit` and still be followed by another.

        start: a time: items from then on, instead of those of the last hours; at most 2160
        hours before the end.

        end: a time: items before then; without it, until now.

        sort: newest; reach (most upvotes first; what has none comes last), most_negative or
        most_positive (by compound, of a list of a subject what its items say of the subject),
        or influence (first what moves the mean of the window most, down or up). reach takes
        lists of up to about 860 items, the other orders times in which the communities or the
        subject have up to about 300,000 items; longer ones are refused. In these orders, pages
        of long times may have fewer items than `limit`.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        via: with `subject`: text (the item names it), thread (a comment that names no subject,
        under a post about it) or home (an item in its own community that names none).

        topic: the id of a trending topic: its posts, whenever they were written.

        at: with topic, a time of the last 7 days: the topic as it was then.

        max_items: the list ends after this number of items; without it, all are read, up to
        100,000.
        """
        return self._pages(
            "/api/v1/posts/recent",
            models.PostAnswer,
            {
                "community": community,
                "hours": hours,
                "limit": page_size,
                "sentiment": sentiment,
                "talk": talk,
                "q": q,
                "start": start,
                "end": end,
                "sort": sort,
                "subject": subject,
                "via": via,
                "topic": topic,
                "at": at,
            },
            max_items,
        )

    def items(
        self,
        *,
        community: str | None = None,
        hours: int | None = None,
        page_size: int | None = None,
        sentiment: Literal["positive", "negative", "neutral"] | None = None,
        talk: Literal[
            "problem",
            "outage",
            "request",
            "question",
            "praise",
            "price",
            "switch",
            "showcase",
            "news",
            "other",
        ]
        | None = None,
        q: str | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        sort: Literal["newest", "reach", "most_negative", "most_positive", "influence"]
        | None = None,
        subject: str | None = None,
        via: Literal["text", "thread", "home"] | None = None,
        kind: Literal["post", "comment"] | None = None,
        topic: str | None = None,
        max_items: int | None = None,
    ) -> Pages[models.ItemAnswer]:
        """Read posts and comments in the order of `sort`, page by page: what the statistics count.

        community: the name of a watched community, in upper or lower case; without it, all.

        hours: a whole number of hours from 1 to 2160, the current one included.

        page_size: a whole number of items from 1 to 500; without it, files have up to 500. The
        Link header leads to the next page.

        sentiment: positive, negative or neutral; of a list of a subject what its items say of
        the subject.

        talk: a kind of talk: problem, outage, request, question, praise, price, switch,
        showcase, news, other; only items that have it.

        q: whole words and "phrases" that all occur in title or content, whatever their case,
        accents, quotes and hyphens; a `*` at the end matches a prefix: frustrat*. At most 200
        characters. A search reads at most 500 items for a page, so a page may have fewer than
        `limit` and still be followed by another.

        start: a time: items from then on, instead of those of the last hours; at most 2160
        hours before the end.

        end: a time: items before then; without it, until now.

        sort: newest; reach (most upvotes first; what has none comes last), most_negative or
        most_positive (by compound, of a list of a subject what its items say of the subject),
        or influence (first what moves the mean of the window most, down or up). reach takes
        lists of up to about 860 items, the other orders times in which the communities or the
        subject have up to about 300,000 items; longer ones are refused. In these orders, pages
        of long times may have fewer items than `limit`.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        via: with `subject`: text (the item names it), thread (a comment that names no subject,
        under a post about it) or home (an item in its own community that names none).

        kind: post or comment; without it, both.

        topic: the id of a topic of /topics with the same community or subject, and the same
        `hours`, or `start` and `end`: exactly its items.

        max_items: the list ends after this number of items; without it, all are read, up to
        100,000.
        """
        return self._pages(
            "/api/v1/items",
            models.ItemAnswer,
            {
                "community": community,
                "hours": hours,
                "limit": page_size,
                "sentiment": sentiment,
                "talk": talk,
                "q": q,
                "start": start,
                "end": end,
                "sort": sort,
                "subject": subject,
                "via": via,
                "kind": kind,
                "topic": topic,
            },
            max_items,
        )

    def export_items(
        self,
        *,
        subject: str | None = None,
        via: Literal["text", "thread", "home"] | None = None,
        day: str | None = None,
        community: str | None = None,
        kind: Literal["post", "comment"] | None = None,
        format: Literal["csv", "ndjson", "parquet"] | None = None,
    ) -> Answer[bytes]:
        """Read all posts and comments of a day as a file, newest first: what /items lists.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        via: with `subject`: text (the item names it), thread (a comment that names no subject,
        under a post about it) or home (an item in its own community that names none).

        day: a day in UTC that is over, such as 2026-11-22; without it, yesterday.

        community: the name of a watched community, in upper or lower case; without it, all.

        kind: post or comment; without it, both.

        format: parquet, csv or ndjson; without it, the Accept header decides, and without that
        it is parquet.
        """
        return self._file(
            "/api/v1/exports/items",
            {
                "subject": subject,
                "via": via,
                "day": day,
                "community": community,
                "kind": kind,
                "format": format,
            },
        )

    def post(self, id: str, *, community: str | None = None) -> Answer[models.PostDetail]:
        """Read a post with its comments, page by page; the next page is in the Link header.

        id: the post's id: up to 128 letters, digits, dots, hyphens and underscores.

        community: the name of its community, in upper or lower case; without it, the post is
        looked up in all of them.
        """
        return self._read(
            f"/api/v1/posts/{quote(id, safe='')}", models.PostDetail, {"community": community}
        )

    def trending(
        self,
        *,
        subject: str | None = None,
        limit: int | None = None,
        at: datetime | date | str | None = None,
    ) -> Table[tuple[models.TopicAnswer, ...]]:
        """Read the topics that people discuss more than in the week before.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        limit: a whole number of topics from 1 to 100.

        at: a time such as 2026-11-23T13:05:00Z: the topics computed last before it; without it,
        the current ones.
        """
        return self._table(
            "/api/v1/trending",
            tuple[models.TopicAnswer, ...],
            {"subject": subject, "limit": limit, "at": at},
        )

    def topics(
        self,
        *,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        community: str | None = None,
        subject: str | None = None,
        limit: int | None = None,
    ) -> Table[models.ScopeTopics]:
        """Read the topics of a subject, a community or all: what is said more than in the time
        before.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        community: the name of a watched community, in upper or lower case, instead of
        `subject`; without both, all communities.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        limit: a whole number of topics from 1 to 50.
        """
        return self._table(
            "/api/v1/topics",
            models.ScopeTopics,
            {
                "hours": hours,
                "start": start,
                "end": end,
                "community": community,
                "subject": subject,
                "limit": limit,
            },
        )

    def explain(
        self,
        *,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        baseline: Literal["before", "rhythm"] | None = None,
        scope: str | None = None,
        subject: str | None = None,
        community: str | None = None,
        max_cost: int | None = None,
    ) -> Answer[models.Explanation]:
        """Read the reasons for the change of a subject, a community or all, with their evidence.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        baseline: before or rhythm: what the window is compared with. before is the equally long
        time that ends where the window starts; rhythm is the same for a window of a week or
        more, but for a shorter one the same weekdays and hours a week earlier, if there is data
        of them. Without it, before with `hours`, and rhythm with `start`.

        scope: all, subject:ID with the id of a subject of the watchlist, or the id of a watched
        community (also as community:ID); instead of `subject` and `community`. Without the
        three, all.

        subject: the id of a subject of the watchlist, in any case: only what mentions it.

        community: the name of a watched community, in upper or lower case; without it, all.

        max_cost: 20 to 340: the number of request units that the items of the window may take
        at most, and those of the time before; an item takes about one. Without it, as many as
        the span allows. A digest reads less, and `request` of its reasons says how much.
        """
        return self._read(
            "/api/v1/explain",
            models.Explanation,
            {
                "hours": hours,
                "start": start,
                "end": end,
                "baseline": baseline,
                "scope": scope,
                "subject": subject,
                "community": community,
                "max_cost": max_cost,
            },
        )

    def digest(
        self,
        *,
        period: Literal["day", "week"] | None = None,
        end: str | None = None,
        time_zone: str | None = None,
        subjects: Sequence[str] | None = None,
    ) -> Answer[models.Digest]:
        """Read a day or a week of subjects: what changed, why, what to read and what to answer.

        period: day or week; a week begins on Monday at 00:00 in `time_zone`.

        end: a day, such as 2026-11-23: the period ends where that day begins in `time_zone`; a
        week ends with the last Monday that isn't after it. Without it, the last period that is
        over.

        time_zone: the name of a time zone of the IANA database, such as Europe/Berlin: days
        begin at midnight there, or at the full hour in UTC before it.

        subjects: 1 to 100 ids of subjects, separated by commas; without it, those of role own
        and competitor.
        """
        return self._read(
            "/api/v1/digest",
            models.Digest,
            {"period": period, "end": end, "time_zone": time_zone, "subjects": subjects},
        )

    def ask(self, body: models.AskBody) -> Answer[models.AskAnswer]:
        """Answer a question in words, without a model."""
        return self._change("POST", "/api/v1/ask", models.AskAnswer, body=body)

    def ask_model(self, body: models.AskBody) -> Answer[models.AskAnswer]:
        """Have a language model answer a question; its answer is read at Location.

        Needs a function key.
        """
        return self._change("POST", "/api/v1/ask/model", models.AskAnswer, body=body)

    def ask_answer(self, id: str) -> Answer[models.AskAnswer]:
        """Read the answer of the model to a question, or its steps so far; kept for 30 days.

        id: the id of a question to the model: 32 hexadecimal digits.
        """
        return self._read(f"/api/v1/ask/{quote(id, safe='')}", models.AskAnswer, {})

    def subjects(
        self,
        *,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        baseline: Literal["before", "rhythm"] | None = None,
        until: Literal["now", "collected"] | None = None,
    ) -> Table[models.SubjectsAnswer]:
        """Read the subjects of the watchlist, with their figures and their share of voice.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        baseline: before or rhythm: what the window is compared with. before is the equally long
        time that ends where the window starts; rhythm is the same for a window of a week or
        more, but for a shorter one the same weekdays and hours a week earlier, if there is data
        of them. Without it, before with `hours`, and rhythm with `start`.

        until: now or collected; with collected the window ends at the last collection at the
        latest.
        """
        return self._table(
            "/api/v1/subjects",
            models.SubjectsAnswer,
            {"hours": hours, "start": start, "end": end, "baseline": baseline, "until": until},
        )

    def subject(
        self,
        id: str,
        *,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        baseline: Literal["before", "rhythm"] | None = None,
        until: Literal["now", "collected"] | None = None,
    ) -> Answer[models.SubjectCard]:
        """Read a subject, with its figures, rules and newest mentions.

        id: the id of a subject of the watchlist, in upper or lower case.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        baseline: before or rhythm: what the window is compared with. before is the equally long
        time that ends where the window starts; rhythm is the same for a window of a week or
        more, but for a shorter one the same weekdays and hours a week earlier, if there is data
        of them. Without it, before with `hours`, and rhythm with `start`.

        until: now or collected; with collected the window ends at the last collection at the
        latest.
        """
        return self._read(
            f"/api/v1/subjects/{quote(id, safe='')}",
            models.SubjectCard,
            {"hours": hours, "start": start, "end": end, "baseline": baseline, "until": until},
        )

    def put_subject(
        self, id: str, body: models.SubjectBody, *, if_match: str
    ) -> Answer[models.SubjectAnswer]:
        """Write a subject, new or not; stored items are matched again.

        Needs a function key.

        id: a subject's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "PUT",
            f"/api/v1/subjects/{quote(id, safe='')}",
            models.SubjectAnswer,
            body=body,
            if_match=if_match,
        )

    def delete_subject(self, id: str, *, if_match: str) -> Answer[models.WatchlistAnswer]:
        """Remove a subject; the answer is the watchlist without it.

        Needs a function key.

        id: a subject's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "DELETE",
            f"/api/v1/subjects/{quote(id, safe='')}",
            models.WatchlistAnswer,
            if_match=if_match,
        )

    def subject_mentions(
        self,
        id: str,
        *,
        community: str | None = None,
        hours: int | None = None,
        page_size: int | None = None,
        sentiment: Literal["positive", "negative", "neutral"] | None = None,
        talk: Literal[
            "problem",
            "outage",
            "request",
            "question",
            "praise",
            "price",
            "switch",
            "showcase",
            "news",
            "other",
        ]
        | None = None,
        q: str | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        sort: Literal["newest", "reach", "most_negative", "most_positive", "influence", "score"]
        | None = None,
        kind: Literal["post", "comment"] | None = None,
        via: Literal["text", "thread", "home"] | None = None,
        max_items: int | None = None,
    ) -> Pages[models.MentionAnswer]:
        """Read the posts and comments that mention a subject, page by page: what its statistics
        count.

        id: the id of a subject of the watchlist, in upper or lower case.

        community: the name of a watched community, in upper or lower case; without it, all.

        hours: a whole number of hours from 1 to 2160, the current one included.

        page_size: a whole number of items from 1 to 500; without it, files have up to 500. The
        Link header leads to the next page.

        sentiment: positive, negative or neutral; of a list of a subject what its items say of
        the subject.

        talk: a kind of talk: problem, outage, request, question, praise, price, switch,
        showcase, news, other; only items that have it.

        q: whole words and "phrases" that all occur in title or content, whatever their case,
        accents, quotes and hyphens; a `*` at the end matches a prefix: frustrat*. At most 200
        characters. A search reads at most 500 items for a page, so a page may have fewer than
        `limit` and still be followed by another.

        start: a time: items from then on, instead of those of the last hours; at most 2160
        hours before the end.

        end: a time: items before then; without it, until now.

        sort: newest; reach (most upvotes first; what has none comes last), most_negative or
        most_positive (by compound, of a list of a subject what its items say of the subject),
        or influence (first what moves the mean of the window most, down or up). reach takes
        lists of up to about 860 items, the other orders times in which the communities or the
        subject have up to about 300,000 items; longer ones are refused. In these orders, pages
        of long times may have fewer items than `limit`. score is as reach, but of a longer list
        it ranks the newest 500 mentions alone.

        kind: post or comment; without it, both.

        via: text (the subject is named), thread (a comment that names no subject, under a post
        about it) or home (in its own community, without a name); without it, all three.

        max_items: the list ends after this number of items; without it, all are read, up to
        100,000.
        """
        return self._pages(
            f"/api/v1/subjects/{quote(id, safe='')}/mentions",
            models.MentionAnswer,
            {
                "community": community,
                "hours": hours,
                "limit": page_size,
                "sentiment": sentiment,
                "talk": talk,
                "q": q,
                "start": start,
                "end": end,
                "sort": sort,
                "kind": kind,
                "via": via,
            },
            max_items,
        )

    def share_of_voice(
        self,
        *,
        hours: int | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
        baseline: Literal["before", "rhythm"] | None = None,
        until: Literal["now", "collected"] | None = None,
        subjects: Sequence[str] | None = None,
        home: Literal["include", "exclude"] | None = None,
        community: str | None = None,
        top: int | None = None,
    ) -> Table[models.ShareOfVoice]:
        """Read the mentions of each subject over those of a set of subjects.

        hours: a whole number of hours from 1 to 2160, the current one included; not with
        `start` and `end`. Without any of the three, 24.

        start: a time or a date, instead of `hours`: the window begins then, at most 366 days
        before the end and no earlier than data is kept. A date is its beginning in UTC, and a
        time without offset is in UTC; spans are whole hours, so that it is rounded down. The
        window never holds the running hour; that of the answer says what it holds.

        end: with `start`, a time or a date: the window ends before then; without it, with the
        last full hour. A date is its beginning in UTC, and a time without offset is in UTC;
        spans are whole hours, so that it is rounded up.

        baseline: before or rhythm: what the window is compared with. before is the equally long
        time that ends where the window starts; rhythm is the same for a window of a week or
        more, but for a shorter one the same weekdays and hours a week earlier, if there is data
        of them. Without it, before with `hours`, and rhythm with `start`.

        until: now or collected; with collected the window ends at the last collection at the
        latest.

        subjects: 1 to 100 ids of subjects, separated by commas: the set; without it, those of
        role own and competitor.

        home: include or exclude; exclude leaves out the communities that are home to any
        subject of the set.

        community: the name of a watched community, in upper or lower case: only its mentions.

        top: a whole number of subjects from 1 to 100: those beyond it are summed under
        `others`.
        """
        return self._table(
            "/api/v1/share-of-voice",
            models.ShareOfVoice,
            {
                "hours": hours,
                "start": start,
                "end": end,
                "baseline": baseline,
                "until": until,
                "subjects": subjects,
                "home": home,
                "community": community,
                "top": top,
            },
        )

    def watchlist(self) -> Answer[models.WatchlistAnswer]:
        """Read the subjects and communities that are watched, with their rules."""
        return self._read("/api/v1/watchlist", models.WatchlistAnswer, {})

    def put_watchlist(
        self, body: models.WatchlistBody, *, if_match: str
    ) -> Answer[models.WatchlistAnswer]:
        """Write the whole watchlist.

        Needs a function key.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "PUT", "/api/v1/watchlist", models.WatchlistAnswer, body=body, if_match=if_match
        )

    def watchlist_history(
        self, *, limit: int | None = None, below: int | None = None
    ) -> Answer[models.HistoryAnswer]:
        """Read earlier states of the watchlist.

        limit: a whole number of revisions from 1 to 20.

        below: only revisions before this one; without it, from the current one on.
        """
        return self._read(
            "/api/v1/watchlist/history", models.HistoryAnswer, {"limit": limit, "below": below}
        )

    def merge_subject(
        self, id: str, body: models.MergeBody, *, if_match: str
    ) -> Answer[models.SubjectAnswer]:
        """Let a subject take over the rules and the history of another one, which ends.

        Needs a function key.

        id: a subject's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "POST",
            f"/api/v1/subjects/{quote(id, safe='')}/merge",
            models.SubjectAnswer,
            body=body,
            if_match=if_match,
        )

    def preview_subject(self, body: models.PreviewBody) -> Answer[models.Preview]:
        """Return what the rules of a subject would match in the newest items, before they are
        stored.
        """
        return self._change("POST", "/api/v1/subjects/preview", models.Preview, body=body)

    def corrections(
        self, *, page_size: int | None = None, max_items: int | None = None
    ) -> Pages[models.CorrectionAnswer]:
        """Read what people corrected of labels and mentions, page by page; also as training data.

        page_size: a whole number of corrections from 1 to 200. The Link header leads to the
        next page.

        max_items: the list ends after this number of items; without it, all are read, up to
        100,000.
        """
        return self._pages(
            "/api/v1/corrections", models.CorrectionAnswer, {"limit": page_size}, max_items
        )

    def put_correction(
        self,
        id: str,
        body: models.CorrectionBody | None = None,
        *,
        kind: Literal["post", "comment"] | None = None,
        community: str | None = None,
    ) -> Answer[models.CorrectionAnswer]:
        """Correct the label of a post or comment, what it says of subjects, or what it is about.

        Needs a function key.

        id: the id of a post or comment: up to 128 letters, digits, dots, hyphens and
        underscores.

        kind: post or comment; needed where a post and a comment have the same id.

        community: the name of its community, in upper or lower case; without it, the item is
        looked up in all of them.
        """
        return self._change(
            "PUT",
            f"/api/v1/corrections/{quote(id, safe='')}",
            models.CorrectionAnswer,
            parameters={"kind": kind, "community": community},
            body=body,
        )

    def delete_correction(
        self,
        id: str,
        *,
        kind: Literal["post", "comment"] | None = None,
        community: str | None = None,
    ) -> Answer[models.CorrectionAnswer]:
        """Take back all that was corrected of a post or comment.

        Needs a function key.

        id: the id of a post or comment: up to 128 letters, digits, dots, hyphens and
        underscores.

        kind: post or comment; needed where a post and a comment have the same id.

        community: the name of its community, in upper or lower case; without it, the item is
        looked up in all of them.
        """
        return self._change(
            "DELETE",
            f"/api/v1/corrections/{quote(id, safe='')}",
            models.CorrectionAnswer,
            parameters={"kind": kind, "community": community},
        )

    def markers(
        self,
        *,
        subject: str | None = None,
        start: datetime | date | str | None = None,
        end: datetime | date | str | None = None,
    ) -> Answer[models.MarkersAnswer]:
        """Read releases, incidents, price changes and others, which charts show.

        subject: the id of a subject of the watchlist, in any case: its markers, and those for
        all; without it, all markers.

        start: a time: markers from then on.

        end: a time: markers before then.
        """
        return self._read(
            "/api/v1/markers",
            models.MarkersAnswer,
            {"subject": subject, "start": start, "end": end},
        )

    def marker(self, id: str) -> Answer[models.MarkerAnswer]:
        """Read a marker.

        id: a marker's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._read(f"/api/v1/markers/{quote(id, safe='')}", models.MarkerAnswer, {})

    def put_marker(
        self, id: str, body: models.MarkerBody, *, if_match: str
    ) -> Answer[models.MarkerAnswer]:
        """Write a marker, new or not.

        Needs a function key.

        id: a marker's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "PUT",
            f"/api/v1/markers/{quote(id, safe='')}",
            models.MarkerAnswer,
            body=body,
            if_match=if_match,
        )

    def delete_marker(self, id: str, *, if_match: str) -> Answer[models.WatchlistAnswer]:
        """Remove a marker; the answer is the watchlist without it.

        Needs a function key.

        id: a marker's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "DELETE",
            f"/api/v1/markers/{quote(id, safe='')}",
            models.WatchlistAnswer,
            if_match=if_match,
        )

    def marker_effect(self, id: str, *, days: int | None = None) -> Answer[models.MarkerEffect]:
        """Read what changed from before a marker to after it, over equal spans.

        id: a marker's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        days: a whole number of days from 1 to 30, on either side.
        """
        return self._read(
            f"/api/v1/markers/{quote(id, safe='')}/effect", models.MarkerEffect, {"days": days}
        )

    def alert_rules(self) -> Answer[models.RulesWithStatus]:
        """Read the alert rules, and what they are doing; with a key, since they have people's
        addresses.

        Needs a function key.
        """
        return self._read("/api/v1/alerts/rules", models.RulesWithStatus, {})

    def alert_rules_history(
        self, *, limit: int | None = None, below: int | None = None
    ) -> Answer[models.RulesHistory]:
        """Read earlier states of the alert rules.

        Needs a function key.

        limit: a whole number of revisions from 1 to 20.

        below: only revisions before this one; without it, from the current one on.
        """
        return self._read(
            "/api/v1/alerts/rules/history", models.RulesHistory, {"limit": limit, "below": below}
        )

    def alert_rule(self, id: str) -> Answer[models.RuleWithStatus]:
        """Read an alert rule, and what it is doing.

        Needs a function key.

        id: a rule's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._read(f"/api/v1/alerts/rules/{quote(id, safe='')}", models.RuleWithStatus, {})

    def put_alert_rule(
        self, id: str, body: models.RuleBody, *, if_match: str
    ) -> Answer[models.RuleAnswer]:
        """Write an alert rule, new or not.

        Needs a function key.

        id: a rule's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "PUT",
            f"/api/v1/alerts/rules/{quote(id, safe='')}",
            models.RuleAnswer,
            body=body,
            if_match=if_match,
        )

    def delete_alert_rule(self, id: str, *, if_match: str) -> Answer[models.RulesAnswer]:
        """Remove an alert rule; the answer are the rules without it.

        Needs a function key.

        id: a rule's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "DELETE",
            f"/api/v1/alerts/rules/{quote(id, safe='')}",
            models.RulesAnswer,
            if_match=if_match,
        )

    def test_alert_rule(self, id: str) -> Answer[models.SentTest]:
        """Send a test message to each channel of an alert rule.

        Needs a function key.

        id: a rule's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._change(
            "POST", f"/api/v1/alerts/rules/{quote(id, safe='')}/test", models.SentTest
        )

    def try_alert_rule(
        self, id: str, body: models.TryBody | None = None
    ) -> Answer[models.ReplayAnswer]:
        """Return what an alert rule would have sent over the last days; nothing is sent.

        Needs a function key.

        id: a rule's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._change(
            "POST", f"/api/v1/alerts/rules/{quote(id, safe='')}/try", models.ReplayAnswer, body=body
        )

    def incidents(
        self,
        *,
        status: Literal["open", "closed"] | None = None,
        rule: str | None = None,
        page_size: int | None = None,
        max_items: int | None = None,
    ) -> Pages[models.IncidentSummary]:
        """Read what alert rules found, newest first, page by page.

        status: open or closed; without it, both.

        rule: the id of an alert rule, 1 to 40 small letters, digits and hyphens, with a letter
        or digit first: only its incidents, also after it was removed.

        page_size: a whole number of incidents from 1 to 100. The Link header leads to the next
        page; with `status`, a page may have fewer and still be followed by another.

        max_items: the list ends after this number of items; without it, all are read, up to
        100,000.
        """
        return self._pages(
            "/api/v1/alerts/incidents",
            models.IncidentSummary,
            {"status": status, "rule": rule, "limit": page_size},
            max_items,
        )

    def incident(self, id: str) -> Answer[models.IncidentAnswer]:
        """Read an incident, with what was known when, and what was sent.

        id: the id of an incident: that of its rule, a dot and six digits.
        """
        return self._read(
            f"/api/v1/alerts/incidents/{quote(id, safe='')}", models.IncidentAnswer, {}
        )

    def acknowledge_incident(self, id: str) -> Answer[models.IncidentAnswer]:
        """Acknowledge an incident: channels hear of its end, and of nothing in between.

        Needs a function key.

        id: the id of an incident: that of its rule, a dot and six digits.
        """
        return self._change(
            "POST",
            f"/api/v1/alerts/incidents/{quote(id, safe='')}/acknowledge",
            models.IncidentAnswer,
        )

    def snooze_incident(self, id: str, body: models.SnoozeBody) -> Answer[models.IncidentAnswer]:
        """Silence the rule of an incident for some hours.

        Needs a function key.

        id: the id of an incident: that of its rule, a dot and six digits.
        """
        return self._change(
            "POST",
            f"/api/v1/alerts/incidents/{quote(id, safe='')}/snooze",
            models.IncidentAnswer,
            body=body,
        )

    def alert_digests(self) -> Answer[models.DigestsWithStatus]:
        """Read the digests that are sent; with a key, since they have people's addresses.

        Needs a function key.
        """
        return self._read("/api/v1/alerts/digests", models.DigestsWithStatus, {})

    def alert_digests_history(
        self, *, limit: int | None = None, below: int | None = None
    ) -> Answer[models.DigestsHistory]:
        """Read earlier states of the digests that are sent.

        Needs a function key.

        limit: a whole number of revisions from 1 to 20.

        below: only revisions before this one; without it, from the current one on.
        """
        return self._read(
            "/api/v1/alerts/digests/history",
            models.DigestsHistory,
            {"limit": limit, "below": below},
        )

    def alert_digest(self, id: str) -> Answer[models.DigestWithStatus]:
        """Read a digest that is sent, and what became of the last one.

        Needs a function key.

        id: a digest's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._read(
            f"/api/v1/alerts/digests/{quote(id, safe='')}", models.DigestWithStatus, {}
        )

    def put_alert_digest(
        self, id: str, body: models.DigestBody, *, if_match: str
    ) -> Answer[models.DigestAnswer]:
        """Write a digest that is sent, new or not.

        Needs a function key.

        id: a digest's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "PUT",
            f"/api/v1/alerts/digests/{quote(id, safe='')}",
            models.DigestAnswer,
            body=body,
            if_match=if_match,
        )

    def delete_alert_digest(self, id: str, *, if_match: str) -> Answer[models.DigestsAnswer]:
        """Remove a digest that is sent; the answer are the digests without it.

        Needs a function key.

        id: a digest's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "DELETE",
            f"/api/v1/alerts/digests/{quote(id, safe='')}",
            models.DigestsAnswer,
            if_match=if_match,
        )

    def alert_digest_issues(self, id: str) -> Answer[models.DigestIssues]:
        """Read the newest issues of a digest, and to whom each was sent.

        Needs a function key.

        id: a digest's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._read(
            f"/api/v1/alerts/digests/{quote(id, safe='')}/issues", models.DigestIssues, {}
        )

    def test_alert_digest(self, id: str) -> Answer[models.SentDigestTest]:
        """Send the digest of the last period to each of its channels, marked as a test.

        Needs a function key.

        id: a digest's id: 1 to 40 small letters, digits and hyphens, with a letter or digit
        first.
        """
        return self._change(
            "POST", f"/api/v1/alerts/digests/{quote(id, safe='')}/test", models.SentDigestTest
        )

    def feeds(self) -> Answer[tuple[models.FeedAnswer, ...]]:
        """Read the signed addresses of feeds, for readers that can send no key.

        Needs a function key.
        """
        return self._read("/api/v1/feeds", tuple[models.FeedAnswer, ...], {})

    def make_feed(self, body: models.FeedBody) -> Answer[models.NewFeed]:
        """Make a signed address that opens one feed; it is shown this once.

        Needs a function key.
        """
        return self._change("POST", "/api/v1/feeds", models.NewFeed, body=body)

    def revoke_feed(self, id: str) -> Answer[models.FeedAnswer]:
        """Revoke a signed address, from the next request on.

        Needs a function key.

        id: the id of an address: 16 hexadecimal digits.
        """
        return self._change("DELETE", f"/api/v1/feeds/{quote(id, safe='')}", models.FeedAnswer)

    def subreddits(self, *, limit: int | None = None) -> Answer[models.Subreddits]:
        """Read the watched communities, page by page where they are many.

        limit: a whole number of communities from 1 to 100. The Link header leads to the next
        page, in the order of names.
        """
        return self._read("/api/v1/subreddits", models.Subreddits, {"limit": limit})

    def communities(self, *, limit: int | None = None) -> Answer[models.WatchedCommunities]:
        """Read the watched communities of all sources, with the state of their collection, page by
        page where they are many.

        limit: a whole number of communities from 1 to 100. The Link header leads to the next
        page, in the order of names.
        """
        return self._read("/api/v1/communities", models.WatchedCommunities, {"limit": limit})

    def change_communities(self, body: models.BulkBody | None = None) -> Answer[models.BulkAnswer]:
        """Watch communities in bulk, and others no longer: thousands, beside those of the
        watchlist.

        Needs a function key.
        """
        return self._change("POST", "/api/v1/communities", models.BulkAnswer, body=body)

    def community(self, id: str) -> Answer[models.CommunityAnswer]:
        """Read a community that is collected.

        id: a community's id: a subreddit's name, hn.NAME, forum.NAME, github.OWNER.REPOSITORY
        or push.NAME, in small letters but for a subreddit.
        """
        return self._read(f"/api/v1/communities/{quote(id, safe='')}", models.CommunityAnswer, {})

    def put_community(
        self, id: str, body: models.CommunityBody | None = None, *, if_match: str
    ) -> Answer[models.CommunityAnswer]:
        """Collect a community, from the next cycle on.

        Needs a function key.

        id: a community's id: a subreddit's name, hn.NAME, forum.NAME, github.OWNER.REPOSITORY
        or push.NAME, in small letters but for a subreddit.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "PUT",
            f"/api/v1/communities/{quote(id, safe='')}",
            models.CommunityAnswer,
            body=body,
            if_match=if_match,
        )

    def delete_community(self, id: str, *, if_match: str) -> Answer[models.WatchlistAnswer]:
        """Stop collecting a community; the answer is the watchlist without it.

        Needs a function key.

        id: a community's id: a subreddit's name, hn.NAME, forum.NAME, github.OWNER.REPOSITORY
        or push.NAME, in small letters but for a subreddit.

        if_match: the `etag` of what was read: if that has changed since, ChangeConflict; * is
        any state.
        """
        return self._change(
            "DELETE",
            f"/api/v1/communities/{quote(id, safe='')}",
            models.WatchlistAnswer,
            if_match=if_match,
        )

    def cycles(self, *, limit: int | None = None) -> Table[tuple[models.CycleAnswer, ...]]:
        """Read collection cycles, newest first, page by page.

        limit: a whole number of cycles from 1 to 100. The Link header leads to the next page.
        """
        return self._table("/api/v1/cycles", tuple[models.CycleAnswer, ...], {"limit": limit})

    def cycle(self, id: str) -> Answer[models.CycleAnswer]:
        """Read a collection cycle, also while it runs.

        id: a cycle's id: cycle_YYYYMMDD_HHMMSS.
        """
        return self._read(f"/api/v1/cycles/{quote(id, safe='')}", models.CycleAnswer, {})

    def collect(self) -> Answer[models.Triggered]:
        """Start a collection.

        Needs a function key.
        """
        return self._change("POST", "/api/v1/admin/collect", models.Triggered)
