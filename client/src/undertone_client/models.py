"""The models of the API. Generated from its OpenAPI document: edit nothing here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from undertone_client.base import Body, Model


class ApplicationHealth(Model, frozen=True):
    """The state of collection; null values if the database can't be reached."""

    last_collection_at: datetime | None
    """when a collection last succeeded; null before the first."""
    collections_succeeded: int | None
    """collections that succeeded."""
    collections_failed: int | None
    """collections that failed."""
    data_freshness_minutes: float | None
    """minutes since the last collection; null before the first."""
    next_collection_at: datetime
    """when the next collection is due."""
    running_cycle: str | None
    """the id of the running cycle; null if none runs."""
    last_cycle: str | None
    """the id of the cycle that ended last; null before the first."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    read_access: Literal["public", "key", "entra"] | str
    """who may read: anybody, who has a key, or who is signed in with Entra ID."""


class AskAnswer(Model, frozen=True):
    """The answer to a question."""

    id: str | None
    """the id under which it is kept for 30 days; null for answers of the parser."""
    status: Literal["working", "answered", "failed"] | str
    """working: ask again soon; answered: done; failed: `cannot` says why."""
    question: str
    """the question."""
    at: datetime
    """the time from which its words count."""
    answered_by: Literal["parser", "model"] | str
    """who answered."""
    has_model: bool
    """whether a model is configured, so that POST /ask/model takes questions."""
    understood: Understood
    """what was understood."""
    answer: tuple[SaidSentence, ...]
    """the answer; empty if there is none."""
    cannot: tuple[str, ...]
    """what can't be answered, and what to do, a sentence each; empty if all could."""
    evidence: tuple[Evidence, ...]
    """the reads that it rests on."""
    items: tuple[AskedItem, ...]
    """the posts and comments that it rests on."""
    struck: tuple[Struck, ...]
    """what a model said that its evidence doesn't bear; empty for the parser."""
    steps: tuple[AskStep, ...]
    """a model's steps so far; empty for the parser."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""


class AskBody(Body, frozen=True):
    """A question in words."""

    question: str
    """the question, in English."""
    at: str | None = None
    """the time from which words such as `last week` count, so that a question can be repeated;
    now, if missing.
    """


class AskStep(Model, frozen=True):
    """A step of a model on its way to the answer."""

    at: datetime
    """when it was taken."""
    text: str
    """what it does, in words."""


class AskedItem(Model, frozen=True):
    """A post or comment that the answer rests on."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    community: str
    """the id of the community: a subreddit's name, or that of another source, such as
    push.support.
    """
    text: str
    """its title, or the beginning of its text, in one line."""
    label: Literal["positive", "negative", "neutral"] | str
    """the label with which it counts in the scope."""
    created_utc: datetime
    """when it was written."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    evidence: int
    """the number of the evidence that has it."""


class AskedScope(Model, frozen=True):
    """A scope that a question names."""

    scope: str
    """all, subject:ID or the id of a community."""
    name: str
    """its name."""
    words: str
    """the words of the question that name it; empty if none do."""


class BackfillState(Model, frozen=True):
    """The progress of a community's backfill, which reads from the newest to the oldest."""

    status: Literal["waiting", "running", "done", "failed"] | str
    """waiting, running, done, or failed, which is tried again."""
    since: datetime
    """the begin of the time that is read."""
    until: datetime
    """its end."""
    reached: datetime | None
    """from this time on, to the end, all is read; null before the first items."""
    items: int
    """posts and comments read so far."""
    expected: int | None
    """how many the source counts in that time; null where it can't count them."""
    error: str | None
    """why the last attempt failed; null if it didn't."""
    retry_at: datetime | None
    """when it goes on, after a failure or to leave requests to polling; null if it doesn't
    pause.
    """


class BadParameter(Model, frozen=True):
    """A parameter that was refused."""

    parameter: str
    """the name of the parameter."""
    detail: str
    """what is wrong with it."""
    takes: str
    """what it accepts."""


class Baseline(Model, frozen=True):
    """The time that the window is compared with: as many full hours."""

    start: datetime
    """the beginning of its first hour."""
    end: datetime
    """the end of its last hour."""
    because: Literal["just_before", "week_before", "no_week_before"] | str
    """just_before: it ends where the window's full hours begin; week_before: the same weekdays
    and hours a week earlier; no_week_before: there is too little data of those, and so it
    is the time just before.
    """


class BulkAnswer(Model, frozen=True):
    """The result of a change in bulk; the list of communities has all that are watched."""

    added: int
    """the number of communities that are watched from now on."""
    removed: int
    """the number of those that are watched no longer."""
    unchanged: int
    """the number of names that were watched already, or weren't watched in bulk."""
    refused: tuple[RefusedName, ...]
    """the names that can't be watched."""


class BulkBody(Body, frozen=True):
    """Communities to watch, and others to watch no longer, of those watched in bulk."""

    add: Sequence[str] = ()
    """the ids of communities to watch, at most 5000."""
    remove: Sequence[str] = ()
    """the ids of those to watch no longer, at most 5000; what was collected stays until it
    expires.
    """


class Change(Model, frozen=True):
    """The change from the time before to the window, over the same number of full hours.

    Hours count in pairs, one of each time, in which something was collected. See
    docs/uncertainty.md for what is better or worse.
    """

    verdict: Literal["better", "worse", "no_clear_change", "too_few", "incomplete"] | str
    """better or worse: beyond chance, among all scopes of the answer; no_clear_change (chance
    explains it), too_few (under 30 items or three threads on a side), or incomplete (see
    `reason`).
    """
    reason: Literal["mixed_methods", "no_earlier_data", "not_collected"] | str | None
    """why the change is incomplete: mixed_methods, no_earlier_data (fewer than half of the
    hours are known in both times, or the time before has less than a tenth of the items),
    or not_collected (the communities in `behind` lack more than a twentieth of the window);
    null otherwise.
    """
    hours: int
    """the number of full hours compared, on each side."""
    statistics: Totals
    """the counts and the mean of the window's compared hours."""
    previous: Totals
    """those of the hours before."""
    avg_sentiment: float | None
    """statistics minus previous, by the mean of all items; null if either has no items. The
    verdict rests on `by_thread`.
    """
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    by_thread: ThreadChange | None
    """the change of the mean in which threads weigh by what they can tell, on which the
    verdict rests; null where it is unknown.
    """
    giant: GiantThread | None
    """the thread with more than half of the items of a side, if there is one: no change is
    claimed that it alone makes.
    """
    behind: tuple[str, ...]
    """its communities that weren't collected up to the end of the full hours."""
    span_needed: int | None = None
    """of too_few: how many hours, in whole days, a span would need for a verdict, at the rate
    of items and threads here; null where data isn't that old, or tells no rate, and of
    other verdicts.
    """


class ChannelAnswer(Model, frozen=True):
    """A place that messages go to."""

    type: Literal["webhook", "slack", "teams", "discord", "email", "apprise"] | str
    """webhook, slack, teams, discord, email or apprise."""
    to: str | None
    """its address; null where a setting holds it."""
    secret: str | None
    """the name of the setting that holds its secret."""


class ChannelBody(Body, frozen=True):
    """A place that messages go to."""

    type: Literal["webhook", "slack", "teams", "discord", "email", "apprise"]
    """webhook, slack, teams, discord, email or apprise."""
    to: str | None = None
    """of webhook, slack, teams and discord: an http or https address of at most 1000
    characters, without user and password; of email: 1 to 20 e-mail addresses, separated by
    commas, such as team@example.com, of at most 1000 characters together; of apprise: an
    address of Apprise, such as ntfy://topic; null where the setting named by `secret` holds
    it.
    """
    secret: str | None = None
    """the name of a setting that holds the secret, in capitals, digits and underscores, and
    none of the app's own settings or the platform's; or null. Messages to a webhook are
    signed with it.
    """
    broken: str | None = None
    """ignored, so that a read can be sent back."""


class ChannelWithStatus(Model, frozen=True):
    """A place that messages go to, and whether it takes them."""

    type: Literal["webhook", "slack", "teams", "discord", "email", "apprise"] | str
    """webhook, slack, teams, discord, email or apprise."""
    to: str | None
    """its address; null where a setting holds it."""
    secret: str | None
    """the name of the setting that holds its secret."""
    broken: str | None
    """why it takes no messages any more, such as a revoked hook; of several e-mail addresses,
    which of them take none; null where it takes them, or nothing was sent yet.
    """


