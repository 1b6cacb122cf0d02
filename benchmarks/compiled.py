"""`wg.compile` beside JAX and PyTorch, in one run: `python benchmarks/compiled.py [--quick] [--peers PYTHON]`.

Each library runs in a process of its own, with the same cores and number of threads, so that no library's idle threads
or BLAS stand in another's way. The processes take turns, in an order that rotates: one computes while all others
wait. First calls are measured in fresh processes, with caches on disk that are empty, and once more with what was left
there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from processes import SETTLING, Process, Refusal, claim_output, machine, use_cores, use_threads

if __name__ == "__main__" and "--serve" in sys.argv:  # before NumPy and the others are imported
    cores = int(sys.argv[sys.argv.index("--threads") + 1])
    use_threads(cores)
    use_cores(cores)

import numpy as np
from compiled_libraries import LIBRARIES
from compiled_work import WORKS, Work
from report import README, duration, markdown, write_between

BEGIN, END = "<!-- table of compiled.py: begin -->", "<!-- table of compiled.py: end -->"
FROM_CACHE = 0.030
"""Seconds below which a first call from the cache on disk is to stay."""


# ---------------------------------------------------------------------------------------------------------------------
# The process of one library
# ---------------------------------------------------------------------------------------------------------------------


def serve(key: str, threads: int) -> None:
    """Answer requests, a line of JSON each, until there are no more."""
    answers = claim_output()

    def answer(**found: Any) -> None:
        answers.write(json.dumps(found) + "\n")

    start = perf_counter()
    library = LIBRARIES[key](threads)
    answer(imported=perf_counter() - start, version=library.version)
    run: Callable[[], Any] = tuple
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "work" in request:
                run = next(w for w in WORKS if w.key == request["work"]).prepare(library)
                start = perf_counter()
                outcome = run()
                seconds = perf_counter() - start
                if request["results"]:
                    value, derivatives = outcome
                    np.savez(request["results"], *[np.asarray(x) for x in (value, *derivatives)])
                answer(seconds=seconds)
            else:
                answer(seconds=timed(run, request["loops"]))
        except Exception as error:  # a library that cannot do something does not end the comparison
            answer(error=f"{type(error).__name__}: {error}")


def timed(run: Callable[[], Any], loops: int) -> float:
    """Seconds of one call, out of several; one that is not timed comes first, and wakes the threads up."""
    run()
    start = perf_counter()
    for _ in range(loops):
        run()
    return (perf_counter() - start) / loops


@contextmanager
def started(key: str, options: argparse.Namespace, cache: str | Path) -> Iterator[Process]:
    python = options.peers if LIBRARIES[key].module != "wengert" else sys.executable
    process = Process([python, __file__, "--serve", key, "--threads", str(options.threads)], cache)
    try:
        yield process
    finally:
        process.close()


def seconds(process: Process, **request: Any) -> float:
    answer: float = process.ask(**request)["seconds"]
    return answer


# ---------------------------------------------------------------------------------------------------------------------
# How it is measured
# ---------------------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What was found out about one work, by library."""

    samples: dict[str, list[float]] = field(default_factory=dict)
    differences: dict[str, float] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    again: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def difference(results: Sequence[np.ndarray], reference: Sequence[np.ndarray]) -> float:
    """The largest difference, in units of an array's largest element."""
    worst = 0.0
    for a, b in zip(results, reference, strict=True):
        if a.shape != b.shape:
            return float("inf")
        size = float(np.max(np.abs(b), initial=0.0)) or 1.0
        worst = float(np.max([worst, np.max(np.abs(a - b), initial=0.0) / size]))  # a NaN stays one
    return worst


