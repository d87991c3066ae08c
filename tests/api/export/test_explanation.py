"""The explanation in its formats: negotiated, whole, and never marked up by what people wrote."""

import random
import re
from datetime import timedelta
from typing import Any

from api.export.explanation import explanation_markdown
from api.reads.explain.explanation import read_explanation
from api.schema.explain import ExplainParameters, Explanation
from shared.store import COMMUNITIES, Store
from shared.times import iso
from tests.api.export.test_digest import BASE, HOSTILE, rendered, shown
from tests.api.reads.test_coverage import observed
from tests.api.reads.test_digest import END, SPAN, START, WEEK, fill, mentions
from tests.api.reads.test_explain import talk
from tests.api.subject_world import watch
from tests.api.world import NAMES, deps_of, keep
from tests.fixtures.stores import FilledStore

HOUR = timedelta(hours=1)
ADDRESS = "/api/v1/explain"
TAGS = {
    *("h1", "h2", "h3", "p", "strong", "em", "a", "ul", "ol", "li", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


async def explained(store: Store, *, origin: str = "live", **asked: Any) -> Explanation:
    deps = deps_of(store, ORIGIN=origin)
    return await read_explanation(deps, ExplainParameters.model_validate(asked))


def headings(text: str) -> list[str]:
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


async def test_it_reads_from_the_sentence_to_what_was_observed(store: Store) -> None:
    await fill(store)
    found = await explained(store, scope="subject:lantern", **SPAN)
    text = explanation_markdown(found, BASE)
    lines = text.splitlines()
    assert lines[0] == "# Lantern: what changed and why"
    assert lines[2] == f"**{found.sentence}**"
    assert lines[4] == (
        "16 November 2026, 00:00 to 23 November 2026, 00:00 (UTC), compared with the time just"
        " before, 9 November 2026, 00:00 to 16 November 2026, 00:00."
    )
    assert headings(text) == [
        "The change",
        "Reasons, in their words",
        "Read these",
        "What adds up to the change",
        "Coverage",
    ]
    (mood,) = [line for line in lines if line.startswith("| Mood | ")]
    now, before = found.change.statistics, found.change.previous
    assert now.interval is not None
    assert before.interval is not None
    assert mood.startswith(
        f"| Mood | -0.40 ({now.interval[0]:+.2f} to {now.interval[1]:+.2f})"
        f" | +0.40 ({before.interval[0]:+.2f} to {before.interval[1]:+.2f}) | -0.80 | "
    )
    assert mood.endswith(" | worse |")
    assert "| Items | 60 | 60 | +0 | - | no clear change |" in lines
    assert "All 60 items, and 60 before, were read." in lines
    assert "It isn't recorded what was observed." in lines
    assert (
        f"[Its items]({BASE}/?view=posts&amp;subject=lantern&amp;kind=items"
        "&amp;start=2026-11-16T00:00:00Z&amp;end=2026-11-23T00:00:00Z)"
    ) in text
    assert f"({BASE}/?subject=lantern&amp;from=2026-11-16&amp;to=2026-11-22)" in text
    # Each part has its figures, and each cited item its address.
    for part in found.contributions:
        assert f"| {part.effect:+.3f} | " in text
    for name in NAMES:
        own = (
            f"{BASE}/?view=posts&amp;subject=lantern&amp;kind=items&amp;start=2026-11-16T00:00:00Z"
        )
        span = f"{own}&amp;end=2026-11-23T00:00:00Z&amp;subreddit={name}"
        assert f"| [r/{name}]({span}) | " in text
    for each in found.read_these:
        (item,) = [one for one in found.cited if one.id == each.item]
        assert f"({item.permalink.replace('_', '%5F')})" in text


async def test_hostile_posts_leave_the_report_as_it_is(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    posts = [*mentions("lantern", START - WEEK, 40, 0.4)]
    for number, text in enumerate(HOSTILE * 3):
        more = {"title": text, "content": f"{text} It is awful."}
        posts += mentions("lantern", END - (number + 1) * 4 * HOUR, 1, -0.5, **more)
    await keep(sqlite_store, posts)
    found = await explained(sqlite_store, scope="subject:lantern", **SPAN)
    assert found.read_these
    html = rendered(explanation_markdown(found, BASE))
    assert set(re.findall(r"<(\w+)", html)) <= TAGS
    assert set(re.findall(r'href="(https?://[^/"]*)', html)) <= {BASE, "https://www.reddit.com"}
    assert re.findall(r'href="(?!https?://)', html) == []
    assert "alert(1)" in shown(html)


async def test_invented_items_lead_to_the_dashboard(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    found = await explained(store, origin="sample", scope="subject:lantern", **SPAN)
    text = explanation_markdown(found, BASE)
    assert "*This is sample data.*" in text
    assert "reddit.com" not in text
    assert f"{BASE}/?view=posts&amp;post=" in text


async def test_without_data_it_says_what_is_missing_and_shows_no_figures(
    sqlite_store: Store,
) -> None:
    await watch(sqlite_store)
    text = explanation_markdown(await explained(sqlite_store), BASE)
    assert "**The change of All talk can't be told: too little is known of the time before." in text
    assert headings(text) == ["The change", "Coverage"]
    assert "| Mood | - | - | - | - | can't be told |" in text
    assert "| Items | 0 | - | - | - | can't be told |" in text
    assert "There were no items to read." in text


async def test_too_few_items_have_a_verdict_that_says_so(sqlite_store: Store) -> None:
    rng = random.Random(4)
    posts = [*talk(rng, (0.1, 0.1, 0.1), 0, 5), *talk(rng, (0.1, 0.1, 0.1), 1, 5)]
    await keep(sqlite_store, posts)
    text = explanation_markdown(await explained(sqlite_store, scope="all"), BASE)
    assert "**Too few items to tell a change of All talk: 15 now and 15 before." in text
    assert "| too few to tell |" in text
    assert "| Items | 15 | 15 | +0 | - | no clear change |" in text


async def test_hours_that_were_not_observed_are_named(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    seen = [[iso(START - 2 * WEEK), iso(START)], [iso(START + 10 * HOUR), iso(END)]]
    await store.upsert(COMMUNITIES, [observed(name, 2.0, covered=seen) for name in NAMES])
    text = explanation_markdown(await explained(store, scope="subject:lantern", **SPAN), BASE)
    seen = "94% of the talk was observed. What was before 2 November 2026, 00:00 (UTC) is unknown."
    assert seen in text.splitlines()
    assert "- 16 November 2026, 00:00 to 16 November 2026, 10:00: r/aws, r/claude" in text
    assert "over the 158 of 168 hours known in both." in text
