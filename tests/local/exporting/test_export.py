"""Everything that a database holds, exported and imported: equal, after any kill, or refused."""

import gzip
import itertools
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from typer.testing import CliRunner

from bench.fill import Size, fill
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.writers.lease import LeaseWait, lease
from local.cli import app
from local.exporting import files as export_files
from local.exporting import restore as restoring
from local.exporting.documents import IN_ORDER, documents_after, line_of, order_of
from local.exporting.export import export_store
from local.exporting.files import PART
from local.exporting.manifest import MANIFEST, End, ExportError, Header
from local.exporting.restore import Restore, Restored
from shared import models
from shared.errors import StoreOutdated, StoreUnavailable
from shared.settings import Settings
from shared.store import (
    ALERT_KEYS,
    COLLECTION,
    COMMENTS,
    COMMUNITIES,
    CONTAINERS,
    LEASES,
    NOT_EXPORTED,
    POSTS,
    SHARDS,
    TOTALS_NOTES,
    WATCHLIST_REVISIONS,
    PartitionedStore,
    Query,
    Store,
    open_store,
    open_whole_store,
)
from shared.store.community_states import bucket_of
from shared.times import hour_of, utc_now
from tests.collector.crashing import LATER, DeadStore, Killed
from tests.collector.harness import check_statistics

SIZE = Size(items=120, subreddits=2, subjects=2)
LEFT_OUT: list[tuple[Any, Any]] = [
    (ALERT_KEYS, {"id": "alert_key", "kind": "alert_key", "ttl": -1, "key": "5ec3e7"}),
    (LEASES, {"id": "lease", "kind": "lease", "ttl": -1, "holder": None, "expires_at": "2026"}),
]


async def fill_small(store: Store) -> None:
    """Fill a store with items, statistics, states, and what an export leaves out."""
    settings = SIZE.settings(Path("unused.db"))
    await fill(store, SIZE, settings)
    revision: Any = {"id": "000001", "kind": "watchlist_revision", "ttl": -1, "note": "é\u2028🧵"}
    await store.upsert(WATCHLIST_REVISIONS, [revision])
    for container, document in LEFT_OUT:
        await store.upsert(container, [document])


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have several files for each container, and several batches for each file."""
    monkeypatch.setattr(export_files, "MAX_DOCUMENTS", 60)
    monkeypatch.setattr(restoring, "BATCH_DOCUMENTS", 40)


def settings_of(path: Path) -> Settings:
    return SIZE.settings(path)


async def export(settings: Settings, folder: Path) -> tuple[Header, End]:
    store = await open_whole_store(settings, retry_seconds=20)
    try:
        return await export_store(store, settings, folder, clock=utc_now, progress=lambda _: None)
    finally:
        await store.close()


async def import_(
    settings: Settings,
    folder: Path,
    *,
    kills: Callable[[PartitionedStore], Any] = lambda store: store,
    later: timedelta = timedelta(0),
    recounts: bool = False,
) -> Restored:
    store = await open_whole_store(settings, retry_seconds=20)

    def clock() -> datetime:
        return utc_now() + later

    try:
        restore = Restore(kills(store), settings, folder, clock, lambda _: None, recounts)
        return await restore.run(lease_wait=LeaseWait(20))
    finally:
        await store.close()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file but the manifest, which has the times of the export."""
    paths = [each for each in folder.rglob("*") if each.is_file() and each.name != MANIFEST]
    return {str(each.relative_to(folder)): each.read_bytes() for each in paths}


def documents(folder: Path) -> Iterator[dict[str, Any]]:
    for body in contents(folder).values():
        yield from map(json.loads, gzip.decompress(body).splitlines())


@pytest.fixture
async def filled(filled_store: Any, sqlite_settings: Settings) -> Settings:
    """Return the settings of a small database that no process has open."""
    store = await filled_store(fill_small)
    await store.close()
    return settings_of(sqlite_settings.sqlite_path)


