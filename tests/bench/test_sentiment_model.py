"""The benchmark of a language model, against a stand-in of its server."""

from pathlib import Path

import pytest

from bench.labelled_files import Labelled, LabelledFile
from bench.sentiment_model import asking_method
from bench.sentiment_scores import score_file
from shared.settings import load_settings
from tests.collector.sentiment.llm import models
from tests.fixtures import model_server as stand_in
from tests.fixtures.model_server import model_server_in_thread

BETTER = "Aider is great. And as for the other one, Cody is awful"
TEXTS = [
    Labelled("I love it", 2, "reddit"),
    Labelled("I hate it", 0, "reddit"),
    Labelled("Where is the file?", 1, "reddit"),
    Labelled("I love it not", 0, "reddit"),
]
TARGETS = [
    Labelled(BETTER, 2, place=(0, 5)),
    Labelled(BETTER, 0, place=(42, 46)),
]


def test_a_model_is_measured_in_batches_and_asked_once(tmp_path: Path) -> None:
    with model_server_in_thread(models.honest) as server:
        settings = load_settings(server.environ)
        for _ in range(2):
            method = asking_method(settings, tmp_path / "answers.db")
            texts = score_file(method, LabelledFile("field_a.jsonl", TEXTS, "text"))
            assert (texts["n"], texts.get("accuracy")) == (4, 0.75)
            targets = score_file(method, LabelledFile("targets_a.jsonl", TARGETS, "target"))
            assert (targets.get("accuracy"), targets.get("target_by")) == (1.0, "target")
        assert len(server.requests) == 2


def test_without_a_model_or_an_answer_it_ends_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ASK_ENDPOINT and ASK_MODEL"):
        asking_method(load_settings({}))
    with model_server_in_thread(lambda _: stand_in.UNAUTHORIZED) as server:
        method = asking_method(load_settings(server.environ), tmp_path / "answers.db")
        with pytest.raises(SystemExit, match="ASK_KEY"):
            score_file(method, LabelledFile("field_a.jsonl", TEXTS, "text"))
