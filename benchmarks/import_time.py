"""How long `import wengert` takes beside `import numpy`: `python benchmarks/import_time.py [--rounds N] [--write]`.

Each import runs in a process of its own and is timed inside it, with the byte code compiled before; the two take turns,
so that whatever disturbs the machine disturbs both. Wengert imports NumPy: 1.00 would mean that it costs nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from statistics import median
from tempfile import TemporaryDirectory

from report import README, markdown, write_between

BEGIN, END = "<!-- table of import_time.py: begin -->", "<!-- table of import_time.py: end -->"
TIMED = "from time import perf_counter; start = perf_counter(); import {}; print(perf_counter() - start)"


def seconds_to_import(module: str, byte_code: str) -> float:
    """Seconds that a fresh process takes for the import."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": byte_code, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", TIMED.format(module)]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def measure(rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"numpy": [], "wengert": []}
    with TemporaryDirectory() as byte_code:
        for module in found:
            seconds_to_import(module, byte_code)  # compiles, and fills the system's file cache
        for _ in range(rounds):
            for module, seconds in found.items():
                seconds.append(seconds_to_import(module, byte_code))
    return found


def table(found: dict[str, list[float]]) -> str:
    reference = found["numpy"]
    rows = [
        [
            f"`import {module}`",
            f"{1e3 * min(own):.1f} ms",
            f"{1e3 * median(own):.1f} ms",
            f"{min(own) / min(reference):.2f}",
            f"{median(a / b for a, b in zip(own, reference, strict=True)):.2f}",
        ]
        for module, own in found.items()
    ]
    return markdown(["", "shortest", "median", "ratio of the shortest", "median ratio"], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How long `import wengert` takes beside `import numpy`.")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="put the table in benchmarks/README.md")
    options = parser.parse_args(arguments)
    text = table(measure(options.rounds))
    print(text)
    if options.write:
        write_between(README, BEGIN, END, text)


if __name__ == "__main__":
    main()
