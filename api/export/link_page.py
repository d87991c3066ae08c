"""The pages of signed links: what a link would do, what it did, and why it does nothing."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final

from api.schema.incidents import SNOOZES
from shared.alerts.links import Action, incident_path
from shared.models import Incident

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 1.5rem; display: grid; justify-content: center }
main { max-width: 34rem }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem }
p { margin: 0 0 .75rem }
button, select { font: inherit; min-height: 2.75rem; padding: .4rem 1rem }
"""
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
# A page of a link has one form, no script, and nothing of other hosts.
POLICY: Final = (
    f"default-src 'none'; script-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} - Undertone</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
DASHBOARD = '<p><a href="/">Open the dashboard</a></p>'


def asking_page(action: Action, incident: Incident) -> bytes:
    """Return the page that says what a link does, with the form that does it."""
    name = escape(incident["rule"]["name"])
    if action == "acknowledge":
        does = "Channels hear of the incident's end, and of nothing more in between."
        form = "<p><button>Acknowledge</button></p>"
        title = f"Acknowledge: {name}"
    else:
        does = "The rule goes on looking, but sends nothing in this time."
        options = "".join(f'<option value="{hours}">{span}</option>' for hours, span in SNOOZES)
        form = (
            f'<p><label>Snooze it for <select name="hours">{options}</select></label></p>'
            "<p><button>Snooze</button></p>"
        )
        title = f"Snooze: {name}"
    body = f'{_about(incident)}<p>{does}</p>\n<form method="post">{form}</form>'
    return _page(title, body)


def done_page(incident: Incident) -> bytes:
    """Return the page that says what holds of an incident now."""
    states = []
    if incident["acknowledged"] is not None:
        states.append(f"It was acknowledged at {_time(incident['acknowledged'])}.")
    if incident["silenced_until"] is not None:
        states.append(f"It is silent until {_time(incident['silenced_until'])}.")
    said = "".join(f"<p>{each}</p>\n" for each in states)
    path = escape(incident_path(incident["id"]))
    link = f'<p><a href="{path}">Open the incident in the dashboard</a></p>'
    return _page(f"Done: {escape(incident['rule']['name'])}", _about(incident) + said + link)


def refused_page(*, is_expired: bool) -> bytes:
    """Return the page of a link that does nothing, which says what to do."""
    if is_expired:
        title, why = "This link has expired", "A link is valid for seven days."
    else:
        title, why = "This link isn't valid", "Part of it is missing, or another app has made it."
    what = "Use that of the newest message, or open the incident in the dashboard."
    return _page(title, f"<p>{why} {what}</p>\n{DASHBOARD}")


def gone_page() -> bytes:
    """Return the page of a link whose incident isn't stored any more."""
    return _page(
        "This incident is gone", f"<p>Incidents are removed as old items are.</p>\n{DASHBOARD}"
    )


def _about(incident: Incident) -> str:
    findings = [each["finding"] for each in incident["updates"] if each["finding"] is not None]
    sentence = f"<p>{escape(findings[-1]['sentence'])}</p>\n" if findings else ""
    since = f"about {escape(incident['scope_name'])}, since {_time(incident['opened'])}"
    state = f", over since {_time(incident['closed'])}" if incident["closed"] else ""
    return f"{sentence}<p>An incident {since}{state}.</p>\n"


def _time(stored: str) -> str:
    return f'<time datetime="{stored}">{stored[:10]} {stored[11:16]} UTC</time>'


def _page(title: str, body: str) -> bytes:
    return HTML.format(title=title, style=STYLE, body=body).encode()
