"""The page without data, with old data, and without a server."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboard.conftest import Product, Visit, Visitor
from tests.fixtures.host import StartHost
from tests.fixtures.reddit import StandInFactory

NOBODY_COSMOS = {
    "COSMOS_ENDPOINT": "http://127.0.0.1:9",
    "COSMOS_KEY": "c2VjcmV0LWtleQ==",
    "COSMOS_DATABASE": "undertone",
}
StartProduct = Callable[..., Product]


@pytest.fixture
def product_of(stand_in: StandInFactory, running_host: StartHost) -> StartProduct:
    """Start a product with two subreddits and no data yet."""
    reddit = stand_in()

    def start(*arguments: str, **settings: str) -> Product:
        host = running_host(
            arguments=arguments,
            settings={
                "REDDIT_BASE_URL": reddit.base_url,
                "ORIGIN": "sample",
                "SUBREDDITS": "Bard,aws",
                "SWEEP_REQUESTS": "0",
                **settings,
            },
        )
        return Product(host, reddit.control)

    return start


def average(page: Page):
    return page.get_by_role("region", name="Now").get_by_text("Average sentiment")


def test_before_anything_is_collected_it_says_what_happens_next(
    product_of, visitor: Visitor
) -> None:
    product = product_of("--no-collect")
    page = visitor(product.url).open(view="communities")
    main = page.get_by_role("main")
    expect(main.get_by_text("Nothing has been collected yet.")).to_be_visible()
    expect(main.get_by_text("A collection begins by itself in")).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("Nothing collected yet")).to_be_visible()
    ways = main.get_by_role("region", name="What to watch")
    for offered in ("forum", "repository", "query", "Import a file", "Reddit"):
        expect(ways.get_by_role("term").filter(has_text=offered)).to_have_count(1)
    main.get_by_role("link", name="Collect now").click()
    main.get_by_role("button", name="Collect now").click()
    page.get_by_role("link", name="Communities", exact=True).click()
    expect(average(page), "no reload is needed").to_be_visible(timeout=30_000)


def test_a_start_leads_to_figures_without_a_reload(product_of, visitor: Visitor) -> None:
    product = product_of("--startup-seconds", "2")
    page = visitor(product.url).open(view="communities")
    expect(page.get_by_text("Nothing has been collected yet.")).to_be_visible()
    expect(average(page)).to_be_visible(timeout=30_000)
    expect(
        page.get_by_role("region", name="Every community").get_by_role("listitem")
    ).to_have_count(2)


def test_what_the_first_collection_has_stored_shows_before_it_ends(
    stand_in: StandInFactory, running_host: StartHost, visitor: Visitor
) -> None:
    slow = "stall,subreddit=aws,seconds=600"
    reddit = stand_in(faults=slow)
    settings = {
        "REDDIT_BASE_URL": reddit.base_url,
        "ORIGIN": "sample",
        "SUBREDDITS": "Bard,aws",
    }
    host = running_host(arguments=["--startup-seconds", "1"], settings=settings)
    page = visitor(Product(host, reddit.control).url).open(view="communities")
    expect(average(page), "the other subreddit never answers").to_be_visible(timeout=60_000)
    (cycle,) = host.http.get("/api/v1/cycles").json()
    assert cycle["status"] == "running"
    reddit.control.clear_faults()


def test_where_nothing_was_collected_nothing_is_said_of_silence(
    product_of, visitor: Visitor, stand_in
) -> None:
    empty = stand_in([])
    product = product_of("--no-collect", REDDIT_BASE_URL=empty.base_url, SUBREDDITS="Bard")
    product.collect()
    page = visitor(product.url).open(view="communities")
    expect(page.get_by_text("Nothing was collected in the last 24 hours.")).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("Collection fails")).to_be_visible()
    expect(page.get_by_text("Nothing stands out.")).to_be_visible()
    page.get_by_role("link", name="Posts", exact=True).click()
    expect(page.get_by_text("No posts were collected in the last 24 hours.")).to_be_visible()
    page.get_by_role("link", name="Collection", exact=True).click()
    watched = page.get_by_role("region", name="Watched communities", exact=True)
    expect(watched).to_contain_text("the sample data has no subreddit of this name")


def test_while_it_loads_the_places_of_what_comes_are_kept(visit: Visit) -> None:
    held: list[Route] = []
    is_open: list[bool] = []
    visit.page.route(
        "**/api/v1/**", lambda route: route.continue_() if is_open else held.append(route)
    )
    page = visit.open(view="communities")
    expect(page.get_by_role("main").get_by_role("status", name="Loading").first).to_be_visible()
    is_open.append(True)
    for route in held:
        route.continue_()
    expect(average(page)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def test_sample_data_is_called_so_in_every_view(visit: Visit) -> None:
    for view in (
        "subjects",
        "ask",
        "communities",
        "compare",
        "trending",
        "posts",
        "collection",
        "watchlist",
    ):
        page = visit.open(view=view)
        expect(page.get_by_text("This is sample data")).to_be_visible()


def test_old_data_is_called_old_with_its_age_and_the_reason(product_of, visitor: Visitor) -> None:
    # It is due every two seconds and never happens, so the data is old after four seconds.
    product = product_of("--no-collect", COLLECT_SCHEDULE="*/2 * * * * *")
    product.collect()
    page = visitor(product.url).open(view="communities")
    banner = page.get_by_text("The data is old: it was last collected")
    expect(banner).to_be_visible(timeout=30_000)
    expect(average(page), "the data is there all the same").to_be_visible()
    expect(page.get_by_text("Collection is behind")).to_be_visible()
    expect(page.get_by_text("The mood is")).to_have_count(0)

    product.reddit.set_faults("private,route=new")
    product.collect()
    expect(page.get_by_text("The last attempt failed: the subreddit is private")).to_be_visible(
        timeout=30_000
    )
    page.get_by_role("link", name="See what collection did").click()
    expect(page.get_by_role("region", name="The last cycles").get_by_text("failed")).to_be_visible()


def test_without_a_database_it_says_so_and_what_it_does(product_of, visitor: Visitor) -> None:
    product = product_of("--no-collect", **NOBODY_COSMOS)
    visit = visitor(product.url)
    page = visit.open(view="posts")
    expect(page.get_by_text("The database doesn't answer.").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The server or its database hasn't answered since")).to_be_visible()
    expect(
        page.get_by_role("main").get_by_role("button", name="Try again now").first
    ).to_be_visible()
    assert all("503" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_when_the_server_goes_away_the_last_data_stays_with_its_age(
    product_of, visitor: Visitor
) -> None:
    product = product_of("--no-collect")
    product.collect()
    visit = visitor(product.url)
    page = visit.open(view="communities")
    expect(average(page)).to_be_visible()
    shown = page.get_by_role("region", name="Now").inner_text()
    address = page.url
    product.host.stop()
    # The visitor switches to another window, and comes back.
    page.get_by_role("button", name="7 days").click()
    expect(page.get_by_text("The server or its database hasn't answered since")).to_be_visible()
    expect(page.get_by_text("The server doesn't answer.").first).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("No answer since")).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("Collected")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(address)
    expect(average(page)).to_be_visible()
    assert (
        page.get_by_role("region", name="Now").inner_text().split("\n")[:4] == shown.split("\n")[:4]
    )
    expect(page.get_by_text("What you see is from")).to_be_visible()

    again = product_of("--no-collect", "--port", product.url.rsplit(":", 1)[1])
    page.get_by_role("button", name="7 days").click()
    expect(page.get_by_text("hasn't answered since")).to_be_hidden(timeout=30_000)
    expect(average(page)).to_be_visible()
    assert again.url == product.url
    assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_an_address_that_makes_no_sense_shows_the_subjects(visit: Visit) -> None:
    page = visit.open(view="nowhere", hours=77, sentiment="angry", start="yesterday", post="x")
    expect(page.get_by_role("region", name="Competitors")).to_be_visible()
    expect(page.get_by_role("button", name="24 hours")).to_have_attribute("aria-pressed", "true")


def test_a_community_that_failed_has_no_tick_and_the_collection_is_no_whole_one(
    product_of, visitor: Visitor
) -> None:
    product = product_of("--no-collect")
    product.reddit.set_faults("private,subreddit=Bard")
    product.collect()
    page = visitor(product.url).open(view="collection")
    pulse = page.get_by_role("banner").get_by_text("Collected in part")
    expect(pulse).to_be_visible()

    # The same cycle before its end.
    cycle = product.get("cycles")[0]
    running = {**cycle, "status": "running", "end_time": None}
    visit = visitor(product.url)
    application = {**product.get("health")["application"], "running_cycle": cycle["id"]}
    health = {**product.get("health"), "application": application}
    visit.page.route("**/api/v1/health", lambda route: route.fulfill(json=health))
    visit.page.route("**/api/v1/cycles?*", lambda route: route.fulfill(json=[running]))
    visit.page.route("**/api/v1/cycles/*", lambda route: route.fulfill(json=running))
    steps = visit.open(view="collection").get_by_role("region", name="Under way")
    expect(steps.get_by_role("listitem").filter(has_text="r/Bard")).to_have_text("✗ r/Bard failed")
    expect(steps.get_by_role("listitem").filter(has_text="r/aws")).to_have_text("✓ r/aws is done")
