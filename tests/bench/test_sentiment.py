import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.labelled import DEFAULT_FOLDER
from bench.labelled_files import read_folder
from bench.sentiment_figures import calibration, confusion, rates
from bench.sentiment_scores import score_file
from collector.sentiment.base import Score, Target, label_of
from collector.sentiment.registry import method_named
from shared.text.forms import FORMS

COMPARISONS = DEFAULT_FOLDER / "comparisons_dev.jsonl"

COMMENTS = [("I love it", 3), ("I hate it", 1), ("It is a file", 2), ("Great, thanks", 3)]
BETTER = "Aider is great, better than Cody"
FILES: dict[str, list[dict[str, object]]] = {
    "field_a.jsonl": [
        {"text": "I love it", "label": "positive", "source": "github"},
        {"text": "I love it", "label": "negative", "source": "jira"},
        {"text": "I hate it", "label": "negative"},
    ],
    "targets_a.jsonl": [
        {"text": BETTER, "target": "Cody", "from": 28, "to": 32, "label": "negative"},
        {"text": BETTER, "target": "Aider", "from": 0, "to": 5, "label": "positive"},
    ],
    "comparisons_a.jsonl": [
        {"text": BETTER, "a": "Aider", "b": "Cody", "label": "better", "domain": "tools"},
        {"text": BETTER, "a": "Cody", "b": "Aider", "label": "worse"},
        {"text": BETTER, "a": "Cody", "b": "Aider", "label": "none"},
    ],
    "own_a.jsonl": [
        {"text": BETTER, "label": "positive", "source": "hn", "id": "hn:1"},
        {"text": BETTER, "target": "Aider", "from": 0, "to": 5, "label": "positive"},
    ],
    "field_other.jsonl": [{"words": "a row with other columns"}],
    "sentences.jsonl": [{"text": "a file of another name", "label": "positive"}],
}


@pytest.fixture
def labelled(tmp_path):
    rows = [f"{text}\t{label}\tid" for text, label in COMMENTS]
    rows += ["Who knows?\t0\tid", "Both\t1,3\tid"]
    (tmp_path / "goemotions_dev.tsv").write_text("\n".join(rows), encoding="utf-8")
    tweets = ["1\t2.5\tI love it", "2\t-2.5\tI hate it", "3\t0\tIt is a file"]
    (tmp_path / "vader_tweets.tsv").write_text("\n".join(tweets), encoding="utf-8")
    return tmp_path


def write_files(folder: Path) -> None:
    for name, rows in FILES.items():
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / name).write_text(lines, encoding="utf-8")


