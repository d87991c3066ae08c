"""All settings of the program: name, default, and accepted values.

A setting is read from the environment variable with the field's name in capitals. Azure Functions
sets these variables from the app's settings. Core Tools and the local host set them from
local.settings.json.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)

from shared import __version__
from shared.access_keys import FORM
from shared.communities import (
    REDDIT,
    SourceName,
    name_in_source,
    source_of,
)
from shared.default_communities import DEFAULT_SUBREDDITS, FORUMS, with_communities
from shared.errors import SettingsError
from shared.logs import MASK, hide, masked
from shared.models import Origin, OtherLanguages, Watchlist
from shared.schedule_advice import warnings
from shared.setting_values import (
    AccessKeys,
    Addresses,
    AskAddress,
    Communities,
    EmailSender,
    Hosts,
    Origins,
    Proxies,
    Queries,
    Schedule,
    SecurityContact,
    Subreddits,
    WebAddress,
)

# https://learn.microsoft.com/azure/azure-monitor/app/connection-strings
CONNECTION_STRING = re.compile(
    r"(^|;)InstrumentationKey=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(;|$)"
)
# https://learn.microsoft.com/azure/communication-services/quickstarts/create-communication-resource
ACS_CONNECTION_STRING = re.compile(
    r"endpoint=(?P<endpoint>https?://[\w.:-]+)/?;accesskey=(?P<key>[A-Za-z0-9+/]{8,}={0,2});?",
    re.IGNORECASE,
)
QUOTED_WITH_AT = re.compile(r"'[^']*@[^']*'")
# If one of these is on, the worker sets up OpenTelemetry and the host stops sending the app's logs:
# https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto
WORKER_TELEMETRY = ("PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY", "PYTHON_ENABLE_OPENTELEMETRY")
# Not stripped, because the host reads the raw value too: a line end in it stops the host's timer.
# Where the local host serves.
LOCAL_ADDRESS = "http://127.0.0.1:7071"
# The local host sets it for its functions.
PEER_NAMED = "UNDERTONE_HOST_NAMES_PEER"
SCHEDULES = ("collect_schedule", "trending_schedule", "cleanup_schedule", "alerts_schedule")
PUBLIC: Final = "public"
SIX_FIELDS = "six NCRONTAB fields, UTC (second minute hour day month weekday)"


def _check_cosmos(key: SecretStr, endpoint: str | None) -> None:
    if not endpoint:
        raise ValueError(
            "COSMOS_ENDPOINT: COSMOS_KEY is set, so it takes the address of that account"
        )
    try:
        is_key = bool(base64.b64decode(key.get_secret_value(), validate=True))
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key:
        raise ValueError(
            f"COSMOS_KEY: a key is base64 text, and this isn't; it takes {_takes('cosmos_key')}"
        )


def _check_forums(communities: Iterable[str], addresses: Mapping[str, str]) -> None:
    for community in communities:
        name = name_in_source(community)
        if source_of(community) == "discourse" and name not in addresses:
            raise ValueError(f"FORUMS: {community} has no address; add {name}=https://…")


def _check_connection_string(given: SecretStr | None) -> None:
    if given is None or not CONNECTION_STRING.search(given.get_secret_value()):
        state = "not set" if given is None else "not a connection string"
        raise ValueError(
            f"APPLICATIONINSIGHTS_CONNECTION_STRING: {state}, and TELEMETRY=azure needs it; it"
            " takes InstrumentationKey=…;IngestionEndpoint=… as the Azure portal shows it"
        )


def _check_email(given: "Settings") -> None:
    ways = [
        name
        for name in ("smtp_host", "acs_endpoint", "acs_connection_string")
        if getattr(given, name) is not None
    ]
    if len(ways) > 1:
        names = " and ".join(name.upper() for name in ways)
        raise ValueError(f"{names}: set one of them, which then sends the e-mails of alerts")
    if ways and given.alerts_from is None:
        raise ValueError(
            f"ALERTS_FROM: not set, and {ways[0].upper()} needs it; it takes"
            f" {_takes('alerts_from')}"
        )
    if bool(given.smtp_user) != bool(given.smtp_password):
        raise ValueError("SMTP_USER and SMTP_PASSWORD: set both, or neither")
    if given.smtp_password and given.smtp_tls == "none":
        raise ValueError(
            "SMTP_TLS: none would send SMTP_PASSWORD unencrypted; take starttls or tls"
        )
    connection = given.acs_connection_string
    if connection and not ACS_CONNECTION_STRING.fullmatch(connection.get_secret_value()):
        raise ValueError(
            "ACS_CONNECTION_STRING: not a connection string; it takes"
            f" {_takes('acs_connection_string')}"
        )


def _check_ask(given: "Settings") -> None:
    if bool(given.ask_endpoint) != bool(given.ask_model):
        raise ValueError("ASK_ENDPOINT and ASK_MODEL: set both, or neither for no model")
    if given.ask_key and not given.ask_endpoint:
        raise ValueError(
            f"ASK_ENDPOINT: not set, and ASK_KEY is a key of it; it takes {_takes('ask_endpoint')}"
        )


def _check_access(given: "Settings") -> None:
    if given.read_access == "key" and not given.admin_keys:
        # Otherwise who may change something by a key of the host could read nothing.
        raise ValueError(
            f"ADMIN_KEYS: not set, and READ_ACCESS=key needs it; it takes {_takes('admin_keys')}"
        )
    if given.read_access == "entra" and given.entra_client_id is None:
        raise ValueError(
            "ENTRA_CLIENT_ID: not set, and READ_ACCESS=entra needs it; it takes"
            f" {_takes('entra_client_id')}"
        )
    if given.read_keys and given.read_access == PUBLIC:
        raise ValueError("READ_ACCESS: public needs no READ_KEYS; take key, or leave these out")
    if {each.digest for each in given.read_keys} & {each.digest for each in given.admin_keys}:
        raise ValueError("READ_KEYS and ADMIN_KEYS: a key stands in both")


class Settings(BaseModel):
    """The settings, validated. A field's description says what the setting takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _added: frozenset[str] = PrivateAttr(frozenset())

    reddit_client_id: str | None = Field(
        None,
        description="the id of a Reddit app of type script or web; if unset, the stand-in serves",
    )
    reddit_client_secret: SecretStr | None = Field(
        None, description="the secret of that Reddit app"
    )
    reddit_user_agent: str = Field(
        f"python:undertone:{__version__} (by /u/unknown)",
        min_length=7,
        description="the User-Agent of requests to Reddit, with the operator's Reddit user name",
    )
    reddit_base_url: WebAddress | None = Field(
        None,
        description="the http(s) address of a server with Reddit's API, if not Reddit's own",
    )
    origin: Origin = Field(
        "live", description="what the data is: live, sample (invented) or recorded"
    )
    subreddits: Subreddits = Field(
        DEFAULT_SUBREDDITS, description="the subreddits to watch, separated by commas, or none"
    )
    communities: Communities = Field(
        (),
        description="the ids of the communities of other sources to watch, separated by commas:"
        " hn.NAME, forum.NAME, github.OWNER.REPOSITORY or push.NAME, in small letters",
    )
    contact: str | None = Field(
        None,
        pattern=r"^[!-~]{3,200}$",
        description="an e-mail or web address of the operator, for the User-Agent of requests to"
        " other sources than Reddit",
    )
    security_contact: SecurityContact | None = Field(
        None,
        description="the e-mail or https:// address at which faults of security are reported, which"
        " /.well-known/security.txt names",
    )
    hn_queries: Queries = Field(
        {},
        description="the words that hn.NAME looks for at Hacker News, as NAME=words, separated by"
        " commas",
    )
    hn_base_url: WebAddress | None = Field(
        None,
        description="the http(s) address of a server with Hacker News' APIs, if not their own",
    )
    forums: Addresses = Field(
        {},
        description="the addresses of Discourse forums that forum.NAME reads, as NAME=https://…,"
        " separated by commas",
    )
    github_token: SecretStr | None = Field(
        None, description="a token of GitHub, which needs no scope: 5,000 requests an hour, not 60"
    )
    github_base_url: WebAddress | None = Field(
        None, description="the http(s) address of a server with GitHub's API, if not its own"
    )
    release_markers: bool = Field(
        default=True,
        description="true or false: whether releases of watched GitHub repositories become markers",
    )
    arctic_shift: Literal["off", "backfill", "poll"] = Field(
        "off",
        description="whether subreddits are read from the archive Arctic Shift: off, backfill"
        " (their past alone) or poll (what is new too, instead of from Reddit)",
    )
    arctic_shift_base_url: WebAddress | None = Field(
        None, description="the http(s) address of a server with Arctic Shift's API, if not its own"
    )
    backfill_days: int = Field(
        90,
        ge=0,
        le=3650,
        description="how many days of the past are read of a community that is new: 0 to 3650",
    )
    push_folder: Path | None = Field(
        None, description="the folder that holds NAME.ndjson for each community push.NAME"
    )
    cosmos_endpoint: WebAddress | None = Field(
        None, description="the https address of a Cosmos DB account; if unset, SQLite is used"
    )
    cosmos_key: SecretStr | None = Field(
        None, description="the key of that account; if unset, Entra ID is used"
    )
    cosmos_database: str = Field(
        "undertone", pattern=r"^[^/\\?#]{1,255}$", description="the name of the Cosmos DB database"
    )
    sqlite_path: Path = Field(
        Path(".data/undertone.db"), description="the file of the SQLite database"
    )
    collect_schedule: Schedule = Field(
        "0 */30 * * * *", description=f"{SIX_FIELDS}: when to collect"
    )
    trending_schedule: Schedule = Field(
        "0 5 * * * *", description=f"{SIX_FIELDS}: when to find trending topics"
    )
    cleanup_schedule: Schedule = Field("0 0 2 * * *", description=f"{SIX_FIELDS}: when to clean up")
    collect_on_startup: bool = Field(
        default=False,
        description="true or false: whether to collect at start-up if the latest tick had none",
    )
    retention_days: int = Field(
        90, ge=1, le=3650, description="how many days data is kept: 1 to 3650"
    )
    sentiment_method: Literal["vader", "linear", "encoder", "llm"] = Field(
        "encoder",
        description="how text is scored: encoder, linear, vader, or llm (by the model of ASK_MODEL,"
        " after encoder)",
    )
    other_languages: OtherLanguages = Field(
        "leave_out",
        description="leave_out or count: whether items that aren't English count in averages",
    )
    sweep_requests: int = Field(
        30,
        ge=0,
        le=500,
        description="how many requests to each source a cycle may spend on older items: 0 to 500",
    )
    lease_seconds: int = Field(
        60,
        ge=1,
        le=600,
        description="seconds from the last renewal of a writer's lease to its expiry: 1 to 600",
    )
    cycle_seconds: int = Field(
        1740,
        ge=10,
        le=86400,
        description="seconds a cycle may take, 10 to 86400: functionTimeout of host.json minus 60",
    )
    cache_seconds: float = Field(
        2.0, ge=0, le=60, description="seconds for which an answer is cached in memory: 0 to 60"
    )
    heavy_reads_a_minute: int = Field(
        60,
        ge=0,
        le=100_000,
        description="the searches, files and long spans that one client may ask for a minute, which"
        " isn't on this machine: 0 to 100000; 0 is no limit",
    )
    daily_read_units: int = Field(
        0,
        ge=0,
        le=2_000_000_000,
        description="the request units of Cosmos DB that reads without a key may cost a day (UTC):"
        " 0 to 2000000000; 0 is no limit",
    )
    alerts_from: EmailSender | None = Field(
        None,
        description="the sender of alerts by e-mail: alerts@example.org, or"
        " Undertone <alerts@example.org>",
    )
    smtp_host: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9.:-]{1,253}$",
        description="the name of the SMTP server that sends alerts by e-mail",
    )
    smtp_port: int = Field(
        587,
        ge=1,
        le=65535,
        description="the port of that server: 587 for starttls, 465 for tls, as a rule",
    )
    smtp_user: str | None = Field(None, description="the user at that server, if it asks for one")
    smtp_password: SecretStr | None = Field(None, description="the password of that user")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="how the connection to that server is encrypted: starttls (after its first"
        " words), tls (from the start) or none",
    )
    acs_endpoint: WebAddress | None = Field(
        None,
        description="the https address of a resource of Azure Communication Services that sends"
        " alerts by e-mail, with Entra ID",
    )
    acs_connection_string: SecretStr | None = Field(
        None,
        description="instead of ACS_ENDPOINT, a connection string: endpoint=https://…;accesskey=…",
    )
    ask_endpoint: AskAddress | None = Field(
        None,
        description="the https address of a server of chat completions, as OpenAI defined them:"
        " https://NAME.openai.azure.com/openai/v1/, or another's address before /chat/completions",
    )
    ask_model: str | None = Field(
        None,
        pattern=r"^[!-~]{1,200}$",
        description="the model to ask there; of Azure OpenAI, the name of its deployment",
    )
    ask_key: SecretStr | None = Field(
        None, description="the key of that server; if unset, Azure OpenAI is asked with Entra ID"
    )
    ask_daily_tokens: int = Field(
        500_000,
        ge=0,
        le=1_000_000_000,
        description="the tokens that questions may cost a day (UTC): 0 to 1000000000",
    )
    llm_daily_tokens: int = Field(
        1_000_000,
        ge=0,
        le=1_000_000_000,
        description="the tokens that scoring may cost a day (UTC): 0 to 1000000000",
    )
    cors_origins: Origins = Field(
        (), description="origins whose pages may call the API, separated by commas"
    )
    public_url: WebAddress | None = Field(
        None,
        description="the http(s) address of the dashboard in links of alerts; if unset, the name"
        " under which Azure serves the app",
    )
    alerts_schedule: Schedule = Field(
        "0 */5 * * * *",
        description=f"{SIX_FIELDS}: when to send alerts that wait",
    )
    alerts_allow: Hosts = Field(
        (),
        description="hosts and networks of inner networks that alerts may be sent to, over http"
        " too, separated by commas",
    )
    entra_client_id: str | None = Field(
        None,
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="the client id of the app registration that people and agents sign in to, with"
        " App Service Authentication; if unset, reads need no sign-in",
    )
    entra_issuer: WebAddress | None = Field(
        None,
        description="who issues its tokens: https://login.microsoftonline.com/TENANT-ID/v2.0",
    )
    trusted_proxies: Proxies = Field(
        0,
        description="the number of proxies in front of the app, 0 to 9, or their addresses and"
        " networks, separated by commas: X-Forwarded-* of others don't count",
    )
    read_access: Literal["public", "key", "entra"] = Field(
        PUBLIC,
        description="who may read: public (anybody), key (with a key of READ_KEYS or ADMIN_KEYS) or"
        " entra (who is signed in, in the role reader or editor)",
    )
    read_keys: AccessKeys = Field(
        (), description=f"keys that may read, separated by commas, each as {FORM}"
    )
    admin_keys: AccessKeys = Field(
        (),
        description="keys that may read and change, in the same form; if unset, function keys of"
        " the Functions app may",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="how one machine logs: text, or json (one object a line)"
    )
    metrics_access: Literal["off", "loopback", "key"] = Field(
        "off",
        description="who may read /metrics: off (nobody), loopback (this machine, past any proxy)"
        " or key (who sends METRICS_KEY)",
    )
    metrics_key: SecretStr | None = Field(
        None,
        min_length=16,
        max_length=200,
        description="the key of /metrics, 16 to 200 characters: Authorization: Bearer KEY",
    )
    telemetry: Literal["off", "azure"] = Field(
        "off", description="whether traces and metrics are sent: off or azure"
    )
    applicationinsights_connection_string: SecretStr | None = Field(
        None, description="the connection string of an Application Insights resource"
    )

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if bool(self.reddit_client_id) != bool(self.reddit_client_secret):
            raise ValueError(
                "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET: set both, or neither for the stand-in"
            )
        if not self.watched:
            raise ValueError("SUBREDDITS: none, so COMMUNITIES takes at least one id")
        _check_forums(self.communities, self.addresses_of_forums)
        if self.cosmos_key:
            _check_cosmos(self.cosmos_key, self.cosmos_endpoint)
        if self.telemetry == "azure":
            _check_connection_string(self.applicationinsights_connection_string)
        _check_email(self)
        _check_ask(self)
        if self.metrics_access == "key" and self.metrics_key is None:
            raise ValueError(
                f"METRICS_KEY: not set, and METRICS_ACCESS=key needs it; it takes"
                f" {_takes('metrics_key')}"
            )
        if bool(self.entra_client_id) != bool(self.entra_issuer):
            raise ValueError("ENTRA_CLIENT_ID and ENTRA_ISSUER: set both, or neither")
        _check_access(self)
        return self

    @property
    def checks_callers(self) -> bool:
        """Return whether the app itself checks who may change something: see `checks_callers`."""
        return self.read_access != PUBLIC or bool(self.admin_keys)

    @property
    def watched(self) -> tuple[str, ...]:
        """Return the ids of the communities that are collected, of all sources."""
        return (*self.subreddits, *self.communities)

    @property
    def configured(self) -> tuple[str, ...]:
        """Return the ids of those that the settings or the watchlist name: not those in bulk."""
        return tuple(name for name in self.watched if name not in self._added)

    @property
    def default_method(self) -> Literal["vader", "linear", "encoder"]:
        """Return the method that scores first: the default one where a language model follows."""
        return "encoder" if self.sentiment_method == "llm" else self.sentiment_method

    @property
    def addresses_of_forums(self) -> dict[str, str]:
        """Return the address of each forum that is known by its name."""
        return {**FORUMS, **self.forums}

    @property
    def reads_reddit(self) -> bool:
        """Return whether anything is configured that subreddits are read from."""
        return bool(self.reddit_client_id or self.reddit_base_url or self.arctic_shift == "poll")

    def watching(self, watchlist: Watchlist) -> "Settings":
        """Return these settings with the communities of a watchlist, if it names any.

        It was validated when it was written (shared/subjects/communities.py).
        """
        watched = watchlist["communities"]
        if watched is None:
            return self
        ids = [each["id"] for each in watched]
        queries = {name_in_source(each["id"]): each.get("query") for each in watched}
        addresses = {name_in_source(each["id"]): each.get("address") for each in watched}
        return self.model_copy(
            update={
                "subreddits": tuple(each for each in ids if source_of(each) == REDDIT),
                "communities": tuple(each for each in ids if source_of(each) != REDDIT),
                "hn_queries": {**self.hn_queries, **_given(queries)},
                "forums": {**self.forums, **_given(addresses)},
            }
        )

    def watching_also(self, names: Sequence[str]) -> "Settings":
        """Return these settings with more communities, which were checked when they were added."""
        known = {name.lower() for name in self.watched}
        fresh = [name for name in names if name.lower() not in known]
        subreddits = tuple(name for name in fresh if source_of(name) == REDDIT)
        others = tuple(name for name in fresh if source_of(name) != REDDIT)
        whole = self.model_copy(
            update={
                "subreddits": (*self.subreddits, *subreddits),
                "communities": (*self.communities, *others),
            }
        )
        whole._added = self._added.union(fresh)  # noqa: SLF001 - its own class
        return whole

    def source_of(self, community: str) -> SourceName:
        """Return the source that a community is read from."""
        source = source_of(community)
        return "arctic_shift" if source == REDDIT and self.arctic_shift == "poll" else source

    def community_named(self, name: str) -> str | None:
        """Return an id, given in any case, as it is configured; None if it isn't configured."""
        return next((known for known in self.watched if known.lower() == name.lower()), None)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the validated settings.

    An empty setting counts as unset. Blanks around a setting are removed, except around a schedule,
    which is read as the host reads it.

    Raises SettingsError with a line for each wrong setting: its name, what is wrong and what it
    takes. Secrets are never quoted.
    """
    values = {name: environ.get(name.upper(), "") for name in Settings.model_fields}
    read = {name: each if name in SCHEDULES else each.strip() for name, each in values.items()}
    given = {name: each for name, each in read.items() if each}
    on_azure = bool(environ.get("WEBSITE_SITE_NAME"))
    if on_azure and "cosmos_endpoint" not in given:
        raise SettingsError(
            "COSMOS_ENDPOINT: not set, and SQLite can't be used on Azure; it takes "
            + _takes("cosmos_endpoint")
        )
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(dict(e)) for e in error.errors())) from None
    if settings.telemetry == "azure":
        _check_worker_sends_nothing(environ)
    return settings


def schedule_warnings(settings: Settings) -> list[str]:
    """Return a warning for each part of a schedule that probably isn't what was intended."""
    return [
        f"{name.upper()}: {warning}"
        for name in SCHEDULES
        for warning in warnings(getattr(settings, name))
    ]


