"""The cookie of a session: what it stands for, when it ends, and how it is forged."""

from datetime import UTC, date, datetime, timedelta

import pytest

from api.http.session import VALID_FOR, key_of_session, session_token, token_in
from shared.access_keys import AccessKey, digest_of

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SIGNING, OTHER = b"a" * 32, b"b" * 32
KEY = AccessKey("rita", digest_of("reader-key-0123456789-0123456789"))
LEAVING = AccessKey("ruth", digest_of("another-key-0123456789-012345678"), date(2026, 12, 1))
# Begins as rita's does, as a search for such a key would find in 2^64 tries.
ALIKE = AccessKey("mallory", KEY.digest[:16] + "0" * 48)
KEYS = (ALIKE, LEAVING, KEY)


@pytest.mark.parametrize(
    ("key", "later", "is_valid"),
    [
        (KEY, timedelta(), True),
        (KEY, VALID_FOR - timedelta(seconds=1), True),
        (KEY, VALID_FOR, False),
        (LEAVING, timedelta(days=4), True),
        (LEAVING, timedelta(days=4, hours=12), False),
        (ALIKE, timedelta(), True),
    ],
)
def test_a_session_stands_for_its_key_until_either_ends(
    key: AccessKey, later: timedelta, is_valid: bool
) -> None:
    token = session_token(SIGNING, key, NOW)
    found = key_of_session(SIGNING, token, KEYS, NOW + later)
    assert found == (key if is_valid else None)


def test_what_is_not_signed_so_is_no_session() -> None:
    token = session_token(SIGNING, KEY, NOW)
    digest, expires, signature = token.split(".")
    later = str(int(expires) + 1)
    for forged in (
        session_token(OTHER, KEY, NOW),
        f"{digest}.{later}.{signature}",
        f"{LEAVING.digest[:16]}.{expires}.{signature}",
        f"{digest}.{expires}.{signature[:-1]}",
        f"{digest}.{expires}.{signature}\n",
        f"{digest}.99999999999.{signature}",
        f"{digest}.{'9' * 400}.{signature}",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 16 + f".{expires}.{signature}",
        "",
        "." * 100_000,
    ):
        assert key_of_session(SIGNING, forged, KEYS, NOW) is None, forged[:100]
    # A key that was replaced under the same name ends its sessions.
    assert key_of_session(SIGNING, token, [AccessKey("rita", "0" * 64)], NOW) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("undertone-session=x.y", "x.y"),
        ("a=b; undertone-session=x; c", "x"),
        ("AppServiceAuthSession=z;undertone-session=x", "x"),
        ("not-undertone-session=x", None),
        ("undertone-session-2=x", None),
        ("", None),
        (";;;=;" * 5000, None),
    ],
)
def test_the_cookie_is_found_among_others(header: str, token: str | None) -> None:
    assert token_in(header) == token
