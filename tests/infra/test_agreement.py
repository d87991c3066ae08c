"""The template agrees with the code: containers, settings, roles."""

import pytest
import yaml

from shared import backfills, cleanups, rematches, scoring
from shared.alerts.evaluation_queue import QUEUE as EVALUATIONS
from shared.alerts.queue import QUEUE as DELIVERIES
from shared.batches import MAX_BYTES as MAX_BODY_BYTES
from shared.batches import QUEUE as INGEST_QUEUE
from shared.corrections.queue import QUEUE as CORRECTION_QUEUE
from shared.default_communities import DEFAULT_COMMUNITIES, DEFAULT_SUBREDDITS, with_communities
from shared.digests.queue import QUEUE as DIGESTS
from shared.on_demand import QUEUE
from shared.questions.queue import QUEUE as QUESTIONS
from shared.settings import Settings, load_settings
from shared.shards import QUEUE as SHARD_QUEUE
from shared.store import CONTAINERS
from shared.store.cosmos.documents import indexing_policy
from shared.store.cosmos.provisioning import DAY_SECONDS, SHARED_THROUGHPUT, TTL_MARGIN_DAYS
from shared.trending import QUEUE as TRENDING_QUEUE
from tests.fixtures.host import ROOT
from tests.infra.bicep import BicepError
from tests.shared.test_settings import local_values

DATABASES = "Microsoft.DocumentDB/databaseAccounts"
# What Azure replaces references to resources with.
MADE = {
    "COSMOS_ENDPOINT": "https://some.documents.azure.com:443/",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": (
        "InstrumentationKey=00000000-0000-0000-0000-000000000000;"
        "IngestionEndpoint=https://somewhere.in.applicationinsights.azure.com/"
    ),
}
LEFT_OUT = {
    "hn_base_url": "it is for stand-ins, and none is deployed",
    "github_base_url": "it is for stand-ins, and none is deployed",
    "arctic_shift_base_url": "it is for stand-ins, and none is deployed",
    "push_folder": "there is no folder of files on Azure",
    "sqlite_path": "there is no embedded database on Azure",
    "acs_connection_string": "the app signs in to Azure Communication Services by its identity",
    "metrics_access": "Application Insights has the metrics, of all instances",
    "metrics_key": "Application Insights has the metrics, of all instances",
    "log_format": "on Azure the host writes the lines",
    "cosmos_key": "the account takes none: local authentication is off",
    "reddit_base_url": "it is for stand-ins, and none is deployed",
}
PLATFORM = {
    "AzureWebJobsStorage__credential": "the host's storage, by identity",
    "AzureWebJobsStorage__clientId": "the host's storage, by identity",
    "AzureWebJobsStorage__blobServiceUri": "the host's storage, by identity",
    "AzureWebJobsStorage__queueServiceUri": "the host's storage, by identity",
    "AzureWebJobsStorage__tableServiceUri": "the host's storage, by identity",
    "AzureWebJobsDisableHomepage": "the dashboard is at /",
    "AZURE_CLIENT_ID": "which identity DefaultAzureCredential takes",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "and as whom",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID": "App Service Authentication, by identity",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "the host's",
    "PYTHON_THREADPOOL_THREAD_COUNT": "the host's",
}
# Settings that the host reads wherever it runs.
OF_THE_HOST = ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "PYTHON_THREADPOOL_THREAD_COUNT")


@pytest.mark.parametrize("retention", [1, 90, 365])
def test_containers_are_those_that_the_code_makes(deploy, retention: int) -> None:
    declared = deploy(retentionDays=retention).all(f"{DATABASES}/sqlDatabases/containers")
    ttl = (retention + TTL_MARGIN_DAYS) * DAY_SECONDS
    assert {each.name.rpartition("/")[2]: each.properties["resource"] for each in declared} == {
        container.name: {
            "id": container.name,
            "partitionKey": {
                "paths": [f"/{container.partition_key}"],
                "kind": "Hash",
                "version": 2,
            },
            "indexingPolicy": indexing_policy(container),
            **({"defaultTtl": ttl} if container.expires else {}),
        }
        for container in CONTAINERS
    }


