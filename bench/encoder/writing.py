"""Writes the files of the weights: the graph, the pieces, and what they are, with their hashes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.encoder.batches import Item
from bench.encoder.graph import Graph
from bench.encoder.measuring import Calibration, calibration, logits_by
from bench.encoder.network import Network
from bench.encoder.ranges import LayerRanges
from bench.encoder.rounded import Rounded
from collector.sentiment.encoder.runtime import Files

MOST = 25 * 2**20
"""The most bytes of all files together."""


class TooLargeError(Exception):
    """The files are larger than the repository takes."""


def write_graph(
    network: Network, ranges: Sequence[LayerRanges], held: Sequence[Item], path: Path
) -> Calibration:
    """Write the graph, and return its calibration by what is held out.

    ranges give the steps of activations. The bytes depend on the arguments alone.
    """
    found = calibration(logits_by(Rounded(network, ranges), held), held)
    model = Graph(arrays(network), ranges).model(found.temperatures)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return found


def arrays(network: Network) -> dict[str, Any]:
    """Return the network's weights as arrays, by their names."""
    return {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}


def write_about(files: Files, version: str, about: Mapping[str, object]) -> None:
    """Write the version, the hashes of the files and what else is to be known of them."""
    paths = (files.graph, files.pieces)
    size = sum(path.stat().st_size for path in paths)
    if size > MOST:
        raise TooLargeError(f"{size:,} bytes of weights; at most {MOST:,}")
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    text = json.dumps({**about, "version": version, "sha256": hashes}, indent=1, sort_keys=True)
    files.about.write_text(f"{text}\n", encoding="utf-8")
