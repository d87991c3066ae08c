"""A subject's own view, and the list of its mentions: both show what the API answers."""

import csv
import re
from pathlib import Path
from urllib.parse import parse_qs, quote_plus

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit
from tests.dashboard.expected import PAGE, Answer, expect_rows
from tests.dashboard.test_words_of_now import change_answer

SUBJECT = "cursor"
VIAS = {"text": "by name", "thread": "in its thread", "home": "in its home"}


def card_of(product: Product, hours: int = 24, subject: str = SUBJECT) -> Answer:
    found: Answer = product.get(
        f"subjects/{subject}", hours=hours, until="collected", **expected.RHYTHM
    )
    return found


def mentions_of(product: Product, subject: str = SUBJECT, **parameters: object) -> list[Answer]:
    found: list[Answer] = product.get(f"subjects/{subject}/mentions", **parameters)
    return found


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def list_of(page: Page) -> Locator:
    return page.get_by_role("list", name=re.compile("^Mentions, "))


def expect_mentions(page: Page, product: Product, **parameters: object) -> None:
    """Expect the list to have the mentions that the API returns for the parameters."""
    found = mentions_of(product, limit=PAGE, **parameters)
    links = list_of(page).locator("a[data-post]")
    expect_rows(links, found)
    # A page of a search ends with what it costs, and the next one is loaded.
    if len(found) < PAGE and "q" not in parameters:
        expect(links).to_have_count(len(found))


def expect_address(page: Page, product: Product, query: str) -> None:
    expect(page).to_have_url(f"{product.url}/?view=posts{query}")


# The figures


