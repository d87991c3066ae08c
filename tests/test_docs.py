"""Pages that are made from the source are as the source is now."""

from local.api_page import page
from tests.host_fixtures import ROOT


def test_the_page_of_the_api_is_current() -> None:
    written = (ROOT / "docs" / "api.md").read_text()
    assert written == page(), "`make docs` writes it anew"
