"""compose.yaml has only settings that the app accepts, and the services that it needs."""

import re
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from local.cli import app as cli
from shared.settings import Settings, load_settings
from tests.fixtures.host import ROOT
from tests.shared.test_settings import HOST_SETTINGS
from tests.test_function_app import SCHEDULES

# https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values
OVERRIDES_HOST_JSON = "AzureFunctionsJobHost__"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


@pytest.fixture(scope="module")
def environ(services: dict[str, Any]) -> dict[str, str]:
    given: dict[str, str] = services["app"]["environment"]
    return given


def test_each_setting_is_one_of_the_app_or_of_the_host(environ: dict[str, str]) -> None:
    ours = {name.upper() for name in Settings.model_fields}
    others = {name for name in environ if name not in ours and name not in HOST_SETTINGS}
    assert {name for name in others if not name.startswith(OVERRIDES_HOST_JSON)} == set()
    assert environ.keys() >= HOST_SETTINGS


def test_the_app_takes_every_value(environ: dict[str, str]) -> None:
    settings = load_settings(environ)
    assert settings.origin == "sample"
    assert settings.collect_on_startup


def test_each_schedule_that_a_timer_names_is_set_to_its_default(environ: dict[str, str]) -> None:
    for name in SCHEDULES:
        assert environ[name] == getattr(Settings(), name.lower())


def test_each_address_is_that_of_a_service_the_app_waits_for(
    services: dict[str, Any], environ: dict[str, str]
) -> None:
    named = set(re.findall(r"http://([a-z]+):\d+", " ".join(environ.values())))
    assert named == services["app"]["depends_on"].keys() == services.keys() - {"app"}
    assert all("healthcheck" in service for service in services.values())


def test_the_app_is_probed_at_its_health(services: dict[str, Any]) -> None:
    # Never at /, which answers 204 even if no function could be loaded.
    asked = re.findall(r"http://127\.0\.0\.1(/\S*)'", services["app"]["healthcheck"]["test"][-1])
    assert asked == ["/api/v1/health"]


def test_what_is_published_is_for_this_machine_only(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_stand_in_starts_by_a_command_that_exists(services: dict[str, Any]) -> None:
    command = services["reddit"]["command"].split()
    assert command[:3] == ["python", "-m", "local"]
    asked = CliRunner().invoke(cli, [*command[3:], "--help"])
    assert asked.exit_code == 0, asked.output
