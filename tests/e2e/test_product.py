"""The whole product as a newcomer starts it: one command, the sample feed, HTTP."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

from local.sample import stories_between
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.models import Lease
from shared.settings import load_settings
from shared.store import LEASES, open_store
from shared.times import iso, utc_now
from tests.fixtures.forked import local_command


def test_the_sample_feed_is_collected_while_requests_are_answered_and_served_as_sample_data(
    running_host,
) -> None:
    product = running_host(arguments=["--startup-seconds", "0.2"])
    first = product.http.get("/api/v1/health")
    assert first.status_code == 200
    assert first.json()["application"]["origin"] == "sample"
    assert "sample data: invented" in product.log

    product.wait_for_log("cycle.started")
    answered = 0
    while "cycle.completed" not in product.log:
        assert product.http.get("/api/v1/posts/recent").status_code == 200
        answered += 1
        time.sleep(0.05)
    assert answered > 3

    # The first topics are found before the next full hour.
    product.wait_for_log("trending.found")
    topics = product.http.get("/api/v1/trending").json()
    phrases = [s.phrase for s in stories_between(utc_now() - timedelta(days=1), utc_now())]
    themes = " ".join(topic["theme"].lower() for topic in topics)
    assert any(phrase.lower() in themes for phrase in phrases)

    stats = product.http.get("/api/v1/sentiment/stats").json()
    assert stats["subreddit"] == "all"
    assert stats["origin"] == "sample"
    counted = stats["statistics"]
    assert counted["total"] == counted["posts"] + counted["comments"] > 100
    labels = ("positive", "negative", "neutral", "left_out")
    assert sum(counted[label] for label in labels) == counted["total"]
    posts = product.http.get("/api/v1/posts/recent", params={"limit": 500})
    assert posts.headers["undertone-origin"] == "sample"
    assert said(posts.json()) == min(500, counted["posts"])
    names = product.http.get("/api/v1/subreddits").json()
    assert names["subreddits"] == list(DEFAULT_SUBREDDITS)
    assert all(detail["items_24h"] > 0 for detail in names["details"])
    per_subreddit = [
        product.http.get("/api/v1/sentiment/stats", params={"subreddit": name}).json()
        for name in DEFAULT_SUBREDDITS
    ]
    assert sum(one["statistics"]["total"] for one in per_subreddit) == counted["total"]
    health = product.http.get("/api/v1/health").json()
    assert health["status"] == "healthy"
    assert health["application"]["collections_succeeded"] == 1
    assert product.stop() == 0


def said(posts: list[dict[str, Any]]) -> int:
    """Count the posts of a list over all, and the copies of each."""
    return sum(1 + len(post["copies"]) for post in posts)


def test_a_second_start_finds_fresh_data_and_does_not_collect_again(running_host) -> None:
    some = {"SUBREDDITS": "aws,Bard,MachineLearning"}
    first = running_host(arguments=["--startup-seconds", "0.2"], settings=some)
    first.wait_for_log("cycle.completed")
    first.stop()
    second = running_host(arguments=["--startup-seconds", "0.2"], settings=some)
    second.wait_for_log("function.succeeded function=collect")
    assert "collect.ended function=collect outcome=skipped" in second.log
    assert "cycle.started" not in second.log
    week = second.http.get("/api/v1/sentiment/stats", params={"hours": 168}).json()
    assert week["statistics"]["total"] > 100


def test_a_file_that_is_no_database_is_one_clear_line_and_stays_as_it_is(tmp_path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"this is not a database" * 500)
    refused = local_command("up", "--port", "0", SQLITE_PATH=str(path))
    assert refused.returncode == 2
    assert refused.stderr.startswith("SQLITE_PATH: ")
    assert refused.stderr.count("\n") == 1
    assert path.read_bytes().startswith(b"this is not a database")


def test_a_bad_schedule_stops_the_start_with_what_to_write_instead() -> None:
    refused = local_command("up", "--port", "0", COLLECT_SCHEDULE="*/5 * * * *")
    assert refused.returncode == 2
    assert refused.stderr.startswith("COLLECT_SCHEDULE: '*/5 * * * *' has 5 fields")
    assert "write 0 */5 * * * *" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_schedule_that_hardly_means_what_it_says_is_warned_of_at_the_start(running_host) -> None:
    host = running_host(arguments=["--no-collect"], settings={"CLEANUP_SCHEDULE": "0 0 22-2 * * *"})
    assert "Warning   CLEANUP_SCHEDULE: '22-2' in the hours" in host.log
    assert "write 22-23,0-2" in host.log


def test_collect_by_hand_tells_what_it_did_to_machines_and_people(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "claude,aws"}
    ended = local_command("collect", "--json", **database)
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert set(report) == {"cycle", "status", "subreddits", "reddit_requests", "seconds"}
    assert report["status"] == "completed"
    assert set(report["subreddits"]) == {"claude", "aws"}
    assert set(report["subreddits"]["claude"]) == {
        "posts_seen",
        "comments_seen",
        "new",
        "edited",
        "moved",
        "removed",
        "error",
    }
    again = local_command("collect", **database)
    assert again.returncode == 0
    assert "claude" in again.stdout
    assert "sample data" in again.stdout
    told = local_command("stats", "--hours", "48", "--json", **database)
    assert json.loads(told.stdout)["all"]["total"] > 0
    assert "claude" in local_command("stats", **database).stdout


def test_collect_says_by_its_exit_status_that_it_failed(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "nowhere_at_all"}
    ended = local_command("collect", "--json", **database)
    assert ended.returncode == 1
    report = json.loads(ended.stdout)
    assert report["status"] == "failed"
    assert "no subreddit of this name" in report["subreddits"]["nowhere_at_all"]["error"]


async def lend(database: dict[str, str], holder: str) -> None:
    """Store that another writer holds the lease."""
    ends = iso(utc_now() + timedelta(minutes=10))
    lease = Lease(id="lease", kind="lease", ttl=-1, holder=holder, expires_at=ends)
    store = await open_store(load_settings(database), retry_seconds=5)
    await store.upsert(LEASES, [lease])
    await store.close()


def test_collect_says_by_its_exit_status_that_another_cycle_runs(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "claude"}
    asyncio.run(lend(database, "cycle_20990101_000000"))
    ended = local_command("collect", "--json", **database)
    assert ended.returncode == 3
    assert "cycle_20990101_000000" in ended.stderr


def everything_stored(database: dict[str, str]) -> dict[str, int]:
    """Return the figures of all that `stats` counts."""
    told = local_command("stats", "--hours", "200", "--json", **database)
    figures: dict[str, int] = json.loads(told.stdout)["all"]
    return figures


def test_cleanup_by_hand_shows_what_would_go_and_then_removes_it(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db"), "SUBREDDITS": "Bard,aws"}
    assert local_command("collect", **database).returncode == 0
    short = {**database, "RETENTION_DAYS": "2"}
    planned = local_command("cleanup", "--dry-run", "--json", **short)
    assert planned.returncode == 0, planned.stderr
    plan = json.loads(planned.stdout)
    assert plan["dry_run"] is True
    assert plan["removed"]["posts"] > 10
    assert "Would go" in local_command("cleanup", "--dry-run", **short).stdout
    before = everything_stored(database)
    done = json.loads(local_command("cleanup", "--json", **short).stdout)
    assert done["removed"]["posts"] == plan["removed"]["posts"]
    assert done["complete"] is True
    after = everything_stored(database)
    assert before["posts"] - after["posts"] == done["removed"]["posts"]
    assert before["comments"] - after["comments"] == done["removed"]["comments"]
    again = local_command("cleanup", **short)
    assert again.returncode == 0
    assert "Gone" in again.stdout


def test_trending_by_hand(tmp_path) -> None:
    database = {"SQLITE_PATH": str(tmp_path / "undertone.db")}
    assert local_command("trending", "--json", **database).stdout.strip() == "[]"
    assert "Nothing stands out" in local_command("trending", **database).stdout


def test_a_bad_setting_ends_a_command_with_one_clear_line() -> None:
    for name in ("collect", "stats", "cleanup", "trending"):
        ended = local_command(name, RETENTION_DAYS="many")
        assert ended.returncode == 2
        assert ended.stderr.startswith("RETENTION_DAYS: ")
        assert ended.stderr.count("\n") == 1


def test_no_secret_reaches_a_log_or_an_answer_even_when_everything_is_logged(
    tmp_path, stand_in, running_host
) -> None:
    reddit = stand_in(client_id="an-id", client_secret="hunter2-secret")
    settings = {
        "REDDIT_BASE_URL": reddit.base_url,
        "REDDIT_CLIENT_ID": "an-id",
        "REDDIT_CLIENT_SECRET": "hunter2-secret",
        "ORIGIN": "sample",
        "SUBREDDITS": "aws",
        "LOG_LEVEL": "DEBUG",
    }
    ended = local_command("collect", "--json", SQLITE_PATH=str(tmp_path / "a.db"), **settings)
    assert ended.returncode == 0, ended.stderr
    assert "Fetching" in ended.stderr, "PRAW's own debug lines are there"
    refused = local_command(
        "collect",
        SQLITE_PATH=str(tmp_path / "b.db"),
        **{**settings, "REDDIT_CLIENT_SECRET": "hunter2-wrong"},
    )
    assert refused.returncode == 1
    assert "REDDIT_CLIENT_SECRET" in refused.stdout
    host = running_host(arguments=["--startup-seconds", "0.2"], settings=settings)
    host.wait_for_log("cycle.completed")
    answers = [
        host.http.get(f"/api/v1/{path}").text
        for path in ("health", "subreddits", "sentiment/stats", "posts/recent", "sentiment/x")
    ]
    everything = [ended.stdout, ended.stderr, refused.stdout, refused.stderr, host.log, *answers]
    assert not any("hunter2" in text for text in everything)


def test_the_same_product_over_cosmos_db(running_host, cosmos_settings_factory) -> None:
    cosmos = cosmos_settings_factory()
    settings = {
        "COSMOS_ENDPOINT": cosmos.cosmos_endpoint,
        "COSMOS_KEY": cosmos.cosmos_key.get_secret_value(),
        "COSMOS_DATABASE": cosmos.cosmos_database,
        "SUBREDDITS": "aws,Bard",
    }
    host = running_host(arguments=["--startup-seconds", "0.2"], settings=settings)
    host.wait_for_log("cycle.completed")
    # The first request waits until the database is open; until then health says starting.
    assert host.http.get("/api/v1/subreddits").status_code == 200
    health = host.http.get("/api/v1/health").json()
    assert health["status"] == "healthy"
    assert health["database"]["kind"] == "cosmos"
    assert "x-ms-" not in host.log, "the client's own log of its requests"
    stats = host.http.get("/api/v1/sentiment/stats", params={"hours": 168}).json()["statistics"]
    assert stats["total"] > 100
    posts = host.http.get("/api/v1/posts/recent", params={"hours": 168, "limit": 500}).json()
    assert said(posts) == stats["posts"]
    assert {post["subreddit"] for post in posts} == {"aws", "Bard"}
