"""Promises of the SQLite store beyond the contract: many processes, crashes, bad files."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.costs import track
from shared.errors import DocumentExists, StoreUnavailable
from shared.store import LEASES, POSTS, Query
from shared.store.sqlite import SqliteStore

CONTEXT = multiprocessing.get_context("spawn")


def post(number: int) -> dict:
    return {"id": f"p{number}", "community": "aws", "order_key": f"k{number:06}", "content": "x"}


async def write_batches(path: Path, count: int) -> None:
    store = await SqliteStore.open(path, retry_seconds=20)
    for start in range(0, count, 50):
        await store.upsert(POSTS, [post(n) for n in range(start, start + 50)])  # type: ignore[list-item]
    await store.close()


def writer(path: Path, count: int) -> None:
    asyncio.run(write_batches(path, count))


def writer_that_dies(path: Path) -> None:
    async def die() -> None:
        store = await SqliteStore.open(path, retry_seconds=20)
        await store.upsert(POSTS, [post(1)])  # type: ignore[list-item]
        await store._file.connection.execute("BEGIN IMMEDIATE")
        await store._file.connection.execute(
            "INSERT INTO posts VALUES ('aws', 'p2', 'e', '{\"id\": \"p2\"}')"
        )
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(die())


async def test_one_process_reads_while_others_write(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = await SqliteStore.open(path, retry_seconds=20)
    writers = [CONTEXT.Process(target=writer, args=(path, 1000)) for _ in range(2)]
    for process in writers:
        process.start()
    seen = 0
    while any(process.is_alive() for process in writers):
        found = len(await store.query(Query(POSTS, "aws", 5000)))
        assert found >= seen
        assert found % 50 == 0, "a batch is seen whole or not at all"
        seen = found
    for process in writers:
        process.join()
        assert process.exitcode == 0
    assert len(await store.query(Query(POSTS, "aws", 5000))) == 1000
    await store.close()


async def test_a_writer_killed_in_mid_transaction_leaves_what_was_written_before(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    process = CONTEXT.Process(target=writer_that_dies, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    store = await SqliteStore.open(path, retry_seconds=20)
    found = await store.query(Query(POSTS, "aws", 10))
    assert [document["id"] for document in found] == ["p1"]
    await store.upsert(POSTS, [post(3)])  # type: ignore[list-item]
    await store.close()


async def test_a_file_that_is_no_database_says_which_setting_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 100)
    with pytest.raises(StoreUnavailable, match=r"notes\.txt.*SQLITE_PATH"):
        await SqliteStore.open(path, retry_seconds=1)
    assert path.read_text().startswith("dear diary")


SECRET = "words of somebody"


def damage_file(path: Path, before: bytes, after: bytes) -> None:
    raw = path.read_bytes()
    assert before in raw
    path.write_bytes(raw.replace(before, after, 1))


def damage_pages(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for page in range(3, len(raw) // 4096, 2):
        raw[page * 4096 : page * 4096 + 64] = SECRET.encode().ljust(64, b"\xff")
    path.write_bytes(raw)


async def damaged(path: Path, damage: tuple[bytes, bytes]) -> SqliteStore:
    """Open a store of five posts, one of which was damaged on the disk."""
    store = await SqliteStore.open(path, retry_seconds=1)
    posts = [{**post(number), "content": SECRET * 20} for number in range(5)]
    await store.upsert(POSTS, posts)  # type: ignore[arg-type]
    await store.upsert(LEASES, [{"id": "lease", "kind": "lease", "holder": SECRET}])  # type: ignore[list-item]
    await store.close()
    damage_file(path, *damage)
    return await SqliteStore.open(path, retry_seconds=1)


DAMAGES = [
    (b'{"id":"p2"', b'x"id":"p2"'),
    (b'{"id":"p2"', b'["id","p2"'),
    (b'{"id":"p2"', b'{"id":"p\xff"'),
    (b'{"id":"p2"', b'{"ix":"p2"'),
    (b'{"id":"p2"', b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_an_unreadable_row_is_left_out_and_told_without_its_words(
    tmp_path, caplog, damage
) -> None:
    store = await damaged(tmp_path / "a.db", damage)
    try:
        found = await store.query(Query(POSTS, "aws", 10))
        assert [each["id"] for each in found] == ["p0", "p1", "p3", "p4"]
        assert await store.read(POSTS, "aws", "p2") is None
        assert await store.read(POSTS, "aws", "p3") is not None
        assert "python -m local check" in caplog.text
        assert "somebody" not in caplog.text
    finally:
        await store.close()


@pytest.mark.parametrize("damage", DAMAGES)
async def test_an_unreadable_row_can_be_written_over_created_and_deleted(tmp_path, damage) -> None:
    for number, write in enumerate(("upsert", "create", "delete")):
        store = await damaged(tmp_path / f"{number}.db", damage)
        try:
            if write == "upsert":
                await store.upsert(POSTS, [post(2), post(3)])  # type: ignore[list-item]
            elif write == "create":
                etag = await store.create(POSTS, post(2))  # type: ignore[arg-type]
                await store.replace(POSTS, post(2), etag)  # type: ignore[arg-type]
            else:
                await store.delete(POSTS, [("aws", "p2")])
            assert len(await store.query(Query(POSTS, "aws", 10))) == (
                4 if write == "delete" else 5
            )
            assert (await store.read(POSTS, "aws", "p2") is None) is (write == "delete")
        finally:
            await store.close()


async def test_a_lease_that_cannot_be_read_is_free_for_one(tmp_path) -> None:
    store = await damaged(tmp_path / "a.db", (b'{"id":"lease"', b'{"id":"le\xffse"'))
    lease = {"id": "lease", "kind": "lease", "holder": "me"}
    assert await store.read(LEASES, "lease", "lease") is None
    await store.create(LEASES, lease)  # type: ignore[arg-type]
    with pytest.raises(DocumentExists):
        await store.create(LEASES, lease)  # type: ignore[arg-type]
    await store.close()


async def test_a_row_whose_index_is_missing_does_not_keep_the_file_shut(tmp_path) -> None:
    path = tmp_path / "a.db"
    await (await SqliteStore.open(path, retry_seconds=1)).close()
    with closing(sqlite3.connect(path)) as db, db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall():
            db.execute(f"DROP INDEX {name}")
        db.execute("INSERT INTO posts VALUES ('aws', 'p1', 'e', 'no json')")
    store = await SqliteStore.open(path, retry_seconds=1)
    await store.upsert(POSTS, [post(1)])  # type: ignore[list-item]
    assert len(await store.query(Query(POSTS, "aws", 10))) == 1
    assert await store._file.rows("SELECT id, body FROM unreadable", []) == [("p1", "no json")]
    await store.close()


async def test_a_damaged_page_is_told_with_how_to_mend_it_and_without_words(tmp_path) -> None:
    path = tmp_path / "a.db"
    await write_batches(path, 1000)
    damage_pages(path)

    async def read() -> None:
        store = await SqliteStore.open(path, retry_seconds=1)
        try:
            await store.query(Query(POSTS, "aws", 5000))
        finally:
            await store.close()

    with pytest.raises(StoreUnavailable, match=r"damaged.*python -m local check") as caught:
        await read()
    assert "somebody" not in str(caught.value)


async def test_a_folder_that_cannot_be_made_says_which_setting_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="SQLITE_PATH"):
        await SqliteStore.open(tmp_path / "file" / "a.db", retry_seconds=1)


async def test_a_writer_that_holds_on_for_too_long_is_unavailability(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = await SqliteStore.open(path, retry_seconds=0.1)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await store.upsert(POSTS, [post(1)])  # type: ignore[list-item]
        assert await store.read(POSTS, "aws", "p1") is None
        other.execute("ROLLBACK")
    other.close()
    await store.upsert(POSTS, [post(1)])  # type: ignore[list-item]
    await store.close()


async def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "a.db", retry_seconds=1)
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.read(LEASES, "lease", "lease")


async def test_a_full_disk_loses_nothing_that_was_written(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "a.db", retry_seconds=1)
    await store.upsert(POSTS, [post(1)])  # type: ignore[list-item]
    pages = (await store._file.rows("PRAGMA page_count", []))[0][0]
    await store._file.connection.execute(f"PRAGMA max_page_count = {pages}")
    big = {**post(2), "content": "x" * 1_000_000}
    with pytest.raises(StoreUnavailable, match="full"):
        await store.upsert(POSTS, [big])  # type: ignore[list-item]
    assert await store.read(POSTS, "aws", "p1") is not None
    assert await store.read(POSTS, "aws", "p2") is None
    await store.close()


async def test_queries_use_their_index(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = await SqliteStore.open(path, retry_seconds=1)
    await store.close()
    with sqlite3.connect(path) as db:
        plan = " ".join(
            row[3]
            for row in db.execute(
                "EXPLAIN QUERY PLAN SELECT etag, body FROM posts WHERE partition = ?"
                " AND json_extract(body, '$.sentiment.label') = ?"
                " AND json_extract(body, '$.order_key') >= ?"
                " ORDER BY json_extract(body, '$.order_key') DESC LIMIT 10",
                ("aws", "positive", "2026"),
            )
        )
    db.close()
    assert "posts_by_sentiment_label_order_key" in plan
    assert "TEMP B-TREE" not in plan


async def test_a_batched_read_is_one_statement_however_many_partitions_it_spans(
    sqlite_store,
) -> None:
    posts = [{**post(number), "community": f"sub{number}"} for number in range(300)]
    await sqlite_store.upsert(POSTS, posts)
    keys = [(f"sub{number}", f"p{number}") for number in range(0, 300, 2)]
    with track() as costs:
        found = await sqlite_store.read_many(POSTS, [*keys, ("sub1", "p2")])
    assert costs.operations == 1
    assert list(found) == keys


async def test_a_batched_read_scans_no_table(sqlite_store) -> None:
    seen: list[str] = []
    await sqlite_store._file.connection.set_trace_callback(seen.append)
    await sqlite_store.read_many(POSTS, [("aws", "p1"), ("claude", "p2")])
    plan = await sqlite_store._file.connection.execute_fetchall(f"EXPLAIN QUERY PLAN {seen[0]}")
    assert [row[3] for row in plan if "posts" in row[3]] == [
        "SEARCH posts USING INDEX sqlite_autoindex_posts_1 (partition=? AND id=?)"
    ]


def reader_without_rights(path: Path, answers: Any) -> None:
    """Open the file as a user without write permission; return the result."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)

    async def read() -> None:
        store = await SqliteStore.open(path, retry_seconds=5)
        answers.send(await store.read(POSTS, "aws", "p1") is not None)
        try:
            await store.upsert(POSTS, [post(9)])  # type: ignore[list-item]
        except StoreUnavailable as error:
            answers.send(str(error))
        await store.close()

    try:
        asyncio.run(read())
    except StoreUnavailable as error:
        answers.send(str(error))


