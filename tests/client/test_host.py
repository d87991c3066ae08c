"""The client against the whole product on one machine, installed from its wheel or not."""

import csv
import io
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from undertone_client import (
    BadParameters,
    ChangeConflict,
    Client,
    CycleConflict,
    KeyRefused,
    NotFound,
    __version__,
    models,
)

from local.client_code.operations import BY_HAND, NAMES
from tests.client.installed import environment_with, wheel_in
from tests.client.test_generated import operations
from tests.fixtures.host import ROOT, RunningHost, hosts_in
from tests.fixtures.once import folder_of_run

ADDRESS = "https://undertone.example.com"
# Nothing listens at the port discard.
SILENT_MODEL = {"ASK_ENDPOINT": "http://127.0.0.1:9/v1", "ASK_MODEL": "none"}
# Each call has an answer with these three, too.
SETTINGS = {**SILENT_MODEL, "SUBREDDITS": "claude,OpenAI,Cursor"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    with hosts_in(tmp_path_factory.mktemp("host")) as start:
        started = start(arguments=["--startup-seconds", "0.2", "--keys"], settings=SETTINGS)
        started.wait_for_log("collect.ended")
        yield started


@pytest.fixture(scope="module")
def address(host: RunningHost) -> str:
    return str(host.http.base_url).rstrip("/")


@pytest.fixture(scope="module")
def key(host: RunningHost) -> str:
    return json.loads((host.data / "keys.json").read_text())["_function"]


@pytest.fixture
def client(address: str, key: str) -> Iterator[Client]:
    with closing(Client(address, key=key)) as made:
        yield made


def prepare(client: Client) -> None:
    """Write what is changed, read or removed later."""
    for name in ("kept", "old", "gone"):
        client.put_subject(name, subject(f"Acme {name}"), if_match="*")
    client.put_community("push.gone", if_match="*")
    for name in ("kept", "gone"):
        client.put_marker(name, MARKER, if_match="*")
        client.put_alert_rule(name, RULE, if_match="*")
        client.put_alert_digest(name, DIGEST, if_match="*")


def subject(name: str) -> models.SubjectBody:
    return models.SubjectBody(name=name, terms=[models.TermBody(text=name)])


EMAIL = models.ChannelBody(type="email", to="team@example.com")
MARKER = models.MarkerBody(name="Acme 2", date="2026-11-18")
RULE = models.RuleBody(
    name="Topics", scope="all", condition=models.ConditionBody(type="topic"), channels=[EMAIL]
)
DIGEST = models.DigestBody(name="Weekly", channels=[EMAIL])
ANY = {"if_match": "*"}
FEED = models.FeedBody(feed="trending", name="Rita's reader")
QUESTION = models.AskBody(question="How do people feel about Cursor?")


def arguments(post: models.PostAnswer, cycle: str, incident: str) -> dict[str, dict[str, Any]]:
    """Return the arguments of each call that needs some; the whole watchlist is changed last."""
    kept = {"id": "kept"}
    one = {"id": post.id, "community": post.subreddit, "kind": "post"}
    return {
        "sentiment_trends": {"start": datetime.now(UTC) - timedelta(hours=12)},
        "sentiment_compare": {"scopes": ["claude", "OpenAI"], "granularity": "day"},
        "posts_recent": {"q": "the", "max_items": 3},
        "items": {"kind": "comment", "hours": 48, "page_size": 20, "max_items": 45},
        "post": {"id": post.id},
        "explain": {"community": "claude"},
        "digest": {"period": "day", "time_zone": "Europe/Berlin"},
        **dict.fromkeys(("subject", "subject_mentions", "marker", "marker_effect"), kept),
        **dict.fromkeys(("alert_rule", "alert_digest", "alert_digest_issues"), kept),
        **dict.fromkeys(("test_alert_rule", "test_alert_digest"), kept),
        "put_subject": {"id": "fresh", "body": subject("Acme fresh"), **ANY},
        "merge_subject": {"id": "kept", "body": models.MergeBody(from_="old"), **ANY},
        "preview_subject": {
            "body": models.PreviewBody(name="Acme", terms=[models.TermBody(text="Acme")], days=2)
        },
        "put_community": {"id": "push.fresh", **ANY},
        "change_communities": {"body": models.BulkBody(add=["push.bulk"])},
        "delete_community": {"id": "push.gone", **ANY},
        "put_marker": {"id": "fresh", "body": MARKER, **ANY},
        "put_alert_rule": {"id": "fresh", "body": RULE, **ANY},
        "put_alert_digest": {"id": "fresh", "body": DIGEST, **ANY},
        **{
            f"delete_{name}": {"id": "gone", **ANY}
            for name in ("subject", "marker", "alert_rule", "alert_digest")
        },
        "try_alert_rule": {"id": "kept", "body": models.TryBody(days=2)},
        "put_correction": {**one, "body": models.CorrectionBody(label="negative")},
        "delete_correction": one,
        "community": {"id": "claude"},
        "cycle": {"id": cycle},
        "incident": {"id": incident},
        "acknowledge_incident": {"id": incident},
        "snooze_incident": {"id": incident, "body": models.SnoozeBody(hours=1)},
        "put_watchlist": {"body": models.WatchlistBody(subjects=[]), **ANY},
    }


def test_a_list_has_each_item_once_while_new_ones_arrive(client, host) -> None:
    client.put_community("push.desk", if_match="*")
    since = datetime.now(UTC) - timedelta(hours=48)
    known = items_of_api(host, f"/api/v1/items?start={since:%Y-%m-%dT%H:%M:%SZ}&limit=500")
    reading = iter(client.items(start=since.replace(microsecond=0), page_size=100))
    found = [next(reading) for _ in range(150)]
    posts = [new_post(number) for number in range(5)]
    assert client.ingest(posts).data.accepted == 5
    host.wait_for_answer("/api/v1/items?community=push.desk&hours=2", lambda each: len(each) == 5)
    found += reading
    assert [(each.kind, each.id) for each in found] == known
    later = [(each.kind, each.id) for each in client.items(start=since, page_size=500)]
    new = {("post", f"push.desk.{number}") for number in range(5)}
    assert len(later) == len(set(later)) == len(known) + 5
    assert new == set(later) - set(known)


def new_post(number: int) -> Mapping[str, object]:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "community": "push.desk", "id": str(number), "kind": "post", "created": now,
        "title": f"Ticket {number}",
    }  # fmt: skip


