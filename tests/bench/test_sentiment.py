import json
import subprocess
import sys

import pytest

from bench.sentiment_figures import calibration, confusion, rates
from collector.sentiment.base import Score

COMMENTS = [("I love it", 3), ("I hate it", 1), ("It is a file", 2), ("Great, thanks", 3)]


@pytest.fixture
def labelled(tmp_path):
    rows = [f"{text}\t{label}\tid" for text, label in COMMENTS] + ["Who knows?\t0\tid"]
    (tmp_path / "goemotions_dev.tsv").write_text("\n".join(rows), encoding="utf-8")
    tweets = ["1\t2.5\tI love it", "2\t-2.5\tI hate it", "3\t0\tIt is a file"]
    (tmp_path / "vader_tweets.tsv").write_text("\n".join(tweets), encoding="utf-8")
    return tmp_path


def evaluate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.sentiment", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_every_method_is_measured_side_by_side(labelled) -> None:
    done = evaluate(str(labelled), "--json")
    assert done.returncode == 0, done.stderr
    found = {figures["method"]: figures for figures in json.loads(done.stdout)}
    assert set(found) == {"vader", "linear"}
    for figures in found.values():
        assert figures["texts"] == len(COMMENTS)
        assert figures["accuracy"] == 1
        assert figures["tweet_correlation"] > 0.9
        assert figures["texts_a_second"] > 0


def test_the_table_names_what_it_shows(labelled) -> None:
    told = evaluate(str(labelled), "--errors", "2").stdout
    for name in ("accuracy", "macro-F1", "correlation", "calibration", "texts a second", "memory"):
        assert name in told


def test_without_labelled_text_it_says_where_to_get_it(tmp_path) -> None:
    done = evaluate(str(tmp_path / "nowhere"))
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
