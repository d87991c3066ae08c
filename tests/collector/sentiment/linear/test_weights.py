import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from collector.sentiment.linear.features import NUMBERS, PREFIX_CHARACTERS
from collector.sentiment.linear.scorer import linear_scorer
from collector.sentiment.linear.weights import (
    FILE,
    Part,
    Steps,
    Weight,
    Weights,
    read_weights,
    table_of,
    write_weights,
)
from collector.sentiment.registry import METHODS, method_named
from shared.settings import Settings
from shared.text.forms.reddit import REDDIT

MEGABYTE = 2**20
NOTHING = Part(
    bias=Weight(-1.0, -1.0),
    no_valence=Weight(0.0, 0.0),
    numbers=(Weight(0.0, 0.0),) * len(NUMBERS),
)
SMALL = Weights(
    version="7",
    step=0.5,
    general=NOTHING,
    field=NOTHING,
    field_step=0.5,
    field_bias=-4.0,
    table=table_of(
        {
            "blorp": Steps(9, 0, 9, 0, 0),
            "<s> blorp": Steps(1, -1, 1, -1, 0),
            "gnarf": Steps(0, 9, 0, 9, 0),
            "wiped": Steps(0, 0, 0, 19, 0),
            "tool": Steps(0, 0, 0, 0, 50),
        }
    ),
)


def test_the_file_says_whose_data_it_is_made_of_and_under_which_licence() -> None:
    with FILE.open(encoding="utf-8") as lines:
        about = json.loads(next(lines))
    assert about["licence"].startswith("CC BY 4.0")
    assert "GoEmotions" in about["attribution"]
    assert "Senti4SD" in about["attribution"]
    assert "VADER" in about["attribution"]
    assert Path(about["card"]).exists()


def test_it_is_small_and_whole() -> None:
    assert FILE.stat().st_size < 2 * MEGABYTE
    weights = read_weights()
    assert len(weights.general.numbers) == len(weights.field.numbers) == len(NUMBERS)
    table = weights.table
    assert [len(column) for column in table.columns] == [len(table.rows)] * len(Steps._fields)
    assert max(abs(steps) for column in table.columns for steps in column) <= 127
    prefixes = [name for name in table.rows if re.fullmatch(r"\w\S*\*", name)]
    assert prefixes
    assert all(len(name) == PREFIX_CHARACTERS + 1 for name in prefixes)


def test_what_is_written_is_what_is_read_and_the_same_bytes_each_time(tmp_path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_weights(one, SMALL, {"name": "small"})
    rows = dict(reversed(SMALL.table.rows.items()))
    write_weights(two, SMALL._replace(table=replace(SMALL.table, rows=rows)), {"name": "small"})
    assert one.read_bytes() == two.read_bytes()
    assert read_weights(one) == SMALL


def test_the_weights_decide() -> None:
    score = linear_scorer(SMALL)
    assert score("blorp").label == "positive"
    assert score("gnarf").label == "negative"
    assert score("something else").label == "neutral"


def test_in_a_text_of_this_field_its_own_weights_decide() -> None:
    score = linear_scorer(SMALL)
    assert score("it wiped the table").label == "neutral"
    assert score("the tool wiped the table").label == "negative"
    assert score("the tool wrote the table").label == "neutral"


def test_a_score_needs_nothing_beyond_the_standard_library_and_vader() -> None:
    code = (
        "import sys; from collector.sentiment.registry import method_named; "
        "method_named('linear').score('I love it'); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    found = set(done.stdout.split()) - set(sys.stdlib_module_names)
    assert not found & {"numpy", "scipy", "sklearn", "pydantic", "azure", "praw"}


def test_the_setting_takes_each_method() -> None:
    assert get_args(Settings.model_fields["sentiment_method"].annotation) == (*METHODS, "llm")


def test_it_is_deployed() -> None:
    ignored = Path(".funcignore").read_text(encoding="utf-8").split()
    assert not [
        name for name in ignored if FILE.match(name) or FILE.with_name("terms.tsv").match(name)
    ]


def test_training_gives_the_same_file_byte_for_byte(tmp_path) -> None:
    pytest.importorskip("scipy", reason="`make train` installs what training takes")
    praise = ["I love this", "so great, thanks", "works great", "amazing work", "love it"]
    blame = ["I hate this", "so bad, sorry", "what a mess", "awful work", "hate it"]
    facts = ["I read this", "so it is", "it is a file", "the work of a day", "open it"]
    rows = [
        f"{text} {n}\t{label}\tid"
        for n in range(4)
        for label, texts in ((3, praise), (1, blame), (2, facts))
        for text in texts
    ]
    (tmp_path / "goemotions_train.tsv").write_text("\n".join(rows), encoding="utf-8")
    for name, text, label in (
        ("field", "@someone nice catch", "positive"),
        ("own", "It wiped the database again", "negative"),
    ):
        row = json.dumps({"text": text, "label": label, "source": "github"})
        path = tmp_path / f"{name}_train.jsonl"
        path.write_text("\n".join([row] * 4), encoding="utf-8")
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        command = [sys.executable, "-m", "bench.train_sentiment", str(tmp_path), "--to", str(file)]
        subprocess.run(command, check=True, capture_output=True)
    assert files[0].read_bytes() == files[1].read_bytes()
    score = linear_scorer(read_weights(files[0]))
    labels = {
        "love this work": "positive",
        "hate this work": "negative",
        "read this": "neutral",
        "a nice catch": "positive",
        "it wiped the database again": "negative",
    }
    assert {text: score(text).label for text in labels} == labels
    assert "@someone" not in files[0].read_text(encoding="utf-8")


# The scores of some texts by each version of the method. If this fails, a score has changed: raise
# VERSION of collector/text/cleaning.py, or train new weights under a new VERSION of
# bench/train_sentiment.py, and add the new line here.
SCORES_OF_VERSION = {
    "2+4": [
        ("positive", 0.91),
        ("negative", -0.88),
        ("neutral", -0.0),
        ("positive", 0.05),
        ("negative", -0.8),
        ("positive", 0.48),
        ("negative", -0.79),
        ("positive", 0.98),
        ("negative", -0.99),
    ]
}
TEXTS = (
    "I love this, thank you!",
    "It is terrible and I hate it",
    "The build takes three minutes",
    "> quoted\n\nA **killer feature**, but the docs are a mess\n\nEdit: typo",
    "They nerfed it. Great, I am so happy /s",
    "It hallucinates, but it isn't bad 😀 :)",
    "How do I kill the process? It crashes...",
    "Wow!! SO good, best update ever, never looked back",
    "I can\u2019t recommend it, soooo slow 👎 2/10 #WorstUpdateEver",
)


def test_a_version_names_one_way_to_score() -> None:
    method = method_named("linear")
    scores = [method.score(text, REDDIT) for text in TEXTS]
    found = [(score.label, round(score.compound, 2)) for score in scores]
    assert found == SCORES_OF_VERSION[method.version]
