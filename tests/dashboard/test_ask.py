"""Questions in words: what was understood, the answer, its evidence, and the link to it."""

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboard.answers import asked
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.dashboard.test_every_view import (
    MAX_SHIFT,
    each_look,
    is_too_wide,
    note_shifts,
    rules_of,
    settle,
    shifts,
    violations,
)
from tests.dashboard.test_hostile_text import TEXTS, expect_harmless, watch

FEELING = "How do people feel about Cursor in the last 7 days?"
READING = "Which posts about Cursor should I read?"
NONSENSE = "Purple monkey dishwasher"
ASK = "**/api/v1/ask"
PATIENCE_SECONDS = 30.0
FOCUSED = "document.activeElement.id"


def ask(page: Page, question: str) -> None:
    """Type a question into the box, and send it."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


def asked_at(page: Page) -> str:
    """Return the time in the address of an answered question."""
    expect(page).to_have_url(re.compile(r"[?&]at="))
    return parse_qs(urlsplit(page.url).query)["at"][0]


def first_of(page: Page, held: list[Route]) -> Route:
    """Return the first request that is held back, once it is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not held and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    return held[0]


def api_answer(product: Product, question: str, at: str) -> Any:
    """Ask the API."""
    reply = product.host.http.post("/api/v1/ask", json={"question": question, "at": at})
    assert reply.status_code == 200, reply.text
    return reply.json()


def expect_answer(page: Page, found: Any) -> None:
    """Expect the page to show an answer of the API."""
    shown = page.locator("#ask-answer")
    expect(shown.locator(".ask-taken")).to_have_text(
        f"Understood as {found['understood']['sentence']}"
    )
    for place, said in enumerate(found["answer"]):
        expect(shown.locator(".ask-sentence").nth(place)).to_contain_text(said["text"])
    expect(shown.locator(".ask-sentence")).to_have_count(len(found["answer"]))
    expect(shown.locator(".ask-cannot li")).to_have_text(found["cannot"])
    titles = [
        f"{each['number']}Evidence {each['number']}: {each['title']}" for each in found["evidence"]
    ]
    expect(shown.locator(".evidence h3")).to_have_text(titles)
    expect(shown.locator(".evidence-items > li")).to_have_count(len(found["items"]))


def test_an_answer_stands_beside_its_evidence(visit: Visit, product: Product) -> None:
    page = visit.open(view="ask")
    ask(page, FEELING)
    found = api_answer(product, FEELING, asked_at(page))
    expect_answer(page, found)
    understood = found["understood"]
    assert [each["scope"] for each in understood["scopes"]] == ["subject:cursor"]
    expect(page.locator(".ask-understood mark")).to_have_text(["Cursor", understood["span_words"]])
    span = {name: understood[name] for name in ("start", "end")}
    totals = product.get("sentiment/stats", subject="cursor", **span)["statistics"]
    first = page.locator(".ask-sentence").first
    expect(first).to_contain_text(f"{totals['total']:,}")
    expect(first).to_contain_text(f"{abs(totals['avg_sentiment']):.2f}")
    answer_box, evidence_box = (
        page.locator(each).bounding_box() for each in (".ask-said", ".ask-evidence")
    )
    assert answer_box
    assert evidence_box
    assert evidence_box["x"] > answer_box["x"] + answer_box["width"]


def test_scope_and_span_and_evidence_lead_to_the_views(visit: Visit, product: Product) -> None:
    page = visit.open(view="ask", question=FEELING)
    found = api_answer(product, FEELING, asked_at(page))
    page.locator(".ask-understood").get_by_role("link", name="Cursor").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cursor")
    page.go_back()
    expect_answer(page, found)
    page.locator(".ask-understood dd a").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mentions of Cursor")
    start, end = (found["understood"][name] for name in ("start", "end"))
    assert f"start={start}&end={end}" in page.url
    page.go_back()
    first = found["evidence"][0]
    api = page.locator(".evidence").first.get_by_role("link", name="The same from the API")
    expect(api).to_have_attribute("href", first["request"])
    assert product.host.http.get(first["request"]).status_code == 200
    page.locator(".evidence").first.get_by_role("link", name="Show in the page").click()
    expect(page).not_to_have_url(re.compile("view=ask"))
    settle(visit)


