"""The process of one library and one problem: `python -m benchmarks.gradbench.worker LIBRARY PROBLEM`.

It answers requests, a line of JSON each, until there are no more. `comparison.py` and `scaling.py` start it, and see to
it that one such process computes at a time.
"""

from __future__ import annotations

import sys

from benchmarks.processes import claim_output, use_cores, use_threads

if __name__ == "__main__":  # before NumPy and the library are imported
    cores = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 1
    use_threads(cores)
    use_cores(cores)

import argparse
import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.gradbench import inputs, memory
from benchmarks.gradbench.libraries import LIBRARIES, Wait
from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.results import arrays
from benchmarks.gradbench.timing import Prepared, mean, timed

VARIED = {
    "gmm": "alpha",
    "ba": "cam",
    "ht": "theta",
    "lstm": "main_params",
    "kmeans": "centroids",
    "lse": "x",
    "llsq": "x",
    "ode": "x",
    "det": "A",
    "particle": "w",
    "saddle": "start",
}
"""The field of an input whose first number changes from run to run."""
STEP = 1e-7


def varied(problem: str, given: Any, times: int) -> Any:
    """The same input, but for its first number, which is a little greater."""
    if problem not in VARIED:
        return given + STEP * times
    field = np.array(given[VARIED[problem]], dtype=np.float64)
    field[(0,) * field.ndim] += STEP * times
    return {**given, VARIED[problem]: field if field.ndim else float(field)}


class Worker:
    """A problem at one size after the other."""

    def __init__(self, module: ModuleType, problem: str, wait: Wait, data: Path | None) -> None:
        self._module, self._problem, self._wait, self._data = module, problem, wait, data
        self._given: Any = None
        self._prepared: Prepared = ()
        self._variants = 0

    def _prepare(self, given: Any) -> Prepared:
        prepared: Prepared = self._wait(self._module.prepare(given))
        return prepared

    def size(self, size: str) -> dict[str, Any]:
        """Make the input of a size."""
        self._given, self._prepared = None, ()
        self._given = inputs.make(self._problem, size, self._data)
        start = perf_counter()
        self._prepared = self._prepare(self._given)
        return {"seconds": perf_counter() - start}

    def call(self, function: str, results: str | None = None) -> dict[str, Any]:
        """One call with the input as it is; what comes out is written to a file."""
        result, time = timed(getattr(self._module, function), self._prepared, self._wait)
        found = arrays(result)
        if results is not None:
            np.savez(results, **found)
        return {"seconds": time / 1e9}

    def turn(self, function: str, loops: int, wake: bool) -> dict[str, Any]:
        """Calls with an input that has not been there before; several take turns between it and the original."""
        self._variants += 1
        fresh = self._prepare(varied(self._problem, self._given, self._variants))
        evaluate = getattr(self._module, function)
        if wake:
            self._wait(evaluate(*self._prepared))
        return {"seconds": mean(evaluate, [fresh, self._prepared], loops, self._wait)}

    def growth(self, function: str, small: str, size: str) -> dict[str, Any]:
        """How much the process grows at its peak in a first call, once a small size has loaded what is loaded once."""
        self.size(small)
        self.call(function)
        self.size(size)
        peak = memory.Peak()
        result = self._wait(getattr(self._module, function)(*self._prepared))
        grown = peak.growth()
        del result
        return {"bytes": grown, "exact": peak.exact}


def serve(library: str, problem: str, threads: int, data: Path | None) -> None:
    answers = claim_output()

    def answer(**found: Any) -> None:
        answers.write(json.dumps(found) + "\n")

    start = perf_counter()
    try:
        wait, version = LIBRARIES[library].start(threads)
    except ImportError as error:
        answer(missing=f"{type(error).__name__}: {error}")
        return
    imported = perf_counter() - start
    module, broken = ModuleType("nothing"), ""
    if LIBRARIES[library].has(problem):
        try:
            module = import_module(LIBRARIES[library].module(problem))
        except Exception as error:
            broken = f"{type(error).__name__}: {error}"
    functions = [function for function in PROBLEMS[problem].functions if hasattr(module, function)]
    answer(imported=imported, version=version, functions=functions, broken=broken)

    worker = Worker(module, problem, wait, data)
    can: dict[str, Callable[..., dict[str, Any]]] = {
        "size": worker.size,
        "call": worker.call,
        "turn": worker.turn,
        "growth": worker.growth,
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(**can[request.pop("do")](**request))
        except Exception as error:  # a library that cannot do something does not end the comparison
            answer(error=f"{type(error).__name__}: {error}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="One library and one problem, for the runner.")
    parser.add_argument("library", choices=LIBRARIES)
    parser.add_argument("problem", choices=PROBLEMS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args(arguments)
    serve(options.library, options.problem, options.threads, options.data)


if __name__ == "__main__":
    main()
