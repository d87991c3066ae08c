"""Lists and trends as Parquet: the rows of NDJSON, in columns with types."""

import json
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from api.export.file_schemas import SchemaName, schema_of
from api.export.parquet import ROWS_IN_GROUP, arrow_schema, parquet_of
from api.schema.items import ItemAnswer
from shared.times import utc_now
from tests.api.export.parquet_readers import (
    about,
    arrow_table,
    flat,
    frame,
    rows,
    rows_of_duckdb,
)
from tests.api.subject_world import keep_matched, own_labels, watch
from tests.api.world import a_comment, a_post, get, posts_back

RECENT, TRENDS, ITEMS = "/api/v1/posts/recent", "/api/v1/sentiment/trends", "/api/v1/items"
PARQUET = "application/vnd.apache.parquet"
MINUTE = timedelta(minutes=1)
MENTIONS = "/api/v1/subjects/kiro/mentions"
SCHEMAS: tuple[SchemaName, ...] = ("posts", "items", "mentions", "trends")


async def lines(target: str, **given: Any) -> list[dict[str, Any]]:
    body = (await get(target, format="ndjson", **given)).get_body().decode()
    return [json.loads(line) for line in body.splitlines()]


async def keep_talk(store: Any) -> None:
    """Store posts and comments, some of which mention subjects, and one that has odd text."""
    now = utc_now()
    said = "Kiro is great, and kiro CLI is not. Zed crashes."
    odd = a_post(90, now - 3 * MINUTE, content="a\x00\x01\x1b\u202e\ufffd 🙂 'quoted'\n,")
    about_both = a_post(91, now - 4 * MINUTE, content=said, flair="Bug")
    comments = [a_comment(n, now - n * MINUTE, label="negative") for n in range(5)]
    await keep_matched(
        store, [*posts_back(20, MINUTE, newest=now), odd, about_both], comments, judge=own_labels
    )
    await watch(store)


@pytest.mark.parametrize(
    ("target", "schema"), [(RECENT, "posts"), (ITEMS, "items"), (MENTIONS, "mentions")]
)
async def test_a_page_has_the_rows_of_ndjson(
    process, written, tmp_path, target: str, schema: SchemaName
) -> None:
    del process
    await keep_talk(written)
    answer = await get(target, {"accept": PARQUET})
    assert answer.status_code == 200
    assert answer.mimetype == PARQUET
    names = schema_of(schema).names
    expected = [flat(line, names) for line in await lines(target)]
    assert len(expected) > 0
    assert rows(answer.get_body()) == expected
    assert rows_of_duckdb(answer.get_body(), tmp_path) == expected
    assert list(frame(answer.get_body())["id"]) == [each["id"] for each in expected]
    assert about(answer.get_body())["schema"] == schema
    assert answer.headers["Content-Disposition"].endswith('.parquet"')


async def test_a_mention_keeps_its_subjects_and_their_sentiments(process, written) -> None:
    del process
    await keep_talk(written)
    found = rows((await get(ITEMS, format="parquet", subject="zed")).get_body())
    assert [each["subject"] for each in found[0]["mentions"]] == ["kiro", "zed"]
    assert found[0]["mentions"][0]["matched"] == ["Kiro", "kiro"]


@pytest.mark.parametrize("given", [{}, {"subject": "kiro"}, {"subject": "kiro", "by": "via"}])
async def test_trends_have_the_rows_of_ndjson(process, written, given: dict[str, str]) -> None:
    del process
    await keep_talk(written)
    body = (await get(TRENDS, format="parquet", hours=24, **given)).get_body()
    names = schema_of("trends").names
    expected = [flat(line, names) for line in await lines(TRENDS, hours=24, **given)]
    assert rows(body) == expected
    # Hours without items are there, and say so.
    assert expected[0]["total"] == 0
    assert expected[0]["avg_sentiment"] is None
    said = about(body)
    assert (said["schema"], said["schema_version"], said["granularity"]) == ("trends", 1, "hour")
    assert (said["origin"], said["subject"]) == ("sample", given.get("subject"))


