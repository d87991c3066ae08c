"""Changes and their reasons: the explanation of a scope's change, or of all subjects."""

from collections.abc import Sequence

from api.ask.links import subjects_page
from api.ask.reading.asking import Asking
from api.ask.reading.cited import MAX_QUOTES, say_reads, show_cited
from api.ask.reading.feeling import say_rematching
from api.ask.wording import (
    baseline_text,
    counted,
    coverage_text,
    interval_text,
    listed,
    mean_text,
    moved_text,
    one_line,
    quoted,
    signed,
)
from api.reads.explain.explanation import read_explanation
from api.reads.subjects import read_subjects
from api.schema.explain import ContributionAnswer, ExplainParameters, Explanation
from api.schema.subject_parameters import SubjectsParameters
from api.schema.subjects import SubjectFigures
from shared.reasons.sentence import moved_by, name_of_part

MAX_PARTS = 3
MAX_ITEMS_OF_PART = 5
MAX_NAMED = 8
MAX_SENTENCE = 1_000
CLEAR = ("better", "worse")


async def answer_change(asking: Asking) -> None:
    """Add the change of the scope; without one, also the subjects that changed."""
    explanation, number = await read_reasons(asking)
    _say_sentence(asking, explanation, number)
    _say_means(asking, explanation, number)
    if not asking.parsed.scopes:
        await _say_subjects(asking)
    await _say_parts(asking, explanation, number)
    asking.citing.say(coverage_text(explanation.coverage), [number])
    say_rematching(asking, is_rematching=explanation.rematching)


async def answer_reason(asking: Asking) -> None:
    """Add the reasons of the scope's change, with quotes; first, whether the premise holds."""
    explanation, number = await read_reasons(asking)
    asking.citing.say(_premise_text(asking, explanation), [number])
    _say_sentence(asking, explanation, number)
    _say_means(asking, explanation, number)
    await _say_parts(asking, explanation, number)
    await _say_quotes(asking, explanation, number)
    if not explanation.quotes:
        await say_reads(asking, explanation, number)
    _say_looked_at(asking, explanation, number)
    asking.citing.say(coverage_text(explanation.coverage), [number])
    say_rematching(asking, is_rematching=explanation.rematching)


async def read_reasons(asking: Asking) -> tuple[Explanation, int]:
    """Return the explanation of the scope's change, whose items are shown."""
    explanation, number = await asking.read(
        read_explanation,
        asking.parameters(ExplainParameters),
        cite=("explain_change", f"What changed about {asking.name}, and why", "/explain"),
    )
    return explanation, number


def _premise_text(asking: Asking, explanation: Explanation) -> str | None:
    """Return that what a question takes as given doesn't hold; None where it does, or is none."""
    presumed, verdict = asking.parsed.presumed, explanation.verdict
    if presumed in CLEAR and verdict != presumed:
        if verdict in {"too_few", "incomplete"}:
            return f"Whether {asking.name} got {presumed} can't be told."
        said = "no clear change" if verdict == "no_clear_change" else verdict
        return f"That {asking.name} got {presumed} isn't borne out: the verdict is “{said}”."
    totals = explanation.change.statistics
    low, high = totals.interval or (-1.0, 1.0)
    holds = {"negative": high < 0, "positive": low > 0}.get(presumed or "", True)
    if holds or presumed is None:
        return None
    return (
        f"That people are {presumed} on the whole {asking.about} isn't borne out: the mean is"
        f" {mean_text(totals)}."
    )


def _say_sentence(asking: Asking, explanation: Explanation, number: int) -> None:
    when = asking.hours.text
    asking.citing.say(one_line(f"{when}: {explanation.sentence}", MAX_SENTENCE), [number])


def _say_means(asking: Asking, explanation: Explanation, number: int) -> None:
    """Add the change of the mean with its verdict, where there are means on both sides."""
    change = explanation.change
    if change.avg_sentiment is None or change.verdict in {"incomplete", "too_few"}:
        if change.statistics.total:
            asking.citing.say(
                f"The mean of the span itself is {mean_text(change.statistics)}.", [number]
            )
        return
    asking.citing.say(
        f"The mean is {mean_text(change.statistics)}, after {mean_text(change.previous)} in"
        f" {baseline_text(explanation.before)}: a change of {signed(change.avg_sentiment)}"
        f" ({interval_text(change.interval)}){_of_threads(explanation)},"
        f" {_verdict_words(explanation)}.",
        [number],
    )


