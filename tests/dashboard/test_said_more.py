"""Topics: those of the API, each with exactly its items in a list."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Product, Visit
from tests.dashboard.expected import Answer, expect_posts

HOURS = 168
SCOPES = ({"subject": "cursor"}, {"subreddit": "Cursor"}, {"subreddit": "claude"})


def topics_of(product: Product, scope: dict[str, str]) -> Answer:
    asked = {"community" if name == "subreddit" else name: each for name, each in scope.items()}
    answer: Answer = product.get("topics", hours=HOURS, **asked)
    return answer


def opened(visit: Visit, scope: dict[str, str]) -> Page:
    more = {"view": "communities"} if "subreddit" in scope else {}
    return visit.open(**more, hours=HOURS, **scope)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scopes_topics_are_the_apis_and_lead_to_their_items(
    visit: Visit, product: Product, scope: dict[str, str]
) -> None:
    answer = topics_of(product, scope)
    card = opened(visit, scope).get_by_role("region", name="Said more than before")
    names = card.get_by_role("heading", level=3)
    if answer["why_none"]:
        expect(card).to_contain_text("Nothing")
        expect(names).to_have_count(0)
        return
    expect(names).to_have_text([each["name"] for each in answer["topics"][:5]])
    for row, topic in zip(card.locator("ol > li").all(), answer["topics"][:5], strict=True):
        expect(row).to_contain_text(f"{topic['n']} posts and comments · ")
        expect(row).to_contain_text(re.compile(rf"{topic['course']['state']}.* · began "))
        expect(
            row.get_by_role("img", name=re.compile("^Posts and comments by the "))
        ).to_have_count(1)
    first = answer["topics"][0]
    names.first.get_by_role("link").click()
    page = visit.page
    expect(page).to_have_url(re.compile(rf"view=posts&.*said={re.escape(first['id'])}"))
    expect_posts(page, product, kind="items", hours=HOURS, topic=first["id"], **scope)
    rows = page.get_by_role("list", name="Posts and comments, newest first").locator("a[data-post]")
    expect(rows).to_have_count(min(50, first["n"]))
