"""XML: feeds are well-formed whatever people write, and nothing parses what clients send."""

from xml.parsers import expat

import pytest

from tests.fixtures.host import RunningHost
from tests.security.attacking import HOSTILE_TEXTS, check

FEEDS = (
    "/api/v1/trending.atom",
    "/api/v1/subjects/lantern/mentions.atom",
    "/api/v1/alerts/rules/cursor-mood/feed.atom",
)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]><l>&b;&c;</l>'
)


def parsed(text: bytes) -> list[str]:
    """Return the names of elements. Fails for what is no XML, and for a document type."""
    found: list[str] = []
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise AssertionError("a feed has no document type and no entities")

    parser.StartElementHandler = lambda name, _: found.append(name)
    parser.StartDoctypeDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.Parse(text, True)
    return found


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_of_hostile_texts_is_xml_without_elements_of_theirs(
    host: RunningHost, path: str
) -> None:
    answer = host.http.get(path)
    check(answer)
    assert answer.status_code == 200
    assert "xml" in answer.headers["content-type"]
    elements = parsed(answer.content)
    assert elements.count("entry") == len(HOSTILE_TEXTS)
    assert "script" not in elements
    assert "&lt;script" in answer.text
    for refused in (f"{path}?hours=<script>", f"{path}?<!DOCTYPE>=1"):
        answer = host.http.get(refused)
        check(answer)
        assert answer.status_code == 422


def test_xml_that_is_sent_is_refused_unread(host: RunningHost) -> None:
    for path in ("/api/v1/ask", "/mcp", "/api/v1/ingest", "/api/v1/corrections/x"):
        for kind in ("application/xml", "text/xml", "application/json", "image/svg+xml"):
            answer = host.http.request(
                "PUT" if "corrections" in path else "POST",
                path,
                content=BOMB,
                headers={"content-type": kind},
            )
            check(answer)
            assert 400 <= answer.status_code < 500
            assert "root:" not in answer.text
