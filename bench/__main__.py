"""`make bench`: every measurement in turn, in under ten minutes; each writes what it found."""

import subprocess
import sys
import time
from collections.abc import Sequence

from tests.fixtures.host import ROOT

# What a run of all takes must stay under ten minutes on two cores.
COMMANDS: Sequence[Sequence[str]] = (
    ("bench.load",),
    ("bench.promises",),
    ("bench.dashboard",),
    ("bench.cost",),
    ("bench.log_volume",),
    ("bench.size", "--quick"),
)


def main() -> None:
    """Run them all; the exit status says whether each came to its end."""
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
