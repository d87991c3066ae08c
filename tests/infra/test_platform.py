"""The options of a platform team: network, roles, tags, budget, locks, zones, logs and alerts."""

import ipaddress
import itertools
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from bench import bill_options
from tests.fixtures.host import ROOT
from tests.infra.bicep import BicepError, Declaration, Resource, Template, load, text, walk
from tests.infra.conftest import MAIN, Deployed, allowed
from tests.infra.variants import EVERYTHING, OPERATORS, PRINCIPAL

DATABASES = "Microsoft.DocumentDB/databaseAccounts"
INSIGHTS = "Microsoft.Insights/components"
PLANS = "Microsoft.Web/serverfarms"
ROLES = "Microsoft.Authorization/roleAssignments"
SITES = "Microsoft.Web/sites"
STORAGE = "Microsoft.Storage/storageAccounts"
VAULTS = "Microsoft.KeyVault/vaults"
WORKSPACES = "Microsoft.OperationalInsights/workspaces"
LOCKS = "Microsoft.Authorization/locks"
BUDGETS = "Microsoft.Consumption/budgets"
LOGS = "Microsoft.Insights/diagnosticSettings"
NETWORKS = "Microsoft.Network/virtualNetworks"
ENDPOINTS = "Microsoft.Network/privateEndpoints"
GROUPS = "Microsoft.Insights/actionGroups"
METRIC_RULES = "Microsoft.Insights/metricAlerts"


def target(resource: Any) -> str:
    """Return the type of the resource that an extension is of."""
    return str(resource.body["scope"].target.partition("@")[0])


def parts(network: Any) -> dict[str, Any]:
    """Return the properties of the network's subnets by their names."""
    return {each["name"]: each["properties"] for each in network.properties["subnets"]}


def rules_of(found: Deployed, subnet: str) -> Resource:
    """Return the security group of a subnet."""
    groups = found.all("Microsoft.Network/networkSecurityGroups")
    (group,) = (each for each in groups if each.name.endswith(f"-{subnet}"))
    return group


def lets_in(rules: list[dict[str, Any]], source: str, port: str) -> bool:
    """Return whether a connection gets in, as Azure decides it: by the first rule that fits."""
    properties = sorted((each["properties"] for each in rules), key=lambda each: each["priority"])
    assert len({each["priority"] for each in properties}) == len(rules)
    for each in properties:
        prefixes = each.get("sourceAddressPrefixes") or [each["sourceAddressPrefix"]]
        is_from = "*" in prefixes or any(
            ipaddress.ip_address(source) in ipaddress.ip_network(prefix) for prefix in prefixes
        )
        if is_from and each["destinationPortRange"] in {"*", port}:
            return bool(each["access"] == "Allow")
    # The rule AllowVnetInBound of each group, which covers peered networks, too.
    return True


def condition(declared: Declaration) -> str:
    """Return the condition of a module or resource, or nothing."""
    value = declared.value
    return text(value.children[1]) if value is not None and value.type == "if_statement" else ""


def waits_for(template: Template, kind: str) -> dict[str, set[str]]:
    """Return what each module or resource waits for, directly or not."""
    named = template.of(kind)
    conditions = {name: condition(each) for name, each in named.items()}
    direct = {
        name: {text(node) for node in walk(each.value) if node.type == "identifier"} & named.keys()
        for name, each in named.items()
        if each.value is not None
    }

    def through(name: str, other: str) -> set[str]:
        # Azure drops what isn't deployed from the dependencies, and what it waits for with it.
        always = conditions[other] in {"", conditions[name]}
        return {end for end in found[other] if always or conditions[end] == conditions[other]}

    found = {name: set(each) - {name} for name, each in direct.items()}
    for _ in named:
        found = {
            name: each.union(*(through(name, other) for other in each))
            for name, each in found.items()
        }
    return found


