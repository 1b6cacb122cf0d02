"""Every public array function beside NumPy's or SciPy's: `python benchmarks/surface.py [--quick] [--write]`.

Nothing is recorded: what is measured is what the library adds to the work on values. Each function is called on about
100,000 elements, as is its namesake; the results are compared, and then the two take turns, on one core. The functions
are those of the library's own lists, so that a new one is measured as soon as it exists.
"""

from __future__ import annotations

import argparse
import gc
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from statistics import median
from time import process_time
from typing import Any

from processes import machine, use_cores, use_threads

if __name__ == "__main__":  # before NumPy and the others are imported
    use_threads(1)
    use_cores(1)

import numpy as np
from report import README, duration, markdown, write_between
from surface_arguments import NOT_OF_ARRAYS, UNEQUAL, Call, Samples, arguments

import wengert as wg

BEGIN, END = "<!-- table of surface.py: begin -->", "<!-- table of surface.py: end -->"
SIZE = 100_000
FEW = 16
"""Elements, for the time that a call takes whatever the size."""
LIMIT = 2.0
"""How many times the namesake's time is slow."""
AT_ONCE = 5e-6
"""Seconds in which no work is done on elements: NumPy made a view, or knew the answer."""
HOMES = {
    "": ("numpy", "scipy.special", "numpy.lib.stride_tricks"),
    "linalg": ("numpy.linalg", "scipy.linalg"),
    "fft": ("numpy.fft", "scipy.fft"),
    "special": ("scipy.special",),
}
"""Where the namesakes of each namespace are looked for."""


# ---------------------------------------------------------------------------------------------------------------------
# What is measured
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A public function, and NumPy's or SciPy's of the same name."""

    namespace: str
    name: str
    own: Callable[..., Any]
    reference: Callable[..., Any] | None

    @property
    def title(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


def subjects() -> Iterator[Subject]:
    """All public functions of arrays."""
    for namespace, homes in HOMES.items():
        home = getattr(wg.functions, namespace) if namespace else wg.functions
        for name in sorted(home.__all__):
            own = getattr(home, name)
            if callable(own) and not isinstance(own, type) and name not in NOT_OF_ARRAYS:
                found = (getattr(import_module(home), name, None) for home in homes)
                yield Subject(namespace, name, own, next((f for f in found if f is not None), None))


def held(x: Any) -> Any:
    """An argument as the library's own array, where it is one of NumPy's."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(held, x))
    return wg.array(x) if isinstance(x, np.ndarray) else x


def given_to(subject: Subject, samples: Samples) -> Call:
    return arguments(subject.namespace, subject.name, subject.own, samples)


def run_of(function: Callable[..., Any], given: Call) -> Callable[[], Any]:
    return partial(function, *given.args, **given.kwargs)


def own_run(subject: Subject, given: Call) -> Callable[[], Any]:
    return run_of(subject.own, Call(held(given.args), {key: held(x) for key, x in given.kwargs.items()}))


def runs(subject: Subject, samples: Samples) -> list[Callable[[], Any]]:
    """The call of the library's function, and that of its namesake; after their results were compared."""
    given = given_to(subject, samples)
    both = [own_run(subject, given)]
    if subject.reference is not None:
        both.append(run_of(subject.reference, given))
    results = [leaves(run()) for run in both]
    if subject.reference is not None and subject.name not in UNEQUAL:
        compare(subject.title, *results)
    return both


def leaves(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [leaf for part in result for leaf in leaves(part)]
    return [] if result is None else [np.asarray(result)]


def compare(title: str, found: list[Any], expected: list[Any]) -> None:
    assert len(found) == len(expected), f"{title} gives {len(found)} arrays, not {len(expected)}"
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape, f"{title} gives shape {one.shape}, not {other.shape}"
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8, err_msg=title)


# ---------------------------------------------------------------------------------------------------------------------
# How it is measured
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Seconds of a call, medians of the rounds; the ratio is the median of the rounds' ratios."""

    own: float
    reference: float
    ratio: float
    call: float
    """Of the library's function on a few elements: what it takes whatever the size."""

    @property
    def is_slow(self) -> bool:
        return self.ratio > LIMIT and self.own - self.call > max(LIMIT * self.reference, 2 * AT_ONCE)

    @property
    def is_work(self) -> bool:
        return self.reference > AT_ONCE


def timed(run: Callable[[], Any], loops: int) -> float:
    """Seconds of this process: what others take of a busy machine is not counted."""
    start = process_time()
    for _ in range(loops):
        run()
    return (process_time() - start) / loops


def measure(both: Sequence[Callable[[], Any]], small: Callable[[], Any], *, rounds: int, sample: float) -> Found:
    """The calls take turns; each sample takes about ``sample`` seconds."""
    order = (*both, small)
    loops = [max(1, round(sample / max(min(timed(run, 1) for _ in range(3)), 1e-7))) for run in order]
    samples: list[list[float]] = [[] for _ in order]
    for number in range(rounds):
        for k in sorted(range(3), reverse=number % 2 == 1):
            samples[k].append(timed(order[k], loops[k]))
    own, reference, call = samples
    ratio = median(a / max(b, 1e-9) for a, b in zip(own, reference, strict=True))
    return Found(median(own), median(reference), ratio, median(call))