def evaluate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.sentiment", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_json_has_the_scores_of_every_method_on_every_file(labelled) -> None:
    write_files(labelled)
    done = evaluate(str(labelled), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found) == ["methods"]
    assert set(found["methods"]) == {"vader", "linear", "encoder"}
    encoder = found["methods"].pop("encoder")
    right, wrong = (
        {"accuracy": share, "macro_f1": pytest.approx(share / 3), "n": 1} for share in (1, 0)
    )
    half = {"accuracy": 0.5, "macro_f1": pytest.approx(2 / 9), "by_source": {}, "target_by": "text"}
    for files in found["methods"].values():
        assert files == {
            "goemotions_dev.tsv": {
                "accuracy": 1, "macro_f1": 1, "n": len(COMMENTS), "by_source": {},
            },
            "field_a.jsonl": {
                "accuracy": pytest.approx(2 / 3),
                "macro_f1": pytest.approx((2 / 3 + 2 / 3) / 3),
                "n": 3,
                "by_source": {"github": right, "jira": wrong},
            },
            "targets_a.jsonl": {**half, "n": 2},
            "comparisons_a.jsonl": {
                **half,
                "n": 4,
                "by_source": {"tools": {**{k: half[k] for k in ("accuracy", "macro_f1")}, "n": 2}},
            },
            "own_a.jsonl:text": {**right, "by_source": {"hn": right}},
            "own_a.jsonl:target": {**right, "by_source": {}, "target_by": "text"},
            "vader_tweets.tsv": {"pearson": pytest.approx(1, abs=0.1), "n": 3, "by_source": {}},
        }  # fmt: skip
        assert {name: file["n"] for name, file in encoder.items()} == {
            name: file["n"] for name, file in files.items()
        }
    assert {file.get("target_by", "target") for file in encoder.values()} == {"target"}
    # One of two things that are compared is praised and the other blamed: its text can't say that.
    assert encoder["comparisons_a.jsonl"]["accuracy"] > half["accuracy"]
    skipped = done.stderr.splitlines()
    assert len(skipped) == 2
    assert "field_other.jsonl: skipped: its rows have no label, text" in skipped[0]
    assert "sentences.jsonl: skipped: only goemotions_*.tsv, field_*.jsonl" in skipped[1]


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("field_a.jsonl", b"{", "it isn't JSON"),
        ("field_a.jsonl", b"[]", "a row is a JSON object"),
        ("field_a.jsonl", b'{"text": "\xff", "label": "neutral"}', "it isn't JSON in UTF-8"),
        ("field_a.jsonl", b'{"text": "a", "label": "fine"}', "label: Input should be 'negative'"),
        ("field_a.jsonl", b'{"text": "a"}', "label: Field required"),
        (
            "targets_a.jsonl",
            b'{"text": "ab", "target": "b", "from": 0, "to": 1, "label": "neutral"}',
            "doesn't stand in the text from `from` to `to`",
        ),
        ("own_a.jsonl", b'{"text": "a", "target": "a", "label": "neutral"}', "from: Field"),
        (
            "comparisons_a.jsonl",
            b'{"text": "abc b", "a": "a", "b": "b", "label": "none"}',
            "a doesn't stand in the text",
        ),
        (
            "comparisons_a.jsonl",
            b'{"text": "a b", "a": "a", "b": "b", "label": "neutral"}',
            "label: Input should be 'better'",
        ),
        ("goemotions_a.tsv", b"a\t4\tid", "numbers of labels"),
        ("goemotions_a.tsv", b"a", "numbers of labels"),
        ("goemotions_a.tsv", b"\xff\t1\tid", "it isn't UTF-8"),
        ("goemotions_a.tsv", b'"a\t1\tid', "unexpected end of data"),
        ("vader_tweets.tsv", b"1\tnan\ta", "a rating"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line(tmp_path, name, line, reason) -> None:
    write_files(tmp_path)
    path = tmp_path / name
    first = {"goemotions_a.tsv": b"a\t1\tid", "vader_tweets.tsv": b"1\t2.0\ta"}.get(name)
    if first is None:
        first = path.read_bytes().splitlines()[0]
    path.write_bytes(first + b"\n" + line + b"\n")
    with pytest.raises(SystemExit) as refused:
        list(read_folder(tmp_path))
    assert str(refused.value.code).startswith(f"{path}:2: ")
    assert reason in str(refused.value.code)


def test_a_method_that_scores_targets_is_measured_by_them(tmp_path) -> None:
    def praise_of_the_first(targets: Sequence[Target]) -> list[Score]:
        moods = [0.5 if target.start == 0 else -0.5 for target in targets]
        return [Score(label_of(mood), mood, 0.3, 0.3, 0.4, "en") for mood in moods]

    write_files(tmp_path)
    method = replace(method_named("vader", FORMS), score_targets=praise_of_the_first)
    found = {file.name: score_file(method, file) for file in read_folder(tmp_path)}
    for name in ("targets_a.jsonl", "comparisons_a.jsonl", "own_a.jsonl:target"):
        assert found[name].get("accuracy") == 1
        assert found[name].get("target_by") == "target"
    assert found["field_a.jsonl"].get("accuracy") == pytest.approx(2 / 3)


@pytest.mark.skipif(not COMPARISONS.exists(), reason=f"{COMPARISONS} is missing")
def test_published_comparisons_are_read(tmp_path) -> None:
    (tmp_path / COMPARISONS.name).symlink_to(COMPARISONS.resolve())
    [file] = read_folder(tmp_path)
    found = score_file(method_named("linear", FORMS), file)
    assert found["n"] == 2 * (139 + 58)
    assert {name: rates["n"] for name, rates in found["by_source"].items()} == {
        "brands": 120, "compsci": 154, "jbt": 120,
    }  # fmt: skip


def test_the_table_names_what_it_shows(labelled) -> None:
    told = evaluate(str(labelled), "--errors", "2").stdout
    for name in ("accuracy", "macro-F1", "correlation", "calibration", "texts a second", "memory"):
        assert name in told
    assert re.search(r"goemotions_dev\.tsv +1\.000 +1\.000 +1\.000 +4$", told, re.MULTILINE)


def test_each_method_is_measured_against_corrections(labelled) -> None:
    rows = [*FILES["field_a.jsonl"], *FILES["targets_a.jsonl"]]
    export = labelled / "export.jsonl"
    export.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    given = [str(labelled), "--corrections", str(export)]
    found = json.loads(evaluate(*given, "--json").stdout)["methods"]
    for figures in found.values():
        text, target = figures["corrections:text"], figures["corrections:target"]
        assert (text["n"], target["n"]) == (3, 2)
        assert text["accuracy"] == pytest.approx(2 / 3)
        assert text["by_source"].keys() == {"github", "jira"}
    told = evaluate(*given).stdout
    assert re.search(r"corrections:text +0\.667 +0\.667 +0\.667 +3$", told, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["nowhere"], [".", "--json"]])
def test_without_labelled_text_it_says_where_to_get_it(tmp_path, arguments) -> None:
    folder, *others = arguments
    done = evaluate(str(tmp_path / folder), *others)
    assert done.returncode == 1
    assert "github.com/google-research" in done.stderr
    assert "github.com/cjhutto/vaderSentiment" in done.stderr
    assert "Traceback" not in done.stderr


def test_rates_are_those_of_the_textbook() -> None:
    found = rates(confusion([0, 0, 1, 2], [0, 1, 1, 2]))
    assert found["accuracy"] == 0.75
    assert found["labels"]["negative"] == {
        "precision": 1,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
    }
    assert found["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_a_method_that_is_as_often_right_as_it_says_has_no_calibration_error() -> None:
    sure = Score("positive", 0.5, 0.75, 0.05, 0.2, "en")
    assert calibration([sure] * 4, [2, 2, 2, 0])["ece"] == pytest.approx(0)
    assert calibration([sure] * 4, [0] * 4)["ece"] == pytest.approx(0.75)
