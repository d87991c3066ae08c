"""The statistics of hours: how cells are recounted from items, and added up."""

from collections.abc import Iterable
from math import fsum
from typing import TypedDict

from shared.models import Cell, Comment, DayStats, Post
from shared.times import day_of

COMPOUND_DIGITS = 4
"""VADER rounds compound to four digits; sums are rounded so too, whatever their order."""


class Totals(TypedDict):
    """Cells added up; avg_sentiment is the mean compound (-1..1), None without items."""

    total: int
    positive: int
    negative: int
    neutral: int
    avg_sentiment: float | None
    posts: int
    comments: int


def recount(posts: Iterable[Post], comments: Iterable[Comment]) -> Cell:
    """Count the items of one hour."""
    post_sentiments = [post["sentiment"] for post in posts]
    comment_sentiments = [comment["sentiment"] for comment in comments]
    sentiments = post_sentiments + comment_sentiments
    labels = [sentiment["label"] for sentiment in sentiments]
    return Cell(
        posts=len(post_sentiments),
        comments=len(comment_sentiments),
        positive=labels.count("positive"),
        negative=labels.count("negative"),
        neutral=labels.count("neutral"),
        compound_sum=_sum(sentiment["compound"] for sentiment in sentiments),
    )


def add(cells: Iterable[Cell]) -> Cell:
    """Add cells up."""
    listed = list(cells)
    return Cell(
        posts=sum(cell["posts"] for cell in listed),
        comments=sum(cell["comments"] for cell in listed),
        positive=sum(cell["positive"] for cell in listed),
        negative=sum(cell["negative"] for cell in listed),
        neutral=sum(cell["neutral"] for cell in listed),
        compound_sum=_sum(cell["compound_sum"] for cell in listed),
    )


def is_empty(cell: Cell) -> bool:
    """Say whether nothing was counted."""
    return cell["posts"] + cell["comments"] == 0


def cells_of(days: Iterable[DayStats], hours: Iterable[str]) -> list[Cell]:
    """Pick the cells of the hours (YYYY-MM-DDTHH) out of the days; some hours have none."""
    by_day = {day["id"]: day["hours"] for day in days}
    found = (by_day.get(day_of(hour), {}).get(hour[-2:]) for hour in hours)
    return [cell for cell in found if cell is not None]


def cells_by_hour(days: Iterable[DayStats]) -> dict[str, Cell]:
    """Give the cells of the days by their hour, YYYY-MM-DDTHH."""
    return {f"{day['id']}T{hour}": cell for day in days for hour, cell in day["hours"].items()}


def totals(cells: Iterable[Cell]) -> Totals:
    """Add cells up and take the mean."""
    cell = add(cells)
    count = cell["posts"] + cell["comments"]
    return Totals(
        total=count,
        positive=cell["positive"],
        negative=cell["negative"],
        neutral=cell["neutral"],
        avg_sentiment=round(cell["compound_sum"] / count, COMPOUND_DIGITS) if count else None,
        posts=cell["posts"],
        comments=cell["comments"],
    )


def _sum(values: Iterable[float]) -> float:
    return round(fsum(values), COMPOUND_DIGITS)
