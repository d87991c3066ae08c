"""Calls every endpoint with a generated client on sys.path: `calls.py ADDRESS KEY`.

It prints a JSON object: for each operation the name of what `sync` returned.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import undertone_client.api
from undertone_client import AuthenticatedClient

PAGE = 40


def operations() -> dict[str, Callable[..., Any]]:
    """Return each operation's `sync`, by its name."""
    modules = pkgutil.walk_packages(undertone_client.api.__path__, "undertone_client.api.")
    return {
        each.name.rpartition(".")[2]: importlib.import_module(each.name).sync
        for each in modules
        if not each.ispkg
    }


def pages(read: Callable[..., Any], client: AuthenticatedClient) -> list[str]:
    """Return the ids of all listed items, page by page, using only `sync`."""
    found: list[str] = []
    page = read(client=client, hours=48, limit=PAGE)
    while page:
        found += [each.id for each in page]
        page = read(client=client, hours=48, limit=PAGE, cursor=page[-1].cursor)
    return found


def main(address: str, key: str) -> None:
    client = AuthenticatedClient(
        address, token=key, prefix="", auth_header_name="x-functions-key", timeout=60
    )
    sync = operations()
    posts = sync["posts_recent"](client=client, hours=48, limit=3)
    cycles = sync["cycles"](client=client)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    given: dict[str, dict[str, Any]] = {
        "posts_recent": {"q": "the", "sentiment": "positive", "start": since},
        "items": {"q": "the", "kind": "comment", "start": since},
        "post": {"id": posts[0].id, "subreddit": posts[0].subreddit},
        "cycle": {"id": cycles[0].id},
        "sentiment_compare": {"subreddits": ["claude", "OpenAI"], "granularity": "day"},
        "trending_topics": {"limit": 5},
    }
    returned = {
        name: type(call(client=client, **given.get(name, {}))).__name__
        for name, call in sync.items()
    }
    posts_ids, item_ids = pages(sync["posts_recent"], client), pages(sync["items"], client)
    counts = {
        "posts": len(posts_ids),
        "distinct_posts": len(set(posts_ids)),
        "items": len(item_ids),
        "distinct_items": len(set(item_ids)),
    }
    print(json.dumps({"returned": returned, **counts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
