"""Channels are made of the settings."""

import subprocess
import sys

import pytest

from collector.alerts.channels.base import Target
from collector.alerts.channels.registry import MAKERS, channel_of
from shared.errors import PermanentFailure
from shared.settings import Settings
from tests.collector.alerts.channels.messages import message
from tests.collector.alerts.channels.servers import saying, serving
from tests.fixtures.host import ROOT

HOOKS = ("webhook", "slack", "teams", "discord")


@pytest.mark.parametrize("kind", HOOKS)
async def test_a_channel_sends_where_the_setting_allows_it_and_nowhere_else(kind) -> None:
    async with serving(saying(200, "ok")) as server:
        target = Target(server.url(), None)
        with pytest.raises(PermanentFailure, match="inner network"):
            await channel_of(kind, Settings()).send(message(), target)
        assert server.taken == []
        allowed = Settings.model_validate({"alerts_allow": "127.0.0.0/8"})
        await channel_of(kind, allowed).send(message(), target)
    assert len(server.taken) == 1


async def test_apprise_asks_the_setting_too() -> None:
    with pytest.raises(PermanentFailure, match="ALERTS_ALLOW"):
        await channel_of("apprise", Settings()).send(message(), Target("json://127.0.0.1/", None))


async def test_e_mails_ask_for_their_settings() -> None:
    with pytest.raises(PermanentFailure, match="SMTP_HOST or ACS_ENDPOINT"):
        await channel_of("email", Settings()).send(message(), Target("ann@example.org", None))


def test_the_registry_loads_no_client() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import collector.alerts.channels.registry;"
        "print(sorted({'aiohttp', 'aiosmtplib', 'apprise', 'requests'} & sys.modules.keys()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(ROOT)], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
    assert set(MAKERS) >= {*HOOKS, "email", "apprise"}
