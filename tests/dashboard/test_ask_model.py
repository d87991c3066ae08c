"""The page with answers of a model: its steps, what was struck, its key, and its refusals."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboard.answers import EVIDENCE, ITEM, UNDERSTOOD, answer, asked, working
from tests.dashboard.conftest import Product, Visit, Visitor, product_in
from tests.dashboard.test_every_view import each_look, is_too_wide, rules_of, violations
from tests.dashboard.test_hostile_text import TEXTS, expect_harmless, watch
from tests.fixtures.model_server import Answer, Request, Says, model_server_in_thread

CANNOT = "It isn't a usual question. POST /api/v1/ask/model, with a key, can try it."
UNANSWERED = "What is the meaning of it all?"
KEY = "the-key"

INVENTED = "Cursor has 987,654 mentions."


def reply(request: Request) -> Answer:
    """Read the sentiment of Cursor, then say its true number of mentions and an invented one."""
    read = [each["content"] for each in request["messages"] if each["role"] == "tool"]
    if not read:
        return Says(calls=[("sentiment", json.dumps({"scope": "subject:cursor", "hours": 168}))])
    total = re.search(r'"total":\s*(\d+)', read[0])
    assert total, read[0]
    texts = (f"Cursor has {int(total[1]):,} mentions.", INVENTED)
    said = [{"text": each, "evidence": [1], "items": []} for each in texts]
    return Says(json.dumps({"sentences": said}))


@pytest.fixture(scope="module")
def with_model(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start the product with a model, which says something true and something invented."""
    with model_server_in_thread(reply) as model:
        folder = tmp_path_factory.mktemp("model")
        with product_in(folder, collected, **model.environ) as product:
            yield product


