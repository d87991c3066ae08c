"""HTML becomes Markdown with the same words, and no page, however broken, stops it."""

import json
from pathlib import Path

import pytest

from collector.text.html import MAX_CHARACTERS, to_markdown

CODE = "It works:<p><pre><code>  if x &lt; 1:\n    y = &quot;`&quot;\n</code></pre>\nNot really."
CUT_LINK = (
    'See <a href="https:&#x2F;&#x2F;x.test&#x2F;long&#x2F;way" rel="nofollow">'
    "https:&#x2F;&#x2F;x.test&#x2F;lo...</a>."
)
QUOTE = (
    '<aside class="quote no-group" data-username="sam" data-post="3" data-topic="7">\n'
    '<div class="title">\n<div class="quote-controls"></div>\n'
    '<img alt="" width="24" src="https://x.test/a.png" class="avatar"> sam:</div>\n'
    "<blockquote>\n<p>It <em>is</em> broken.</p>\n<p>Really.</p>\n</blockquote>\n</aside>\n"
    "<p>Yes!</p>"
)
ONEBOX = (
    '<p>See</p><aside class="onebox githubissue" data-onebox-src="https://github.com/a/b/issues/1">'
    '<header class="source"><a href="https://github.com/a/b/issues/1">github.com</a></header>'
    "<article><h4>Its title</h4><p>Its words.</p></article></aside><p>too</p>"
)
LIGHTBOX = (
    '<p>Look:</p><div class="lightbox-wrapper"><a class="lightbox" href="https://u.test/big.png">'
    '<img src="https://u.test/small.png" alt="error"><div class="meta"><svg><use></use></svg>'
    '<span class="filename">error.png</span></div></a></div><p>Bad.</p>'
)
LISTS = (
    "<ul>\n<li>one\n<ul>\n<li>two</li>\n</ul>\n</li>\n<li><p>three</p></li>\n</ul>"
    "<ol><li>a<li>b</ol>"
)
TABLE = (
    '<div class="md-table"><table><thead><tr><th>tool</th><th>verdict</th></tr></thead>'
    "<tbody><tr><td>Cursor</td><td>fast | good</td></tr></tbody></table></div>"
)
POLL = (
    '<div class="poll" data-poll-name="poll"><div class="poll-container"><ul><li>Yes</li>'
    '<li>No</li></ul></div><div class="poll-info"><span>3</span> voters</div></div>'
    "<p>I vote yes.</p>"
)


@pytest.mark.parametrize(
    ("page", "markdown"),
    [
        ("", ""),
        ("It&#x27;s &quot;fast&quot; &amp; good", 'It\'s "fast" & good'),
        ("a<p>b <i>c</i> <b>d</b><p>e", "a\n\nb *c* **d**\n\ne"),
        ("I <3 it, a < b & c <- d", "I <3 it, a < b & c <- d"),
        ("<p>&gt; his words</p><p>mine</p>", "> his words\n\nmine"),
        ("one<br>two\nthree", "one\ntwo three"),
        (CODE, 'It works:\n\n```\n  if x < 1:\n    y = "`"\n```\n\nNot really.'),
        (CUT_LINK, "See https://x.test/long/way."),
        ('<a href="https://x.test/a_(b)">the docs</a>', "[the docs](https://x.test/a_%28b%29)"),
        ('<a href="javascript:alert(1)">me</a> <a>you</a>', "me you"),
        ('<a class="mention" href="/u/sam">@sam</a>, hi', "@sam, hi"),
        ('<a class="hashtag-cooked" href="/c/bug/6"><svg></svg><span>bugs</span></a>', "bugs"),
        ('Nice <img src="/e.png" title=":tada:" class="emoji" alt=":tada:">!', "Nice :tada:!"),
        ('<pre><code class="lang-rust">fn x() {}\n</code></pre>', "```rust\nfn x() {}\n```"),
        ("<pre><code>a\n```\nb</code></pre>", "````\na\n```\nb\n````"),
        ("run <code>npm  ci</code> or <code>a`b</code>", "run `npm ci` or ``a`b``"),
        (QUOTE, "> It *is* broken.\n>\n> Really.\n\nYes!"),
        (ONEBOX, "See\n\nhttps://github.com/a/b/issues/1\n\ntoo"),
        (LIGHTBOX, "Look:\n\n![error](https://u.test/small.png)\n\nBad."),
        (LISTS, "- one\n  - two\n- three\n\n1. a\n2. b"),
        (TABLE, "| tool | verdict |\n| --- | --- |\n| Cursor | fast / good |"),
        (POLL, "[poll]\n- Yes\n- No\n[/poll]\n\nI vote yes."),
        ('<h2><a class="anchor" href="#x"></a>Head <b>line</b></h2>', "## Head **line**"),
        ("<details><summary>Logs</summary><p>x</p></details>", "**Logs**\n\nx"),
        ("a<script>if (a<b) x()</script><style>p{}</style><!-- no -->b", "ab"),
        ("nul\0<\0b>byte", "nul**byte**"),
        ("<i>a<p>b</i> c", "*a*\n\nb c"),
        ("a</blockquote></i></p>b", "a\n\nb"),
        ("<blockquote><blockquote>a</blockquote>b", "> > a\n>\n> b"),
        ('<div class="title">mine</div>', "mine"),
        ("<A HREF='https://x.test'>HERE</A>", "[HERE](https://x.test)"),
        ('<img alt="a > b" src="https://x.test/p.png">', "![a > b](https://x.test/p.png)"),
    ],
)
def test_words_code_quotes_and_links_stay(page: str, markdown: str) -> None:
    assert to_markdown(page) == markdown


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<div>",
            "<blockquote>x",
            "<i>x",
            "<ul><li>x",
            "<table><tr><td>",
            "<pre>",
            "<code>`",
            "<",
        ),
        *("<a ", "<a '", "<a '\"<b \"' ", "<!--", "<![CDATA[", "&", "&#9", "</a>", "<i></b>", "\0"),
        *("<script>", "<br> ", " ", "<aside class=quote>", "<details><summary>", "`", "\n", "<p/"),
        *("<div class=poll>", "<a href=//x>", "<h1>", "\ud800"),
    ],
)
def test_hostile_pages_are_read_in_bounded_space(piece: str) -> None:
    page = piece * (1_000_000 // len(piece))

    assert len(to_markdown(page)) <= MAX_CHARACTERS


def test_words_inside_of_many_open_tags_stay() -> None:
    assert "still here" in to_markdown("<div><blockquote>" * 1_000 + "still here")


def test_a_very_long_number_of_a_sign_is_no_sign() -> None:
    assert to_markdown(f"&#{'9' * 10_000};") == f"&#{'9' * 10_000};"


def test_recorded_answers_keep_their_words() -> None:
    recorded = Path(__file__).parents[4] / "shared" / "sources" / "hn_algolia" / "item_tree.json"
    if not recorded.exists():
        pytest.skip("../shared is missing")
    texts: list[str] = []
    to_visit = [json.loads(recorded.read_text())]
    while to_visit:
        each = to_visit.pop()
        texts.append(each["text"] or "")
        to_visit.extend(each["children"])

    read = [to_markdown(text) for text in texts]

    assert len(read) > 50
    assert not any("<p>" in text or "&#x" in text or "&quot;" in text for text in read)
    assert sum(map(len, read)) > 0.8 * sum(map(len, texts))
