"""A graph of 500,000 equations, forward and backward: `python benchmarks/memory.py [--equations N] [--write]`.

Each library runs in a process of its own. What counts is how much the process's largest memory grew from before the
first operation, how long forward and backward took, and whether the library survives a graph of that depth at all.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter

import numpy as np
from contenders import CONTENDERS, JAX, Contender, JAXCompiled, NumPy, WengertTransform, chain
from report import README, markdown, write_between

BEGIN, END = "<!-- table of memory.py: begin -->", "<!-- table of memory.py: end -->"
FACTOR = 0.99999  # nothing overflows
LEFT_OUT = (NumPy, WengertTransform, JAX, JAXCompiled)
"""They record nothing, or the same as another, or take minutes."""


def peak_bytes() -> int:
    """The largest resident memory of this process so far."""
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measure_here(contender: Contender, equations: int) -> tuple[float, float]:
    """Mebibytes and seconds for a chain of this many equations, in this process."""
    start = np.linspace(-1.0, 1.0, 4)
    contender.differentiated(lambda x: chain(x, 10, FACTOR), start)()
    before = peak_bytes()
    run = contender.differentiated(lambda x: chain(x, equations // 2, FACTOR), start)  # a step is two equations
    began = perf_counter()
    _, (gradient,) = run()
    seconds = perf_counter() - began
    np.testing.assert_allclose(np.asarray(gradient), FACTOR ** (equations // 2))
    return (peak_bytes() - before) / 2**20, seconds


def row(contender: type[Contender], equations: int) -> list[str]:
    """Measured in a process of its own."""
    command = [sys.executable, __file__, "--here", contender.__name__, "--equations", str(equations)]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return [contender.name, "–", "more than 600 s"]
    if child.returncode:
        reason = child.stderr.strip().splitlines()[-1].split(":")[0] if child.stderr.strip() else "crashed"
        return [contender.name, "–", f"fails: {reason}"]
    mebibytes, seconds = map(float, child.stdout.split())
    return [contender.name, f"{mebibytes:,.0f} MiB", f"{seconds:.2f} s"]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A long chain of equations, forward and backward.")
    parser.add_argument("--equations", type=int, default=500_000)
    parser.add_argument("--here", metavar="CONTENDER", help="measure this one in this process")
    parser.add_argument("--write", action="store_true", help="put the table in benchmarks/README.md")
    options = parser.parse_args(arguments)
    if options.here:
        (contender,) = (c for c in CONTENDERS if c.__name__ == options.here)
        print(*measure_here(contender(), options.equations))
        return
    rows = [row(c, options.equations) for c in CONTENDERS if c not in LEFT_OUT and c.is_installed()]
    text = markdown([f"{options.equations:,} equations", "peak memory", "forward and backward"], rows)
    print(text)
    if options.write:
        write_between(README, BEGIN, END, text)


if __name__ == "__main__":
    main()
