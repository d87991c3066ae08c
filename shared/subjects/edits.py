"""Makes subjects and communities of what somebody has written, and merges subjects."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.models import Subject, Term, WatchedCommunity
from shared.subjects.communities import as_known
from shared.subjects.validation import key_of
from shared.text import normalised
from shared.tidy import tidy


def clean_subject(given: Mapping[str, Any], subject_id: str, known: Sequence[str]) -> Subject:
    """Return a subject in one spelling: no blanks around words, homes as they are known.

    What stands twice among exclusions, context words and homes counts once. known are the ids that
    may be homes.
    """
    return Subject(
        id=subject_id,
        name=clean_text(given["name"]),
        role=given["role"],
        terms=[_clean_term(term) for term in given["terms"]],
        exclude=_each_once(map(clean_text, given["exclude"])),
        context=_each_once(map(clean_text, given["context"])),
        home=as_known([clean_text(each) for each in given["home"]], known),
        merged_from=_each_once(map(clean_text, given["merged_from"])),
    )


def _clean_term(given: Mapping[str, Any]) -> Term:
    """Return a term in one spelling; "*" at its end says the same as prefix."""
    text = clean_text(given["text"])
    plain = text.rstrip("* ")
    term = Term(
        text=plain or text,
        exact=given["exact"],
        prefix=given["prefix"] or text.endswith("*"),
        needs_context=given["needs_context"],
    )
    if given.get("capital"):
        term["capital"] = True
    return term


def clean_community(community_id: str, query: str | None, address: str | None) -> WatchedCommunity:
    """Return a community to collect; an empty query or address is none."""
    community = WatchedCommunity(id=community_id)
    if query is not None and (words := clean_text(query)):
        community["query"] = words
    if address is not None and (cleaned := address.strip().rstrip("/")):
        community["address"] = cleaned
    return community


def clean_text(text: str) -> str:
    """Return a text normalised, in one line, without what isn't seen."""
    seen = (each if each.isprintable() else " " for each in normalised(tidy(text)))
    return " ".join("".join(seen).split())


def merged(subject: Subject, other: Subject) -> Subject:
    """Return a subject that has taken over another one's rules and history.

    An exclusion that is a term of the other one is left out: both are one now.
    """
    terms = {key_of(term["text"]): term for term in (*other["terms"], *subject["terms"])}
    excluded = (each for each in subject["exclude"] + other["exclude"] if key_of(each) not in terms)
    return {
        **subject,
        "terms": list(
            {
                key_of(each["text"]): terms[key_of(each["text"])]
                for each in (*subject["terms"], *other["terms"])
            }.values()
        ),
        "exclude": _each_once(excluded),
        "context": _each_once(subject["context"] + other["context"]),
        "home": as_known(subject["home"] + other["home"], subject["home"]),
        "merged_from": _each_once([*subject["merged_from"], other["id"], *other["merged_from"]]),
    }


def _each_once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
