"""The file of a day: all of its posts and comments, as Parquet, CSV and NDJSON."""

import asyncio
import csv
import gzip
import io
import json
import os
from datetime import timedelta
from typing import Any

import pytest

from api.errors import BadParameters, UnknownCommunity, UnknownSubject
from api.export.day_files import day_file
from api.export.file_schemas import schema_of
from api.http.caches import EXPORTS_WAITING
from api.process import process_caches
from api.reads import day_items
from api.reads.day_items import UNITS_A_SECOND, read_day, read_day_items
from api.schema.exports import MAX_EXPORTED, MAX_EXPORTED_WITHOUT_KEY, ExportParameters
from api.serving import most_exported
from bench.priced_store import PricedStore
from shared.settings import load_settings, settings
from shared.store import COMMUNITIES, Store
from shared.times import day_of, iso, utc_now
from tests.api.export.parquet_readers import about, arrow_table, flat, frame, rows, rows_of_duckdb
from tests.api.reads.test_coverage import observed
from tests.api.subject_world import keep_matched, own_labels, talk, watch
from tests.api.test_bounds import MAX_REQUEST_UNITS
from tests.api.world import NOW, a_comment, a_post, ask, deps_of, get, keep, posts_back

EXPORT, ITEMS = "/api/v1/exports/items", "/api/v1/items"
PARQUET = "application/vnd.apache.parquet"
DAY, MINUTE = "2026-11-22", timedelta(minutes=1)
NAMES = schema_of("items").names


async def made(store: Any, form: Any = "parquet", **given: Any) -> bytes:
    parameters = ExportParameters(day=DAY, **given)
    return (await day_file(deps_of(store, ORIGIN="sample"), parameters, form)).body


async def keep_days(store: Store) -> None:
    """Store talk of three days, with subjects and odd texts, and a day before without any."""
    posts, comments = talk(180)
    odd = a_post(900, NOW - timedelta(hours=20), content="\x00\x1b\u2028=1 🙂" + "x" * 40_000)
    other = a_post(901, NOW - timedelta(hours=21), "push.desk", "positive", source="push")
    first = a_post(902, NOW.replace(day=22, hour=0, minute=0, second=0))
    last = a_comment(903, NOW.replace(day=22, hour=23, minute=59, second=59))
    next_day = a_post(904, NOW.replace(day=23, hour=0, minute=0, second=0))
    await keep_matched(
        store, [*posts, odd, other, first, next_day], [*comments, last], judge=own_labels
    )
    await watch(store)


@pytest.mark.parametrize("given", [{}, {"community": "claude"}, {"subject": "Kiro"},
                                   {"subject": "zed", "via": "text"}, {"kind": "comment"}],
                         ids=str)  # fmt: skip
async def test_all_formats_have_the_same_rows(store: Store, tmp_path, given: Any) -> None:
    await keep_days(store)
    lines = [json.loads(each) for each in (await made(store, "ndjson", **given)).splitlines()]
    expected = [flat(each, NAMES) for each in lines]
    body = await made(store, **given)
    assert len(expected) > 3
    assert {each["created_utc"][:10] for each in expected} == {DAY}
    assert rows(body) == expected
    assert rows_of_duckdb(body, tmp_path) == expected
    table = list(csv.DictReader(io.StringIO((await made(store, "csv", **given)).decode())))
    assert [each["id"] for each in table] == list(frame(body)["id"])
    for cell, row in zip(table, expected, strict=True):
        assert float(cell["sentiment_compound"]) == row["sentiment_compound"]
        assert cell["created_utc"] == row["created_utc"]
        assert (cell["title"] == "") is (not row["title"])


async def test_a_day_has_its_first_and_its_last_second(store: Store) -> None:
    await keep_days(store)
    found = [each["id"] for each in rows(await made(store))]
    assert (found[0], found[-1]) == ("c903", "p902")
    assert "p904" not in found


async def test_a_file_says_what_it_is_of(store: Store) -> None:
    await keep_days(store)
    said = about(await made(store, subject="kiro", kind="post"))
    assert said == {
        "schema": "items",
        "schema_version": 1,
        "origin": "sample",
        "community": "all",
        "subject": "kiro",
        "via": None,
        "kind": "post",
        "start": "2026-11-22T00:00:00Z",
        "end": "2026-11-23T00:00:00Z",
        "coverage": said["coverage"],
        "methods": said["methods"],
        "mixed_methods": True,
    }
    assert set(said["methods"]) == {"encoder 1", "encoder 1 of the text"}


async def test_communities_of_other_sources_are_there(store: Store) -> None:
    await keep_days(store)
    deps = deps_of(store, names=("aws",), COMMUNITIES="push.desk")
    file = await day_file(deps, ExportParameters(day=DAY), "parquet")
    found = {each["id"]: each for each in rows(file.body)}
    assert (found["p901"]["source"], found["p901"]["subreddit"]) == ("push", "push.desk")
    assert {each["subreddit"] for each in found.values()} == {"aws", "push.desk"}


