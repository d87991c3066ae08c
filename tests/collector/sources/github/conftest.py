"""The GitHub stand-in at a time that the tests choose."""

from collections.abc import Iterator

import pytest

from tests.collector.sources.github.cycles import Place


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()
