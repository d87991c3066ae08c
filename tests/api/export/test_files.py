"""Posts and trends as CSV and NDJSON."""

import csv
import gzip
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from api.export.file_schemas import ITEM_COLUMNS, POST_COLUMNS
from api.export.tables import format_of
from api.http.negotiation import NotAcceptable
from api.schema.parameters import MAX_POSTS
from shared.settings import settings
from shared.store import TOPICS
from shared.times import utc_now
from tests.api.reads.test_trending import topics
from tests.api.world import a_post, get, keep, posts_back

RECENT, TRENDS = "/api/v1/posts/recent", "/api/v1/sentiment/trends"
MINUTE = timedelta(minutes=1)


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


@pytest.mark.parametrize(
    ("given", "accept", "expected"),
    [
        (None, "", "json"),
        (None, "*/*", "json"),
        (None, "text/html,application/xhtml+xml,*/*;q=0.8", "json"),
        (None, "text/csv", "csv"),
        (None, "application/x-ndjson", "ndjson"),
        (None, "application/json;q=0.5, text/csv;q=0.9", "csv"),
        (None, "text/csv;q=0.1, application/json", "json"),
        (None, "text/csv;q=oops, application/json;q=0.2", "json"),
        (None, "text/csv;q=2, application/x-ndjson;q=0.1", "ndjson"),
        (None, "text/csv;q=, application/x-ndjson;q=0.1", "ndjson"),
        (None, "text/csv;q, application/x-ndjson;q=0.1", "ndjson"),
        (None, "text/csv; q = 0, application/x-ndjson;q=0.1", "ndjson"),
        (None, "text/csv;q=-0.5", "json"),
        (None, "text/csv;q=nan", "json"),
        (None, "text/csv;q=\uff11", "json"),
        (None, "text/csv;q=0", "json"),
        (None, "text/csv;q=0.000, application/x-ndjson;q=0.001", "ndjson"),
        (None, "application/json;q=0, */*", "csv"),
        (None, "application/json;q=0, text/csv;q=0, */*;q=0.1", "ndjson"),
        (None, "application/json;q=0.1, */*;q=0.9", "csv"),
        (None, "application/vnd.apache.parquet", "parquet"),
        (None, "application/vnd.apache.parquet;q=0.5, text/csv;q=0.4", "parquet"),
        (None, "text/*", "csv"),
        (None, "text/*;q=0.3, application/*;q=0.2", "csv"),
        (None, "application/*", "json"),
        (None, "*/*;q=0.1, application/x-ndjson;q=0.2", "ndjson"),
        (None, "*/*, text/csv;q=0.9", "json"),
        (None, "TEXT/CSV;Q=0.5", "csv"),
        (None, "text/csv; charset=utf-8", "csv"),
        (None, 'text/csv;header="a,b";q=0.9, application/json;q=0.8', "csv"),
        (None, "image/png", "json"),
        (None, "*", "json"),
        (None, ",;=,", "json"),
        ("ndjson", "text/csv", "ndjson"),
        ("json", "text/csv", "json"),
        ("csv", "*/*;q=0", "csv"),
    ],
)
def test_the_parameter_decides_and_then_the_accept_header(given: Any, accept: str, expected: str):
    assert format_of(given, accept) == expected


@pytest.mark.parametrize("accept", ["*/*;q=0", "application/json;q=0", "application/*;q=0.0"])
def test_who_refuses_all_that_there_is_gets_nothing(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="text/csv"):
        format_of(None, accept)


@pytest.mark.parametrize(
    "target", [RECENT, TRENDS, "/api/v1/sentiment/stats", "/api/v1/trending", "/api/v1/cycles"]
)
async def test_json_that_is_refused_is_not_served(process, written, target: str) -> None:
    del process, written
    for headers in ({"accept": "application/json;q=0"}, {"accept": "*/*;q=0"}):
        answer = await get(target, headers)
        assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    assert (await get(target, {"accept": "text/html, */*;q=0.1"})).status_code == 200
    assert (await get(target, {"accept": "image/png"})).mimetype == "application/json"


