"""Size and speed of the dashboard: `python -m bench.dashboard`.

Starts the product with the sample feed on a free port, and opens the dashboard in Chromium.
Measures the bytes of the first view over the wire, the milliseconds until its figures and charts
are shown, and the frame times while 500 posts scroll. Prints one JSON object.
"""

import json
import os
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.dashboard.conftest import FLAGS, WIDE, chromium
from tests.fixtures.host import hosts_in

VISITS = 9
POSTS = 500
FIGURES = ".subject-row .score"
CHARTS = ".subject-row .trend .mean"
# Scrolls by half a window in each frame, and records how long each frame took.
SCROLL = """() => new Promise((resolve) => {
  const frames = []; let last = performance.now();
  const step = (now) => {
    frames.push(now - last); last = now;
    const before = scrollY; scrollBy(0, innerHeight / 2);
    if (scrollY === before || frames.length > 400) resolve(frames.slice(1));
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def first_visit(browser: Browser, base: str) -> dict[str, float]:
    """Open the dashboard with an empty cache; return bytes and milliseconds."""
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(base, wait_until="commit")
    page.wait_for_selector(FIGURES)
    figures = page.evaluate("performance.now()")
    page.wait_for_selector(CHARTS)
    charts = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    context.close()
    return {"bytes": sum(sizes), "figures_ms": figures, "charts_ms": charts}


def scrolled(page: Page, base: str) -> dict[str, float]:
    """Load POSTS posts, scroll through them, and return how long frames took."""
    page.goto(f"{base}/?view=posts&hours=168")
    page.wait_for_selector(".post")
    while page.locator(".post").count() < POSTS:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(100)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    frames: list[float] = page.evaluate(SCROLL)
    return {
        "posts": page.locator(".post").count(),
        "frames": len(frames),
        "median_frame_ms": round(statistics.median(frames), 1),
        "p95_frame_ms": round(statistics.quantiles(frames, n=20)[-1], 1),
        "longest_frame_ms": round(max(frames), 1),
    }


def main() -> None:
    """Measure, and print the results."""
    with (
        tempfile.TemporaryDirectory() as folder,
        hosts_in(Path(folder)) as start,
        sync_playwright() as playwright,
    ):
        host = start(arguments=["--startup-seconds", "0.1"])
        host.wait_for_log("collect.ended")
        base = str(host.http.base_url).rstrip("/")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        visits = [first_visit(browser, base) for _ in range(VISITS)]
        found: dict[str, Any] = {
            "date": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "first_view_bytes": max(visit["bytes"] for visit in visits),
            "figures_ms": round(statistics.median(visit["figures_ms"] for visit in visits)),
            "charts_ms": round(statistics.median(visit["charts_ms"] for visit in visits)),
            "slowest_charts_ms": round(max(visit["charts_ms"] for visit in visits)),
            "scrolling": scrolled(browser.new_page(viewport=WIDE), base),  # type: ignore[arg-type]
        }
        browser.close()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
