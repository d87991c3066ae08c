"""Reads the stored comments of a thread."""

from shared.models import Comment
from shared.store import COMMENTS, Query, Store
from shared.store.scan import after

PAGE = 500


async def comments_of_post(store: Store, community: str, post: str) -> list[Comment]:
    """Return the stored comments of a post that lie in a community. Raises StoreError."""
    found: list[Comment] = []
    start = ""
    while page := await store.query(
        Query(COMMENTS, community, PAGE, at_least=start, equals={"post_id": post})
    ):
        found += page
        if len(page) < PAGE:
            break
        start = after(page[-1]["order_key"])
    return found