def own_host() -> str | None:
    """Return the host name under which Azure serves the app; None anywhere else.

    https://learn.microsoft.com/azure/app-service/reference-app-settings
    """
    on_azure = bool(os.environ.get("WEBSITE_SITE_NAME"))
    return (os.environ.get("WEBSITE_HOSTNAME") or None) if on_azure else None


def host_names_peer() -> bool:
    """Return whether the host adds the address that a request came from to X-Forwarded-For.

    Azure's front end does, and the local host, which then sets PEER_NAMED.
    https://learn.microsoft.com/azure/app-service/overview-inbound-outbound-ips
    """
    return own_host() is not None or os.environ.get(PEER_NAMED) == "true"


def is_guarded_by_platform() -> bool:
    """Return whether App Service may have checked who calls: on Azure, where it isn't off."""
    return own_host() is not None and os.environ.get("WEBSITE_AUTH_ENABLED", "").lower() != "false"


def checks_callers(environ: Mapping[str, str]) -> bool:
    """Return whether the app itself checks who may change something; else the host's keys do.

    It is asked at import, where no setting is validated: whatever isn't clearly public is checked.
    """
    access = environ.get("READ_ACCESS", "").strip() or PUBLIC
    return access != PUBLIC or bool(environ.get("ADMIN_KEYS", "").strip())


