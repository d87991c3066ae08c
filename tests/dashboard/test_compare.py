"""Compare: two to five subjects and communities in one chart, with their figures side by side."""

import re
from math import hypot, sqrt

from playwright.sync_api import Locator, Page, expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit
from tests.dashboard.expected import PAGE, Answer, expect_address, expect_posts, expect_rows

FIVE = ["Cursor", "claude", "OpenAI", "windsurf", "aws"]
COLUMNS = ["Name", "Average", "Items", "Posts", "Comments", "Positive", "Neutral", "Negative"]


def chosen_in(page: Page) -> Locator:
    return page.get_by_role("checkbox", checked=True)


def box_of(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"r/{name}", exact=True)


def legend_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Average sentiment").get_by_role("listitem")


def chart_of(page: Page) -> Locator:
    return page.get_by_role("application", name=re.compile("^Average sentiment over "))


def expect_chosen(page: Page, product: Product, names: list[str]) -> None:
    """Expect these communities in the choice, the chart, the table and the address."""
    known = product.get("subreddits")["subreddits"]
    expect(page.get_by_role("group", name=f"({len(names)} chosen)")).to_be_visible()
    for name in known:
        expect(box_of(page, name)).to_be_checked(checked=name in names)
    if len(names) > 1:
        expect(legend_of(page)).to_have_text([f"r/{name}" for name in names])
        expect(page.get_by_role("rowheader")).to_have_text([f"r/{name}" for name in names])


def expect_first_choice(page: Page, product: Product) -> None:
    """Expect the first three subjects: own ones, then competitors by their mentions."""
    subjects = product.get("subjects", until="collected", **expected.RHYTHM)["subjects"][:3]
    assert all(each["mentions"] for each in subjects)
    names = [each["name"] for each in subjects]
    expect(chosen_in(page)).to_have_count(3)
    for name in names:
        expect(page.get_by_role("checkbox", name=name, exact=True)).to_be_checked()
    expect(legend_of(page)).to_have_text(names)
    expect(page.get_by_role("rowheader")).to_have_text(names)


def compare_address(product: Product, names: list[str]) -> str:
    return f"{product.url}/?view=compare&compare={','.join(names)}"


# The choice


def test_it_begins_with_the_first_three_subjects(visit: Visit, product: Product) -> None:
    page = visit.open()
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Compare").click()
    expect(page).to_have_url(f"{product.url}/?view=compare")
    expect_first_choice(page, product)


def test_the_address_holds_the_choice_and_back_and_forward_change_it(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="compare", compare="claude,OpenAI")
    expect_chosen(page, product, ["claude", "OpenAI"])
    box_of(page, "aws").check()
    expect(page).to_have_url(compare_address(product, ["claude", "OpenAI", "aws"]))
    expect_chosen(page, product, ["claude", "OpenAI", "aws"])
    box_of(page, "claude").uncheck()
    expect(page).to_have_url(compare_address(product, ["OpenAI", "aws"]))
    expect_chosen(page, product, ["OpenAI", "aws"])
    page.go_back()
    expect_chosen(page, product, ["claude", "OpenAI", "aws"])
    page.go_back()
    expect_chosen(page, product, ["claude", "OpenAI"])
    page.go_forward()
    expect_chosen(page, product, ["claude", "OpenAI", "aws"])


def test_no_more_than_five_can_be_chosen(visit: Visit, product: Product) -> None:
    page = visit.open(view="compare", compare=",".join(FIVE[:4]))
    expect(page.get_by_role("checkbox", disabled=True)).to_have_count(0)
    box_of(page, FIVE[4]).check()
    expect_chosen(page, product, FIVE)
    for name in product.get("subreddits")["subreddits"]:
        expect(box_of(page, name)).to_be_enabled(enabled=name in FIVE)
    box_of(page, FIVE[0]).uncheck()
    expect_chosen(page, product, FIVE[1:])
    expect(page.get_by_role("checkbox", disabled=True)).to_have_count(0)


def test_one_alone_is_too_few(visit: Visit, product: Product) -> None:
    page = visit.open(view="compare", compare="claude,OpenAI")
    box_of(page, "OpenAI").uncheck()
    expect(page.get_by_text("Choose two at least.")).to_be_visible()
    expect(chart_of(page)).to_have_count(0)
    # Without any choice, the first subjects would be shown.
    expect(box_of(page, "claude")).to_be_disabled()
    box_of(page, "aws").check()
    expect_chosen(page, product, ["claude", "aws"])
    expect(box_of(page, "claude")).to_be_enabled()


def test_a_community_named_twice_counts_once(visit: Visit, product: Product) -> None:
    page = visit.open(view="compare", compare="claude,aws,CLAUDE")
    expect_chosen(page, product, ["claude", "aws"])