def test_nothing_of_it_is_deployed_unless_it_is_asked_for(deployed) -> None:
    kinds = {each.type for each in deployed.resources}
    assert not kinds & {LOCKS, BUDGETS, LOGS, GROUPS, METRIC_RULES}
    assert not [kind for kind in kinds if kind.startswith("Microsoft.Network/")]
    assert deployed.one(STORAGE).body["sku"] == {"name": "Standard_LRS"}
    assert deployed.one(PLANS).properties["zoneRedundant"] is False
    account = deployed.one(DATABASES).properties
    assert account["locations"][0]["isZoneRedundant"] is False
    assert account["backupPolicy"]["continuousModeProperties"] == {"tier": "Continuous7Days"}
    app = deployed.one(SITES).properties
    assert app["virtualNetworkSubnetId"] is None
    assert app["functionAppConfig"]["siteUpdateStrategy"] == {"type": "Recreate"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("diagnostics", "some"), ("restoreDays", 14), ("vaultRetentionDays", 6),
        ("vaultRetentionDays", 91), ("alwaysReadyInstances", -1), ("alwaysReadyInstances", 21),
        ("siteUpdateStrategy", "BlueGreen"), ("operatorsType", "Everybody"), ("monthlyBudget", -1),
        ("budgetStart", "2026-12-01T00:00:00Z"), ("failedRequests", 0), ("networkPrefix", "10/8"),
        ("alertEmail", f"{'a' * 60}@b.de"), ("privateNetwork", "true"),
    ],
)  # fmt: skip
def test_what_azure_would_refuse_is_refused_before(deploy, name: str, value: Any) -> None:
    with pytest.raises(BicepError, match=name):
        deploy(**{name: value})


@pytest.mark.parametrize(("is_private", "access"), [(False, "Enabled"), (True, "Disabled")])
def test_a_private_network_closes_public_addresses(deploy, is_private: bool, access: str) -> None:
    found = deploy(privateNetwork=is_private)
    for kind in (STORAGE, DATABASES, VAULTS):
        assert found.one(kind).properties["publicNetworkAccess"] == access
    for kind in (STORAGE, VAULTS):
        acls = found.one(kind).properties["networkAcls"]
        assert acls["defaultAction"] == ("Deny" if is_private else "Allow")
    for kind in (WORKSPACES, INSIGHTS):
        assert found.one(kind).properties["publicNetworkAccessForIngestion"] == access
        # Alert rules and the workbook ask over public addresses, with a role.
        assert found.one(kind).properties["publicNetworkAccessForQuery"] == "Enabled"
    # Readers come from anywhere, and so does the availability test.
    assert found.one(SITES).properties["publicNetworkAccess"] == "Enabled"


