"""Sign-in with Entra ID, where the deployment asks for it.

App Service Authentication checks tokens before a request reaches the app, and names the caller in a
header that it takes from no client:
https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
Where it lets others pass, agents get the answer that their clients look for, and the metadata of
RFC 9728, which the platform serves itself where it can.
"""

from typing import Final

import azure.functions as func

from api.endpoint import MCP, METADATA
from api.errors import NotFound, SignInNeeded
from api.http.fallback import NO_ENDPOINT
from shared.settings import Settings, is_guarded_by_platform

CALLER: Final = "x-ms-client-principal-id"
# The scope of a registration that the Azure portal makes.
SCOPE: Final = "user_impersonation"


def check_signed_in(request: func.HttpRequest, settings: Settings, base: str) -> None:
    """Check that an agent's caller is signed in; base is the address of the app.

    Raises SignInNeeded, also where no platform has checked the header.
    """
    if settings.entra_client_id is None or settings.read_access == "entra":
        # With entra the app has checked already: api/http/access.py.
        return
    if is_guarded_by_platform() and request.headers.get(CALLER):
        return
    raise SignInNeeded(challenge_of(settings, base))


def challenge_of(settings: Settings, base: str) -> str:
    """Return the challenge that says where a token is got; base is the address of the app.

    https://www.rfc-editor.org/rfc/rfc9728#section-5.1
    """
    metadata = f'resource_metadata="{base}{METADATA}{MCP}"'
    return f'Bearer {metadata}, scope="{scope_of(settings.entra_client_id or "")}"'


def resource_metadata(settings: Settings, base: str, path: str = "") -> dict[str, object]:
    """Return the metadata of the resource at a path of the app: who issues tokens for it.

    https://www.rfc-editor.org/rfc/rfc9728#section-2. Raises NotFound where no sign-in is needed.
    """
    if settings.entra_client_id is None:
        raise NotFound(NO_ENDPOINT)
    return {
        "resource": base + path,
        "authorization_servers": [settings.entra_issuer],
        "scopes_supported": [scope_of(settings.entra_client_id)],
        "bearer_methods_supported": ["header"],
        "resource_name": "Undertone",
    }


def scope_of(client_id: str) -> str:
    """Return the scope that a client asks for."""
    return f"api://{client_id}/{SCOPE}"
