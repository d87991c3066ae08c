"""The page around an HTML e-mail: its head, its preview in a list of mails, its width, its foot."""

from markupsafe import Markup

from collector.alerts.channels.email_body.looks import FONT, look, style_sheet

# Mail programs fill the preview with what comes next, so invisible characters follow it.
FILLER = Markup("&#847;&zwnj;&nbsp;") * 60
MAX_PREVIEW = 140

PAGE = Markup("""\
<!doctype html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml" \
xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>{subject}</title>
<!--[if mso]>
<noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch>\
</o:OfficeDocumentSettings></xml></noscript>
<![endif]-->
<style>
{style}
</style>
</head>
<body {body}>
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">{preview}{filler}</div>
<div role="main">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">
<tr><td align="center" {outer}>
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td>\
<![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" \
style="width:100%;max-width:600px;text-align:left">
<tr><td {header_look}>{header}</td></tr>
<tr><td {card_look}>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">
{blocks}
</table>
</td></tr>
<tr><td {foot_look}>{foot}</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</div>
</body>
</html>
""")


def page(*, subject: str, preview: str, header: Markup, blocks: Markup, foot: Markup) -> str:
    """Return a page of at most 600 px around `blocks`, which are rows of a table.

    preview is what a list of mails shows after the subject.
    """
    # Markup would go on escaping what is done to it.
    filled = PAGE.format(
        subject=subject,
        style=style_sheet(),
        body=look("page", "margin:0;padding:0;word-break:break-word"),
        preview=preview[:MAX_PREVIEW],
        filler=FILLER,
        outer=look("outer page", "padding:24px 12px"),
        header=header,
        header_look=look("side muted", f"padding:12px 32px;{FONT};font-size:14px"),
        card_look=look("frame card", "border-radius:12px;padding-bottom:28px"),
        blocks=blocks,
        foot=foot,
        foot_look=look(
            "side muted", f"padding:16px 32px 28px;{FONT};font-size:13px;line-height:1.6"
        ),
    )
    return str(filled)
