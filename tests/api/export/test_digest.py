"""The digest in its formats: negotiated, readable, and never marked up by what people wrote."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from markdown_it import MarkdownIt

from api.export.digest import digest_markdown
from api.export.markdown import WORD_JOINER, escaped, link
from api.reads.digest.answer import read_digest
from api.schema.digest import DigestParameters
from shared.digests.figures import bars
from shared.store import Store
from tests.api.reads.test_digest import END, START, WEEK, fill, mentions
from tests.api.subject_world import watch
from tests.api.world import deps_of, get, keep
from tests.fixtures.stores import FilledStore

BASE = "https://tone.example"
HOUR = timedelta(hours=1)
ADDRESS = "/api/v1/digest"
HOSTILE = [
    "<script>alert(1)</script>",
    "![picture](https://evil.example/x.png)",
    "[click](javascript:alert(1)) and [ref][1]",
    "`code` **bold** _em_ ~~gone~~ | cell | cell",
    "# heading\n\n- list\n1. one\n> quote\n---\n```\nfence",
    "@octocat see owner/repo#12 &amp; &lt;b&gt;",
    "https://evil.example www.evil.example mailto:a@evil.example <https://evil.example>",
    "\\[escaped\\](x) \\` \\",
    "1) first 2. second + plus = equals",
    "$math$ \u202egnp.exe\u2066 \x1b[31mred",
    "[x]: https://evil.example 'title'",
    "Setext\n===",
]


def rendered(text: str) -> str:
    """Return Markdown as HTML, with tables as GitHub has them."""
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def shown(html: str) -> str:
    """Return the text that HTML shows."""
    entities = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}
    text = re.sub(r"<[^>]*>", "", html)
    for entity, sign in entities.items():
        text = text.replace(entity, sign)
    return text.replace(WORD_JOINER, "").strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_shown_as_it_is(text: str) -> None:
    html = rendered(escaped(text))
    assert re.findall(r"<(/?\w+)", html) == ["p", "/p"]
    assert shown(html) == " ".join(re.sub("[\x00-\x1f\u202e\u2066]", " ", text).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_so_it_is_in_links_lists_and_tables(text: str) -> None:
    html = rendered(f"- {link(escaped(text), 'https://a.example/(x)?y=1&z=_*')}")
    assert re.findall(r"<(\w+)", html) == ["ul", "li", "a"]
    assert 'href="https://a.example/%28x%29?y=1&amp;z=%5F%2A"' in html
    cells = rendered(f"| a | b |\n|---|---|\n| {escaped(text)} | 2 |")
    assert len(re.findall("<td>", cells)) == 2
    assert "<td>2</td>" in cells


def test_names_after_an_at_sign_and_addresses_become_no_mentions_and_links() -> None:
    assert escaped("@octocat") == f"@{WORD_JOINER}octocat"
    assert "https://" not in escaped("see https://evil.example")
    assert "www." not in escaped("see www.evil.example")


def test_bars_are_as_high_as_their_numbers() -> None:
    assert bars([0, 1, 7, 14]) == "▁▁▄█"
    assert bars([0, 0]) == bars([]) == ""


async def markdown(store: Store, **asked: Any) -> str:
    parameters = DigestParameters.model_validate(asked)
    return digest_markdown(await read_digest(deps_of(store), parameters), BASE)


async def test_subjects_that_cant_be_compared_share_a_sentence(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    posts = [each for name in ("zed", "lantern", "kiro") for each in mentions(name, START, 45, 0.1)]
    await keep(sqlite_store, posts)
    lines = (await markdown(sqlite_store)).splitlines()
    reason = "can't be told: too little is known of the time before."
    (line,) = [each for each in lines if each.startswith("- The change of ")]
    named = line.removeprefix("- The change of ").removesuffix(f" {reason}")
    *others, last = named.split(" and ")
    assert sorted([*others[0].split(", "), last]) == ["Kiro", "Lantern", "Zed"]


async def test_a_digest_reads_from_the_sentence_to_the_open_alerts(
    filled_store: FilledStore,
) -> None:
    text = await markdown(await filled_store(fill))
    lines = text.splitlines()
    assert lines[0] == "# Digest: 16 November 2026 to 22 November 2026"
    assert lines[2].startswith("**In the week from 16 to 22 November 2026, Lantern got worse")
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == [
        "## Subjects",
        "## What changed",
        "## What didn't",
        "## Why",
        "## Read these",
        "## Worth an answer",
        "## Not seen",
        "## Open alerts",
    ]
    assert "- Lantern got worse, down by 0.80." in lines
    assert "No question or problem without a reply was found." in lines
    (row,) = [line for line in lines if line.startswith("| [Lantern]")]
    assert f"[Lantern]({BASE}/?subject=lantern&amp;from=2026-11-16&amp;to=2026-11-22)" in row
    mentioned = (
        f"[60]({BASE}/?view=posts&amp;subject=lantern&amp;kind=items"
        "&amp;start=2026-11-16T00:00:00Z&amp;end=2026-11-23T00:00:00Z)"
    )
    assert mentioned in row
    assert f"({BASE}/?view=digest&amp;period=week&amp;until=2026-11-16&amp;" in text
    assert "> “" in text
    assert "https://www.reddit.com/r/aws/comments/" in text
    assert max(map(len, lines)) < 1000


async def test_hostile_posts_leave_the_digest_as_it_is(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    posts = [*mentions("lantern", START - WEEK, 40, 0.4)]
    for number, text in enumerate(HOSTILE * 3):
        more = {"title": text, "content": f"{text} It is awful.", "kinds": ["question"]}
        (post,) = mentions("lantern", END - (number + 1) * 4 * HOUR, 1, -0.5, **more)
        posts.append({**post, "comment_count": 0})
    await keep(sqlite_store, posts)
    html = rendered(await markdown(sqlite_store))
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {
        *("h1", "h2", "h3", "p", "strong", "em", "a", "ul", "ol", "li", "blockquote"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    hosts = set(re.findall(r'href="(https?://[^/"]*)', html))
    assert hosts <= {BASE, "https://www.reddit.com"}
    assert re.findall(r'href="(?!https?://)', html) == []
    assert "alert(1)" in shown(html)


async def test_names_of_communities_are_shown_as_they_are(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    name = "github.someone._kit_"
    more = {"community": name, "kinds": ["question"], "comment_count": 0}
    posts = [*mentions("lantern", START - WEEK, 40, 0.4), *mentions("lantern", START, 40, -0.4)]
    await keep(sqlite_store, [{**each, **more} for each in posts])  # type: ignore[misc]
    parameters = DigestParameters()
    digest = await read_digest(deps_of(sqlite_store, COMMUNITIES=name), parameters)
    assert digest.read_these
    assert digest.reasons[0].quotes
    html = rendered(digest_markdown(digest, BASE))
    assert "<em>" not in html
    assert shown(html).count(name) > 10


async def test_invented_items_lead_to_the_dashboard(filled_store: FilledStore) -> None:
    store = await filled_store(fill)
    digest = await read_digest(deps_of(store, ORIGIN="sample"), DigestParameters())
    text = digest_markdown(digest, BASE)
    assert digest.is_sample
    assert "*This is sample data.*" in text
    assert "reddit.com" not in text
    assert f"{BASE}/?view=posts&amp;post=" in text


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"period": "month"}, "period"),
        ({"end": "2026-02-30"}, "end"),
        ({"end": "2099-01-01"}, "end"),
        ({"end": "2001-01-01"}, "end"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "Europe"}, "time_zone"),
        ({"format": "pdf"}, "format"),
        ({"hours": "24"}, "hours"),
    ],
)
async def test_what_no_digest_has_is_refused(process: Any, given: Any, parameter: str) -> None:
    del process
    answer = await get(ADDRESS, **given)
    assert answer.status_code == 422
    (bad,) = json.loads(answer.get_body())["errors"]
    assert bad["parameter"] == parameter
    assert bad["takes"]