def test_each_service_has_an_endpoint_and_its_names_lead_there(deploy) -> None:
    found = deploy(privateNetwork=True)
    network = found.one(NETWORKS)
    blob = "privatelink.blob.core.windows.net"
    # https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    expected = {
        (STORAGE, "blob"): {blob},
        (STORAGE, "queue"): {"privatelink.queue.core.windows.net"},
        (STORAGE, "table"): {"privatelink.table.core.windows.net"},
        (DATABASES, "Sql"): {"privatelink.documents.azure.com"},
        (VAULTS, "vault"): {"privatelink.vaultcore.azure.net"},
        ("Microsoft.Insights/privateLinkScopes", "azuremonitor"): {
            *(blob, "privatelink.monitor.azure.com", "privatelink.oms.opinsights.azure.com"),
            *(
                "privatelink.ods.opinsights.azure.com",
                "privatelink.agentsvc.azure-automation.net",
            ),
        },
    }
    names = {
        each.name.partition("/")[0]: each for each in found.all(f"{ENDPOINTS}/privateDnsZoneGroups")
    }
    reached = {}
    for each in found.all(ENDPOINTS):
        assert each.properties["subnet"]["id"] == f"/{NETWORKS}/{network.name}/subnets/endpoints"
        (connection,) = each.properties["privateLinkServiceConnections"]
        (part,) = connection["properties"]["groupIds"]
        kind = connection["properties"]["privateLinkServiceId"].rpartition("/")[0].strip("/")
        configs = names[each.name].properties["privateDnsZoneConfigs"]
        zones = [one["properties"]["privateDnsZoneId"].rpartition("/")[2] for one in configs]
        assert len({one["name"] for one in configs}) == len(zones)
        reached[kind, part] = set(zones)
    assert reached == expected
    zones = found.all("Microsoft.Network/privateDnsZones")
    assert {each.name for each in zones} == set().union(*expected.values())
    links = found.all("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    assert {each.name.partition("/")[0] for each in links} == {each.name for each in zones}
    for each in links:
        assert each.properties["virtualNetwork"]["id"] == f"/{network.type}/{network.name}"
    for each in (*zones, *links):
        assert each.body["location"] == "global"
    scoped = found.all("Microsoft.Insights/privateLinkScopes/scopedResources")
    assert {each.properties["linkedResourceId"].rpartition("/")[0] for each in scoped} == {
        f"/{WORKSPACES}",
        f"/{INSIGHTS}",
    }


def test_the_app_is_in_a_subnet_of_its_own_with_a_way_to_the_internet(deploy) -> None:
    found = deploy(privateNetwork=True)
    network = found.one(NETWORKS)
    subnets = parts(network)
    # Flex Consumption takes no other delegation, and no name with an underscore.
    services = [each["properties"]["serviceName"] for each in subnets["app"]["delegations"]]
    assert services == ["Microsoft.App/environments"]
    assert "delegations" not in subnets["endpoints"]
    assert not [name for name in subnets if "_" in name]
    gateway = found.one("Microsoft.Network/natGateways")
    assert subnets["app"]["natGateway"] == {"id": f"/{gateway.type}/{gateway.name}"}
    # A gateway takes addresses of this kind only.
    address = found.one("Microsoft.Network/publicIPAddresses")
    assert (address.body["sku"], address.properties) == (
        {"name": "Standard"},
        {"publicIPAllocationMethod": "Static"},
    )
    app = found.one(SITES).properties
    assert app["virtualNetworkSubnetId"] == f"/{NETWORKS}/subnets/{network.name}/app"
    # Flex Consumption sends everything through the network, and refuses a setting for it.
    assert (
        not {"vnetRouteAllEnabled", "outboundVnetRouting", "vnetContentShareEnabled"} & app.keys()
    )
    assert "vnetRouteAllEnabled" not in app["siteConfig"]
    without = deploy(privateNetwork=True, natGateway=False)
    assert parts(without.one(NETWORKS))["app"]["natGateway"] is None
    assert not without.all("Microsoft.Network/publicIPAddresses")


def test_subnets_are_apart_and_inside_the_network(deploy) -> None:
    network = deploy(privateNetwork=True).one(NETWORKS)
    (prefix,) = network.properties["addressSpace"]["addressPrefixes"]
    subnets = [ipaddress.ip_network(each["addressPrefix"]) for each in parts(network).values()]
    assert all(each.subnet_of(ipaddress.ip_network(prefix)) for each in subnets)
    assert not any(a.overlaps(b) for a, b in itertools.combinations(subnets, 2))


def test_each_subnet_has_rules_that_count(deploy) -> None:
    found = deploy(privateNetwork=True)
    subnets = parts(found.one(NETWORKS))
    for name, each in subnets.items():
        assert each["networkSecurityGroup"]["id"].endswith(f"/{rules_of(found, name).name}")
    # Without this, rules don't count for private endpoints.
    assert subnets["endpoints"]["privateEndpointNetworkPolicies"] == "Enabled"


@pytest.mark.parametrize(
    ("source", "operators", "is_let_in"),
    [
        ("10.77.0.4", "", True),
        ("10.77.0.196", "", False),
        ("10.1.2.3", "", False),
        ("10.1.2.3", "10.1.2.0/24", True),
        ("10.1.2.3", "10.9.0.0/16, 10.1.2.3", True),
        ("10.1.3.3", "10.9.0.0/16,10.1.2.0/24", False),
        ("10.77.0.196", "10.77.0.192/26", True),
        ("10.77.0.4", "10.1.2.0/24", True),
    ],
)
def test_endpoints_let_in_the_app_and_who_operates_it(
    deploy, source: str, operators: str, is_let_in: bool
) -> None:
    found = deploy(privateNetwork=True, operatorPrefixes=operators)
    rules = rules_of(found, "endpoints").properties["securityRules"]
    assert lets_in(rules, source, "443") is is_let_in
    assert not lets_in(rules, source, "22")


def test_the_database_account_is_changed_by_one_at_a_time() -> None:
    # "There is already an operation in progress which requires exclusive lock on this service."
    waits = waits_for(load(MAIN), "module")
    changing = ("database", "rbac", "operator", "endpoints", "operators")
    for one, other in itertools.combinations(changing, 2):
        assert one in waits[other], f"{other} may change it while {one} does"


def test_the_app_starts_when_it_has_its_roles_and_reaches_its_storage() -> None:
    waits = waits_for(load(MAIN), "module")
    assert {"rbac", "endpoints", "network", "secrets"} <= waits["api"]


def test_children_of_the_site_wait_for_each_other() -> None:
    template = load(MAIN.parent / "app" / "api.bicep")
    children = [
        name
        for name, each in template.of("resource").items()
        if each.target.startswith(f"{SITES}/") and not each.existing
    ]
    waits = waits_for(template, "resource")
    for one, other in itertools.combinations(children, 2):
        assert one in waits[other] or other in waits[one], (one, other)
    # The other module that has one.
    assert "api" in waits_for(load(MAIN), "module")["signIn"]
    others = {
        name
        for name, each in load(MAIN).modules.items()
        for one in each.of("resource").values()
        if one.target.startswith(f"{SITES}/") and not one.existing
    }
    assert others == {"api", "signIn"}


def test_endpoints_are_made_one_after_the_other() -> None:
    template = load(MAIN.parent / "app" / "endpoints.bicep")
    arguments = template.declared["endpoints"].decorators["batchSize"]
    assert text(arguments) == "(1)"
    # That of Azure Monitor covers what is in its scope when it is made.
    waits = waits_for(template, "resource")
    assert "scopedWorkspace" in waits["scopedInsights"]
    value = template.declared["endpoints"].value
    assert value is not None
    assert b"dependsOn: [zones, scopedInsights]" in (value.text or b"")


def test_every_resource_that_has_tags_has_those_of_the_team(deploy) -> None:
    found = deploy(**{**EVERYTHING, "resourceTags": "cost-center=42, formula = a=b,azd-env-name=x"})
    tagged = [each for each in found.resources if "tags" in each.body]
    assert len({each.type for each in tagged}) > 15
    for each in tagged:
        assert each.body["tags"].items() >= {
            ("cost-center", "42"), ("formula", "a=b"), ("azd-env-name", "test")
        }  # fmt: skip
    untagged = {each.type for each in found.resources if "location" in each.body} - {
        each.type for each in tagged
    }
    assert untagged == set()


def test_a_budget_keeps_its_first_month_and_reaches_somebody(deploy) -> None:
    # "Start date of budgets cannot be updated": utcNow() would end deployments of later months.
    asked = {"monthlyBudget": 25, "budgetStart": "2026-12-01"}
    found = deploy(**asked, alertEmail="ops@example.org")
    budget = found.one(BUDGETS).properties
    assert (budget["amount"], budget["timeGrain"]) == (25, "Monthly")
    assert budget["timePeriod"] == {"startDate": "2026-12-01"}
    group = found.one(GROUPS)
    for each in budget["notifications"].values():
        assert each["contactGroups"] == [f"/{group.type}/{group.name}"]
        assert each["contactEmails"] == ["ops@example.org"]
    levels = {(n["thresholdType"], n["threshold"]) for n in budget["notifications"].values()}
    assert levels == {("Actual", 80), ("Actual", 100), ("Forecasted", 100)}
    assert "utcNow" not in "".join(file.read_text() for file in MAIN.parent.rglob("*.bicep"))


@pytest.mark.parametrize("missing", ["monthlyBudget", "budgetStart", "alertEmail"])
def test_a_budget_that_azure_would_refuse_is_not_asked_for(deploy, missing: str) -> None:
    asked: dict[str, Any] = {
        "monthlyBudget": 25, "budgetStart": "2026-12-01", "alertEmail": "ops@example.org"
    }  # fmt: skip
    del asked[missing]
    assert not deploy(**asked).all(BUDGETS)


def test_what_holds_data_is_locked_and_protected_where_it_is_asked_for(deploy) -> None:
    found = deploy(lockData=True, purgeProtection=True, vaultRetentionDays=90, restoreDays=30)
    locks = found.all(LOCKS)
    assert {target(each) for each in locks} == {DATABASES, STORAGE, VAULTS}
    assert {each.properties["level"] for each in locks} == {"CanNotDelete"}
    vault = found.one(VAULTS).properties
    assert (vault["enablePurgeProtection"], vault["softDeleteRetentionInDays"]) == (True, 90)
    # "The property enablePurgeProtection cannot be set to false."
    assert deploy().one(VAULTS).properties["enablePurgeProtection"] is None
    policy = found.one(DATABASES).properties["backupPolicy"]
    assert policy["continuousModeProperties"] == {"tier": "Continuous30Days"}


def test_zones_are_chosen_for_the_app_its_storage_and_the_database(deploy) -> None:
    def zones(**given: bool) -> tuple[bool, str, bool]:
        found = deploy(**given)
        return (
            found.one(PLANS).properties["zoneRedundant"],
            found.one(STORAGE).body["sku"]["name"],
            found.one(DATABASES).properties["locations"][0]["isZoneRedundant"],
        )

    # An app in three zones takes its package and its locks from a storage account in three.
    assert zones(planZoneRedundant=True) == (True, "Standard_ZRS", False)
    assert zones(storageZoneRedundant=True) == (False, "Standard_ZRS", False)
    assert zones(cosmosZoneRedundant=True) == (False, "Standard_LRS", True)


def test_instances_are_kept_ready_and_replaced_as_it_is_asked_for(deploy) -> None:
    app = deploy(alwaysReadyInstances=2, siteUpdateStrategy="RollingUpdate").one(SITES)
    config = app.properties["functionAppConfig"]
    assert config["scaleAndConcurrency"]["alwaysReady"] == [{"name": "http", "instanceCount": 2}]
    assert config["siteUpdateStrategy"] == {"type": "RollingUpdate"}


def test_operators_get_the_roles_that_the_runbook_needs_and_no_more(deploy) -> None:
    # https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    names = {
        "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
        "73c42c96-874c-492b-b04d-ab87d138a893": "Log Analytics Reader",
        "de139f84-1756-47ae-9be6-808fbbe84772": "Website Contributor",
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
    }
    found = deploy(operatorsId=OPERATORS, operatorsType="User")
    given = [each for each in found.all(ROLES) if each.properties["principalId"] == OPERATORS]
    assert {each.properties["principalType"] for each in given} == {"User"}
    roles = {
        names[each.properties["roleDefinitionId"].rpartition("/")[2]]: (
            target(each) if "scope" in each.body else "the resource group"
        )
        for each in given
    }
    assert roles == {
        "Reader": "the resource group",
        "Log Analytics Reader": WORKSPACES,
        "Website Contributor": SITES,
        "Storage Queue Data Contributor": STORAGE,
        "Key Vault Secrets Officer": VAULTS,
    }
    documents = found.all(f"{DATABASES}/sqlRoleAssignments")
    assert [each.properties["principalId"] for each in documents].count(OPERATORS) == 1


