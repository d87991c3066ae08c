"""Runs the encoder on passages, in batches of about equal length.

The graph computes with whole numbers where an order of additions or a processor could show, and
each passage alone: its logits don't depend on what it is scored with.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from collector.sentiment.encoder.deciding import deciding
from collector.sentiment.encoder.kinds import Bounds
from collector.sentiment.encoder.pieces import FILE as PIECES
from collector.sentiment.encoder.pieces import Passage, Pieces, Read

GRAPH = Path(__file__).with_name("encoder.onnx")
ABOUT = Path(__file__).with_name("encoder.json")
TOKENS = 512
"""The most pieces of a batch, padding included: this bounds the memory."""
TOGETHER = 2_048
"""So many passages are split into pieces and sorted by length at a time."""

OUTPUTS = ("text", "text_parts", "target", "target_parts")
KINDS = "kinds"
"""The output of graphs with a head for the kinds of talk."""

Logits = tuple[float, float, float]
"""Of negative, neutral and positive: calibrated, so that their softmax is the probabilities."""


class Found(NamedTuple):
    """The logits of a passage, and the words that speak most for the likeliest label.

    kinds are the logits of the kinds of talk of a text; None for a graph without that
    head, and for a target.
    """

    logits: Logits
    deciding: tuple[str, ...]
    kinds: tuple[float, ...] | None = None


class CannotLoadError(Exception):
    """The runtime isn't there, or a file of the weights is missing or isn't what it should be."""


@dataclass(frozen=True)
class Files:
    """The files of one version of the weights."""

    graph: Path = GRAPH
    pieces: Path = PIECES
    about: Path = ABOUT

    def version(self) -> str:
        """Return the version of the weights."""
        return str(self._about["version"])

    def unsure_below(self) -> float:
        """Return the probability below which a label is no better than a guess."""
        return float(self._about["unsure"])

    def kind_bounds(self) -> Bounds:
        """Return the probability from which each kind of talk holds; empty without that head."""
        bounds: Bounds = self._about.get(KINDS, {}).get("bounds", {})
        return bounds

    @property
    def _about(self) -> dict[str, Any]:
        about: dict[str, Any] = json.loads(self.about.read_text(encoding="utf-8"))
        return about

    def check(self) -> bytes:
        """Return the graph. Raises CannotLoadError if a file isn't the one of the hash."""
        hashes = self._about["sha256"]
        graph = self.graph.read_bytes()
        for path, content in ((self.graph, graph), (self.pieces, self.pieces.read_bytes())):
            if hashlib.sha256(content).hexdigest() != hashes[path.name]:
                raise CannotLoadError(f"{path} isn't the file of {self.about.name}")
        return graph


class Encoder:
    """The loaded encoder. Raises CannotLoadError."""

    def __init__(self, files: Files = Files(), threads: int = 1) -> None:
        try:
            self._load(files, threads)
        except CannotLoadError:
            raise
        # The runtime's own errors have no base of their own, and say what it misses.
        except Exception as error:
            raise CannotLoadError(f"{type(error).__name__}: {error}") from error

    def _load(self, files: Files, threads: int) -> None:
        import numpy as np  # noqa: PLC0415 - they load
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # An idle collector must not hold the memory of its largest batch, nor spin for work.
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._np = np
        self._session: Any = onnxruntime.InferenceSession(
            files.check(), options, providers=["CPUExecutionProvider"]
        )
        self._pieces = Pieces(files.pieces)
        self._has_kinds = KINDS in {output.name for output in self._session.get_outputs()}

    def read(self, passages: Sequence[Passage]) -> list[Found]:
        """Return what it finds in each: of the target if it has one, otherwise of the text."""
        found: list[Found] = []
        for first in range(0, len(passages), TOGETHER):
            found += self._together(self._pieces.read(passages[first : first + TOGETHER]))
        return found

    def _together(self, reads: Sequence[Read]) -> list[Found]:
        found = [Found((0.0, 0.0, 0.0), ())] * len(reads)
        for places in batches(reads):
            rows = self._run([reads[place] for place in places])
            for place, row in zip(places, rows, strict=True):
                found[place] = row
        return found

    def _run(self, reads: Sequence[Read]) -> Iterator[Found]:
        np = self._np
        length = max(len(read.ids) for read in reads)
        ids = np.zeros((len(reads), length), np.int64)
        marked = np.zeros((len(reads), length), np.float32)
        for row, read in enumerate(reads):
            ids[row, : len(read.ids)] = read.ids
            marked[row, read.start : read.stop] = 1
        lead_of = (3 * np.eye(3, dtype=np.float32) - 1) / 2
        names = (*OUTPUTS, KINDS) if self._has_kinds else OUTPUTS
        outputs = self._session.run(names, {"ids": ids, "marked": marked})
        kinds = outputs[len(OUTPUTS)] if self._has_kinds else None
        for row, read in enumerate(reads):
            logits, parts = outputs[2:4] if read.stop else outputs[:2]
            label = int(logits[row].argmax())
            led = parts[row] @ lead_of[label]
            lead = float(logits[row] @ lead_of[label])
            talk = None if kinds is None or read.stop else tuple(kinds[row].tolist())
            yield Found(tuple(logits[row].tolist()), deciding(read, led.tolist(), lead), talk)


def batches(reads: Sequence[Read]) -> Iterator[list[int]]:
    """Yield the places of reads of about equal length, at most TOKENS pieces with padding."""
    order = sorted(range(len(reads)), key=lambda place: len(reads[place].ids))
    batch: list[int] = []
    for place in order:
        if batch and (len(batch) + 1) * len(reads[place].ids) > TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
