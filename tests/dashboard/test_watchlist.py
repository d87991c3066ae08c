"""The watchlist view: subjects and communities are added, edited, previewed, merged and removed."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import Product, Visit, Visitor
from tests.dashboard.test_every_view import each_look, is_too_wide, rules_of, violations
from tests.fixtures.host import StartHost
from tests.fixtures.reddit import StandInFactory

NEW = "-new"
KEPT = "() => JSON.stringify([Object.entries(localStorage), document.cookie])"


pytestmark = pytest.mark.usefixtures("restored_watchlist")


@pytest.fixture(scope="module")
def product(changed_product: Product) -> Product:
    return changed_product


def subjects(product: Product) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in product.get("watchlist")["subjects"]}


def put(product: Product, subject: str, **changes: Any) -> None:
    """Change a subject as another person does, beside the page."""
    answer = product.host.http.get("/api/v1/watchlist")
    known = {each["id"]: each for each in answer.json()["subjects"]}[subject]
    rule = {name: value for name, value in known.items() if name != "id"}
    changed = product.host.http.put(
        f"/api/v1/subjects/{subject}",
        json={**rule, **changes},
        headers={"If-Match": answer.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text


def rows(page: Page) -> Locator:
    return page.locator(".watch-rows li")


def preview(page: Page) -> Locator:
    return page.get_by_role("region", name="Preview")


def matches(page: Page) -> int:
    """Return how many items the preview says would match, once it has looked."""
    panel = preview(page)
    expect(panel).to_have_attribute("aria-busy", "false")
    return int(panel.locator(".preview-count b").inner_text().replace(",", ""))


def word_of_some_texts(product: Product) -> tuple[str, str]:
    """Return a rare word of the newest texts, and the word with the one before it."""
    pairs = [
        pair
        for item in product.get("items", limit=200)
        for pair in re.findall(r"\b([a-z]{3,}) ([a-z]{7,})(?=[ .,!?])", item["content"])
    ]
    uses = Counter(word for _, word in pairs)
    before, word = min(pairs, key=lambda pair: (uses[pair[1]], pair))
    return word, f"{before} {word}"


def add_name(page: Page, name: str) -> None:
    page.get_by_label("Name of a new subject").fill(name)
    page.get_by_role("button", name="Add a subject").click()


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Save|Add to the watchlist)$")).click()


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()


def test_the_subjects_are_those_of_the_api_by_role(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist")
    stored = product.get("watchlist")
    expect(rows(page)).to_have_count(len(stored["subjects"]) + len(stored["communities"]))
    competitors = page.get_by_role("region", name="Competitors")
    for each in stored["subjects"]:
        if each["role"] == "competitor":
            expect(competitors.get_by_role("link", name=each["name"], exact=True)).to_be_visible()
    competitors.get_by_role("link", name="Cursor", exact=True).click()
    expect(page).to_have_url(f"{product.url}/?view=watchlist&subject=cursor")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Cursor")
    page.go_back()
    expect(rows(page).first).to_be_visible()


def test_a_subject_is_added_from_its_name(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist")
    add_name(page, "Mouse Pad 3000")
    expect(page).to_have_url(f"{product.url}/?view=watchlist&subject={NEW}")
    expect(page.get_by_label("Id, in addresses")).to_have_value("mouse-pad-3000")
    expect(page.get_by_label("Term 1", exact=True)).to_have_value("Mouse Pad 3000")
    page.get_by_role("button", name="Own product").click()
    page.get_by_label("Add: exclusion").fill("mouse pad 30000")
    save(page)
    expect(page).to_have_url(f"{product.url}/?view=watchlist&subject=mouse-pad-3000")
    expect(page.get_by_role("status").get_by_text("Saved Mouse Pad 3000.")).to_be_visible()
    added = subjects(product)["mouse-pad-3000"]
    assert added["role"] == "own"
    assert [each["text"] for each in added["terms"]] == ["Mouse Pad 3000"]
    assert added["exclude"] == ["mouse pad 30000"]
    undo(page)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert "mouse-pad-3000" not in subjects(product)


def test_a_subject_is_added_with_the_keyboard_alone(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist")
    page.get_by_role("button", name="Add a subject").focus()
    page.keyboard.press("Enter")
    name = page.get_by_label("Name", exact=True)
    name.focus()
    page.keyboard.type("Widget")
    page.get_by_label("Add: term").focus()
    page.keyboard.type("Widget")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Add: term"), "Enter begins the next one").to_be_focused()
    page.keyboard.type("Gadget")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Exact case").nth(1)).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Saved Widget.")).to_be_visible()
    terms = subjects(product)["widget"]["terms"]
    assert [(each["text"], each["exact"]) for each in terms] == [
        ("Widget", False),
        ("Gadget", True),
    ]


def test_the_preview_follows_what_is_typed(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist", subject=NEW)
    expect(preview(page).get_by_text("Add a name.")).to_be_visible()
    term = page.get_by_label("Add: term")
    term.fill("qqqqqqq")
    expect(preview(page).get_by_text("Nothing.")).to_be_visible()
    assert matches(page) == 0
    word, phrase = word_of_some_texts(product)
    page.get_by_label("Term 1", exact=True).fill(word)
    expect(preview(page).locator("mark").first).to_have_text(re.compile(word, re.IGNORECASE))
    found = matches(page)
    assert found > 0
    page.get_by_label("Add: exclusion").fill(phrase)
    expect(preview(page).get_by_role("heading", name="Kept out")).to_be_visible()
    assert matches(page) < found


def test_a_refusal_stands_beside_the_term_that_it_names(product: Product, visitor: Visitor) -> None:
    visit = visitor(product.url)
    page = visit.open(view="watchlist", subject="cursor")
    page.get_by_label("Add: term").fill("the")
    row = page.locator(".term").filter(has=page.get_by_label(re.compile(r"^Term \d+$"))).last
    expect(row.get_by_role("alert")).to_contain_text("stop word")
    before = subjects(product)["cursor"]
    save(page)
    expect(row.get_by_role("alert")).to_contain_text("stop word")
    assert subjects(product)["cursor"] == before
    page.get_by_label(re.compile(r"^Term \d+$")).last.fill("cursorly")
    expect(page.locator(".term").get_by_role("alert")).to_have_count(0)
    assert all("422" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_removing_is_undone(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist")
    before = subjects(product)["cursor"]
    page.get_by_role("button", name="Remove Cursor", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Removed Cursor.")).to_be_visible()
    assert "cursor" not in subjects(product)
    undo(page)
    expect(page.get_by_role("link", name="Cursor", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert subjects(product)["cursor"] == before


def test_what_somebody_else_changed_is_said_and_what_is_typed_stays(
    product: Product, visitor: Visitor
) -> None:
    visit = visitor(product.url)
    page = visit.open(view="watchlist", subject="cursor")
    page.get_by_label("Add: exclusion").fill("text cursor mine")
    put(product, "cursor", context=["sidebar"])
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this subject")
    assert subjects(product)["cursor"]["context"] == ["sidebar"]
    page.get_by_role("button", name="Reload, and keep what I typed").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("Not saved yet: exclusions, context.")).to_be_visible()
    save(page)
    expect(page.get_by_role("status").get_by_text("Saved Cursor.")).to_be_visible()
    saved = subjects(product)["cursor"]
    assert "text cursor mine" in saved["exclude"]
    assert "sidebar" not in saved["context"], "what was typed is what is saved"
    assert all("412" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_what_is_typed_stays_while_one_looks_at_another_view(
    product: Product, visitor: Visitor
) -> None:
    page = visitor(product.url).open(view="watchlist", subject="cursor")
    page.get_by_label("Add: context word").fill("keystroke")
    page.get_by_role("link", name="Collection", exact=True).click()
    expect(page.get_by_role("heading", name="Collection", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Not saved yet: context.")).to_be_visible()
    page.get_by_role("link", name="All of the watchlist").click()
    expect(rows(page).filter(has_text="Cursor").filter(has_text="not saved yet")).to_be_visible()
    page.get_by_role("link", name="Cursor", exact=True).click()
    expect(page.get_by_text("Not saved yet: context.")).to_be_visible()
    page.get_by_role("button", name="Discard what I typed").click()
    expect(page.get_by_text("Not saved yet")).to_have_count(0)


def test_a_merged_subject_goes_into_another_and_comes_back(
    product: Product, visitor: Visitor
) -> None:
    before = subjects(product)
    page = visitor(product.url).open(view="watchlist", subject="gemini")
    page.get_by_label("Subject to merge into Gemini").select_option("jules")
    page.get_by_role("button", name="Merge into Gemini").click()
    expect(page.get_by_role("status").get_by_text("Merged Jules into Gemini.")).to_be_visible()
    merged = subjects(product)
    assert "jules" not in merged
    assert "jules" in merged["gemini"]["merged_from"]
    page = page.context.new_page()
    page.goto(f"{product.url}/?view=watchlist&subject=jules")
    expect(page.get_by_text("It was merged into Gemini.")).to_be_visible()
    page.close()
    page = page.context.pages[0]
    undo(page)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert subjects(product) == before


def test_communities_are_added_and_removed(product: Product, visitor: Visitor) -> None:
    visit = visitor(product.url)
    page = visit.open(view="watchlist")
    communities = page.get_by_role("region", name="Communities")
    box = communities.get_by_label("Community to add")
    box.fill("not a community!")
    page.get_by_role("button", name="Add a community").click()
    expect(communities.get_by_role("alert")).to_contain_text("not a community!")
    box.fill("r/rust")
    page.get_by_role("button", name="Add a community").click()
    expect(communities.get_by_role("link", name="r/rust")).to_be_visible()
    assert "rust" in product.get("subreddits")["subreddits"]
    communities.get_by_role("button", name="Remove r/rust").click()
    expect(communities.get_by_role("link", name="r/rust")).to_have_count(0)
    undo(page)
    expect(communities.get_by_role("link", name="r/rust")).to_be_visible()
    assert all("422" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_an_unknown_subject_says_so(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist", subject="nobody")
    expect(page.get_by_text("There is no subject with this id.")).to_be_visible()
    page.get_by_role("link", name="Add a subject").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


def test_hostile_words_stay_text(product: Product, visitor: Visitor) -> None:
    page = visitor(product.url).open(view="watchlist")
    name = '<img src=x onerror="window.hasRun=true"> \u202eevil'
    add_name(page, name)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    save(page)
    expect(page.get_by_role("status").get_by_text("Saved <img")).to_be_visible()
    page.get_by_role("link", name="All of the watchlist").click()
    (stored,) = [each["name"] for each in subjects(product).values() if "<img" in each["name"]]
    expect(page.get_by_role("link", name=stored)).to_be_visible()
    assert page.evaluate("window.hasRun") is None
    assert page.locator("main img").count() == 0


def test_its_states_are_accessible_and_fit(
    product: Product, visit: Visit, axe_source: str, pictures: Path
) -> None:
    page = visit.open(view="watchlist", subject="cursor")

    def look(state: str) -> None:
        for shown in each_look(visit, {"360": 360, "1440": 1440}):
            page.screenshot(path=pictures / f"watchlist-{state}-{shown}.png")
            assert violations(visit, axe_source, rules_of(shown)) == [], state
            assert not is_too_wide(visit), state

    assert matches(page) > 0
    page.get_by_label("Add: term").fill("the")
    expect(page.locator(".term").get_by_role("alert")).to_be_visible()
    look("refused")
    page.get_by_label(re.compile(r"^Term \d+$")).last.fill("cursorly " + "long" * 12)
    expect(page.locator(".term").get_by_role("alert")).to_have_count(0)
    put(product, "cursor", context=["sidebar"])
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this subject")
    look("overtaken")
    page.get_by_role("button", name="Reload, and keep what I typed").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    save(page)
    expect(page.get_by_text("Saved Cursor.")).to_be_visible()
    look("saved")
    expect(page.get_by_text("History is filled in")).to_be_visible()
    visit.complaints.clear()


def test_the_function_key_is_asked_for_once_and_never_in_the_address(
    stand_in: StandInFactory, running_host: StartHost, visitor: Visitor, tmp_path: Path
) -> None:
    reddit = stand_in()
    host = running_host(
        arguments=["--no-collect", "--keys"],
        settings={"REDDIT_BASE_URL": reddit.base_url, "ORIGIN": "sample", "SUBREDDITS": "aws"},
    )
    product = Product(host, reddit.control)
    key = json.loads((tmp_path / "data" / "keys.json").read_text())["_function"]
    visit = visitor(product.url)
    page = visit.open(view="watchlist")
    dialog = page.get_by_role("dialog", name="A function key is needed")

    page.get_by_role("button", name="Remove Cursor", exact=True).click()
    dialog.get_by_label("Function key").fill("wrong")
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The app refused this key.")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Not done: it needs the app's function key.")).to_be_visible()
    assert "cursor" in subjects(product)

    page.get_by_role("button", name="Remove Cursor", exact=True).click()
    dialog.get_by_label("Function key").fill(key)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Removed Cursor.")).to_be_visible()
    assert "cursor" not in subjects(product)
    undo(page)
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert "cursor" in subjects(product)
    assert key not in page.url
    assert key not in page.evaluate(KEPT)
    assert all("401" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
