"""The encoder with its weights: what it says, and that it says the same everywhere."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from collector.sentiment.base import NO_WORDS, Method, Score, Target, Text, label_of
from collector.sentiment.encoder.pieces import Passage
from collector.sentiment.encoder.runtime import CannotLoadError, Encoder, Files
from collector.sentiment.registry import method_named
from shared.text.forms import FORMS
from shared.text.forms.reddit import REDDIT

LOGITS = Path(__file__).with_name("logits.json")
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def method() -> Method:
    found = method_named("encoder", FORMS)
    assert found.name == "encoder"
    return found


def said_of(method: Method, text: str, *names: str) -> list[Score]:
    places = [(text.index(name), text.index(name) + len(name)) for name in names]
    return method.score_many_targets([Target(text, *place, REDDIT) for place in places])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Third outage this week and the status page is green.", "negative"),
        ("It ate two hours of my work and then overwrote the file.", "negative"),
        ("Burned through my monthly credits in three days.", "negative"),
        ("Hit the rate limit again after four prompts.", "negative"),
        ("They doubled the price and halved the limits.", "negative"),
        ("It deleted my tests to make the build pass.", "negative"),
        ("Shipped the whole feature in an afternoon with it.", "positive"),
        ("Saved me a weekend of refactoring.", "positive"),
        ("Does it support Rust projects with several workspaces?", "neutral"),
        ("Version 2.3 is out, the notes are on the site.", "neutral"),
    ],
)
def test_facts_of_this_field_are_blame_and_praise(method: Method, text: str, label: str) -> None:
    assert method.score(text).label == label


@pytest.mark.parametrize(
    ("text", "better", "worse"),
    [
        ("Claude Code is so much better than Cursor", "Claude Code", "Cursor"),
        ("I switched from Copilot to Zed and never looked back", "Zed", "Copilot"),
        ("Windsurf is worse than Cursor at everything I tried", "Cursor", "Windsurf"),
        ("Aider beats Cline on every refactor I gave them", "Aider", "Cline"),
    ],
)
def test_one_that_is_preferred_is_praised_and_the_other_blamed(
    method: Method, text: str, better: str, worse: str
) -> None:
    assert [score.label for score in said_of(method, text, better, worse)] == [
        "positive",
        "negative",
    ]


def test_a_product_that_is_merely_named_is_neutral(method: Method) -> None:
    text = "My laptop died, I hate this week. Anyway, how do I install Cursor on the new one?"
    assert said_of(method, text, "Cursor")[0].label == "neutral"


def test_logits_are_those_of_every_other_machine() -> None:
    """The file was written on x86-64; on Arm they are the same to four digits."""
    stored = json.loads(LOGITS.read_text(encoding="utf-8"))
    passages = [
        Passage(row["text"], tuple(row["place"]) if row["place"] else None) for row in stored
    ]
    for found, row in zip(Encoder().read(passages), stored, strict=True):
        assert found.logits == pytest.approx(row["logits"], abs=5e-5)


def test_a_score_does_not_depend_on_what_it_is_scored_with(method: Method) -> None:
    texts = [Text(row["text"], "reddit") for row in json.loads(LOGITS.read_text(encoding="utf-8"))]
    together = method.score_many([*texts, Text("word " * 5_000, "reddit")])[: len(texts)]
    assert together == [method.score_many([text])[0] for text in texts]
    assert together == method.score_many(texts[::-1])[::-1]


@pytest.mark.parametrize(
    "text",
    [
        *("\x00" * 50, "🔥" * 5_000, "a" * 20_000, "(((" * 500),
        *("שלום עולם", "\ud83d", "\u200b" * 9),
    ],
)
def test_rubbish_has_a_score(method: Method, text: str) -> None:
    score = method.score(text)
    assert score.label == label_of(score.compound)
    assert sum(score[2:5]) == pytest.approx(1, abs=1e-3)


def test_what_programs_write_is_nobodys_mood(method: Method) -> None:
    assert method.score_many([Text("This is terrible", "reddit", "AutoModerator")]) == [NO_WORDS]


def test_a_guess_takes_no_side_and_says_so(method: Method) -> None:
    stored = json.loads(LOGITS.read_text(encoding="utf-8"))
    unsure = [score for row in stored if (score := method.score(row["text"])).unsure]
    assert unsure
    for score in unsure:
        assert (score.label, score.compound, score.deciding) == ("neutral", 0.0, ())
        assert max(score[2:5]) < Files().unsure_below() + 1e-4


def test_the_words_that_decide_are_words_of_the_text(method: Method) -> None:
    text = "The support is awful, but I never needed it."
    found = method.score(text)
    assert "awful" in found.deciding
    assert all(word in text for word in found.deciding)


def test_another_file_than_that_of_the_hash_is_refused(tmp_path: Path) -> None:
    files = Files()
    other = tmp_path / files.graph.name
    other.write_bytes(files.graph.read_bytes()[:-1] + b"?")
    with pytest.raises(CannotLoadError, match=r"encoder\.onnx isn't the file of encoder\.json"):
        Encoder(Files(graph=other))


@pytest.mark.parametrize("missing", ["onnxruntime", "tokenizers"])
def test_without_the_runtime_linear_scores_and_the_log_says_so(missing: str) -> None:
    code = (
        "import sys, logging; logging.basicConfig(level=logging.ERROR)\n"
        f"sys.modules[{missing!r}] = None\n"
        "from collector.sentiment.registry import method_named\n"
        "method = method_named('encoder'); print(method.name, method.score('I hate this').label)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["linear", "negative"]
    assert missing in found.stderr
    assert "scoring.degraded" in found.stderr


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak there")
def test_the_weights_are_small_and_the_collector_stays_below_its_memory() -> None:
    assert sum(path.stat().st_size for path in (Files().graph, Files().pieces)) < 25 * MEBIBYTE
    code = (
        "from collector.sentiment.registry import method_named\n"
        "from collector.sentiment.base import Text\n"
        "method = method_named('encoder')\n"
        "broken = 'the build is broken again '\n"
        "texts = [Text(f'{n} {broken * (n % 60)}', 'reddit') for n in range(300)]\n"
        "assert len(method.score_many(texts)) == 300\n"
        # Azure's worker has a protobuf of its own: a second one in a process can end it.
        "import sys; assert not {'google.protobuf', 'huggingface_hub'} & set(sys.modules)\n"
        # The kernel counts the memory of the process before exec in ru_maxrss, but not here.
        "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(found.stdout) / 1024 < 400