def test_its_figures_are_those_of_the_api(visit: Visit, product: Product) -> None:
    card = card_of(product)
    statistics = card["statistics"]
    page = visit.open(subject=SUBJECT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Cursor competitor")
    expect(page).to_have_title("Cursor \u00b7 Subjects \u00b7 Undertone")
    now = region(page, "Now")
    mean = expected.score(statistics["avg_sentiment"])
    expect(now).to_contain_text(mean + expected.margin(statistics))
    expect(now).to_contain_text("of whole texts, not of what they say of it")
    expect(now).to_contain_text(
        f"{expected.plural(statistics['posts'], 'post')}, "
        f"{expected.plural(statistics['comments'], 'comment')}"
    )
    expect(now).to_contain_text(f"of {card['base']:,} mentions of {len(card['set'])} subjects")
    for part in card["by_via"]:
        link = now.get_by_role("link", name=VIAS[part["via"]])
        expect(link).to_contain_text(f"{part['statistics']['total']:,}")


def test_its_course_is_read_by_keyboard_and_leads_to_the_mentions_of_a_step(visit: Visit) -> None:
    page = visit.open(subject=SUBJECT, hours=168)
    chart = page.get_by_role("application", name=re.compile("^Sentiment and volume of Cursor over"))
    chart.focus()
    chart.press("End")
    chart.press("ArrowLeft")
    expect(region(page, "Over time").locator("[aria-live]")).to_contain_text("on average")
    chart.press("Enter")
    expect(page).to_have_url(re.compile(r"view=posts&hours=168&subject=cursor&kind=items&start="))
    expect(page.get_by_role("heading", level=1)).to_have_text("Mentions of Cursor")


def test_each_community_has_its_mentions(visit: Visit, product: Product) -> None:
    card = card_of(product)
    page = visit.open(subject=SUBJECT)
    places = region(page, "By community").get_by_role("listitem")
    for place, part in zip(places.all(), card["by_community"], strict=False):
        total = part["statistics"]["total"]
        expect(place).to_contain_text(f"r/{part['community']}")
        expect(place).to_contain_text(expected.plural(total, "mention"))
        expect(place).to_contain_text(expected.score(part["statistics"]["avg_sentiment"]))
    first = card["by_community"][0]["community"]
    places.first.get_by_role("link").click()
    expect_address(page, product, f"&subject={SUBJECT}&subreddit={first}")
    expect_mentions(page, product, subreddit=first)


def tell_the_change(card: Answer) -> None:
    """Let the change of a subject be clear, whatever it is in this hour."""
    moved = card["change"]["avg_sentiment"]
    card["change"] |= {"verdict": "better" if moved > 0 else "worse", "reason": None}


def test_what_moved_it_are_the_communities_whose_effects_add_up(
    visit: Visit, product: Product
) -> None:
    card = card_of(product)
    moved = card["change"]["avg_sentiment"]
    parts = sorted(card["by_community"], key=lambda each: -abs(each["effect"]))
    change_answer(visit, f"subjects/{SUBJECT}?*", tell_the_change)
    page = visit.open(subject=SUBJECT)
    why = region(page, "What moved it")
    amount = expected.signed(abs(moved), 2).lstrip("+")
    way = "Up" if moved > 0 else "Down"
    expect(why).to_contain_text(f"{way} {amount} on {expected.baseline(card)}:")
    expect(why.get_by_role("listitem").first).to_be_visible()
    total = 0.0
    rows = why.get_by_role("listitem").all()
    assert 0 < len(rows) <= 6
    for row, part in zip(rows, parts, strict=False):
        effect = row.locator(".contributor-effect").inner_text()
        total += float(effect.replace("\u2212", "-"))
        if not row.get_by_role("link").count():
            # The others are the last row.
            expect(row.locator(".contributor-name")).to_have_text(re.compile("^[0-9]+ others$"))
            continue
        expect(row.locator(".contributor-name")).to_have_text(f"r/{part['community']}")
        assert effect == expected.signed(part["effect"], 3)
        change = part["change"]
        now, before = change["statistics"]["total"], change["previous"]["total"]
        all_now, all_before = (card["change"][side]["total"] for side in ("statistics", "previous"))
        expect(row).to_contain_text(
            f"{now} of {expected.plural(all_now, 'mention')}" if now else "none now"
        )
        expect(row).to_contain_text(f"{before} of {all_before} before" if before else "none before")
    assert total == pytest.approx(moved, abs=0.0005 * (len(rows) + 1))
    listed = next(each for each in parts if each["statistics"]["total"])["community"]
    name = page.get_by_text(f"r/{listed}", exact=True)
    why.get_by_role("link").filter(has=name).focus()
    page.keyboard.press("Enter")
    expect_address(page, product, f"&subject={SUBJECT}&subreddit={listed}")
    expect_mentions(page, product, subreddit=listed)


def test_a_community_that_fell_silent_leads_to_its_mentions_of_before(
    visit: Visit, product: Product
) -> None:
    card = card_of(product)
    before = card["previous_window"]
    name = max(card["by_community"], key=lambda each: abs(each["effect"]))["community"]

    def silence(card: Answer) -> None:
        tell_the_change(card)
        part = next(each for each in card["by_community"] if each["community"] == name)
        for totals in (part["statistics"], part["change"]["statistics"]):
            totals.update(total=0, avg_sentiment=None)

    change_answer(visit, f"subjects/{SUBJECT}?*", silence)
    page = visit.open(subject=SUBJECT)
    row = region(page, "What moved it").get_by_role("listitem").first
    expect(row).to_contain_text("none now")
    href = row.get_by_role("link").get_attribute("href") or ""
    wanted = {"start": [before["start"]], "end": [before["end"]]}
    assert parse_qs(href.partition("?")[2]).items() >= wanted.items()
    places = region(page, "By community").get_by_role("link")
    expect(places.first).to_be_visible()
    expect(places.filter(has_text=re.compile(f"^r/{name}$"))).to_have_count(0)


@pytest.mark.parametrize(
    ("verdict", "reason", "said"),
    [
        ("no_clear_change", None, "No clear change: "),
        ("too_few", None, "Too few "),
        ("incomplete", "no_earlier_data", "to compare with: "),
    ],
)
def test_what_is_not_clear_is_not_explained(
    visit: Visit, verdict: str, reason: str | None, said: str
) -> None:
    change_answer(
        visit,
        f"subjects/{SUBJECT}?*",
        lambda card: card["change"].update(verdict=verdict, reason=reason),
    )
    page = visit.open(subject=SUBJECT)
    why = region(page, "What moved it")
    expect(why).to_contain_text(said)
    expect(why.get_by_role("listitem")).to_have_count(0)


def test_share_of_voice_is_that_of_the_api_with_and_without_homes(
    visit: Visit, product: Product
) -> None:
    page = visit.open(subject=SUBJECT)
    voice = region(page, "Share of voice")
    for home, button in (("include", None), ("exclude", "Without homes")):
        if button:
            voice.get_by_role("button", name=button).click()
            expect(page).to_have_url(f"{product.url}/?subject={SUBJECT}&home=exclude")
        told = product.get("share-of-voice", until="collected", home=home, **expected.RHYTHM)
        names = voice.get_by_role("list").get_by_role("link")
        expect(names).to_have_text([each["name"] for each in told["subjects"]])
        for row, each in zip(voice.locator(".voice-row").all(), told["subjects"], strict=False):
            percent = int(100 * each["share"] + 0.5)
            expect(row.locator("b")).to_have_text(f"{percent}%" if percent else "<1%")
        expect(voice).to_contain_text(
            f"Of {told['base']:,} mentions of {len(told['set'])} subjects in 24 hours"
        )
    expect(voice).to_contain_text("without r/")
    other = next(each for each in told["subjects"] if each["id"] != SUBJECT)
    voice.get_by_role("link", name=other["name"], exact=True).click()
    expect(page).to_have_url(f"{product.url}/?subject={other['id']}&home=exclude")


def test_it_is_compared_with_the_two_others_that_are_mentioned_most(
    visit: Visit, product: Product
) -> None:
    told = product.get("share-of-voice", until="collected", **expected.RHYTHM)["subjects"]
    others = [each["id"] for each in told if each["id"] != SUBJECT][:2]
    page = visit.open(subject=SUBJECT)
    region(page, "Share of voice").get_by_role("link", name="Compare over time").click()
    scopes = ",".join(f"subject:{each}" for each in (SUBJECT, *others))
    expect(page).to_have_url(f"{product.url}/?view=compare&subject={SUBJECT}&compare={scopes}")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(3)


def test_the_topics_it_is_in_lead_to_their_posts(visit: Visit, product: Product) -> None:
    topics = product.get("trending", subject=SUBJECT, limit=20)
    page = visit.open(subject=SUBJECT)
    moved = region(page, "Topics it is in")
    if not topics:
        expect(moved).to_contain_text("No topic mentions it.")
        return
    names = moved.get_by_role("heading", level=3)
    expect(names).to_have_text([each["theme"] for each in topics[:5]])
    names.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"view=posts&subject=cursor&topic="))
    expect(page.get_by_role("list", name="Posts, newest first")).to_be_visible()