def test_a_model_answers_what_the_parser_cannot(visitor: Visitor, with_model: Product) -> None:
    visit = visitor(with_model.url)
    page = visit.open(view="ask", question=UNANSWERED)
    page.get_by_role("button", name="Ask the model").click()
    expect(page.locator(".ask-sentence")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?view=ask&id=[0-9a-f]{32}$"))
    found = with_model.get(f"ask/{page.url.split('id=')[1]}")
    read = with_model.host.http.get(found["evidence"][0]["request"]).json()
    total = read["statistics"]["total"]
    expect(page.locator(".ask-sentence")).to_contain_text(f"Cursor has {total:,} mentions.")
    expect(page.locator(".ask-struck li").first).to_contain_text("A figure: ")
    expect(page.locator("#app")).not_to_contain_text("987,654")
    page.get_by_text("What the model did").click()
    expect(page.locator(".ask-steps li")).to_have_count(len(found["steps"]))
    page.reload()
    expect(page.locator(".ask-sentence")).to_contain_text(f"{total:,}")
    expect(page.get_by_label("Your question")).to_have_value(UNANSWERED)


def answers_in_turn(page: Page, answers: Sequence[dict[str, Any]]) -> None:
    """Answer reads of a model's answer one after the other; the last one stays."""
    left = list(answers)
    page.route(
        "**/api/v1/ask/a1",
        lambda route: route.fulfill(json=left.pop(0) if len(left) > 1 else left[0]),
    )


def parser_cannot(page: Page) -> None:
    """Let the parser understand nothing of what is asked."""
    cannot: dict[str, object] = {
        "answered_by": "parser",
        "id": None,
        "answer": [],
        "evidence": [],
        "items": [],
    }

    def refuse(route: Route) -> None:
        question = asked(route)
        route.fulfill(json=answer(question=question, cannot=[CANNOT], **cannot))

    page.route("**/api/v1/ask", refuse)


def test_a_models_steps_are_followed_to_its_answer(visit: Visit) -> None:
    struck = [{"what": "figure", "why": "no tool has answered 93%"}]
    steps = ["Lists the subjects", "Reads the sentiment of Cursor"]
    done = answer(struck=struck, steps=working(*steps)["steps"])
    answers_in_turn(visit.page, [working(steps[0]), working(*steps), done])
    page = visit.open(view="ask", id="a1")
    shown = page.locator("#ask-answer")
    expect(shown.locator(".ask-steps li")).to_have_text([re.compile(steps[0])])
    expect(shown).to_have_attribute("aria-busy", "true")
    expect(shown.locator(".ask-steps li")).to_have_text([re.compile(each) for each in steps])
    expect(shown.locator(".ask-first")).to_have_text("They say that it is slow. 1.1")
    expect(shown).to_have_attribute("aria-busy", "false")
    expect(shown.locator(".ask-struck li")).to_have_text("A figure: no tool has answered 93%")
    expect(page.locator(".ask-steps")).to_be_hidden()
    page.get_by_text("What the model did").click()
    expect(shown.locator(".ask-steps li")).to_have_count(2)
    source = shown.get_by_role("link", name="at its source")
    expect(source).to_have_attribute("href", "https://example.org/p1")


def test_a_model_is_asked_with_the_key_and_its_answer_has_an_address(visit: Visit) -> None:
    page = visit.page
    sent: list[tuple[str | None, Any]] = []

    def accept(route: Route) -> None:
        key = route.request.headers.get("x-functions-key")
        sent.append((key, route.request.post_data_json))
        if key != KEY:
            route.fulfill(status=401)
            return
        route.fulfill(status=202, json=working(), headers={"Location": "/api/v1/ask/a1"})

    parser_cannot(page)
    answers_in_turn(page, [working("Lists the subjects"), answer(question=UNANSWERED)])
    page.route("**/api/v1/ask/model", accept)
    visit.open(view="ask", question=UNANSWERED)
    expect(page.locator(".ask-cannot li")).to_have_text(CANNOT)
    page.get_by_role("button", name="Ask the model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Function key").fill(KEY)
    dialog.get_by_role("button", name="Ask the model").click()
    expect(page.locator(".ask-first")).to_contain_text("They say that it is slow.")
    expect(page).to_have_url(f"{visit.base}/?view=ask&id=a1")
    expect(page.get_by_label("Your question")).to_have_value(UNANSWERED)
    body = {"question": UNANSWERED, "at": answer()["at"]}
    assert sent == [(None, body), (KEY, body)]
    page.go_back()
    expect(page.locator(".ask-cannot")).to_be_visible()
    page.go_forward()
    expect(page.locator(".ask-first")).to_be_visible()
    # The browser reports the refusal that the dialog answers.
    visit.complaints.clear()


def test_a_model_that_refuses_says_why_and_is_not_asked_again(visit: Visit) -> None:
    page = visit.page
    tries: list[str] = []

    def refuse(route: Route) -> None:
        tries.append(route.request.url)
        problem = {"status": 429, "detail": "The tokens of today are spent."}
        route.fulfill(status=429, json=problem, headers={"Retry-After": "1"})

    parser_cannot(page)
    page.route("**/api/v1/ask/model", refuse)
    visit.open(view="ask", question=UNANSWERED)
    page.get_by_role("button", name="Ask the model").click()
    expect(page.get_by_role("alert")).to_have_text("The tokens of today are spent.")
    # Longer than what the server asks to wait.
    page.wait_for_timeout(1_500)
    assert len(tries) == 1
    page.get_by_label("Your question").fill("Another?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    visit.complaints.clear()


def test_an_answer_that_is_gone_says_so(visit: Visit) -> None:
    page = visit.open(view="ask", id="gone")
    expect(page.get_by_role("alert")).to_be_visible()
    visit.complaints.clear()


@pytest.mark.parametrize("name", ["script", "image", "rtl", "long", "markdown"])
def test_what_a_model_says_stays_text(visit: Visit, name: str) -> None:
    text = TEXTS[name][:2_000]
    said = answer(
        question=text[:500],
        understood={**UNDERSTOOD, "sentence": text},
        answer=[{"text": text, "evidence": [1], "items": ["p1"]}],
        cannot=[text],
        evidence=[{**EVIDENCE, "title": text, "request": "javascript:run()", "page": "?" + text}],
        items=[{**ITEM, "text": text, "permalink": "javascript:run()"}],
        struck=[{"what": "quote", "why": text}],
        steps=[{"at": ITEM["created_utc"], "text": text}],
    )
    done = watch(visit)
    answers_in_turn(visit.page, [said])
    page = visit.open(view="ask", id="a1")
    expect(page.locator(".ask-first")).to_contain_text(text.split("\n")[0][:60])
    for width in (360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        expect_harmless(page, done)


def test_a_models_answer_is_accessible_and_fits(
    visit: Visit, axe_source: str, pictures: Path
) -> None:
    steps = working("Lists the subjects", "Reads the sentiment of Cursor")
    struck = [{"what": "quote", "why": "no item has these words"}]
    done = answer(struck=struck, cannot=["Prices aren't known."], steps=steps["steps"])
    shown = steps
    visit.page.route("**/api/v1/ask/a1", lambda route: route.fulfill(json=shown))
    for name, each in {"working": steps, "done": done}.items():
        shown = each
        visit.open(view="ask", id="a1")
        expect(visit.page.locator("#ask-answer")).to_be_visible()
        for look in each_look(visit):
            visit.page.screenshot(path=pictures / f"ask-{name}-{look}.png", full_page=True)
            assert not is_too_wide(visit)
            assert violations(visit, axe_source, rules_of(look)) == []


def test_reduced_motion_stills_a_working_model(visit: Visit) -> None:
    page = visit.page
    page.emulate_media(reduced_motion="reduce")
    page.route("**/api/v1/ask/a1", lambda route: route.fulfill(json=working()))
    visit.open(view="ask", id="a1")
    dot = page.locator(".ask-working .dot")
    expect(dot).to_have_css("animation-name", "none")
