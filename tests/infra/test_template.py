"""The template compiles, and would deploy what the docs promise."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.endpoints import ROUTES
from api.http.sign_in import scope_of
from local.host.config import read_host_json
from shared.alerts.secret_names import refusal_of_name
from shared.schedule import interval
from tests.fixtures.host import ROOT
from tests.infra.bicep import BicepError, Deployment, Template, load
from tests.infra.conftest import MAIN
from tests.infra.resolver import problems
from tests.infra.variants import CLIENT, REQUIRED

DATABASES = "Microsoft.DocumentDB/databaseAccounts"


def test_every_name_file_parameter_and_output_is_there() -> None:
    assert problems(MAIN) == []


def named_files(template: Template) -> set[Path]:
    """Return the template's own path and those of its modules and of theirs."""
    return {template.path}.union(*(named_files(each) for each in template.modules.values()))


def test_every_module_is_part_of_the_deployment() -> None:
    assert named_files(load(MAIN)) == {MAIN, *(MAIN.parent / "app").glob("*.bicep")}


def test_azd_gives_only_parameters_that_there_are() -> None:
    given = json.loads((MAIN.parent / "main.parameters.json").read_text())["parameters"]
    parameters = load(MAIN).of("parameter")
    assert given.keys() <= parameters.keys()
    # azd asks for parameters that are empty and have no default.
    assert given.keys() >= {name for name, each in parameters.items() if each.value is None}
    for name, each in given.items():
        # azd makes a boolean or a number of a variable, but not of nothing.
        if parameters[name].type != "string":
            default = json.loads(each["value"].strip("${}").partition("=")[2])
            assert default == Deployment(load(MAIN), REQUIRED).symbol(name)


@pytest.mark.parametrize("name", list(load(MAIN).of("parameter")))
def test_every_parameter_is_described(name: str) -> None:
    assert "description" in load(MAIN).declared[name].decorators


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cosmosMode", "manual"), ("instanceMemoryMB", 1024), ("retentionDays", 0),
        ("arcticShift", "on"), ("httpConcurrency", 1001), ("retentionDays", "90"),
        ("mode", "free"),
    ],
)  # fmt: skip
def test_what_a_parameter_does_not_take_is_refused(deploy, name: str, value) -> None:
    with pytest.raises(BicepError, match=name):
        deploy(**{name: value})