def test_a_cited_item_opens_its_post(visit: Visit, product: Product) -> None:
    page = visit.open(view="ask", question=READING)
    found = api_answer(product, READING, asked_at(page))
    assert found["items"]
    number = page.locator(".ask-sentence .cite", has_text=".").first
    number.click()
    expect(page.locator(f"[id='evidence-{number.inner_text()}']")).to_be_focused()
    page.locator(".evidence-text a").first.click()
    expect(page.locator(".panel")).to_be_visible()
    first = min(found["evidence"], key=lambda each: each["number"])["number"]
    item = next(each for each in found["items"] if each["evidence"] >= first)
    assert f"post={item['community']}/{item['post_id']}" in page.url


def test_a_link_shows_the_same_again(visitor: Visitor, product: Product) -> None:
    visit = visitor(product.url, permissions=["clipboard-read", "clipboard-write"])
    page = visit.open(view="ask")
    ask(page, FEELING)
    at = asked_at(page)
    found = api_answer(product, FEELING, at)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    page.reload()
    expect_answer(page, found)
    other = visitor(product.url)
    other.page.goto(link)
    expect_answer(other.page, found)
    expect(other.page.get_by_label("Your question")).to_have_value(FEELING)
    expect(other.page).to_have_title(f"{FEELING} · Ask · Undertone")


def test_the_examples_are_about_the_watchlist_and_are_answered(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="ask")
    settle(visit)
    examples = page.locator(".ask-examples a").all_inner_texts()
    subjects = product.get("subjects")["subjects"]
    own = [each["name"] for each in subjects if each["role"] == "own"]
    named = own or [each["name"] for each in subjects]
    assert sum(named[0] in each for each in examples) >= 4
    for each in examples:
        found = product.host.http.post("/api/v1/ask", json={"question": each}).json()
        assert found["answer"], each
        assert found["cannot"] == [], each
    page.get_by_role("link", name=examples[1]).click()
    expect_answer(page, api_answer(product, examples[1], asked_at(page)))
    page.get_by_text("Other questions").click()
    expect(page.locator(".ask-examples a")).to_have_text(examples)


def test_the_way_back_shows_earlier_answers_without_asking_again(visit: Visit) -> None:
    page = visit.open(view="ask")
    posts: list[str] = []
    page.on(
        "request",
        lambda request: posts.append(request.url) if request.method == "POST" else None,
    )
    for question in (FEELING, READING):
        ask(page, question)
        expect(page.locator(".ask-understood h2")).to_contain_text(question)
        asked_at(page)
    page.go_back()
    expect(page.locator(".ask-understood h2")).to_contain_text(FEELING)
    expect(page.get_by_label("Your question")).to_have_value(FEELING)
    page.go_back()
    expect(page.get_by_role("heading", name="For example")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("")
    page.go_forward()
    page.go_forward()
    expect(page.locator(".ask-understood h2")).to_contain_text(READING)
    assert len(posts) == 2


def test_an_older_answer_never_replaces_a_newer_one(visit: Visit) -> None:
    page = visit.open(view="ask")
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if asked(route) == FEELING:
            held.append(route)
        else:
            route.continue_()

    page.route(ASK, hold_first)
    ask(page, FEELING)
    expect(page.locator(".ask-waiting")).to_be_visible()
    ask(page, READING)
    expect(page.locator(".ask-understood h2")).to_contain_text(READING)
    at = asked_at(page)
    with page.expect_response(ASK):
        first_of(page, held).continue_()
    page.wait_for_timeout(200)
    expect(page.locator(".ask-understood h2")).to_contain_text(READING)
    assert asked_at(page) == at
    page.go_back()
    expect(page.locator(".ask-understood h2")).to_contain_text(FEELING)


def test_a_question_is_asked_by_keyboard_from_any_view(visit: Visit) -> None:
    page = visit.open(view="posts", hours=168)
    settle(visit)
    search = page.get_by_role("searchbox").first
    search.focus()
    page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")
    page.locator("main").focus()
    page.keyboard.press("/")
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type(FEELING)
    page.keyboard.press("Enter")
    expect(page.locator("#ask-answer")).to_be_focused()
    expect(page.locator(".ask-state")).to_have_text(re.compile("^Answered: "))
    page.keyboard.press("Tab")
    expect(page.locator(".ask-understood dd a").first).to_be_focused()
    page.locator(".ask-sentence .cite").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED).startswith("evidence-")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("Next")
    expect(box, "what was there is replaced").to_have_value("Next")