def name_of(answer: Any) -> str:
    """Return the name under which a browser saves the file."""
    found = re.fullmatch(
        r'attachment; filename="([A-Za-z0-9._-]+)"', answer.headers["Content-Disposition"]
    )
    assert found is not None
    return found[1]


TIME = r"\d{8}T\d{6}Z"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (f"{RECENT}?format=csv", rf"undertone-sample-posts-all-{TIME}-{TIME}\.csv"),
        (
            f"{RECENT}?format=ndjson&subreddit=AWS",
            rf"undertone-sample-posts-aws-{TIME}-{TIME}\.ndjson",
        ),
        (
            f"{RECENT}?format=csv&start=2026-11-01T00:00:00Z&end=2026-11-02T00:00:00Z",
            r"undertone-sample-posts-all-20261101T000000Z-20261102T000000Z\.csv",
        ),
        (
            f"{RECENT}?format=csv&sentiment=negative&q=%3D../x",
            rf"undertone-sample-posts-all-negative-search-{TIME}-{TIME}\.csv",
        ),
        (f"{TRENDS}?format=csv", rf"undertone-sample-trends-all-by-hour-{TIME}-{TIME}\.csv"),
        (
            f"{TRENDS}?format=csv&subreddit=openai&granularity=day",
            rf"undertone-sample-trends-OpenAI-by-day-{TIME}-{TIME}\.csv",
        ),
    ],
)
async def test_a_files_name_says_whose_it_is_of_what_span_and_that_it_is_a_sample(
    process, written, target: str, name: str
) -> None:
    del process, written
    assert re.fullmatch(name, name_of(await get(target)))


async def test_a_file_that_is_a_part_is_named_by_its_own_span(process, written) -> None:
    del process
    posts = posts_back(5, MINUTE, newest=utc_now())
    await keep(written, posts)
    first = await get(RECENT, format="csv", limit=2)
    second = await get(first.headers["Link"].split(">")[0].strip("<"))
    times = [re.sub(r"[-:]", "", post["created_utc"]) for post in posts]
    assert name_of(first).split("-")[-2] == times[1]
    assert name_of(second).removesuffix(".csv").split("-")[-2:] == [times[3], times[1]]


async def test_the_file_of_a_topic_is_named_by_it(process, written) -> None:
    del process
    await written.upsert(TOPICS, [topics("current", "2026-11-23T13:05:00Z", [], count=3)])
    named = name_of(await get(RECENT, format="csv", topic="topic-1"))
    assert named == "undertone-sample-posts-all-topic-topic-1.csv"


async def test_reddits_own_data_is_not_named_a_sample(process, written, monkeypatch) -> None:
    del process, written
    for origin, named in (("live", False), ("recorded", True)):
        monkeypatch.setenv("ORIGIN", origin)
        settings.cache_clear()
        assert (origin in name_of(await get(RECENT, format="csv"))) is named


@pytest.mark.parametrize("target", [RECENT, TRENDS])
async def test_a_csv_begins_with_a_byte_order_mark_only_when_asked_for(
    process, written, target: str
) -> None:
    del process
    await keep(written, [a_post(1, utc_now(), title="Größe")])
    plain = (await get(target, format="csv")).get_body()
    marked = (await get(target, format="csv", bom="1")).get_body()
    assert marked == b"\xef\xbb\xbf" + plain
    assert (await get(target, format="csv", bom="0")).get_body() == plain
    for form in ("json", "ndjson"):
        assert not (await get(target, format=form, bom="1")).get_body().startswith(b"\xef")
    assert (await get(target, format="csv", bom="yes")).status_code == 422