@pytest.mark.usefixtures("small_files")
async def test_from_cosmos_db_to_sqlite_and_back_every_document_is_equal(
    cosmos_settings_factory: Callable[[], Settings], tmp_path: Path
) -> None:
    origin = {"origin": "recorded"}
    first, last = (cosmos_settings_factory().model_copy(update=origin) for _ in range(2))
    middle = settings_of(tmp_path / "middle.db")
    store = await open_store(first, retry_seconds=20)
    await fill_small(store)
    await store.close()
    done = []
    for number, (source, target) in enumerate([(first, middle), (middle, last), (last, None)]):
        folder = tmp_path / str(number)
        header, end = await export(source, folder)
        assert (header.origin, end.is_consistent) == ("recorded", True)
        if target is not None:
            done.append(await import_(target, folder))
            assert not done[-1].recount.differing
            assert done[-1].recount.posts + done[-1].recount.comments == SIZE.items
    exported = contents(tmp_path / "0")
    assert len(exported) > len(IN_ORDER)
    assert contents(tmp_path / "1") == exported
    assert contents(tmp_path / "2") == exported
    kinds = [each.get("kind") for each in documents(tmp_path / "0")]
    assert {"watchlist", "watchlist_revision", "cycle", "collection"} < set(kinds)
    assert not {kind for _, kind in NOT_EXPORTED}.intersection(kinds)
    restored = await open_store(middle, retry_seconds=20)
    await check_statistics(restored, SIZE.names())
    await restored.close()