def test_an_unknown_community_is_named_and_one_can_begin_anew(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="compare", compare="claude,nobody")
    expect(page.get_by_role("alert")).to_contain_text("'nobody' isn't watched")
    # Chromium itself reports a 404.
    visit.complaints.clear()
    page.get_by_role("link", name="Begin anew").click()
    expect_first_choice(page, product)


def test_subjects_and_communities_are_compared_together(visit: Visit, product: Product) -> None:
    page = visit.open(view="compare", compare="subject:cursor,Cursor")
    expect(legend_of(page)).to_have_text(["Cursor", "r/Cursor"])
    page.get_by_role("checkbox", name="Claude", exact=True).check()
    scopes = "subject:cursor,Cursor,subject:claude"
    expect(page).to_have_url(compare_address(product, scopes.split(",")))
    expect(legend_of(page)).to_have_text(["Cursor", "r/Cursor", "Claude"])
    asked = {"scopes": scopes, "until": "collected", "hours": 24, **expected.RHYTHM}
    found = product.get("sentiment/compare", **asked)["subreddits"]
    rows = page.get_by_role("region", name="Figures").get_by_role("row").all()[1:]
    for row, told in zip(rows, found, strict=True):
        for cell, text in zip(row.get_by_role("cell").all(), cells_of(told), strict=True):
            expect(cell).to_have_accessible_name(text)


def test_the_counts_of_a_subject_lead_to_its_mentions(visit: Visit, product: Product) -> None:
    page = visit.open(view="compare", compare="subject:cursor,claude")
    row = page.get_by_role("row", name="Cursor")
    for column, kind in ((1, None), (2, "post"), (3, "comment")):
        link = row.get_by_role("cell").nth(column).get_by_role("link")
        count = int(link.inner_text().replace(",", ""))
        link.click()
        only = {"kind": kind} if kind else {}
        found = product.get("subjects/cursor/mentions", hours=24, limit=500, **only)
        assert len(found) == count
        expect(page.get_by_role("heading", level=1)).to_have_text("Mentions of Cursor")
        rows = page.get_by_role("list", name="Mentions, newest first").locator("a[data-post]")
        expect_rows(rows, found[:PAGE])
        page.go_back()
    row.get_by_role("rowheader").get_by_role("link").click()
    expect(page).to_have_url(f"{product.url}/?subject=cursor&compare=subject:cursor,claude")


# The chart


def expect_readout(page: Page, names: list[str], steps: list[Answer]) -> None:
    readout = page.get_by_role("region", name="Average sentiment").locator("[aria-live]")
    values = ", ".join(
        f"r/{name} {expected.mean(step)}" for name, step in zip(names, steps, strict=True)
    )
    when = expected.when(steps[0])
    expect(readout).to_have_text(re.compile(f"^{when}(, so far)?: {re.escape(values)}$"))
    for line, name, step in zip(legend_of(page).all(), names, steps, strict=True):
        expect(line).to_contain_text(f"r/{name}")
        expect(line).to_contain_text(expected.score(step["avg_sentiment"]))
        expect(line).to_contain_text(expected.plural(step["total"], "item"))


def test_a_step_under_the_mouse_is_read_out_for_each(visit: Visit, product: Product) -> None:
    trends = expected.trends(product, FIVE)
    page = visit.load(view="compare", compare=",".join(FIVE))
    plot = chart_of(page).locator(".u-over")
    for step in (0, 5, len(trends[0]) - 1):
        box = plot.bounding_box()
        assert box
        x = box["width"] * (step + 0.5) / len(trends[0])
        plot.hover(position={"x": x, "y": box["height"] / 2})
        expect_readout(page, FIVE, [trend[step] for trend in trends])
    page.get_by_role("heading", level=1).hover()
    expect(legend_of(page)).to_have_text([f"r/{name}" for name in FIVE])


def test_the_chart_is_read_by_keyboard(visit: Visit, product: Product) -> None:
    names = ["claude", "programming"]
    trends = expected.trends(product, names, hours=168)
    last = len(trends[0]) - 1
    page = visit.open(view="compare", hours=168, compare=",".join(names))
    chart = chart_of(page)
    chart.focus()
    for key, step in (
        ("ArrowLeft", last),
        ("ArrowLeft", last - 1),
        ("Home", 0),
        ("ArrowRight", 1),
        ("End", last),
    ):
        chart.press(key)
        expect_readout(page, names, [trend[step] for trend in trends])
    chart.press("Escape")
    expect(legend_of(page)).to_have_text([f"r/{name}" for name in names])