async def test_posts_as_csv_are_what_json_says(process, written) -> None:
    del process
    await keep(written, posts_back(40, MINUTE, newest=utc_now()))
    as_json = json.loads((await get(RECENT, limit=40)).get_body())
    answer = await get(RECENT, {"accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    assert name_of(answer).endswith(".csv")
    rows = table(answer.get_body())
    assert [row["id"] for row in rows] == [post["id"] for post in as_json]
    for row, post in zip(rows, as_json, strict=True):
        assert row["title"] == post["title"]
        assert int(row["upvotes"]) == post["upvotes"]
        assert row["sentiment_label"] == post["sentiment"]["label"]
        assert float(row["sentiment_compound"]) == post["sentiment"]["compound"]


async def test_posts_as_ndjson_are_one_object_a_line(process, written) -> None:
    del process
    odd = 'a "quoted"\nline, \u2028 and ünïcode 🙂'
    await keep(written, [a_post(1, utc_now(), content=odd)])
    answer = await get(RECENT, format="ndjson")
    assert answer.mimetype == "application/x-ndjson"
    (line,) = answer.get_body().decode().strip("\n").split("\n")
    assert json.loads(line) == json.loads((await get(RECENT)).get_body())[0]
    (row,) = table((await get(RECENT, format="csv")).get_body())
    assert row["content"] == odd


async def test_a_file_holds_as_much_as_one_read_may_and_the_link_leads_to_the_rest(
    process, written
) -> None:
    del process
    count = 2 * MAX_POSTS + 30
    posts = posts_back(count, timedelta(seconds=20), newest=utc_now())
    await keep(written, posts)
    target, files = f"{RECENT}?format=csv&hours=48", []
    while target:
        answer = await get(target)
        files.append([row["id"] for row in table(answer.get_body())])
        target = answer.headers.get("Link", "").split(">")[0].strip("<")
    assert [len(file) for file in files] == [MAX_POSTS, MAX_POSTS, 30]
    assert [each for file in files for each in file] == [post["id"] for post in posts]
    first = await get(RECENT, format="csv", hours=48, limit=7)
    assert len(table(first.get_body())) == 7
    target = first.headers["Link"].split(">")[0].strip("<")
    assert "format=csv" in target
    second = table((await get(target)).get_body())
    assert [row["id"] for row in second] == [post["id"] for post in posts[7:14]]


async def test_a_text_never_becomes_a_formula(process, written) -> None:
    del process
    odd = [
        "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\tx", "\rx", "\nx",
        " =1", "\u00a0=1", "\u3000=1", "\n=1", "\r\n+1", "\u200b=1", "\ufeff=1", "\u2060@x",
        "\u00ad-1", "\u202e=1", "\u034f=1", "\ufe0f=1", "\u3164=1", "\u2800=1", "\x00=1", "\x85=1",
        " \u200b \ufeff=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", "\ufe661",
        "\u22121", "\ue000=1", " \uff1d1",
    ]  # fmt: skip
    fine = [
        "fine = yes",
        "'=1",
        "",
        " ",
        "\u200b",
        "é-1",
        "1-2",
        "(=1)",
        "\u20131",
        "\u201c=1\u201d",
        "🙂=1",
    ]
    now = utc_now()
    titles = odd + fine
    await keep(written, [a_post(n, now - n * MINUTE, title=t) for n, t in enumerate(titles)])
    rows = table((await get(RECENT, format="csv")).get_body())
    assert [row["title"] for row in rows] == [f"'{title}" for title in odd] + fine


async def test_every_text_of_a_row_is_kept_from_becoming_a_formula(process, written) -> None:
    del process
    texts = dict.fromkeys(("author", "title", "content", "flair"), " =HYPERLINK(1)")
    await keep(written, [a_post(1, utc_now(), **texts, url="javascript:x", permalink="data:,")])
    (row,) = table((await get(RECENT, format="csv")).get_body())
    assert [row[name] for name in texts] == ["' =HYPERLINK(1)"] * 4
    assert (row["url"], row["permalink"]) == ("", "")


@pytest.mark.parametrize("char", ["x", "é", "🙂", "=", "\n"])
async def test_no_cell_is_longer_than_excel_takes(process, written, char: str) -> None:
    del process
    contents = [char * 40_000, char * 32_760]
    now = utc_now()
    await keep(written, [a_post(n, now - n * MINUTE, content=c) for n, c in enumerate(contents)])
    rows = table((await get(RECENT, format="csv")).get_body())
    for row, content in zip(rows, contents, strict=True):
        is_cut = len(content.encode("utf-16-le")) > 2 * 32_760
        assert len(row["content"].encode("utf-16-le")) // 2 <= 32_767
        assert ("cut:" in row["content"]) is is_cut
        assert row["content"].removeprefix("'").startswith(char * 16_000)
    whole = (await get(RECENT, format="ndjson")).get_body().decode().splitlines()
    assert [json.loads(line)["content"] for line in whole] == contents


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
async def test_a_line_of_ndjson_is_one_to_every_reader_of_lines(
    process, written, char: str
) -> None:
    del process
    await keep(written, [a_post(1, utc_now(), title=f"a{char}b", content=char)])
    text = (await get(RECENT, format="ndjson")).get_body().decode()
    assert char not in text
    (line,) = text.splitlines()
    assert (json.loads(line)["title"], json.loads(line)["content"]) == (f"a{char}b", char)


@pytest.mark.parametrize("target", [RECENT, TRENDS])
@pytest.mark.parametrize("form", ["csv", "ndjson"])
async def test_a_file_that_is_known_is_not_sent_again(process, written, target, form) -> None:
    del process, written
    answer = await get(target, format=form)
    again = await get(target, {"if-none-match": answer.headers["ETag"]}, format=form)
    assert (again.status_code, again.get_body()) == (304, b"")


async def test_a_file_is_gzipped_for_those_who_take_it(process, written) -> None:
    del process
    await keep(written, posts_back(50, MINUTE, newest=utc_now()))
    plain = await get(RECENT, format="csv")
    gzipped = await get(RECENT, {"accept-encoding": "br, gzip"}, format="csv")
    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(gzipped.get_body()) == plain.get_body()
    assert len(gzipped.get_body()) < len(plain.get_body()) / 3


async def test_trends_as_csv_and_ndjson(process, written) -> None:
    del process
    await keep(written, posts_back(40, MINUTE, newest=utc_now()))
    as_json = json.loads((await get(TRENDS, hours=24)).get_body())["trend_data"]
    rows = table((await get(TRENDS, hours=24, format="csv")).get_body())
    assert [(row["start"], int(row["total"])) for row in rows] == [
        (point["start"], point["total"]) for point in as_json
    ]
    assert {row["subreddit"] for row in rows} == {"all"}
    assert rows[0]["avg_sentiment"] == ""
    assert rows[-1]["methods"] == f"vader 3.3.2: {rows[-1]['total']}"
    lines = (await get(TRENDS, hours=24, format="ndjson")).get_body().decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {**point, "subreddit": "all"} for point in as_json
    ]


async def test_bad_input_is_refused_as_ever(process, written) -> None:
    del process, written
    assert (await get(RECENT, format="xlsx")).status_code == 422
    assert (await get(RECENT, format="csv", subreddit="cats")).status_code == 404


def test_columns_keep_their_places_for_programs_that_go_by_them() -> None:
    """What came later stands behind."""
    assert ",".join(POST_COLUMNS) == (
        "id,subreddit,author,title,content,url,permalink,created_utc,upvotes,comment_count,"
        "collected_at,sentiment_label,sentiment_compound,sentiment_positive,sentiment_negative,"
        "sentiment_neutral,sentiment_method,sentiment_analyzed_at,sentiment_version,language,"
        "flair,upvote_ratio,deleted,cursor,copy_of,copies,source,mentions,"
        "sentiment_unsure,sentiment_deciding,sentiment_by,sentiment_corrected,not_about,"
        "kinds,switch_from,switch_to"
    )
    assert ",".join(ITEM_COLUMNS) == (
        "kind,id,post_id,subreddit,author,title,content,permalink,created_utc,upvotes,"
        "comment_count,collected_at,deleted,cursor,sentiment_label,sentiment_compound,"
        "sentiment_positive,sentiment_negative,sentiment_neutral,sentiment_method,"
        "sentiment_analyzed_at,sentiment_version,language,copy_of,copies,source,mentions,"
        "sentiment_unsure,sentiment_deciding,sentiment_by,sentiment_corrected,kinds,switch_from,switch_to"
    )