def test_containers_are_in_the_database_that_the_app_asks_for(deploy) -> None:
    deployed = deploy(cosmosDatabase="elsewhere")
    database = deployed.one(f"{DATABASES}/sqlDatabases")
    assert database.name.rpartition("/")[2] == deployed.settings["COSMOS_DATABASE"] == "elsewhere"
    # Who upgrades or exports it asks azd for the name.
    assert deployed.outputs["COSMOS_DATABASE"] == "elsewhere"
    for container in deployed.all(f"{DATABASES}/sqlDatabases/containers"):
        assert container.name.startswith(f"{database.name}/")


def test_the_throughput_is_what_the_code_gives(deployed) -> None:
    options = deployed.one(f"{DATABASES}/sqlDatabases").properties["options"]
    assert options == {"throughput": SHARED_THROUGHPUT}


def test_the_queues_are_those_that_the_code_names(deployed) -> None:
    queues = deployed.all("Microsoft.Storage/storageAccounts/queueServices/queues")
    own = (
        *(QUEUE, backfills.QUEUE, cleanups.QUEUE, rematches.QUEUE, scoring.QUEUE, INGEST_QUEUE),
        *(scoring.MODEL_QUEUE, CORRECTION_QUEUE, EVALUATIONS, DELIVERIES, DIGESTS),
        *(QUESTIONS, SHARD_QUEUE, TRENDING_QUEUE),
    )
    names = {name for queue in own for name in (queue, f"{queue}-poison")}
    assert {each.name.rpartition("/")[2] for each in queues} == names


def test_every_setting_is_given_on_azure_or_has_a_reason_not_to_be(deployed) -> None:
    settings = {name.upper() for name in Settings.model_fields.keys() - LEFT_OUT.keys()}
    assert deployed.settings.keys() >= settings
    assert deployed.settings.keys() - settings - PLATFORM.keys() == set()
    assert not {name.upper() for name in LEFT_OUT} & deployed.settings.keys()


@pytest.mark.parametrize("name", OF_THE_HOST)
def test_a_setting_of_the_host_has_one_default_everywhere(deployed, name: str) -> None:
    default = deployed.settings[name]
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert local_values()[name] == default
    assert compose["services"]["app"]["environment"][name] == default
    assert f"| `{name}` | `{default}` |" in (ROOT / "README.md").read_text()


def test_a_body_that_is_a_little_too_large_reaches_the_app(deployed) -> None:
    assert int(deployed.settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]) == 2 * MAX_BODY_BYTES


def test_settings_of_the_host_are_parameters_within_its_limits(deploy) -> None:
    given = deploy(requestBodyBytes=4_000_000, threadCount=4).settings
    assert [given[name] for name in OF_THE_HOST] == ["4000000", "4"]
    for wrong in ({"requestBodyBytes": MAX_BODY_BYTES - 1}, {"threadCount": 0}):
        with pytest.raises(BicepError, match="is not allowed"):
            deploy(**wrong)


def test_the_app_takes_these_settings_and_they_mean_its_defaults(deployed) -> None:
    given = {
        **deployed.settings,
        **MADE,
        "WEBSITE_SITE_NAME": "func-some",
    }
    told = load_settings(given).model_dump(exclude_unset=True)
    defaults = Settings().model_dump()
    own = {"reddit_client_id", "reddit_client_secret", "reddit_user_agent", "cosmos_endpoint"}
    # Off if there is no resource to send it to.
    own |= {"telemetry", "applicationinsights_connection_string"}
    # Strangers read it, and SQLite charges nothing.
    own |= {"daily_read_units"}
    assert {name: value for name, value in told.items() if name not in own} == {
        name: value for name, value in defaults.items() if name in told and name not in own
    }