async def test_a_day_of_several_pages_is_one_file(store: Store) -> None:
    step = timedelta(seconds=60)
    posts = posts_back(1300, step, newest=NOW.replace(day=22, hour=23, minute=30))
    await keep(store, posts)
    body = await made(store)
    assert list(frame(body)["id"]) == [each["id"] for each in posts]
    assert (await made(store, "csv", bom="1")).count(b"kind,id,post_id") == 1
    assert len((await made(store, "ndjson")).splitlines()) == 1300


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
async def test_an_empty_day_is_a_file_without_rows(store: Store, form: Any) -> None:
    await keep(store, [a_post(1, NOW)])
    body = await made(store, form)
    if form == "parquet":
        assert (arrow_table(body).num_rows, arrow_table(body).column_names) == (0, NAMES)
    else:
        assert body.decode() == {"csv": ",".join(NAMES) + "\r\n", "ndjson": ""}[form]


async def test_a_day_with_gaps_says_what_was_observed(store: Store) -> None:
    await keep_days(store)
    noon = [["2026-11-01T00:00:00Z", f"{DAY}T12:00:00Z"]]
    await store.upsert(COMMUNITIES, [observed("aws", 10.0, covered=noon)])
    said = about(await made(store, community="aws"))
    assert said["coverage"] == pytest.approx(0.5, abs=0.05)


async def test_equal_data_makes_equal_bytes(store: Store) -> None:
    await keep_days(store)
    deps = deps_of(store)
    files = [await day_file(deps, ExportParameters(day=DAY), "parquet") for _ in range(5)]
    assert len({each.body for each in files}) == 1
    assert len({each.tag for each in files}) == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-23", "isn't over"),
        ("2026-11-24", "isn't over"),
        ("2026-08-01", "nothing from before 2026-08-25 is kept"),
    ],
)
async def test_a_day_that_is_not_over_or_not_kept_is_refused(
    sqlite_store: Store, day: str, said: str
) -> None:
    with pytest.raises(BadParameters, match=said):
        await read_day(deps_of(sqlite_store), ExportParameters(day=day))


async def test_what_is_not_watched_is_not_found(sqlite_store: Store) -> None:
    deps = deps_of(sqlite_store)
    with pytest.raises(UnknownCommunity):
        await read_day(deps, ExportParameters(day=DAY, community="cats"))
    with pytest.raises(UnknownSubject):
        await read_day(deps, ExportParameters(day=DAY, subject="cats"))
    with pytest.raises(BadParameters, match="via"):
        await read_day(deps, ExportParameters(day=DAY, via="text"))


async def test_a_day_with_more_items_than_a_file_says_how_to_narrow_it(
    sqlite_store: Store,
) -> None:
    await keep(sqlite_store, posts_back(60, MINUTE, newest=NOW - timedelta(days=1)))
    deps = deps_of(sqlite_store)
    said = r"60 items, and a file without a key has at most 30.*`community`"
    with pytest.raises(BadParameters, match=said):
        await read_day(deps, ExportParameters(day=DAY), most=30)
    day = await read_day(deps, ExportParameters(day=DAY, community="aws"), most=30)
    assert day.statistics.statistics.total == 20
    assert await read_day(deps, ExportParameters(day=DAY, kind="comment"), most=30)


async def test_a_stranger_gets_no_more_of_a_day_than_a_read_may_cost(process, written) -> None:
    del process
    os.environ["DAILY_READ_UNITS"] = "1000000"
    settings.cache_clear()
    long = "some words that people say " * 60
    newest = utc_now().replace(hour=23) - timedelta(days=1)
    posts = posts_back(MAX_EXPORTED_WITHOUT_KEY, MINUTE, newest=newest)
    await keep(written, [{**each, "content": long} for each in posts])
    assert (await get(EXPORT)).status_code == 200
    priced = PricedStore(written)
    with priced.counting() as bill:
        asked = ExportParameters(day=day_of(iso(newest)))
        await day_file(deps_of(priced, now=utc_now), asked, "csv", most=MAX_EXPORTED_WITHOUT_KEY)
    assert 400 < bill.request_units < MAX_REQUEST_UNITS
    await keep(written, [a_post(9999, newest)])
    refused = await get(EXPORT, format="ndjson")
    assert refused.status_code == 422
    assert "a file without a key has at most 400" in json.loads(refused.get_body())["detail"]


@pytest.mark.parametrize(
    ("given", "most"),
    [
        ({}, MAX_EXPORTED),
        ({"DAILY_READ_UNITS": "1000000"}, MAX_EXPORTED_WITHOUT_KEY),
        ({"COSMOS_ENDPOINT": "https://some.documents.azure.com"}, MAX_EXPORTED_WITHOUT_KEY),
    ],
)
def test_a_file_without_a_key_is_bounded_where_units_are_paid_for(given, most: int) -> None:
    assert most_exported(load_settings(given)) == most


