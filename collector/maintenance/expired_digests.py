"""Removes what digests said that weren't sent, and the states of digests that are gone.

Cosmos DB lets them expire by their time to live; other stores don't.
"""

from datetime import datetime

from collector.writers.deadline import Check
from shared.digests.definitions import read_digests
from shared.store import DIGEST_CONTENTS, DIGEST_STATES, Query, Store
from shared.times import iso

# A digest has few of them: what it says is removed once it was sent.
MAX_READ = 1000


async def remove_expired_digests(store: Store, before: datetime, check: Check) -> None:
    """Remove what was made before a time, and the states of digests that no definition has.

    check is called before each write, and raises what ends the work. Raises StoreError.
    """
    contents = await store.query(Query(DIGEST_CONTENTS, "digest_content", MAX_READ, order_by="id"))
    old = [(each["kind"], each["id"]) for each in contents if each["made_at"] < iso(before)]
    known = {each["id"] for each in (await read_digests(store))["digests"]}
    states = await store.query(Query(DIGEST_STATES, "digest_state", MAX_READ, order_by="id"))
    gone = [(each["kind"], each["id"]) for each in states if each["id"] not in known]
    if old:
        check()
        await store.delete(DIGEST_CONTENTS, old)
    if gone:
        check()
        await store.delete(DIGEST_STATES, gone)