def test_parameters_reach_the_app(deploy) -> None:
    given = deploy(
        subreddits="aws,Python",
        communities="hn.front,forum.ours,github.o.r",
        contact="ops@example.org",
        hnQueries="front=x",
        forums="ours=https://forum.example.org",
        releaseMarkers=False,
        arcticShift="backfill",
        backfillDays=7,
        retentionDays=30,
        collectSchedule="0 0 * * * *",
        trendingSchedule="0 10 * * * *",
        cleanupSchedule="0 0 3 * * *",
        alertsSchedule="0 */10 * * * *",
        publicUrl="https://mood.example.org",
        sweepRequests=5,
        leaseSeconds=90,
        cacheSeconds=10,
        heavyReadsAMinute=30,
        dailyReadUnits=1000,
        alertsFrom="Undertone <alerts@example.org>",
        smtpHost="mail.example.org",
        smtpPort=465,
        smtpTls="tls",
        askDailyTokens=1000,
        llmDailyTokens=2000,
        corsOrigins="https://example.org",
        alertsAllow="hooks.example.org,10.0.0.0/8",
        readAccess="key",
        readKeys=f"alice:{'a' * 64}",
        adminKeys=f"bob:{'b' * 64}:2026-12-31",
        logLevel="DEBUG",
    ).settings
    settings = load_settings({**given, **MADE})
    assert settings.watched == ("aws", "Python", "hn.front", "forum.ours", "github.o.r")
    assert (settings.contact, settings.hn_queries) == ("ops@example.org", {"front": "x"})
    assert settings.forums == {"ours": "https://forum.example.org"}
    assert settings.release_markers is False
    assert (settings.arctic_shift, settings.backfill_days) == ("backfill", 7)
    assert (settings.retention_days, settings.sweep_requests) == (30, 5)
    assert settings.collect_schedule == "0 0 * * * *"
    assert settings.trending_schedule == "0 10 * * * *"
    assert settings.cleanup_schedule == "0 0 3 * * *"
    assert settings.alerts_schedule == "0 */10 * * * *"
    assert settings.public_url == "https://mood.example.org"
    assert (settings.lease_seconds, settings.cache_seconds) == (90, 10.0)
    assert (settings.heavy_reads_a_minute, settings.daily_read_units) == (30, 1000)
    assert settings.alerts_from == "Undertone <alerts@example.org>"
    assert (settings.smtp_host, settings.smtp_port) == ("mail.example.org", 465)
    assert (settings.smtp_tls, settings.smtp_password) == ("tls", None)
    assert (settings.ask_daily_tokens, settings.llm_daily_tokens) == (1000, 2000)
    assert settings.cors_origins == ("https://example.org",)
    assert settings.alerts_allow == ("hooks.example.org", "10.0.0.0/8")
    assert settings.read_access == "key"
    assert [each.name for each in (*settings.read_keys, *settings.admin_keys)] == ["alice", "bob"]
    assert settings.log_level == "DEBUG"


def test_the_app_is_told_which_identity_is_its_own(deployed) -> None:
    identity = deployed.one("Microsoft.ManagedIdentity/userAssignedIdentities")
    client = f"<{identity.type}/{identity.name}.properties.clientId>"
    settings = deployed.settings
    assert settings["AZURE_CLIENT_ID"] == client
    assert settings["AzureWebJobsStorage__clientId"] == client
    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"
    assert settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == (
        f"Authorization=AAD;ClientId={client}"
    )
    app = deployed.one("Microsoft.Web/sites")
    assert app.properties["keyVaultReferenceIdentity"] == f"/{identity.type}/{identity.name}"
    assert list(app.body["identity"]["userAssignedIdentities"]) == [
        f"/{identity.type}/{identity.name}"
    ]


def test_telemetry_goes_to_a_connection_string(deployed) -> None:
    insights = deployed.one("Microsoft.Insights/components")
    workspace = deployed.one("Microsoft.OperationalInsights/workspaces")
    assert deployed.settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] == (
        f"<{insights.type}/{insights.name}.properties.ConnectionString>"
    )
    assert insights.properties["WorkspaceResourceId"] == f"/{workspace.type}/{workspace.name}"


