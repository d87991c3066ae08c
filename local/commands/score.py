"""The command `score`: score texts, and what they say of things, with a sentiment method."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from collector.sentiment.base import Method, Score, Target
from collector.sentiment.registry import method_named
from collector.text.cleaning import clean
from local.host.config import read_local_settings
from shared.communities import SourceName
from shared.errors import SettingsError
from shared.settings import load_settings
from shared.text.form import Form
from shared.text.forms import FORMS
from shared.text.places import place_of

FROM_INPUT = "-"
MAX_SHOWN = 60


def score_command(
    environ: Mapping[str, str],
    texts: Sequence[str],
    *,
    method: str | None,
    source: SourceName,
    targets: Sequence[str] = (),
) -> None:
    """Print one JSON object for each text. The text `-` stands for the lines of the input.

    The texts are read as those of this source. Each must name every target.

    Raises SettingsError and HostError.
    """
    names = [_decoded(target) for target in targets]
    if not all(map(str.strip, names)):
        raise SettingsError("--target: a name can't be empty; it takes the name of a thing")
    name = method or load_settings(read_local_settings(Path(), environ)).default_method
    chosen = method_named(name)
    escapes = sys.stdout.encoding.lower() != "utf-8"
    for text in texts_of(texts, sys.stdin.buffer):
        found = scored(chosen, text, FORMS[source])
        if names:
            found["targets"] = scored_targets(chosen, text, names, FORMS[source])
        print(json.dumps(found, ensure_ascii=escapes), flush=True)


def scored(method: Method, text: str, form: Form) -> dict[str, object]:
    """Return a text's score, and the cleaned words that were scored."""
    return {**_named(method.score(text, form), method), "words": clean(text, form)}


def scored_targets(
    method: Method, text: str, names: Sequence[str], form: Form
) -> list[dict[str, object]]:
    """Return what a text says of each name, and where it first stands.

    Raises SettingsError if it doesn't name one of them.
    """
    targets = [Target(text, *_place(text, name, names), form) for name in names]
    scores = method.score_many_targets(targets)
    return [
        {
            "target": text[target.start : target.end],
            "from": target.start,
            "to": target.end,
            **_named(score, method),
            "target_by": method.target_by,
        }
        for target, score in zip(targets, scores, strict=True)
    ]


def texts_of(given: Sequence[str], lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the texts of a command line; `-` stands for the lines of the input."""
    for text in given:
        if text == FROM_INPUT:
            yield from (line.decode("utf-8", "replace").rstrip("\r\n") for line in lines)
        else:
            yield _decoded(text)


def _decoded(argument: str) -> str:
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _named(score: Score, method: Method) -> dict[str, object]:
    return {**score._asdict(), "method": method.name, "version": method.version}


def _place(text: str, name: str, names: Sequence[str]) -> tuple[int, int]:
    place = place_of(text, name, names) or place_of(text, name, names, any_case=True)
    if place is None:
        shown = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
        raise SettingsError(
            f"--target: {name} doesn't stand in the text as a word of its own: {shown!r}"
        )
    return place
