"""Each source's texts as people write them: only their own words are left."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.text.html import to_markdown
from shared.communities import SOURCES
from shared.text.form import MARKDOWN, Form
from shared.text.forms import FORMS
from shared.text.forms.discourse import DISCOURSE
from shared.text.forms.github import GITHUB
from shared.text.forms.hackernews import HACKERNEWS
from shared.text.forms.pushed import PUSHED
from shared.text.own_words import own_words

RECORDED = Path(__file__).parents[4] / "shared" / "sources"

# The form that GitHub makes of a template's answers.
ISSUE_FORM = """\
[BUG] Terminal freezes after update

### Preflight Checklist

- [x] I have searched [existing issues](https://github.com/a/b/issues) and it isn't there
- [X] This is a single bug report (please file separate reports for different bugs)

### What's Wrong?

This makes it unusable for me.

### What Should Happen?

_No response_

### Error Messages/Logs

```shell
FATAL: terrible error, everything is broken
```

### Steps to Reproduce

1. Run the tool
2. Kill the process
3. See the horrible crash

### Is this a regression?

Yes, this worked in a previous version

### Last Working Version

2.0.14

### Claude Model

Opus

### Claude Code Version

2.0.22 (Claude Code)

### Platform

Anthropic API

### Operating System

macOS

### Terminal/Shell

Non-interactive/CI environment

### Additional Information

_No response_
"""
# The file that repositories without a form have.
OLD_TEMPLATE = """\
**Describe the bug**
<!-- A clear and concise description of what the bug is. -->
A clear and concise description of what the bug is.

**To Reproduce**
Steps to reproduce the behavior:
1. Go to '...'
2. Click on '....'
3. Scroll down to '....'
4. See error

**Expected behavior**

**Screenshots**
If applicable, add screenshots to help explain your problem.
![image](https://user-images.githubusercontent.com/1/2.png)

**Desktop (please complete the following information):**
 - OS: [e.g. iOS]
 - Browser [e.g. chrome, safari]
 - Version [e.g. 22]

This makes it unusable for me.

**Additional context**
<details><summary>Logs</summary>

It failed with a fatal error, killed.

</details>

| package | version |
| --- | --- |
| awful-lib | 1.2.3 |
"""
PYTHON = """\
It dies on start:

Traceback (most recent call last):
  File "/usr/lib/python3/run.py", line 12, in <module>
    raise Disaster("horrible")
  File "<frozen importlib>", line 3, in bad
KeyError: 'terrible'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "x.py", line 1, in f
    kill(worst)
app.errors.FatalError: awful

Please fix it."""
JAVASCRIPT = """\
It dies on start:
Uncaught TypeError: Cannot read properties of undefined (reading 'hate')
    at Object.kill (/app/src/awful.ts:12:34)
    at async Promise.all (index 0)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)
    at <anonymous> (native)
Error: terrible failure
    at file:///app/dist/cli.js:10:5
npm ERR! code ELIFECYCLE horrible
Please fix it."""
JAVA = """\
It dies on start:
Exception in thread "main" java.lang.IllegalStateException: hate
\tat com.example.Bad.kill(Bad.java:17)
\tat java.base/java.lang.Thread.run(Thread.java:829)
Caused by: java.io.IOException: disaster
\t... 23 more
Please fix it."""
GO = """\
It dies on start:
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]
goroutine 1 [running]:
main.kill(0xc000010000, 0x5)
\t/home/me/awful.go:21 +0x1d
created by main.main in goroutine 1
exit status 2
Please fix it."""
RUST = """\
It dies on start:
thread 'main' panicked at 'terrible', src/main.rs:4:5
stack backtrace:
   0: std::panicking::begin_panic
             at ./src/bad.rs:575:5
note: run with `RUST_BACKTRACE=full` for a verbose backtrace.
error[E0382]: borrow of hated value
 --> src/main.rs:3:10
Please fix it."""
LOG = """\
It dies on start:
2026-11-20 10:22:33,123 ERROR awful failure
[2026-11-20T10:22:33.001Z] fatal: killed
10:22:33.400 [warn] bad
Nov 20 10:22:33 host app[12]: terrible
[ERROR] horrible
ERROR:root:disaster
$ kill -9 1
me@host:~/bad$ fail --hard
{
  "error": "awful",
}
Please fix it."""
MAIL = """\
I hit this as well, it is annoying.

On Mon, Nov 3, 2025 at 10:00 AM Ada Terrible <notifications@github.com>
wrote:

> This is the worst.
> Awful.
—
Reply to this email directly, view it on GitHub, or unsubscribe.
You are receiving this because you commented. Message ID: <a@github.com>

Sent from my iPhone
--\x20
Bob Hate
Chief of Disaster
"""
QUOTED = """\
[quote="ada, post:2, topic:7, full:true"]
The agent is terrible.
[quote="bob"]Awful![/quote]
[/quote]

