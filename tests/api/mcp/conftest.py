"""One local host for the tests over HTTP."""

from collections.abc import Iterator

import pytest

from tests.fixtures.host import RunningHost, hosts_in


@pytest.fixture(scope="package")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Start a host that collects nothing and asks for keys."""
    with hosts_in(tmp_path_factory.mktemp("mcp")) as start:
        yield start(arguments=["--no-collect", "--keys"])


@pytest.fixture(scope="package")
def address(host: RunningHost) -> str:
    """Return the address of its MCP server."""
    return str(host.http.base_url).rstrip("/") + "/mcp"
