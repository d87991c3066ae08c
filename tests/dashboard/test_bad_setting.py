"""The page's text if a setting of the app is missing or bad, with which the app starts on Azure."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from local.host.config import read_local_settings
from tests.dashboard.conftest import Visitor
from tests.fixtures.host import ROOT

Serve = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listen during the whole test, whichever process answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def serve(listener: socket.socket, tmp_path: Path) -> Iterator[Serve]:
    """Start only the local host's HTTP process, since `local up` would refuse a bad setting."""
    with ExitStack() as stack:

        def start(**settings: str) -> subprocess.Popen[str]:
            ready, says_ready = os.pipe()
            fd = listener.fileno()
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "local.host.process", "http", "--app", str(ROOT)),
                    *("--data", str(tmp_path), "--listener", str(fd), "--ready", str(says_ready)),
                ],
                cwd=ROOT,
                env={
                    **read_local_settings(ROOT, os.environ),
                    "SQLITE_PATH": str(tmp_path / "undertone.db"),
                    **settings,
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(fd, says_ready),
                text=True,
            )
            # In the reverse order.
            stack.callback(process.communicate)
            stack.callback(process.kill)
            os.close(says_ready)
            stack.callback(os.close, ready)
            assert os.read(ready, 64), "the process ended before it was ready"
            return process

        yield start


@pytest.fixture
def url(listener: socket.socket) -> str:
    """Return the address of the process."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def banner(page: Page):
    return page.get_by_role("alert").filter(has_text="A setting of the app is missing or bad")


@pytest.mark.parametrize(
    "view",
    [
        "subjects",
        "digest",
        "communities",
        "compare",
        "trending",
        "posts",
        "collection",
        "watchlist",
    ],
)
def test_a_bad_setting_is_said_in_words_and_nothing_looks_as_if_it_came(
    serve: Serve, url: str, visitor: Visitor, view: str
) -> None:
    process = serve(RETENTION_DAYS="ninety")
    visit = visitor(url)
    page = visit.open(view=view)
    expect(banner(page)).to_be_visible()
    expect(banner(page)).to_contain_text("request.failed")
    expect(page.get_by_role("banner").get_by_text("A setting is bad")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    for wrong in ("Waiting for the server", "hasn't answered since", "Nothing collected yet"):
        expect(page.get_by_text(wrong)).to_have_count(0)
    assert all("500" in complaint for complaint in visit.complaints)
    assert "ninety" not in page.content()
    # It asks on, and the browser would report each request that the end of the process cuts.
    page.close()
    visit.complaints.clear()
    process.kill()
    said, _ = process.communicate()
    # The place that the page names.
    assert "request.failed" in said
    assert "RETENTION_DAYS" in said


def test_when_the_setting_is_mended_the_page_goes_on_without_a_reload(
    serve: Serve, url: str, visitor: Visitor
) -> None:
    bad = serve(COLLECT_SCHEDULE="whenever")
    visit = visitor(url)
    page = visit.open()
    expect(banner(page)).to_be_visible()
    bad.kill()
    bad.wait()
    serve()
    expect(page.get_by_text("Nothing has been collected yet.")).to_be_visible(timeout=30_000)
    expect(banner(page)).to_have_count(0)
    visit.complaints.clear()


def test_health_says_that_a_setting_is_bad_and_where_to_look(
    serve: Serve, url: str, visitor: Visitor
) -> None:
    serve(CACHE_SECONDS="soon")
    answer = visitor(url).page.request.get(f"{url}/api/v1/health")
    assert answer.status == 500
    assert answer.json()["type"] == "urn:undertone:bad-setting"
    assert answer.json()["detail"] == "A setting is missing or bad: the log says which."
