"""What the starter pack finds in the sample, against the truth that the sample knows."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from local.sample import PRODUCTS, sample_objects, truth_of
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.models import Mention
from shared.subjects.matcher import Matcher
from shared.subjects.starter import starter_pack
from shared.subjects.texts import ItemText, find
from tests.collector.harness import run_cycle, settings_for, stored_items

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)


def agreement(pairs: Iterable[tuple[set, set]]) -> tuple[float, float]:
    """Return precision and recall of pairs of what was found and what is true."""
    right, found, true = 0, 0, 0
    for one, other in pairs:
        right, found, true = right + len(one & other), found + len(one), true + len(other)
    return right / found, right / true


def test_every_product_of_the_sample_is_in_the_starter_pack() -> None:
    assert set(PRODUCTS) <= {subject["id"] for subject in starter_pack()}


def test_the_starter_pack_finds_what_the_texts_of_the_sample_name() -> None:
    matcher, pairs = Matcher(starter_pack()), []
    for thing in sample_objects(NOW - timedelta(days=7), NOW):
        data, truth = thing["data"], truth_of(thing["data"]["name"])
        assert truth is not None
        text = f"{data['title']}\n\n{data['selftext']}" if "title" in data else data["body"]
        item = ItemText(text, "reddit", data["author"], data["subreddit"])
        found = {match.subject for match in find(matcher, item).matches}
        pairs.append((found, set(truth.names)))
    precision, recall = agreement(pairs)
    assert precision > 0.995
    assert recall > 0.985


async def test_a_cycle_over_the_sample_stores_its_mentions_by_text_thread_and_home(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(sample_objects(NOW - timedelta(days=2), NOW))
    settings = settings_for(sqlite_settings, reddit.base_url, DEFAULT_SUBREDDITS)
    assert (await run_cycle(sqlite_store, settings, clock=lambda: NOW))["status"] == "completed"
    items = await stored_items(sqlite_store, DEFAULT_SUBREDDITS)
    homes = {home.lower(): {s["id"]} for s in starter_pack() for home in s["home"]}
    pairs, vias = [], Counter[str]()
    for name, item in items.items():
        if "post_id" in item and f"t3_{item['post_id']}" not in items:
            continue  # Its thread began before the first cycle's listings.
        truth = truth_of(name)
        assert truth is not None
        expected = {(subject, "text") for subject in truth.names}
        if not expected and "post_id" in item:
            expected = {(subject, "thread") for subject in truth.thread}
        if not expected:
            expected = {(subject, "home") for subject in homes.get(item["community"].lower(), ())}
        mentions: list[Mention] = item.get("mentions", [])
        pairs.append(({(each["subject"], each["via"]) for each in mentions}, expected))
        vias.update(each["via"] for each in mentions)
    assert min(agreement(pairs)) > 0.98
    assert min(vias[via] for via in ("text", "thread", "home")) > 50
