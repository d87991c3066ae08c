"""Alert rules, their states, the incidents that they open, and what was sent of these."""

from typing import Literal, NotRequired, TypedDict

ConditionType = Literal[
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
ChannelType = Literal["webhook", "slack", "teams", "discord", "email", "apprise"]


class Condition(TypedDict):
    """What a rule looks for; each type has the properties that docs/alerts.md lists for it.

    direction is better, worse or any for mood, and up, down or any for others. above is a share
    (0..1), q are the words of a search, and hours is a length of time.
    """

    type: ConditionType
    direction: NotRequired[Literal["better", "worse", "up", "down", "any"]]
    above: NotRequired[float]
    q: NotRequired[str]
    hours: NotRequired[int]


class AlertChannel(TypedDict):
    """A place that a rule's messages go to.

    to is an address: of a web hook, an e-mail address, or None where the setting named by `secret`
    holds it. secret names the setting that holds the channel's secret, and is never the secret.
    """

    type: ChannelType
    to: str | None
    secret: str | None


# `from` can't be the name of an attribute.
QuietHours = TypedDict("QuietHours", {"from": str, "to": str})
"""Times of the day such as 22:00 in the rule's time zone; `to` may be on the next day."""


class AlertRule(TypedDict):
    """A rule; id is safe in a path.

    scope is "all", "subject:ID" or "community:ID". cooldown is the number of minutes
    after an incident's end in which the same cause opens no other: hours that begin in it open
    none. note is the owner's.
    """

    id: str
    name: str
    scope: str
    condition: Condition
    channels: list[AlertChannel]
    quiet_hours: QuietHours | None
    time_zone: str
    cooldown: int
    note: str
    enabled: bool


class AlertRules(TypedDict):
    """All rules; `revision` counts their changes, and `change` describes the last one.

    by is who made it, where that is known.
    """

    id: Literal["alert_rules"]
    kind: Literal["alert_rules"]
    ttl: int
    revision: int
    changed_at: str
    change: str
    by: NotRequired[str]
    rules: list[AlertRule]
    _etag: NotRequired[str]


class AlertRulesRevision(TypedDict):
    """An earlier or current state of the rules; id is the revision, with eight digits."""

    id: str
    kind: Literal["alert_rules_revision"]
    ttl: int
    rules: AlertRules
    _etag: NotRequired[str]


RuleStatus = Literal["ok", "firing", "recovering", "silenced", "no_data", "broken"]


class AlertState(TypedDict):
    """The state of a rule between evaluations; id is the rule's.

    since is when the status began, None before the first evaluation with data, which opens nothing.
    hour is the last full hour that was evaluated. reason says why it is no_data or broken. number
    counts the rule's incidents. open has the numbers of its open ones by their cause, and 0 where a
    cause was there before the rule. clear is the number of evaluations in a row that found each of
    these gone, and ended has the time at which incidents of a cause ended last, while its cooldown
    goes on. seen are the keys of what incidents have cited, the newest last, so that nothing is
    sent twice. silenced_until is what somebody chose for the rule, and silenced for incidents of a
    cause. judged is the end of the last hour that could
    be judged; before the first one, of the first hour that was evaluated. scope and condition are
    the rule's at its last evaluation: a rule with others begins again.
    """

    id: str
    kind: Literal["alert_state"]
    ttl: int
    status: RuleStatus
    since: str | None
    hour: str | None
    reason: str | None
    number: int
    open: dict[str, int]
    clear: dict[str, int]
    ended: dict[str, str]
    seen: list[str]
    silenced_until: str | None
    silenced: NotRequired[dict[str, str]]
    judged: NotRequired[str]
    scope: NotRequired[str]
    condition: NotRequired[Condition]
    _etag: NotRequired[str]


class CitedItem(TypedDict):
    """An item that a finding rests on, as it was then; permalink leads to its source.

    post is the id of the post that it is or answers; older documents have none.
    """

    id: str
    post: NotRequired[str]
    community: str
    title: str
    excerpt: str
    permalink: str


class Finding(TypedDict):
    """What a condition found in the hours up to `hour`.

    cause tells findings of a rule apart: "worse", "volume", a topic, an item. figures are numbers
    by a name such as value, baseline, n. key stands in `seen` once it was sent; None where a
    finding may be sent again.
    """

    cause: str
    sentence: str
    hour: str
    figures: dict[str, float | None]
    items: list[CitedItem]
    key: str | None


class IncidentUpdate(TypedDict):
    """The data that was known at a time; reason says why it closed, or what else is silent.

    by is who did what a person did, where that is known.
    """

    at: str
    event: Literal["opened", "updated", "closed", "acknowledged", "silenced"]
    finding: Finding | None
    reason: NotRequired[str | None]
    by: NotRequired[str]


DeliveryStatus = Literal["waiting", "sent", "failed", "folded"]


class Delivery(TypedDict):
    """A message that a channel is owed of an incident; id is unique in it.

    due is when it is sent at the earliest. batch is the key of the message that it went into, None
    until it was composed: a message that is sent again has the same key. attempts counts tries, and
    error is the last one's. receipt is what the channel needs to change the message later.
    """

    id: str
    channel: AlertChannel
    event: Literal["opened", "updated", "closed", "test"]
    status: DeliveryStatus
    created: str
    due: str
    batch: str | None
    attempts: int
    error: str | None
    sent_at: str | None
    receipt: str | None


class Incident(TypedDict):
    """What a rule found of one cause, from its opening to its end, and its outbox.

    id is "RULE.NUMBER" with six digits. Incidents and deliveries are one document, so that they are
    written together. outbox is "waiting" while any delivery is. The rule is as it was when the
    incident opened.
    """

    id: str
    kind: Literal["incident"]
    ttl: int
    rule: AlertRule
    scope_name: str
    cause: str
    status: Literal["open", "closed"]
    opened: str
    closed: str | None
    acknowledged: str | None
    silenced_until: str | None
    updates: list[IncidentUpdate]
    deliveries: list[Delivery]
    outbox: Literal["waiting", "empty"]
    # Its time and its id: ids begin with the rule, and lists are newest first.
    order_key: str
    _etag: NotRequired[str]


class ChannelState(TypedDict):
    """What was sent to a channel; id is a hash of its type and address.

    sent are the times of messages of the last day. folded_at is when it was last said that further
    messages wait for the digest. broken says why it takes nothing any more, such as a revoked hook.
    folded has the ids of incidents that the channel got no message of, each with the key of the
    digest's message that tells of it, which is empty until then.
    """

    id: str
    kind: Literal["alert_channel"]
    ttl: int
    sent: list[str]
    folded_at: str | None
    broken: str | None
    folded: NotRequired[dict[str, str]]
    _etag: NotRequired[str]


class AlertKey(TypedDict):
    """The key that signs links of messages, as 64 hexadecimal digits."""

    id: Literal["alert_key"]
    kind: Literal["alert_key"]
    ttl: int
    key: str
    _etag: NotRequired[str]
