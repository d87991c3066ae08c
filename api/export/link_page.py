"""The pages of signed links: what a link would do, what it did, and why it does nothing."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from typing import Final

from api.schema.incidents import SNOOZED, SNOOZES
from shared.alerts.links import VALID_FOR, Action, IncidentAction, incident_path
from shared.models import Incident

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
html { background: Canvas; color: CanvasText }
body { margin: 0; padding: 1.5rem; display: grid; justify-content: center }
main { max-width: 34rem }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem }
p { margin: 0 0 .75rem }
button, select { font: inherit; min-height: 2.75rem; padding: .4rem 1rem }
"""
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
# A page of a link has one form, no script, no icon but an empty one, and nothing of other hosts.
POLICY: Final = (
    f"default-src 'none'; script-src 'none'; style-src 'sha256-{_HASH}'; img-src data:;"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
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
OPEN_INCIDENT = "open the incident in the dashboard"
COME_BACK = "Their editors see that in the changes, and can add the address again."
DASHBOARD = '<p><a href="/">Open the dashboard</a></p>'


def asking_page(action: IncidentAction, incident: Incident) -> bytes:
    """Return the page that says what a link does, with the form that does it."""
    name = escape(incident["rule"]["name"])
    if action == "acknowledge":
        does = "Channels hear of the incident's end, and of nothing more in between."
        form = "<p><button>Acknowledge</button></p>"
        title = f"Acknowledge: {name}"
    else:
        does = (
            "Nothing more of this incident is sent in this time, nor of another one of the same"
            " cause; or nothing of its rule at all."
        )
        form = (
            f"<p><label>Snooze {_select('of', SNOOZED)}</label></p>"
            f"<p><label>for {_select('hours', SNOOZES)}</label></p>"
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
        if reason := incident["updates"][-1].get("reason"):
            states.append(escape(reason))
    said = "".join(f"<p>{each}</p>\n" for each in states)
    path = escape(incident_path(incident["id"]))
    link = f'<p><a href="{path}">Open the incident in the dashboard</a></p>'
    return _page(f"Done: {escape(incident['rule']['name'])}", _about(incident) + said + link)


def unsubscribe_page(address: str, rules: Iterable[str], digests: Iterable[str] = ()) -> bytes:
    """Return the page that says what is sent to an address, with the form that ends it."""
    shown = escape(address)
    body = (
        _named(f"These alert rules send to {shown}:", rules)
        + _named(f"These digests are sent to {shown}:", digests)
        + f"<p>The button removes {shown} from all of them, and no other address. {COME_BACK}</p>\n"
        '<form method="post"><p><button>Unsubscribe</button></p></form>'
    )
    return _page(f"Unsubscribe {shown}", body)


def unsubscribed_page(address: str, rules: Iterable[str], digests: Iterable[str] = ()) -> bytes:
    """Return the page that says from which rules and digests an address was removed."""
    of_rules = _named("These alert rules don't send there any more:", rules)
    of_digests = _named("These digests aren't sent there any more:", digests)
    body = f"{of_rules}{of_digests}<p>{COME_BACK}</p>\n{DASHBOARD}"
    return _page(f"Unsubscribed: {escape(address)}", body)


def _named(sentence: str, names: Iterable[str]) -> str:
    """Return a sentence with a list; nothing where the list is empty."""
    listed = list(names)
    return f"<p>{sentence}</p>\n{_list(listed)}" if listed else ""


def no_subscription_page() -> bytes:
    """Return the page of a link to unsubscribe that nothing is left to do for."""
    body = f"<p>Nothing is sent to the address of this message any more.</p>\n{DASHBOARD}"
    return _page("Unsubscribed already", body)


def expired_page(action: Action) -> bytes:
    """Return the page of a link whose time is over, which says what to do."""
    why = f"A link to {action} is valid for {VALID_FOR[action].days} days."
    instead = "ask an editor of the alert rules" if action == "unsubscribe" else OPEN_INCIDENT
    return _refused_page("This link has expired", why, instead)


def forged_page() -> bytes:
    """Return the page of a link that this app hasn't signed, which says what to do."""
    why = "Part of it is missing, or another app has made it."
    return _refused_page("This link isn't valid", why, OPEN_INCIDENT)


def _refused_page(title: str, why: str, instead: str) -> bytes:
    what = f"Use that of the newest message, or {instead}."
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


def _select(name: str, choices: Iterable[tuple[object, str]]) -> str:
    options = "".join(f'<option value="{value}">{text}</option>' for value, text in choices)
    return f'<select name="{name}">{options}</select>'


def _list(names: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(name)}</li>" for name in names)
    return f"<ul>{items}</ul>\n"


def _time(stored: str) -> str:
    return f'<time datetime="{stored}">{stored[:10]} {stored[11:16]} UTC</time>'


def _page(title: str, body: str) -> bytes:
    return HTML.format(title=title, style=STYLE, body=body).encode()
