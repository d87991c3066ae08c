"""Reads the secrets of channels from the settings that rules name."""

from collections.abc import Mapping

from pydantic import SecretStr

from shared.alerts.secret_names import refusal_of_name
from shared.errors import PermanentFailure, TemporaryFailure
from shared.logs import hide

# Where a reference can't be resolved, the setting holds the reference itself:
# https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
REFERENCE = "@Microsoft.KeyVault("


def read_secret(name: str | None, environ: Mapping[str, str]) -> SecretStr | None:
    """Return what the setting `name` holds, masked in logs from now on; None if there is no name.

    Raises PermanentFailure, which names the setting, if it is empty or may not be read, and
    TemporaryFailure if the key vault hasn't given its value.
    """
    if name is None:
        return None
    if refused := refusal_of_name(name):
        raise PermanentFailure(f"{name}: {refused}")
    value = environ.get(name, "").strip()
    if not value:
        raise PermanentFailure(f"{name}: this setting is empty, and a channel's secret is in it")
    if value.startswith(REFERENCE):
        reason = f"{name}: Azure has not resolved this setting's reference to the key vault"
        raise TemporaryFailure(reason)
    hide([value, *value.split()])
    return SecretStr(value)


def address_of(to: str | None, secret: SecretStr | None) -> str:
    """Return a channel's address, which is its secret where the rule has none; logs mask both.

    Raises PermanentFailure if there is neither.
    """
    if to:
        hide([to])
        return to
    if secret is None:
        raise PermanentFailure("the channel has no address: neither `to` nor a secret")
    return secret.get_secret_value()
