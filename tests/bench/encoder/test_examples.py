"""The examples that the encoder learns from."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.encoder.examples import (
    SETS,
    Example,
    is_held,
    read_examples,
    read_more,
    read_sentences,
)
from tests.bench.encoder.texts import write_shared

BETTER = "Aider is great, better than Cody"
NEGATIVE, NEUTRAL, POSITIVE = (1, 0, 0), (0, 1, 0), (0, 0, 1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    write_shared(folder)
    return folder


@pytest.fixture(scope="module")
def train(shared) -> Sequence[Example]:
    """The public sets: to read our own takes seconds."""
    return read_examples(shared, "train", without=["own"])


def of(examples: Sequence[Example], source: str) -> list[Example]:
    return [example for example in examples if example.source.startswith(source)]


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_our_own_set_counts_twice_and_a_text_is_held_out_with_all_of_its_targets(shared) -> None:
    train = read_examples(shared, "train")
    own = of(train, "own ")
    half = len(own) // 2
    assert half > 1_000
    assert own[:half] == own[half:] == list(train[-half:])
    assert {example.source for example in own} == {"own text", "own target"}
    dev = of(read_examples(shared, "dev"), "own ")
    assert len(dev) > 500
    assert not {each.passage.text for each in dev} & {each.passage.text for each in own}

    texts = {each.passage.text for each in own if each.passage.place is None}
    # A name that is written like an address, as Fly.io is, stands in the words of its target alone.
    targets = {
        text
        for text, place in (example.passage for example in own)
        if place is not None and "." not in text[slice(*place)]
    }
    # What is held out is told by the text alone, so a text's targets must have its own words.
    assert targets <= texts
    held = {each.passage.text for each in own if is_held(each)}
    assert 0.03 < len(held) / len(texts) < 0.07
    assert held & targets


def test_sentences_for_training_alone_are_no_others_and_can_be_left_out(shared) -> None:
    found = read_sentences()
    assert {example.source for example in found} == {"training text", "training target"}
    dev = of(read_examples(shared, "dev"), "own ")
    assert not {each.passage.text for each in dev} & {each.passage.text for each in found}
    assert read_sentences(without=["sentences"]) == []


def test_what_a_comparison_prefers_is_positive_and_the_other_negative(train) -> None:
    found = of(train, "comparisons")
    assert len(found) % 2 == 0
    for one, other in zip(found[::2], found[1::2], strict=True):
        assert one.passage.text == other.passage.text
        assert {one.shares, other.shares} == {NEGATIVE, POSITIVE}
    names = {
        example.passage.text[slice(*example.passage.place)]: example.shares for example in found
    }
    assert names == {"Aider": POSITIVE, "Cody": NEGATIVE}


def test_a_comment_with_several_labels_counts_for_each_in_part(shared, train) -> None:
    assert (0.5, 0, 0.5) in {example.shares for example in of(train, "goemotions")}
    dev = of(read_examples(shared, "dev", without=["own"]), "goemotions")
    assert {max(example.shares) for example in dev} == {1}


@pytest.mark.parametrize("name", SETS)
def test_a_set_can_be_left_out_and_its_file_missing(tmp_path, train, name) -> None:
    write_shared(tmp_path)
    (tmp_path / "sentiment" / f"{name}_train.jsonl").unlink(missing_ok=True)
    (tmp_path / "sentiment" / f"{name}_train.tsv").unlink(missing_ok=True)
    others = {each for each in SETS if each not in {name, "own"}}
    found = read_examples(tmp_path, "train", without=[name, "own"])
    sources = {"field": "github", "targets": "news"}
    expected = [
        example
        for example in train
        if example.source in {sources.get(each, each) for each in others}
    ]
    assert found == expected


def test_a_missing_file_is_named_with_what_to_do(tmp_path) -> None:
    write_shared(tmp_path)
    path = tmp_path / "sentiment" / "comparisons_dev.jsonl"
    path.unlink()
    with pytest.raises(SystemExit) as refused:
        read_examples(tmp_path, "dev", without=["own"])
    for part in (f"{path} isn't there", "docs/sentiment.md", "--without"):
        assert part in str(refused.value)


def test_corrections_are_texts_and_targets(tmp_path) -> None:
    path = write(
        tmp_path / "corrections.jsonl",
        {"text": "It works", "label": "neutral", "source": "reddit"},
        {"text": BETTER, "target": "Cody", "from": 28, "to": 32, "label": "negative"},
        {"text": "> only quoted", "label": "negative", "source": "reddit"},
    )
    found = read_more(path)
    assert [(each.passage.place, each.shares, each.source) for each in found] == [
        (None, NEUTRAL, "more text"),
        ((28, 32), NEGATIVE, "more target"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "a"}, "label: Field required"),
        ({"text": "a", "label": "fine"}, "label: Input should be 'negative'"),
        ({"label": "neutral"}, "text: Field required"),
        ({"text": "a", "label": "neutral", "from": 0, "to": 1}, "target: Field required"),
        ({"text": "ab", "target": "b", "from": 0, "to": 1, "label": "neutral"}, "doesn't stand"),
        (["a", "neutral"], "a row is a JSON object"),
    ],
)
@pytest.mark.parametrize("before", [[], [{"text": "It works", "label": "neutral"}]])
def test_a_bad_correction_is_refused_with_its_line(tmp_path, before, row, reason) -> None:
    path = write(tmp_path / "corrections.jsonl", *before, row)
    with pytest.raises(SystemExit) as refused:
        read_more(path)
    assert str(refused.value).startswith(f"{path}:{len(before) + 1}: ")
    assert reason in str(refused.value)


def test_corrections_that_are_missing_are_named(tmp_path) -> None:
    with pytest.raises(SystemExit, match=r"corrections\.jsonl isn't a file"):
        read_more(tmp_path / "corrections.jsonl")
