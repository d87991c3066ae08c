"""How people write in what is pushed: Markdown of any place, and mail."""

from collector.text.blocks import with_plain_fences
from collector.text.form import Form
from collector.text.logs import HINTS as LOG_HINTS
from collector.text.logs import without_logs
from collector.text.mail import without_replies

PUSHED = Form(
    steps=(with_plain_fences, without_replies, without_logs), hints=("sent from", *LOG_HINTS)
)
