"""The forms of settings' values: lists, named lists, names of communities, schedules, addresses."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic.functional_validators import AfterValidator

from shared.access_keys import FORM, AccessKey, parse_key
from shared.communities import NAME, REDDIT, SUBREDDIT, is_prefixed_id, source_of
from shared.email_addresses import is_email_address, sender_of
from shared.models import ALL
from shared.origins import check_origin
from shared.schedule import BadScheduleError, next_tick

NO_SUBREDDITS = "none"
# Its last label isn't a number, which browsers read as an address.
HOST_NAME = re.compile(r"(?!(.*\.)?\d+$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
# https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
AZURE_PATH = "/openai/v1"
# More in a row than anyone runs.
MAX_PROXIES = 9
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def are_none(subreddits: object) -> bool:
    """Return whether SUBREDDITS, as it is written or split, says that none is watched."""
    names = _split(subreddits)
    return isinstance(names, tuple) and [name.lower() for name in names] == [NO_SUBREDDITS]


def _subreddits(names: tuple[str, ...]) -> tuple[str, ...]:
    if are_none(names):
        return ()
    for name in names:
        # In any case: names that differ by it alone are one community.
        is_name = SUBREDDIT.fullmatch(name) and source_of(name.lower()) == REDDIT
        if not is_name or name.lower() in {ALL, NO_SUBREDDITS}:
            raise ValueError(f"{name!r} is not a name of a subreddit")
    if len({name.lower() for name in names}) < len(names):
        raise ValueError("a subreddit is named twice")
    return names


def _communities(ids: tuple[str, ...]) -> tuple[str, ...]:
    for community in ids:
        if not is_prefixed_id(community):
            raise ValueError(f"{community!r} is not an id of a community")
    if len(set(ids)) < len(ids):
        raise ValueError("a community is named twice")
    return ids


def _named(value: object) -> object:
    """Split "name=value,name=value" into a mapping."""
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    names = [name.strip() for name, _, _ in pairs]
    for name, equals, _ in pairs:
        if not equals:
            raise ValueError(f"{name.strip()!r} has no value")
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice")
    return {name: given.strip() for name, (_, _, given) in zip(names, pairs, strict=True)}


def _with_names(named: dict[str, str]) -> dict[str, str]:
    for name, given in named.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of small letters, digits and hyphens")
        if not given:
            raise ValueError(f"{name!r} has no value")
    return named


def _schedule(expression: str) -> str:
    try:
        next_tick(expression, ANY_TIME)
    except BadScheduleError as error:
        raise ValueError(str(error)) from error
    return expression


def _web_address(value: str) -> str:
    if "@" in value:
        raise ValueError("an address with a user or password isn't accepted")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError(f"{value!r} is not an http(s) address")
    return value.rstrip("/")


def _ask_address(value: str) -> str:
    address = _web_address(value)
    parts = urlsplit(address)
    if parts.query or parts.fragment:
        raise ValueError("it takes no query: Azure's v1 API has no api-version")
    if parts.scheme != "https" and parts.hostname not in THIS_MACHINE:
        raise ValueError("an address begins with https://; http:// is for this machine alone")
    if is_azure_openai(address) and parts.path != AZURE_PATH:
        raise ValueError(f"the address of Azure OpenAI ends with {AZURE_PATH}/")
    return address


def is_azure_openai(address: str) -> bool:
    """Return whether an address is that of Azure OpenAI, or of a resource of Azure AI Foundry."""
    return (urlsplit(address).hostname or "").endswith(AZURE_HOSTS)


def _sender(value: str) -> str:
    sender_of(value)
    return value


def _security_contact(value: str) -> str:
    """Return a contact of RFC 9116: a mailto: or an https:// address, without spaces."""
    if is_email_address(value):
        return f"mailto:{value}"
    parts = urlsplit(value)
    if not re.fullmatch(r"https://[!-~]+", value) or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{value!r} is neither an e-mail address nor an https:// address")
    return value


def _origins(given: tuple[str, ...]) -> tuple[str, ...]:
    for origin in given:
        check_origin(origin)
    return given


def _hosts(given: tuple[str, ...]) -> tuple[str, ...]:
    for host in given:
        if HOST_NAME.fullmatch(host):
            continue
        is_network = False
        with suppress(ValueError):
            is_network = bool(ip_network(host, strict=False))
        if not is_network:
            raise ValueError(f"{host!r} is neither a host nor a network")
    return given


def _proxies(value: object) -> object:
    """Split "address,network"; a text of digits is a number of proxies."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return _split(value)


def _trusted(given: int | tuple[str, ...]) -> int | tuple[str, ...]:
    if isinstance(given, int):
        if not 0 <= given <= MAX_PROXIES:
            raise ValueError(f"{given} is not a number of proxies")
        return given
    for each in given:
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise ValueError(f"{each!r} is neither an address nor a network") from None
    return given


def _keys(given: object) -> object:
    if given == ():
        # At import a setting that isn't blank has the app check keys (`checks_callers`), and not
        # the host: with no key neither would.
        raise ValueError(f"it has no key; write {FORM}, or leave it out")
    return tuple(map(parse_key, given)) if isinstance(given, tuple) else given


def _different(keys: tuple[AccessKey, ...]) -> tuple[AccessKey, ...]:
    if len({each.digest for each in keys}) < len(keys):
        raise ValueError("a key stands twice")
    return keys


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
Proxies = Annotated[int | tuple[str, ...], BeforeValidator(_proxies), AfterValidator(_trusted)]
AccessKeys = Annotated[
    tuple[AccessKey, ...],
    # The last one is called first.
    BeforeValidator(_keys),
    BeforeValidator(_split),
    AfterValidator(_different),
]
Schedule = Annotated[str, AfterValidator(_schedule)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
AskAddress = Annotated[str, AfterValidator(_ask_address)]
EmailSender = Annotated[str, AfterValidator(_sender)]
SecurityContact = Annotated[str, AfterValidator(_security_contact)]
Queries = Annotated[dict[str, str], BeforeValidator(_named), AfterValidator(_with_names)]
Addresses = Annotated[dict[str, WebAddress], BeforeValidator(_named), AfterValidator(_with_names)]
Subreddits = Annotated[Names, Field(min_length=1), AfterValidator(_subreddits)]
Communities = Annotated[Names, AfterValidator(_communities)]
Origins = Annotated[Names, AfterValidator(_origins)]
Hosts = Annotated[Names, AfterValidator(_hosts)]
