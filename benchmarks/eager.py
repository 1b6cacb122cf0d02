"""Wengert's eager mode beside its peers, in one run: `python benchmarks/eager.py [--quick] [--json FILE] [--write]`.

What is measured is the wall-clock time of the value and its derivatives. All contenders run on the same CPUs with the
same number of threads; they are warmed up, their results are compared with each other, and then they take turns, in
an order that rotates, so that whatever disturbs the machine disturbs them all alike. The garbage collector stays on.

The samples are kept and described with pyperf: its clock, its description of the machine, and its file format, so that
`python -m pyperf stats` and `compare_to` read what `--json` writes. Its runner, like pytest-benchmark's, measures one
benchmark to the end before it begins the next; taking turns is the one thing done here.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

THREADS = int(os.environ.get("BENCHMARK_THREADS", "1"))
if __name__ == "__main__":  # before NumPy and the others are imported: they read this once
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(THREADS)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-THREADS:])

import numpy as np  # noqa: E402
from contenders import CONTENDERS, Contender, PyTorch, Run, chain, doubling  # noqa: E402
from report import README, duration, markdown, write_between  # noqa: E402

BEGIN, END = "<!-- table of eager.py: begin -->", "<!-- table of eager.py: end -->"


# ---------------------------------------------------------------------------------------------------------------------
# What is measured
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Workload:
    """Something that each contender does once in a run."""

    title: str
    prepare: Callable[[Contender], Run | None]
    """Makes the run; None where a contender cannot do it."""
    inner: int = 1
    """The run's time is divided by this."""
    tolerance: float = 1e-9


def chain_on(size: int, steps: int) -> Workload:
    def prepare(contender: Contender) -> Run:
        return contender.differentiated(lambda x: chain(x, steps), np.linspace(-1.0, 1.0, size))

    return Workload(f"chain, {size:,} elements, a step", prepare, inner=steps)


def doubling_on(start: Sequence[float]) -> Workload:
    def prepare(contender: Contender) -> Run | None:
        if not contender.follows_values:
            return None
        return contender.differentiated(lambda x: doubling(x, contender.norm), np.array(start))

    return Workload("`while` function", prepare)


def training_of(batch: int, inputs: int, hidden: int, outputs: int, dtype: str) -> Workload:
    def prepare(contender: Contender) -> Run:
        rng = np.random.default_rng(0)
        images = rng.random((batch, inputs)).astype(dtype)
        labels = rng.integers(outputs, size=batch)
        w1 = rng.normal(scale=inputs**-0.5, size=(inputs, hidden)).astype(dtype)
        w2 = rng.normal(scale=hidden**-0.5, size=(hidden, outputs)).astype(dtype)
        return contender.training(images, labels, [w1, np.zeros(hidden, dtype), w2, np.zeros(outputs, dtype)])

    title = f"training step, {batch} × {inputs} → {hidden} → {outputs}, {dtype}"
    return Workload(title, prepare, tolerance=1e-4 if dtype == "float32" else 1e-9)


WORKLOADS = (
    chain_on(4, steps=200),
    chain_on(10_000, steps=200),
    chain_on(1_000_000, steps=10),
    doubling_on([0.3, -0.1, 0.2, 0.4]),
    training_of(64, 64, 64, 10, "float64"),
    training_of(128, 784, 256, 10, "float32"),
)


# ---------------------------------------------------------------------------------------------------------------------
# How it is measured
# ---------------------------------------------------------------------------------------------------------------------


def results_agree(outcomes: Sequence[tuple[str, Any]], tolerance: float) -> None:
    """Raise unless all contenders found the same value and derivatives; derivatives may be missing."""
    (first, (value, derivatives)), *others = outcomes
    for name, (other_value, other_derivatives) in others:
        pairs = [(value, other_value), *zip(derivatives, other_derivatives, strict=False)]
        for expected, found in pairs:
            np.testing.assert_allclose(
                np.asarray(found), np.asarray(expected), rtol=tolerance, atol=tolerance, err_msg=f"{name} and {first}"
            )


