"""Checks the rules of subjects before they are stored."""

import re
from collections.abc import Collection, Iterator, Sequence

from shared.communities import NAME
from shared.models import ALL, Subject, Term
from shared.subjects.phrases import phrase_of
from shared.subjects.refusals import Refusal, quoted
from shared.subjects.wordlists import is_unknown_list, list_names
from shared.text import folded
from shared.text.stopwords import stopwords

MAX_SUBJECTS = 100
MAX_TERMS = 50
MAX_PHRASES = 300
MAX_HOMES = 50
MAX_MERGED = 50
MAX_NAME_CHARS = 60
MAX_TERM_CHARS = 60
# Of all rules together, so that the document stays small: Cosmos DB takes 2 MB.
MAX_CHARACTERS = 300_000
MIN_KEY_CHARS = 2
MIN_PREFIX_CHARS = 3
# Words of answers and of addresses.
RESERVED = frozenset({ALL, "others", "preview"})

TAKES_ID = "1 to 40 small letters, digits and hyphens, with a letter or digit first"
TAKES_TERM = (
    f"a name as people write it, of 2 to {MAX_TERM_CHARS} characters, that isn't a common word"
)
TAKES_PHRASE = f"words of 1 to {MAX_TERM_CHARS} characters, with a letter or digit among them"
_WORD = re.compile(r"[^\W_]+")


def key_of(text: str) -> str:
    """Return what is equal for all ways to write a term: in any case, with gaps or without."""
    phrase = phrase_of(text)
    return "".join(phrase.pieces) if phrase else ""


def subject_refusals(
    subject: Subject, others: Sequence[Subject], homes: Collection[str]
) -> Iterator[Refusal]:
    """Yield what is wrong with a subject beside others.

    homes are the communities that may be home: those that are collected, and those that were known
    as homes before.
    """
    yield from _identity(subject, others)
    yield from _terms(subject, others)
    for field, most in (("exclude", MAX_PHRASES), ("context", MAX_PHRASES)):
        yield from _phrases(subject, field, most)
    yield from _context(subject)
    yield from _homes(subject, homes)
    yield from _merged(subject, others)


def watchlist_refusals(subjects: Sequence[Subject], homes: Collection[str]) -> Iterator[Refusal]:
    """Yield what is wrong with the subjects of a watchlist; each is checked beside those before."""
    for number, subject in enumerate(subjects):
        for refusal in subject_refusals(subject, subjects[:number], homes):
            yield refusal.below("subjects", number)
    merged = {each: subject for subject in subjects for each in subject["merged_from"]}
    for number, subject in enumerate(subjects):
        into = merged.get(subject["id"])
        if into is not None and any(each is into for each in subjects[number + 1 :]):
            yield _was_merged(subject, into).below("subjects", number)
    yield from size_refusals(subjects)


def size_refusals(subjects: Sequence[Subject]) -> Iterator[Refusal]:
    """Yield whether there are too many subjects, or too much in all."""
    if len(subjects) > MAX_SUBJECTS:
        yield Refusal(
            ("subjects",),
            f"there would be {len(subjects)} subjects",
            f"at most {MAX_SUBJECTS} subjects",
        )
    characters = sum(
        len(text)
        for each in subjects
        for text in (*(term["text"] for term in each["terms"]), *each["exclude"], *each["context"])
    )
    if characters > MAX_CHARACTERS:
        yield Refusal(
            ("subjects",),
            f"the rules of all subjects would have {characters} characters",
            f"at most {MAX_CHARACTERS} characters of terms, exclusions and context words in all",
        )


def _identity(subject: Subject, others: Sequence[Subject]) -> Iterator[Refusal]:
    own, name = subject["id"], subject["name"]
    if not NAME.fullmatch(own):
        yield Refusal(("id",), f"{quoted(own)} can't be an id", TAKES_ID)
    elif own in RESERVED:
        yield Refusal(("id",), f"{quoted(own)} has another meaning in addresses", TAKES_ID)
    if any(each["id"] == own for each in others):
        yield Refusal(("id",), f"{quoted(own)} stands twice", "an id of its own for each subject")
    if not 1 <= len(name) <= MAX_NAME_CHARS or not _WORD.search(name):
        yield Refusal(
            ("name",),
            f"{quoted(name)} can't be a name",
            f"1 to {MAX_NAME_CHARS} characters, with a letter or digit among them",
        )
    for other in others:
        if folded(other["name"]) == folded(name) and other["id"] != own:
            yield Refusal(
                ("name",),
                f"{quoted(name)} is the name of another subject, {other['id']}, too",
                "a name of its own for each subject",
            )


