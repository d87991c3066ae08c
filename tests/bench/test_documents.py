"""Documents and reads stay small with many communities, as the real writer writes them."""

import pytest

from bench import documents
from bench.documents import MAX_BYTES, MAX_REQUEST_UNITS, Report, Sizes, measured, table

KB = 1024


async def test_no_document_grows_with_the_communities(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(documents, "ENDPOINTS", ("health", "communities", "subreddits", "cycles"))
    few = await measured(tmp_path, 300, 20)
    many = await measured(tmp_path, 1500, 20)
    assert few.faults() == many.faults() == []
    assert "all: part of an hour" not in few.documents
    # Hours of 300 communities and parts of 1,500 alike.
    for kind in ("all: hour", "subject: hour", "all: part of an hour", "subject: part of an hour"):
        for report in (few, many):
            if kind in report.documents:
                assert report.documents[kind].largest < 256 * KB
    assert many.documents["all: part of an hour"].count >= 8
    assert many.documents["subject: day"].largest < 2 * few.documents["subject: day"].largest
    assert many.documents["communities"].count == 1500
    # What a page and a look cost doesn't grow: it has 200 communities, or samples 200.
    for read in ("GET health", "GET communities", "GET subreddits"):
        assert many.reads[read] < 2000
    one = "two hours of all, one community"
    assert many.reads[one] < many.reads["two hours of all"]
    printed = table([few, many])
    assert "| GET health |" in printed
    assert "| largest document in KB (number) | 300 | 1,500 |" in printed


@pytest.mark.parametrize(
    ("size", "units", "expected"),
    [
        (MAX_BYTES, MAX_REQUEST_UNITS, 0),
        (MAX_BYTES + 1, MAX_REQUEST_UNITS, 1),
        (MAX_BYTES + 1, MAX_REQUEST_UNITS + 1, 2),
    ],
)
def test_what_passes_a_bound_is_said(size: int, units: float, expected: int) -> None:
    report = Report(50_000, {"a kind": Sizes(1, size)}, {"a read": units})
    assert len(report.faults()) == expected
