"""The role of an item in a scope: whether it counts there, and by which sentiment."""

from api.reads.scopes import Scope
from shared.models import Item, Label, Mention
from shared.stats.cells import Scored, scored
from shared.stats.subjects import scored_mention


def is_about(item: Item, scope: Scope) -> bool:
    """Return whether an item mentions the scope's subject by its via; True without a subject."""
    if scope.subject is None:
        return True
    mention = mention_of(item, scope)
    return mention is not None and scope.via in {None, mention["via"]}


def mention_of(item: Item, scope: Scope) -> Mention | None:
    """Return the mention of the scope's subject in an item; None if there is none."""
    listed = item.get("mentions", ())
    return next((each for each in listed if each["subject"] == scope.subject_id), None)


def scored_in(item: Item, scope: Scope) -> Scored:
    """Return an item as it counts in a scope: by what it says of its subject, if there is one."""
    mention = mention_of(item, scope)
    return scored(item) if mention is None else scored_mention(item, mention)


def label_in(item: Item, scope: Scope) -> Label:
    """Return the label by which an item counts in a scope."""
    return scored_in(item, scope).label
