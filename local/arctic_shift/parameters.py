"""The parameters of the API: unknown ones, and values that aren't allowed, are refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# https://github.com/ArthurHeitmann/arctic_shift/blob/master/api/README.md
OF_SEARCH = frozenset(
    {"author", "subreddit", "author_flair_text", "after", "before", "limit", "sort", "md2html"}
    | {"fields"}
)
OF_IDS = frozenset({"ids", "md2html", "fields"})
OF_TIME_SERIES = frozenset({"key", "precision", "after", "before"})
PRECISIONS = ("year", "quarter", "month", "week", "day", "hour", "minute")
DEFAULT_LIMIT, MAX_LIMIT, MAX_IDS = 25, 100, 500
# From here on a number is in milliseconds.
MILLISECONDS = 100_000_000_000
COUNT = re.compile(r"r/([^/]+)/(posts|comments)/count")


class BadParameter(Exception):
    """A parameter is unknown or has a wrong value; the message is that of the answer."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of one request."""

    given: Mapping[str, str]

    def allow(self, names: frozenset[str]) -> None:
        """Raise BadParameter if one isn't among these."""
        for name in self.given:
            if name not in names:
                raise BadParameter(f"Unknown query parameter: '{name}'")

    def time(self, name: str) -> float | None:
        """Return a time in Unix seconds: given in seconds, in milliseconds or by ISO 8601."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            number = float(text)
        except ValueError:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise BadParameter(f"Invalid date: '{name}'") from None
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return zoned.timestamp()
        return number / 1000 if number >= MILLISECONDS else number

    def limit(self, auto: int) -> int:
        """Return how many objects are asked for."""
        text = self.given.get("limit", str(DEFAULT_LIMIT))
        if text == "auto":
            return auto
        if not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
            raise BadParameter(f"'limit' must be between 1 and {MAX_LIMIT}, or 'auto'")
        return int(text)

    def newest_first(self) -> bool:
        """Return whether the order is descending."""
        sort = self.given.get("sort", "desc")
        if sort not in {"asc", "desc"}:
            raise BadParameter("'sort' must be asc or desc")
        return sort == "desc"

    def subreddit(self) -> str:
        """Return the subreddit; one subreddit a query."""
        name = self.given.get("subreddit", "").removeprefix("r/")
        if not re.fullmatch(r"[A-Za-z0-9_.]{2,30}", name):
            raise BadParameter("'subreddit' must be the name of one subreddit")
        return name

    def ids(self) -> list[str]:
        """Return the ids."""
        ids = [each for each in self.given.get("ids", "").split(",") if each]
        if not 1 <= len(ids) <= MAX_IDS:
            raise BadParameter(f"'ids' takes 1 to {MAX_IDS} ids")
        return ids

    def counted(self) -> tuple[str, str]:
        """Return the subreddit and the kind whose counts are asked for."""
        key = COUNT.fullmatch(self.given.get("key", ""))
        if key is None or self.given.get("precision") not in PRECISIONS:
            raise BadParameter("'key' or 'precision' is invalid")
        return key[1], key[2]
