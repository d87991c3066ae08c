"""The first view: the subjects, own ones first, with the figures of the API."""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit, product_in
from tests.dashboard.expected import Answer, expect_rows
from tests.dashboard.test_every_view import each_look, is_too_wide

OWN, TOPIC = "cursor", "windsurf"


def give_role(product: Product, subject: str, role: str) -> None:
    """Give a subject of the watchlist another role."""
    answer = product.host.http.get("/api/v1/watchlist")
    (rules,) = (each for each in answer.json()["subjects"] if each["id"] == subject)
    body = {name: value for name, value in rules.items() if name != "id"} | {"role": role}
    changed = product.host.http.put(
        f"/api/v1/subjects/{subject}", json=body, headers={"If-Match": answer.headers["ETag"]}
    )
    assert changed.is_success, changed.text


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start a product with an own subject and a topic."""
    with product_in(tmp_path_factory.mktemp("subjects"), collected) as product:
        give_role(product, OWN, "own")
        give_role(product, TOPIC, "topic")
        yield product


def subjects_of(product: Product, hours: int = 24) -> Answer:
    found: Answer = product.get("subjects", hours=hours, until="collected", **expected.RHYTHM)
    return found


def of_role(found: Answer, role: str) -> list[Answer]:
    return [each for each in found["subjects"] if each["role"] == role and each["mentions"]]


def sentence(subject: Answer, window: str = "24 hours") -> re.Pattern[str]:
    """Return a pattern of the sentence about a subject that has mentions."""
    if expected.counted(subject["statistics"]) < 30:
        return re.compile(f"^Too few to name a mood: .* in the last {window}, of 30 at least")
    return re.compile(rf"^The mood around {subject['name']} is (positive|mixed|negative)[.,]")


def part(value: float) -> str:
    return "<1%" if 0 < value < 0.005 else f"{int(100 * value + 0.5)}%"


def row_of(page: Page, subject: Answer) -> Locator:
    name = page.get_by_role("heading", name=subject["name"], exact=True)
    return page.locator(".subject-row").filter(has=name)


def expect_figures(place: Locator, subject: Answer) -> None:
    """Expect the figures that cards and rows have."""
    statistics = subject["statistics"]
    expect(place).to_contain_text(expected.score(statistics["avg_sentiment"]))
    if statistics["interval"] is not None:
        expect(place).to_contain_text(expected.margin(statistics))
    if statistics["few"] and statistics["total"]:
        expect(place).to_contain_text("few items")
    expect(place).to_contain_text(f"{subject['mentions']:,}")
    if subject["share"] is not None:
        expect(place).to_contain_text(part(subject["share"]))
    top = subject["top_community"]
    expect(place.get_by_role("link", name=f"r/{top['community']}", exact=True)).to_be_visible()
    expect(place).to_contain_text(part(top["share"]))
    trend = place.get_by_role("img", name=f"{subject['name']} over ")
    mean = expected.score(statistics["avg_sentiment"])
    expect(trend).to_have_accessible_name(
        f"{subject['name']} over 24 hours: "
        f"{expected.plural(subject['mentions'], 'mention')}, {mean} on average"
    )


def course_of(page: Page, subject: Answer) -> Locator:
    return page.get_by_role("application", name=re.compile(f"^{subject['name']} over "))


def step_text(step: Answer) -> str:
    mentions = expected.plural(step["total"], "mention")
    if step["avg_sentiment"] is None:
        return f": {mentions}"
    return f": {mentions}, {expected.mean(step)}"


def test_keys_read_steps_and_spans_of_a_small_chart(visit: Visit, product: Product) -> None:
    (subject,) = of_role(subjects_of(product), "own")
    chart = course_of(visit.open(), subject)
    readout = chart.locator(".small-readout")
    expect(readout).to_be_hidden()
    chart.press("End")
    expect(readout).to_contain_text(f", so far{step_text(subject['trend_data'][-1])}")
    chart.press("ArrowLeft")
    expect(readout).to_contain_text(step_text(subject["trend_data"][-2]))
    for _ in range(5):
        chart.press("Shift+ArrowLeft")
    first, last = (subject["trend_data"][at]["start"] for at in (-7, -1))
    asked = {"subject": subject["id"], "start": first, "end": last}
    told = product.get("sentiment/stats", **asked)["statistics"]
    expect(readout).to_contain_text(expected.plural(told["total"], "mention"))
    expect(readout).to_contain_text(expected.score(told["avg_sentiment"]))
    expect(readout).to_contain_text(expected.margin(told))
    chart.press("Escape")
    expect(readout).to_be_hidden()


def test_a_drag_reads_a_span_of_a_small_chart_out(visit: Visit, product: Product) -> None:
    (subject,) = of_role(subjects_of(product), "own")
    page = visit.load()
    chart = course_of(page, subject)
    readout = chart.locator(".small-readout")
    box = chart.bounding_box()
    assert box
    width, y = box["width"] / len(subject["trend_data"]), box["y"] + box["height"] / 2
    middles = [box["x"] + (at + 0.5) * width for at in range(len(subject["trend_data"]))]
    page.mouse.move(middles[3], y)
    expect(readout).to_contain_text(step_text(subject["trend_data"][3]))
    page.mouse.down()
    page.mouse.move(middles[12], y)
    mentions = sum(step["total"] for step in subject["trend_data"][3:13])
    expect(readout).to_contain_text(expected.plural(mentions, "mention"))
    page.mouse.up()
    start, end = (subject["trend_data"][at]["start"] for at in (3, 13))
    told = product.get("sentiment/stats", subject=subject["id"], start=start, end=end)["statistics"]
    assert told["total"] == mentions
    expect(readout).to_contain_text(expected.margin(told))
    # Its place is over the page: nothing moves.
    assert chart.bounding_box() == box
    page.mouse.move(0, 0)
    expect(readout).to_contain_text(expected.margin(told))
    page.mouse.click(box["x"] - 40, 5)
    expect(readout).to_be_hidden()


def test_small_charts_fade_few_items_and_dash_the_running_step(
    visit: Visit, product: Product
) -> None:
    found = subjects_of(product)
    page = visit.open()
    for subject in found["subjects"]:
        if not subject["mentions"]:
            continue
        steps = subject["trend_data"]
        *whole, running = steps
        count = {
            "band": sum(
                len(run) > 1 for run in runs_of([step["interval"] is not None for step in whole])
            ),
            "few-items": sum(
                one["avg_sentiment"] is not None
                and other["avg_sentiment"] is not None
                and (one["few"] or other["few"])
                for one, other in pairwise(whole)
            ),
            "ring": int(running["avg_sentiment"] is not None),
        }
        chart = course_of(page, subject)
        for name, number in count.items():
            path = chart.locator(f"path.{name}").first.get_attribute("d") or ""
            assert path.count("M") == number, (subject["name"], name)


def runs_of(flags: list[bool]) -> list[list[bool]]:
    """Return the runs of true flags."""
    return [list(run) for is_true, run in groupby(flags) if is_true]


def test_own_subjects_stand_first_then_competitors_then_topics(
    visit: Visit, product: Product
) -> None:
    found = subjects_of(product)
    page = visit.open()
    regions = page.get_by_role("main").get_by_role("region").filter(has=page.locator("h2"))
    expect(regions.get_by_role("heading", level=2)).to_have_text(
        ["Cursor", "Competitors", "Topics"]
    )
    for name, role in (("Competitors", "competitor"), ("Topics", "topic")):
        rows = page.get_by_role("region", name=name).get_by_role("heading", level=3)
        expect(rows).to_have_text([each["name"] for each in of_role(found, role)])


def test_each_has_a_sentence_and_the_figures_of_the_api(visit: Visit, product: Product) -> None:
    found = subjects_of(product)
    page = visit.open()
    (own,) = of_role(found, "own")
    card = page.get_by_role("region", name=own["name"], exact=True)
    expect(card.locator(".headline")).to_have_text(sentence(own))
    expect_figures(card, own)
    for label in expected.LABELS:
        expect(card.get_by_role("link", name=label)).to_contain_text(
            f"{own['statistics'][label]:,}"
        )
    for role in ("competitor", "topic"):
        for subject in of_role(found, role):
            row = row_of(page, subject)
            expect(row.locator(".subject-words p")).to_have_text(sentence(subject))
            expect_figures(row, subject)


def test_those_that_nobody_mentioned_are_named_together(visit: Visit, product: Product) -> None:
    silent = [each["name"] for each in subjects_of(product)["subjects"] if not each["mentions"]]
    assert len(silent) > 3
    page = visit.open()
    line = page.get_by_text("Nobody mentioned ").locator("..").locator(".silent")
    expect(line.get_by_role("link")).to_have_text(silent)


def test_the_window_changes_the_figures_and_the_address(visit: Visit, product: Product) -> None:
    page = visit.open()
    page.get_by_role("button", name="7 days").click()
    expect(page).to_have_url(f"{product.url}/?hours=168")
    for subject in of_role(subjects_of(product, 168), "competitor"):
        expect(row_of(page, subject)).to_contain_text(f"{subject['mentions']:,}")
    page.go_back()
    expect(page.get_by_role("button", pressed=True)).to_have_text("24 hours")


def test_a_name_leads_to_the_subject_and_a_count_to_its_mentions(
    visit: Visit, product: Product
) -> None:
    subject = of_role(subjects_of(product), "competitor")[0]
    page = visit.open()
    row = row_of(page, subject)
    row.get_by_role("link", name=subject["name"], exact=True).click()
    expect(page).to_have_url(f"{product.url}/?subject={subject['id']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(subject["name"])
    page.go_back()
    row.get_by_role("link", name=str(subject["mentions"]), exact=True).click()
    expect(page).to_have_url(f"{product.url}/?view=posts&subject={subject['id']}")
    page.go_back()
    top = subject["top_community"]
    row.get_by_role("link", name=f"r/{top['community']}").click()
    expect(page).to_have_url(
        f"{product.url}/?view=posts&subject={subject['id']}&subreddit={top['community']}"
    )
    rows = page.get_by_role("list", name="Mentions, newest first").locator("a[data-post]")
    mentions = product.get(
        f"subjects/{subject['id']}/mentions", subreddit=top["community"], limit=50
    )
    expect_rows(rows, mentions)


def test_what_the_figures_mean_is_one_tap_away(visit: Visit) -> None:
    page = visit.open()
    page.get_by_text("What the figures mean").click()
    for words in (
        "names it (by name)",
        "(in its thread)",
        "(in its home)",
        "whole text in its thread",
        "76 times in 100",
        "66 times on sentences",
    ):
        expect(page.get_by_text(words)).to_be_visible()


def test_all_of_it_is_reached_by_keyboard(visit: Visit, product: Product) -> None:
    found = subjects_of(product)
    names = [each["name"] for each in (*of_role(found, "own"), *of_role(found, "competitor"))]
    page = visit.open()
    expect(row_of(page, of_role(found, "competitor")[0])).to_be_visible()
    focused = []
    for _ in range(90):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.innerText"))
    assert [name for name in focused if name in names] == names


def test_while_rules_are_matched_again_it_says_so(visit: Visit, product: Product) -> None:
    answer = subjects_of(product)
    changed = of_role(answer, "competitor")[0]
    changed["rematching"] = answer["rematching"] = True
    visit.page.route("**/api/v1/subjects?**", lambda route: route.fulfill(json=answer))
    page = visit.open()
    note = page.get_by_text(f"The rules of {changed['name']} have changed.")
    expect(note).to_be_visible()
    expect(page.get_by_text("being matched again", exact=True)).to_have_count(1)
    expect(row_of(page, changed)).to_contain_text("being matched again")
    page.get_by_role("link", name="See how far it has come").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Collection")


def test_figures_fill_in_while_rules_are_matched_again(visit: Visit, product: Product) -> None:
    before, after = subjects_of(product), subjects_of(product)
    changed = of_role(before, "competitor")[0]
    changed.update(mentions=3, rematching=True)
    answers = [before]
    visit.page.route("**/api/v1/subjects?**", lambda route: route.fulfill(json=answers[-1]))
    page = visit.open()
    expect(row_of(page, changed).get_by_role("link", name="3", exact=True)).to_be_visible()
    answers.append(after)
    full = of_role(after, "competitor")[0]["mentions"]
    expect(row_of(page, changed).get_by_role("link", name=str(full), exact=True)).to_be_visible()
    expect(page.get_by_text("have changed.")).to_have_count(0)


def test_where_there_are_no_subjects_it_says_what_to_do(visit: Visit, product: Product) -> None:
    answer = {**subjects_of(product), "subjects": [], "set": [], "base": 0}
    visit.page.route("**/api/v1/subjects?**", lambda route: route.fulfill(json=answer))
    page = visit.open()
    expect(page.get_by_text("No subjects are watched.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Watchlist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Watchlist")


def test_where_nobody_mentioned_any_it_says_what_to_do(visit: Visit, product: Product) -> None:
    answer = subjects_of(product)
    for each in answer["subjects"]:
        each.update(mentions=0, share=None, top_community=None)
        each["statistics"] = dict.fromkeys(each["statistics"], 0) | {
            "avg_sentiment": None,
            "stderr": None,
            "interval": None,
            "few": True,
        }
    visit.page.route("**/api/v1/subjects?**", lambda route: route.fulfill(json=answer))
    page = visit.open()
    expect(page.get_by_text("Nobody mentioned any of them in the last 24 hours.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="communities").click()
    expect(page).to_have_url(f"{product.url}/?view=communities")


def test_an_error_is_told_and_asked_again(visit: Visit) -> None:
    failing: list[bool] = [True]

    def answer(route: Route) -> None:
        if failing:
            route.fulfill(status=503, json={"detail": "The database doesn't answer."})
        else:
            route.continue_()

    visit.page.route("**/api/v1/subjects?**", answer)
    page = visit.open()
    alert = page.get_by_role("main").get_by_role("alert").filter(has_text="database doesn't answer")
    expect(alert.first).to_be_visible()
    again = page.get_by_role("main").get_by_role("button", name="Try again now").first
    # It asks again by itself too.
    with page.expect_request("**/api/v1/subjects?**"):
        again.dispatch_event("click")
    failing.clear()
    expect(page.get_by_role("region", name="Competitors")).to_be_visible(timeout=60_000)
    visit.complaints.clear()


def test_with_an_own_subject_it_fits(visit: Visit, pictures: Path) -> None:
    page = visit.open()
    expect(page.get_by_role("region", name="Cursor", exact=True)).to_be_visible()
    for shown in each_look(visit, {"360": 360, "1440": 1440}):
        page.screenshot(path=pictures / f"own-{shown}.png", full_page=True)
        assert not is_too_wide(visit)
