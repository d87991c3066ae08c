"""The command trains weights that the product reads, and refuses what it can't use."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="PyTorch is only in the environment of `make train`")

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from bench.encoder.__main__ import MODEL, PRETRAINED, TOKENIZER, main
from bench.encoder.network import INNER, LAYERS, PARTS, WIDTH, pretrained
from bench.encoder.vocabulary import Vocabulary
from collector.sentiment.encoder.pieces import LONGEST, SPECIAL, Passage
from collector.sentiment.encoder.runtime import CannotLoadError, Encoder, Files
from tests.bench.encoder.texts import write_shared

WORDS = ["good", "bad", "there", "the", "soup", "better", "worse", "aider", "cody"]
SIGNS = [each for each in map(chr, range(33, 127)) if not each.isupper()]
OLD = [*SPECIAL, *WORDS, *SIGNS, *(f"##{each}" for each in SIGNS)]


def write_pretrained(folder: Path) -> Path:
    """Write an encoder of the size of all-MiniLM-L6-v2 with random weights and few pieces."""
    folder.mkdir()
    tokenizer = Tokenizer(
        models.WordPiece({each: n for n, each in enumerate(OLD)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(folder / TOKENIZER))
    torch.manual_seed(4)
    sizes = {
        "word_embeddings.weight": (len(OLD), WIDTH),
        "position_embeddings.weight": (LONGEST, WIDTH),
        "token_type_embeddings.weight": (2, WIDTH),
        **_pair("LayerNorm", WIDTH),
    }
    found = {f"embeddings.{name}": torch.randn(size) for name, size in sizes.items()}
    for number in range(LAYERS):
        layer = {
            **{
                k: v
                for part in PARTS
                for k, v in _pair(f"attention.self.{part}", WIDTH, WIDTH).items()
            },
            **_pair("attention.output.dense", WIDTH, WIDTH),
            **_pair("attention.output.LayerNorm", WIDTH),
            **_pair("intermediate.dense", INNER, WIDTH),
            **_pair("output.dense", WIDTH, INNER),
            **_pair("output.LayerNorm", WIDTH),
        }
        for name, size in layer.items():
            found[f"encoder.layer.{number}.{name}"] = torch.randn(size) * 0.05
    save_file(found, str(folder / MODEL))
    return folder


def _pair(name: str, *size: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": size, f"{name}.bias": size[:1]}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder with labelled texts and a pre-trained encoder."""
    folder = tmp_path_factory.mktemp("training")
    write_shared(folder)
    write_pretrained(folder / "pretrained")
    return folder


@pytest.fixture
def command(folders, monkeypatch):
    def run(*more: str, shared: Path = folders, given: Path = folders / "pretrained") -> None:
        arguments = [str(folders / "work"), "--shared", str(shared), "--to", str(folders / "to")]
        arguments += [
            "--pretrained",
            str(given),
            "--without",
            "own",
            "--without",
            "sentences",
            "--passes",
            "0.5",
            "--threads",
            "1",
        ]
        monkeypatch.setattr(sys, "argv", ["bench.encoder", *arguments, *more])
        main()

    return run


def test_the_command_writes_weights_that_the_product_reads(folders, command, capsys) -> None:
    command("--without", "comparisons")
    to = folders / "to"
    files = Files(to / "encoder.onnx", to / "pieces.json", to / "encoder.json")
    found = Encoder(files).read([Passage("The soup was good"), Passage("The soup was bad", (4, 8))])
    assert len({each.logits for each in found}) == 2
    about = json.loads(files.about.read_text(encoding="utf-8"))
    assert about["recipe"]["passes"] == 0.5
    assert about["without"] == ["comparisons", "own", "sentences"]
    printed = capsys.readouterr()
    assert "examples," in printed.out
    assert "github " in printed.out
    assert "comparisons" not in printed.out
    assert "no recorded items" in printed.err

    # Nothing is left to train: the same files are written again.
    before = {path.name: path.read_bytes() for path in to.iterdir()}
    command("--without", "comparisons")
    assert {path.name: path.read_bytes() for path in to.iterdir()} == before

    # With corrections it is another training run.
    more = folders / "more.jsonl"
    more.write_text('{"text": "It is a good build", "label": "neutral"}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match="other examples"):
        command("--without", "comparisons", "--more", str(more))
    assert {path.name: path.read_bytes() for path in to.iterdir()} == before
    files.graph.write_bytes(b"another file")
    with pytest.raises(CannotLoadError):
        Encoder(files)


def test_missing_folders_are_named_with_what_to_do(command, tmp_path) -> None:
    with pytest.raises(SystemExit) as refused:
        command(shared=tmp_path / "nowhere")
    assert str(tmp_path / "nowhere" / "sentiment" / "goemotions_train.tsv") in str(refused.value)
    assert "docs/sentiment.md" in str(refused.value)
    with pytest.raises(SystemExit) as refused:
        command(given=tmp_path)
    assert str(tmp_path / TOKENIZER) in str(refused.value)
    assert "pip install -r bench/encoder/requirements.txt" in str(refused.value)


def test_another_encoder_is_refused(folders, command, tmp_path) -> None:
    (tmp_path / TOKENIZER).symlink_to(folders / "pretrained" / TOKENIZER)
    save_file({"embeddings.LayerNorm.weight": torch.ones(8)}, str(tmp_path / MODEL))
    with pytest.raises(SystemExit, match=r"model\.safetensors isn't all-MiniLM-L6-v2"):
        command(given=tmp_path)


@pytest.mark.parametrize("given", ["--passes=0", "--batch=x", "--threads=0", "--without=other"])
def test_a_value_that_cannot_be_is_refused(command, capsys, given) -> None:
    with pytest.raises(SystemExit):
        command(given)
    assert given.split("=", maxsplit=1)[0] in capsys.readouterr().err.splitlines()[-1]


def test_the_network_begins_with_the_pieces_of_the_pretrained_one() -> None:
    package = pytest.importorskip(PRETRAINED, reason=f"{PRETRAINED} isn't installed")
    path = Path(package.__file__).parent / "model" / MODEL
    found = pretrained(path, Vocabulary(["a", "b"], [7, 5], {"🎉": [5, 7]})).pieces.weight
    assert found.shape == (3, WIDTH)
    assert torch.equal(found[2], found[:2].mean(0))
