"""Colours and sizes of HTML e-mails, light and dark: those of the dashboard.

Gmail and Outlook ignore much of a style sheet, so each element carries its light look itself. The
sheet in the head adds what needs one: dark colours and small screens.
"""

from markupsafe import Markup

FONT = "font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
LIGHT = {
    "page": "background-color:#f4f5f7",
    "card": "background-color:#ffffff",
    "sunken": "background-color:#f4f5f7",
    "ink": "color:#171c26",
    "muted": "color:#566071",
    "link": "color:#3a4ccf",
    "line": "border-color:#e1e5ea",
    "quote": "border-color:#c3cad4",
    "button": "background-color:#3a4ccf",
    "on-button": "color:#ffffff",
    "opened": "background-color:#eceefb;color:#3a4ccf",
    "updated": "background-color:#eef0f3;color:#566071",
    "closed": "background-color:#e0f1ef;color:#0a6b61",
    "test": "background-color:#eef0f3;color:#566071",
    "warning": "background-color:#fdf1dc;color:#7a4300",
}
DARK = {
    "page": "background-color:#0e1116",
    "card": "background-color:#161b22",
    "sunken": "background-color:#1d232c",
    "ink": "color:#e8ebf0",
    "muted": "color:#9aa5b5",
    "link": "color:#98a6ff",
    "line": "border-color:#28303b",
    "quote": "border-color:#4a5563",
    "button": "background-color:#98a6ff",
    "on-button": "color:#0e1116",
    "opened": "background-color:#1f2746;color:#98a6ff",
    "updated": "background-color:#28303b;color:#b4bdca",
    "closed": "background-color:#12332f;color:#4fd1bd",
    "test": "background-color:#28303b;color:#b4bdca",
    "warning": "background-color:#2d2413;color:#f3c06b",
}
# On screens of up to 480 px.
NARROW = {
    "outer": "padding:0",
    "side": "padding-left:20px;padding-right:20px",
    "frame": "border-radius:0",
}


def look(names: str, more: str = "") -> Markup:
    """Return a class and a style for names of LIGHT or NARROW, with more declarations."""
    own = [LIGHT[name] for name in names.split() if name not in NARROW]
    declared = ";".join([*own, *([more] if more else [])])
    return Markup('class="{}" style="{}"').format(names, declared)


def _rules(looks: dict[str, str], prefix: str = "") -> str:
    """Return a rule for each look, which wins over the style that elements carry."""
    return "\n".join(
        f"{prefix}.{name}{{{declared.replace(';', '!important;')}!important}}"
        for name, declared in looks.items()
    )


def style_sheet() -> Markup:
    """Return the style sheet of the head.

    Outlook's apps and outlook.com mark what they darken by data-ogsc and data-ogsb, and take no
    media query for it.
    """
    # Made of constants only.
    return Markup(  # noqa: S704
        ":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
        "body{margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}\n"
        "@media (max-width:480px){\n"
        f"{_rules(NARROW)}\n}}\n"
        f"@media (prefers-color-scheme:dark){{\n{_rules(DARK)}\n}}\n"
        f"{_rules(DARK, '[data-ogsc] ')}\n{_rules(DARK, '[data-ogsb] ')}"
    )
