"""Signs requests to Azure Communication Services with a key.

https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
"""

import base64
import hashlib
import hmac
from datetime import datetime
from email.utils import format_datetime

SIGNED = "x-ms-date;host;x-ms-content-sha256"


def signed_headers(
    method: str, host: str, path: str, body: bytes, *, key: str, now: datetime
) -> dict[str, str]:
    """Return the headers that sign a request.

    host has the port unless it is the scheme's own, path has the query, key is base64 text, and
    now is in UTC.
    """
    date = format_datetime(now, usegmt=True)
    content = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"{method}\n{path}\n{date};{host};{content}"
    digest = hmac.digest(base64.b64decode(key), text.encode(), "sha256")
    signature = base64.b64encode(digest).decode()
    return {
        "x-ms-date": date,
        "x-ms-content-sha256": content,
        "Authorization": f"HMAC-SHA256 SignedHeaders={SIGNED}&Signature={signature}",
    }