def _of_threads(explanation: Explanation) -> str:
    """Return the change that a clear verdict rests on, where that of the mean doesn't bear it."""
    change = explanation.change
    low, high = change.interval or (0.0, 0.0)
    if explanation.verdict not in CLEAR or not low <= 0 <= high or change.by_thread is None:
        return ""
    threads = change.by_thread
    return (
        f", and {signed(threads.avg_sentiment)} ({interval_text(threads.interval)}) where no thread"
        " outweighs others"
    )


def _verdict_words(explanation: Explanation) -> str:
    if explanation.verdict in CLEAR:
        return f"which is {explanation.verdict}, beyond chance"
    return "which isn't clear of chance"


async def _say_subjects(asking: Asking) -> None:
    """Add the subjects of the watchlist that changed clearly, and the number of the others."""
    parameters = SubjectsParameters.model_validate(
        {**asking.hours.parameters, "until": "collected"}
    )
    found, number = await asking.read(
        read_subjects,
        parameters,
        cite=("list_subjects", "Subjects and their changes", "/subjects"),
        page=subjects_page(asking.hours, asking.now),
    )
    if not found.subjects:
        return
    for verdict in CLEAR:
        clear = [each for each in found.subjects if each.change.verdict == verdict]
        if clear:
            names = "; ".join(map(_named, clear[:MAX_NAMED]))
            more = len(clear) - MAX_NAMED
            others = f"; and {counted(more, 'other subject')}" if more > 0 else ""
            asking.citing.say(f"Clearly {verdict}: {names}{others}.", [number])
    asking.citing.say(_rest_text(found.subjects), [number])


def _named(subject: SubjectFigures) -> str:
    change = subject.change
    counts = f"n = {change.statistics.total:,}, {change.previous.total:,} before"
    return f"{subject.name}, {moved_text(change, counts)}"


def _rest_text(subjects: Sequence[SubjectFigures]) -> str:
    """Return how many subjects have which other verdict, in a sentence."""
    same = sum(each.change.verdict == "no_clear_change" for each in subjects)
    few = sum(each.change.verdict == "too_few" for each in subjects)
    unknown = sum(each.change.verdict == "incomplete" for each in subjects)
    clear = len(subjects) - same - few - unknown
    parts = [f"{clear} changed clearly"] if clear else ["none changed clearly"]
    parts += [f"{same} had no clear change"] if same else []
    parts += [f"{few} had too few mentions to tell"] if few else []
    parts += [f"of {unknown} too little is known of the time before"] if unknown else []
    return f"Of {counted(len(subjects), 'subject')}, {listed(parts)}."


async def _say_parts(asking: Asking, explanation: Explanation, number: int) -> None:
    """Add the parts that moved the mean by more than chance, the largest first."""
    parts = [
        each
        for each in explanation.contributions
        if each.is_beyond_chance and each.id != "rest" and each.kind_of != "item"
    ]
    parts.sort(key=lambda each: -abs(each.effect))
    ids = [item for each in parts[:MAX_PARTS] for item in each.items[:MAX_ITEMS_OF_PART]]
    await show_cited(asking, explanation, number, ids)
    for each in parts[:MAX_PARTS]:
        asking.citing.say(_part_text(each), [number], each.items)


def _part_text(part: ContributionAnswer) -> str:
    name = one_line(name_of_part(part.kind_of, part.name), 160)
    counts = f"{round(part.n):,} items, {round(part.n_before):,} before"
    return (
        f"{name[0].upper()}{name[1:]} moved the mean {moved_by(part.effect)}"
        f" ({interval_text(part.interval)}; {counts}), more than chance makes."
    )


async def _say_quotes(asking: Asking, explanation: Explanation, number: int) -> None:
    """Add up to three sentences that the reasons rest on, word for word."""
    sentences = [each for quotes in explanation.quotes for each in quotes.sentences]
    chosen = {each.item: each for each in reversed(sentences[:MAX_QUOTES])}
    texts = {item: each.text for item, each in chosen.items()}
    await show_cited(asking, explanation, number, chosen, texts=texts)
    for item, each in reversed(chosen.items()):
        asking.citing.say(f"In people's own words: {quoted(each.text, 280)}", [number], [item])


def _say_looked_at(asking: Asking, explanation: Explanation, number: int) -> None:
    looked_at = explanation.looked_at
    if looked_at.read < looked_at.items:
        asking.citing.say(
            f"Topics and quotes rest on {looked_at.read:,} of {counted(looked_at.items, 'item')},"
            " spread over the span.",
            [number],
        )