def test_a_role_is_given_once_though_who_deploys_is_also_an_operator(deploy) -> None:
    found = deploy(principalId=PRINCIPAL, operatorsId=PRINCIPAL, operatorsType="User")
    for kind in (ROLES, f"{DATABASES}/sqlRoleAssignments"):
        names = [each.name for each in found.all(kind)]
        assert len(set(names)) == len(names)
    both = deploy(principalId=PRINCIPAL, operatorsId=OPERATORS)
    assert len(both.all(f"{DATABASES}/sqlRoleAssignments")) == 3


@pytest.mark.parametrize(
    ("given", "emails", "hooks"),
    [
        ({"alertEmail": "ops@example.org"}, ["ops@example.org"], []),
        ({"alertWebhook": "https://x.example/y"}, [], ["https://x.example/y"]),
    ],
)
def test_alerts_go_to_an_address_a_webhook_or_both(
    deploy, given: dict[str, str], emails: list[str], hooks: list[str]
) -> None:
    group = deploy(**given).one(GROUPS).properties
    assert [each["emailAddress"] for each in group["emailReceivers"]] == emails
    assert [each["serviceUri"] for each in group["webhookReceivers"]] == hooks
    for each in (*group["emailReceivers"], *group["webhookReceivers"]):
        assert each["useCommonAlertSchema"] is True


