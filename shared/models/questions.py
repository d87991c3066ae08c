"""Questions that a model answers: what is kept of each for 30 days, without anybody's name."""

from typing import Literal, NotRequired, TypedDict

from shared.models.items import Label

QuestionStatus = Literal["waiting", "working", "answered", "failed"]
StruckPart = Literal["figure", "quote", "link", "sentence"]


class QuestionStep(TypedDict):
    """A step of the model on its way to the answer."""

    at: str
    text: str


class QuestionCall(TypedDict):
    """A call that the model made; error is why it was refused, None where it was answered."""

    tool: str
    arguments: str
    error: str | None


class QuestionSentence(TypedDict):
    """A sentence that held, with the numbers of its evidence and the ids of its items."""

    text: str
    evidence: list[int]
    items: list[str]


class QuestionEvidence(TypedDict):
    """A read that the answer rests on; request is its path and query."""

    number: int
    tool: str
    title: str
    request: str
    page: str | None


class QuestionItem(TypedDict):
    """A post or comment that the answer rests on."""

    kind: Literal["post", "comment"]
    id: str
    post_id: str
    community: str
    text: str
    label: Label
    created_utc: str
    permalink: str
    evidence: int


class QuestionStruck(TypedDict):
    """A part of what the model said that isn't shown, and why."""

    what: StruckPart
    why: str


class QuestionScope(TypedDict):
    """A scope that the model read, and its name."""

    scope: str
    name: str


class QuestionResult(TypedDict):
    """The outcome of a question; cannot is empty where it was answered."""

    sentences: list[QuestionSentence]
    cannot: list[str]
    evidence: list[QuestionEvidence]
    items: list[QuestionItem]
    struck: list[QuestionStruck]
    scopes: list[QuestionScope]
    calls: list[QuestionCall]
    tokens: int


class AskedQuestion(TypedDict):
    """A question to the model; id has 128 random bits, and order_key begins with asked_at.

    at is the time from which its words count. message is the id of the queue's message whose worker
    has it until claimed_until. attempts is the number of workers that took it up.
    """

    id: str
    kind: Literal["question"]
    ttl: int
    order_key: str
    question: str
    at: str
    asked_at: str
    status: QuestionStatus
    message: str | None
    claimed_until: str | None
    attempts: int
    ended_at: str | None
    steps: list[QuestionStep]
    result: QuestionResult | None
    _etag: NotRequired[str]
