"""The verdicts of a language model on texts are removed with the items of its time."""

from datetime import UTC, datetime

from collector.maintenance.expired_verdicts import remove_expired_verdicts
from shared.models import ModelVerdict
from shared.store import VERDICTS, Store

BEFORE = datetime(2026, 11, 20, tzinfo=UTC)


def verdict(at: str) -> ModelVerdict:
    return ModelVerdict(id=f"d{at}", kind="model_verdict", order_key=f"{at}_d", label="neutral")


async def test_what_was_said_before_is_removed_and_later_answers_stay(store: Store) -> None:
    old = [verdict(f"2026-11-{day:02}T12:00:00Z") for day in range(1, 20)]
    new = verdict("2026-11-20T00:00:00Z")
    await store.upsert(VERDICTS, [*old, new])
    checks: list[int] = []
    await remove_expired_verdicts(store, BEFORE, lambda: checks.append(1))
    keys = [("model_verdict", each["id"]) for each in (*old, new)]
    assert list(await store.read_many(VERDICTS, keys)) == keys[-1:]
    assert len(checks) == 1
    await remove_expired_verdicts(store, BEFORE, lambda: checks.append(1))
    assert len(checks) == 1, "nothing is left to write"