@pytest.mark.parametrize(
    ("query", "scope", "column", "operator", "threshold"),
    [
        ("completed-cycles", INSIGHTS, "completed", "LessThan", 1),
        ("failed-requests", INSIGHTS, "failed", "GreaterThanOrEqual", 7),
        ("poisoned-messages", INSIGHTS, "poisoned", "GreaterThan", 0),
        # Application Insights doesn't have the table.
        ("log-limit", WORKSPACES, "reached", "GreaterThan", 0),
    ],
)
def test_a_query_that_raises_an_alert(
    deploy, query: str, scope: str, column: str, operator: str, threshold: int
) -> None:
    found = deploy(alertEmail="ops@example.org", failedRequests=7)
    rule = found.rule(query).properties
    (condition,) = rule["criteria"]["allOf"]
    assert (condition["operator"], condition["threshold"]) == (operator, threshold)
    assert condition["metricMeasureColumn"] == column
    assert re.search(rf"\| summarize {column} = [^|]*\Z", condition["query"]), "one row, always"
    assert [each.strip("/").rpartition("/")[0] for each in rule["scopes"]] == [scope]
    # The cheapest price is for four runs an hour.
    assert rule["evaluationFrequency"] == "PT15M"
    group = found.one(GROUPS)
    assert rule["actions"] == {"actionGroups": [f"/{group.type}/{group.name}"]}


