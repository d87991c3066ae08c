"""The sentences of this field that are for training alone."""

import json
from collections import Counter

import pytest

from bench.field.labels import read_rows, read_written
from bench.field.recorded import is_there, read_recorded
from bench.field.training import NEXT, SENTENCES, training_rows
from bench.kinds.labels import kinds_of
from bench.labelled import LABELS
from tests.fixtures.host import ROOT


@pytest.fixture(scope="module")
def sentences():
    return list(read_rows(SENTENCES))


@pytest.fixture(scope="module")
def all_sentences(sentences):
    return [*sentences, *read_rows(NEXT)]


def words_of(text: str) -> str:
    return " ".join(text.lower().split())


@pytest.mark.parametrize("path", [SENTENCES, NEXT])
def test_each_has_labels_for_its_text_and_for_what_it_names(path) -> None:
    rows = list(training_rows(path))
    assert {row["label"] for row in rows} == set(LABELS)
    assert all(row["text"][row["from"] : row["to"]] == row["target"] for row in rows if "to" in row)
    assert sum("target" not in row for row in rows) == len(list(read_rows(path)))


def test_those_of_the_next_version_have_their_kinds_of_talk() -> None:
    assert all(kinds_of(row["kinds"]) for row in read_rows(NEXT))


def test_each_stands_once_and_none_is_of_the_set(all_sentences) -> None:
    counts = Counter(words_of(row["text"]) for row in all_sentences)
    assert counts.most_common(1)[0][1] == 1
    assert len({row["id"] for row in all_sentences}) == len(all_sentences)
    assert not counts.keys() & set(map(words_of, read_written().values()))


def test_a_target_that_its_text_does_not_name_is_refused(tmp_path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"id": "t1", "text": "It broke", "label": "negative", "targets": {"Cody": "negative"}}
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ValueError, match="t1 doesn't name Cody"):
        list(training_rows(path))


def test_the_guide_tells_how_many_they_are(sentences) -> None:
    guide = (ROOT / "docs" / "labelling.md").read_text(encoding="utf-8")
    for rows in (sentences, list(read_rows(NEXT))):
        targets = sum(len(row["targets"]) for row in rows)
        assert f"{len(rows):,} sentences with {targets:,} targets" in guide


@pytest.mark.skipif(not is_there(), reason="../shared is missing")
def test_no_recorded_text_is_among_them(all_sentences) -> None:
    ours = json.dumps([row["text"] for row in all_sentences], ensure_ascii=False)
    assert [each.id for each in read_recorded() if len(each.text) >= 40 and each.text in ours] == []
