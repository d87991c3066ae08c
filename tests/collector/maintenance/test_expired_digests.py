"""What digests said that weren't sent, and states of digests that are gone, are removed."""

from datetime import UTC, datetime

from collector.maintenance.expired_digests import remove_expired_digests
from shared.digests.definitions import no_digests, write_digests
from shared.digests.states import edit_state, read_states, with_test
from shared.store import DIGEST_CONTENTS, Store
from tests.shared.digests.digests import a_content, a_digest

BEFORE = datetime(2026, 11, 20, tzinfo=UTC)


async def test_old_texts_and_states_of_no_digest_go_and_others_stay(store: Store) -> None:
    await write_digests(store, no_digests(), digests=[a_digest()], change="", now=BEFORE)
    for name in ("team", "gone"):
        await edit_state(store, name, lambda state: with_test(state, "0a1b2c3d"))
    old = a_content(id="team.old", made_at="2026-11-19T23:59:59Z")
    new = a_content(id="team.new", made_at="2026-11-20T00:00:00Z")
    await store.upsert(DIGEST_CONTENTS, [old, new])
    checks: list[int] = []
    await remove_expired_digests(store, BEFORE, lambda: checks.append(1))
    assert set(await read_states(store, ["team", "gone"])) == {"team"}
    keys = [("digest_content", each) for each in ("team.old", "team.new")]
    assert list(await store.read_many(DIGEST_CONTENTS, keys)) == keys[1:]
    assert len(checks) == 2
    await remove_expired_digests(store, BEFORE, lambda: checks.append(1))
    assert len(checks) == 2, "nothing is left to write"
