"""Writes docs/sentiment_examples.md: what each method says of 60 sentences of this field.

They are drawn by the hash of their ids from those sentences of our own that no method learns from
(the development part), so that none is chosen for its result.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from bench.field.joining import part_of
from bench.field.labels import Labelled, read_labels, read_written
from collector.sentiment.base import Method, Target
from shared.models import Label
from shared.text.forms.reddit import REDDIT
from shared.text.places import place_of

SENTENCES = 60
NAMING = 45
"""So many of them name a product."""
LONGEST = 160
"""Longer ones are left out: a row is read at a glance."""
WRONG = "✗"

BEGINNING = """# What each method says of {count} sentences

`python -m bench.field page > docs/sentiment_examples.md` writes this page, and a test runs it.
The sentences are drawn by the hash of their ids from the development part of our own set
([labelling.md](labelling.md)): no method learnt from them, and none is chosen for its result.
"People" is the settled label, of the text (*text*) and of each product that it names. {wrong} marks
a label that differs from it.

{table}
"""


def page(methods: Sequence[Method]) -> str:
    """Return the page, in Markdown."""
    rows: list[str] = []
    wrong = {method.name: [0, 0] for method in methods}
    for text, item in drawn():
        for name, label, found in _said(text, item, methods):
            cells = [label]
            for method in methods:
                is_wrong = found[method.name] != label
                wrong[method.name][is_wrong] += 1
                cells.append(f"{found[method.name]} {WRONG}" if is_wrong else found[method.name])
            shown = text.replace("|", "\\|") if name == "text" else ""
            rows.append(
                f"| {shown} | {'*text*' if name == 'text' else name} | {' | '.join(cells)} |"
            )
    names = [method.name for method in methods]
    head = f"| sentence | of | people | {' | '.join(names)} |\n|{' --- |' * (3 + len(names))}"
    counts = " | ".join(f"{right} of {right + no}" for right, no in wrong.values())
    total = f"| **right** | | | {counts} |"
    return BEGINNING.format(count=SENTENCES, wrong=WRONG, table="\n".join([head, total, *rows]))


def drawn() -> list[tuple[str, Labelled]]:
    """Return the sentences with their labels."""
    written = read_written()
    known = [
        (written[item.id], item)
        for item in sorted(
            read_labels(), key=lambda item: hashlib.sha256(item.id.encode()).digest()
        )
        if item.id in written and part_of(item.id) == "dev" and not item.bare
    ]
    short = [(text, item) for text, item in known if len(text) <= LONGEST and "\n" not in text]
    naming = [pair for pair in short if pair[1].targets][:NAMING]
    others = [pair for pair in short if not pair[1].targets][: SENTENCES - NAMING]
    return [*naming, *others]


def _said(
    text: str, item: Labelled, methods: Sequence[Method]
) -> Iterator[tuple[str, str, Mapping[str, Label]]]:
    """Yield what is judged, people's label, and that of each method."""
    yield "text", item.text.settled, {each.name: each.score(text, REDDIT).label for each in methods}
    for name, passes in item.targets.items():
        place = place_of(text, name, item.targets)
        if place is None:
            raise ValueError(f"{item.id} doesn't name {name}")
        target = Target(text, *place, REDDIT)
        found = {each.name: each.score_many_targets([target])[0].label for each in methods}
        yield name, passes.settled, found
