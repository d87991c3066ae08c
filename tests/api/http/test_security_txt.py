"""Where faults of security are reported: RFC 9116."""

from datetime import UTC, datetime, timedelta

import pytest

from api.errors import NotFound
from api.http.security_txt import security_txt
from shared.errors import SettingsError
from shared.settings import load_settings
from shared.times import parse_iso

NOW = datetime(2026, 11, 27, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("setting", "contact"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/report?a=b", "https://example.org/report?a=b"),
    ],
)
def test_the_contact_of_the_setting_counts_for_less_than_a_year(setting, contact) -> None:
    settings = load_settings({"SECURITY_CONTACT": setting})
    lines = security_txt(settings, NOW).splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines)
    assert fields["Contact"] == contact
    assert timedelta(days=30) < parse_iso(fields["Expires"]) - NOW < timedelta(days=365)


def test_without_a_contact_there_is_no_text() -> None:
    with pytest.raises(NotFound):
        security_txt(load_settings({}), NOW)


@pytest.mark.parametrize(
    "setting",
    ["http://example.org", "ops", "https://", "https://a@b/", "a@b.c\nExpires: x", "javascript:x"],
)
def test_a_bad_contact_is_refused(setting) -> None:
    with pytest.raises(SettingsError, match="SECURITY_CONTACT"):
        load_settings({"SECURITY_CONTACT": setting})