def duration(written: str) -> timedelta:
    """Read a duration of ISO 8601 that has one unit, such as PT15M."""
    units = {"M": timedelta(minutes=1), "H": timedelta(hours=1), "D": timedelta(days=1)}
    return int(written.strip("PTMHD")) * units[written[-1]]


@pytest.mark.parametrize("window", allowed("alertWindow"))
def test_no_rule_runs_more_seldom_than_its_window_is_long(deploy, window: str) -> None:
    # Azure refuses such a rule.
    found = deploy(alertEmail="ops@example.org", alertWindow=window)
    rules = [each.properties for each in found.resources if "windowSize" in each.properties]
    assert window in {each["windowSize"] for each in rules}
    for each in rules:
        assert duration(each["windowSize"]) >= duration(each["evaluationFrequency"])


def test_the_database_at_its_limit_raises_an_alert_where_a_cycle_does_not(deploy) -> None:
    found = deploy(alertEmail="ops@example.org")
    (rule,) = (e.properties for e in found.all(METRIC_RULES) if e.name.endswith("request-units"))
    (condition,) = rule["criteria"]["allOf"]
    account = found.one(DATABASES)
    assert rule["scopes"] == [f"/{account.type}/{account.name}"]
    assert (condition["metricName"], condition["threshold"]) == ("NormalizedRUConsumption", 100)
    # A cycle is at 100 for less than a minute, so that the maximum would be there twice an hour.
    assert (condition["timeAggregation"], rule["windowSize"]) == ("Average", "PT15M")
    # The average of all partitions is below 100 where one is at its limit.
    assert [each["name"] for each in condition["dimensions"]] == ["PartitionKeyRangeId"]


