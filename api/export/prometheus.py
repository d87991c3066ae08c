"""Metrics as Prometheus reads them: the text format 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/. The official client costs 50 ms of a
cold start and a package more in each deployment, and it keeps its metrics in global objects; what
is needed of it are these few lines. The tests read them with its parser.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Sample:
    """A value, its labels, and what follows the family's name: _bucket, _sum or _count."""

    value: float
    labels: Mapping[str, str] | None = None
    ending: str = ""


@dataclass(frozen=True)
class Family:
    """Samples of one name. The name of a counter ends with _total."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: tuple[Sample, ...]


def text_of(families: Iterable[Family]) -> str:
    """Return the families that have samples, as text."""
    return "".join(line for family in families if family.samples for line in _lines(family))


def gauge(name: str, text: str, value: float | None, **labels: str) -> Family:
    """Return a family with one value, or with none where it isn't known."""
    return Family(name, "gauge", text, () if value is None else (Sample(value, labels),))


def labelled(
    name: str, kind: Literal["counter", "gauge"], text: str, label: str, values: Mapping[str, float]
) -> Family:
    """Return a family with a value for each value of one label."""
    return Family(name, kind, text, tuple(Sample(each, {label: of}) for of, each in values.items()))


def _lines(family: Family) -> Iterable[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for sample in family.samples:
        labels = ",".join(f'{name}="{_quoted(value)}"' for name, value in _labels_of(sample))
        listed = f"{{{labels}}}" if labels else ""
        yield f"{family.name}{sample.ending}{listed} {_number(sample.value)}\n"


def _labels_of(sample: Sample) -> Iterable[tuple[str, str]]:
    return (sample.labels or {}).items()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    # The shortest text that is read back as the same number.
    return str(int(value)) if float(value).is_integer() else repr(float(value))