def measure(
    workload: Workload, contenders: Sequence[Contender], *, rounds: int, sample: float, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Seconds for each contender and round, for one inner step; each sample takes about ``sample`` seconds."""
    runs = {c.name: run for c in contenders if (run := workload.prepare(c)) is not None}
    results_agree([(name, run()) for name, run in runs.items()], workload.tolerance)

    def timed(run: Run, loops: int) -> float:
        start = clock()
        for _ in range(loops):
            run()
        return clock() - start

    loops = {}
    for name, run in runs.items():
        timed(run, 2)
        loops[name] = max(1, round(sample / min(timed(run, 1) for _ in range(3))))
        timed(run, loops[name])
    gc.collect()
    gc.freeze()  # what was imported and prepared is not searched for garbage again

    samples: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs)
    for _ in range(rounds):
        for name in order:
            gc.collect()  # nobody pays for another's garbage
            samples[name].append(timed(runs[name], loops[name]) / loops[name] / workload.inner)
        order.append(order.pop(0))
    gc.unfreeze()
    return samples


# ---------------------------------------------------------------------------------------------------------------------
# What comes out
# ---------------------------------------------------------------------------------------------------------------------

Samples = dict[str, dict[str, list[float]]]
"""Seconds by workload, contender and round."""


def table(samples: Samples, reference: str = PyTorch.name) -> str:
    """Times, and their ratios to the reference where it was measured, as Markdown."""
    names = list(dict.fromkeys(name for by_name in samples.values() for name in by_name))

    def rows(cell: Callable[[dict[str, list[float]], str], str]) -> list[list[str]]:
        return [[w, *[cell(found, n) if n in found else "–" for n in names]] for w, found in samples.items()]

    def time(found: dict[str, list[float]], name: str) -> str:
        return f"{duration(min(found[name]))} ({duration(median(found[name]))})"

    def ratio(found: dict[str, list[float]], name: str) -> str:
        if reference not in found:
            return "–"
        paired = median(own / other for own, other in zip(found[name], found[reference], strict=True))
        return f"{min(found[name]) / min(found[reference]):.2f} ({paired:.2f})"

    text = f"Shortest time, and in parentheses the median:\n\n{markdown(['', *names], rows(time))}"
    if any(reference in found for found in samples.values()):
        text += (
            f"\n\nIn units of {reference}'s: of its shortest time, and in parentheses the median of the rounds' ratios:"
            f"\n\n{markdown(['', *names], rows(ratio))}"
        )
    return text


def machine(contenders: Sequence[Contender], missing: Sequence[str]) -> str:
    """The machine and the versions, in a sentence or two."""
    import pyperf

    metadata = pyperf.Run([1.0]).get_metadata()
    versions = dict.fromkeys(f"{c.module} {c.version}" for c in contenders)
    cpu = metadata.get("cpu_model_name", platform.processor() or platform.machine())
    text = (
        f"{cpu}, {os.cpu_count()} cores, of which each library uses {THREADS}; {platform.system()}, "
        f"{platform.python_implementation()} {platform.python_version()}; {', '.join(versions)}."
    )
    return text + (f" Not installed: {', '.join(missing)}." if missing else "")


def suite(samples: Samples, inner: dict[str, int]) -> Any:
    """All samples in pyperf's format."""
    import pyperf

    benchmarks = []
    for workload, by_name in samples.items():
        for name, values in by_name.items():
            metadata = {"name": f"{workload}: {name}", "unit": "second", "inner_loops": inner[workload]}
            benchmarks.append(pyperf.Benchmark([pyperf.Run(values, metadata=metadata)]))
    return pyperf.BenchmarkSuite(benchmarks)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].partition(":")[0])
    parser.add_argument("--quick", action="store_true", help="few short rounds: seconds instead of minutes")
    parser.add_argument("--json", metavar="FILE", help="write all samples in pyperf's format")
    parser.add_argument("--write", action="store_true", help="put the table in benchmarks/README.md")
    parser.add_argument("--only", metavar="TEXT", default="", help="only workloads whose title has this in it")
    options = parser.parse_args(arguments)
    try:
        from pyperf import perf_counter
    except ModuleNotFoundError:
        raise SystemExit('pyperf is missing: python -m pip install -e ".[bench]"') from None

    contenders = [contender(THREADS) for contender in CONTENDERS if contender.is_installed()]
    missing = list(dict.fromkeys(c.module for c in CONTENDERS if not c.is_installed()))
    rounds, sample = (5, 0.005) if options.quick else (25, 0.02)
    workloads = [w for w in WORKLOADS if options.only in w.title]
    samples: Samples = {}
    for workload in workloads:
        print(f"measuring: {workload.title}", file=sys.stderr, flush=True)
        samples[workload.title] = measure(workload, contenders, rounds=rounds, sample=sample, clock=perf_counter)

    text = f"{machine(contenders, missing)}\n\n{table(samples)}"
    print(text)
    if options.json:
        suite(samples, {w.title: w.inner for w in workloads}).dump(options.json, replace=True)
    if options.write:
        write_between(README, BEGIN, END, text)


if __name__ == "__main__":
    main()
