"""Which settings may hold a channel's secret: none of the app's own or of its platform's."""

import re

from shared.settings import Settings

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,127}")
# Settings of Azure Functions and App Service, identities, clouds' and machines' own variables:
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
# https://learn.microsoft.com/azure/app-service/reference-app-settings
PLATFORM = (
    *(
        "APPINSIGHTS_",
        "APPLICATIONINSIGHTS_",
        "APPSETTING_",
        "AZURE",
        "CONTAINER_",
        "COSMOS_",
        "CUSTOMCONNSTR",
    ),
    *(
        "DEPLOYMENT_",
        "DOCKER_",
        "FUNCTIONS_",
        "HOST",
        "IDENTITY_",
        "KUBERNETES_",
        "MSI_",
        "OTEL_",
        "PYTHON",
    ),
    *("REGION_", "SCM_", "WEBSITE", "WEBSITES_", "WEBJOBS_", "AWS_", "GOOGLE_", "GCP_", "GITHUB_"),
    *("SSH_", "LD_", "XDG_", "ACTIONS_", "RUNNER_", "POSTGRESQLCONNSTR", "SQLCONNSTR", "DOTNET_"),
)
OF_THE_MACHINE = frozenset(
    {
        "HOME",
        "HOSTNAME",
        "LANG",
        "LOGNAME",
        "PATH",
        "PORT",
        "PWD",
        "SHELL",
        "TERM",
        "TMPDIR",
        "USER",
    }
    | {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NETRC", "VIRTUAL_ENV"}
)


def refusal_of_name(name: str) -> str | None:
    """Return why a setting may not hold a channel's secret; None if it may."""
    if not NAME.fullmatch(name):
        return "a name of a setting has capitals, digits and underscores, such as ALERTS_SLACK"
    if name.lower() in Settings.model_fields:
        return "this is a setting of the app itself"
    if name in OF_THE_MACHINE or name.startswith(PLATFORM):
        return "this setting belongs to the platform"
    return None