def let_write(folder: Path, *, allowed: bool) -> None:
    for file in folder.iterdir():
        file.chmod(0o644 if allowed else 0o444)
    folder.chmod(0o755 if allowed else 0o555)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that other users can read, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    let_write(folder, allowed=True)
    shutil.rmtree(folder)


@pytest.mark.parametrize("is_written", [False, True])
async def test_who_may_only_read_the_file_reads_it(open_folder: Path, is_written: bool) -> None:
    path = open_folder / "a.db"
    store = await SqliteStore.open(path, retry_seconds=5)
    await store.upsert(POSTS, [post(1)])  # type: ignore[list-item]
    if not is_written:
        await store.close()
    let_write(open_folder, allowed=False)
    ours, theirs = CONTEXT.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=reader_without_rights, args=(path, theirs)
    )
    process.start()
    process.join()
    assert ours.recv() is True
    assert "readonly" in ours.recv()
    if is_written:
        await store.close()


async def test_a_damaged_row_is_left_out_and_logged_without_its_text(
    tmp_path: Path, caplog
) -> None:
    path = tmp_path / "a.db"
    store = await SqliteStore.open(path, retry_seconds=5)
    await store.upsert(POSTS, [post(1), post(2)])  # type: ignore[list-item]
    await store._file.connection.execute(
        "UPDATE posts SET body = CAST(? AS TEXT) WHERE id = 'p1'",
        (b'{"id": "p1", "title": "somebody\'s secret \xff\xfe words"}',),
    )
    await store._file.connection.execute("UPDATE posts SET body = '\"secret\"' WHERE id = 'p2'")
    try:
        assert [await store.read(POSTS, "aws", each) for each in ("p1", "p2")] == [None, None]
    finally:
        await store.close()
    assert "python -m local check" in caplog.text
    assert "secret" not in caplog.text


async def test_a_count_with_thousands_of_digits_is_none_and_its_row_is_read(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "a.db", retry_seconds=5)
    counts = {"upvotes": 1, "observations": [{"at": "k", "upvotes": 1, "comment_count": 2}]}
    await store.upsert(POSTS, [{**post(1), **counts}, post(2)])  # type: ignore[list-item, typeddict-item]
    await store._file.connection.execute(
        "UPDATE posts SET body = replace(body, ':1', ':' || ?) WHERE id = 'p1'", ("9" * 5000,)
    )
    try:
        found: Any = await store.query(Query(POSTS, "aws", 10))
        assert [each["id"] for each in found] == ["p1", "p2"]
        zero = {"at": "k", "upvotes": 0, "comment_count": 2}
        assert (found[0]["upvotes"], found[0]["observations"]) == (0, [zero])
        await store.upsert(POSTS, found)
    finally:
        await store.close()
