"""How what a digest says is read: by the API's reads, which are passed to the collector's job."""

from collections.abc import Awaitable, Callable

from shared.models import DigestContent, DigestIssue, ScheduledDigest
from shared.settings import Settings
from shared.store import Store
from shared.times import Clock

ReadDigest = Callable[
    [Store, Settings, ScheduledDigest, DigestIssue, Clock], Awaitable[DigestContent]
]
"""Reads what an issue of a digest says, with an empty `next_text`.

Raises PermanentFailure where it can't be read until somebody changes the digest or a setting, and
StoreError.
"""
