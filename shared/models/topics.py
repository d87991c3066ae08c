"""The trending topics."""

from typing import Literal, NotRequired, TypedDict

from shared.models.items import Label

TopicState = Literal["new", "rising", "peaked", "fading"]


class Topic(TypedDict):
    """One trending topic.

    engagement_velocity is the engagement that all its posts gain an hour; None where no source
    gives a count. mentions counts its posts; mentions_by_hour its posts and comments in each of the
    last 24 hours, oldest first. growth is how many times as large a share of all posts it has as in
    the week before; None when it had none. methods counts its posts and comments by what scored
    them, left_out those that count neither in the distribution nor in the mean; earlier topics lack
    both. upvotes and comments are what its posts have, and so have gained in the last 24 hours;
    state says how it stands. stderr and interval are those of sentiment_avg, None with fewer than
    two threads; few says that it is of fewer than 30 items. Earlier topics lack these.
    """

    id: str
    theme: str
    keywords: list[str]
    post_ids: list[str]
    mentions: int
    mentions_by_hour: list[int]
    growth: float | None
    communities: list[str]
    engagement_velocity: float | None
    sentiment_distribution: dict[Label, int]
    sentiment_avg: float | None
    methods: NotRequired[dict[str, int]]
    left_out: NotRequired[int]
    state: NotRequired[TopicState]
    upvotes: NotRequired[int | None]
    comments: NotRequired[int | None]
    stderr: NotRequired[float | None]
    interval: NotRequired[list[float] | None]
    few: NotRequired[bool]
    peak_time: str
    created_at: str


class Topics(TypedDict):
    """The trending topics as they were computed at created_at; the first trends most.

    id is `current`, or that of a snapshot. Only the current one knows the snapshots: the ids of the
    earlier ones, oldest first. is_past marks a snapshot of an hour in which no topics were found,
    which was made from items that were read later.
    """

    id: str
    created_at: str
    topics: list[Topic]
    snapshots: list[str]
    is_past: NotRequired[bool]
    _etag: NotRequired[str]


class TrendingPart(TypedDict):
    """The findings of a group of communities for the trending topics, until these are found.

    Its id is the moment of the topics, the step, the group, and the numbers of the part and of its
    piece; the first piece is written last. content is compressed JSON in base64, in this number of
    pieces. names are the communities that it covers.
    """

    id: str
    kind: Literal["trending_part"]
    ttl: int
    pieces: int
    names: list[str]
    content: str
    _etag: NotRequired[str]
