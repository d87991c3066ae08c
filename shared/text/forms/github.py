"""The form of texts on GitHub: https://docs.github.com/en/get-started/writing-on-github."""

import re

from shared.text.blocks import with_plain_fences, without_blocks, without_comments
from shared.text.form import Form
from shared.text.forms.github_templates import without_template
from shared.text.logs import HINTS as LOG_HINTS
from shared.text.logs import without_logs
from shared.text.mail import without_replies
from shared.text.shortcodes import with_emoji

# What people fold away is what a program printed.
DETAILS = re.compile(r"<(?P<end>/?)details(?:\s[^<>]*+)?>", re.IGNORECASE)
# A user, a team, or a package of npm.
MENTION = re.compile(r"(?<![\w@/.`])@[A-Za-z0-9][\w-]*+(?:/[\w.-]++)?")
REFERENCE = re.compile(r"(?<![\w/.#-])(?:[\w.-]{1,40}/[\w.-]{1,100})?#\d+\b|\bGH-\d+\b")
COMMIT = re.compile(r"\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}\b")
# What programs write, as their own accounts or by a maintainer's.
NOTICE = re.compile(
    r"^\W*(?:(?:this|the) (?:issue|pull request|pr|discussion|thread|bug) (?:has been|was|is being"
    r"|will be|is) (?:(?:automatically|now) )*(?:marked (?:as )?stale|stale because|locked (?:since"
    r"|because|due|as)|closed (?:automatically|because it (?:has|was)|due to inactivity|as a"
    r" duplicate|for inactivity)|inactive for|being closed|a duplicate in)"
    r"|this (?:issue|discussion) has been (?:mentioned on|automatically|transferred)\b"
    r"|closing (?:for now|this)?,? ?(?:issue )?(?:due to|for|because of) inactivity\W*$"
    r"|found \d+ possible duplicate issues?"
    r"|thank(?:s| you) for your (?:submission|pull request|contribution).{0,80}\b(?:CLA|contributor"
    r" licen[sc]e agreement|sign)\b"
    r"|all (?:committers|contributors) have signed the cla"
    r"|bumps .{1,80} from \S+ to \S+"
    r"|(?:dependabot|renovate) (?:will|can|is|tried|couldn't)\b"
    r"|(?:duplicate|dup|dupe) of\W*$)",
    re.IGNORECASE,
)
BOTS = re.compile(
    r".+\[bot\]|.+-bot|dependabot|github-actions|codecov(?:-commenter)?|googlebot|claassistant"
    r"|msftbot|renovate|vscodebot|vscodenpa|copilot",
    re.IGNORECASE,
)


def without_code_marks(text: str) -> str:
    """Return the text without comments of HTML, what is folded away, and with emoji as such."""
    if "<" in text:
        text = without_blocks(without_comments(text), DETAILS)
    return with_emoji(text)


def is_notice(words: str) -> bool:
    """Return whether a cleaned text is one that programs write."""
    return bool(NOTICE.search(words))


GITHUB = Form(
    steps=(
        with_plain_fences,
        without_code_marks,
        without_replies,
        without_logs,
        without_template,
    ),
    no_words=(("#", REFERENCE), ("GH-", REFERENCE), ("@", MENTION), ("", COMMIT)),
    hints=("@", "issue", "dup", "sent from", "no response", "bot", "bumps", *LOG_HINTS),
    is_notice=is_notice,
    bots=BOTS,
)
