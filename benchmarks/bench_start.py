"""How long the command line takes to start: ``minieks --version``, the best of five."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

LIMIT = 0.25
PROGRAM = Path(sys.executable).with_name("minieks")


def start() -> float:
    """Seconds from asking for the version to having it."""
    begin = perf_counter()
    subprocess.run([PROGRAM, "--version"], check=True, capture_output=True)
    return perf_counter() - begin


def main() -> int:
    """Print the best of five; 1 if it is over the limit."""
    best = min(start() for _ in range(5))
    print(f"start of the command line: {best:.3f} s (limit {LIMIT} s)")
    return int(best > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
