"""Named keys: their form in settings, their last days, and who a key is."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from shared.access_keys import MAX_KEY_CHARS, digest_of, find_key, parse_key
from shared.settings import checks_callers, load_settings
from tests.fixtures.host import ROOT
from tests.shared.test_settings import complaint

OLD, NEW = "old-key-of-alice-0123456789", "new-key-of-alice-0123456789"
KEYS = f"alice:{digest_of(OLD)}:2026-11-27, alice:{digest_of(NEW)},bob:{digest_of('b' * 43)}"
ENTRA = {
    "ENTRA_CLIENT_ID": "11111111-2222-3333-4444-555555555555",
    "ENTRA_ISSUER": "https://login.microsoftonline.com/TENANT/v2.0",
}


@pytest.mark.parametrize(
    ("given", "at", "name"),
    [
        (OLD, "2026-11-27T23:59:59+00:00", "alice"),
        (OLD, "2026-11-28T00:00:00+00:00", None),
        # The day is one of UTC, wherever the clock is.
        (OLD, "2026-11-28T01:00:00+02:00", "alice"),
        (NEW, "2036-01-01T00:00:00+00:00", "alice"),
        ("b" * 43, "2026-11-27T00:00:00+00:00", "bob"),
        ("", "2026-11-27T00:00:00+00:00", None),
        (digest_of(NEW), "2026-11-27T00:00:00+00:00", None),
        (NEW + "x", "2026-11-27T00:00:00+00:00", None),
        ("é\N{SNOWMAN}" * 10_000, "2026-11-27T00:00:00+00:00", None),
    ],
)
def test_two_keys_of_a_name_overlap_until_the_last_day_of_one(given, at, name) -> None:
    settings = load_settings({"ADMIN_KEYS": KEYS})
    found = find_key(settings.admin_keys, given, datetime.fromisoformat(at))
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("hunter2hunter2hunter2hunter2", "a name has"),
        ("HUNTER2", "a name has"),
        (f"Alice:{'a' * 64}", "a name has"),
        (f"alice:{'A' * 64}", "no SHA-256"),
        (f"alice:{'a' * 63}", "no SHA-256"),
        (f"alice:{'a' * 64}:soon", "ends with no day"),
        (f"alice:{'a' * 64}:", "ends with no day"),
        (f"alice:{'a' * 64},bob:{'a' * 64}", "stands twice"),
        # Neither the host nor the app would check who may change something.
        (",", "no key"),
        (" , ", "no key"),
    ],
)
def test_what_is_no_entry_is_refused_and_shows_no_key(given, word) -> None:
    line = complaint(ADMIN_KEYS=given)
    assert line.startswith("ADMIN_KEYS: ")
    assert word in line
    assert "hunter2" not in line.lower()
    assert "a" * 63 not in line


@pytest.mark.parametrize(
    ("environ", "setting"),
    [
        ({"READ_ACCESS": "everybody"}, "READ_ACCESS"),
        ({"READ_ACCESS": "key"}, "ADMIN_KEYS"),
        ({"READ_ACCESS": "key", "READ_KEYS": f"a:{'a' * 64}"}, "ADMIN_KEYS"),
        ({"READ_ACCESS": "entra"}, "ENTRA_CLIENT_ID"),
        ({"READ_KEYS": f"a:{'a' * 64}"}, "READ_ACCESS"),
        ({"READ_ACCESS": "key", "READ_KEYS": KEYS, "ADMIN_KEYS": KEYS}, "READ_KEYS and ADMIN_KEYS"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(environ, setting) -> None:
    assert complaint(**environ).startswith(f"{setting}: ")


@pytest.mark.parametrize(
    ("environ", "is_checked"),
    [
        ({}, False),
        ({"READ_ACCESS": " ", "ADMIN_KEYS": " "}, False),
        ({"READ_ACCESS": "public"}, False),
        ({"READ_ACCESS": "Public"}, True),
        ({"ADMIN_KEYS": KEYS}, True),
        ({"READ_ACCESS": "key", "ADMIN_KEYS": KEYS}, True),
        ({"READ_ACCESS": "entra", **ENTRA}, True),
    ],
)
def test_the_host_checks_changes_only_where_the_app_surely_does_not(environ, is_checked) -> None:
    assert checks_callers(environ) is is_checked


def test_the_command_makes_a_key_that_its_entry_lets_in() -> None:
    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "local", "key", *arguments]
        return subprocess.run(
            command, check=False, cwd=ROOT, input=given, capture_output=True, text=True
        )

    made = run("alice", "--last", "2026-12-31")
    _, key, _, entry = made.stdout.split()
    parsed = parse_key(entry)
    assert find_key([parsed], key, datetime(2026, 12, 31, tzinfo=UTC)) == parsed
    assert run("alice", "--last", "2026-12-31", "--stdin", given=f"{key}\n").stdout.split() == [
        *("entry", entry)
    ]
    # The app reads no more of a key than it may have.
    for refused in (
        *(run("Alice"), run("a", "--last", "soon"), run("a", "--stdin", given="short\n")),
        run("a", "--stdin", given="k" * (MAX_KEY_CHARS + 1)),
    ):
        assert (refused.returncode, refused.stdout) == (1, "")
