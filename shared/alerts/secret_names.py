"""Which settings may hold a channel's secret: none of the app's own or of its platform's."""

import re

from shared.settings import Settings

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
# Settings of Azure Functions and App Service, identities, clouds' and machines' own variables:
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
# https://learn.microsoft.com/azure/app-service/reference-app-settings
PLATFORM = (
    "ACTIONS_", "APPINSIGHTS_", "APPLICATIONINSIGHTS_", "APPSETTING_", "AWS_", "AZURE",
    "CONTAINER_", "COSMOS_", "DEPLOYMENT_", "DOCKER_", "DOTNET_", "FUNCTIONS_", "GCP_", "GITHUB_",
    "GOOGLE_", "HOST", "IDENTITY_", "KUBERNETES_", "LD_", "MSI_", "OTEL_", "PYTHON", "REGION_",
    "RUNNER_", "SCM_", "SSH_", "WEBJOBS_", "WEBSITE", "XDG_",
)  # fmt: skip
# SQLAZURECONNSTR_, MYSQLCONNSTR_ and the others that hold connection strings of App Service.
CONNECTION_STRING = "CONNSTR_"
OF_THE_MACHINE = frozenset({
    "ALL_PROXY", "HOME", "HOSTNAME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LOGNAME", "NETRC",
    "NO_PROXY", "PATH", "PORT", "PWD", "SHELL", "TERM", "TMPDIR", "USER", "VIRTUAL_ENV",
})  # fmt: skip


def refusal_of_name(name: str) -> str | None:
    """Return why a setting may not hold a channel's secret; None if it may."""
    if not NAME.fullmatch(name):
        return "a name of a setting has capitals, digits and underscores, such as ALERTS_SLACK"
    if name.lower() in Settings.model_fields:
        return "this is a setting of the app itself"
    is_platforms = name.startswith(PLATFORM) or CONNECTION_STRING in name
    if name in OF_THE_MACHINE or is_platforms:
        return "this setting belongs to the platform"
    return None
