"""Microsoft's own storage emulator and client, for tests of what goes over the wire."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parent / "azurite/node_modules/azurite/dist/src/queue/main.js"
# The emulator's account and key are the same everywhere:
# https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@pytest.fixture(scope="session")
def storage() -> Iterator[str]:
    """Start the emulator's queue service once for all tests; give its connection string."""
    beside_python = Path(sys.executable).with_name("node")
    node = shutil.which("node") or (str(beside_python) if beside_python.exists() else None)
    if node is None:
        pytest.skip("there is no Node.js, which runs Azurite")
    if not SERVER.exists():
        pytest.skip("Azurite isn't installed: `make test` does it")
    options = ["--silent", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"]
    command = [node, str(SERVER), *options, "--queuePort", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            lines = iter(process.stdout.readline, "")
            listening = next((line for line in lines if "successfully listens on" in line), None)
            assert listening is not None, "Azurite didn't start"
            address = listening.rsplit(" ", 1)[1].strip()
            yield (
                f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
                f"QueueEndpoint={address}/{ACCOUNT};"
            )
        finally:
            process.kill()


@pytest.fixture
def queue_client(storage: str) -> Iterator[Any]:
    """Return the official client of an empty queue, with the base64 policies that the host has."""
    queue = pytest.importorskip("azure.storage.queue", reason="azure-storage-queue isn't installed")
    client = queue.QueueClient.from_connection_string(
        storage,
        f"test-{uuid.uuid4().hex[:12]}",
        message_encode_policy=queue.TextBase64EncodePolicy(),
        message_decode_policy=queue.TextBase64DecodePolicy(),
    )
    with closing(client):
        client.create_queue()
        yield client


@pytest.fixture
def plain_client(storage: str, queue_client: Any) -> Iterator[Any]:
    """Return the official client of the same queue without policies: text as it is on the wire."""
    queue = pytest.importorskip("azure.storage.queue")
    client = queue.QueueClient.from_connection_string(storage, queue_client.queue_name)
    with closing(client):
        yield client
