"""The labelled replies, and how the rules that find bare ones do on them."""

import json

import pytest

from bench.field.labels import read_rows
from bench.field.recorded import SHARED, is_there, read_recorded
from bench.replies import (
    LABELLED,
    group_of,
    read_replies,
    table_of_detection,
)
from tests.fixtures.host import ROOT

needs_recorded = pytest.mark.skipif(not is_there(), reason="../shared is missing")


def test_written_replies_have_texts_and_recorded_ones_only_ids() -> None:
    rows = list(read_rows(LABELLED))
    written = [row for row in rows if "text" in row]
    assert len(written) >= 120
    assert len(rows) - len(written) >= 150
    assert len({row["id"] for row in rows}) == len(rows)
    moods = {"parent_mood", "mood"}
    for row in rows:
        texts = {"text", "parent"} if "text" in row else {"parent_id"}
        assert set(row) == {"id", "label", *texts} | (moods if row["label"] == "agrees" else set())
        assert row["label"] in {"agrees", "disagrees", "own", "other"}


def test_found_replies_agree_also_those_that_the_rules_were_not_made_with() -> None:
    tested = [
        reply
        for reply in read_replies(shared=SHARED / "missing")
        if group_of(reply) == "written, test"
    ]
    found = [reply for reply in tested if reply.is_taken]
    assert [reply.id for reply in found if not reply.agrees] == []
    assert len(found) >= 0.9 * sum(reply.agrees for reply in tested)


@needs_recorded
def test_the_page_tells_how_many_are_found() -> None:
    page = (ROOT / "docs" / "sentiment.md").read_text(encoding="utf-8")
    assert table_of_detection(read_replies()) in page


@needs_recorded
def test_no_recorded_text_is_among_the_written_replies() -> None:
    ours = json.dumps([row for row in read_rows(LABELLED) if "text" in row], ensure_ascii=False)
    long = [item for item in read_recorded() if len(item.text) >= 40]
    assert [item.id for item in long if item.text in ours] == []
