"""What the starter pack's rules find in texts that say which subjects they name."""

import json
import subprocess
import sys
from collections import Counter

from bench.mentions import Line, rates, read_lines, readings
from shared.subjects.starter import starter_pack
from tests.fixtures.host import ROOT

AMBIGUOUS = {
    *("cursor", "claude", "gemini", "windsurf", "jules", "codex", "devin", "bolt", "lovable"),
    *("continue", "zed", "v0", "github-copilot"),
}
PLAIN = {
    *("claude-code", "chatgpt", "gemini-cli", "kiro", "amazon-q", "cline", "aider"),
    *("jetbrains-ai", "roo-code", "opencode", "replit", "tabnine"),
}


def test_mentions_are_found_precisely_and_few_are_missed() -> None:
    whole, _ = rates(readings(read_lines()))
    assert whole.precision >= 0.97
    assert whole.recall >= 0.93


def test_no_subject_hides_behind_the_others() -> None:
    _, by_subject = rates(readings(read_lines()))
    assert by_subject.keys() >= AMBIGUOUS | PLAIN
    poor = {name for name, of in by_subject.items() if of.precision < 0.9 or of.recall < 0.85}
    assert not poor


def test_the_texts_have_the_shapes_in_which_people_write() -> None:
    lines = read_lines()
    ids = {each["id"] for each in starter_pack()}
    assert len(lines) >= 400
    assert {subject for line in lines for subject in line["subjects"]} <= ids
    named = Counter(subject for line in lines for subject in line["subjects"])
    assert all(named[each] >= 8 for each in AMBIGUOUS | PLAIN)
    empty = sum(not line["subjects"] for line in lines)
    assert 0.3 < empty / len(lines) < 0.6
    texts = [line["text"] for line in lines]
    for shape in ("`", "```", "> ", "https://", "](", "|", "'s ", "\u2019s ", "2.0", "\n"):
        assert any(shape in text for text in texts), shape
    assert any("community" in line for line in lines)
    assert any("author" in line for line in lines)


def test_a_missed_mention_and_a_wrong_one_lower_the_rates() -> None:
    lines = [
        Line(text="ChatGPT and Kiro", subjects=["chatgpt", "tabnine"]),
        Line(text="Replit", subjects=["replit"]),
    ]
    whole, by_subject = rates(readings(lines))
    assert (whole.right, whole.wrong, whole.missed) == (2, 1, 1)
    assert whole.precision == whole.recall == 2 / 3
    assert by_subject["tabnine"].recall == 0
    assert by_subject["kiro"].precision == 0


def test_the_evaluation_prints_figures_and_what_is_read_otherwise(tmp_path) -> None:
    file = tmp_path / "lines.ndjson"
    lines = [{"text": "Kiro", "subjects": []}, {"text": "Aider", "subjects": ["aider"]}]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    command = [sys.executable, "-m", "bench.mentions", str(file)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "| all | 1 | 0.500 | 1.000 |" in shown
    assert "'Kiro'\nnames [], found ['kiro']" in shown
    figures = json.loads(subprocess.check_output([*command, "--json"], cwd=ROOT))
    assert (figures["texts"], figures["precision"], figures["recall"]) == (2, 0.5, 1.0)