def _terms(subject: Subject, others: Sequence[Subject]) -> Iterator[Refusal]:
    yield from _count(subject, "terms", MAX_TERMS)
    if not subject["terms"]:
        yield Refusal(("terms",), "no term, so that nothing would match", "at least one term")
    of_others = {
        key_of(term["text"]): (term, other)
        for other in others
        if other["id"] != subject["id"]
        for term in other["terms"]
    }
    excluded = {key_of(each) for each in subject["exclude"]}
    for number, term in enumerate(subject["terms"]):
        place, key = ("terms", number, "text"), key_of(term["text"])
        problem = _problem_of(term)
        if problem is None and key in of_others:
            known, other = of_others[key]
            problem = f"duplicates the term {quoted(known['text'])} of {other['name']}"
        elif problem is None and key in excluded:
            problem = "is an exclusion of this subject too, which would void it"
        if problem is not None:
            yield Refusal(place, f"{quoted(term['text'])} {problem}", TAKES_TERM)


def _problem_of(term: Term) -> str | None:
    """Return what is wrong with a term by itself."""
    text, key = term["text"], key_of(term["text"])
    words = _WORD.findall(folded(text))
    are_stop_words = all(word in stopwords() for word in words)
    is_marked = term["exact"] and term["needs_context"]
    kind = "is a stop word" if len(words) == 1 else "has stop words only"
    problems = {
        "is empty": not text,
        "has no letter or digit, so that nothing would match": not words,
        f"is longer than {MAX_TERM_CHARS} characters": len(text) > MAX_TERM_CHARS,
        "is too short: it would stand in texts about anything": len(key) < MIN_KEY_CHARS,
        f"is too short to be the beginning of words: that takes {MIN_PREFIX_CHARS} letters": (
            term["prefix"] and len(key) < MIN_PREFIX_CHARS
        ),
        f"{kind}: it counts with both exact and needs_context, or within a longer name": (
            are_stop_words and not is_marked
        ),
    }
    return next((problem for problem, is_so in problems.items() if is_so), None)


def _phrases(subject: Subject, field: str, most: int) -> Iterator[Refusal]:
    yield from _count(subject, field, most)
    for number, text in enumerate(_list_of(subject, field)):
        if not text:
            problem = "is empty"
        elif not _WORD.search(text):
            problem = "has no letter or digit, so that nothing would match"
        elif len(text) > MAX_TERM_CHARS:
            problem = f"is longer than {MAX_TERM_CHARS} characters"
        elif field == "context" and is_unknown_list(text):
            problem = f"isn't a list of context words; these are {', '.join(list_names())}"
        elif field == "context" and text in stopwords():
            # A name, such as Go, has a capital.
            problem = "is a stop word, which stands near everything"
        else:
            continue
        yield Refusal((field, number), f"{quoted(text)} {problem}", TAKES_PHRASE)


def _context(subject: Subject) -> Iterator[Refusal]:
    if subject["context"]:
        return
    for number, term in enumerate(subject["terms"]):
        if term["needs_context"]:
            yield Refusal(
                ("terms", number, "needs_context"),
                f"{quoted(term['text'])} needs context, and the subject has none",
                "true where `context` has at least one word",
            )


def _homes(subject: Subject, homes: Collection[str]) -> Iterator[Refusal]:
    yield from _count(subject, "home", MAX_HOMES)
    for number, home in enumerate(subject["home"]):
        if home not in homes:
            yield Refusal(
                ("home", number),
                f"{quoted(home)} isn't a community that is collected",
                "the id of a community of the watchlist: add it there first",
            )


def _merged(subject: Subject, others: Sequence[Subject]) -> Iterator[Refusal]:
    yield from _count(subject, "merged_from", MAX_MERGED)
    for number, merged in enumerate(subject["merged_from"]):
        place = ("merged_from", number)
        if not NAME.fullmatch(merged):
            yield Refusal(place, f"{quoted(merged)} can't be an id", TAKES_ID)
        elif merged == subject["id"]:
            yield Refusal(place, f"{quoted(merged)} is this subject itself", "ids of others")
        for other in others:
            if other["id"] == merged:
                yield Refusal(
                    place,
                    f"{quoted(merged)} is a subject of its own",
                    "ids of subjects that are gone: POST /subjects/{id}/merge merges one",
                )
            elif merged in other["merged_from"]:
                problem = f"{quoted(merged)} was merged into {other['name']} already"
                yield Refusal(place, problem, "ids of subjects that were merged into this one")
    for other in others:
        if subject["id"] in other["merged_from"]:
            yield _was_merged(subject, other)


def _was_merged(subject: Subject, into: Subject) -> Refusal:
    return Refusal(
        ("id",),
        f"{quoted(subject['id'])} was merged into {into['name']}, which keeps its history",
        f"another id, or take it out of merged_from of {into['id']} first",
    )


def _count(subject: Subject, field: str, most: int) -> Iterator[Refusal]:
    count = len(_list_of(subject, field))
    if count > most:
        yield Refusal((field,), f"{count} are too many", f"at most {most}")


def _list_of(subject: Subject, field: str) -> list[str]:
    return subject[field]  # type: ignore[literal-required,no-any-return]
