"""Removes questions to a model, and their answers, after 30 days.

Cosmos DB lets them expire by their time to live; other stores don't.
"""

from datetime import datetime

from collector.writers.deadline import Check
from shared.questions.states import KEPT, KIND
from shared.store import QUESTIONS, Query, Store
from shared.times import iso

PAGE = 100


async def remove_expired_questions(store: Store, now: datetime, check: Check) -> int:
    """Remove questions that were asked more than 30 days ago, and return how many.

    check is called before each write, and raises what ends the work. Raises StoreError.
    """
    removed = 0
    before = iso(now - KEPT)
    while page := await store.query(Query(QUESTIONS, KIND, PAGE, below=before)):
        check()
        await store.delete(QUESTIONS, [(KIND, each["id"]) for each in page])
        removed += len(page)
    return removed