def survey(
    size: int, *, rounds: int, sample: float, only: str = ""
) -> tuple[dict[Subject, Found], list[Subject], list[str]]:
    """What was found of each function that has a namesake, the functions that have none, and what is wrong.

    That is a function that cannot be called with its arguments, or that gives something else than its namesake.
    """
    samples, few = Samples(size), Samples(FEW)
    found: dict[Subject, Found] = {}
    alone: list[Subject] = []
    faults: list[str] = []
    gc.collect()
    gc.freeze()  # what was imported is not searched for garbage again
    for subject in subjects():
        if only not in subject.title:
            continue
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                both = runs(subject, samples)
            except Exception as error:  # all that is wrong is to be named, not the first alone
                faults.append(f"{subject.title}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
                continue
            if subject.reference is None:
                alone.append(subject)
            else:
                found[subject] = measure(both, own_run(subject, given_to(subject, few)), rounds=rounds, sample=sample)
    gc.unfreeze()
    return found, alone, faults


# ---------------------------------------------------------------------------------------------------------------------
# What comes out
# ---------------------------------------------------------------------------------------------------------------------


def slow_table(found: dict[Subject, Found]) -> str:
    slow = sorted(((s, f) for s, f in found.items() if f.is_slow), key=lambda pair: -pair[1].ratio)
    if not slow:
        return f"None takes more than {LIMIT:g} times as long as its namesake."
    rows = [[f"`{s.title}`", duration(f.own), duration(f.reference), f"{f.ratio:.2f}"] for s, f in slow]
    header = ["slower than twice its namesake", "Wengert", "NumPy or SciPy", "ratio"]
    return markdown(header, rows)


def called(namespace: str) -> str:
    return f"`wg.{namespace}`" if namespace else "`wg`"


def summary_table(found: dict[Subject, Found]) -> str:
    rows = []
    for namespace in HOMES:
        here = [f for s, f in found.items() if s.namespace == namespace]
        working = sorted(f.ratio for f in here if f.is_work)
        if here:
            counts = [sum(r <= bound for r in working) for bound in (1.1, 1.5, LIMIT)]
            middle = f"{median(working):.2f}" if working else "–"
            numbers = [len(here), len(working), middle, *counts, sum(f.is_slow for f in here)]
            rows.append([called(namespace), *map(str, numbers)])
    header = ["", "functions", "with work to do", "median ratio", "≤ 1.1", "≤ 1.5", f"≤ {LIMIT:g}", "slow"]
    return markdown(header, rows)


def listing(found: dict[Subject, Found]) -> str:
    """All functions with their ratios; those without work with their times."""
    parts = []
    for namespace in HOMES:
        here = {s: f for s, f in found.items() if s.namespace == namespace}
        working = [f"{s.name} {f.ratio:.2f}" for s, f in here.items() if f.is_work]
        idle = [f"{s.name} {duration(f.own)}" for s, f in here.items() if not f.is_work]
        if working:
            parts.append(f"{called(namespace)}: {', '.join(working)}.")
        if idle:
            parts.append(f"{called(namespace)}, the time of a call that takes NumPy no work: {', '.join(idle)}.")
    return "\n\n".join(parts)


def report(found: dict[Subject, Found], alone: Sequence[Subject]) -> str:
    parts = [summary_table(found), slow_table(found), listing(found)]
    if alone:
        parts.append(f"Without a namesake in NumPy or SciPy: {', '.join(s.title for s in alone)}.")
    return "\n\n".join(parts)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0].partition(":")[0])
    parser.add_argument("--quick", action="store_true", help="few short rounds")
    parser.add_argument("--only", metavar="TEXT", default="", help="only functions whose name has this in it")
    parser.add_argument("--size", type=int, default=SIZE, help="elements of an array")
    parser.add_argument("--write", action="store_true", help="put the tables in benchmarks/README.md")
    options = parser.parse_args(given)
    rounds, sample = (3, 0.001) if options.quick else (9, 0.003)
    found, alone, faults = survey(options.size, rounds=rounds, sample=sample, only=options.only)
    if not (found or alone or faults):
        raise SystemExit(f"no function has {options.only!r} in its name")
    import scipy

    versions = (f"numpy {np.__version__}", f"scipy {scipy.__version__}")
    text = f"{machine(1, versions)} Arrays of {options.size:,} elements.\n\n{report(found, alone)}"
    print(text)
    if faults:
        listed = "\n".join(faults)
        raise SystemExit(f"\nThese need arguments in surface_arguments.py, or differ from their namesakes:\n{listed}")
    if options.write:
        write_between(README, BEGIN, END, text)


if __name__ == "__main__":
    sys.exit(main())