def measure_warm(work: Work, processes: dict[str, Process], folder: Path, *, rounds: int, sample: float) -> Found:
    """Seconds of one call by library and round, and how far the results lie apart."""
    found, loops, results = Found(), {}, {}
    for key, process in processes.items():
        if work.omitted(LIBRARIES[key]):
            continue
        path = folder / f"{work.key}-{key}.npz"
        try:
            process.ask(work=work.key, results=str(path))
            quick = min(seconds(process, loops=1) for _ in range(3))
            loops[key] = max(1, round(sample / seconds(process, loops=max(1, round(sample / 4 / quick)))))
        except Refusal as refusal:
            found.failures[key] = str(refusal)
            continue
        with np.load(path) as file:
            results[key] = [file[name] for name in file.files]
    reference = next(iter(results.values()), [])
    found.differences = {key: difference(own, reference) for key, own in results.items()}
    found.samples = {key: [] for key in results}
    order = list(results)
    for _ in range(rounds):
        for key in order:
            sleep(SETTLING)
            found.samples[key].append(seconds(processes[key], loops=loops[key]))
        order.append(order.pop(0))
    return found


def measure_first(work: Work, keys: Sequence[str], options: argparse.Namespace, found: Found, repeats: int) -> None:
    """Seconds of the first call in a fresh process, with caches that are empty, and then with what is left there."""
    for key in keys:
        library = LIBRARIES[key]
        if work.omitted(library) or key in found.failures or key in ("eager", "torch", "jax-eager"):
            continue
        first: list[float] = []
        again: list[float] = []
        for _ in range(repeats):
            with TemporaryDirectory(prefix="benchmark-cache-") as cache:
                for times in (first, again):
                    if times is first or key != "jax":  # which keeps nothing unless asked to
                        with started(key, options, cache) as process:
                            times.append(seconds(process, work=work.key, results=None))
        found.first[key] = median(first)
        if again:
            found.again[key] = median(again)


# ---------------------------------------------------------------------------------------------------------------------
# What comes out
# ---------------------------------------------------------------------------------------------------------------------


def paired(found: Found, own: str, other: str) -> float:
    """The median of the rounds' ratios."""
    return median(a / b for a, b in zip(found.samples[own], found.samples[other], strict=True))


def against(work: Work, found: Found, own: str) -> tuple[str, float] | None:
    """The library that the target is about, else the best other one, and the ratio of the times."""
    others = {k: median(v) for k, v in found.samples.items() if LIBRARIES[k].module != "wengert"}
    if own not in found.samples or not others:
        return None
    best = min(others, key=others.__getitem__)
    key = work.target.of if work.target is not None and work.target.of in others else best
    return key, paired(found, own, key)


def tables(works: Sequence[Work], every: dict[str, Found], keys: Sequence[str]) -> str:
    """All that was found, as Markdown; the first of the libraries is ours."""
    own, names = keys[0], [LIBRARIES[k].name for k in keys]

    def cell(seconds: dict[str, float], found: Found, key: str) -> str:
        return duration(seconds[key]) if key in seconds else "fails" if key in found.failures else "–"

    compiling = [k for k in ("wengert", "jax", "torch-compile") if k in keys]
    warm, first, agreement = [], [], []
    for work in works:
        found = every[work.key]
        medians = {k: median(v) for k, v in found.samples.items()}
        ratio = against(work, found, own)
        reach = "–"
        if work.target is not None:
            of = LIBRARIES[work.target.of].name if work.target.of in LIBRARIES else "the best"
            reach = f"{work.target.ratio:g} of {of}"
        of_whom = f"{ratio[1]:.3g} of {LIBRARIES[ratio[0]].name}" if ratio else "–"
        warm.append([work.title, *[cell(medians, found, k) for k in keys], of_whom, reach])
        row = [cell(found.first, found, k) for k in compiling]
        first.append([work.title, *row, *[cell(found.again, found, k) for k in compiling if k != "jax"]])
        cells = [f"{found.differences[k]:.1e}" if k in found.differences else "–" for k in keys[1:]]
        agreement.append([work.title, f"{work.rtol:.0e}", *cells])
    header = ["", *names, "ratio", "to reach"]
    text = f"Value and derivatives, compiled beforehand: median of one call.\n\n{markdown(header, warm)}"
    if any(found.first for found in every.values()):
        header = ["", *[LIBRARIES[k].name for k in compiling]]
        header += [f"{LIBRARIES[k].name}, cached on disk" for k in compiling if k != "jax"]
        text += (
            "\n\nFirst call in a new process, without the import (to reach: below JAX; from the cache on disk below "
            f"{1e3 * FROM_CACHE:.0f} ms):\n\n{markdown(header, first)}"
        )
    text += (
        f"\n\nLargest difference from {names[0]}'s results, in units of the largest element of each array, and what is "
        f"allowed:\n\n{markdown(['', 'allowed', *names[1:]], agreement)}"
    )
    failures = [f"{LIBRARIES[k].name}, {w.title}: {e}" for w in works for k, e in every[w.key].failures.items()]
    return text + "".join(f"\n\nFails: {line[:300]}" for line in failures)