def test_its_newest_mentions_and_those_with_most_upvotes_stand_below(
    visit: Visit, product: Product
) -> None:
    page = visit.open(subject=SUBJECT)
    shown = region(page, "Mentions").locator("a[data-post]")
    expect_rows(shown, card_of(product)["newest"])
    region(page, "Mentions").get_by_role("combobox", name="Order").select_option("Most upvotes")
    expect(page).to_have_url(f"{product.url}/?subject={SUBJECT}&sort=reach")
    top = mentions_of(product, hours=24, sort="reach", limit=5)
    expect_rows(shown, top)
    region(page, "Mentions").get_by_role("link", name=re.compile("^All ")).click()
    expect_address(page, product, f"&subject={SUBJECT}&sort=reach")
    expect(list_of(page)).to_have_accessible_name("Mentions, most upvotes first")


def test_another_subject_is_chosen_and_all_of_them(visit: Visit, product: Product) -> None:
    page = visit.open(subject=SUBJECT)
    picker = page.get_by_role("combobox", name="Subject")
    picker.select_option(label="Claude Code")
    expect(page).to_have_url(f"{product.url}/?subject=claude-code")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Claude Code")
    picker.select_option(label="All subjects")
    expect(page).to_have_url(f"{product.url}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Subjects")


def test_an_unknown_subject_is_named_and_there_is_a_way_out(visit: Visit, product: Product) -> None:
    page = visit.open(subject="nobody")
    expect(page.get_by_role("alert")).to_contain_text("nobody")
    page.get_by_role("link", name="Show all subjects").click()
    expect(page).to_have_url(f"{product.url}/")
    expect(region(page, "Competitors")).to_be_visible()
    # Chromium itself reports the 404s.
    assert all("404" in complaint for complaint in visit.complaints)
    visit.page.goto("about:blank")
    visit.complaints.clear()


