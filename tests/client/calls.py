"""Calls every endpoint with a generated client on sys.path: `calls.py ADDRESS KEY`.

It prints a JSON object: for each operation the name of what `sync` returned.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import undertone_generated.api
from undertone_generated import AuthenticatedClient, models

PAGE = 40


def operations() -> dict[str, Callable[..., Any]]:
    """Return each operation's `sync`, by its name."""
    modules = pkgutil.walk_packages(undertone_generated.api.__path__, "undertone_generated.api.")
    return {
        each.name.rpartition(".")[2]: importlib.import_module(each.name).sync
        for each in modules
        if not each.ispkg
    }


def pages(read: Callable[..., Any], client: AuthenticatedClient) -> list[str]:
    """Return the ids of all listed items, page by page, using only `sync`."""
    found: list[str] = []
    page = read(client=client, hours=48, limit=PAGE)
    while page:
        found += [each.id for each in page]
        page = read(client=client, hours=48, limit=PAGE, cursor=page[-1].cursor)
    return found


def subject(name: str) -> models.SubjectBody:
    return models.SubjectBody(name=name, terms=[models.TermBody(text=name)])


def preview(name: str) -> models.PreviewBody:
    return models.PreviewBody(name=name, terms=[models.TermBody(text=name)], days=2)


def marker(name: str) -> models.MarkerBody:
    return models.MarkerBody(name=name, date="2026-11-18")


def alert_rule(name: str) -> models.RuleBody:
    condition = models.ConditionBody(type_="topic")
    channel = models.ChannelBody(type_="email", to="team@example.com")
    return models.RuleBody(name=name, scope="all", condition=condition, channels=[channel])


def alert_digest(name: str) -> models.DigestBody:
    channel = models.ChannelBody(type_="email", to="team@example.com")
    return models.DigestBody(name=name, channels=[channel])


def prepare(sync: dict[str, Callable[..., Any]], client: Any) -> None:
    """Write what is merged or removed later."""
    given = {"client": client, "if_match": "*"}
    for name in ("kept", "old", "gone"):
        sync["put_subject"](id=name, body=subject(f"Acme {name}"), **given)
    sync["put_community"](id="push.gone", body=models.CommunityBody(), **given)
    for name in ("kept", "gone"):
        sync["put_marker"](id=name, body=marker(f"Acme {name}"), **given)
        sync["put_alert_rule"](id=name, body=alert_rule(f"Acme {name}"), **given)
        sync["put_alert_digest"](id=name, body=alert_digest(f"Acme {name}"), **given)


def changes() -> dict[str, dict[str, Any]]:
    """Return the arguments of what changes the watchlist; the whole of it is changed last."""
    given: dict[str, dict[str, Any]] = {
        "put_subject": {"id": "fresh", "body": subject("Acme fresh")},
        "merge_subject": {"id": "kept", "body": models.MergeBody(from_="old")},
        "delete_subject": {"id": "gone"},
        "put_community": {"id": "push.fresh", "body": models.CommunityBody()},
        "delete_community": {"id": "push.gone"},
        "put_marker": {"id": "fresh", "body": marker("Acme fresh")},
        "delete_marker": {"id": "gone"},
        "put_alert_rule": {"id": "fresh", "body": alert_rule("Acme fresh")},
        "delete_alert_rule": {"id": "gone"},
        "put_alert_digest": {"id": "fresh", "body": alert_digest("Acme fresh")},
        "delete_alert_digest": {"id": "gone"},
        "put_watchlist": {"body": models.WatchlistBody(subjects=[])},
    }
    return {name: {**each, "if_match": "*"} for name, each in given.items()}


def main(address: str, key: str) -> None:
    client = AuthenticatedClient(
        address, token=key, prefix="", auth_header_name="x-functions-key", timeout=60
    )
    sync = operations()
    prepare(sync, client)
    tested = sync["test_alert_rule"](client=client, id="kept")
    question = models.AskBody(question="How do people feel about Windsurf?")
    asked = sync["ask_model"](client=client, body=question)
    feed = models.FeedBody(feed="trending", name="Rita's reader")
    opened = sync["make_feed"](client=client, body=feed)
    posts = sync["posts_recent"](client=client, hours=48, limit=3)
    cycles = sync["cycles"](client=client)
    one = {"id": posts[0].id, "subreddit": posts[0].subreddit, "kind": "post"}
    since = datetime(2026, 1, 1, tzinfo=UTC)
    today = {"start": datetime.now(UTC) - timedelta(hours=12)}
    given: dict[str, dict[str, Any]] = {
        "posts_recent": {"q": "the", "sentiment": "positive", "start": since},
        "items": {"q": "the", "kind": "comment", "start": since},
        "post": {"id": posts[0].id, "subreddit": posts[0].subreddit},
        "cycle": {"id": cycles[0].id},
        "sentiment_stats": today,
        "sentiment_trends": {**today, "granularity": "auto"},
        "explain": {**today, "scope": "claude"},
        "sentiment_compare": {"subreddits": ["claude", "OpenAI"], "granularity": "day"},
        "digest": {"period": "day", "time_zone": "Europe/Berlin"},
        "trending_topics": {"limit": 5},
        "topics": {"community": "claude", "hours": 168, "limit": 5},
        **{name: {"id": "kept"} for name in ("subject", "subject_mentions", "subject_feed")},
        "community": {"id": "claude"},
        **{name: {"id": "kept"} for name in ("marker", "marker_effect")},
        **{name: {"id": "kept"} for name in ("alert_rule", "alert_rule_feed", "test_alert_rule")},
        **{
            name: {"id": "kept"}
            for name in ("alert_digest", "alert_digest_issues", "test_alert_digest")
        },
        **{name: {"id": tested.incident} for name in ("incident", "acknowledge_incident")},
        "try_alert_rule": {"id": "kept", "body": models.TryBody(days=2)},
        "snooze_incident": {"id": tested.incident, "body": models.SnoozeBody(hours=1)},
        "preview_subject": {"body": preview("Acme again")},
        "ai_query": {"body": models.EarlierQuestion(question="How do people feel?")},
        "ask": {"body": models.AskBody(question="How do people feel about Cursor?")},
        "ask_model": {"body": models.AskBody(question="How do people feel about Cursor?")},
        "ask_answer": {"id": asked.id},
        "put_correction": {**one, "body": models.CorrectionBody(label="negative")},
        "delete_correction": one,
        "make_feed": {"body": feed},
        "revoke_feed": {"id": opened.id},
        "change_communities": {"body": models.BulkBody(add=["push.bulk"])},
        **changes(),
    }
    returned = {
        name: type(call(client=client, **given.get(name, {}))).__name__
        for name, call in sync.items()
    }
    posts_ids, item_ids = pages(sync["posts_recent"], client), pages(sync["items"], client)
    counts = {
        "posts": len(posts_ids),
        "distinct_posts": len(set(posts_ids)),
        "items": len(item_ids),
        "distinct_items": len(set(item_ids)),
    }
    print(json.dumps({"returned": returned, **counts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