It works for me @ada, love it :heart_eyes: :cursor:

https://forum.example.com/t/awful-thing/12

[poll type=regular]
* hate it
* kill it
[/poll]

[log.txt|attachment](upload://abc.txt) (12.3 KB)
![crash|690x200](upload://bad.png)
[details="Summary"]
Thanks!
[/details]"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ISSUE_FORM, "Terminal freezes after update This makes it unusable for me."),
        (OLD_TEMPLATE, "This makes it unusable for me."),
        *((text, "It dies on start: Please fix it.") for text in (PYTHON, JAVASCRIPT, JAVA, RUST)),
        (LOG, "It dies on start: Please fix it."),
        (MAIL, "I hit this as well, it is annoying."),
        ("Same here, see #12 and anthropics/claude-code#34 (deadbeef1)", "Same here, see and"),
        ("@ada thanks :tada:, I use @types/node", "thanks 🎉, I use"),
        ("**Environment:** macOS 15\n**Problem:** it eats my tokens", "it eats my tokens"),
        ("### Version\n1.2.3\n\nI hate that it is so slow.", "I hate that it is so slow."),
        ("# Why I love this tool\n\nIt is fast", "Why I love this tool It is fast"),
        ("> This is bad\n\nNo, it is good", "No, it is good"),
        ("1. Do it\n    ```\n    awful\n    ```\n2. Wow", "Do it Wow"),
        ("Note: it is great\nWarning: do not buy", "it is great Warning: do not buy"),
        (
            "I'm at work (every day), at 10:30 it broke",
            "I'm at work (every day), at 10:30 it broke",
        ),
        ("$20 a month, and $ 5 more: a scam", "$20 a month, and $ 5 more: a scam"),
        ("Duplicate of #12", ""),
        ("_No response_", ""),
    ],
)
def test_of_an_issue_its_authors_sentences_are_left(text: str, words: str) -> None:
    assert own_words(text, GITHUB) == words


def test_of_a_trace_of_go_nothing_is_left_but_its_signal() -> None:
    words = own_words(GO, GITHUB)
    assert words.startswith("It dies on start:")
    assert words.endswith("Please fix it.")
    assert not {"kill", "panic", "nil", "awful", "goroutine"} & set(words.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (QUOTED, "It works for me , love it 😍 Thanks!"),
        ("Nice :+1: :+1:t2:! At 10:30:45 std::vector", "Nice 👍 👍! At 10:30:45 std::vector"),
        ("This topic was automatically closed 90 days after the last reply.", ""),
        ("A post was split to a new topic: [Bad tool](/t/bad-tool/12)", ""),
        ("2 posts were merged into an existing topic: Awful", ""),
        ("(post deleted by author)", ""),
        ("This post was flagged by the community and is temporarily hidden.", ""),
        ("This topic was a great read", "This topic was a great read"),
        ("My post was flagged, which is sad", "My post was flagged, which is sad"),
        ("[quote=x]never closed, but mine", "never closed, but mine"),
        (MAIL, "I hit this as well, it is annoying."),
        (PYTHON, "It dies on start: Please fix it."),
        ("[b]Great[/b] [spoiler]ending[/spoiler]", "Great ending"),
    ],
)
def test_of_a_post_in_a_forum_its_authors_sentences_are_left(text: str, words: str) -> None:
    assert own_words(text, DISCOURSE) == words


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("&gt; This is awful<p>I disagree, it&#x27;s great", "I disagree, it's great"),
        ("<i>&gt; This is awful</i><p>I like it", "I like it"),
        (
            '<p>See [1].</p><p>[1] <a href="https:&#x2F;&#x2F;a.io">https:&#x2F;&#x2F;a.io</a>',
            "See .",
        ),
        ("Good.<p><pre><code>kill(bad)\n</code></pre>", "Good."),
        ("Nice work.<p>Edit: formatting", "Nice work."),
        ("Nice work.<p>Edit: it broke again", "Nice work. it broke again"),
        ("Show HN: A fast editor [video]", "A fast editor"),
        ("The worst year (2019) [pdf]", "The worst year"),
        ("Sure, flawless. /s", "Sure, flawless."),
        ("[flagged]", ""),
        ("[dead]", ""),
        ("[deleted]", ""),
    ],
)
def test_of_a_comment_on_hacker_news_its_authors_sentences_are_left(page: str, words: str) -> None:
    assert own_words(to_markdown(page), HACKERNEWS) == words


@pytest.mark.parametrize("form", [MARKDOWN, PUSHED, GITHUB, DISCOURSE, HACKERNEWS])
def test_reddits_own_marks_are_plain_text_elsewhere(form: Form) -> None:
    assert own_words("r/hate is 2^10 and u/ada", form) == "r/hate is 2^10 and u/ada"