def test_a_subject_that_nobody_mentions_says_so(visit: Visit, product: Product) -> None:
    silent = next(
        each
        for each in product.get("subjects", until="collected", **expected.RHYTHM)["subjects"]
        if not each["mentions"]
    )
    page = visit.open(subject=silent["id"])
    expect(region(page, "Now")).to_contain_text(
        f"Nobody mentioned {silent['name']} in the last 24 hours."
    )
    expect(region(page, "Mentions")).to_contain_text("Nobody mentioned it")
    expect(region(page, "What moved it")).to_contain_text("Nothing to compare with")


# The list


def test_the_list_has_posts_and_comments_with_the_words_marked(
    visit: Visit, product: Product
) -> None:
    mentions = mentions_of(product, hours=168, limit=50)
    assert {each["kind"] for each in mentions} == {"post", "comment"}
    page = visit.open(view="posts", subject=SUBJECT, hours=168)
    expect_mentions(page, product, hours=168)
    rows = list_of(page).get_by_role("listitem").all()
    for row, mention in list(zip(rows, mentions, strict=True))[:20]:
        expect(row).to_contain_text(VIAS[mention["via"]])
        expect(row).to_contain_text(f"r/{mention['community']}")
        if mention["via"] != "text":
            expect(row.locator("mark")).to_have_count(0)
            continue
        marked = row.locator("mark")
        expect(marked.first).to_be_visible()
        for text in marked.all_inner_texts():
            assert " ".join(text.split()) in mention["matched"]


@pytest.mark.parametrize(
    ("group", "button", "parameters"),
    [
        ("Sentiment", "negative", {"sentiment": "negative"}),
        ("How it is about the subject", "by name", {"via": "text"}),
        ("How it is about the subject", "in its thread", {"via": "thread"}),
        ("What is listed", "Comments", {"kind": "comment"}),
    ],
)
def test_it_is_filtered(
    visit: Visit, product: Product, group: str, button: str, parameters: dict[str, str]
) -> None:
    page = visit.open(view="posts", subject=SUBJECT)
    page.get_by_role("group", name=group).get_by_role("button", name=button).click()
    expect_mentions(page, product, hours=24, **parameters)
    (name, value) = next(iter(parameters.items()))
    value = "comments" if name == "kind" else value
    expect_address(page, product, f"&subject={SUBJECT}&{name}={value}")
    page.reload()
    expect_mentions(page, product, hours=24, **parameters)
    page.go_back()
    expect_mentions(page, product, hours=24)


@pytest.mark.parametrize(
    ("order", "sort"),
    expected.ORDERS,
)
def test_it_is_sorted(visit: Visit, product: Product, order: str, sort: str) -> None:
    page = visit.open(view="posts", subject=SUBJECT)
    page.get_by_role("combobox", name="Order").select_option(order)
    expect_mentions(page, product, hours=24, sort=sort)
    expect_address(page, product, f"&subject={SUBJECT}&sort={sort}")
    expect(list_of(page)).to_have_accessible_name(f"Mentions, {order.lower()} first")
    page.reload()
    expect_mentions(page, product, hours=24, sort=sort)
    page.go_back()
    expect_mentions(page, product, hours=24)


def test_a_kept_link_to_those_with_most_upvotes_of_the_newest_goes_on(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="posts", subject=SUBJECT, hours=168, sort="score")
    expect_mentions(page, product, hours=168, sort="score")
    order = page.get_by_role("combobox", name="Order")
    expect(order.locator("option:checked")).to_have_text("Most upvotes of the newest 500")
    order.select_option("Newest")
    expect_address(page, product, f"&hours=168&subject={SUBJECT}")


def test_where_all_are_too_many_to_be_sorted_the_newest_are(visit: Visit, product: Product) -> None:
    ranked = product.get("subjects", hours=2160)["subjects"]
    subject = max(ranked, key=lambda each: each["mentions"])["id"]
    if card_of(product, 2160, subject)["mentions"] <= 860:
        pytest.skip("no subject of the sample has more than 860 mentions at this hour")
    page = visit.open(subject=subject, hours=2160, sort="reach")
    shown = region(page, "Mentions")
    expect(shown.get_by_role("alert")).to_contain_text("too long to be sorted")
    shown.get_by_role("link", name="Most upvotes of the newest 500").click()
    expect(page).to_have_url(f"{product.url}/?hours=2160&subject={subject}&sort=score")
    top = mentions_of(product, subject, hours=2160, sort="score", limit=5)
    expect_rows(shown.locator("a[data-post]"), top)
    # Chromium itself reports the 422.
    assert all("422" in complaint for complaint in visit.complaints)
    visit.page.goto("about:blank")
    visit.complaints.clear()