def items_of_api(host: RunningHost, path: str | None) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    while path:
        answer = host.http.get(path)
        found += [(each["kind"], each["id"]) for each in answer.json()]
        path = answer.links.get("next", {}).get("url")
    return found


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("items?limit=200", lambda c, span: c.items(max_items=200, page_size=90, **span)),
        ("posts/recent?limit=100", lambda c, span: c.posts(max_items=100, **span)),
        (
            "subjects/claude/mentions?limit=100",
            lambda c, span: c.subject_mentions("claude", max_items=100, **span),
        ),
        ("sentiment/trends?granularity=hour", lambda c, span: c.trends(**span)),
        (
            "sentiment/trends?subject=claude&by=community&granularity=day",
            lambda c, span: c.trends(subject="claude", by="community", granularity="day", **span),
        ),
    ],
)
def test_a_frame_has_what_the_csv_file_has(client, host, path, read) -> None:
    # A window of the last hours would move on between the two.
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    span = {"start": end - timedelta(hours=47), "end": end}
    query = "&".join(f"{name}={each:%Y-%m-%dT%H:%M:%SZ}" for name, each in span.items())
    text = host.http.get(f"/api/v1/{path}&{query}", headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) > 1
    frame = read(client, span).frame()
    assert len(frame) == len(rows)
    assert set(in_file(frame.columns)) == set(rows[0])
    for (_, series), row in zip(frame.iterrows(), rows, strict=True):
        for name, cell in row.items():
            assert same(series, name, cell), (name, cell)