def test_the_app_is_python_3_13_on_flex_consumption(deployed) -> None:
    plan = deployed.one("Microsoft.Web/serverfarms")
    app = deployed.one("Microsoft.Web/sites")
    assert plan.body["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert app.properties["serverFarmId"] == f"/{plan.type}/{plan.name}"
    config = app.properties["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": "3.13"}
    assert app.body["tags"] == {"azd-env-name": "test", "azd-service-name": "api"}


def test_the_site_has_no_property_that_flex_consumption_refuses(deployed) -> None:
    # ftpsState, alwaysOn, linuxFxVersion, healthCheckPath and most others end the deployment with
    # "site configuration property … for Flex Consumption sites is invalid".
    config = deployed.one("Microsoft.Web/sites").properties["siteConfig"]
    assert config.keys() <= {"minTlsVersion", "scmMinTlsVersion", "http20Enabled"}


def test_memory_instances_and_concurrency_are_parameters(deploy) -> None:
    app = deploy(instanceMemoryMB=4096, maximumInstanceCount=50, httpConcurrency=16)
    scale = app.one("Microsoft.Web/sites").properties["functionAppConfig"]["scaleAndConcurrency"]
    assert scale == {
        "instanceMemoryMB": 4096,
        "maximumInstanceCount": 50,
        "alwaysReady": [],
        "triggers": {"http": {"perInstanceConcurrency": 16}},
    }


def test_a_cycle_ends_a_minute_before_the_platform_ends_it(deployed) -> None:
    timeout = read_host_json(ROOT).function_timeout
    assert timeout is not None
    assert float(deployed.settings["CYCLE_SECONDS"]) == timeout - 60


def test_the_free_tier_gets_a_thousand_shared_units_and_never_more(deploy) -> None:
    free = deploy(cosmosMode="free")
    account = free.one(DATABASES).properties
    assert account["enableFreeTier"] is True
    assert account["capacity"] == {"totalThroughputLimit": 1000}
    assert account["capabilities"] == []
    assert free.one(f"{DATABASES}/sqlDatabases").properties["options"] == {"throughput": 1000}


def test_autoscale_is_not_on_the_free_tier(deploy) -> None:
    autoscale = deploy(cosmosMode="autoscale")
    assert autoscale.one(DATABASES).properties["enableFreeTier"] is False
    options = autoscale.one(f"{DATABASES}/sqlDatabases").properties["options"]
    assert options == {"autoscaleSettings": {"maxThroughput": 1000}}


def test_serverless_provisions_nothing(deploy) -> None:
    serverless = deploy(cosmosMode="serverless")
    account = serverless.one(DATABASES).properties
    assert account["capabilities"] == [{"name": "EnableServerless"}]
    assert account["enableFreeTier"] is False
    assert serverless.one(f"{DATABASES}/sqlDatabases").properties["options"] == {}


@pytest.mark.parametrize("mode", ["free", "autoscale", "serverless"])
def test_no_container_takes_throughput_of_its_own(deploy, mode: str) -> None:
    for container in deploy(cosmosMode=mode).all(f"{DATABASES}/sqlDatabases/containers"):
        assert "options" not in container.properties


def test_nothing_takes_a_key(deployed) -> None:
    assert deployed.one(DATABASES).properties["disableLocalAuth"] is True
    assert deployed.one("Microsoft.Insights/components").properties["DisableLocalAuth"] is True
    workspace = deployed.one("Microsoft.OperationalInsights/workspaces").properties
    assert workspace["features"]["disableLocalAuth"] is True
    storage = deployed.one("Microsoft.Storage/storageAccounts").properties
    assert storage["allowSharedKeyAccess"] is False
    assert storage["allowBlobPublicAccess"] is False
    assert deployed.one("Microsoft.KeyVault/vaults").properties["enableRbacAuthorization"] is True
    passwords = deployed.all("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert [each.properties["allow"] for each in passwords] == [False, False]


def test_tls_1_2_is_the_least_everywhere(deployed) -> None:
    assert deployed.one(DATABASES).properties["minimalTlsVersion"] == "Tls12"
    assert (
        deployed.one("Microsoft.Storage/storageAccounts").properties["minimumTlsVersion"]
        == "TLS1_2"
    )
    app = deployed.one("Microsoft.Web/sites").properties
    assert app["httpsOnly"] is True
    assert app["siteConfig"]["minTlsVersion"] == app["siteConfig"]["scmMinTlsVersion"] == "1.2"


def test_the_identity_has_these_roles_and_no_other(deployed) -> None:
    # https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    names = {
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
        "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
        "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    }
    given = deployed.all("Microsoft.Authorization/roleAssignments")
    identity = deployed.one("Microsoft.ManagedIdentity/userAssignedIdentities")
    assert {each.properties["principalId"] for each in given} == {
        f"<{identity.type}/{identity.name}.properties.principalId>"
    }
    assert len({each.name for each in given}) == len(given)
    roles = {
        names[each.properties["roleDefinitionId"].rpartition("/")[2]]: each.body["scope"].target
        for each in given
    }
    assert {role: scope.partition("@")[0] for role, scope in roles.items()} == {
        "Storage Blob Data Owner": "Microsoft.Storage/storageAccounts",
        "Storage Queue Data Contributor": "Microsoft.Storage/storageAccounts",
        "Storage Table Data Contributor": "Microsoft.Storage/storageAccounts",
        "Key Vault Secrets User": "Microsoft.KeyVault/vaults",
        "Monitoring Metrics Publisher": "Microsoft.Insights/components",
    }


def test_the_identity_may_write_documents(deployed) -> None:
    given = deployed.one(f"{DATABASES}/sqlRoleAssignments").properties
    # The built-in data contributor: it may write documents but not create containers.
    assert given["roleDefinitionId"].endswith(
        "/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
    )
    assert re.fullmatch(
        r"<.*userAssignedIdentities/.*\.properties\.principalId>", given["principalId"]
    )


def test_whoever_deploys_may_look_at_messages_and_documents(deploy) -> None:
    before, after = deploy(), deploy(principalId="00000000-1111-2222-3333-444444444444")
    kinds = ("Microsoft.Authorization/roleAssignments", f"{DATABASES}/sqlRoleAssignments")
    added = [
        each
        for kind in kinds
        for each in after.all(kind)
        if each.name not in {one.name for one in before.all(kind)}
    ]
    assert {each.properties["roleDefinitionId"].rpartition("/")[2] for each in added} == {
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",  # Storage Queue Data Contributor
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",  # Key Vault Secrets Officer
        "00000000-0000-0000-0000-000000000002",  # Cosmos DB Built-in Data Contributor
    }
    for each in added:
        assert each.properties["principalId"] == "00000000-1111-2222-3333-444444444444"
        # A workflow deploys as a service principal, a person as a user.
        assert "principalType" not in each.properties
    given = json.loads((MAIN.parent / "main.parameters.json").read_text())["parameters"]
    assert given["principalId"]["value"] == "${AZURE_PRINCIPAL_ID}"


def test_the_secret_that_is_there_stays_when_none_is_given(deploy) -> None:
    assert not deploy().all("Microsoft.KeyVault/vaults/secrets")
    secret = deploy(redditClientSecret="hush").one("Microsoft.KeyVault/vaults/secrets")
    assert secret.properties["value"] == "hush"


def test_secrets_of_alert_channels_are_settings_by_reference(deploy) -> None:
    before = deploy()
    after = deploy(alertSecrets="ALERTS_SLACK=alerts-slack, TEAM_HOOK = team-hook")
    vault = after.one("Microsoft.KeyVault/vaults").name
    uri = f"https://{vault}.vault.azure.net/secrets"
    assert after.settings.items() - before.settings.items() == {
        ("ALERTS_SLACK", f"@Microsoft.KeyVault(SecretUri={uri}/alerts-slack)"),
        ("TEAM_HOOK", f"@Microsoft.KeyVault(SecretUri={uri}/team-hook)"),
    }
    assert before.settings.keys() <= after.settings.keys()
    # Whoever deploys writes the secrets; the template neither makes nor sees them.
    assert not after.all("Microsoft.KeyVault/vaults/secrets")
    for name in ("ALERTS_SLACK", "TEAM_HOOK"):
        assert refusal_of_name(name) is None, "so that a channel can name it"


@pytest.mark.parametrize("name", ["COSMOS_ENDPOINT", "ALERTS_ALLOW", "AZURE_CLIENT_ID"])
def test_a_secret_of_a_channel_is_never_one_of_the_apps_own_settings(deploy, name: str) -> None:
    before, after = deploy(), deploy(alertSecrets=f"{name}=evil")
    assert after.settings == before.settings
    assert refusal_of_name(name) is not None


def test_the_identity_sends_e_mails_by_a_resource_of_another_group(deploy) -> None:
    there = "/subscriptions/s1/resourceGroups/mails/providers/Microsoft.Communication"
    after = deploy(acsResourceId=f"{there}/communicationServices/acs-ours")
    kind = "Microsoft.Communication/communicationServices"
    assert after.settings["ACS_ENDPOINT"] == f"https://<{kind}/acs-ours.properties.hostName>"
    known = {each.name for each in deploy().all("Microsoft.Authorization/roleAssignments")}
    given = after.all("Microsoft.Authorization/roleAssignments")
    (role,) = [each for each in given if each.name not in known]
    identity = after.one("Microsoft.ManagedIdentity/userAssignedIdentities")
    assert role.properties["roleDefinitionId"].endswith("09976791-48a7-449e-bb21-39d1a415f350")
    assert role.properties["principalId"] == (
        f"<{identity.type}/{identity.name}.properties.principalId>"
    )
    main = load(MAIN)
    assert main.declared["mail"].value is not None
    assert b"scope: resourceGroup(acsParts[2], acsParts[4])" in (
        main.declared["mail"].value.text or b""
    )
    assert deploy(acsEndpoint="https://x.example").settings["ACS_ENDPOINT"] == "https://x.example"


def test_the_identity_asks_models_of_a_resource_of_another_group(deploy) -> None:
    there = "/subscriptions/s1/resourceGroups/models/providers/Microsoft.CognitiveServices"
    after = deploy(askResourceId=f"{there}/accounts/oai-ours", askModel="small")
    kind = "Microsoft.CognitiveServices/accounts"
    assert after.settings["ASK_ENDPOINT"] == (
        f"https://<{kind}/oai-ours.properties.customSubDomainName>.openai.azure.com/openai/v1/"
    )
    assert after.settings["ASK_KEY"] == ""
    known = {each.name for each in deploy().all("Microsoft.Authorization/roleAssignments")}
    given = after.all("Microsoft.Authorization/roleAssignments")
    (role,) = [each for each in given if each.name not in known]
    # Cognitive Services OpenAI User
    assert role.properties["roleDefinitionId"].endswith("5e0bd9bd-7b93-4f28-af87-19fc36ad61bd")
    identity = after.one("Microsoft.ManagedIdentity/userAssignedIdentities")
    assert role.properties["principalId"] == (
        f"<{identity.type}/{identity.name}.properties.principalId>"
    )


def test_the_package_is_read_with_the_identity(deployed) -> None:
    storage = deployed.one("Microsoft.Web/sites").properties["functionAppConfig"]["deployment"][
        "storage"
    ]
    identity = deployed.one("Microsoft.ManagedIdentity/userAssignedIdentities")
    assert storage["authentication"] == {
        "type": "UserAssignedIdentity",
        "userAssignedIdentityResourceId": f"/{identity.type}/{identity.name}",
    }
    container = deployed.one("Microsoft.Storage/storageAccounts/blobServices/containers").name
    assert storage["value"].endswith(f".blob>{container.rpartition('/')[2]}")


def test_the_alert_is_made_for_who_wants_it(deploy) -> None:
    assert not deploy().all("Microsoft.Insights/scheduledQueryRules")
    alerting = deploy(alertEmail="ops@example.org")
    group = alerting.one("Microsoft.Insights/actionGroups")
    assert group.properties["emailReceivers"][0]["emailAddress"] == "ops@example.org"
    rule = alerting.rule("completed-cycles").properties
    assert rule["actions"] == {"actionGroups": [f"/{group.type}/{group.name}"]}
    (condition,) = rule["criteria"]["allOf"]
    assert '"cycle.completed "' in condition["query"]
    assert (condition["operator"], condition["threshold"]) == ("LessThan", 1)


def test_the_alert_waits_for_two_intervals_of_the_schedule(deploy) -> None:
    alerting = deploy(alertEmail="ops@example.org")
    schedule = alerting.settings["COLLECT_SCHEDULE"]
    rule = alerting.rule("completed-cycles").properties
    assert rule["windowSize"] == "PT1H"
    assert 2 * interval(schedule, datetime(2026, 11, 25, tzinfo=UTC)) == timedelta(hours=1)


def test_the_availability_test_asks_for_health_and_never_for_the_page(deploy) -> None:
    assert not deploy().all("Microsoft.Insights/webtests")
    alerting = deploy(alertEmail="ops@example.org")
    test = alerting.one("Microsoft.Insights/webtests")
    app = alerting.one("Microsoft.Web/sites")
    host = f"<{app.type}/{app.name}.properties.defaultHostName>"
    assert test.properties["Request"]["RequestUrl"] == f"https://{host}/api/v1/health"
    assert test.properties["ValidationRules"]["ExpectedHttpStatusCode"] == 200
    # Standard tests take these three, in seconds.
    assert test.properties["Frequency"] in {300, 600, 900}
    insights = alerting.one("Microsoft.Insights/components")
    assert test.body["tags"][f"hidden-link:/{insights.type}/{insights.name}"] == "Resource"


def test_a_failing_health_check_reaches_the_same_people(deploy) -> None:
    alerting = deploy(alertEmail="ops@example.org", moreAlerts=False)
    group = alerting.one("Microsoft.Insights/actionGroups")
    test = alerting.one("Microsoft.Insights/webtests")
    rule = alerting.one("Microsoft.Insights/metricAlerts").properties
    insights = alerting.one("Microsoft.Insights/components")
    ids = [f"/{each.type}/{each.name}" for each in (test, insights)]
    assert rule["actions"] == [{"actionGroupId": f"/{group.type}/{group.name}"}]
    assert rule["scopes"] == [rule["criteria"]["webTestId"], rule["criteria"]["componentId"]] == ids
    # One place may fail by itself, and a window has a result of each.
    assert 1 < rule["criteria"]["failedLocationCount"] < len(test.properties["Locations"])
    assert rule["windowSize"] == f"PT{test.properties['Frequency'] // 60}M"


def test_one_parameter_makes_people_and_agents_sign_in(deploy) -> None:
    signed = deploy(entraClientId=CLIENT)
    given = signed.config("authsettingsV2")
    assert given["platform"] == {"enabled": True}
    validation = given["globalValidation"]
    assert validation["requireAuthentication"] is True
    assert validation["unauthenticatedClientAction"] == "Return401"
    assert set(validation["excludedPaths"]) == {
        *("/api/v1/health", ROUTES["security_txt"].address),
        *(ROUTES["oauth_resource"].address, ROUTES["oauth_mcp"].address),
    }
    provider = given["identityProviders"]["azureActiveDirectory"]
    assert provider["registration"]["clientId"] == CLIENT
    assert f"api://{CLIENT}" in provider["validation"]["allowedAudiences"]
    # No secret: what the provider names is the identity's id.
    identity = signed.settings[provider["registration"]["clientSecretSettingName"]]
    assert identity == signed.settings["AZURE_CLIENT_ID"]
    # The platform and the app name the same scope and the same issuer.
    scope = signed.settings["WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES"]
    assert scope == scope_of(signed.settings["ENTRA_CLIENT_ID"])
    assert provider["registration"]["openIdIssuer"] == signed.settings["ENTRA_ISSUER"]
    assert signed.settings["ENTRA_ISSUER"] == "https://login.microsoftonline.com/<tenant>/v2.0"


def test_where_the_app_checks_roles_the_platform_checks_tokens_and_lets_others_pass(deploy) -> None:
    signed = deploy(entraClientId=CLIENT, readAccess="entra")
    validation = signed.config("authsettingsV2")["globalValidation"]
    assert validation["requireAuthentication"] is False
    assert validation["unauthenticatedClientAction"] == "AllowAnonymous"
    assert validation["excludedPaths"] == []
    assert signed.settings["READ_ACCESS"] == "entra"
    with pytest.raises(BicepError, match="is not allowed"):
        deploy(readAccess="everybody")


def test_without_it_nobody_signs_in(deployed) -> None:
    names = {each.name for each in deployed.all("Microsoft.Web/sites/config")}
    assert {name.rpartition("/")[2] for name in names} == {"appsettings"}
    assert deployed.settings["ENTRA_CLIENT_ID"] == deployed.settings["ENTRA_ISSUER"] == ""
    assert "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES" not in deployed.settings


def test_one_password_policy_is_changed_after_the_other(deployed) -> None:
    policies = deployed.all("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    first, second = policies
    assert [each.name.rpartition("/")[2] for each in policies] == ["ftp", "scm"]
    assert "dependsOn" not in first.body
    assert [each.name for each in second.body["dependsOn"]] == ["ftpPassword"]


def test_names_are_as_azure_takes_them(deploy) -> None:
    # https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    deployed = deploy(environmentName="Some_Long-Name", alertEmail="ops@example.org")
    assert re.fullmatch(r"[a-z0-9]{3,24}", deployed.one("Microsoft.Storage/storageAccounts").name)
    assert re.fullmatch(
        r"[A-Za-z][\w-]{1,22}[A-Za-z0-9]", deployed.one("Microsoft.KeyVault/vaults").name
    )
    assert re.fullmatch(r"[a-z0-9-]{3,44}", deployed.one(DATABASES).name)
    assert re.fullmatch(r"[a-z0-9-]{2,60}", deployed.one("Microsoft.Web/sites").name)
    group = deployed.one("Microsoft.Insights/actionGroups")
    assert len(group.properties["groupShortName"]) <= 12
