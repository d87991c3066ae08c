"""Who asks, in tests of access: keys, sessions, and what App Service says of who is signed in."""

import base64
import json
from datetime import UTC, datetime
from typing import Final

from shared.access_keys import digest_of

READER_KEY: Final = "reader-key-0123456789-0123456789"
ADMIN_KEY: Final = "admin-key-0123456789-0123456789"
OLD_KEY: Final = "old-admin-key-0123456789-01234"
WRONG_KEY: Final = "wrong-key-0123456789-0123456789"
CLIENT: Final = "11111111-2222-3333-4444-555555555555"
NAMED: Final = {
    "READ_KEYS": f"rita:{digest_of(READER_KEY)}",
    "ADMIN_KEYS": f"adam:{digest_of(ADMIN_KEY)},adam:{digest_of(OLD_KEY)}:2026-01-01",
}
MODES: Final[dict[str, dict[str, str]]] = {
    # Somebody may change something by name, and everybody may read.
    "public": {"READ_ACCESS": "public", "ADMIN_KEYS": NAMED["ADMIN_KEYS"]},
    "key": {"READ_ACCESS": "key", **NAMED},
    "entra": {
        "READ_ACCESS": "entra",
        **NAMED,
        "ENTRA_CLIENT_ID": CLIENT,
        "ENTRA_ISSUER": "https://login.microsoftonline.com/TENANT/v2.0",
    },
}
AFTER_OLD: Final = datetime(2026, 1, 2, tzinfo=UTC)


def principal(
    *roles: str, provider: str = "aad", audience: str = CLIENT, name: str = "eva@example.org"
) -> dict[str, str]:
    """Return the header by which App Service says who is signed in."""
    claims = [
        {"typ": "aud", "val": audience},
        {"typ": "preferred_username", "val": name},
        *({"typ": "roles", "val": role} for role in roles),
    ]
    document = {"auth_typ": provider, "claims": claims, "name_typ": "x", "role_typ": "roles"}
    return {"x-ms-client-principal": base64.b64encode(json.dumps(document).encode()).decode()}


# Who asks, by what is sent, and the role that each has in each mode where it has one.
EDITORS: Final = {"admin"}
READERS: Final = {"reader", "reader as code"}
CREDENTIALS: Final[dict[str, dict[str, str]]] = {
    "nobody": {},
    "wrong": {"x-functions-key": WRONG_KEY},
    "hash": {"x-functions-key": digest_of(ADMIN_KEY)},
    "expired": {"x-functions-key": OLD_KEY},
    "reader": {"x-functions-key": READER_KEY},
    "admin": {"x-functions-key": ADMIN_KEY},
    "forged session": {"cookie": f"a=b; undertone-session={'0' * 16}.99999999999.{'A' * 43}"},
    "no role": principal(),
    "signed-in reader": principal("reader", "approver"),
    "signed-in editor": principal("editor"),
    "other provider": principal("editor", provider="github"),
    "other app": principal("editor", audience="api://another"),
    "no principal": {"x-ms-client-principal": "not base64"},
}