@pytest.mark.parametrize(
    "name",
    # https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan: deprecated there.
    [
        "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE",
        "SCM_DO_BUILD_DURING_DEPLOYMENT", "ENABLE_ORYX_BUILD", "WEBSITE_CONTENTSHARE",
    ],
)  # fmt: skip
def test_settings_that_flex_consumption_refuses_are_not_given(deployed, name: str) -> None:
    assert name not in deployed.settings


def test_a_scale_out_collects_nothing(deployed) -> None:
    assert deployed.settings["COLLECT_ON_STARTUP"] == "false"


def test_reddits_secret_is_a_reference_to_the_vault(deploy) -> None:
    deployed = deploy(redditClientId="an-id", redditClientSecret="hush")
    vault = deployed.one("Microsoft.KeyVault/vaults")
    secret = deployed.one("Microsoft.KeyVault/vaults/secrets").name.rpartition("/")[2]
    assert deployed.settings["REDDIT_CLIENT_SECRET"] == (
        "@Microsoft.KeyVault(SecretUri="
        f"<{vault.type}/{vault.name}.properties.vaultUri>secrets/{secret})"
    )
    assert "hush" not in str(deployed.settings)


def test_without_reddit_no_secret_of_it_is_named_and_open_communities_are_read(deployed) -> None:
    assert deployed.settings["REDDIT_CLIENT_SECRET"] == ""
    settings = load_settings(with_communities({**deployed.settings, **MADE}))
    assert settings.watched == DEFAULT_COMMUNITIES
    assert settings.subreddits == ()


def test_with_reddit_its_subreddits_are_read(deploy) -> None:
    given = deploy(redditClientId="an-id", redditClientSecret="hush").settings
    assert load_settings(with_communities({**given, **MADE})).watched == DEFAULT_SUBREDDITS


def test_a_token_of_github_is_a_reference_to_the_vault_where_there_is_one(deploy) -> None:
    deployed = deploy(githubToken="hush")
    secret = deployed.one("Microsoft.KeyVault/vaults/secrets").name.rpartition("/")[2]
    assert deployed.settings["GITHUB_TOKEN"].endswith(f"secrets/{secret})")
    assert "hush" not in str(deployed.settings)
    assert deploy().settings["GITHUB_TOKEN"] == ""
    assert deploy(useGithubToken=True).settings["GITHUB_TOKEN"]


def test_the_password_of_the_smtp_server_is_a_reference_to_the_vault(deploy) -> None:
    deployed = deploy(smtpHost="mail.example.org", smtpUser="ann", smtpPassword="hush")
    secret = deployed.one("Microsoft.KeyVault/vaults/secrets").name.rpartition("/")[2]
    assert deployed.settings["SMTP_PASSWORD"].endswith(f"secrets/{secret})")
    assert "hush" not in str(deployed.settings)
    # A deployment without it keeps the one in the vault.
    assert deploy(smtpUser="ann").settings["SMTP_PASSWORD"].endswith(f"secrets/{secret})")


def test_the_key_of_a_model_is_a_reference_to_the_vault_where_there_is_one(deploy) -> None:
    endpoint = "https://models.example.org/v1"
    deployed = deploy(askEndpoint=endpoint, askModel="small", askKey="hush")
    secret = deployed.one("Microsoft.KeyVault/vaults/secrets").name.rpartition("/")[2]
    assert deployed.settings["ASK_KEY"].endswith(f"secrets/{secret})")
    assert "hush" not in str(deployed.settings)
    settings = load_settings({**deployed.settings, **MADE})
    assert (settings.ask_endpoint, settings.ask_model) == (endpoint, "small")
    assert deploy().settings["ASK_KEY"] == ""
    assert deploy(useAskKey=True).settings["ASK_KEY"]


def test_azure_communication_services_need_no_secret(deploy) -> None:
    endpoint = "https://some.europe.communication.azure.com"
    given = deploy(alertsFrom="a@example.org", acsEndpoint=endpoint).settings
    settings = load_settings({**given, **MADE})
    assert (settings.acs_endpoint, settings.acs_connection_string) == (endpoint, None)
    assert given["SMTP_PASSWORD"] == ""
