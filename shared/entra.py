"""The app's own identity in Entra ID."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


def entra_id() -> "AsyncTokenCredential":
    """Return the credential of this process's identity in Entra ID."""
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - costs 0.3 s

    return DefaultAzureCredential()
