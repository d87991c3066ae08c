"""`make bench`: every measurement in turn, in under ten minutes; each prints its results."""

import subprocess
import sys
import time
from collections.abc import Sequence

from tests.fixtures.host import ROOT

# A run of all of them must stay under ten minutes on two cores.
COMMANDS: Sequence[Sequence[str]] = (
    ("bench.load",),
    ("bench.promises",),
    ("bench.dashboard",),
    ("bench.cost",),
    ("bench.log_volume",),
    ("bench.matching",),
    ("bench.size", "--quick"),
)


def main() -> None:
    """Run all commands; exit with 1 if one of them failed."""
    failed: list[str] = []
    for module, *arguments in COMMANDS:
        print(f"\n## {' '.join((module, *arguments))}\n", flush=True)
        began = time.monotonic()
        ended = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False)
        print(f"\n({time.monotonic() - began:.0f} s)", flush=True)
        if ended.returncode:
            failed.append(module)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