async def test_long_texts_are_bounded_as_rows_are(sqlite_store: Store, monkeypatch) -> None:
    monkeypatch.setattr(day_items, "MAX_EXPORTED_CHARS", 100_000)
    posts = posts_back(6, MINUTE, newest=NOW - timedelta(days=1))
    await keep(sqlite_store, [{**each, "content": "x" * 20_000} for each in posts])
    deps = deps_of(sqlite_store)
    with pytest.raises(BadParameters, match="a smaller part of the day"):
        await day_file(deps, ExportParameters(day=DAY), "parquet")
    assert (await day_file(deps, ExportParameters(day=DAY, community="aws"), "parquet")).body


async def test_a_page_pauses_the_reading_as_long_as_it_cost(cosmos_store: Store) -> None:
    await keep(
        cosmos_store, posts_back(1100, timedelta(seconds=40), newest=NOW - timedelta(days=1))
    )
    deps, pauses = deps_of(cosmos_store), []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    day = await read_day(deps, ExportParameters(day=DAY))
    pages = [page async for page in read_day_items(deps, day, pause=pause)]
    assert [len(page.items.root) for page in pages] == [500, 500, 100]
    assert len(pauses) == 2
    assert all(0 < each < 1000 / UNITS_A_SECOND for each in pauses)


@pytest.fixture
async def yesterday(process, written) -> str:
    """Store posts of yesterday, and return the day."""
    del process
    start = utc_now().replace(hour=12) - timedelta(days=1)
    await keep(written, posts_back(50, MINUTE, newest=start))
    return day_of(iso(start))


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("", PARQUET),
        ("*/*", PARQUET),
        (PARQUET, PARQUET),
        ("text/csv", "text/csv"),
        ("application/x-ndjson, */*;q=0.1", "application/x-ndjson"),
        ("application/json", PARQUET),
    ],
)
async def test_the_accept_header_chooses_the_format(yesterday, accept: str, mimetype: str) -> None:
    answer = await get(EXPORT, {"accept": accept}, day=yesterday)
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    end = "parquet" if mimetype == PARQUET else mimetype.removeprefix("application/x-")[-6:]
    named = f'undertone-sample-items-all-{yesterday}.{end.removeprefix("xt/")}"'
    assert answer.headers["Content-Disposition"].endswith(named)
    assert answer.headers["Undertone-Origin"] == "sample"


async def test_who_refuses_all_formats_gets_nothing(yesterday) -> None:
    answer = await get(EXPORT, {"accept": f"{PARQUET};q=0, text/*;q=0, */*;q=0"}, day=yesterday)
    assert answer.status_code == 406
    assert (await get(EXPORT, format="json", day=yesterday)).status_code == 422


async def test_without_a_day_it_is_yesterday(yesterday) -> None:
    named = await get(EXPORT, day=yesterday)
    assert (await get(EXPORT)).get_body() == named.get_body()
    assert arrow_table(named.get_body()).num_rows == 50


async def test_a_day_that_is_known_is_not_sent_again(yesterday) -> None:
    answer = await get(EXPORT, day=yesterday)
    again = await get(EXPORT, {"if-none-match": answer.headers["ETag"]}, day=yesterday)
    assert (again.status_code, again.get_body()) == (304, b"")
    head = await ask("HEAD", EXPORT, day=yesterday)
    assert head.headers["ETag"] == answer.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(answer.get_body()))


async def test_a_text_is_gzipped_and_parquet_is_not(yesterday) -> None:
    plain = await get(EXPORT, format="csv", day=yesterday)
    zipped = await get(EXPORT, {"accept-encoding": "gzip"}, format="csv", day=yesterday)
    assert gzip.decompress(zipped.get_body()) == plain.get_body()
    parquet = await get(EXPORT, {"accept-encoding": "gzip"}, day=yesterday)
    assert "Content-Encoding" not in parquet.headers


async def test_what_a_day_has_is_what_the_list_has(yesterday) -> None:
    listed = json.loads(
        (
            await get(ITEMS, start=f"{yesterday}T00:00:00Z", end=f"{yesterday}T23:59:59Z", limit=60)
        ).get_body()
    )
    assert rows((await get(EXPORT, day=yesterday)).get_body()) == [
        flat(each, NAMES) for each in listed
    ]


async def test_more_files_at_the_same_time_are_refused_until_some_are_made(yesterday) -> None:
    exporting, is_over = process_caches().exporting, asyncio.Event()
    others = [
        asyncio.ensure_future(exporting.run(is_over.wait)) for _ in range(1 + EXPORTS_WAITING)
    ]
    await asyncio.sleep(0)
    answer = await get(EXPORT, day=yesterday)
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    # Lists don't wait for files of days.
    assert (await get(ITEMS, format="parquet")).status_code == 200
    is_over.set()
    await asyncio.gather(*others)
    assert (await get(EXPORT, day=yesterday)).status_code == 200
