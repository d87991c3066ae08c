"""Stand-ins that are closed after the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from local.arctic_shift.server import ArcticShiftStandIn
from tests.collector.sources.arctic_shift.archives import serve

Serve = Callable[..., ArcticShiftStandIn]


@pytest.fixture
def archive() -> Iterator[Serve]:
    """Return `serve`; the stand-ins that it starts are closed after the test."""
    with ExitStack() as stack:
        yield lambda *given, **options: stack.enter_context(serve(*given, **options))