def is_signed_in_by_platform() -> bool:
    """Return whether App Service says that it checks who calls, and so sets who that is.

    Without it anybody could send its headers. Microsoft's own library asks for the same:
    https://github.com/AzureAD/microsoft-identity-web (AppServicesAuthenticationInformation).
    """
    return own_host() is not None and os.environ.get("WEBSITE_AUTH_ENABLED", "").lower() == "true"


def dashboard_address(settings: Settings) -> str:
    """Return the address of the dashboard, without a slash at its end."""
    host = own_host()
    own = f"https://{host}" if host else LOCAL_ADDRESS
    return (settings.public_url or own).rstrip("/")


def _check_worker_sends_nothing(environ: Mapping[str, str]) -> None:
    for name in WORKER_TELEMETRY:
        if environ.get(name, "").strip().lower() in {"true", "1"}:
            raise SettingsError(
                f"{name}: with TELEMETRY=azure it takes false, or nothing: otherwise the worker"
                " sends telemetry too, and the host no longer sends the app's logs"
            )


def _given(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _takes(field: str) -> str:
    return Settings.model_fields[field].description or ""


def _explain(error: dict[str, Any]) -> str:
    problem = masked(str(error["msg"]).removeprefix("Value error, "))
    # A mistyped address isn't recognised as an address, and may still contain a password.
    problem = QUOTED_WITH_AT.sub(repr(MASK), problem)
    if not error["loc"]:
        return problem
    field = str(error["loc"][0])
    return f"{field.upper()}: {problem}; it takes {_takes(field)}"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings, which the first call reads. Raises SettingsError."""
    given = load_settings(with_communities(os.environ))
    secrets = [getattr(given, name) for name in Settings.model_fields]
    hide(each.get_secret_value() for each in secrets if isinstance(each, SecretStr))
    return given