def disagreements(works: Sequence[Work], every: dict[str, Found]) -> list[str]:
    """Where results are further apart than allowed."""
    return [
        f"{work.title}: {LIBRARIES[key].name} is {apart:.1e} off, where {work.rtol:.0e} is allowed"
        for work in works
        for key, apart in every[work.key].differences.items()
        if not apart <= work.rtol
    ]


def circumstances(processes: dict[str, Process], threads: int, missing: Sequence[str]) -> str:
    """The machine, the versions and the imports, in a sentence or two."""
    modules = {LIBRARIES[k].module: f"{LIBRARIES[k].module} {p.hello['version']}" for k, p in processes.items()}
    imports = {LIBRARIES[k].module: duration(p.hello["imported"]) for k, p in processes.items()}
    text = machine(threads, [f"numpy {np.__version__}", *modules.values()])
    text += f" Imports take: {', '.join(' '.join(pair) for pair in imports.items())} (after NumPy's)."
    return text + (f" Not installed: {', '.join(missing)}." if missing else "")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="wg.compile beside JAX and PyTorch.")
    parser.add_argument("--quick", action="store_true", help="few short rounds, and no first calls")
    parser.add_argument("--only", metavar="NAMES", default="", help=f"of {', '.join(w.key for w in WORKS)}")
    parser.add_argument(
        "--libraries", metavar="NAMES", default="", help=f"of {', '.join(LIBRARIES)}; Wengert goes first"
    )
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="the Python that has JAX and PyTorch")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for each library; by default all")
    parser.add_argument("--eager", action="store_true", help="Wengert without wg.compile")
    parser.add_argument("--first", action=argparse.BooleanOptionalAction, help="whether to measure first calls")
    parser.add_argument("--json", metavar="FILE", help="write all that was found")
    parser.add_argument("--write", action="store_true", help="put the tables in benchmarks/README.md")
    parser.add_argument("--serve", metavar="LIBRARY", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve(options.serve, options.threads)
        return
    only = options.only.split(",") if options.only else [w.key for w in WORKS]
    if unknown := set(only) - {w.key for w in WORKS}:
        parser.error(f"there is no work named {', '.join(sorted(unknown))}")
    works = [w for w in WORKS if w.key in only]
    peers = options.libraries.split(",") if options.libraries else ["jax", "jax-eager", "torch", "torch-compile"]
    keys = ["eager" if options.eager else "wengert", *(k for k in peers if k not in ("wengert", "eager"))]
    rounds, sample = (5, 0.01) if options.quick else (25, 0.05)
    first = not options.quick if options.first is None else options.first

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmark-")))
        processes, missing = {}, []
        for key in keys:
            try:
                processes[key] = stack.enter_context(started(key, options, folder))
            except Refusal as refusal:
                print(f"{LIBRARIES[key].name}: {refusal}", file=sys.stderr)
                missing.append(LIBRARIES[key].name)
        every = {}
        for work in works:
            print(f"measuring: {work.title}", file=sys.stderr, flush=True)
            every[work.key] = measure_warm(work, processes, folder, rounds=rounds, sample=sample)
        head = circumstances(processes, options.threads, missing)
    if first:
        for work in works:
            print(f"measuring the first call: {work.title}", file=sys.stderr, flush=True)
            measure_first(work, list(processes), options, every[work.key], repeats=1 if options.quick else 3)

    text = f"{head}\n\n{tables(works, every, list(processes))}"
    print(text)
    if options.json:
        Path(options.json).write_text(json.dumps({k: vars(v) for k, v in every.items()}, indent=1), encoding="utf-8")
    if options.write:
        write_between(README, BEGIN, END, text)
    if apart := disagreements(works, every):
        raise SystemExit("\n".join(apart))


if __name__ == "__main__":
    main()
