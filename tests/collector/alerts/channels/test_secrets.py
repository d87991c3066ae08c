"""Secrets of channels are read by the names of settings."""

import pytest
from pydantic import SecretStr

from collector.alerts.channels.secrets import address_of, read_secret
from shared.errors import PermanentFailure, TemporaryFailure
from shared.logs import masked
from shared.settings import Settings


def test_a_secret_is_what_its_setting_holds_and_is_never_shown() -> None:
    value = "whsec_c2VjcmV0LW9mLTI0LWJ5dGVzLWF0LWxlYXN0 whsec_b2xkZXI="
    secret = read_secret("ALERTS_HOOK", {"ALERTS_HOOK": f" {value}\n"})
    assert secret == SecretStr(value)
    assert value not in repr(secret)
    assert "whsec_b2x" not in masked("sent with whsec_b2xkZXI= to a.example")


def test_no_name_is_no_secret() -> None:
    assert read_secret(None, {"ALERTS_HOOK": "a"}) is None


@pytest.mark.parametrize("environ", [{}, {"ALERTS_HOOK": ""}, {"ALERTS_HOOK": " "}])
def test_an_empty_setting_is_a_failure_that_names_it(environ: dict[str, str]) -> None:
    with pytest.raises(PermanentFailure, match=r"^ALERTS_HOOK: this setting is empty"):
        read_secret("ALERTS_HOOK", environ)


def test_a_reference_that_azure_has_not_resolved_is_tried_again_and_says_so() -> None:
    reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/alerts-slack)"
    with pytest.raises(TemporaryFailure, match=r"^ALERTS_HOOK: Azure has not resolved") as caught:
        read_secret("ALERTS_HOOK", {"ALERTS_HOOK": reference})
    assert "vault.azure.net" not in caught.value.reason


@pytest.mark.parametrize("name", sorted(each.upper() for each in Settings.model_fields))
def test_no_setting_of_the_app_holds_a_secret_of_a_channel(name: str) -> None:
    with pytest.raises(PermanentFailure, match=rf"^{name}: .*of the app itself") as caught:
        read_secret(name, {name: "hush-hush"})
    assert "hush" not in caught.value.reason


@pytest.mark.parametrize(
    "name",
    [
        *("AZURE_CLIENT_SECRET", "IDENTITY_HEADER", "MSI_SECRET", "WEBSITE_AUTH_ENCRYPTION_KEY"),
        *("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "FUNCTIONS_EXTENSION_VERSION", "PATH"),
        *("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN_OF_CI", "CONTAINER_ENCRYPTION_KEY", "HOME"),
        # How App Service shows its connection strings.
        *("SQLAZURECONNSTR_MAIN", "MYSQLCONNSTR_MAIN", "SERVICEBUSCONNSTR_X", "DOCDBCONNSTR_X"),
        *("AzureWebJobsStorage", "alerts_hook", "ALERTS-HOOK", "", "A" * 200, "ALERTS_HOOK\n"),
    ],
)
def test_a_name_of_the_platform_or_none_is_refused(name: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        read_secret(name, {name: "hush-hush"})
    assert "hush" not in caught.value.reason


def test_an_address_may_be_the_secret() -> None:
    assert address_of("https://a.example/", SecretStr("x")) == "https://a.example/"
    assert address_of(None, SecretStr("https://b.example/")) == "https://b.example/"
    hook = "https://hooks.example/services/T0/B0/qwertzuiop"
    assert address_of(hook, None) == hook
    assert "qwertz" not in masked(f"POST {hook} failed"), "a rule may hold the address itself"
    with pytest.raises(PermanentFailure, match="no address"):
        address_of(None, None)
