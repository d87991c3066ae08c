"""Measures the cost of matching beside scoring: `python -m bench.matching`, part of `make bench`.

Texts of the sample are scored and then matched with 100 subjects of five terms, as a collection
does, in one process and on one core. "plain" subjects have unambiguous names. "starter" are those
of the starter pack, the first of the 100, so that exclusions and context are looked for, too; the
dense texts name one in each text (tests/shared/subjects/mentions.ndjson). Prints one JSON object.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from bench.mentions import read_lines
from collector.sentiment.base import Method, Score
from collector.sentiment.registry import method_named
from local.sample.feed import sample_objects
from shared.models import Subject, Term
from shared.subjects.matcher import Match, Matcher
from shared.subjects.starter import starter_pack
from shared.text.forms.reddit import REDDIT
from shared.text.own_words import forget_cleaned, own_lines

SUBJECTS = 100
TERMS = 5
SHORT = 300
TEXTS = 3_000
ROUNDS = 5
# A group of a cycle is scored and then matched, so that its cleaned texts are still there.
GROUP = 500


def plain_subjects(count: int) -> list[Subject]:
    """Return subjects with names that stand for nothing else."""
    names = ("Acme{}", "Acme{} Studio", "Acme{} CLI", "Acme-{} Cloud", "the Acme{} agent")
    return [
        Subject(
            id=f"acme{number}",
            name=f"Acme{number}",
            role="competitor",
            terms=[
                Term(text=name.format(number), exact=False, prefix=False, needs_context=False)
                for name in names
            ],
            exclude=[],
            context=[],
            home=[],
            merged_from=[],
        )
        for number in range(count)
    ]


def starter_subjects(count: int) -> list[Subject]:
    """Return the starter pack's subjects, ambiguous terms first, and plain ones after them."""
    pack = starter_pack()
    for each in pack:
        each["terms"] = sorted(each["terms"], key=lambda term: not term["needs_context"])[:TERMS]
    return [*pack, *plain_subjects(count - len(pack))]


def sample_texts() -> list[str]:
    """Return short comments of the sample."""
    end = datetime(2026, 11, 20, tzinfo=UTC)
    found = sample_objects(end - timedelta(days=7), end)
    texts = [str(thing["data"].get("body", "")) for thing in found]
    return [text for text in texts if 0 < len(text) <= SHORT][:TEXTS]


def measure(texts: Sequence[str], subjects: Sequence[Subject]) -> dict[str, float]:
    """Return microseconds a text of scoring and of matching, and their ratio."""
    matcher, method = Matcher(subjects), method_named("linear")
    scoring: list[float] = []
    matching: list[float] = []
    for _ in range(ROUNDS):
        scored = found = 0.0
        for first in range(0, len(texts), GROUP):
            group = texts[first : first + GROUP]
            forget_cleaned()
            scored += _seconds(partial(_score, method, group))
            found += _seconds(partial(_match, matcher, group))
        scoring.append(scored / len(texts))
        matching.append(found / len(texts))
    named = sum(map(bool, _match(matcher, texts)))
    return {
        "texts": len(texts),
        "name_a_subject": named / len(texts),
        "scoring_us": 1e6 * median(scoring),
        "matching_us": 1e6 * median(matching),
        "matched_a_second": 1 / median(matching),
        "share_of_scoring": median(matching) / median(scoring),
    }


def _score(method: Method, texts: Sequence[str]) -> list[Score]:
    return [method.score(text, REDDIT) for text in texts]


def _match(matcher: Matcher, texts: Sequence[str]) -> list[list[Match]]:
    return [matcher.match(own_lines(text, REDDIT).naming(matcher.hosts)) for text in texts]


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Print the figures."""
    sample = sample_texts()
    # Every other text names one of the plain subjects.
    named = [f"Acme{n % SUBJECTS}: {each}" if n % 2 else each for n, each in enumerate(sample)]
    dense = [line["text"] for line in read_lines()]
    print(
        json.dumps(
            {
                "sample_plain": measure(named, plain_subjects(SUBJECTS)),
                "sample_starter": measure(sample, starter_subjects(SUBJECTS)),
                "dense_starter": measure(dense, starter_subjects(SUBJECTS)),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