@pytest.mark.usefixtures("small_files")
async def test_an_export_that_is_killed_anywhere_goes_on_to_the_same_files(
    filled: Settings, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    await export(filled, whole)
    lines = (whole / MANIFEST).read_bytes().splitlines(keepends=True)
    for kept in range(len(lines)):
        for torn in (b"", lines[kept][: len(lines[kept]) // 2]):
            killed = tmp_path / f"{kept}{bool(torn)}"
            shutil.copytree(whole, killed)
            (killed / MANIFEST).write_bytes(b"".join(lines[:kept]) + torn)
            for line in lines[max(kept, 1) : -1]:
                path = killed / json.loads(line)["name"]
                # The first file that isn't in the manifest may be half written, or just complete.
                if torn or line is not lines[max(kept, 1)]:
                    path.rename(path.with_name(path.name + PART)).write_bytes(b"half")
            if kept == 0:
                # Files are written after the header only.
                for path in [*killed.rglob("*.gz"), *killed.rglob(f"*{PART}")]:
                    path.unlink()
                for path in [each for each in killed.iterdir() if each.is_dir()]:
                    path.rmdir()
            await export(filled, killed)
            assert contents(killed) == contents(whole), kept
            shutil.rmtree(killed)


@pytest.mark.usefixtures("small_files")
async def test_an_import_that_is_killed_at_each_write_goes_on_and_is_complete(
    filled: Settings, tmp_path: Path
) -> None:
    folder, again = tmp_path / "export", tmp_path / "again"
    await export(filled, folder)
    target = settings_of(tmp_path / "target.db")
    for step in itertools.count():
        try:
            await import_(target, folder, kills=partial(DeadStore, step=step), later=step * LATER)
        except Killed:
            if step > 2:
                # From the first note on, nothing but the import opens the database.
                with pytest.raises(StoreUnavailable, match="python -m local import"):
                    await open_store(target, retry_seconds=1)
        else:
            break
    assert step > 12
    await export(target, again)
    assert contents(again) == contents(folder)


async def test_an_import_that_is_killed_at_its_end_is_complete_or_goes_on(
    filled: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    await export(filled, folder)
    counting: list[DeadStore] = []

    def counts(store: PartitionedStore) -> DeadStore:
        counting.append(DeadStore(store, -2))
        return counting[0]

    await import_(settings_of(tmp_path / "counted.db"), folder, kills=counts)
    # The last two writes are that of the state of collection, and that which frees the lease.
    for step in range(2 * len(counting[0].batches) - 6, 2 * len(counting[0].batches)):
        target, again = settings_of(tmp_path / f"{step}.db"), tmp_path / f"again{step}"
        with pytest.raises(Killed):
            await import_(target, folder, kills=partial(DeadStore, step=step))
        # After the write of the state of collection nothing is left to import.
        with suppress(ExportError):
            await import_(target, folder, later=LATER)
        await export(target, again)
        assert contents(again) == contents(folder)


class WritingStore:
    """A store to which a writer writes, or something else happens, before comments are exported."""

    def __init__(
        self, inner: PartitionedStore, happens: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._inner = inner
        self._happens = happens or self._write
        self._has_written = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def next_partition(self, container: Any, above: str) -> str | None:
        """Return the next partition; before that of the first comments, write."""
        if container.name == COMMENTS.name and not self._has_written:
            self._has_written = True
            await self._happens()
        return await self._inner.next_partition(container, above)

    async def _write(self) -> None:
        name = SIZE.names()[0]
        async with lease(
            self._inner, "cycle_1", seconds=60, clock=utc_now, lease_wait=LeaseWait(5)
        ):
            state = await self._inner.read(COMMUNITIES, bucket_of(name), name)
            await self._inner.upsert(COMMUNITIES, [{**state, "last_collected_at": "2027"}])  # type: ignore[typeddict-item, typeddict-unknown-key, misc]
            hours = set()
            for container in (POSTS, COMMENTS):
                async for place, item in documents_after(self._inner, container, None):
                    fresh = {**item, "id": f"x{item['id']}", "order_key": f"{place.key}x"}
                    await self._inner.upsert(container, [fresh])
                    hours.add(hour_of(place.key))
                    break
            shares = {name: await rebuild_cells(self._inner, name, hours)}
            await rebuild_all(self._inner, shares)


@pytest.mark.parametrize(
    ("container", "left"),
    [
        (TOTALS_NOTES, {"id": "1", "kind": "totals", "ttl": -1, "cells": {"a": ["2026-11-27T10"]}}),
        (SHARDS, {"id": "shard_reddit_0001", "kind": "shard", "ttl": -1, "reconciled": "no"}),
    ],
)
async def test_an_export_between_shards_has_statistics_that_are_behind(
    filled: Settings, tmp_path: Path, container: Any, left: Any
) -> None:
    store = await open_whole_store(filled, retry_seconds=20)
    await store.upsert(container, [left])
    await store.close()
    _, end = await export(filled, tmp_path / "export")
    assert not end.is_consistent


async def test_an_export_while_the_app_writes_is_recounted_when_it_is_imported(
    filled: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    store: Any = WritingStore(await open_whole_store(filled, retry_seconds=20))
    _, end = await export_store(store, filled, folder, clock=utc_now, progress=lambda _: None)
    await store.close()
    assert not end.is_consistent
    # A watermark is never newer than the items: what came meanwhile is collected again.
    assert not [each for each in documents(folder) if each.get("last_collected_at") == "2027"]
    target = settings_of(tmp_path / "target.db")
    done = await import_(target, folder)
    assert done.is_recounted
    assert not done.recount.differing
    # The comment of meanwhile was exported, and the post wasn't.
    assert done.recount.posts + done.recount.comments == SIZE.items + 1
    restored = await open_store(target, retry_seconds=20)
    await check_statistics(restored, SIZE.names())
    await restored.close()


async def test_statistics_that_differ_from_their_items_are_said_and_can_be_recounted(
    filled: Settings, tmp_path: Path
) -> None:
    store = await open_store(filled, retry_seconds=20)
    name = SIZE.names()[0]
    post = (await store.query(Query(POSTS, name, 1)))[0]
    await store.delete(POSTS, [(name, post["id"])])
    await store.close()
    await export(filled, tmp_path / "export")
    found = (await import_(settings_of(tmp_path / "as_it_was.db"), tmp_path / "export")).recount
    hour = hour_of(post["order_key"])
    assert found.differing == [f"{hour} {name}", f"{hour} all"]
    recounted = await import_(
        settings_of(tmp_path / "recounted.db"), tmp_path / "export", recounts=True
    )
    assert not recounted.recount.differing


Change = Callable[[Path, Settings], Any]


def edited(old: str, new: str) -> Change:
    def edit(folder: Path, _: Settings) -> None:
        path = folder / MANIFEST
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    return edit


def without_end(folder: Path, _: Settings) -> None:
    lines = (folder / MANIFEST).read_bytes().splitlines(keepends=True)
    (folder / MANIFEST).write_bytes(b"".join(lines[:-1]))


def flipped(folder: Path, _: Settings) -> None:
    path = folder / "comments/000001.ndjson.gz"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def cut_off(folder: Path, _: Settings) -> None:
    path = folder / "posts/000001.ndjson.gz"
    path.write_bytes(path.read_bytes()[:-20])


def lost(folder: Path, _: Settings) -> None:
    (folder / "stats/000001.ndjson.gz").unlink()


REFUSED: list[tuple[Change, str]] = [
    (edited('"origin":"recorded"', '"origin":"live"'), "ORIGIN: the export holds live data"),
    (edited('"schema":3', '"schema":2'), "an earlier version .* import it with that version"),
    (edited('"schema":3', '"schema":4'), "a later version"),
    (edited('"format":1', '"format":2'), "a later version"),
    (edited("posts/000001", "../../000001"), "damaged"),
    (edited("posts/000001", "secrets/000001"), "another version: secrets"),
    (edited('"is_consistent":true', '"is_consistent":7,'), "damaged"),
    (edited('"documents":1,', '"documents":2,'), "lacks lines"),
    (without_end, "isn't complete: run `python -m local export"),
    (flipped, "isn't as it was exported"),
    (cut_off, "isn't as it was exported"),
    (lost, "isn't as it was exported"),
    (lambda folder, _: (folder / MANIFEST).unlink(), "holds no export"),
    (lambda folder, _: (folder / MANIFEST).write_bytes(b"\xff\n{}\n"), "damaged"),
]


async def test_an_export_that_does_not_fit_is_refused_before_anything_is_written(
    filled: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    await export(filled, folder)
    target = settings_of(tmp_path / "target.db")
    for number, (change, message) in enumerate(REFUSED):
        changed = tmp_path / str(number)
        shutil.copytree(folder, changed)
        change(changed, target)
        with pytest.raises(ExportError, match=message):
            await import_(target, changed)
    with pytest.raises(ExportError, match="holds data already: name an empty one"):
        await import_(filled, folder)
    # None of them has left a trace: the whole export still finds the database empty.
    assert (await import_(target, folder)).documents > SIZE.items
    with pytest.raises(ExportError, match=r"holds an export of .*: name another folder"):
        await export(filled, folder)
    with pytest.raises(ExportError, match="isn't empty"):
        await export(filled, tmp_path)
    without_end(folder, filled)
    with pytest.raises(ExportError, match="another database's export"):
        await export(target, folder)


async def test_an_import_goes_on_only_with_its_own_export(filled: Settings, tmp_path: Path) -> None:
    await export(filled, tmp_path / "one")
    await export(filled, tmp_path / "two")
    edited('"started_at":"2', '"started_at":"1')(tmp_path / "two", filled)
    target = settings_of(tmp_path / "target.db")
    with pytest.raises(Killed):
        await import_(target, tmp_path / "one", kills=partial(DeadStore, step=6))
    with pytest.raises(ExportError, match="a part of another export"):
        await import_(target, tmp_path / "two", later=LATER)
    with pytest.raises(StoreUnavailable, match="a part of an export"):
        await export(target, tmp_path / "three")


async def test_a_folder_takes_one_export_and_a_database_of_this_versions_shapes(
    filled: Settings, tmp_path: Path
) -> None:
    again: list[str] = []

    async def within() -> None:
        with pytest.raises(ExportError, match="another export writes to"):
            await export(filled, tmp_path / "export")
        again.append("refused")

    store: Any = WritingStore(await open_whole_store(filled, retry_seconds=20), within)
    await export_store(store, filled, tmp_path / "export", clock=utc_now, progress=lambda _: None)
    assert again == ["refused"]
    state: Any = await store.read(COLLECTION, "collection", "collection")
    await store.upsert(COLLECTION, [{**state, "schema": 1}])
    await store.close()
    with pytest.raises(StoreOutdated, match="an earlier version"):
        await export(filled, tmp_path / "outdated")


def test_every_container_can_be_listed_in_the_order_of_its_partitions() -> None:
    for container in CONTAINERS:
        assert not container.indexes or (order_of(container),) in container.indexes, container.name


def test_the_command_takes_a_folder_alone(tmp_path: Path) -> None:
    for arguments in (["--community", "push.desk"], ["--only", "Cursor"], [str(tmp_path)]):
        result = CliRunner().invoke(app, ["import", str(tmp_path), *arguments])
        assert result.exit_code == 2, arguments
        assert "imported alone, and whole" in " ".join(result.output.split())


def test_lines_of_equal_documents_are_equal() -> None:
    from_sqlite = {"id": "a", "b": 1.0, "c": [0.1, -0.0, 1e300], "_etag": "x"}
    from_cosmos = {"c": [0.1, 0, 1e300], "b": 1, "id": "a", "_etag": "y"}
    assert line_of(from_sqlite) == line_of(from_cosmos) == b'{"b":1,"c":[0.1,0,1e+300],"id":"a"}\n'
    assert line_of({"e": 2**62}) == b'{"e":4611686018427387904}\n'


SECRET_FIELDS = {"key", "secret", "token", "password"}


def test_no_stored_document_with_a_secret_is_exported() -> None:
    found = set()
    for model in vars(models).values():
        hints = get_type_hints(model) if isinstance(model, type) else {}
        if "kind" in hints and SECRET_FIELDS.intersection(hints):
            found.update(get_args(hints["kind"]))
    assert "alert_key" in found
    assert found <= {kind for _, kind in NOT_EXPORTED}
