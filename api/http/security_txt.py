"""Where faults of security are reported: /.well-known/security.txt.

https://www.rfc-editor.org/rfc/rfc9116
"""

from datetime import datetime, timedelta

from api.errors import NotFound
from api.http.fallback import NO_ENDPOINT
from shared.settings import Settings
from shared.times import iso

# Less than the year that section 2.5.5 recommends at most; the text is renewed every day.
VALID_DAYS = 90


def security_txt(settings: Settings, now: datetime) -> str:
    """Return the contact and the time until which it counts. Raises NotFound without a contact."""
    if settings.security_contact is None:
        raise NotFound(NO_ENDPOINT)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    expires = iso(day + timedelta(days=VALID_DAYS))
    return f"Contact: {settings.security_contact}\nExpires: {expires}\nPreferred-Languages: en\n"
