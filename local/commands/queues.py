"""The command `queues`: what waits, and what failed too often."""

import json
from collections.abc import Mapping
from pathlib import Path

from local.commands.up import host_files
from local.host.config import read_local_settings
from local.host.queues import Queues
from shared.settings import load_settings


def queues_command(environ: Mapping[str, str], *, clear_poison: bool, as_json: bool) -> None:
    """Show the number of messages of each queue, after deleting those that failed too often.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    queues = Queues(host_files(settings).queues)
    deleted = queues.clear_poison() if clear_poison else 0
    lengths = queues.lengths()
    if as_json:
        print(json.dumps({"queues": lengths, "deleted": deleted}))
        return
    for name, count in sorted(lengths.items()):
        print(f"{count:>6} {name}")
    if not lengths:
        print("No message waits.")
    if clear_poison:
        print(f"{deleted} that failed too often are deleted.")
