"""Removes what a language model said of texts, once items of its time are removed.

Cosmos DB lets it expire by its time to live; other stores don't.
"""

from datetime import datetime

from collector.writers.deadline import Check
from shared.store import VERDICTS, Query, Store
from shared.times import iso

PAGE = 500


async def remove_expired_verdicts(store: Store, before: datetime, check: Check) -> None:
    """Remove what was said before a time; a text that comes again is asked about again.

    check is called before each write, and raises what ends the work. Raises StoreError.
    """
    query = Query(VERDICTS, "model_verdict", PAGE, below=iso(before))
    while old := await store.query(query):
        check()
        await store.delete(VERDICTS, [(each["kind"], each["id"]) for each in old])