def test_every_source_has_a_form() -> None:
    assert FORMS.keys() == set(SOURCES)


@pytest.mark.parametrize(
    ("source", "author", "is_bot"),
    [
        ("github", "dependabot[bot]", True),
        ("github", "github-actions", True),
        ("github", "Copilot", True),
        ("github", "abbott", False),
        ("discourse", "system", True),
        ("discourse", "discobot", True),
        ("discourse", "systematic", False),
        ("reddit", "AutoModerator", True),
        ("reddit", "ClaudeAI-ModTeam", True),
        ("reddit", "system", False),
        ("hackernews", "dang", False),
        ("push", "system", False),
        ("github", None, False),
    ],
)
def test_programs_are_known_by_their_accounts(source, author: str | None, is_bot: bool) -> None:
    assert FORMS[source].is_bot(author) is is_bot


@pytest.mark.parametrize(
    "notice",
    [
        "This issue has been automatically marked as stale because it has had no recent activity.",
        "This issue has been inactive for 30 days. If it still occurs, please comment.",
        "Found 3 possible duplicate issues:\n\n1. https://github.com/a/b/issues/1",
        "Thank you for your submission! We ask that you sign our [CLA](https://cla.example.com).",
        "Bumps [awful](https://github.com/a/awful) from 1.2.3 to 1.2.4.",
        "This issue has been automatically locked since there has not been any recent activity.",
    ],
)
def test_nothing_is_left_of_what_programs_write_on_github(notice: str) -> None:
    assert own_words(notice, GITHUB) == ""


@pytest.mark.parametrize(
    "words",
    [
        "This issue has been there for months, it is a shame",
        "The stale bot closed it, I hate that",
        "This issue is the worst of all",
        "Thank you for your contribution, it works",
    ],
)
def test_people_who_speak_of_issues_are_heard(words: str) -> None:
    assert own_words(words, GITHUB) == words


def _bodies(found: object) -> Iterator[str]:
    if isinstance(found, list):
        for each in found:
            yield from _bodies(each)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name == "body" and isinstance(value, str):
                yield value
            yield from _bodies(value)


def test_most_words_of_recorded_issues_stay() -> None:
    if not (RECORDED / "github").exists():
        pytest.skip("../shared is missing")
    answers = [
        json.loads(line)["body"]
        for file in sorted((RECORDED / "github").glob("*.ndjson"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    bodies = {
        body
        for answer in answers
        for body in _bodies(json.loads(answer) if isinstance(answer, str) and answer else answer)
        if own_words(body)
    }
    plain = sum(len(own_words(body)) for body in bodies)
    assert len(bodies) > 100
    assert 0.85 * plain < sum(len(own_words(body, GITHUB)) for body in bodies) < plain
    assert sum(not own_words(body, GITHUB) for body in bodies) < 0.05 * len(bodies)


def test_recorded_posts_of_forums_read_alike_as_html_and_as_they_were_written() -> None:
    if not (RECORDED / "discourse").exists():
        pytest.skip("../shared is missing")
    posts = json.loads((RECORDED / "discourse" / "posts_latest.json").read_text())["latest_posts"]
    for post in posts:
        cooked = own_words(to_markdown(post["cooked"]), DISCOURSE)
        assert cooked
        if "raw" in post:
            written = own_words(post["raw"], DISCOURSE)
            assert len(set(cooked.split()) & set(written.split())) > 0.7 * len(set(written.split()))


@pytest.mark.parametrize("form", [PUSHED, GITHUB, DISCOURSE, HACKERNEWS])
@pytest.mark.parametrize(
    "piece",
    [
        *("<!--", "<details>", "<details>a</details>", "[quote]", "[quote=a]x[/quote]", "[/poll]"),
        *("[a|attachment](", ":a:", ":-", "@a", "a/a#", "### System info / info\n", "- [x] a\n"),
        *(
            "**a",
            "On 1:1 ",
            "On 1:1 wrote",
            "On \n",
            "From: a\nTo: b\n",
            "-- \n",
            "at a(",
            "at a.b",
        ),
        *(
            '  File "a", line 1\n',
            "Traceback (most recent call last):\n",
            "0x1",
            "a.B",
            "A.AError ",
        ),
        *(
            "2026-01-01 00:00:00 ",
            "deadbeef1",
            "[1]",
            "(2020)",
            "*>",
            "Error: a\nat a.",
            "1: a::b ",
        ),
        *(
            "a b c version ",
            "what did you ",
            "| 1.1 |\n",
            "a: b\n",
            "(((",
            "at x in y",
            "```\n",
            " ",
        ),
    ],
)
def test_repeated_marks_take_no_more_time_than_words(form: Form, piece: str) -> None:
    # A pattern with runaway backtracking would exceed the suite's time limit.
    own_words(piece * 50_000, form)
