"""The container file's steps, followed without Docker: one volume, all else read-only."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from local.backups import verify
from tests.fixtures.host import PATIENCE, ROOT

DEPLOY = ROOT / "deploy"
ITEM = {
    "id": "1", "kind": "post", "title": "The new release is a joy", "text": "It works well.",
    "author": "someone", "created": "2026-11-01T10:00:00Z", "url": "https://example.org/1",
}  # fmt: skip


@dataclass(frozen=True)
class Container:
    """The instructions of the last stage of a container file."""

    instructions: Sequence[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.instructions if known == name]

    def command_of(self, name: str) -> list[str]:
        (value,) = self.all(name)
        command = json.loads(value[value.index("[") :])
        assert isinstance(command, list)
        return [str(each) for each in command]

    def environ(self) -> dict[str, str]:
        pairs = re.findall(r'(\w+)=("[^"]*"|\S+)', " ".join(self.all("ENV")))
        return {name: value.strip('"') for name, value in pairs}


def stages() -> list[Container]:
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for line in lines:
        name, _, value = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, value.strip()))
    return [Container(each) for each in found]


def unprivileged(command: Sequence[str]) -> list[str]:
    """Return a command that runs without capabilities, as those of a root ignore modes."""
    if os.geteuid():
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv isn't there, and root may write everywhere")
    return [setpriv, "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def test_the_steps_give_a_service_that_writes_to_its_volume_alone(
    unpacked: Path, tmp_path: Path
) -> None:
    _, last = stages()
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    (tmp_path / "pushed").mkdir()
    (tmp_path / "pushed" / "desk.ndjson").write_text(json.dumps(ITEM) + "\n")
    (volume,) = last.all("VOLUME")
    environ = {
        name: value.replace(volume, str(data)).replace("/venv", sys.prefix)
        for name, value in last.environ().items()
    } | {
        "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
        "COMMUNITIES": "push.desk", "SUBREDDITS": "none", "PUSH_FOLDER": str(tmp_path / "pushed"),
        "SENTIMENT_METHOD": "linear", "RETENTION_DAYS": "3650",
    }  # fmt: skip
    entry = last.command_of("ENTRYPOINT")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            unprivileged([*entry, *arguments]), cwd=unpacked, env=environ, capture_output=True,
            text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    # Without capabilities the tree is what a read-only root is.
    probe = unprivileged(["sh", "-c", "touch x || echo refused"])
    assert b"refused" in subprocess.run(probe, cwd=unpacked, capture_output=True, check=True).stdout
    command = [*entry, *last.command_of("CMD"), "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            unprivileged(command), cwd=unpacked, env=environ, stdout=log, stderr=log
        )
    try:
        wait_until_healthy(last, port, environ)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_for_item(client)
            made = run("backup", "--json")
            assert made.returncode == 0, made.stderr
            assert client.post("/api/v1/admin/collect").status_code == 401, "--keys asks for one"
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(30)
    lines = (tmp_path / "log").read_text().splitlines()
    assert status == 0, lines
    assert {"cycle.completed", "host.listening"} <= {json.loads(line)["event"] for line in lines}
    assert run("restore", "last").returncode == 0
    assert verify(data / "undertone.db")["posts"] == 1
    assert not [path for path in unpacked.rglob("*") if path.name in {"__pycache__", ".data"}]


def wait_until_healthy(container: Container, port: int, environ: Mapping[str, str]) -> None:
    check = [each.replace("7071", str(port)) for each in container.command_of("HEALTHCHECK")]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(check, env=dict(environ), capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def wait_for_item(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while not client.get("/api/v1/health").json()["application"]["last_collection_at"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_file_has_two_stages_a_user_without_rights_and_a_check_without_curl() -> None:
    first, last = stages()
    images = [each.all("FROM")[0].split()[0] for each in (first, last)]
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    (image,) = set(images)
    assert f"FROM {image}\n" in compose["services"]["reddit"]["build"]["dockerfile_inline"]
    assert not image.endswith(":latest")
    assert ":" in image
    (user,) = last.all("USER")
    assert all(int(each) >= 10_000 for each in user.split(":"))
    assert "pip install" not in " ".join(last.all("RUN"))
    assert "--require-hashes" in " ".join(first.all("RUN"))
    check = last.command_of("HEALTHCHECK")
    assert check[0] == "python"
    assert "/api/v1/health" in compose["services"]["app"]["healthcheck"]["test"][-1]
    assert "/api/v1/health" in check[-1]


def test_compose_runs_it_read_only_with_one_volume_and_on_loopback() -> None:
    _, last = stages()
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service = composed["services"]["undertone"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [each.partition(":")[2] for each in service["volumes"]] == last.all("VOLUME")
    assert all(each.startswith("127.0.0.1:") for each in service["ports"])
    assert service["command"] == last.command_of("CMD")
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert " deploy/compose.yaml" in (ROOT / "Makefile").read_text()


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint isn't installed")
    subprocess.run([hadolint, str(DEPLOY / "Dockerfile")], check=True)