def in_file(columns: pd.Index) -> list[str]:
    """Return the names that columns have in a file, where an interval is one."""
    return [re.sub(r"^(interval)_(low|high)$", r"\1", name) for name in columns]


def same(row: pd.Series, name: str, cell: str) -> bool:
    """Return whether a cell of a file says what the row of a frame does."""
    if name == "interval":
        ends = [row["interval_low"], row["interval_high"]]
        return cell.lstrip("'") == ("" if pd.isna(ends[0]) else "; ".join(map(str, ends)))
    value = row[name]
    if isinstance(value, list | dict):
        return cell.lstrip("'") == "; ".join(in_a_cell(value)).lstrip("'")
    if pd.isna(value):
        return cell == ""
    if isinstance(value, pd.Timestamp):
        return pd.Timestamp(cell) == value
    is_text = isinstance(value, str | bool) or cell in {"True", "False"}
    return cell in {str(value), f"'{value}"} if is_text else float(cell) == value


def in_a_cell(value: list[Any] | dict[str, Any]) -> list[str]:
    if isinstance(value, dict):
        return [f"{name}: {each}" for name, each in value.items()]
    return [mention_in_a_cell(each) if isinstance(each, dict) else str(each) for each in value]


def mention_in_a_cell(mention: dict[str, Any]) -> str:
    words = ", ".join(mention["matched"])
    how = f"{mention['via']}: {words}" if words else mention["via"]
    own = f"; {mention['sentiment']['label']}" if mention["sentiment"] else ""
    return f"{mention['subject']} ({how}{own})"


TABLES: dict[str, Callable[[Client], Any]] = {
    "compare": lambda c: c.compare(scopes=["claude", "OpenAI"]),
    "subjects": lambda c: c.subjects(),
    "share_of_voice": lambda c: c.share_of_voice(),
    "topics": lambda c: c.topics(hours=48),
    "trending": lambda c: c.trending(),
    "cycles": lambda c: c.cycles(),
}
ROWS = {"compare": "subreddits", "subjects": "subjects", "share_of_voice": "subjects"}


@pytest.mark.parametrize("name", TABLES)
def test_other_tables_have_a_row_for_each_and_say_where_they_come_from(client, name) -> None:
    table = TABLES[name](client)
    listed = (
        table.data
        if isinstance(table.data, tuple)
        else getattr(table.data, ROWS.get(name, "topics"))
    )
    frame = table.frame()
    assert len(frame) == len(listed)
    assert frame.attrs["origin"] == "sample"
    assert frame.attrs["request"] == table.request
    observed = getattr(table.data, "coverage", None)
    assert frame.attrs["coverage"] == (observed and observed.model_dump(mode="json"))
    assert json.dumps(frame.attrs)


def test_columns_have_their_types_also_without_rows(client) -> None:
    full = client.items(hours=48, max_items=300).frame()
    empty = client.items(hours=1, q="nothingsayssuchaword").frame()
    assert len(empty) == 0
    assert dict(zip(empty.columns, empty.dtypes.astype(str), strict=True)) == dict(
        zip(full.columns, full.dtypes.astype(str), strict=True)
    )
    assert str(full["created_utc"].dtype) == "datetime64[us, UTC]"
    assert (str(full["upvotes"].dtype), full["sentiment_compound"].dtype) == ("Int64", float)
    assert list(full["sentiment_label"].cat.categories) == ["positive", "negative", "neutral"]
    attrs = {**full.attrs, "request": full.attrs["request"].rpartition("/")[2]}
    assert attrs == {
        "origin": "sample", "coverage": None, "request": "items?hours=48", "pages": 3,
        "complete": False, "rematching": False, "undertone_client": __version__,
    }  # fmt: skip


def test_a_thread_has_all_of_its_comments(client) -> None:
    post = max(client.posts(hours=48), key=lambda each: each.comment_count or 0)
    comments = list(client.comments(post.id, community=post.subreddit))
    assert [each.id for each in comments] == [
        each.id for each in client.post(post.id).data.comments
    ]
    assert len(comments) > 3
    assert {each.post_id for each in comments} == {post.id}


