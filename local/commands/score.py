"""The command `score`: score texts with a sentiment method."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collector.sentiment.registry import method_named
from collector.text.cleaning import clean
from local.host.config import read_local_settings
from shared.communities import SourceName
from shared.settings import load_settings
from shared.text.form import Form
from shared.text.forms import FORMS

if TYPE_CHECKING:
    from collector.sentiment.base import Method

FROM_INPUT = "-"


def score_command(
    environ: Mapping[str, str], texts: Sequence[str], method: str | None, source: SourceName
) -> None:
    """Print one JSON object for each text. The text `-` stands for the lines of the input.

    The texts are read as those of this source.

    Raises SettingsError and HostError.
    """
    name = method or load_settings(read_local_settings(Path(), environ)).sentiment_method
    chosen = method_named(name)
    escapes = sys.stdout.encoding.lower() != "utf-8"
    for text in texts_of(texts, sys.stdin.buffer):
        print(json.dumps(scored(chosen, text, FORMS[source]), ensure_ascii=escapes), flush=True)


def scored(method: "Method", text: str, form: Form) -> dict[str, str | float]:
    """Return a text's score, and the cleaned words that were scored."""
    result = method.score(text, form)
    return {
        **result._asdict(),
        "method": method.name,
        "version": method.version,
        "words": clean(text, form),
    }


def texts_of(given: Sequence[str], lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the texts of a command line; `-` stands for the lines of the input."""
    for text in given:
        if text == FROM_INPUT:
            yield from (line.decode("utf-8", "replace").rstrip("\r\n") for line in lines)
        else:
            yield text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
