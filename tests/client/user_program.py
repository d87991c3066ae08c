"""A program of a user of the client: `user_program.py ADDRESS`. mypy --strict checks it."""

import json
import sys
from datetime import datetime

from undertone_client import Answer, Client, Pages, models


def worst(items: Pages[models.ItemAnswer]) -> tuple[datetime, float] | None:
    found = min(items, key=lambda each: each.sentiment.compound, default=None)
    return None if found is None else (found.created_utc, found.sentiment.compound)


def interval(stats: Answer[models.Stats]) -> tuple[float, float] | None:
    return stats.data.statistics.interval


def main(address: str) -> None:
    with Client(address) as client:
        stats = client.stats(community="claude", hours=48)
        said: dict[str, object] = {
            "origin": stats.origin,
            "interval": interval(stats),
            "is_same": stats.refresh() is stats,
            "items": sum(1 for _ in client.items(hours=48, page_size=100)),
            "has_worst": worst(client.items(hours=48, max_items=50)) is not None,
        }
        try:
            said["frame"] = len(client.trends(hours=48).frame())
        except ImportError as error:
            said["frame"] = str(error)
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
