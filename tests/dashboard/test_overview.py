"""The overview: its figures are the API's, and each links to its posts."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.dashboard.expected import Answer, expect_address, expect_posts

WINDOWS = {24: "24 hours", 168: "7 days", 720: "30 days", 2160: "90 days"}
HINT = "Drag over a span to read it; click a point for its posts"


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def compared(product: Product, scope: str = "all", hours: int = 24) -> Answer:
    [found] = expected.compare(product, [scope], hours=hours)
    return found


def steps_of(product: Product, hours: int = 24) -> list[Answer]:
    [steps] = expected.trends(product, ["all"], hours=hours)
    return steps


def expect_figures(page: Page, told: Answer) -> None:
    now = region(page, "Now")
    stats, before, more = told["statistics"], told["change"]["previous"], expected.more(told)
    average = now.get_by_text("Average sentiment").locator("..")
    volume = now.get_by_text("Posts and comments").locator("..")
    expect(average.get_by_role("link")).to_have_text(expected.score(stats["avg_sentiment"]))
    expect(average).to_contain_text(expected.mean_change(told))
    expect(volume.get_by_role("link")).to_have_text(f"{stats['total']:,}")
    expect(volume).to_contain_text(
        f"{expected.plural(stats['posts'], 'post')}, "
        f"{expected.plural(stats['comments'], 'comment')}"
    )
    if expected.is_comparable(told):
        percent = expected.signed(100 * more / before["total"])
        expect(volume).to_contain_text(f"{expected.change(more, 0)} ({percent}%)")
    else:
        expect(volume).to_contain_text("no earlier data")
    expect(now.get_by_role("img", name=expected.split(stats), exact=True)).to_be_visible()
    for label in expected.LABELS:
        expect(now.get_by_role("link", name=label)).to_have_text(
            f"{expected.share(stats[label], stats['total'])}{expected.share_margin(stats, label)} "
            f"{label} · {stats[label]:,}"
        )


# Now


def test_the_figures_are_those_of_the_api(visit: Visit, product: Product) -> None:
    told = compared(product)
    assert expected.is_comparable(told)
    expect_figures(visit.open(view="communities"), told)


@pytest.mark.parametrize("name", ["Average sentiment", "Posts and comments"])
def test_the_average_and_the_volume_lead_to_the_posts_of_the_window(
    visit: Visit, product: Product, name: str
) -> None:
    page = visit.open(view="communities")
    region(page, "Now").get_by_text(name).locator("..").get_by_role("link").click()
    expect_address(page, product, kind="items")
    expect_posts(page, product, kind="items", hours=24)


@pytest.mark.parametrize("label", expected.LABELS)
def test_each_share_leads_to_the_posts_of_its_label(
    visit: Visit, product: Product, label: str
) -> None:
    page = visit.open(view="communities", hours=168, subreddit="claude")
    region(page, "Now").get_by_role("link", name=label).click()
    expect_address(page, product, hours=168, subreddit="claude", kind="items", sentiment=label)
    expect_posts(page, product, kind="items", hours=168, subreddit="claude", sentiment=label)


def test_the_sentence_names_the_mood_and_where_most_of_its_change_came_from(
    visit: Visit, product: Product
) -> None:
    told = compared(product)
    by = expected.moved(told)
    page = visit.open(view="communities")
    now = region(page, "Now")
    before = expected.baseline(
        product.get("sentiment/compare", subreddits="all", until="collected", **expected.RHYTHM)
    )
    expect(now).to_contain_text(f"The mood is {expected.mood(told['statistics'])},")
    if by is None:
        expect(now).to_contain_text(f"with no clear change on {before}.")
        expect(now).not_to_contain_text("came from")
        return
    if abs(by) < 0.01:
        expect(now).to_contain_text(f"as in {before}.")
        return
    expect(now).to_contain_text("better than" if by > 0 else "worse than")
    ranked = [each for each in movers(product) if (each["effect"] > 0) == (by > 0)]
    if not ranked:
        expect(now).not_to_contain_text("came from")
        return
    first = ranked[0]
    part = "Most" if first["effect"] / by > 0.5 else "The largest part"
    expect(now).to_contain_text(f"{part} of the {'rise' if by > 0 else 'fall'} came from")
    now.get_by_role("link", name=f"r/{first['subreddit']}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"r/{first['subreddit']}")


def test_it_says_how_fresh_the_data_is_and_when_more_comes(visit: Visit, product: Product) -> None:
    told = product.get("health")["application"]
    last, due = (
        datetime.fromisoformat(told[name]) for name in ("last_collection_at", "next_collection_at")
    )
    later = last + timedelta(minutes=17)
    visit.page.clock.set_fixed_time(later)
    page = visit.open(view="communities")
    data = region(page, "Now").get_by_text("Data", exact=True).locator("..")
    expect(data.get_by_role("link")).to_have_text("17 min ago")
    hours = int((due - later).total_seconds() / 3600 + 0.5)
    expect(data).to_contain_text(f"next collection in {hours} h")
    expect(page.get_by_role("banner")).to_contain_text("Collected 17 min ago")
    data.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Collection", level=1)).to_be_visible()


# Window and scope


def test_the_window_changes_the_figures_and_the_address(visit: Visit, product: Product) -> None:
    page = visit.open(view="communities")
    switch = page.get_by_role("group", name="Window")
    for hours, name in reversed(WINDOWS.items()):
        switch.get_by_role("button", name=name).click()
        window = f"&hours={hours}" if hours != 24 else ""
        expect(page).to_have_url(f"{product.url}/?view=communities{window}")
        expect(switch.get_by_role("button", pressed=True)).to_have_text(name)
        expect_figures(page, compared(product, hours=hours))


def test_back_and_forward_go_through_the_windows(visit: Visit, product: Product) -> None:
    page = visit.open(view="communities")
    for name in ("7 days", "90 days"):
        page.get_by_role("button", name=name).click()
    pressed = page.get_by_role("group", name="Window").get_by_role("button", pressed=True)
    for step, hours in ((page.go_back, 168), (page.go_back, 24), (page.go_forward, 168)):
        step()
        expect(pressed).to_have_text(WINDOWS[hours])
        expect_figures(page, compared(product, hours=hours))


def test_a_link_shows_a_colleague_the_same(visit: Visit, product: Product) -> None:
    page = visit.open(view="communities", hours=168, subreddit="OpenAI")
    expect(page.get_by_role("heading", level=1)).to_have_text("r/OpenAI")
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    expect_figures(page, compared(product, "OpenAI", 168))


# The sample goes back a few hours more than 7 days.
@pytest.mark.parametrize("hours", [168, 2160])
def test_a_window_with_too_little_before_it_has_no_change(
    visit: Visit, product: Product, hours: int
) -> None:
    assert not expected.is_comparable(compared(product, hours=hours))
    page = visit.open(view="communities", hours=hours)
    expect(region(page, "Now").get_by_text("no earlier data")).to_have_count(2)
    expect(region(page, "What moved it")).to_contain_text(
        f"There is no data of the {WINDOWS[hours]} before to compare with"
    )


def test_one_community_can_be_chosen_and_left_again(visit: Visit, product: Product) -> None:
    page = visit.open(view="communities")
    scope = page.get_by_role("combobox", name="Community")
    scope.select_option(label="r/claude")
    expect(page).to_have_url(f"{product.url}/?subreddit=claude")
    expect(page.get_by_role("heading", level=1)).to_have_text("r/claude")
    expect_figures(page, compared(product, "claude"))
    expect(region(page, "What moved it")).to_have_count(0)
    scope.select_option(label="All communities")
    expect(page).to_have_url(f"{product.url}/?view=communities")
    expect_figures(page, compared(product))


def test_a_community_in_the_address_may_be_written_in_any_case(
    visit: Visit, product: Product
) -> None:
    page = visit.open(subreddit="CLAUDE")
    expect(page.get_by_role("combobox", name="Community")).to_have_value("claude")
    expect_figures(page, compared(product, "claude"))


def test_an_unknown_community_is_named_and_there_is_a_way_out(
    visit: Visit, product: Product
) -> None:
    page = visit.open(subreddit="nobody")
    expect(page.get_by_role("alert")).to_contain_text("'nobody' isn't watched")
    expect(page.get_by_role("alert")).to_contain_text("Choose another community above.")
    # Chromium itself reports each 404.
    page.wait_for_load_state("networkidle")
    visit.complaints.clear()
    page.get_by_role("combobox", name="Community").select_option(label="All communities")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect_figures(page, compared(product))


# Over time


def chart_of(page: Page) -> Locator:
    return region(page, "Over time").get_by_role(
        "application", name=re.compile("^Sentiment and volume")
    )


def readout_of(page: Page) -> Locator:
    return region(page, "Over time").locator("[aria-live]")


def point(plot: Locator, step: int, steps: int) -> dict[str, float]:
    """Return the position of a step's middle in a chart's plotting area."""
    box = plot.bounding_box()
    assert box
    return {"x": box["width"] * (step + 0.5) / steps, "y": box["height"] / 2}


def next_day(start: str) -> str:
    return expected.iso((datetime.fromisoformat(start) + timedelta(days=1)).timestamp())


def told(step: Answer, *, runs: bool = False) -> re.Pattern[str]:
    figures = (
        f"{', so far' if runs else ''}: {expected.mean(step)} on average, "
        f"{expected.plural(step['posts'], 'post')} and "
        f"{expected.plural(step['comments'], 'comment')} "
        f"({step['positive']} positive, {step['neutral']} neutral, {step['negative']} negative)"
    )
    return re.compile(f"^{expected.when(step)}{re.escape(figures)}$")


def busiest(steps: list[Answer]) -> int:
    return max(range(len(steps)), key=lambda at: steps[at]["posts"])


def test_a_point_under_the_mouse_is_read_out(visit: Visit, product: Product) -> None:
    steps = steps_of(product)
    page = visit.open(view="communities")
    plot = chart_of(page).locator(".u-over")
    expect(readout_of(page)).to_have_text(HINT)
    for step in (0, 7, len(steps) - 1):
        plot.hover(position=point(plot, step, len(steps)))
        expect(readout_of(page)).to_have_text(told(steps[step], runs=step == len(steps) - 1))
    page.get_by_role("heading", level=1).hover()
    expect(readout_of(page)).to_have_text(HINT)


def test_days_are_read_out_over_a_long_window(visit: Visit, product: Product) -> None:
    steps = steps_of(product, 720)
    page = visit.open(view="communities", hours=720)
    plot = chart_of(page).locator(".u-over")
    step = busiest(steps)
    plot.hover(position=point(plot, step, len(steps)))
    average = re.escape(expected.mean(steps[step]))
    expect(readout_of(page)).to_have_text(
        re.compile(rf"^{expected.day(steps[step]['start'])}(, so far)?: {average} on average, ")
    )


def test_days_are_the_days_that_were_counted_wherever_one_reads_them(
    visitor: Visitor, product: Product
) -> None:
    trend = product.get("sentiment/trends", hours=720, granularity="day")
    zone = ZoneInfo("America/Los_Angeles")
    page = visitor(product.url, timezone_id=zone.key).open(view="communities", hours=720)
    region(page, "Over time").get_by_text("The figures as a table").click()
    days = region(page, "Over time").get_by_role("table").get_by_role("rowheader")
    since = trend["window"]["start"]
    named = [
        expected.day_step(max(step["start"], since), next_day(step["start"]), zone)
        for step in trend["trend_data"][::-1]
    ]
    # The newest day isn't over.
    so_far = [", so far", *[""] * (len(named) - 1)]
    expect(days).to_have_text(
        [re.compile(f"^{name}{more}$") for name, more in zip(named, so_far, strict=True)]
    )


def test_a_click_on_a_point_leads_to_its_posts(visit: Visit, product: Product) -> None:
    steps = steps_of(product)
    step = busiest(steps)
    page = visit.open(view="communities")
    plot = chart_of(page).locator(".u-over")
    plot.click(position=point(plot, step, len(steps)))
    span = {"start": steps[step]["start"], "end": steps[step]["end"]}
    expect_address(page, product, kind="items", **span)
    expect_posts(page, product, kind="items", **span)
    page.go_back()
    expect(chart_of(page)).to_be_visible()


def test_a_drag_over_a_span_leads_to_its_posts(visit: Visit, product: Product) -> None:
    [steps] = expected.trends(product, ["programming"], hours=168)
    page = visit.open(view="communities", hours=168, subreddit="programming")
    plot = chart_of(page).locator(".u-over")
    first, last = 1, len(steps) - 2
    plot.drag_to(
        plot,
        source_position=point(plot, last, len(steps)),
        target_position=point(plot, first, len(steps)),
    )
    span = {"start": steps[first]["start"], "end": steps[last]["end"]}
    readout_of(page).get_by_role("link").click()
    expect_address(page, product, hours=168, subreddit="programming", kind="items", **span)
    expect_posts(page, product, kind="items", subreddit="programming", **span)
    page.go_back()
    expect(chart_of(page)).to_be_visible()


def test_the_chart_is_read_and_followed_by_keyboard(visit: Visit, product: Product) -> None:
    steps = steps_of(product)
    last = len(steps) - 1
    page = visit.open(view="communities")
    chart = chart_of(page)
    chart.focus()
    for key, step in (
        ("ArrowLeft", last),
        ("ArrowLeft", last - 1),
        ("End", last),
        ("ArrowRight", last),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("ArrowRight", 1),
    ):
        chart.press(key)
        expect(readout_of(page)).to_have_text(told(steps[step], runs=step == last))
    chart.press("Escape")
    expect(readout_of(page)).to_have_text(HINT)

    chart.press("Home")
    for _ in range(busiest(steps)):
        chart.press("ArrowRight")
    chart.press("Enter")
    step = steps[busiest(steps)]
    span = {"start": step["start"], "end": step["end"]}
    expect_address(page, product, kind="items", **span)
    expect_posts(page, product, kind="items", **span)


@pytest.mark.parametrize(("longer", "shorter"), [("7 days", "24 hours"), ("90 days", "30 days")])
def test_another_window_is_not_read_out_where_the_last_one_was(
    visit: Visit, longer: str, shorter: str
) -> None:
    page = visit.open(view="communities")
    for window in (shorter, longer):
        page.get_by_role("button", name=window).click()
        expect(chart_of(page)).to_have_accessible_name(re.compile(f"over {window}"))
    chart_of(page).press("Home")
    expect(readout_of(page)).not_to_have_text(HINT)
    page.get_by_role("button", name=shorter).click()
    expect(readout_of(page)).to_have_text(HINT)


def test_the_table_holds_the_same_figures(visit: Visit, product: Product) -> None:
    newest_first = steps_of(product)[::-1]
    page = visit.open(view="communities")
    region(page, "Over time").get_by_text("The figures as a table").click()
    table = region(page, "Over time").get_by_role("table")
    expect(table.get_by_role("rowheader")).to_have_text(
        [
            re.compile(f"^{expected.when(step)}{'' if number else ', so far'}$")
            for number, step in enumerate(newest_first)
        ]
    )
    expect(table.get_by_role("cell")).to_have_text(
        [
            figure
            for step in newest_first
            for figure in (
                expected.mean(step),
                *(f"{step[name]:,}" for name in ("total", *expected.LABELS)),
            )
        ]
    )
    step = newest_first[busiest(newest_first)]
    row = table.get_by_role("row").nth(1 + busiest(newest_first))
    row.get_by_role("cell").nth(1).get_by_role("link").click()
    span = {"start": step["start"], "end": step["end"]}
    expect_address(page, product, kind="items", **span)
    expect_posts(page, product, kind="items", **span)


# Every community


def all_compared(product: Product, hours: int = 24) -> list[Answer]:
    names = product.get("subreddits")["subreddits"]
    return expected.compare(product, names, hours=hours, granularity="hour")


def cards_of(page: Page) -> Locator:
    return region(page, "Every community").get_by_role("listitem")


def test_each_community_has_a_small_chart_with_its_figures(visit: Visit, product: Product) -> None:
    found = all_compared(product)
    page = visit.open(view="communities")
    cards = cards_of(page)
    expect(cards.get_by_role("heading")).to_have_text([f"r/{each['subreddit']}" for each in found])
    for number, each in enumerate(found):
        average = expected.score(each["statistics"]["avg_sentiment"])
        total = each["statistics"]["total"]
        by = expected.moved(each)
        against = "" if by is None else f", {expected.score(by)} against the time before"
        picture = cards.nth(number).get_by_role("img")
        expect(picture).to_have_accessible_name(
            f"r/{each['subreddit']} over 24 hours: {total:,} items, {average} on average{against}"
        )
        expect(cards.nth(number)).to_contain_text(average)
        expect(
            cards.nth(number).get_by_role("link", name=expected.plural(total, "item"))
        ).to_have_count(1)
        if expected.is_comparable(each):
            expect(cards.nth(number)).to_contain_text(expected.mean_change(each))


def test_the_small_charts_show_the_same_moment_on_the_same_scale(
    visit: Visit, product: Product
) -> None:
    trends = expected.trends(product, [each["subreddit"] for each in all_compared(product)])
    step = max(
        range(len(trends[0])), key=lambda at: sum(trend[at]["total"] > 0 for trend in trends)
    )
    page = visit.load(view="communities")
    cards = cards_of(page)
    expect(cards).to_have_count(len(trends))
    plot = cards.nth(3).locator(".u-over")
    plot.hover(position=point(plot, step, len(trends[0])))
    heights = {}
    for card, trend in zip(cards.all(), trends, strict=True):
        at = trend[step]
        items = re.escape(expected.plural(at["total"], "item"))
        expect(card).to_contain_text(expected.score(at["avg_sentiment"]))
        expect(card).to_contain_text(re.compile(rf"{expected.when(at)} · {items}"))
        if at["avg_sentiment"] is not None:
            marker = card.locator(".u-cursor-pt").last.bounding_box()
            area = card.locator(".u-over").bounding_box()
            assert marker
            assert area
            heights[at["avg_sentiment"]] = marker["y"] - area["y"]
    lowest, highest = min(heights), max(heights)
    slope = (heights[highest] - heights[lowest]) / (highest - lowest)
    for average, height in heights.items():
        assert height == pytest.approx(heights[lowest] + slope * (average - lowest), abs=1.5)


def test_a_community_chosen_among_all_becomes_the_scope(visit: Visit, product: Product) -> None:
    page = visit.open(view="communities", hours=168)
    cards_of(page).get_by_role("link", name="r/windsurf").click()
    expect(page).to_have_url(f"{product.url}/?hours=168&subreddit=windsurf")
    expect_figures(page, compared(product, "windsurf", 168))
    expect(cards_of(page).get_by_role("link", name="r/windsurf")).to_have_attribute(
        "aria-current", "true"
    )


def test_a_drag_over_a_small_chart_leads_to_the_posts_of_its_community(
    visit: Visit, product: Product
) -> None:
    found = all_compared(product)
    number = max(range(len(found)), key=lambda at: found[at]["statistics"]["posts"])
    names = [each["subreddit"] for each in found]
    name, steps = names[number], expected.trends(product, names)[number]
    page = visit.load(view="communities")
    plot = cards_of(page).nth(number).locator(".u-over")
    first, last = 1, len(steps) - 2
    plot.drag_to(
        plot,
        source_position=point(plot, first, len(steps)),
        target_position=point(plot, last, len(steps)),
    )
    span = {"start": steps[first]["start"], "end": steps[last]["end"]}
    cards_of(page).nth(number).locator("[aria-live]").get_by_role("link").click()
    expect_address(page, product, subreddit=name, kind="items", **span)
    expect_posts(page, product, kind="items", subreddit=name, **span)
    page.go_back()
    expect(chart_of(page)).to_be_visible()


def test_the_first_step_leads_to_no_more_than_it_counted(visit: Visit, product: Product) -> None:
    # The window usually begins within the first step of a day.
    names = product.get("subreddits")["subreddits"]
    steps = expected.trends(product, names, hours=168)[names.index("programming")]
    page = visit.open(view="communities", hours=168)
    card = cards_of(page).filter(has=page.get_by_role("heading", name="r/programming"))
    plot = card.locator(".u-over")
    box = plot.bounding_box()
    assert box
    plot.click(position={"x": 1, "y": box["height"] / 2})
    span = {"start": steps[0]["start"], "end": steps[0]["end"]}
    expect_address(page, product, hours=168, subreddit="programming", kind="items", **span)


# What moved it


def movers(product: Product) -> list[Answer]:
    """Return what moved the mean: share of all items times change of the own mean."""
    found = all_compared(product)
    items = sum(expected.counted(each["statistics"]) for each in found)
    effects = [
        {**each, "effect": by * expected.counted(each["statistics"]) / items}
        for each in found
        if (by := expected.moved(each)) is not None
    ]
    large = (each for each in effects if abs(each["effect"]) >= 0.0005)
    return sorted(large, key=lambda each: -abs(each["effect"]))


def test_what_moved_it_names_communities_with_their_effects(visit: Visit, product: Product) -> None:
    most = movers(product)[:5]
    page = visit.open(view="communities")
    if not most:
        expect(region(page, "What moved it")).to_contain_text("more than chance explains")
        return
    lines = region(page, "What moved it").get_by_role("listitem")
    expect(lines).to_have_count(len(most))
    for line, each in zip(lines.all(), most, strict=True):
        for part in (
            f"r/{each['subreddit']}",
            expected.signed(each["effect"], 3),
            expected.score(each["statistics"]["avg_sentiment"]),
            expected.change(each["change"]["avg_sentiment"]),
            expected.plural(each["statistics"]["total"], "item"),
        ):
            expect(line).to_contain_text(part)
    lines.first.get_by_role("link").click()
    expect_address(page, product, subreddit=most[0]["subreddit"], kind="items")
    expect_posts(page, product, kind="items", hours=24, subreddit=most[0]["subreddit"])
