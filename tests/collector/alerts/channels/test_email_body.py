"""What a message says by e-mail."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from collector.alerts.channels.email_body import MAX_HTML_BYTES, email_body
from collector.alerts.channels.web_addresses import own_address, web_address
from shared.alerts.messages import Message
from tests.collector.alerts.channels.mails import (
    ALERT,
    AT,
    ENDED,
    FELL,
    HOSTILE,
    INSTANCE,
    SAMPLE_TEST,
    cited,
)

VOID = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """Reads a page: its links, attributes, text, and whether its elements are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.elements: set[str] = set()
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """Return the visible words, separated by single blanks."""
        return " ".join(" ".join(self.words).split())


def test_both_forms_say_the_same() -> None:
    body = email_body(ALERT)
    page = Page(body.html)
    assert body.subject == ALERT.title
    assert [type(each) for each in (body.subject, body.text, body.html)] == [str] * 3
    said = [ALERT.title, "Ended after 3 h 20 min", "Fri 27 Nov 2026, 10:05 UTC"]
    for entry in ALERT.entries:
        said += [entry.rule, entry.scope, entry.sentence, *entry.note.split("\n")]
        said += [part for each in entry.figures for part in (each.name, each.value)]
        said += [part for item in entry.items for part in (item["title"], item["excerpt"])]
        said += [each.text for each in entry.links]
    text = " ".join(body.text.split())
    for each in said:
        assert each in page.text
        assert each.lower() in text.lower()
    addresses = {each.address for entry in ALERT.entries for each in entry.links}
    addresses |= {item["permalink"] for entry in ALERT.entries for item in entry.items}
    addresses |= {INSTANCE, ALERT.unsubscribe or ""}
    assert set(page.links) == addresses
    assert set(re.findall(r"https?://\S+", body.text)) == addresses


def test_the_foot_names_the_instance_why_one_gets_it_and_how_to_stop_it() -> None:
    body = email_body(replace(ALERT, entries=(FELL,)))
    for form in (Page(body.html).text, body.text):
        foot = form[form.index("You get this") :]
        assert "because the alert rule “Mood about Cursor” at undertone.example.org names" in foot
        assert "Unsubscribe" in foot
    without = email_body(replace(ALERT, unsubscribe=None))
    assert "nsubscribe" not in without.html + without.text


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (ALERT, "because alert rules at undertone.example.org name this address"),
        (replace(ALERT, kind="digest"), "because a digest of undertone.example.org names"),
        (replace(ALERT, entries=()), "because alert rules at undertone.example.org name"),
    ],
)
def test_the_reason_is_that_of_the_message(message: Message, reason: str) -> None:
    body = email_body(message)
    assert reason in body.text
    assert reason in Page(body.html).text


def test_a_test_and_sample_data_say_so_before_anything_else() -> None:
    body = email_body(SAMPLE_TEST)
    assert body.subject.startswith("[test] [sample data] ")
    assert body.text.index("Nothing has happened") < body.text.index("invented")
    for form in (Page(body.html).text.partition("Undertone undertone")[2], body.text):
        assert form.index("invented") < form.index(SAMPLE_TEST.title)
    plain = email_body(ALERT)
    assert "invented" not in plain.text + plain.html
    assert "Nothing has happened" not in plain.text + plain.html


def test_the_preview_is_the_first_sentence() -> None:
    text = Page(email_body(ALERT).html).text
    assert text.index(FELL.sentence[:100]) < text.index("undertone.example.org")


def test_nothing_from_outside_becomes_an_element_an_attribute_or_a_header() -> None:
    body = email_body(HOSTILE)
    page = Page(body.html)
    own = Page(email_body(ALERT).html)
    assert page.elements == own.elements
    assert page.names == own.names
    assert "<script>alert(1)</script>" in page.text
    assert "{}{0}%s" in page.text
    for form in (body.subject, body.text, body.html):
        form.encode("utf-8")
        assert not re.search("[\x00\x1b\r\u202e]", form)
    assert "\n" not in body.subject
    assert not re.search(r"(?m)^Bcc:", body.text)


