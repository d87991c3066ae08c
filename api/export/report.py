"""The shared parts of reports in Markdown: headings, notes, names, addresses of views and items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from api.export.feed import NOTES
from api.export.markdown import escaped
from shared.communities import community_name
from shared.models import Origin
from shared.stats.windows import Because

COMPARED: Mapping[Because, str] = {
    "just_before": "the time just before",
    "week_before": "the same hours a week earlier",
    "no_week_before": "the time just before, since the week before isn't known",
}


class Linked(Protocol):
    """An item that a report links to."""

    @property
    def permalink(self) -> str:
        """Return its address at its source; empty where there is none."""
        ...

    @property
    def community(self) -> str:
        """Return the id of its community."""
        ...

    @property
    def post_id(self) -> str:
        """Return the id of its thread's post."""
        ...


@dataclass(frozen=True)
class PageLinks:
    """Addresses of the dashboard's views (dashboard/src/address.ts), and of items.

    base is the address of the app without a slash at the end.
    """

    base: str
    is_sample: bool

    def view(self, **given: str) -> str:
        """Return the address of a view."""
        return f"{self.base}/?{urlencode(given, safe=',/:')}"

    def item(self, item: Linked) -> str:
        """Return the address of an item: at its source, or here where it is invented."""
        if item.permalink and not self.is_sample:
            return item.permalink
        return self.view(view="posts", post=f"{item.community}/{item.post_id}")


def notes_of(origin: Origin, *, rematching: bool) -> list[str]:
    """Return the lines that say that data isn't live, or may change."""
    note = NOTES[origin]
    lines = [f"*This is {note}.*", ""] if note else []
    if rematching:
        lines += ["*Stored items are being matched with changed rules: figures may change.*", ""]
    return lines


def section(heading: str, lines: Sequence[str]) -> list[str]:
    """Return the lines of a section; none without lines."""
    return [f"## {heading}", "", *lines, ""] if lines else []


def community_text(community: str) -> str:
    """Return a community's name, escaped: those of repositories may have signs."""
    return escaped(community_name(community))