async def test_a_month_of_hours_is_one_file(process, written) -> None:
    del process
    await keep_talk(written)
    end = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    span = {"start": (end - timedelta(days=30)).isoformat(), "end": end.isoformat()}
    answer = await get(TRENDS, format="parquet", granularity="hour", **span)
    table = arrow_table(answer.get_body())
    assert table.num_rows == 30 * 24
    again = await get(TRENDS, format="parquet", granularity="hour", **span)
    assert again.get_body() == answer.get_body()
    assert not answer.headers["ETag"].startswith("W/")


@pytest.mark.parametrize("target", [RECENT, ITEMS, TRENDS])
async def test_a_file_that_is_known_is_not_sent_again(process, written, target: str) -> None:
    del process
    await keep_talk(written)
    answer = await get(target, format="parquet")
    again = await get(target, {"if-none-match": answer.headers["ETag"]}, format="parquet")
    assert (again.status_code, again.get_body()) == (304, b"")
    zipped = await get(target, {"accept-encoding": "gzip"}, format="parquet")
    assert "Content-Encoding" not in zipped.headers


async def test_the_link_leads_to_the_next_file(process, written) -> None:
    del process
    await keep_talk(written)
    first = await get(RECENT, format="parquet", limit=7)
    second = await get(first.headers["Link"].split(">")[0].strip("<"))
    found = [*rows(first.get_body()), *rows(second.get_body())]
    assert [each["id"] for each in found] == [each["id"] for each in (await lines(RECENT))[:14]]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_without_rows_has_all_columns(name: SchemaName) -> None:
    schema = schema_of(name)
    table = arrow_table(parquet_of([], schema, {}))
    assert (table.num_rows, table.column_names) == (0, schema.names)


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_have_the_types_that_their_schema_says(name: SchemaName) -> None:
    read = arrow_table(parquet_of([], schema_of(name), {})).schema
    declared = pa.schema(arrow_schema(schema_of(name)))
    assert read.remove_metadata() == declared.remove_metadata()
    assert not [each for each in read if pa.types.is_dictionary(each.type)]


def an_item(number: int, **more: Any) -> dict[str, Any]:
    given = a_post(number, utc_now())
    return {**ItemAnswer.model_validate({**given, "post_id": given["id"]}).model_dump(), **more}


def test_rows_come_in_groups_that_a_reader_can_read_one_after_another() -> None:
    count = 2 * ROWS_IN_GROUP + 1
    body = parquet_of([an_item(n) for n in range(count)], schema_of("items"), {})
    file = pa.parquet.ParquetFile(pa.BufferReader(body))
    sizes = [
        file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)
    ]
    assert sizes == [ROWS_IN_GROUP, ROWS_IN_GROUP, 1]


def test_equal_rows_make_equal_bytes() -> None:
    made = {
        parquet_of(
            [an_item(1, collected_at="2026-11-22T10:00:00Z", created_utc="2026-11-22T09:00:00Z",
                     cursor="x", sentiment={**an_item(1)["sentiment"]})],
            schema_of("items"),
            {"origin": "sample", "methods": {"a": 1, "b": 2}},
        )
        for _ in range(20)
    }  # fmt: skip
    assert len(made) == 1


@pytest.mark.parametrize(
    "text",
    ["", "x" * 40_000, "🙂" * 40_000, "\x00\x01\x08\x1f\x7f\x85\u2028", "\ufffd", "=1+1", "null",
     '"}\n{"id": "y"'],
    ids=range(8),
)  # fmt: skip
def test_a_text_is_in_the_file_as_it_is(tmp_path, text: str) -> None:
    body = parquet_of([an_item(1, content=text, title=text)], schema_of("items"), {})
    for (row,) in (rows(body), rows_of_duckdb(body, tmp_path)):
        assert (row["content"], row["title"]) == (text, text)


@pytest.mark.parametrize("half", ["\ud83d", "a\udc00b"], ids=range(2))
def test_half_of_a_surrogate_pair_is_replaced(half: str) -> None:
    body = parquet_of([an_item(1, content=half)], schema_of("items"), {})
    assert "\ufffd" in rows(body)[0]["content"]


def test_a_value_of_another_type_fails_and_is_not_written() -> None:
    with pytest.raises(Exception, match="upvotes"):
        parquet_of([an_item(1, upvotes="many")], schema_of("items"), {})
    with pytest.raises(Exception, match="non-null"):
        parquet_of([an_item(1, created_utc=None)], schema_of("items"), {})
