"""A typed client for the API of Undertone.

from undertone_client import Client

with Client("https://undertone.example.com") as client:
    print(client.stats(community="claude", hours=24).data.statistics.avg_sentiment)
"""

from undertone_client.answers import Answer, Origin, Table
from undertone_client.client import Client
from undertone_client.errors import (
    BadParameters,
    ChangeConflict,
    ConnectionFailed,
    CycleConflict,
    KeyRefused,
    NotFound,
    OriginChanged,
    PagingError,
    ParameterError,
    ProblemError,
    ServerError,
    TooBusy,
    TooManyItems,
    Unavailable,
    UndertoneError,
    UnexpectedAnswer,
)
from undertone_client.paging import Pages
from undertone_client.retries import Retry
from undertone_client.version import __version__

__all__ = [
    "Answer",
    "BadParameters",
    "ChangeConflict",
    "Client",
    "ConnectionFailed",
    "CycleConflict",
    "KeyRefused",
    "NotFound",
    "Origin",
    "OriginChanged",
    "Pages",
    "PagingError",
    "ParameterError",
    "ProblemError",
    "Retry",
    "ServerError",
    "Table",
    "TooBusy",
    "TooManyItems",
    "Unavailable",
    "UndertoneError",
    "UnexpectedAnswer",
    "__version__",
]
