"""The form of texts that are pushed: Markdown of any place, and mail."""

from shared.text.blocks import with_plain_fences
from shared.text.form import Form
from shared.text.logs import HINTS as LOG_HINTS
from shared.text.logs import without_logs
from shared.text.mail import without_replies

PUSHED = Form(
    steps=(with_plain_fences, without_replies, without_logs), hints=("sent from", *LOG_HINTS)
)
