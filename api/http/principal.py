"""Who App Service Authentication says that the caller is, and the roles of the token.

https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import azure.functions as func
from pydantic import BaseModel, ValidationError

HEADER: Final = "x-ms-client-principal"
ENTRA: Final = "aad"
# Tokens name a claim in short; App Service may write the name that SAML has for it.
ROLES: Final = frozenset({"roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"})
AUDIENCE: Final = "aud"
# Of a person the address, of a program the id of its registration; the id of the object is last.
# https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
NAMES: Final = (
    "preferred_username",
    "upn",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "azp",
    "appid",
    "oid",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
)
MAX_NAME_CHARS: Final = 100


@dataclass(frozen=True)
class Principal:
    """Who is signed in, and the values of the role claims."""

    name: str
    roles: frozenset[str]


class _Claim(BaseModel):
    typ: str
    val: str


class _Document(BaseModel):
    auth_typ: str
    claims: list[_Claim]


def principal_of(request: func.HttpRequest, client_id: str) -> Principal | None:
    """Return who is signed in by Entra ID; None where the header is missing or another's.

    A token for another app than client_id has no roles here. Ask only where the platform sets the
    header.
    """
    given = request.headers.get(HEADER)
    if not given:
        return None
    try:
        found = _Document.model_validate_json(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError, ValidationError):
        return None
    if found.auth_typ != ENTRA:
        return None
    audiences = {each.val for each in found.claims if each.typ == AUDIENCE}
    is_ours = audiences <= {client_id, f"api://{client_id}"}
    roles = {each.val for each in found.claims if each.typ in ROLES} if is_ours else set()
    return Principal(_name_in(found.claims), frozenset(roles))


def _name_in(claims: Iterable[_Claim]) -> str:
    values = {each.typ: each.val for each in claims}
    name = next((values[each] for each in NAMES if values.get(each)), "somebody signed in")
    return "".join(each for each in name if each.isprintable())[:MAX_NAME_CHARS]