class CitedAnswer(Model, frozen=True):
    """An item that a finding rests on, as it was then."""

    id: str
    """the id of the item."""
    post: str | None = None
    """the id of the post that it is or answers; null: it wasn't kept then."""
    community: str
    """the id of its community."""
    title: str
    """the title of its thread."""
    excerpt: str
    """the beginning of its words."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""


class CommentAnswer(Model, frozen=True):
    """A comment."""

    id: str
    """the comment's id, unique among those of all communities."""
    post_id: str
    """the id of its post."""
    parent_id: str
    """the id of the comment that it answers, or post_id where it answers the post; parents
    never form a circle.
    """
    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the kind of place that it comes from."""
    subreddit: str
    """the id of the community: a subreddit's name, or that of another source, such as
    push.support.
    """
    author: str
    """the author's name; [deleted] if there is none."""
    content: str
    """the text in Markdown."""
    permalink: str
    """the comment at its source; empty if it isn't http(s)."""
    created_utc: datetime
    """when it was written."""
    upvotes: int | None
    """upvotes minus downvotes, or likes, as last seen; null if the source has none."""
    collected_at: datetime
    """when its text was collected."""
    language: Literal["en", "other", "none"] | str | None = None
    """en, other (clearly not English) or none (no words of the author, so neutral with
    compound 0); null for texts scored before languages were recognised.
    """
    sentiment: PostSentiment
    """the sentiment of its text."""
    deleted: bool = False
    """whether its source already listed it without its author's words."""
    mentions: tuple[ItemMention, ...] = ()
    """the subjects that it mentions."""
    not_about: tuple[str, ...] = ()
    """the subjects that the rules find in it, and a person says that it isn't about."""
    kinds: (
        tuple[
            Literal[
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
            | str,
            ...,
        ]
        | None
    ) = None
    """its kinds of talk, [other] where none holds (docs/kinds.md); null where they are
    unknown: by a method without kinds, and for texts that aren't English.
    """
    switch: SwitchAnswer | None = None
    """of the kind switch, the subject that it blames and the one that it praises; null where
    that is unknown or unclear.
    """


class CommunityAnswer(Model, frozen=True):
    """A community that is collected."""

    id: str
    """the community's id."""
    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the source that it is read from."""
    query: str | None
    """the words that a query of Hacker News looks for; null: those of its name."""
    address: str | None
    """a forum's address; null for other sources."""


class CommunityBody(Body, frozen=True):
    """The query or address of a community; most need no more than their id."""

    id: str | None = None
    """nothing, or the id in the path."""
    query: str | None = None
    """for hn.NAME: the words to look for; without them those of the name."""
    address: str | None = None
    """for forum.NAME: the forum's https address, unless it is known."""
    source: (
        Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | None
    ) = None
    """ignored, so that a read can be sent back."""


class CommunityDetail(Model, frozen=True):
    """A watched community, with the state of its collection."""

    community: str
    """the community's id."""
    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the source that it is read from."""
    last_collected_at: datetime | None
    """when it was last collected; null before the first time."""
    items_24h: int
    """posts and comments of the last 24 hours."""
    last_error: str | None
    """why its last collection failed; null if it succeeded."""
    failing_kind: str | None
    """the kind of that error, such as blocked; null if it succeeded."""
    failing_since: datetime | None
    """since when each of its collections failed; null if the last one succeeded."""
    covered_since: datetime | None
    """since when it is observed, with or without gaps; null before the first time."""
    last_item_at: datetime | None
    """when the newest collected item was written; null without any."""
    backfill: BackfillState | None
    """how far the reading of its past has come; null if none was begun."""
    releases: ReleasesRead | None
    """the reading of its releases; null if it has none, or none was tried yet."""


class CommunityFigures(Model, frozen=True):
    """The mentions of a subject in one community."""

    community: str
    """the id of the community."""
    share: float
    """the part of the subject's mentions, 0 to 1."""
    statistics: Totals
    """the counts and the mean of the window."""
    change: MentionChange | None
    """the change in this community over the compared hours of the subject's `change`; `hours`
    are those of them in which the community was observed. Null for one of the smallest of
    more than twenty, which isn't compared by itself.
    """
    effect: float | None
    """the part of the subject's change of avg_sentiment that comes from this community, by its
    own mean and by its share of the mentions; null where `change` is, and where the subject
    has no mean on either side.
    """


class CommunityMentions(Model, frozen=True):
    """The mentions of a subject in one community."""

    community: str
    """the id of the community."""
    mentions: int
    """posts and comments that mention it."""
    share: float
    """the part of the subject's mentions, 0 to 1."""


class ComparedScope(Model, frozen=True):
    """One community or subject, in the window and in the one before."""

    subreddit: str
    """the community, all, or subject:ID: the same as `scope`."""
    scope: str
    """a community, all, or subject:ID."""
    subject: str | None = None
    """the id of the subject; null without `subject`."""
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    statistics: Totals
    """the counts and the mean of the window."""
    previous: Totals
    """those of `previous_window`, with the same number of hours."""
    difference: Difference
    """statistics minus previous."""
    trend_data: tuple[TrendPoint, ...] | None
    """every step of the window, oldest first; null without `granularity`."""
    change: Change | None = None
    """the change since the time before; null unless `until` is collected, or there is a
    `start`.
    """
    coverage: CoverageAnswer | None = None
    """what was observed of the window; null where nothing is recorded."""


class Comparison(Model, frozen=True):
    """Communities and subjects side by side."""

    time_window_hours: int
    """hours in the window."""
    subreddits: tuple[ComparedScope, ...]
    """one object for each, in the requested order."""
    window: TimeWindow
    """the time that was counted."""
    previous_window: TimeWindow
    """the time that `previous` is of."""
    before: Baseline | None = None
    """the time that each `change` compares the window's full hours with; null without changes."""
    mixed_methods: bool
    """whether more than one method scored the compared items of both windows; then their
    averages aren't comparable.
    """
    granularity: Literal["hour", "2h", "4h", "8h", "day", "week"] | str | None
    """the length of a step of `trend_data`: the requested one, or day if there would be too
    many hours; null without `granularity`.
    """
    gaps: tuple[TimeWindow, ...] | None = None
    """hours of the window in which nothing was observed of the compared communities, or, where
    nothing is recorded, probably nothing; null unless `until` is collected, or there is a
    `start`.
    """
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""


class ConditionAnswer(Model, frozen=True):
    """What a rule looks for; properties of other types are null."""

    type: (
        Literal[
            "mood",
            "volume",
            "topic",
            "negative_share",
            "mention",
            "share_of_voice",
            "search",
            "coverage",
            "collection",
        ]
        | str
    )
    """mood, volume, topic, negative_share, mention, share_of_voice, search, coverage or
    collection.
    """
    direction: Literal["better", "worse", "up", "down", "any"] | str | None = None
    """of mood: better, worse or any (default any); of volume: up, down or any (default up); of
    share_of_voice: up, down or any (default any).
    """
    above: float | None = None
    """of negative_share: a share from 0 to 1 (default 0.5)."""
    q: str | None = None
    """of search, which needs it: words and "phrases" that all occur in an item, as `q` of
    lists takes them, of at most 200 characters, with a letter or digit.
    """
    hours: int | None = None
    """of negative_share: a whole number of hours from 24 to 168 (default 24); of coverage and
    collection: from 1 to 168 (default 3).
    """


class ConditionBody(Body, frozen=True):
    """What a rule looks for: a type, with the properties of that type alone."""

    type: Literal[
        "mood",
        "volume",
        "topic",
        "negative_share",
        "mention",
        "share_of_voice",
        "search",
        "coverage",
        "collection",
    ]
    """mood, volume, topic, negative_share, mention, share_of_voice, search, coverage or
    collection.
    """
    direction: Literal["better", "worse", "up", "down", "any"] | None = None
    """of mood: better, worse or any (default any); of volume: up, down or any (default up); of
    share_of_voice: up, down or any (default any).
    """
    above: float | None = None
    """of negative_share: a share from 0 to 1 (default 0.5)."""
    q: str | None = None
    """of search, which needs it: words and "phrases" that all occur in an item, as `q` of
    lists takes them, of at most 200 characters, with a letter or digit.
    """
    hours: int | None = None
    """of negative_share: a whole number of hours from 24 to 168 (default 24); of coverage and
    collection: from 1 to 168 (default 3).
    """


class Conflict(Model, frozen=True):
    """A collection was requested while one runs or waits for its worker."""

    type: str = "about:blank"
    """the kind of problem: about:blank if the status says everything,
    urn:undertone:bad-setting if a setting of the app is missing or bad,
    urn:undertone:needs-key if a key is missing or wrong, urn:undertone:needs-sign-in if no
    caller is signed in, https://iana.org/assignments/http-problem-types#quota-exceeded if a
    client or all of them have used up what they may, and
    https://iana.org/assignments/http-problem-types#temporary-reduced-capacity if too many
    ask now.
    """
    title: str
    """the status in words."""
    status: int
    """the HTTP status."""
    detail: str
    """what went wrong this time, and what to do."""
    instance: str
    """the requested path."""
    errors: tuple[BadParameter, ...] = ()
    """each refused parameter; empty for other problems."""
    cycle: str
    """the id of the cycle that runs or was requested before."""


class ContributionAnswer(Model, frozen=True):
    """A part's contribution to the change of the mean and of the number of items.

    The contributions of one `kind_of` add up: effect to the change of the mean, n less
    n_before to that of the number of items.
    """

    kind_of: Literal["community", "kind", "topic", "thread", "item"] | str
    """community, kind, topic, thread or item."""
    name: str
    """the name of the part, or a thread's or item's title; rest: all other items."""
    id: str | None
    """the id of a thread's post, or of an item; null for other parts and the rest."""
    mood: float
    """the effect of the part's own mean having changed."""
    mix: float
    """the effect of its share of the items having changed; of the rest all is mix."""
    effect: float
    """mood and mix together."""
    interval: tuple[float, float] | None
    """[low, high] of the effect, in 95 of 100 cases, given the numbers of items; null for the
    rest.
    """
    n: float
    """items of the window; those of several kinds count in fractions."""
    n_before: float
    """items of the time before."""
    is_estimate: bool
    """whether n and n_before are estimates by the items that were read, as `looked_at` has
    them; the sentence then has the numbers of those.
    """
    is_beyond_chance: bool
    """whether its effect is more than chance makes, among all parts of the answer."""
    is_volume_beyond_chance: bool
    """whether its number of items moved by more than chance makes, and as a share of the
    items, too; also where too few items can tell a change of the mean.
    """
    items: tuple[str, ...]
    """ids of up to 10 of its items, those that weigh most first."""


class CorrectionAnswer(Model, frozen=True):
    """The corrected labels of an item."""

    id: str
    """the id of the item."""
    kind: Literal["post", "comment"] | str
    """post or comment."""
    subreddit: str
    """the id of the community: a subreddit's name, or that of another source, such as
    push.support.
    """
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    label: Literal["positive", "negative", "neutral"] | str | None
    """its corrected label; null where that is the method's."""
    targets: Mapping[str, Literal["positive", "negative", "neutral"] | str]
    """the corrected labels of what it says of subjects, by their ids."""
    mentions: Mapping[str, bool]
    """whether it is about subjects, by their ids, where that was corrected."""
    label_said: SaidAnswer | None
    """what the method said of the item; null where its label isn't corrected."""
    targets_said: Mapping[str, SaidAnswer]
    """what the method said of subjects; without those of which it said nothing."""
    corrected_at: datetime
    """when it was last corrected."""
    by: str | None
    """who made the change: the name of a key, or who was signed in; null where that isn't
    known, or isn't shown since everybody may read.
    """
    stale: bool
    """whether the item's text has changed since: the correction doesn't count then."""
    counts: bool
    """whether the item and all statistics have it. After a change that takes some seconds, or
    until a running collection ends; false if it is stale.
    """


class CorrectionBody(Body, frozen=True):
    """The labels that an item should have: what isn't given stays, and null takes it back."""

    label: Literal["positive", "negative", "neutral"] | None = None
    """the right label of the item: positive, negative or neutral; null takes a correction back."""
    targets: Mapping[str, Literal["positive", "negative", "neutral"] | None] | None = None
    """the right labels of what it says of subjects, by their ids: positive, negative or
    neutral, or null. At most 50 subjects that it mentions; null for all takes all back.
    """
    mentions: Mapping[str, bool | None] | None = None
    """whether it is about subjects of the watchlist, by their ids: true, false or null. At
    most 50; null for all takes all back.
    """


class CourseStep(Model, frozen=True):
    """An hour or a day of a topic's course."""

    start: datetime
    """when it begins."""
    items: int
    """items about the topic."""


class CoverageAnswer(Model, frozen=True):
    """The observed part of a window, and its gaps."""

    observed: float
    """the part that was observed, 0 to 1; communities weigh as their usual items."""
    gaps: tuple[GapAnswer, ...]
    """the times that are unknown, oldest first: the community wasn't observed, or of all those
    that usually make up more than a fifth of the items.
    """
    partial: tuple[GapAnswer, ...]
    """the times in which other communities of `all` were not observed."""
    since: datetime | None = None
    """since when any of the communities is observed, whatever the window: what is earlier is
    unknown; null before the first collection.
    """


class CycleAnswer(Model, frozen=True):
    """A collection cycle, with its results so far."""

    id: str
    """`cycle_` and when the cycle began or was requested."""
    trigger: Literal["timer", "request", "cli"] | str
    """what started it: timer, request or cli."""
    status: Literal["running", "completed", "failed"] | str
    """running (from the request on), completed, or failed (also as soon as its worker is known
    to be gone); a requested cycle may begin again after that.
    """
    start_time: datetime
    """when it began or was requested."""
    end_time: datetime | None
    """when it ended; null while it runs, and if its worker is gone at an unknown time."""
    posts_collected: int
    """posts stored for the first time."""
    comments_collected: int
    """comments stored for the first time."""
    posts_seen: int
    """posts that sources listed."""
    comments_seen: int
    """comments that sources listed."""
    new: int
    """items stored for the first time."""
    edited: int
    """items whose text has changed."""
    moved: int
    """items whose upvotes or number of comments have changed."""
    removed: int
    """items deleted at their source, which are removed here too."""
    left_out: Mapping[str, int] = Field(default_factory=dict)
    """objects that sources listed and that can't be stored, counted by reason."""
    subreddits_processed: tuple[str, ...]
    """the communities collected so far, in order."""
    subreddits: Mapping[str, CycleCounts]
    """the counts of each community."""
    requests: Mapping[str, RequestCounts]
    """how many requests each source was sent so far."""
    reddit_requests: int
    """requests to Reddit so far."""
    reddit_requests_left: int | None
    """requests that Reddit still allows in its window; null if unknown."""
    errors: tuple[CycleErrorAnswer, ...]
    """what went wrong."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""


class CycleCounts(Model, frozen=True):
    """The counts of one community in a cycle."""

    posts_seen: int
    """posts that sources listed."""
    comments_seen: int
    """comments that sources listed."""
    new: int
    """items stored for the first time."""
    edited: int
    """items whose text has changed."""
    moved: int
    """items whose upvotes or number of comments have changed."""
    removed: int
    """items deleted at their source, which are removed here too."""
    left_out: int = 0
    """objects that sources listed and that can't be stored."""
    error: str | None
    """why the community failed; null if it didn't."""


class CycleErrorAnswer(Model, frozen=True):
    """An error of a cycle."""

    subreddit: str | None
    """the community that failed; null for an error of the whole cycle."""
    kind: str
    """the kind of error, in a word; `waiting` is not an error: no worker has taken the cycle
    up yet.
    """
    message: str
    """what went wrong."""


class DatabaseHealth(Model, frozen=True):
    """The database."""

    connected: bool
    """whether it answers."""
    kind: Literal["sqlite", "cosmos"] | str
    """the kind of database."""
    latency_ms: float | None
    """how long its answer took; null without an answer."""


class DeliveryAnswer(Model, frozen=True):
    """A message that a channel is owed."""

    id: str
    """its id, unique in the incident."""
    channel: ShownChannel
    """where it goes."""
    event: Literal["opened", "updated", "closed", "test"] | str
    """what it says."""
    status: Literal["waiting", "sent", "failed", "folded"] | str
    """waiting, sent, failed, or folded into the digest, since the channel had its share of the
    day.
    """
    created: datetime
    """since when it is owed."""
    due: datetime
    """when it is sent at the earliest."""
    attempts: int
    """how often it was tried."""
    error: str | None
    """why the last try failed; null: it didn't."""
    sent_at: datetime | None
    """when it was sent; null: not yet."""


class Difference(Model, frozen=True):
    """The window minus the window before."""

    total: int
    """items."""
    positive: int
    """positive items."""
    negative: int
    """negative items."""
    neutral: int
    """neutral items."""
    avg_sentiment: float | None
    """mean compound; null if either window has no items."""
    stderr: float | None = None
    """the standard error of avg_sentiment, which knows threads; null where that of either
    window is.
    """
    interval: tuple[float, float] | None = None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases, looking at this alone;
    null where stderr is. A verdict is in `change`.
    """
    posts: int
    """posts."""
    comments: int
    """comments."""
    left_out: int
    """items left out because they aren't English."""
    mixed_methods: bool
    """whether more than one method scored the two windows; then the difference may come from
    the methods and not from the mood.
    """


class DifferingItem(Model, frozen=True):
    """An item that moved the mean between two spans."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    community: str
    """the id of its community."""
    title: str | None
    """the title of a post; null for a comment."""
    created_utc: datetime
    """when it was written."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    label: Literal["positive", "negative", "neutral"] | str
    """the label with which it counts in the scope."""
    compound: float
    """the compound with which it counts, -1 to 1."""
    text: str
    """its title, or the beginning of its text, in one line."""
    side: Literal["before", "after"] | str
    """the span that it is of."""
    effect: float
    """how far it moved the mean from the span before to the one after, alone."""


class Digest(Model, frozen=True):
    """A day or a week of subjects, in the order in which one reads it."""

    sentence: str
    """all of it in a sentence or two."""
    why_empty: Literal["no_subjects", "not_collected", "no_mentions"] | str | None
    """why there is nothing to tell; null where there are mentions."""
    period: Literal["day", "week"] | str
    """day or week."""
    time_zone: str
    """the time zone in which days begin."""
    first_day: str
    """the first day of the period."""
    end: str
    """the day with whose beginning the period ends."""
    previous_end: str | None
    """the `end` of the digest before; null if its data isn't kept any more."""
    next_end: str | None
    """the `end` of the digest after; null while that period isn't over."""
    next_at: datetime
    """when the period after this one ends."""
    window: TimeWindow
    """the time of the period, in whole hours."""
    compared_with: Baseline
    """the time that it is compared with."""
    is_sample: bool
    """whether the data is invented: `origin` is sample."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    set: tuple[str, ...]
    """the ids of the subjects, whose mentions share the voice."""
    subjects: tuple[DigestSubject, ...]
    """own ones first, then competitors, then topics; each role by mentions."""
    changed: tuple[DigestChange, ...]
    """the subjects whose mood or number of mentions changed beyond chance."""
    unchanged: tuple[DigestChange, ...]
    """all others, also those of which no change can be told."""
    reasons: tuple[DigestReason, ...]
    """why, for up to three subjects that changed; if none did, for an own one."""
    read_these: tuple[DigestItem, ...]
    """up to five items that weigh most."""
    worth_an_answer: WorthAnAnswer
    """questions and problems without a reply."""
    topics: tuple[DigestTopic, ...]
    """what is said more of the subjects in `reasons` than in the week before."""
    markers: DigestMarkers
    """what happened, and what is to come."""
    coverage: CoverageAnswer | None
    """what was observed of the window; null where nothing is recorded."""
    gaps: tuple[TimeWindow, ...]
    """hours of the window in which nothing was observed, or, where nothing is recorded,
    probably nothing.
    """
    unseen: tuple[UnseenCommunity, ...]
    """communities that weren't observed throughout, most hours first."""
    incidents: tuple[DigestIncident, ...]
    """up to 20 open alerts, newest first."""
    granularity: Literal["hour", "2h", "4h", "8h", "day", "week"] | str
    """the length of a step of `trend_data`."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    timestamp: datetime
    """when the answer was made."""


class DigestAnswer(Model, frozen=True):
    """A digest that is sent."""

    id: str
    """the digest's id."""
    name: str
    """the name that is shown."""
    subjects: tuple[str, ...] | None
    """the ids of its subjects; null: those of role own and competitor."""
    every: Literal["day", "week"] | str
    """day or week."""
    at: str
    """the time of the day at which it is sent."""
    weekday: (
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | str
    )
    """of a weekly one: monday to sunday; a daily one ignores it."""
    time_zone: str
    """the time zone of its hour and its days."""
    channels: tuple[ChannelAnswer, ...]
    """the places that it is sent to."""
    note: str
    """the owner's note."""
    enabled: bool
    """whether it is sent."""


class DigestBody(Body, frozen=True):
    """A digest that is sent, whole: what is left out has its default."""

    id: str | None = None
    """nothing, or the id in the path."""
    name: str
    """1 to 80 characters, with a letter or digit among them; messages have it as their title."""
    subjects: Sequence[str] | None = None
    """1 to 100 ids of subjects of the watchlist; or null: those of role own and competitor.
    What is said of them is the same as GET /digest says of this set.
    """
    every: Literal["day", "week"] = "week"
    """day or week."""
    at: str = "08:00"
    """a time of the day in the digest's time zone, such as 08:00."""
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    """of a weekly one: monday to sunday; a daily one ignores it."""
    time_zone: str = "UTC"
    """the name of a time zone, such as Europe/Berlin or UTC."""
    channels: Sequence[ChannelBody] = ()
    """at most 5 places that it is sent to, as rules have them; without any, nothing is sent."""
    note: str = ""
    """the owner's note, of at most 500 characters."""
    enabled: bool = True
    """false: it isn't sent."""
    status: str | None = None
    """ignored, so that a read can be sent back."""
    status_reason: str | None = None
    """ignored, so that a read can be sent back."""
    next_at: str | None = None
    """ignored, so that a read can be sent back."""
    last_at: str | None = None
    """ignored, so that a read can be sent back."""
    last_sent_at: str | None = None
    """ignored, so that a read can be sent back."""


class DigestChange(Model, frozen=True):
    """A subject's change in words, with its verdicts."""

    subject: str
    """the id of the subject."""
    name: str
    """its name."""
    verdict: Literal["better", "worse", "no_clear_change", "too_few", "incomplete"] | str
    """better or worse: beyond chance, among all scopes of the answer; no_clear_change (chance
    explains it), too_few (under 30 items or three threads on a side), or incomplete (see
    `reason`).
    """
    reason: Literal["mixed_methods", "no_earlier_data", "not_collected"] | str | None
    """why the change is incomplete: mixed_methods, no_earlier_data (fewer than half of the
    hours are known in both times, or the time before has less than a tenth of the items),
    or not_collected (the communities in `behind` lack more than a twentieth of the window);
    null otherwise.
    """
    volume: Literal["more", "fewer", "no_clear_change", "incomplete"] | str
    """the verdict of its `volume`."""
    sentence: str
    """the change, or why there is none to tell."""


class DigestDeliveryAnswer(Model, frozen=True):
    """A digest that a channel is owed."""

    id: str
    """its id, unique in the issue."""
    channel: ShownChannel
    """where it goes."""
    status: Literal["waiting", "sent", "failed"] | str
    """waiting, sent or failed."""
    due: datetime
    """when it is sent at the earliest."""
    attempts: int
    """how often it was tried."""
    error: str | None
    """why the last try failed; null: it didn't."""
    sent_at: datetime | None
    """when it was sent; null: not yet."""
    folded: int
    """the number of alerts in it that the channel got no message of before."""


class DigestIncident(Model, frozen=True):
    """An alert that is open when the digest is read."""

    id: str
    """the id of the incident."""
    rule: str
    """the name of its rule."""
    scope: str
    """the name of what the rule watches."""
    opened: datetime
    """since when it is open."""
    sentence: str
    """what the rule found last."""


class DigestIssueAnswer(Model, frozen=True):
    """A digest of a period, and to whom it was sent."""

    id: str
    """its id, unique among those of the digest."""
    kind: Literal["scheduled", "test"] | str
    """scheduled, or test."""
    every: Literal["day", "week"] | str
    """day or week."""
    at: datetime
    """when it was due."""
    period_end: str
    """the day with whose beginning its period ends."""
    made_at: datetime
    """when it was read."""
    error: str | None
    """why it couldn't be read; null: it could."""
    deliveries: tuple[DigestDeliveryAnswer, ...]
    """the messages of its channels."""


class DigestIssues(Model, frozen=True):
    """The newest issues of a digest."""

    tests: tuple[str, ...]
    """the ids of tests that are on their way."""
    issues: tuple[DigestIssueAnswer, ...]
    """up to ten, the newest first."""


class DigestItem(Model, frozen=True):
    """One of the items to read."""

    subject: str
    """the id of the subject that it is about."""
    read: ItemToRead
    """its beginning, and why it was chosen."""
    item: ExplainedItem
    """the item."""


class DigestMarkers(Model, frozen=True):
    """What happened, and what is to come."""

    behind: tuple[MarkerAnswer, ...]
    """markers within the period, oldest first."""
    ahead: tuple[MarkerAnswer, ...]
    """up to ten markers after it, the next one first."""


class DigestQuestion(Model, frozen=True):
    """A post with a question or a problem to which no reply is known."""

    kind: Literal["post", "comment"] | str
    """post."""
    id: str
    """its id."""
    post_id: str
    """the same."""
    community: str
    """the id of its community."""
    title: str
    """its title, in one line."""
    text: str
    """the beginning of its text, in one line."""
    created_utc: datetime
    """when it was written."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    upvotes: int | None
    """upvotes, as last seen; null where none are counted."""
    talk: tuple[
        Literal[
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
        | str,
        ...,
    ]
    """question, problem, or both."""
    subjects: tuple[str, ...]
    """the ids of the digest's subjects that it mentions."""


class DigestReason(Model, frozen=True):
    """Why a subject changed: what GET /explain says of the same hours by `request`."""

    subject: str
    """the id of the subject."""
    name: str
    """its name."""
    sentence: str
    """the largest contributions beyond chance, or what is missing."""
    verdict: Literal["better", "worse", "no_clear_change", "too_few", "incomplete"] | str
    """the verdict, looking at this subject alone."""
    volume: VolumeChange
    """the change of the number of items, likewise."""
    contributions: tuple[ContributionAnswer, ...]
    """up to five contributions that are beyond chance, of the mean or the volume."""
    quotes: tuple[QuotesOfReason, ...]
    """sentences for up to three of them."""
    cited: tuple[ExplainedItem, ...]
    """the items that are named above, each once."""
    looked_at: ItemsRead
    """how many items it rests on: a digest reads fewer than GET /explain where there are many."""
    request: str
    """the path and query of the API that explain the same from the same items; without
    `max_cost` from as many as can be read.
    """


class DigestSubject(Model, frozen=True):
    """A subject in the period and in the time before; its share of voice is that in `set`."""

    id: str
    """the id of the subject."""
    name: str
    """its name."""
    role: Literal["own", "competitor", "topic"] | str
    """own, competitor or topic."""
    home: tuple[str, ...]
    """the ids of its home communities."""
    mentions: int
    """its mentions in the window: `total` of `statistics`."""
    statistics: MentionTotals
    """the mentions of the window, counted, and their mean."""
    previous: MentionTotals
    """those of the window before, with the same number of hours."""
    difference: MentionDifference
    """statistics minus previous."""
    change: MentionChange
    """the change since the time before, over equal full hours."""
    share: float | None
    """its share of voice among the subjects of `set`, 0 to 1; null for a subject outside of
    it, and where none was mentioned.
    """
    share_stderr: float | None = None
    """the standard error of the share of voice, which knows that the mentions of a thread go
    together; null with fewer than two threads.
    """
    share_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true share of voice in 95 of 100 cases; null where its
    standard error is.
    """
    share_few: bool = False
    """whether the set has fewer than 30 mentions, which is too few."""
    share_change: float | None
    """its share of voice in the compared full hours minus that in the hours before; null where
    either is unknown.
    """
    top_community: CommunityMentions | None
    """the community with most of its mentions; null without mentions."""
    trend_data: tuple[SubjectPoint, ...]
    """every step of the window, oldest first: hours up to 48 of them, else days."""
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    volume: VolumeChange
    """the change of the number of its mentions; more or fewer: beyond chance, among all
    subjects of the digest.
    """
    share_change_interval: tuple[float, float] | None
    """[low, high]: it holds the true `share_change` in 95 of 100 cases; null where that is
    unknown.
    """


class DigestTopic(Model, frozen=True):
    """A topic of a subject whose change is explained."""

    subject: str
    """the id of the subject."""
    id: str
    """its id: /items takes it with the subject and the window."""
    name: str
    """a phrase that most of its items use."""
    n: int
    """its items in the period, of those that were read."""
    n_before: int
    """its items in the week before, likewise."""
    ratio: float | None
    """its share of the items, divided by that share before; null if it is new."""
    is_whole: bool
    """whether all items were read: then its items are those that /items lists."""


class DigestWithStatus(Model, frozen=True):
    """A digest that is sent, and what became of the last one."""

    id: str
    """the digest's id."""
    name: str
    """the name that is shown."""
    subjects: tuple[str, ...] | None
    """the ids of its subjects; null: those of role own and competitor."""
    every: Literal["day", "week"] | str
    """day or week."""
    at: str
    """the time of the day at which it is sent."""
    weekday: (
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | str
    )
    """of a weekly one: monday to sunday; a daily one ignores it."""
    time_zone: str
    """the time zone of its hour and its days."""
    channels: tuple[ChannelWithStatus, ...]
    """the places that it is sent to."""
    note: str
    """the owner's note."""
    enabled: bool
    """whether it is sent."""
    status: Literal["off", "waiting", "sending", "sent", "failed"] | str
    """of the newest one that was due: sent, failed (it couldn't be read, or a channel didn't
    take it), or sending (a channel waits for it); else off, where it is disabled or has no
    channel, or waiting, before the first one.
    """
    status_reason: str | None
    """why the last one failed, or why it waits; else null."""
    next_at: datetime | None
    """when it is sent next; null where it is off or has no channel."""
    last_at: datetime | None
    """when the last one was due; null before the first."""
    last_sent_at: datetime | None
    """when a channel took one last, tests left out; null: none has yet."""


class DigestsAnswer(Model, frozen=True):
    """All digests that are sent."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when they were changed; null before the first."""
    change: str
    """what the last change was."""
    digests: tuple[DigestAnswer, ...]
    """the digests, in their order."""


class DigestsHistory(Model, frozen=True):
    """Revisions of the digests, the newest first."""

    revisions: tuple[DigestsRevision, ...]
    """the revisions."""


class DigestsRevision(Model, frozen=True):
    """A state of the digests that are sent, and who made it."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when they were changed; null before the first."""
    change: str
    """what the last change was."""
    digests: tuple[DigestAnswer, ...]
    """the digests, in their order."""
    by: str | None
    """who made the change: the name of a key, or who was signed in; null where that isn't
    known, or isn't shown since everybody may read.
    """


class DigestsWithStatus(Model, frozen=True):
    """All digests that are sent, and what became of the last ones."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when they were changed; null before the first."""
    change: str
    """what the last change was."""
    digests: tuple[DigestWithStatus, ...]
    """the digests, in their order."""


class EarlierAnswer(Model, frozen=True):
    """The answer to a question, with the fields of the earlier system."""

    answer: str
    """the answer, and what can't be answered."""
    sources: tuple[EarlierSource, ...]
    """what it rests on."""
    data_summary: Mapping[str, Mapping[str, WindowTotals] | WindowTotals]
    """for each subject that the question names, by its name, and each community, by its id,
    the statistics of last_24h and last_week; where it names none, overall: those of the
    last week.
    """
    understood: Understood
    """what was understood."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""


class EarlierQuestion(Model, frozen=True):
    """A question in words; other fields are ignored."""

    question: str
    """the question, in English; empty: refused with 400."""


class EarlierSource(Model, frozen=True):
    """Data that an answer rests on."""

    type: Literal["sentiment_stats", "recent_posts", "read"] | str
    """sentiment_stats or recent_posts, as the earlier system had them; read: a read that the
    answer names.
    """
    subreddit: str
    """the community, or all."""
    subject: str | None
    """the id of the subject; null without one."""
    timeframe: str | None
    """the span of sentiment_stats, back from the last full hour; null for others."""
    count: int | None
    """the posts of recent_posts; null for others."""
    title: str
    """what it is, in words."""
    request: str
    """the path and query of the API that returns it."""


class Evidence(Model, frozen=True):
    """A read that the answer rests on."""

    number: int
    """its number, from 1; sentences name it."""
    tool: str
    """the name of the MCP tool that reads the same; marker_effect, which is none, for the time
    before and after a marker.
    """
    title: str
    """what it is, in words."""
    request: str
    """the path and query of the API that returns it."""
    page: str | None
    """the query of the dashboard that shows it; null if no view does."""


class ExplainedItem(Model, frozen=True):
    """An item that the answer cites."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    community: str
    """the id of its community."""
    title: str | None
    """the title of a post; null for a comment."""
    created_utc: datetime
    """when it was written."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    label: Literal["positive", "negative", "neutral"] | str
    """the label with which it counts in the scope."""
    compound: float
    """the compound with which it counts, -1 to 1."""


class Explanation(Model, frozen=True):
    """The explanation of a scope's change, with its evidence."""

    scope: str
    """a community, all, or subject:ID."""
    subject: str | None
    """the id of the subject; null if it isn't one's."""
    community: str | None
    """the id of the community that alone counts; null where all do."""
    name: str
    """what people call the scope."""
    sentence: str
    """the largest contributions that are beyond chance in words, of the mean and of the number
    of items, or that nothing stands out, or what is missing.
    """
    verdict: Literal["better", "worse", "no_clear_change", "too_few", "incomplete"] | str
    """better or worse: beyond chance, among all scopes of the answer; no_clear_change (chance
    explains it), too_few (under 30 items or three threads on a side), or incomplete (see
    `reason`).
    """
    reason: Literal["mixed_methods", "no_earlier_data", "not_collected"] | str | None
    """why the change is incomplete: mixed_methods, no_earlier_data (fewer than half of the
    hours are known in both times, or the time before has less than a tenth of the items),
    or not_collected (the communities in `behind` lack more than a twentieth of the window);
    null otherwise.
    """
    change: Change
    """the change, looking at this scope alone."""
    volume: VolumeChange
    """the change of the number of items."""
    contributions: tuple[ContributionAnswer, ...]
    """by kind_of, each with its largest parts first and the rest last; empty where a side has
    no items.
    """
    quotes: tuple[QuotesOfReason, ...]
    """for up to three contributions that are beyond chance: of the mean, or else of the number
    of items.
    """
    read_these: tuple[ItemToRead, ...]
    """up to five items of the window that weigh most, of several threads."""
    cited: tuple[ExplainedItem, ...]
    """the items that are named above, each once."""
    looked_at: ItemsRead
    """how many items it rests on."""
    window: TimeWindow
    """the full hours that are explained."""
    before: Baseline
    """the time that they are compared with."""
    coverage: CoverageAnswer | None
    """what was observed of the window; null where nothing is recorded."""
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""


class Fault(Model, frozen=True):
    """Something that is wrong."""

    name: (
        Literal["starting", "database", "worker", "stale", "poison", "disk", "scoring", "source"]
        | str
    )
    """starting: the database opens for the first time; database: it doesn't answer; worker: it
    gives no sign of life, or can't write; stale: the data is old, missing or dated in the
    future; poison: messages of queues failed too often; disk: it is nearly full; scoring:
    the method of the settings doesn't score; source: one of which nothing is collected.
    """
    reason: str
    """the reason, in a sentence."""


class FeedAnswer(Model, frozen=True):
    """A signed address of a feed, without the address itself."""

    id: str
    """its id, by which it is revoked."""
    feed: Literal["trending", "subject", "alert_rule"] | str
    """what it opens: trending, subject (its mentions) or alert_rule (its incidents)."""
    target: str | None
    """the id of the subject or of the alert rule; null of trending."""
    name: str
    """whose reader it is for."""
    made_at: datetime
    """when it was made."""
    made_by: str | None
    """who made it; null where that isn't known."""
    revoked_at: datetime | None
    """when it was revoked; null while it counts."""
    revoked_by: str | None
    """who revoked it; null where that isn't known."""


class FeedBody(Body, frozen=True):
    """The feed that a new address opens, and a name to know it by."""

    feed: Literal["trending", "subject", "alert_rule"]
    """what it opens: trending, subject (its mentions) or alert_rule (its incidents)."""
    id: str | None = None
    """the id of the subject or of the alert rule; null of trending."""
    name: str
    """whose reader it is for: 1 to 100 characters."""


class FindingAnswer(Model, frozen=True):
    """What a condition found in the hours up to `hour`."""

    cause: str
    """what tells findings of a rule apart: worse, a topic, an item."""
    sentence: str
    """what was found, in a sentence."""
    hour: str
    """the last full hour that was looked at."""
    figures: Mapping[str, float | None]
    """figures by their names, such as value, baseline and n."""
    items: tuple[CitedAnswer, ...]
    """the items that it rests on."""


class GapAnswer(Model, frozen=True):
    """A time in which communities were not observed."""

    start: datetime
    """since when."""
    end: datetime
    """until when."""
    kind: str
    """the kind of the error that lasts, such as blocked; or not_listed (the source no longer
    listed it), not_watched (before the first collection) or not_collected (no poll since).
    """
    reason: str
    """why, in words."""
    communities: tuple[str, ...]
    """the communities that were not observed."""


class GiantThread(Model, frozen=True):
    """A thread with more than half of the items of a side."""

    id: str
    """the id of its post."""
    community: str | None
    """the id of its community; null where it isn't known."""
    share: float
    """its part of the items, 0.5 to 1."""
    side: Literal["statistics", "previous"] | str
    """the side: statistics or previous."""


class Health(Model, frozen=True):
    """The health of the service.

    starting: the process opens the database for the first time, which may take some
    seconds. unhealthy: the database doesn't answer. degraded: the data is older than two
    intervals of collection, is missing though it should be there, or has a time in the
    future; or the worker doesn't report that it runs, or can't write. healthy: none of
    these.
    """

    status: Literal["starting", "healthy", "degraded", "unhealthy"] | str
    """the state of the service."""
    reason: str | None
    """the reason, in a sentence; null if the service is healthy."""
    worker: WorkerHealth | None
    """the process that collects; null if the platform starts it, as on Azure."""
    timestamp: datetime
    """when the answer was made."""
    version: str
    """the program's version."""
    build: str | None = None
    """the commit that the package was made of, ending in -dirty if files differed; null where
    there is none, as in a working copy.
    """
    process: ProcessHealth
    """the process that answers."""
    application: ApplicationHealth
    """what collection has done."""
    database: DatabaseHealth
    """the database."""
    faults: tuple[Fault, ...] = ()
    """everything that is wrong, also what leaves the status as it is; poison and disk are
    known on one machine.
    """
    sources: tuple[SourceHealth, ...] = ()
    """the sources and communities that fail, since when and why; the service is healthy
    nonetheless while other ones are collected.
    """
    coverage: CoverageAnswer | None = None
    """what was observed of all communities in the last 24 hours; null where nothing is
    recorded.
    """
    sentiment: ScoringHealth | None = None
    """the method that scores, and how many items wait for it; null before the first collection."""


class HistoryAnswer(Model, frozen=True):
    """Revisions of the watchlist, the newest first. Each may be sent back with PUT /watchlist."""

    revisions: tuple[WatchlistRevision, ...]
    """the revisions; fewer than asked for where they are large."""


class IncidentAnswer(Model, frozen=True):
    """An incident, with what was known when, and what was sent."""

    id: str
    """the incident's id."""
    rule: str
    """the id of its rule."""
    rule_name: str
    """the name of the rule when it opened."""
    type: (
        Literal[
            "mood",
            "volume",
            "topic",
            "negative_share",
            "mention",
            "share_of_voice",
            "search",
            "coverage",
            "collection",
        ]
        | str
    )
    """mood, volume, topic, negative_share, mention, share_of_voice, search, coverage or
    collection.
    """
    scope: str
    """all, subject:ID or community:ID."""
    scope_name: str
    """the name of the scope, for people."""
    cause: str
    """what tells incidents of a rule apart."""
    sentence: str
    """what was found last, in a sentence."""
    view: str
    """the path of the dashboard's view of its scope and of the span that was looked at last."""
    status: Literal["open", "closed"] | str
    """open or closed."""
    opened: datetime
    """the end of the hour in which it was found."""
    closed: datetime | None
    """the end of the hour in which it was over; null: open."""
    lasted: int | None
    """the minutes that it lasted; null while it is open."""
    acknowledged: datetime | None
    """when somebody acknowledged it, so that channels hear of its end only; null: nobody did."""
    silenced_until: datetime | None
    """until when nothing more is sent of it; null: nobody chose so."""
    updated: datetime
    """when something became known of it last."""
    deliveries_by_status: Mapping[str, int]
    """the number of messages that channels are owed, by their status."""
    updates: tuple[UpdateAnswer, ...]
    """what was known when, oldest first."""
    deliveries: tuple[DeliveryAnswer, ...]
    """the messages that channels are owed."""


class IncidentSummary(Model, frozen=True):
    """An incident as lists show it."""

    id: str
    """the incident's id."""
    rule: str
    """the id of its rule."""
    rule_name: str
    """the name of the rule when it opened."""
    type: (
        Literal[
            "mood",
            "volume",
            "topic",
            "negative_share",
            "mention",
            "share_of_voice",
            "search",
            "coverage",
            "collection",
        ]
        | str
    )
    """mood, volume, topic, negative_share, mention, share_of_voice, search, coverage or
    collection.
    """
    scope: str
    """all, subject:ID or community:ID."""
    scope_name: str
    """the name of the scope, for people."""
    cause: str
    """what tells incidents of a rule apart."""
    sentence: str
    """what was found last, in a sentence."""
    view: str
    """the path of the dashboard's view of its scope and of the span that was looked at last."""
    status: Literal["open", "closed"] | str
    """open or closed."""
    opened: datetime
    """the end of the hour in which it was found."""
    closed: datetime | None
    """the end of the hour in which it was over; null: open."""
    lasted: int | None
    """the minutes that it lasted; null while it is open."""
    acknowledged: datetime | None
    """when somebody acknowledged it, so that channels hear of its end only; null: nobody did."""
    silenced_until: datetime | None
    """until when nothing more is sent of it; null: nobody chose so."""
    updated: datetime
    """when something became known of it last."""
    deliveries_by_status: Mapping[str, int]
    """the number of messages that channels are owed, by their status."""


class Ingested(Model, frozen=True):
    """The counts of accepted and unchanged lines, and the refused ones. Blank lines don't
    count.
    """

    accepted: int
    """lines that change something: they show within seconds."""
    unchanged: int
    """lines that say what is known already."""
    refused: tuple[RefusedLine, ...]
    """lines that are wrong; the others are taken."""


class ItemAnswer(Model, frozen=True):
    """A post or a comment."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the kind of place that it comes from."""
    subreddit: str
    """the id of the community: a subreddit's name, or that of another source, such as
    push.support.
    """
    author: str
    """the author's name; [deleted] if there is none."""
    title: str | None
    """the title of a post; null for a comment."""
    content: str
    """the text in Markdown, empty where a post is a link."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    created_utc: datetime
    """when it was written."""
    upvotes: int | None
    """upvotes minus downvotes, or likes, as last seen; null if the source has none."""
    comment_count: int | None
    """a post's comments at its source, as last seen; null for a comment, and where that isn't
    said.
    """
    collected_at: datetime
    """when its text was collected."""
    sentiment: PostSentiment
    """the sentiment of title and content."""
    language: Literal["en", "other", "none"] | str | None = None
    """en, other (clearly not English) or none (no words of the author, so neutral with
    compound 0); null for texts scored before languages were recognised.
    """
    deleted: bool = False
    """whether its source already listed it without its author's words."""
    cursor: str
    """the value of `cursor` of /items for the items after this one."""
    copy_of: str | None = None
    """the post that it repeats, as community/id: one with its author's same words within a
    week, or the one that it cross-posts; null if it repeats none. A list over all
    communities leaves it out if it has that post.
    """
    copies: tuple[str, ...] = ()
    """the posts that repeat it, as community/id, oldest first."""
    mentions: tuple[ItemMention, ...] = ()
    """the subjects that it mentions."""
    kinds: (
        tuple[
            Literal[
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
            | str,
            ...,
        ]
        | None
    ) = None
    """its kinds of talk, [other] where none holds (docs/kinds.md); null where they are
    unknown: by a method without kinds, and for texts that aren't English.
    """
    switch: SwitchAnswer | None = None
    """of the kind switch, the subject that it blames and the one that it praises; null where
    that is unknown or unclear.
    """


class ItemMention(Model, frozen=True):
    """A subject that an item mentions."""

    subject: str
    """the id of the subject."""
    via: Literal["text", "thread", "home"] | str
    """text (it names the subject), thread (a comment that names no subject, under a post about
    it) or home (it names no subject, in a home community of it).
    """
    matched: tuple[str, ...]
    """the words that name it, as they stand in the text; empty unless via text."""
    sentiment: MentionSentiment | None = None
    """what the item says of it; null where that isn't known: the sentiment of the whole item
    counts then.
    """
    added: bool = False
    """whether a person says that it is about it, and the rules don't."""


class ItemToRead(Model, frozen=True):
    """An item that weighs much, and why it was chosen."""

    item: str
    """the id of the item: `cited` has it."""
    text: str
    """its title, or the beginning of its text, in one line."""
    because: Literal["influence", "volume", "reach", "typical", "opposite"] | str
    """influence (it moves the mean most), volume (its thread is large), reach (its upvotes),
    typical (its words are nearest to those of the reason) or opposite (it pulls the other
    way).
    """
    why: str
    """why it was chosen, in words."""


class ItemsRead(Model, frozen=True):
    """The numbers of items that were read, and of all items.

    Contributions of communities, kinds and threads are of all items, those of topics are of
    the items that were read.
    """

    items: int
    """items of the window that count."""
    read: int
    """those of them that were read: spread over it where not all."""
    items_before: int
    """items of the time before that count."""
    read_before: int
    """those of them that were read."""


class KeptOutCounts(Model, frozen=True):
    """The number of items with words of the subject that are kept out, by the first reason."""

    excluded: int
    """by a phrase of `exclude`."""
    no_context: int
    """for the lack of a context word."""
    longer_name: int
    """by a longer name of another subject."""


class KeptOutExample(Model, frozen=True):
    """An item that has words of the subject, and that the rules keep out."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    community: str
    """the id of its community."""
    created_utc: datetime
    """when it was written."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    text: str
    """the part of its author's own words around the first mark, in one line; … stands where it
    was cut.
    """
    marks: tuple[tuple[int, ...], ...]
    """where the words stand in `text`: begin and end of each, in characters (code points), in
    order, without overlaps.
    """
    reason: Literal["excluded", "no_context", "longer_name"] | str
    """excluded: a phrase of `exclude` overlaps them; no_context: they need a context word near
    them; longer_name: a longer name of another subject stands there.
    """
    words: str
    """the words of the subject, as they stand in the text."""
    phrase: str
    """excluded: the phrase, as it stands in the text; longer_name: the longer name; else the
    words alone. It is what is marked.
    """
    subject: str | None
    """longer_name: the id of the other subject; null for other reasons."""


class KindFigures(Model, frozen=True):
    """The items of a kind of talk."""

    items: int
    """the items that have the kind, maybe among others."""
    avg_sentiment: float
    """their mean compound, -1 to 1."""
    stderr: float | None
    """the widest that the standard error of avg_sentiment can be: neither the spread nor the
    threads of a kind are stored; null for one item.
    """
    interval: tuple[float, float] | None
    """[low, high] by that error: it holds the true avg_sentiment in 95 of 100 cases or more;
    null where stderr is.
    """
    few: bool
    """whether it has fewer than 30 items, which is too few."""
    share: float
    """their part of the items whose kinds are known, 0 to 1; an item of two kinds counts in
    both.
    """


class LabelCounts(Model, frozen=True):
    """Posts and comments by label."""

    positive: int
    """items with compound >= 0.05."""
    negative: int
    """items with compound <= -0.05."""
    neutral: int
    """items in between."""


class LabelShare(Model, frozen=True):
    """The share of a label."""

    share: float
    """the part of the items that count, 0 to 1."""
    stderr: float | None
    """its standard error; null where `stderr` of the mean is."""
    interval: tuple[float, float] | None
    """[low, high]: it holds the true share in 95 of 100 cases; null where stderr is."""


class LabelShares(Model, frozen=True):
    """The share of each label."""

    positive: LabelShare
    """of positive items."""
    negative: LabelShare
    """of negative items."""
    neutral: LabelShare
    """of neutral items."""


class ListedCommunityBody(Body, frozen=True):
    """A community of a whole watchlist."""

    id: str
    """a subreddit's name, hn.NAME, forum.NAME, github.OWNER.REPOSITORY or push.NAME, in small
    letters but for a subreddit.
    """
    query: str | None = None
    """for hn.NAME: the words to look for; without them those of the name."""
    address: str | None = None
    """for forum.NAME: the forum's https address, unless it is known."""
    source: (
        Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | None
    ) = None
    """ignored, so that a read can be sent back."""


class ListedMarkerBody(Body, frozen=True):
    """A marker of a whole watchlist."""

    id: str
    """1 to 40 small letters, digits and hyphens, with a letter or digit first."""
    date: str
    """a day in UTC from 2000 to 2099, such as 2026-11-18."""
    time: str | None = None
    """a time of that day in UTC, such as 14:30; null or left out: unknown."""
    name: str
    """1 to 100 characters in one line."""
    kind: Literal["release", "incident", "price", "other"] = "other"
    """release, incident, price or other."""
    subject: str | None = None
    """the id of a subject of the watchlist; null or left out: it is for all."""
    link: str | None = None
    """an http or https address of at most 500 characters, or null."""
    at: str | None = None
    """ignored, so that a read can be sent back."""


class ListedSubjectBody(Body, frozen=True):
    """A subject of a whole watchlist."""

    id: str
    """1 to 40 small letters, digits and hyphens, with a letter or digit first."""
    name: str
    """the name that is shown, of 1 to 60 characters."""
    role: Literal["own", "competitor", "topic"] = "competitor"
    """own, competitor or topic."""
    terms: Sequence[TermBody]
    """1 to 50 names by which people call it."""
    exclude: Sequence[str] = ()
    """phrases that void the terms that they overlap: words of 1 to 60 characters, with a
    letter or digit among them.
    """
    context: Sequence[str] = ()
    """words of which one must be near a term that needs context: words of 1 to 60 characters,
    with a letter or digit among them.
    """
    home: Sequence[str] = ()
    """ids of communities that are about it."""
    merged_from: Sequence[str] = ()
    """ids of subjects whose history it has taken."""


class LookedAt(Model, frozen=True):
    """The items of a span among which topics were looked for."""

    start: datetime
    """the beginning of the span."""
    end: datetime
    """its end, which isn't part of it."""
    items: int
    """items that were read and count: not deleted, a program's, left out by their language, or
    a copy of another one.
    """
    read: int
    """items that were read."""
    of: int
    """items of the span, as statistics count them."""
    is_whole: bool
    """whether all items were read; otherwise they are a sample, spread evenly over the span,
    and counts of topics are those in the sample.
    """


class MarkerAnswer(Model, frozen=True):
    """Something that happened, which charts show."""

    id: str
    """the marker's id."""
    date: str
    """the day, in UTC."""
    time: str | None
    """the time of the day, in UTC; null: unknown."""
    name: str
    """the name that is shown."""
    kind: Literal["release", "incident", "price", "other"] | str
    """release, incident, price or other."""
    subject: str | None
    """the id of the subject that it concerns; null: all."""
    link: str | None
    """an address to read more; null if there is none."""
    at: datetime
    """the time; the beginning of the day where only that is known."""


class MarkerBody(Body, frozen=True):
    """A marker, whole: what is left out has its default."""

    id: str | None = None
    """nothing, or the id in the path."""
    date: str
    """a day in UTC from 2000 to 2099, such as 2026-11-18."""
    time: str | None = None
    """a time of that day in UTC, such as 14:30; null or left out: unknown."""
    name: str
    """1 to 100 characters in one line."""
    kind: Literal["release", "incident", "price", "other"] = "other"
    """release, incident, price or other."""
    subject: str | None = None
    """the id of a subject of the watchlist; null or left out: it is for all."""
    link: str | None = None
    """an http or https address of at most 500 characters, or null."""
    at: str | None = None
    """ignored, so that a read can be sent back."""


class MarkerEffect(Model, frozen=True):
    """Equal spans before and after a marker, and what changed between them."""

    marker: MarkerAnswer
    """the marker."""
    status: Literal["compared", "too_early", "upcoming"] | str
    """compared; too_early (less than a day was collected after it) or upcoming (it is still to
    come): then there are no spans and no change.
    """
    scope: str
    """a community, all, or subject:ID."""
    days: int
    """the days on either side that were asked for."""
    hours: int | None
    """the hours of each span: those of `days`, or as many as were collected since; null unless
    compared.
    """
    before: Span | None
    """the span before, which ends where the hour of the marker begins, or its day where no
    time is known; null unless compared.
    """
    after: Span | None
    """the span after, which begins where that hour or day ends; null unless compared."""
    change: Change | None
    """the change from the span before to that after: `statistics` are those after, `previous`
    those before; null unless compared.
    """
    items: tuple[DifferingItem, ...]
    """the items that differ: those of both spans that moved the mean most, the largest effect
    first, up to 10, and two of each thread; empty unless compared.
    """
    looked_at: ItemsRead | None
    """how many items were looked at for `items`: `items` and `read` are those of the span
    after; null unless compared.
    """
    ready_at: datetime
    """when a day will have passed after it."""
    overlapping: tuple[MarkerAnswer, ...]
    """other markers of the same subject, or for all, from the beginning of the span before to
    the end of that after: what changed may be theirs.
    """
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""


class MarkersAnswer(Model, frozen=True):
    """Markers, by their time."""

    markers: tuple[MarkerAnswer, ...]
    """the markers, oldest first."""


class MentionAnswer(Model, frozen=True):
    """A post or a comment that mentions a subject."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    community: str
    """the id of its community."""
    via: Literal["text", "thread", "home"] | str
    """text (it names the subject), thread (a comment that names no subject, under a post about
    this one) or home (it names no subject, in a home community of it).
    """
    matched: tuple[str, ...]
    """the words that name the subject, as they stand in the text; empty unless via text."""
    title: str | None
    """the title of a post; null for a comment."""
    text: str
    """the text in Markdown, empty where a post is a link."""
    sentiment: SubjectSentiment
    """what it says of the subject or, where `sentiment_of` is text, at all."""
    sentiment_of: Literal["text", "target", "mixed"] | str = "text"
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    author: str
    """the author's name; [deleted] if there is none."""
    created_utc: datetime
    """when it was written."""
    upvotes: int | None
    """upvotes minus downvotes, or likes, as last seen; null if the source has none."""
    comment_count: int | None
    """a post's comments at its source, as last seen; null for a comment, and where that isn't
    said.
    """
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the kind of place that it comes from."""
    collected_at: datetime
    """when its text was collected."""
    language: Literal["en", "other", "none"] | str | None = None
    """en, other (clearly not English) or none (no words of the author, so neutral with
    compound 0); null for texts scored before languages were recognised.
    """
    deleted: bool = False
    """whether its source already listed it without its author's words."""
    mentions: tuple[ItemMention, ...]
    """all subjects that it mentions, this one included."""
    copy_of: str | None = None
    """the post that it repeats, as community/id: one with its author's same words within a
    week, or the one that it cross-posts; null if it repeats none. A list over all
    communities leaves it out if it has that post.
    """
    copies: tuple[str, ...] = ()
    """the posts that repeat it, as community/id, oldest first."""
    kinds: (
        tuple[
            Literal[
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
            | str,
            ...,
        ]
        | None
    ) = None
    """its kinds of talk, [other] where none holds (docs/kinds.md); null where they are
    unknown: by a method without kinds, and for texts that aren't English.
    """
    switch: SwitchAnswer | None = None
    """of the kind switch, the subject that it blames and the one that it praises; null where
    that is unknown or unclear.
    """
    cursor: str
    """the value of `cursor` for the mentions after this one."""


class MentionChange(Model, frozen=True):
    """The change from the time before to the window, over the same number of full hours.

    See docs/uncertainty.md for what is better or worse.
    """

    verdict: Literal["better", "worse", "no_clear_change", "too_few", "incomplete"] | str
    """better or worse: beyond chance, among all scopes of the answer; no_clear_change (chance
    explains it), too_few (under 30 items or three threads on a side), or incomplete (see
    `reason`).
    """
    reason: Literal["mixed_methods", "no_earlier_data", "not_collected"] | str | None
    """why the change is incomplete: mixed_methods, no_earlier_data (fewer than half of the
    hours are known in both times, or the time before has less than a tenth of the items),
    or not_collected (the communities in `behind` lack more than a twentieth of the window);
    null otherwise.
    """
    hours: int
    """the number of full hours compared, on each side."""
    statistics: MentionTotals
    """the counts and the mean of the window's compared hours."""
    previous: MentionTotals
    """those of the hours before."""
    avg_sentiment: float | None
    """statistics minus previous, by the mean of all items; null if either has no items. The
    verdict rests on `by_thread`.
    """
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    by_thread: ThreadChange | None
    """the change of the mean in which threads weigh by what they can tell, on which the
    verdict rests; null where it is unknown.
    """
    giant: GiantThread | None
    """the thread with more than half of the items of a side, if there is one: no change is
    claimed that it alone makes.
    """
    behind: tuple[str, ...]
    """the communities that weren't collected up to the end of the full hours."""
    span_needed: int | None = None
    """of too_few: how many hours, in whole days, a span would need for a verdict, at the rate
    of items and threads here; null where data isn't that old, or tells no rate, and of
    other verdicts.
    """


class MentionDifference(Model, frozen=True):
    """The window minus the window before."""

    total: int
    """mentions."""
    positive: int
    """positive mentions."""
    negative: int
    """negative mentions."""
    neutral: int
    """neutral mentions."""
    posts: int
    """posts."""
    comments: int
    """comments."""
    left_out: int
    """mentions that aren't English."""
    avg_sentiment: float | None
    """mean compound; null if either window has no mentions."""
    stderr: float | None = None
    """the standard error of avg_sentiment, which knows threads; null where that of either
    window is.
    """
    interval: tuple[float, float] | None = None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases, looking at this alone;
    null where stderr is. A verdict is in `change`.
    """


class MentionSentiment(Model, frozen=True):
    """The sentiment of an item about a subject that it names."""

    label: Literal["positive", "negative", "neutral"] | str
    """positive, negative or neutral."""
    compound: float
    """-1 to 1."""
    method: str
    """the method that scored it."""
    version: str | None
    """the version of the method."""
    unsure: bool = False
    """whether the method can't tell; the label is neutral then."""
    deciding: tuple[str, ...] = ()
    """up to five words that decided the label, as they stand in the text without its Markdown;
    empty where the method doesn't tell them.
    """
    by: Literal["parent"] | str | None = None
    """parent: a bare reply, such as "same here", has the sentiment of what it answers; else
    null.
    """
    corrected: bool = False
    """whether a person corrected the label; the method, and what it gives beside label and
    compound, is still the one that scored it.
    """


class MentionTotals(Model, frozen=True):
    """Mentions, counted and averaged."""

    total: int
    """posts and comments together."""
    positive: int
    """mentions with compound >= 0.05."""
    negative: int
    """mentions with compound <= -0.05."""
    neutral: int
    """mentions in between."""
    avg_sentiment: float | None
    """mean compound, -1 to 1; null if there are no mentions."""
    posts: int
    """posts."""
    comments: int
    """comments."""
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    coverage: float | None = None
    """the part of the time that was observed, 0 to 1; null where nothing is recorded, and
    where the answer doesn't tell it.
    """
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    few: bool
    """whether fewer than 30 items count in avg_sentiment, which is too few."""
    shares: LabelShares | None = None
    """the shares of the labels, with errors that know threads; null without items, and where
    the answer leaves them out.
    """


class MergeBody(Body, frozen=True):
    """The subject that ends in another one."""

    from_: str = Field(validation_alias="from", serialization_alias="from")
    """the id of the subject that is merged."""


class NewFeed(Model, frozen=True):
    """A new signed address of a feed. It is shown this once."""

    id: str
    """its id, by which it is revoked."""
    feed: Literal["trending", "subject", "alert_rule"] | str
    """what it opens: trending, subject (its mentions) or alert_rule (its incidents)."""
    target: str | None
    """the id of the subject or of the alert rule; null of trending."""
    name: str
    """whose reader it is for."""
    made_at: datetime
    """when it was made."""
    made_by: str | None
    """who made it; null where that isn't known."""
    revoked_at: datetime | None
    """when it was revoked; null while it counts."""
    revoked_by: str | None
    """who revoked it; null where that isn't known."""
    address: str
    """the path that opens the feed: who has it may read it."""


class OtherVoices(Model, frozen=True):
    """The share of voice of the smaller subjects together."""

    mentions: int
    """posts and comments that mention it."""
    share: float | None
    """0 to 1; null where nothing of the set was mentioned."""
    stderr: float | None = None
    """the standard error of the share of voice, which knows that the mentions of a thread go
    together; null with fewer than two threads.
    """
    interval: tuple[float, float] | None = None
    """[low, high]: it holds the true share of voice in 95 of 100 cases; null where its
    standard error is.
    """
    few: bool = False
    """whether the set has fewer than 30 mentions, which is too few."""
    previous: float | None
    """its share in the compared hours before the window; null where none was mentioned, or
    nothing is known.
    """
    change: float | None
    """its share in the compared hours of the window minus `previous`; null where either is
    unknown.
    """
    change_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true `change` in 95 of 100 cases; null where that is unknown."""
    positive: int
    """mentions with compound >= 0.05."""
    negative: int
    """mentions with compound <= -0.05."""
    neutral: int
    """mentions in between."""
    left_out: int
    """mentions that aren't English, which have none of the labels."""
    sentiment: float | None
    """mean compound, -1 to 1; null without mentions."""
    sentiment_stderr: float | None = None
    """the standard error of `sentiment`, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    sentiment_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true `sentiment` in 95 of 100 cases; null where
    sentiment_stderr is.
    """
    sentiment_few: bool = True
    """whether fewer than 30 mentions count in `sentiment`, which is too few."""
    subjects: tuple[str, ...]
    """their ids."""


class PostAnswer(Model, frozen=True):
    """A post."""

    id: str
    """the post's id, unique among the posts of all communities."""
    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the kind of place that it comes from."""
    subreddit: str
    """the id of the community: a subreddit's name, or that of another source, such as
    push.support.
    """
    author: str
    """the author's name; [deleted] if there is none."""
    title: str
    """the title."""
    content: str
    """the text in Markdown, empty if the post is a link."""
    url: str
    """what the post links to; empty if it isn't http(s)."""
    permalink: str
    """the post at its source; empty if it isn't http(s)."""
    created_utc: datetime
    """when it was posted."""
    upvotes: int | None
    """upvotes minus downvotes, or likes, as last seen; null if the source has none."""
    comment_count: int | None
    """comments at its source, as last seen; null if the source doesn't say."""
    collected_at: datetime
    """when its text was collected."""
    language: Literal["en", "other", "none"] | str | None = None
    """en, other (clearly not English) or none (no words of the author, so neutral with
    compound 0); null for texts scored before languages were recognised.
    """
    sentiment: PostSentiment
    """the sentiment of title and content."""
    flair: str | None = None
    """its flair; null if it has none."""
    upvote_ratio: float | None = None
    """the share of upvotes among all votes, 0 to 1, as last seen; null if unknown."""
    deleted: bool = False
    """whether its source already listed it without its author's words."""
    cursor: str
    """the value of `cursor` of /posts/recent for the posts after this one."""
    copy_of: str | None = None
    """the post that it repeats, as community/id: one with its author's same words within a
    week, or the one that it cross-posts; null if it repeats none. A list over all
    communities leaves it out if it has that post.
    """
    copies: tuple[str, ...] = ()
    """the posts that repeat it, as community/id, oldest first."""
    mentions: tuple[ItemMention, ...] = ()
    """the subjects that it mentions."""
    not_about: tuple[str, ...] = ()
    """the subjects that the rules find in it, and a person says that it isn't about."""
    kinds: (
        tuple[
            Literal[
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
            | str,
            ...,
        ]
        | None
    ) = None
    """its kinds of talk, [other] where none holds (docs/kinds.md); null where they are
    unknown: by a method without kinds, and for texts that aren't English.
    """
    switch: SwitchAnswer | None = None
    """of the kind switch, the subject that it blames and the one that it praises; null where
    that is unknown or unclear.
    """


class PostDetail(Model, frozen=True):
    """A post with its comments."""

    post: PostAnswer
    """the post."""
    comments: tuple[CommentAnswer, ...]
    """its stored comments, oldest first, at most 500; the Link header leads to later ones."""
    comments_complete: bool
    """whether no later comments are stored: without `cursor`, whether these are all of them."""
    sentiment_distribution: LabelCounts
    """these comments by label."""
    sentiment_avg: float | None
    """these comments' mean compound, -1 to 1; null if there are none."""
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    methods: Mapping[str, int]
    """the number of items that each method and version scored, largest first."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""


class PostSentiment(Model, frozen=True):
    """The sentiment of a text."""

    label: Literal["positive", "negative", "neutral"] | str
    """positive, negative or neutral."""
    compound: float
    """-1 to 1."""
    positive: float
    """how positive: for linear its probability, for vader the share of such words; 0 to 1, and
    1 together.
    """
    negative: float
    """how negative: for linear its probability, for vader the share of such words; 0 to 1, and
    1 together.
    """
    neutral: float
    """how neutral: for linear its probability, for vader the share of such words; 0 to 1, and
    1 together.
    """
    method: str
    """the method that scored the text."""
    analyzed_at: datetime
    """when the text was scored."""
    version: str | None = None
    """the version of the method; null for texts scored before there were versions."""
    unsure: bool = False
    """whether the method can't tell; the label is neutral then."""
    deciding: tuple[str, ...] = ()
    """up to five words that decided the label, as they stand in the text without its Markdown;
    empty where the method doesn't tell them.
    """
    by: Literal["parent"] | str | None = None
    """parent: a bare reply, such as "same here", has the sentiment of what it answers; else
    null.
    """
    corrected: bool = False
    """whether a person corrected the label; the method, and what it gives beside label and
    compound, is still the one that scored it.
    """


class Preview(Model, frozen=True):
    """The newest items that the rules would match, and those that they keep out."""

    days: int
    """how many days were asked for."""
    since: datetime
    """from when on all items were looked at: later than the days' begin where there are more
    items than are looked at.
    """
    until: datetime
    """until when: now."""
    is_whole: bool
    """whether all items of the days were looked at."""
    looked_at: int
    """how many items were looked at: the newest ones that aren't deleted."""
    matched: int
    """how many of them name the subject: they would count via text."""
    share: float | None
    """`matched` of `looked_at`, 0 to 1; null where nothing was looked at."""
    communities: tuple[PreviewCommunity, ...]
    """the communities that were looked at, most matches first."""
    examples: tuple[PreviewExample, ...]
    """the newest items that match, at most 20, each text once."""
    kept_out: KeptOutCounts
    """what is kept out, by its reason."""
    kept_out_examples: tuple[KeptOutExample, ...]
    """the newest items that are kept out, at most 20, and 10 of each reason."""


class PreviewBody(Body, frozen=True):
    """The rules of a subject, as PUT /subjects/{id} takes them, and for how many days."""

    id: str | None = None
    """the id of the subject whose rules these would replace; without it it is new."""
    name: str
    """the name that is shown, of 1 to 60 characters."""
    role: Literal["own", "competitor", "topic"] = "competitor"
    """own, competitor or topic."""
    terms: Sequence[TermBody]
    """1 to 50 names by which people call it."""
    exclude: Sequence[str] = ()
    """phrases that void the terms that they overlap: words of 1 to 60 characters, with a
    letter or digit among them.
    """
    context: Sequence[str] = ()
    """words of which one must be near a term that needs context: words of 1 to 60 characters,
    with a letter or digit among them.
    """
    home: Sequence[str] = ()
    """ids of communities that are about it."""
    merged_from: Sequence[str] = ()
    """ids of subjects whose history it has taken."""
    days: int = 7
    """a whole number of days from 1 to 30: how far back to look."""


class PreviewCommunity(Model, frozen=True):
    """The items of one community that the rules would match."""

    community: str
    """the id of the community."""
    looked_at: int
    """how many of its items were looked at."""
    text: int
    """items whose text would name the subject."""
    home: int
    """items that name no subject, in a home community of it: they would count via home, or via
    thread under a post that names one.
    """


class PreviewExample(Model, frozen=True):
    """An item that the rules would match."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id, unique among those of its kind."""
    post_id: str
    """the post that it is or belongs to."""
    community: str
    """the id of its community."""
    created_utc: datetime
    """when it was written."""
    permalink: str
    """it at its source; empty if it isn't http(s)."""
    text: str
    """the part of its author's own words around the first mark, in one line; … stands where it
    was cut.
    """
    marks: tuple[tuple[int, ...], ...]
    """where the words stand in `text`: begin and end of each, in characters (code points), in
    order, without overlaps.
    """
    matched: tuple[str, ...]
    """the words that name the subject, as they stand in the text."""


class Problem(Model, frozen=True):
    """A problem document: https://www.rfc-editor.org/rfc/rfc9457."""

    type: str = "about:blank"
    """the kind of problem: about:blank if the status says everything,
    urn:undertone:bad-setting if a setting of the app is missing or bad,
    urn:undertone:needs-key if a key is missing or wrong, urn:undertone:needs-sign-in if no
    caller is signed in, https://iana.org/assignments/http-problem-types#quota-exceeded if a
    client or all of them have used up what they may, and
    https://iana.org/assignments/http-problem-types#temporary-reduced-capacity if too many
    ask now.
    """
    title: str
    """the status in words."""
    status: int
    """the HTTP status."""
    detail: str
    """what went wrong this time, and what to do."""
    instance: str
    """the requested path."""
    errors: tuple[BadParameter, ...] = ()
    """each refused parameter; empty for other problems."""


class ProcessHealth(Model, frozen=True):
    """The process that answers."""

    uptime_seconds: float
    """seconds since the process started."""
    memory_mb: float
    """resident memory, in millions of bytes."""
    cpu_percent: float
    """percent of one core since the last request for health; 0 at the first."""
    pid: int
    """the process id."""


class QuietHoursAnswer(Model, frozen=True):
    """The hours of each day in which no message is sent."""

    from_: str = Field(validation_alias="from", serialization_alias="from")
    """when they begin, in the rule's time zone."""
    to: str
    """when they end; where this isn't later, on the next day."""


class QuietHoursBody(Body, frozen=True):
    """The hours of each day in which no message is sent; `to` may be on the next day."""

    from_: str = Field(validation_alias="from", serialization_alias="from")
    """a time of the day in the rule's time zone, such as 22:00."""
    to: str
    """a time of the day in the rule's time zone, such as 22:00."""


class QuotedSentence(Model, frozen=True):
    """A sentence, word for word, with the words that decided its item's label marked."""

    item: str
    """the id of the item: `cited` has it."""
    text: str
    """the sentence, in one line."""
    marks: tuple[tuple[int, ...], ...]
    """where the deciding words stand in `text`: begin and end of each, in characters (code
    points), in order, without overlaps.
    """


class QuotesOfReason(Model, frozen=True):
    """The sentences that a reason rests on."""

    kind_of: Literal["community", "kind", "topic", "thread", "item"] | str
    """the kind of the part."""
    name: str
    """the name of the part, as contributions have it."""
    sentences: tuple[QuotedSentence, ...]
    """up to three sentences, of several threads."""


class RefusedLine(Model, frozen=True):
    """A line that wasn't taken."""

    line: int
    """the number of the line, from 1."""
    reason: str
    """what is wrong with it, and what to do."""


class RefusedName(Model, frozen=True):
    """A name that can't be watched."""

    name: str
    """the name as it was given."""
    detail: str
    """what is wrong with it."""
    takes: str
    """what would be right."""


class ReleasesRead(Model, frozen=True):
    """The reading of a repository's releases, which become markers."""

    read_at: datetime | None
    """when they were last read; null before the first time."""
    error: str | None
    """why the last attempt failed; null if it didn't."""
    kind: str | None
    """the kind of that error, such as missing; null if it didn't fail."""


class RematchState(Model, frozen=True):
    """The matching of stored items by the watchlist as it is now, from the newest to the
    oldest.
    """

    subjects: tuple[str, ...]
    """the ids of the subjects whose mentions may not be right until it is done."""
    items: int
    """how many items are stored; 0 until that is known, when it has begun."""
    matched: int
    """how many of them are matched so far."""
    left: int
    """how many are left."""
    began_at: datetime | None
    """when it began; null if it hasn't."""


class ReplayAnswer(Model, frozen=True):
    """What an alert rule would have sent over the last days."""

    rule: str
    """the id of the rule."""
    days: int
    """the days that were asked for."""
    evaluated: int
    """the number of full hours that were evaluated."""
    unknown: int
    """how many of these couldn't be judged."""
    reasons: Mapping[str, int]
    """why hours couldn't be judged, each with their number, the most frequent first."""
    messages: tuple[ReplayedAnswer, ...]
    """what would have been sent, oldest first."""


class ReplayedAnswer(Model, frozen=True):
    """A message that channels would have got."""

    at: datetime
    """the end of the hour in which it would have been known."""
    event: Literal["opened", "updated", "closed"] | str
    """opened, updated or closed: what became of the incident."""
    cause: str
    """what tells incidents of the rule apart."""
    sentence: str
    """what was found, in a sentence."""
    figures: Mapping[str, float | None]
    """figures by their names, such as value, baseline and n."""
    items: tuple[CitedAnswer, ...]
    """the items that it rests on, where they are known."""


class RequestCounts(Model, frozen=True):
    """The requests that a source was sent."""

    used: int
    """so far."""
    left: int | None
    """how many more it allows in its window; null where it doesn't say."""
    waited: float = 0.0
    """seconds waited between them and before retries."""
    outcome: Literal["ok", "failed", "waiting"] | str | None = None
    """ok; failed: none of its communities could be read, for `reason`; or waiting: it is still
    read, or its time was used up and the rest waits for the next cycle. null for cycles of
    earlier versions.
    """
    reason: str | None = None
    """why it failed or waits, or how many of its communities failed."""


class RuleAnswer(Model, frozen=True):
    """An alert rule."""

    id: str
    """the rule's id."""
    name: str
    """the name that is shown."""
    scope: str
    """all, subject:ID or community:ID."""
    condition: ConditionAnswer
    """what the rule looks for."""
    channels: tuple[ChannelAnswer, ...]
    """the places that messages go to."""
    quiet_hours: QuietHoursAnswer | None
    """the hours of each day in which no message is sent; null: none."""
    time_zone: str
    """the time zone of the quiet hours."""
    cooldown: int
    """minutes after an incident's end in which the same cause opens no other."""
    note: str
    """the owner's note."""
    enabled: bool
    """whether it is evaluated."""


class RuleBody(Body, frozen=True):
    """An alert rule, whole: what is left out has its default."""

    id: str | None = None
    """nothing, or the id in the path."""
    name: str
    """1 to 80 characters, with a letter or digit among them."""
    scope: str
    """all, subject:ID of a subject of the watchlist, or community:ID of a community that is
    collected.
    """
    condition: ConditionBody
    """what the rule looks for."""
    channels: Sequence[ChannelBody] = ()
    """at most 5 places that messages go to; without any, incidents are only listed."""
    quiet_hours: QuietHoursBody | None = None
    """the hours of each day in which no message is sent; null: none."""
    time_zone: str = "UTC"
    """the name of a time zone, such as Europe/Berlin or UTC."""
    cooldown: int = 240
    """a whole number of minutes from 15 to 10080 (7 days), by default 240: the time after an
    incident's end in which the same cause opens no other. Hours that begin in it open none.
    Items and topics have none.
    """
    note: str = ""
    """the owner's note, of at most 500 characters."""
    enabled: bool = True
    """true, or false: it isn't evaluated."""
    status: str | None = None
    """ignored, so that a read can be sent back."""
    status_since: str | None = None
    """ignored, so that a read can be sent back."""
    status_reason: str | None = None
    """ignored, so that a read can be sent back."""
    silenced_until: str | None = None
    """ignored, so that a read can be sent back."""
    open_incidents: int | None = None
    """ignored, so that a read can be sent back."""


class RuleWithStatus(Model, frozen=True):
    """An alert rule, and what it is doing."""

    id: str
    """the rule's id."""
    name: str
    """the name that is shown."""
    scope: str
    """all, subject:ID or community:ID."""
    condition: ConditionAnswer
    """what the rule looks for."""
    channels: tuple[ChannelWithStatus, ...]
    """the places that messages go to."""
    quiet_hours: QuietHoursAnswer | None
    """the hours of each day in which no message is sent; null: none."""
    time_zone: str
    """the time zone of the quiet hours."""
    cooldown: int
    """minutes after an incident's end in which the same cause opens no other."""
    note: str
    """the owner's note."""
    enabled: bool
    """whether it is evaluated."""
    status: (
        Literal["ok", "firing", "recovering", "silenced", "no_data", "broken", "off", "waiting"]
        | str
    )
    """by the last evaluation: ok, firing, recovering (what was found is found no more),
    silenced, no_data (the hour can't be judged) or broken (it can't be evaluated); else
    off, where it is disabled, or waiting, before the first evaluation.
    """
    status_since: datetime | None
    """when this status began; null where that isn't known: before the first hour that can be
    judged, where it is off, and until the evaluation after it was silenced.
    """
    status_reason: str | None
    """why it is no_data or broken; else null."""
    silenced_until: datetime | None
    """until when it opens nothing, since somebody has silenced it; null: it isn't."""
    open_incidents: int
    """the number of its open incidents."""


class RulesAnswer(Model, frozen=True):
    """All alert rules."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when they were changed; null before the first."""
    change: str
    """what the last change was."""
    rules: tuple[RuleAnswer, ...]
    """the rules, in their order."""


class RulesHistory(Model, frozen=True):
    """Revisions of the alert rules, the newest first."""

    revisions: tuple[RulesRevision, ...]
    """the revisions."""


class RulesRevision(Model, frozen=True):
    """A state of the alert rules, and who made it."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when they were changed; null before the first."""
    change: str
    """what the last change was."""
    rules: tuple[RuleAnswer, ...]
    """the rules, in their order."""
    by: str | None
    """who made the change: the name of a key, or who was signed in; null where that isn't
    known, or isn't shown since everybody may read.
    """


class RulesWithStatus(Model, frozen=True):
    """All alert rules, and what they are doing."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when they were changed; null before the first."""
    change: str
    """what the last change was."""
    rules: tuple[RuleWithStatus, ...]
    """the rules, in their order."""


class SaidAnswer(Model, frozen=True):
    """The label of a method at the time of its correction."""

    label: Literal["positive", "negative", "neutral"] | str
    """positive, negative or neutral."""
    method: str
    """the name of the method."""
    version: str | None
    """the version of the method; null for the earliest ones."""


class SaidSentence(Model, frozen=True):
    """A sentence of the answer, and what it rests on."""

    text: str
    """the sentence."""
    evidence: tuple[int, ...]
    """the numbers of the evidence that it rests on."""
    items: tuple[str, ...]
    """ids of the items that it rests on."""


class ScopeTopic(Model, frozen=True):
    """A topic: its terms are more frequent in the span than before."""

    id: str
    """the name as an identifier: /items takes it with the same span."""
    name: str
    """a phrase that most of its items use, in their spelling."""
    keywords: tuple[str, ...]
    """other terms that its items use more than before."""
    n: int
    """its items in the span: those that /items lists with `topic`."""
    n_before: int
    """its items in the span before, which may be longer."""
    ratio: float | None
    """its share of the items, divided by that share before; null if it wasn't mentioned before."""
    log_likelihood: float
    """Dunning's G2 of its main term: how surprising its use is. Topics are ranked by it."""
    chance: float
    """the probability that chance alone makes any of the terms that were tested as surprising;
    0.01 at most.
    """
    kinds: Mapping[str, int] | None
    """its items by kind of talk, most first; null where no kinds are known."""
    statistics: Totals
    """the counts and the mean of its items; with `subject`, of what they say of it."""
    communities: tuple[str, ...]
    """the communities of its items, most items first."""
    course: TopicCourse
    """its course over the span."""
    started_by: TopicItem
    """its earliest item in the span."""
    items: tuple[TopicItem, ...]
    """its newest items, 100 at most."""


class ScopeTopics(Model, frozen=True):
    """The topics of a scope and a span, most surprising first."""

    scope: str
    """a community, all, or subject:ID."""
    subject: str | None = None
    """the id of the subject; null without `subject`."""
    span: LookedAt
    """the span, and what was read of it."""
    before: LookedAt
    """the span before it that it is compared with: equally long, but a week at least."""
    why_none: Literal["no_items", "nothing_before", "nothing_stands_out"] | str | None
    """why there are no topics: nothing was said, nothing is known of the span before, or
    nothing is said significantly more; null if there are any.
    """
    topics: tuple[ScopeTopic, ...]
    """the topics; an item belongs to one at most."""
    coverage: CoverageAnswer | None = None
    """what was observed in the span; null where nothing is recorded."""
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """


class ScoringHealth(Model, frozen=True):
    """The method of sentiment in force, and the stored items that wait for it."""

    method: str
    """the method in force, with its version."""
    wanted: str
    """the method that SENTIMENT_METHOD asks for."""
    reason: str | None
    """why another method than the wanted one is in force; null if it isn't."""
    waiting: int
    """the stored items that another method scored, and that wait."""
    stands_in: str | None
    """the light method that scores items until then; null if there is none."""
    oldest_waiting: datetime | None
    """the hour of the oldest that wait."""
    newest_waiting: datetime | None
    """the hour of the newest that wait."""
    failed: int
    """how many of them couldn't be scored, and are tried again after an hour: the log says why."""


class SentDigestTest(Model, frozen=True):
    """A test of a digest, which is on its way."""

    issue: str
    """the id of an issue of its own, whose deliveries say what became of it."""


class SentTest(Model, frozen=True):
    """A test of a rule's channels, which is on its way."""

    incident: str
    """the id of an incident of its own, whose deliveries say what became of it."""


class SentimentTrends(Model, frozen=True):
    """The sentiment of a window, and its course."""

    subreddit: str
    """the community, or all."""
    scope: str
    """a community, all, or subject:ID."""
    subject: str | None = None
    """the id of the subject; null without `subject`."""
    via: Literal["text", "thread", "home"] | str | None = None
    """the only way that counts; null without `via`."""
    time_window_hours: int
    """hours in the window."""
    statistics: WindowTotals
    """the counts and the mean."""
    window: TimeWindow
    """the time that was counted."""
    coverage: CoverageAnswer | None = None
    """what was observed of the window; null where nothing is recorded."""
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""
    granularity: Literal["hour", "2h", "4h", "8h", "day", "week"] | str
    """the length of a step."""
    trend_data: tuple[TrendPoint, ...]
    """every step that the window touches, oldest first, with only the items of the window; a
    step without items has totals of 0.
    """
    communities: Mapping[str, tuple[TrendPoint, ...]] | None = None
    """the same steps for each community with mentions, most first; null unless `by` is
    community.
    """
    vias: Mapping[str, tuple[TrendPoint, ...]] | None = None
    """the same steps for text, thread and home; null unless `by` is via."""


class ShareOfVoice(Model, frozen=True):
    """The mentions of each subject over those of a set of subjects."""

    time_window_hours: int
    """hours in the window."""
    window: TimeWindow
    """the time that was counted."""
    previous_window: TimeWindow
    """the time that `previous` is of."""
    before: Baseline
    """the time that each `change` compares the window's full hours with."""
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    coverage: CoverageAnswer | None = None
    """what was observed of the window; null where nothing is recorded."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""
    subjects: tuple[SubjectVoice, ...]
    """the subjects of the set, most mentions first."""
    others: OtherVoices | None
    """the subjects beyond `top` together; null if there are none."""
    base: int
    """the mentions of the set in the window."""
    previous_base: int
    """its mentions in the compared hours before the window."""
    set: tuple[str, ...]
    """the ids of the subjects of the set."""
    home: Literal["include", "exclude"] | str
    """whether the home communities of the set's subjects count."""
    community: str | None
    """the only community that counts; null for all."""
    left_out_communities: tuple[str, ...]
    """the home communities that don't count; empty with `home` include."""
    compared_hours: int
    """the number of full hours compared, on each side: those in which something was observed."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """


class ShownChannel(Model, frozen=True):
    """A channel as anybody may see it."""

    type: Literal["webhook", "slack", "teams", "discord", "email", "apprise"] | str
    """webhook, slack, teams, discord, email or apprise."""
    address: str | None
    """the host of a hook, an e-mail address with its name left out, or the service of an
    Apprise address; null where a setting holds it.
    """


class SnoozeBody(Body, frozen=True):
    """How long nothing more of an incident, or of its whole rule, is sent."""

    hours: int
    """a whole number of hours from 1 to 168."""
    of: Literal["incident", "rule"] = "incident"
    """incident: nothing more of it is sent, and nothing of another one of the same rule and
    cause. rule: nothing of its rule is sent, and no incident opens.
    """


class SourceHealth(Model, frozen=True):
    """A source of which communities fail."""

    source: Literal["reddit", "hackernews", "discourse", "github", "arctic_shift", "push"] | str
    """the source."""
    kind: str
    """the kind of error, such as blocked."""
    reason: str
    """why, in words."""
    since: datetime
    """since when each collection of these communities failed."""
    communities: tuple[str, ...]
    """its communities that fail for this reason."""
    is_whole: bool
    """whether these are all of its watched communities."""


class Span(Model, frozen=True):
    """Whole hours."""

    start: datetime
    """the beginning of the first hour."""
    end: datetime
    """the end of the last hour."""


class Stats(Model, frozen=True):
    """The sentiment of a window."""

    subreddit: str
    """the community, or all."""
    scope: str
    """a community, all, or subject:ID."""
    subject: str | None = None
    """the id of the subject; null without `subject`."""
    via: Literal["text", "thread", "home"] | str | None = None
    """the only way that counts; null without `via`."""
    time_window_hours: int
    """hours in the window."""
    statistics: WindowTotals
    """the counts and the mean."""
    window: TimeWindow
    """the time that was counted."""
    coverage: CoverageAnswer | None = None
    """what was observed of the window; null where nothing is recorded."""
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""


class Struck(Model, frozen=True):
    """A part of a model's answer that isn't shown."""

    what: Literal["figure", "quote", "link", "sentence"] | str
    """what it was."""
    why: str
    """why it was struck, in words."""


class SubjectAnswer(Model, frozen=True):
    """A subject with its rules."""

    id: str
    """the subject's id."""
    name: str
    """the name that is shown."""
    role: Literal["own", "competitor", "topic"] | str
    """own, competitor or topic."""
    terms: tuple[TermAnswer, ...]
    """the names by which people call it."""
    exclude: tuple[str, ...]
    """phrases that void the terms that they overlap."""
    context: tuple[str, ...]
    """words of which one must be near a term that needs context."""
    home: tuple[str, ...]
    """the ids of communities that are about it."""
    merged_from: tuple[str, ...]
    """the ids of subjects whose history it has taken."""


class SubjectBody(Body, frozen=True):
    """A subject, whole: what is left out has its default."""

    id: str | None = None
    """nothing, or the id in the path."""
    name: str
    """the name that is shown, of 1 to 60 characters."""
    role: Literal["own", "competitor", "topic"] = "competitor"
    """own, competitor or topic."""
    terms: Sequence[TermBody]
    """1 to 50 names by which people call it."""
    exclude: Sequence[str] = ()
    """phrases that void the terms that they overlap: words of 1 to 60 characters, with a
    letter or digit among them.
    """
    context: Sequence[str] = ()
    """words of which one must be near a term that needs context: words of 1 to 60 characters,
    with a letter or digit among them.
    """
    home: Sequence[str] = ()
    """ids of communities that are about it."""
    merged_from: Sequence[str] = ()
    """ids of subjects whose history it has taken."""


class SubjectCard(Model, frozen=True):
    """A subject, with its figures, rules and newest mentions."""

    time_window_hours: int
    """hours in the window."""
    window: TimeWindow
    """the time that was counted."""
    previous_window: TimeWindow
    """the time that `previous` is of."""
    before: Baseline
    """the time that each `change` compares the window's full hours with."""
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    coverage: CoverageAnswer | None = None
    """what was observed of the window; null where nothing is recorded."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""
    set: tuple[str, ...]
    """the subjects whose mentions are the base of shares: those of role own and competitor."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    base: int
    """the mentions of the subjects of `set` in the window."""
    granularity: Literal["hour", "2h", "4h", "8h", "day", "week"] | str
    """the length of a step of `trend_data`."""
    gaps: tuple[TimeWindow, ...]
    """hours of the window in which nothing was observed, or, where nothing is recorded,
    probably nothing.
    """
    id: str
    """the id of the subject."""
    name: str
    """its name."""
    role: Literal["own", "competitor", "topic"] | str
    """own, competitor or topic."""
    home: tuple[str, ...]
    """the ids of its home communities."""
    mentions: int
    """its mentions in the window: `total` of `statistics`."""
    statistics: MentionTotals
    """the mentions of the window, counted, and their mean."""
    previous: MentionTotals
    """those of the window before, with the same number of hours."""
    difference: MentionDifference
    """statistics minus previous."""
    change: MentionChange
    """the change since the time before, over equal full hours."""
    share: float | None
    """its share of voice among the subjects of `set`, 0 to 1; null for a subject outside of
    it, and where none was mentioned.
    """
    share_stderr: float | None = None
    """the standard error of the share of voice, which knows that the mentions of a thread go
    together; null with fewer than two threads.
    """
    share_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true share of voice in 95 of 100 cases; null where its
    standard error is.
    """
    share_few: bool = False
    """whether the set has fewer than 30 mentions, which is too few."""
    share_change: float | None
    """its share of voice in the compared full hours minus that in the hours before; null where
    either is unknown.
    """
    top_community: CommunityMentions | None
    """the community with most of its mentions; null without mentions."""
    trend_data: tuple[SubjectPoint, ...]
    """every step of the window, oldest first: hours up to 48 of them, else days."""
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    terms: tuple[TermAnswer, ...]
    """its names."""
    exclude: tuple[str, ...]
    """phrases that void the terms that they overlap."""
    context: tuple[str, ...]
    """the words of which terms may need one near them."""
    merged_from: tuple[str, ...]
    """the ids of the subjects whose history this one has taken."""
    by_via: tuple[ViaFigures, ...]
    """the window by text, thread and home."""
    by_community: tuple[CommunityFigures, ...]
    """the window and its change by community, the one with most mentions first; last those
    with mentions only in the hours before. Their effects, with `effect_of_others`, add up
    to the subject's change.
    """
    kinds: Mapping[str, KindFigures] | None = None
    """the window by kind of talk, less kinds without items; null where no item's kinds are
    known.
    """
    effect_of_others: float | None
    """what is left of the subject's change beside the effects of `by_community`: that of
    communities that aren't compared by themselves, or aren't watched any more. Null where
    the subject has no mean on either side.
    """
    newest: tuple[MentionAnswer, ...]
    """the newest mentions of the window, at most five."""


class SubjectFigures(Model, frozen=True):
    """A subject of the watchlist, in the window and in the one before."""

    id: str
    """the id of the subject."""
    name: str
    """its name."""
    role: Literal["own", "competitor", "topic"] | str
    """own, competitor or topic."""
    home: tuple[str, ...]
    """the ids of its home communities."""
    mentions: int
    """its mentions in the window: `total` of `statistics`."""
    statistics: MentionTotals
    """the mentions of the window, counted, and their mean."""
    previous: MentionTotals
    """those of the window before, with the same number of hours."""
    difference: MentionDifference
    """statistics minus previous."""
    change: MentionChange
    """the change since the time before, over equal full hours."""
    share: float | None
    """its share of voice among the subjects of `set`, 0 to 1; null for a subject outside of
    it, and where none was mentioned.
    """
    share_stderr: float | None = None
    """the standard error of the share of voice, which knows that the mentions of a thread go
    together; null with fewer than two threads.
    """
    share_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true share of voice in 95 of 100 cases; null where its
    standard error is.
    """
    share_few: bool = False
    """whether the set has fewer than 30 mentions, which is too few."""
    share_change: float | None
    """its share of voice in the compared full hours minus that in the hours before; null where
    either is unknown.
    """
    top_community: CommunityMentions | None
    """the community with most of its mentions; null without mentions."""
    trend_data: tuple[SubjectPoint, ...]
    """every step of the window, oldest first: hours up to 48 of them, else days."""
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """


class SubjectPoint(Model, frozen=True):
    """One step of a subject's course."""

    start: datetime
    """when the hour or day begins."""
    total: int
    """posts and comments that mention it."""
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    avg_sentiment: float | None
    """mean compound, -1 to 1; null if nothing counts in it."""
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    few: bool
    """whether fewer than 30 items count in avg_sentiment, which is too few."""
    coverage: float | None
    """the part of the step that was observed, 0 to 1; null where nothing is recorded."""


class SubjectSentiment(Model, frozen=True):
    """The sentiment by which a mention counts."""

    label: Literal["positive", "negative", "neutral"] | str
    """positive, negative or neutral."""
    compound: float
    """-1 to 1."""
    method: str
    """the method that scored it."""
    version: str | None
    """the version of the method."""
    unsure: bool = False
    """whether the method can't tell; the label is neutral then."""
    deciding: tuple[str, ...] = ()
    """up to five words that decided the label, as they stand in the text without its Markdown;
    empty where the method doesn't tell them.
    """
    by: Literal["parent"] | str | None = None
    """parent: a bare reply, such as "same here", has the sentiment of what it answers; else
    null.
    """
    corrected: bool = False
    """whether a person corrected the label; the method, and what it gives beside label and
    compound, is still the one that scored it.
    """
    positive: float | None
    """how positive: for linear its probability, for vader the share of such words; 0 to 1, and
    1 together; null where `sentiment_of` is target.
    """
    negative: float | None
    """how negative, likewise."""
    neutral: float | None
    """how neutral, likewise."""
    analyzed_at: datetime | None
    """when the text was scored; null where `sentiment_of` is target."""


class SubjectVoice(Model, frozen=True):
    """The share of voice of one subject."""

    mentions: int
    """posts and comments that mention it."""
    share: float | None
    """0 to 1; null where nothing of the set was mentioned."""
    stderr: float | None = None
    """the standard error of the share of voice, which knows that the mentions of a thread go
    together; null with fewer than two threads.
    """
    interval: tuple[float, float] | None = None
    """[low, high]: it holds the true share of voice in 95 of 100 cases; null where its
    standard error is.
    """
    few: bool = False
    """whether the set has fewer than 30 mentions, which is too few."""
    previous: float | None
    """its share in the compared hours before the window; null where none was mentioned, or
    nothing is known.
    """
    change: float | None
    """its share in the compared hours of the window minus `previous`; null where either is
    unknown.
    """
    change_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true `change` in 95 of 100 cases; null where that is unknown."""
    positive: int
    """mentions with compound >= 0.05."""
    negative: int
    """mentions with compound <= -0.05."""
    neutral: int
    """mentions in between."""
    left_out: int
    """mentions that aren't English, which have none of the labels."""
    sentiment: float | None
    """mean compound, -1 to 1; null without mentions."""
    sentiment_stderr: float | None = None
    """the standard error of `sentiment`, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    sentiment_interval: tuple[float, float] | None = None
    """[low, high]: it holds the true `sentiment` in 95 of 100 cases; null where
    sentiment_stderr is.
    """
    sentiment_few: bool = True
    """whether fewer than 30 mentions count in `sentiment`, which is too few."""
    id: str
    """the id of the subject."""
    name: str
    """its name."""
    role: Literal["own", "competitor", "topic"] | str
    """own, competitor or topic."""
    communities: tuple[CommunityMentions, ...]
    """its mentions by community, most first."""
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """


class SubjectsAnswer(Model, frozen=True):
    """The subjects of the watchlist, with their figures."""

    time_window_hours: int
    """hours in the window."""
    window: TimeWindow
    """the time that was counted."""
    previous_window: TimeWindow
    """the time that `previous` is of."""
    before: Baseline
    """the time that each `change` compares the window's full hours with."""
    sentiment_of: Literal["text", "target", "mixed"] | str
    """what sentiment is of: text (the author's whole text), target (what the author says of
    the subject, where the text names it) or mixed (both, as `methods` say).
    """
    coverage: CoverageAnswer | None = None
    """what was observed of the window; null where nothing is recorded."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""
    timestamp: datetime
    """when the answer was made."""
    set: tuple[str, ...]
    """the subjects whose mentions are the base of shares: those of role own and competitor."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    base: int
    """the mentions of the subjects of `set` in the window."""
    granularity: Literal["hour", "2h", "4h", "8h", "day", "week"] | str
    """the length of a step of `trend_data`."""
    gaps: tuple[TimeWindow, ...]
    """hours of the window in which nothing was observed, or, where nothing is recorded,
    probably nothing.
    """
    subjects: tuple[SubjectFigures, ...]
    """own ones first, then competitors, then topics; each role by mentions."""
    rematching: bool
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """


class SubredditDetail(Model, frozen=True):
    """A watched community."""

    name: str
    """the community's name."""
    last_collected_at: datetime | None
    """when it was last collected; null before the first time."""
    items_24h: int
    """posts and comments of the last 24 hours."""
    last_error: str | None
    """why its last collection failed, and since when each failed; null if it succeeded."""


class Subreddits(Model, frozen=True):
    """The watched communities."""

    subreddits: tuple[str, ...]
    """the names of the watched communities."""
    count: int
    """the number of watched communities."""
    details: tuple[SubredditDetail, ...]
    """one object for each community."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""


class SwitchAnswer(Model, frozen=True):
    """SwitchAnswer."""

    from_: str | None = Field(validation_alias="from", serialization_alias="from")
    """the id of the subject that was left; null if unknown."""
    to: str | None
    """the id of the subject that was taken; null if unknown."""


class TermAnswer(Model, frozen=True):
    """A name of a subject."""

    text: str
    """a word or a phrase."""
    exact: bool
    """whether it counts in this case only."""
    prefix: bool
    """whether it is also the beginning of words."""
    needs_context: bool
    """whether it counts outside of home communities only near a word of `context`."""
    capital: bool = False
    """whether it then also counts where it has its own capitals within a sentence."""


class TermBody(Body, frozen=True):
    """A name of a subject."""

    text: str
    """a name as people write it, of 2 to 60 characters, that isn't a common word."""
    exact: bool = False
    """true: only in this case."""
    prefix: bool = False
    """true: also the beginning of a word."""
    needs_context: bool = False
    """true: outside home communities only with a context word near it."""
    capital: bool = False
    """true: with needs_context, it also counts where it has its own capitals within a sentence."""


class ThreadChange(Model, frozen=True):
    """A change of the mean in which threads weigh by what they can tell."""

    avg_sentiment: float
    """the change of that mean."""
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""


class TimeWindow(Model, frozen=True):
    """Whole hours: the current one so far, and those before it; or those from a start to an
    end.
    """

    start: datetime
    """the beginning of the first hour."""
    end: datetime
    """when the request was made, or the last collection; with `start` the end of the last full
    hour.
    """


class TopicAnswer(Model, frozen=True):
    """A trending topic."""

    id: str
    """the theme as an identifier, which the topic keeps from run to run."""
    theme: str
    """a phrase that most of its posts use, in their spelling."""
    keywords: tuple[str, ...]
    """other terms that its posts use more than before."""
    post_ids: tuple[str, ...]
    """up to 100 of its posts, fastest growing first."""
    mentions: int
    """posts of the last 24 hours that are about it."""
    mentions_by_hour: tuple[int, ...]
    """its posts and their comments in each of the 24 hours, oldest first."""
    growth: float | None
    """the share of posts that use its main term, divided by that share in the seven days
    before; null if no post used it then.
    """
    subreddits: tuple[str, ...]
    """the communities of its posts, the most frequent first."""
    engagement_velocity: float | None
    """the upvotes and three times the comments that each of its posts gains an hour, added up;
    recent gains weigh more. Topics are ranked by it. null if nothing is known of any post's
    upvotes and comments.
    """
    upvotes: int | None = None
    """upvotes that its posts gained in the 24 hours; null for topics computed by earlier
    versions.
    """
    comments: int | None = None
    """comments that its posts gained in the 24 hours, as the source counts them; null for
    topics computed by earlier versions.
    """
    state: Literal["new", "rising", "peaked", "fading"] | str | None = None
    """new (first mentioned within 6 hours), rising, peaked (past its peak, at peak_time) or
    fading (its last 3 hours have at most a third of its best 3); null for topics computed
    by earlier versions.
    """
    sentiment_distribution: LabelCounts
    """its posts and their comments by label."""
    sentiment_avg: float | None
    """their mean compound, -1 to 1; null if all are left out."""
    stderr: float | None = None
    """the standard error of sentiment_avg, which knows that the items of a thread agree; null
    with fewer than two threads, and for topics computed by earlier versions.
    """
    interval: tuple[float, float] | None = None
    """[low, high]: it holds the true sentiment_avg in 95 of 100 cases; null where stderr is."""
    few: bool | None = None
    """whether fewer than 30 items count in sentiment_avg, which is too few; null for topics
    computed by earlier versions.
    """
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    methods: Mapping[str, int]
    """the number of items that each method and version scored, largest first."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    peak_time: datetime
    """the beginning of the hour with the most posts and comments."""
    subject_mentions: int | None = None
    """with `subject`, the number of its listed posts that mention the subject: `post_ids` has
    only these then, and all other figures are those of the whole topic; null without
    `subject`.
    """
    rematching: bool = False
    """whether stored items are being matched with changed rules, so that the mentions may not
    be right yet.
    """
    created_at: datetime
    """when it was computed."""
    coverage: CoverageAnswer | None = None
    """what was observed of its communities in the 24 hours; null where nothing is recorded."""


class TopicCourse(Model, frozen=True):
    """The course of a topic over the span."""

    state: Literal["new", "rising", "peaked", "fading", "gone"] | str
    """new (nothing of it in the span before, and first said in the last quarter), rising (its
    last eighth has the most), peaked (past its peak, at peak_at), fading (its last eighth
    has at most a third of the best one) or gone (nothing in the last quarter).
    """
    granularity: Literal["hour", "day"] | str
    """hour up to 48 hours, day for longer spans, in UTC."""
    first_at: datetime
    """when it was first said in the span."""
    peak_at: datetime
    """the beginning of the hour or day with the most items."""
    steps: tuple[CourseStep, ...]
    """every hour or day of the span, oldest first."""


class TopicItem(Model, frozen=True):
    """An item of a topic."""

    kind: Literal["post", "comment"] | str
    """post or comment."""
    id: str
    """its id."""
    post_id: str
    """the id of the post that it is or answers."""
    community: str
    """the id of its community."""
    created_utc: datetime
    """when it was written."""


class Totals(Model, frozen=True):
    """Posts and comments, counted and averaged."""

    total: int
    """posts and comments together."""
    positive: int
    """items with compound >= 0.05."""
    negative: int
    """items with compound <= -0.05."""
    neutral: int
    """items in between."""
    avg_sentiment: float | None
    """mean compound, -1 to 1; null if there are no items."""
    posts: int
    """posts."""
    comments: int
    """comments."""
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    methods: Mapping[str, int]
    """the number of items that each method and version scored, largest first."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    copies: int = 0
    """how many of the posts repeat another one: the same author's same words, or a cross-post.
    They all count here, but a list over all communities shows only one of them.
    """
    corrected: int = 0
    """items whose label a person corrected; they count with that label, and in `methods` by
    what scored them.
    """
    coverage: float | None = None
    """the part of the time that was observed, 0 to 1; null where nothing is recorded, and
    where the answer doesn't tell it.
    """
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    few: bool
    """whether fewer than 30 items count in avg_sentiment, which is too few."""
    shares: LabelShares | None = None
    """the shares of the labels, with errors that know threads; null without items, and where
    the answer leaves them out.
    """


class TrendPoint(Model, frozen=True):
    """One step of a trend."""

    start: datetime
    """when the hour, day or week begins."""
    total: int
    """posts and comments together."""
    positive: int
    """items with compound >= 0.05."""
    negative: int
    """items with compound <= -0.05."""
    neutral: int
    """items in between."""
    avg_sentiment: float | None
    """mean compound, -1 to 1; null if there are no items."""
    posts: int
    """posts."""
    comments: int
    """comments."""
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    methods: Mapping[str, int]
    """the number of items that each method and version scored, largest first."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    copies: int = 0
    """how many of the posts repeat another one: the same author's same words, or a cross-post.
    They all count here, but a list over all communities shows only one of them.
    """
    corrected: int = 0
    """items whose label a person corrected; they count with that label, and in `methods` by
    what scored them.
    """
    coverage: float | None = None
    """the part of the step that was observed, 0 to 1: what is less isn't complete, and 0 is
    unknown, whatever its totals; null where nothing is recorded.
    """
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    few: bool
    """whether fewer than 30 items count in avg_sentiment, which is too few."""
    shares: LabelShares | None = None
    """the shares of the labels, with errors that know threads; null without items, and where
    the answer leaves them out.
    """


class Triggered(Model, frozen=True):
    """A requested collection."""

    status: Literal["triggered"] | str = "triggered"
    """always triggered."""
    message: str
    """what happens next, and how long it takes by the setting of the queue."""
    cycle: str
    """the cycle's id; /api/v1/cycles/{id} shows its progress."""
    timestamp: datetime
    """when the answer was made."""


class TryBody(Body, frozen=True):
    """How far back a rule is tried."""

    days: int = 30
    """a whole number of days from 1 to 30."""


class Understood(Model, frozen=True):
    """The question as it was understood."""

    intent: (
        Literal[
            "feeling",
            "change",
            "reason",
            "comparison",
            "topic",
            "reading",
            "release",
            "share",
            "free",
        ]
        | str
    )
    """feeling (how people feel), change (what changed), reason (why), comparison, topic (what
    people say about something), reading (which posts to read), release (whether it helped),
    share (of voice), or free (only a model can tell).
    """
    sentence: str
    """it in words."""
    scopes: tuple[AskedScope, ...]
    """the scopes; of a comparison, two to ten. Otherwise a subject and a community mean the
    subject in the community.
    """
    start: datetime | None
    """the beginning of the span; null if none is needed."""
    end: datetime | None
    """the end of the span."""
    span_words: str
    """the words of the question that name the span; empty: the default."""
    search: str | None
    """the words that texts are searched for; null if none."""
    marker: str | None
    """the id of the marker of a release; null if none."""


class UnseenCommunity(Model, frozen=True):
    """A community that wasn't observed throughout the period."""

    community: str
    """the id of the community."""
    hours: int
    """hours of the period in which it wasn't observed."""


class UpdateAnswer(Model, frozen=True):
    """What was known at a time."""

    at: datetime
    """when it became known, or was done."""
    event: Literal["opened", "updated", "closed", "acknowledged", "silenced"] | str
    """opened, updated or closed by the rule; acknowledged or silenced by a person."""
    finding: FindingAnswer | None
    """what was found; null where nothing was."""
    reason: str | None
    """why it closed, null where its cause was gone; or what else is silent."""
    by: str | None
    """of what a person did, who made the change: the name of a key, or who was signed in; null
    where that isn't known, or isn't shown since everybody may read.
    """


class ViaFigures(Model, frozen=True):
    """The mentions of a subject by one way."""

    via: Literal["text", "thread", "home"] | str
    """text, thread or home."""
    statistics: Totals
    """the counts and the mean of the window."""


class VolumeChange(Model, frozen=True):
    """The number of items, and whether it changed by more than chance makes."""

    n: int
    """items of the window that count."""
    n_before: int
    """items of the time before that count."""
    verdict: Literal["more", "fewer", "no_clear_change", "incomplete"] | str
    """more, fewer or no_clear_change, however few the items are; incomplete: too little is
    known of the time before, or the window isn't collected to its end.
    """


class WatchedCommunities(Model, frozen=True):
    """The watched communities of all sources."""

    communities: tuple[str, ...]
    """the ids of the watched communities."""
    count: int
    """the number of watched communities."""
    details: tuple[CommunityDetail, ...]
    """one object for each community."""
    rematch: RematchState | None
    """how far the matching of stored items by changed rules has come; null if all are matched."""
    origin: Literal["live", "sample", "recorded"] | str
    """live: as the communities wrote it; sample: invented; recorded: from a recording."""


class WatchlistAnswer(Model, frozen=True):
    """The subjects and the communities that are watched, and the markers."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when it was changed; null before it is stored."""
    change: str
    """what the last change was."""
    subjects: tuple[SubjectAnswer, ...]
    """the subjects, in their order."""
    communities: tuple[CommunityAnswer, ...]
    """the communities that are collected."""
    markers: tuple[MarkerAnswer, ...]
    """the markers, oldest first."""
    communities_from: Literal["settings", "watchlist"] | str
    """settings until the communities are changed here, then watchlist."""


class WatchlistBody(Body, frozen=True):
    """A whole watchlist. What reads say beside is ignored, so that a read can be sent back."""

    subjects: Sequence[ListedSubjectBody]
    """all subjects, at most 100."""
    communities: Sequence[ListedCommunityBody] | None = None
    """all communities that are collected; null or left out: they stay as they are."""
    markers: Sequence[ListedMarkerBody] | None = None
    """all markers, at most 200; null or left out: they stay, but for those of subjects that
    are gone.
    """
    revision: int | None = None
    """ignored."""
    changed_at: str | None = None
    """ignored."""
    change: str | None = None
    """ignored."""
    by: str | None = None
    """ignored."""
    communities_from: Literal["settings", "watchlist"] | None = None
    """ignored."""


class WatchlistRevision(Model, frozen=True):
    """A state of the watchlist, and who made it."""

    revision: int
    """counts the changes; 0 before anything is stored."""
    changed_at: datetime | None
    """when it was changed; null before it is stored."""
    change: str
    """what the last change was."""
    subjects: tuple[SubjectAnswer, ...]
    """the subjects, in their order."""
    communities: tuple[CommunityAnswer, ...]
    """the communities that are collected."""
    markers: tuple[MarkerAnswer, ...]
    """the markers, oldest first."""
    communities_from: Literal["settings", "watchlist"] | str
    """settings until the communities are changed here, then watchlist."""
    by: str | None
    """who made the change: the name of a key, or who was signed in; null where that isn't
    known, or isn't shown since everybody may read.
    """


class WindowTotals(Model, frozen=True):
    """Posts and comments of a window, counted and averaged, also by kind of talk."""

    total: int
    """posts and comments together."""
    positive: int
    """items with compound >= 0.05."""
    negative: int
    """items with compound <= -0.05."""
    neutral: int
    """items in between."""
    avg_sentiment: float | None
    """mean compound, -1 to 1; null if there are no items."""
    posts: int
    """posts."""
    comments: int
    """comments."""
    left_out: int
    """items that aren't English, which count in none of the three labels and not in the mean;
    0 if the setting OTHER_LANGUAGES is count.
    """
    methods: Mapping[str, int]
    """the number of items that each method and version scored, largest first."""
    mixed_methods: bool
    """whether more than one method scored the items, so that their mean isn't meaningful."""
    copies: int = 0
    """how many of the posts repeat another one: the same author's same words, or a cross-post.
    They all count here, but a list over all communities shows only one of them.
    """
    corrected: int = 0
    """items whose label a person corrected; they count with that label, and in `methods` by
    what scored them.
    """
    coverage: float | None = None
    """the part of the time that was observed, 0 to 1; null where nothing is recorded, and
    where the answer doesn't tell it.
    """
    stderr: float | None
    """the standard error of avg_sentiment, which knows that the items of a thread agree; null
    with fewer than two threads.
    """
    interval: tuple[float, float] | None
    """[low, high]: it holds the true avg_sentiment in 95 of 100 cases; null where stderr is."""
    few: bool
    """whether fewer than 30 items count in avg_sentiment, which is too few."""
    shares: LabelShares | None = None
    """the shares of the labels, with errors that know threads; null without items, and where
    the answer leaves them out.
    """
    kinds: Mapping[str, KindFigures] | None = None
    """the window by kind of talk, less kinds without items; null where no item's kinds are
    known.
    """


class WorkerHealth(Model, frozen=True):
    """The state of the collecting process, which is known on one machine."""

    last_heartbeat: datetime | None
    """when it last reported that it runs; null if it hasn't yet."""
    last_failed_write: datetime | None
    """when it last failed to write to its disk; null if it never did."""


class WorthAnAnswer(Model, frozen=True):
    """Posts of the period that nobody has answered."""

    subjects: tuple[str, ...]
    """the subjects whose posts were looked through: own ones, or where the digest has none,
    its first three.
    """
    since: datetime | None
    """how far back they were looked through, newest first; null without subjects."""
    items: tuple[DigestQuestion, ...]
    """up to five: those with most upvotes of the newest, first."""