def test_an_answer_takes_no_focus_from_somebody_who_types(visit: Visit) -> None:
    page = visit.open(view="ask")
    held: list[Route] = []
    # Playwright needs a function that it can mark.
    page.route(ASK, lambda route: held.append(route))  # noqa: PLW0108
    ask(page, FEELING)
    expect(page.locator(".ask-waiting")).to_be_visible()
    page.keyboard.type(" And")
    first_of(page, held).continue_()
    asked_at(page)
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    expect(box).to_have_value(f"{FEELING} And")


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_question_in_the_address_is_text(visit: Visit, name: str) -> None:
    question = TEXTS[name].replace("\0", "")[:500].strip()
    done = watch(visit)
    page = visit.open(view="ask", question=question)
    expect(page.locator("#ask-answer, .note.failed").first).to_be_visible()
    for width in (360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        expect_harmless(page, done)
    # The API refuses some of them, which the browser reports.
    assert all("422" in each for each in visit.complaints)
    visit.complaints.clear()


def test_what_cannot_be_answered_says_what_can(visit: Visit, product: Product) -> None:
    page = visit.open(view="ask", question=NONSENSE)
    found = api_answer(product, NONSENSE, asked_at(page))
    assert found["cannot"]
    assert not found["answer"]
    expect_answer(page, found)
    expect(page.get_by_role("heading", name=re.compile("^This can.t be answered"))).to_be_visible()
    expect(page.locator(".ask-state")).to_have_text(re.compile("^Not answered: "))
    page.locator(".ask-examples a").first.click()
    expect(page.locator(".ask-sentence").first).to_be_visible()


def test_a_busy_server_is_asked_again_until_it_answers(visit: Visit) -> None:
    page = visit.page
    tries: list[str] = []

    def refuse_once(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) > 1:
            route.continue_()
            return
        problem = {"status": 429, "detail": "Too many heavy reads at the same time."}
        route.fulfill(status=429, json=problem, headers={"Retry-After": "2"})

    page.route(ASK, refuse_once)
    visit.open(view="ask", question=FEELING)
    expect(page.get_by_role("alert")).to_contain_text("Too many heavy reads")
    expect(page.locator(".ask-sentence").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    visit.complaints.clear()


def test_without_a_network_the_question_waits(visit: Visit) -> None:
    page = visit.open(view="ask")
    settle(visit)
    page.context.set_offline(True)
    ask(page, FEELING)
    expect(page.locator(".note.failed")).to_contain_text("The server doesn't answer.")
    page.context.set_offline(False)
    page.locator(".note.failed").get_by_role("button", name="Try again now").click()
    expect(page.locator(".ask-sentence").first).to_be_visible()
    visit.complaints.clear()


def test_a_slow_answer_is_announced(visit: Visit) -> None:
    page = visit.page
    held: list[Route] = []
    # Playwright needs a function that it can mark.
    page.route(ASK, lambda route: held.append(route))  # noqa: PLW0108
    visit.open(view="ask", question=FEELING)
    expect(page.get_by_text("It takes longer than usual")).to_be_visible()
    first_of(page, held).continue_()
    expect(page.locator(".ask-sentence").first).to_be_visible()


@pytest.mark.parametrize("question", [None, FEELING, READING, NONSENSE])
def test_every_state_is_accessible_and_fits(
    visit: Visit, axe_source: str, pictures: Path, question: str | None
) -> None:
    note_shifts(visit)
    parameters = {"question": question} if question else {}
    name = {None: "examples", FEELING: "feeling", READING: "reading"}.get(question, "cannot")
    for pixels in (1920, 820, 360):
        visit.page.set_viewport_size({"width": pixels, "height": 900})
        visit.open(view="ask", **parameters)
        settle(visit)
        assert shifts(visit) < MAX_SHIFT
        assert not is_too_wide(visit)
    for look in each_look(visit):
        visit.page.screenshot(path=pictures / f"ask-{name}-{look}.png", full_page=True)
        assert not is_too_wide(visit)
        assert violations(visit, axe_source, rules_of(look)) == []


def test_paper_has_the_answer_and_its_evidence_without_controls(
    visit: Visit, pictures: Path
) -> None:
    page = visit.open(view="ask", question=READING)
    asked_at(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    for shown in (".ask-understood", ".ask-sentence", ".evidence-items"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in (".ask-form", ".ask-copy", ".ask-others"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.screenshot(path=pictures / "ask-print.png", full_page=True)
