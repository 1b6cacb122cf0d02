"""Time and memory of derivatives against the size of the problem: `python -m benchmarks.gradbench.scaling`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.gradbench.comparison import Cell, Participant, Plan, compare
from benchmarks.gradbench.libraries import LIBRARIES
from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.record import OWN
from benchmarks.processes import Refusal, machine
from benchmarks.report import README, duration, markdown, write_between

BEGIN, END = "<!-- table of gradbench.scaling: begin -->", "<!-- table of gradbench.scaling: end -->"
PICTURE = README.with_name("gradbench_scaling.png")


@dataclass(frozen=True)
class Scale:
    """Sizes of a problem, of which one number grows."""

    problem: str
    number: str
    sizes: dict[str, int]
    """The size's label and that number."""
    small: str
    """A size for what happens once in a process."""


def _of(label: str, *numbers: int) -> dict[str, int]:
    return {label.format(number): number for number in numbers}


SCALES = (
    Scale("gmm", "points, in 10 dimensions, 10 components", _of("10_10_{}", 1_000, 10_000, 100_000), "3_2_9"),
    Scale("lstm", "characters, 2 layers", _of("2_{}", 1_024, 4_096, 16_384), "1_5"),
    Scale("ode", "steps, 1000 components", _of("1000_{}", 100, 1_000, 10_000), "6_10"),
    Scale("ba", "observations", {"ba1": 31_843, "ba7": 287_451, "ba14": 1_255_268}, "3_5_11"),
)
QUICK = (
    Scale("gmm", "points, in 2 dimensions, 5 components", _of("2_5_{}", 100, 400, 1_600), "3_2_9"),
    Scale("ode", "steps, 100 components", _of("100_{}", 10, 40, 160), "6_10"),
)


@dataclass(frozen=True)
class Line:
    """What was measured against sizes in units of the smallest."""

    sizes: list[float]
    values: list[float]
    exponent: float


@dataclass
class Measured:
    """One size."""

    primal: Cell
    derivative: Cell
    bytes: int | None = None
    exact: bool = True


def measure(scale: Scale, plan: Plan, key: str) -> list[Measured]:
    """Times, with the results checked; then the memory, in a process of its own for each size.

    What was compiled for the times is on disk by then, so that the compiler takes no part in the memory (of Wengert).
    """
    problem = PROBLEMS[scale.problem]
    (derivative,) = problem.derivatives
    participant = Participant(key, scale.problem, plan)
    try:
        every = [found for _, found in compare(scale.problem, list(scale.sizes), [participant], plan)]
    finally:
        participant.close()
    measured = [Measured(found[problem.functions[0]][key], found[derivative][key]) for found in every]
    for one, size in zip(measured, scale.sizes, strict=True):
        if one.derivative.outcome == "measured":
            participant = Participant(key, scale.problem, plan)
            try:
                one.bytes, one.exact = participant.growth(derivative, scale.small, size)
            except Refusal as refusal:
                one.derivative.said = str(refusal)
            finally:
                participant.close()
    return measured


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Of the power law that fits best."""
    slope, _ = np.polyfit(np.log(sizes), np.log(values), 1)
    return float(slope)


def series(scales: Sequence[Scale], every: Sequence[Sequence[Measured]], quantity: str) -> dict[str, Line]:
    """For each problem the sizes in units of the smallest, what was measured there, and the exponent."""
    lines = {}
    for scale, measured in zip(scales, every, strict=True):
        values = [one.derivative.median if quantity == "time" else one.bytes for one in measured]
        points = [(n, v) for n, v in zip(scale.sizes.values(), values, strict=True) if v]
        if len(points) > 1:
            smallest = min(scale.sizes.values())
            sizes, known = [n / smallest for n, _ in points], [float(v) for _, v in points]
            lines[scale.problem] = Line(sizes, known, exponent(sizes, known))
    return lines


def mebibytes(count: int) -> str:
    number = count / 2**20
    return f"{number:,.0f} MiB" if number >= 100 else f"{number:.3g} MiB"


def table(scales: Sequence[Scale], every: Sequence[Sequence[Measured]]) -> str:
    header = ["", "size", "primal", "derivative", "ratio", "memory", "exponent of time", "of memory"]
    times, memories = series(scales, every, "time"), series(scales, every, "memory")
    rows = []
    for scale, measured in zip(scales, every, strict=True):
        for i, (one, number) in enumerate(zip(measured, scale.sizes.values(), strict=True)):
            primal, derivative = one.primal.median, one.derivative.median
            rows.append(
                [
                    f"`{scale.problem}`, {scale.number}" if i == 0 else "",
                    f"{number:,}",
                    duration(primal) if primal else one.primal.said,
                    duration(derivative) if derivative else one.derivative.said,
                    f"{derivative / primal:.3g}" if primal and derivative else "–",
                    "–" if one.bytes is None else f"{'' if one.exact else '≥ '}{mebibytes(one.bytes)}",
                    *[
                        f"**{s[scale.problem].exponent:.2f}**" if i == 0 and scale.problem in s else ""
                        for s in (times, memories)
                    ],
                ]
            )
    return markdown(header, rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gradbench.scaling", description=__doc__)
    parser.add_argument("problems", nargs="*", metavar="PROBLEM", help="by default all of gmm, lstm, ode, ba")
    parser.add_argument("--quick", action="store_true", help="two problems at small sizes")
    parser.add_argument("--library", choices=LIBRARIES, default=OWN)
    parser.add_argument(
        "--python", metavar="PYTHON", default=sys.executable, help="the Python that has another library"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--picture", metavar="FILE", type=Path)
    parser.add_argument("--write", action="store_true", help=f"put table and picture in benchmarks/{README.name}")
    options = parser.parse_args(arguments)
    scales = [s for s in (QUICK if options.quick else SCALES) if not options.problems or s.problem in options.problems]
    if not scales:
        parser.error("there is no such problem")

    with TemporaryDirectory(prefix="gradbench-") as cache:
        python = sys.executable if options.library == OWN else options.python
        plan = Plan({options.library: python}, Path(cache), threads=options.threads, repeats=options.repeats)
        every = [measure(scale, plan, options.library) for scale in scales]
        participant = Participant(options.library, scales[0].problem, plan)
        versions = [f"numpy {np.__version__}", f"{options.library} {participant.version}"]
        participant.close()
    text = f"{machine(options.threads, versions)}\n\n{table(scales, every)}"
    print(text)
    lines = {"time": series(scales, every, "time"), "memory": series(scales, every, "memory")}
    for path in [*([options.picture] if options.picture else []), *([PICTURE] if options.write else [])]:
        from benchmarks.gradbench import pictures

        pictures.save(pictures.growths(lines), path)
    if options.write:
        picture = f"![Time and memory of derivatives against the size]({PICTURE.name})"
        write_between(README, BEGIN, END, f"{text}\n\n{picture}")


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    main()
