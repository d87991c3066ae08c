"""Parameters whose deployments together have every resource and property of the template."""

from typing import Any

CLIENT = "11111111-2222-3333-4444-555555555555"
PRINCIPAL = "00000000-1111-2222-3333-444444444444"
OPERATORS = "99999999-1111-2222-3333-444444444444"
PROVIDERS = "/subscriptions/s1/resourceGroups/others/providers"
REQUIRED = {"environmentName": "test", "location": "swedencentral"}

EVERYTHING: dict[str, Any] = {
    "principalId": PRINCIPAL,
    "operatorsId": OPERATORS,
    "resourceTags": "cost-center=42, owner = ann@example.org",
    "redditClientSecret": "hush",
    "githubToken": "hush",
    "smtpPassword": "hush",
    "askKey": "hush",
    "acsResourceId": f"{PROVIDERS}/Microsoft.Communication/communicationServices/acs-ours",
    "askResourceId": f"{PROVIDERS}/Microsoft.CognitiveServices/accounts/oai-ours",
    "entraClientId": CLIENT,
    "alertEmail": "ops@example.org",
    "alertWebhook": "https://hooks.example.org/undertone",
    "monthlyBudget": 25,
    "budgetStart": "2026-12-01",
    "privateNetwork": True,
    "operatorPrefixes": "10.1.2.0/24, 10.1.3.4",
    "diagnostics": "all",
    "lockData": True,
    "purgeProtection": True,
    "restoreDays": 30,
    "planZoneRedundant": True,
    "cosmosZoneRedundant": True,
    "alwaysReadyInstances": 2,
    "siteUpdateStrategy": "RollingUpdate",
}
VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "everything": EVERYTHING,
    "serverless": {"cosmosMode": "serverless", "diagnostics": "audit", "alertWebhook": "https://x"},
    "autoscale": {"cosmosMode": "autoscale", "storageZoneRedundant": True, "alertEmail": "a@b.c"},
    "private without a gateway": {"privateNetwork": True, "natGateway": False},
}