def test_a_change_needs_the_state_that_was_read(client) -> None:
    before = client.watchlist()
    assert before.refresh() is before
    client.put_marker("m1", MARKER, if_match=before.etag)
    with pytest.raises(ChangeConflict) as raised:
        client.put_marker("m1", MARKER, if_match=before.etag)
    assert raised.value.status == 412
    after = before.refresh()
    assert after is not before
    assert [each.id for each in after.data.markers] == ["m1"]
    client.delete_marker("m1", if_match=after.etag)


def test_errors_are_those_of_the_api(client, address) -> None:
    with pytest.raises(BadParameters) as bad:
        client.stats(hours=0)
    assert [each.parameter for each in bad.value.errors] == ["hours"]
    assert bad.value.request_id
    with pytest.raises(NotFound, match="nope"):
        client.stats(community="nope")
    with Client(address, key="wrong") as other, pytest.raises(KeyRefused, match="key"):
        other.put_community("push.x", if_match="*")


def test_a_second_collection_names_the_first(client, host) -> None:
    triggered = client.collect()
    assert client.cycle(triggered.data.cycle).data.id == triggered.data.cycle
    with pytest.raises(CycleConflict) as raised:
        client.collect()
    assert raised.value.cycle == triggered.data.cycle
    path = f"/api/v1/cycles/{triggered.data.cycle}"
    host.wait_for_answer(path, lambda each: each["status"] == "completed")


BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "client" / "README.md").read_text(), re.DOTALL)


def test_the_examples_of_the_readme_run_as_they_are(client, host, address, key, capsys) -> None:
    assert len(BLOCKS) == 5
    for block in BLOCKS:
        source = compile(block.replace(ADDRESS, address), "README.md", "exec")
        exec(source, {"Client": Client, "client": client, "key": key})  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    assert "sample" in printed
    assert "hours" in printed
    (cycle,) = re.findall(r"^cycle_\w+$", printed, re.MULTILINE)
    host.wait_for_answer(f"/api/v1/cycles/{cycle}", lambda each: each["status"] == "completed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_in(folder_of_run(tmp_path_factory))


def test_the_wheel_works_with_nothing_but_what_it_needs(wheel, tmp_path, address) -> None:
    python = environment_with(wheel, tmp_path / "plain", extras=())
    said = json.loads(run(python, "tests/client/user_program.py", address))
    assert said == {
        "origin": "sample", "interval": said["interval"], "is_same": True,
        "items": said["items"], "has_worst": True,
        "frame": "frames need pandas: pip install 'undertone-client[pandas]' brings it",
    }  # fmt: skip
    assert said["items"] > 250, "several pages"


def test_the_wheel_makes_frames_with_its_extra(wheel, tmp_path, address) -> None:
    python = environment_with(wheel, tmp_path / "frames", extras=("pandas",))
    assert json.loads(run(python, "tests/client/user_program.py", address))["frame"] == 48


# It changes everything, so it is the last one.
def test_every_call_returns_its_model(address, key) -> None:
    with Client(address, key=key, origin="sample") as client:
        prepare(client)
        tested = client.test_alert_rule("kept")
        post = next(iter(client.posts(max_items=1)))
        asked = client.ask_model(QUESTION)
        opened = client.make_feed(FEED)
        given = {
            **arguments(post, client.cycles().data[0].id, tested.data.incident),
            "make_feed": {"body": FEED},
            "revoke_feed": {"id": opened.data.id},
            "ask": {"body": QUESTION},
            "ask_model": {"body": QUESTION},
            "ask_answer": {"id": asked.data.id},
            "export_items": {"day": f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"},
        }
        names = [name for name in operations() if name not in BY_HAND]
        for name in sorted(names, key=lambda each: each == "put_watchlist"):
            returned = getattr(client, NAMES.get(name, name))(**given.get(name, {}))
            found = list(returned) if hasattr(returned, "pages") else returned.data
            assert found is not None
            if name in {"items", "posts_recent"}:
                assert len(found) == given[name]["max_items"]


def run(*command: str | Path) -> str:
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