def test_a_week_of_many_mentions_has_every_order_but_the_one_that_it_is_too_long_for(
    visit: Visit, product: Product
) -> None:
    page = visit.open(subject=SUBJECT, hours=168)
    shown = region(page, "Mentions")
    order = shown.get_by_role("combobox", name="Order")
    orders = [
        "Newest",
        "Most negative",
        "Most positive",
        "Most influence",
        "Most upvotes of the newest 500",
    ]
    expect(order.locator("option")).to_have_text(orders)
    for name, sort in (("Most negative", "most_negative"), ("Most influence", "influence")):
        order.select_option(name)
        top = mentions_of(product, hours=168, sort=sort, limit=5)
        expect_rows(shown.locator("a[data-post]"), top)


def test_it_is_searched_and_limited_to_a_community(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", subject=SUBJECT, hours=168)
    page.get_by_role("combobox", name="Community").select_option("Cursor")
    expect_mentions(page, product, hours=168, subreddit="Cursor")
    named = mentions_of(product, hours=168, subreddit="Cursor", via="text", limit=50)
    texts = " ".join(f"{each['title'] or ''} {each['text']}" for each in named)
    words = re.findall(r"(?<!\S)[a-z]{6,}(?=[ .,])", texts)
    page.get_by_role("searchbox").fill(words[0])
    expect(page).to_have_url(re.compile(f"q={quote_plus(words[0])}"))
    expect_mentions(page, product, hours=168, subreddit="Cursor", q=words[0])
    page.get_by_role("link", name="Clear all").click()
    expect_address(page, product, f"&hours=168&subject={SUBJECT}&subreddit=Cursor")


@pytest.mark.parametrize(("sort", "hours"), [("score", 168), ("reach", 24), ("influence", 24)])
def test_sorted_the_next_page_follows_in_its_order(
    visit: Visit, product: Product, sort: str, hours: int
) -> None:
    page = visit.open(view="posts", subject=SUBJECT, hours=hours, sort=sort)
    links = list_of(page).locator("a[data-post]")
    expect(links.first).to_be_visible()
    links.last.scroll_into_view_if_needed()
    expect(links.nth(55)).to_be_attached()
    found = mentions_of(product, hours=hours, sort=sort, limit=500)
    expect_rows(links, found[:55])


def test_a_mention_opens_its_post_beside_the_list(visit: Visit, product: Product) -> None:
    # Among all mentions, it may stand behind the first page.
    mention = mentions_of(product, via="text", kind="comment", limit=1)[0]
    page = visit.open(view="posts", subject=SUBJECT, kind="comments", via="text")
    name = f"{mention['community']}/{mention['id']}"
    list_of(page).locator(f'a[data-post="{name}"]').click()
    panel = page.get_by_role("complementary", name="Post")
    expect(panel).to_contain_text(mention["author"])
    for word in mention["matched"][:1]:
        expect(panel.locator("mark").filter(has_text=word).first).to_be_visible()
    place = f"{mention['community']}/{mention['post_id']}"
    expect_address(page, product, f"&subject={SUBJECT}&kind=comments&via=text&post={place}")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_the_whole_list_is_downloaded(visit: Visit, product: Product, tmp_path: Path) -> None:
    page = visit.open(view="posts", subject=SUBJECT)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    file = tmp_path / "mentions.csv"
    started.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as rows:
        ids = [row["id"] for row in csv.DictReader(rows)]
    assert ids == [each["id"] for each in mentions_of(product, hours=24, limit=500)]


def test_its_feed_is_linked(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", subject=SUBJECT)
    feed = page.get_by_role("link", name="Mentions as a feed").get_attribute("href")
    answer = product.host.http.get(str(feed))
    assert answer.is_success
    assert answer.headers["Content-Type"].startswith("application/atom+xml")


def test_where_nothing_fits_the_filter_can_be_left(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", subject=SUBJECT, q="wordthatnobodywrites")
    expect(page.get_by_text("No mention fits this filter.")).to_be_visible()
    page.get_by_role("link", name="Show them without the filter").click()
    expect_mentions(page, product, hours=24)
