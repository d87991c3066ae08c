"""Scopes of rules as people read them."""

from shared.communities import community_name
from shared.models import ALL, Watchlist


def name_of_scope(scope: str, watchlist: Watchlist) -> str:
    """Return what a rule is about: a subject's name, a community's, or all communities."""
    if scope == ALL:
        return "all communities"
    kind, _, name = scope.partition(":")
    if kind == "community":
        return community_name(name)
    names = {
        known: subject["name"]
        for subject in watchlist["subjects"]
        for known in (*subject["merged_from"], subject["id"])
    }
    return names.get(name, name)