def test_the_chart_says_its_means(visit: Visit, product: Product) -> None:
    names = ["claude", "aws"]
    page = visit.open(view="compare", compare=",".join(names))
    means = ", ".join(
        f"r/{each['subreddit']} {expected.score(each['statistics']['avg_sentiment'])}"
        for each in expected.compare(product, names, hours=24)
    )
    chart = page.get_by_role("application", name=f"Average sentiment over 24 hours: {means}. ")
    expect(chart).to_be_visible()


# The figures


def share_error(totals: Answer, label: str) -> float:
    """Return the standard error of a label's share: by threads, or else of independent items."""
    items = expected.counted(totals)
    share = totals[label] / items
    by_thread = (totals["shares"] or {}).get(label, {}).get("stderr")
    return sqrt(share * (1 - share) / items) if by_thread is None else float(by_thread)


def cells_of(told: Answer) -> list[str]:
    """Return a row of the table: each figure, with its difference if that is shown."""
    stats, by = told["statistics"], told["change"]
    compares = expected.is_comparable(told)

    def cell(figure: str, change: float | None) -> str:
        if not compares or change is None:
            return figure
        return f"{figure} {expected.change(change, 0)}"

    def points(label: str) -> float | None:
        """Return the change of a share in points, if chance doesn't explain it."""
        items = [expected.counted(by[side]) for side in ("statistics", "previous")]
        if expected.moved(told) is None or min(items) < 30:
            return None
        now, then = by["statistics"][label] / items[0], by["previous"][label] / items[1]
        error = hypot(share_error(by["statistics"], label), share_error(by["previous"], label))
        return 100 * (now - then) if abs(now - then) > 2 * error else None

    average = expected.score(stats["avg_sentiment"])
    return [
        f"{average} {expected.mean_change(told)} {expected.span_needed(told)}".rstrip(),
        *(
            cell(f"{stats[name]:,}", expected.more(told, name))
            for name in ("total", "posts", "comments")
        ),
        *(
            cell(expected.share(stats[label], expected.counted(stats)), points(label))
            for label in expected.LABELS
        ),
    ]


def expect_table(page: Page, found: list[Answer]) -> None:
    table = page.get_by_role("region", name="Figures").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(COLUMNS)
    for row, told in zip(table.get_by_role("row").all()[1:], found, strict=True):
        expect(row.get_by_role("rowheader")).to_have_text(f"r/{told['subreddit']}")
        for cell, text in zip(row.get_by_role("cell").all(), cells_of(told), strict=True):
            expect(cell).to_have_accessible_name(text)


def test_the_table_has_the_figures_and_differences_of_the_api(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="compare", compare=",".join(FIVE))
    expect(legend_of(page)).to_have_count(len(FIVE))
    expect_table(page, expected.compare(product, FIVE, hours=24))


def test_without_earlier_data_the_table_has_no_differences(visit: Visit, product: Product) -> None:
    names = ["claude", "OpenAI"]
    found = expected.compare(product, names, hours=2160)
    assert not any(map(expected.is_comparable, found))
    page = visit.open(view="compare", compare=",".join(names))
    expect(legend_of(page)).to_have_count(len(names))
    page.get_by_role("button", name="90 days").click()
    expect(page).to_have_url(f"{product.url}/?view=compare&hours=2160&compare=claude,OpenAI")
    expect(page.get_by_text("with the difference to the 90 days before")).to_be_visible()
    expect_table(page, found)


def test_figures_lead_to_their_posts(visit: Visit, product: Product) -> None:
    names = ["claude", "programming"]
    choice = {"compare": ",".join(names)}
    page = visit.open(view="compare", **choice)
    row = page.get_by_role("row", name="r/programming")
    for column, kind, label in (
        (1, "items", None),
        (2, None, None),
        (3, "comments", None),
        (4, "items", "positive"),
        (6, "items", "negative"),
    ):
        row.get_by_role("cell").nth(column).get_by_role("link").click()
        which = {"subreddit": "programming"}
        narrowed = {"sentiment": label} if label else {}
        listed = {"kind": kind} if kind else {}
        expect_address(page, product, **which, **choice, **listed, **narrowed)
        expect_posts(page, product, kind=kind, hours=24, **which, **narrowed)
        page.go_back()
    row.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("r/programming")


def test_each_heading_stands_above_its_figures(visit: Visit) -> None:
    page = visit.open(view="compare", hours=168, compare="claude,Cursor")
    table = page.get_by_role("region", name="Figures", exact=True).get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)
    edges: list[list[float]] = table.evaluate(
        """(table) => [...table.rows].map((row) => [...row.cells].slice(1).map((cell) => {
          const { right } = cell.getBoundingClientRect();
          return right - parseFloat(getComputedStyle(cell).paddingRight);
        }))"""
    )
    assert edges[0] == edges[1] == edges[2]
