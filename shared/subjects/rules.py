"""The fields of a subject that decide which items mention it."""

from collections.abc import Iterable
from typing import Final

from shared.models import Subject

RULES: Final = ("terms", "exclude", "context", "home")


def changed_subjects(before: Iterable[Subject], after: Iterable[Subject]) -> list[str]:
    """Return the ids of subjects that are new, gone, or have other rules, in their order."""
    old = {subject["id"]: _rules(subject) for subject in before}
    new = {subject["id"]: _rules(subject) for subject in after}
    return [each for each in {**old, **new} if old.get(each) != new.get(each)]


def _rules(subject: Subject) -> tuple[object, ...]:
    return tuple(subject.get(name) for name in RULES)