def test_fewer_alerts_can_be_asked_for(deploy) -> None:
    found = deploy(alertEmail="ops@example.org", moreAlerts=False)
    assert [found.rule("completed-cycles")] == found.all("Microsoft.Insights/scheduledQueryRules")
    assert len(found.all(METRIC_RULES)) == 1


def test_a_poisoned_message_is_found_by_the_words_of_the_queue_extension() -> None:
    tries = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]["maxDequeueCount"]
    query = (MAIN.parent / "queries" / "poisoned-messages.kql").read_text()
    assert f"after {['', 'one', 'two', 'three', 'four', 'five'][tries]} failures" in query
    (words,) = re.findall(r'startswith "([^"]+)"', query)
    # As Microsoft.Azure.WebJobs.Extensions.Storage.Queues logs it, at the level Warning.
    line = f"Message has reached MaxDequeueCount of {tries}. Moving message to queue 'some-poison'."
    assert line.startswith(words)
    levels = json.loads((ROOT / "host.json").read_text())["logging"]["logLevel"]
    assert not [name for name in levels if "Host.Triggers".startswith(name)]


@pytest.mark.parametrize(
    ("level", "storage", "database"),
    [
        ("audit", {"StorageDelete"}, {"ControlPlaneRequests"}),
        (
            "all",
            {"StorageDelete", "StorageRead", "StorageWrite"},
            {
                *("ControlPlaneRequests", "DataPlaneRequests", "PartitionKeyRUConsumption"),
                *("PartitionKeyStatistics", "QueryRuntimeStatistics"),
            },
        ),
    ],
)
def test_logs_of_resources_go_to_the_workspace(
    deploy, level: str, storage: set[str], database: set[str]
) -> None:
    found = deploy(diagnostics=level)
    workspace = found.one(WORKSPACES)
    settings = {target(each): each.properties for each in found.all(LOGS)}
    for each in settings.values():
        assert each["workspaceId"] == f"/{workspace.type}/{workspace.name}"
    assert {
        kind: {log["category"] for log in each["logs"] if log["enabled"]}
        for kind, each in settings.items()
    } == {
        WORKSPACES: {"Audit"},
        VAULTS: {"AuditEvent"},
        f"{STORAGE}/blobServices": storage,
        f"{STORAGE}/queueServices": storage,
        DATABASES: database,
    }


def test_the_bill_of_options_counts_what_is_deployed(deploy) -> None:
    few = deploy(alertEmail="a@b.c", moreAlerts=False)
    found = deploy(privateNetwork=True, alertEmail="a@b.c")
    assert len(found.all(ENDPOINTS)) == bill_options.ENDPOINTS
    assert len(found.all("Microsoft.Network/privateDnsZones")) == bill_options.PRIVATE_ZONES
    for kind, number in (
        ("Microsoft.Insights/scheduledQueryRules", bill_options.MORE_LOG_RULES),
        (METRIC_RULES, bill_options.MORE_METRIC_RULES),
    ):
        assert len(found.all(kind)) - len(few.all(kind)) == number
    docs = (ROOT / "docs" / "azure.md").read_text()
    for name, dollars in bill_options.rows(groups=18):
        assert f"| {name} | {dollars:,.2f} |" in docs


def test_names_stay_apart_and_within_their_limits(deploy) -> None:
    # https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    found = deploy(**{**EVERYTHING, "environmentName": "E" * 64})
    named = [
        (each.type, each.name, target(each) if "scope" in each.body else "")
        for each in found.resources
    ]
    assert len(set(named)) == len(named)
    for each in found.resources:
        if each.type.startswith("Microsoft.Network/") and "Zone" not in each.type:
            assert re.fullmatch(r"[A-Za-z0-9][\w.-]{0,78}[A-Za-z0-9]", each.name.rpartition("/")[2])