@pytest.mark.parametrize(
    "mark", [*"\u200b\u200e\u200f\u061c\ufeff\u00ad\u2060\u2064", "\U000e0041"]
)
def test_marks_that_cannot_be_seen_are_left_out(mark: str) -> None:
    text = f"sa{mark}fe"
    item = cited(text, text, text, "https://forum.example/1")
    entry = replace(FELL, rule=text, scope=text, sentence=text, items=(item,), note=text)
    body = email_body(replace(ALERT, title=text, entries=(entry,)))
    for form in (body.subject, body.text, Page(body.html).text):
        assert mark not in form
        assert "safe" in form


def test_links_lead_to_the_instance_and_to_web_addresses_alone() -> None:
    body = email_body(HOSTILE)
    allowed = {
        f"{INSTANCE}/?q=%3Cscript%3E&a=%27x%27",
        "https://forum.example/t/%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82/1?a=1&b=2",
        INSTANCE,
    }
    assert set(Page(body.html).links) == allowed
    assert set(re.findall(r"https?://[\w.-]+(?!\S*p\.png)\S*", body.text)) == allowed


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "//evil.example/", "/relative", "", "https://",
        "https://user@evil.example/", "https://a:b@evil.example/", "https://[::1", "ftp://x.example",
        "https://x.example/a b", "https://x.example/\r\nBcc:", "https://x.example/\u202e",
        'https://x.example/"', "https://\u0445.example/", "https://x.example:99999/",
        "https://x.example/" + "a" * 2000, "HTTPS:x.example",
    ],
)  # fmt: skip
def test_what_is_no_safe_web_address_is_no_link(address: str) -> None:
    assert web_address(address) is None
    assert own_address(address, "https://x.example") is None


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("https://x.example/a?b=c#d", True),
        ("https://X.example/", True),
        ("http://x.example/", False),
        ("https://x.example:8443/", False),
        ("https://x.example.evil.example/", False),
        ("https://x.example\\@evil.example/", False),
    ],
)
def test_a_link_of_an_entry_stays_on_the_instance(address: str, is_own: bool) -> None:
    assert (own_address(address, "https://x.example") is not None) is is_own


def test_every_page_is_below_the_size_at_which_gmail_cuts() -> None:
    wide = "\U0001f469" * 10_000
    long = replace(
        FELL, rule="&" * 10_000, scope=wide, sentence=wide, note=(wide[:80] + "\n") * 50,
        figures=FELL.figures * 100,
        items=(cited(wide, "'" * 10_000, wide, "https://x.example/" + "&" * 1900),) * 100,
        links=FELL.links * 100,
    )  # fmt: skip
    for count in (1, 50, 200):
        body = email_body(replace(ALERT, title=wide, entries=(long,) * count))
        assert len(body.html.encode()) <= MAX_HTML_BYTES
        shown = Page(body.html).text.count("Fri 27 Nov 2026")
        assert shown == body.text.count("Fri 27 Nov 2026") >= 1
        left_out = f"{count - shown} more are in the dashboard."
        assert (left_out in body.text) == (left_out in body.html) == (shown < count)


def test_a_page_asks_for_nothing_and_runs_nothing() -> None:
    html = email_body(ALERT).html
    page = Page(html)
    assert not page.elements & {"img", "script", "link", "iframe", "form", "object", "svg"}
    assert not page.names & {"src", "srcset", "background", "onload", "onclick"}
    assert "url(" not in html
    assert "@import" not in html
    hosts = {urlsplit(each).hostname for each in page.links}
    assert hosts == {"undertone.example.org", "www.reddit.com", "forum.cursor.com"}


def test_an_entry_with_nothing_but_a_sentence_has_no_empty_parts() -> None:
    bare = replace(ENDED, figures=(), links=(), lasted=None, note="", rule="", scope="", at=AT)
    body = email_body(replace(ALERT, entries=(bare,), unsubscribe=None))
    assert "ENDED\n" in body.text
    assert "\n\n\n" not in body.text
    assert "Note:" not in body.html
    assert Page(body.html).links == [INSTANCE, INSTANCE]
