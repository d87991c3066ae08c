"""The template as it would be deployed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.fixtures.host import ROOT
from tests.infra.bicep import Deployment, Resource, load
from tests.infra.variants import REQUIRED

MAIN = ROOT / "infra" / "main.bicep"


def allowed(name: str) -> list[Any]:
    """Return the values that a parameter may have."""
    template = load(MAIN)
    values = template.declared[name].decorators["allowed"].children[1]
    found: list[Any] = Deployment(template, REQUIRED).evaluate(values)
    return found


class Deployed:
    """All resources and the outputs of a deployment."""

    def __init__(self, **given: Any) -> None:
        self._deployment = Deployment(load(MAIN), {**REQUIRED, **given})
        self.resources = self._deployment.resources()

    def all(self, kind: str) -> list[Resource]:
        """Return the resources of a type."""
        return [each for each in self.resources if each.type.lower() == kind.lower()]

    def one(self, kind: str) -> Resource:
        """Return the only resource of a type."""
        (found,) = self.all(kind)
        return found

    def rule(self, query: str) -> Resource:
        """Return the alert rule of a query, by the name of its file."""
        text = (MAIN.parent / "queries" / f"{query}.kql").read_text()
        (found,) = (
            each
            for each in self.all("Microsoft.Insights/scheduledQueryRules")
            if each.properties["criteria"]["allOf"][0]["query"] == text
        )
        return found

    @property
    def outputs(self) -> dict[str, Any]:
        """Return the outputs, which azd keeps in its environment."""
        return self._deployment.outputs()

    @property
    def settings(self) -> dict[str, str]:
        """Return the app settings."""
        return dict(self.config("appsettings"))

    def config(self, name: str) -> Mapping[str, Any]:
        """Return the properties of the site's configuration of this name."""
        named = self.all("Microsoft.Web/sites/config")
        (found,) = (each for each in named if each.name.endswith(f"/{name}"))
        return found.properties


@pytest.fixture(scope="session")
def deployed() -> Deployed:
    """Return what is deployed with every default."""
    return Deployed()


@pytest.fixture(scope="session")
def deploy() -> Callable[..., Deployed]:
    """Deploy with other parameters."""
    return Deployed
