"""The HTML of e-mails in a browser: light, dark, wide, and on a phone."""

from pathlib import Path
from typing import Literal

import pytest

from collector.alerts.channels.email_body import email_body
from shared.alerts.messages import Message
from tests.collector.alerts.channels.mails import ALERT, HOSTILE, SAMPLE_TEST
from tests.collector.alerts.channels.messages import HOSTILE as HOSTILE_TEXTS
from tests.collector.alerts.channels.test_digests import EMPTY, a_digest, filled_with
from tests.dashboard.conftest import Visitor
from tests.dashboard.test_every_view import violations

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (360, 1280)
# Of the card, which is as wide as the mail.
BOX = "() => document.querySelector('.frame').getBoundingClientRect().toJSON()"
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"
COLOUR = "name => getComputedStyle(document.querySelector(name)).backgroundColor"
HIDDEN = "() => document.querySelector('body > div').getBoundingClientRect().height"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("alert", ALERT),
        ("test", SAMPLE_TEST),
        ("hostile", HOSTILE),
        ("digest", a_digest()),
        ("digest-test", a_digest(kind="test", is_sample=True)),
        ("digest-empty", EMPTY),
        ("digest-hostile", filled_with(HOSTILE_TEXTS[1], 3)),
    ],
)
def test_a_mail_fits_any_width_and_anyone_can_read_it_in_both_schemes(
    visitor: Visitor, axe_source: str, pictures: Path, name: str, message: Message
) -> None:
    # The visit complains at its end if the mail asked for anything or ran a script that failed.
    visit = visitor("about:blank")
    page = visit.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.set_content(email_body(message).html)
    colours = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(OVERFLOW) <= 0, width
            assert page.evaluate(BOX)["width"] == min(width, 600)
            assert page.evaluate(HIDDEN) == 0
            assert violations(visit, axe_source) == [], (width, scheme)
            colours.add((scheme, page.evaluate(COLOUR, ".frame")))
            page.screenshot(path=pictures / f"email-{name}-{width}-{scheme}.png", full_page=True)
    assert colours == {("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 27, 34)")}
    assert dialogs == []


@pytest.mark.parametrize("message", [ALERT, a_digest()])
def test_a_mail_is_readable_where_its_style_sheet_is_taken_away(
    visitor: Visitor, axe_source: str, message: Message
) -> None:
    # Gmail takes a sheet away that it doesn't like, and darkens colours as it sees fit.
    visit = visitor("about:blank")
    html = email_body(message).html
    head, _, rest = html.partition("<style>")
    visit.page.set_viewport_size({"width": 360, "height": 900})
    visit.page.set_content(head + rest.partition("</style>")[2])
    assert visit.page.evaluate(OVERFLOW) <= 0
    assert visit.page.evaluate(COLOUR, ".frame") == "rgb(255, 255, 255)"
    assert violations(visit, axe_source) == []
