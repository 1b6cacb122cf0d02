"""A problem in several libraries, each in a process of its own, and one of them computing at a time.

At each size and for each function, every library has two calls with the suite's own input. The first is the one that
traces and compiles, and its time is reported apart. What the second gives is compared with the reference, and a library
that is wrong is not timed. Then the libraries take turns, in an order that rotates, and before each turn the input is
changed a little.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from time import sleep
from typing import Any

import numpy as np

from benchmarks.gradbench import inputs, reference
from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.results import Arrays, Wrong, arrays, check
from benchmarks.processes import SETTLING, Overdue, Process, Refusal

ROOT = Path(__file__).parents[2]
SAMPLE = 0.02
"""Seconds that a turn takes at least, with as many calls as that needs."""
MOST_LOOPS = 1000
LONG = 0.1
"""Seconds of a call from which on a turn has no call before it that wakes the processor and its caches up."""
STARTING, PREPARING, SPARE = 300.0, 600.0, 10.0
"""Seconds that a process has to start, that an input may take to be made, and that an answer may take beyond a call."""
CHECKED_AS_WELL = {"ba": "3_5_11", "kmeans": "3_40_4", "ode": "6_10"}
"""Where inputs of the suite are degenerate: a size at which a library has to be right as well."""


@dataclass(frozen=True)
class Plan:
    """How to measure."""

    pythons: Mapping[str, str]
    """Of each library, the Python that has it."""
    cache: Path
    data: Path | None = None
    threads: int = 1
    repeats: int = 7
    limit: float = 60.0
    """Seconds of one call after which a library is given up."""
    budget: float = 30.0
    """Seconds for the repeats of one call; what takes longer is repeated less often."""


@dataclass(frozen=True)
class Turns:
    """How many turns a library is to have, of how many calls each, and whether another call comes before them."""

    count: int
    loops: int
    wake: bool


@dataclass
class Cell:
    """What was found out about one function at one size in one library."""

    outcome: str = "measured"
    """Or ``overdue``, ``untried`` (after a smaller size was overdue), ``failed``, ``wrong``, ``unwritten``."""
    said: str = ""
    first: float | None = None
    samples: list[float] = field(default_factory=list)
    difference: float | None = None

    @property
    def median(self) -> float | None:
        return median(self.samples) if self.samples else None


Cells = dict[str, Cell]
"""By library."""
Found = dict[str, dict[str, Cells]]
"""Of a problem, by size and function."""


class Participant:
    """A library with one problem; a process that ended is started again when it is next asked."""

    def __init__(self, key: str, problem: str, plan: Plan) -> None:
        self.key, self._problem, self._plan = key, problem, plan
        self._process: Process | None = None
        self._size = ""
        self._start()

    def _start(self) -> Process:
        plan = self._plan
        command = [plan.pythons[self.key], "-m", "benchmarks.gradbench.worker", self.key, self._problem]
        command += ["--threads", str(plan.threads), *(["--data", str(plan.data.absolute())] if plan.data else [])]
        process = Process(command, plan.cache, folder=ROOT, limit=STARTING)
        self._process, self._size = process, ""
        self.missing: str = process.hello.get("missing", "")
        self.version: str = process.hello.get("version", "")
        self.functions: list[str] = process.hello.get("functions", [])
        self.broken: str = process.hello.get("broken", "")
        return process

    def _running(self) -> Process:
        if self._process is not None and not self._process.ended:
            return self._process
        self.close()
        return self._start()

    def ask(self, size: str, limit: float, **request: Any) -> dict[str, Any]:
        process = self._running()
        if self._size != size:
            self._size = ""
            process.ask(do="size", size=size, limit=PREPARING)
            self._size = size
        return process.ask(**request, limit=limit)

    def call(self, function: str, size: str, results: Path | None = None) -> float:
        """Seconds."""
        limit = self._plan.limit
        request = {"do": "call", "function": function, "results": None if results is None else str(results)}
        try:
            seconds: float = self.ask(size, limit + SPARE, **request)["seconds"]
        except Overdue:
            raise Overdue(f"> {limit:g} s") from None
        if seconds > limit:
            raise Overdue(f"> {limit:g} s")
        return seconds

    def turn(self, function: str, size: str, loops: int, wake: bool) -> float:
        """Seconds of a call."""
        limit = 2 * self._plan.limit + SPARE
        seconds: float = self.ask(size, limit, do="turn", function=function, loops=loops, wake=wake)["seconds"]
        return seconds

    def growth(self, function: str, small: str, size: str) -> tuple[int, bool]:
        """Bytes that a first call takes at its peak, beyond the input; whether the process has no earlier peak."""
        answer = self._running().ask(do="growth", function=function, small=small, size=size, limit=PREPARING)
        return answer["bytes"], answer["exact"]

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


@contextmanager
def participants(problem: str, keys: Sequence[str], plan: Plan) -> Iterator[list[Participant]]:
    """A process of each library."""
    found: list[Participant] = []
    try:
        for key in keys:
            found.append(Participant(key, problem, plan))  # noqa: PERF401 - those that have begun are to end
        yield found
    finally:
        for participant in found:
            participant.close()


def compare(
    problem: str, sizes: Sequence[str], entered: Sequence[Participant], plan: Plan
) -> Iterator[tuple[str, dict[str, Cells]]]:
    """What was found, a size at a time."""
    given_up = {(p.key, function): cell for p in entered for function, cell in _cannot(p, problem, plan).items()}
    for size in sizes:
        given = inputs.make(problem, size, plan.data)
        found: dict[str, Cells] = {}
        for function in PROBLEMS[problem].functions:
            _say(f"{problem} {size} {function}")
            expected = arrays(reference.evaluate(problem, function, given))
            cells = found[function] = {}
            turns: dict[str, Turns] = {}
            for participant in entered:
                key = participant.key
                cell = cells[key] = replace(given_up.get((key, function), Cell()))
                if cell.outcome == "measured":
                    turns[key] = _begin(participant, function, size, expected, cell, plan)
                if cell.outcome == "overdue":
                    given_up[key, function] = Cell("untried", f"took {cell.said} at {size}")
            del expected
            _take_turns(entered, function, size, cells, turns, plan)
        yield size, found


def _cannot(participant: Participant, problem: str, plan: Plan) -> dict[str, Cell]:
    """The functions that need not be tried at all, and why."""
    if participant.broken:
        return {f: Cell("failed", participant.broken) for f in PROBLEMS[problem].functions}
    absent = {f: Cell("unwritten") for f in PROBLEMS[problem].functions if f not in participant.functions}
    if problem not in CHECKED_AS_WELL or absent.keys() == set(PROBLEMS[problem].functions):
        return absent
    size = CHECKED_AS_WELL[problem]
    given = inputs.make(problem, size)
    other = Participant(participant.key, problem, plan)  # the first calls of the one that is measured remain its first
    try:
        for function in participant.functions:
            cell = Cell()
            _checked(other, function, size, arrays(reference.evaluate(problem, function, given)), cell, plan)
            if cell.outcome != "measured":
                absent[function] = replace(cell, said=f"at {size}, {cell.said}")
    finally:
        other.close()
    return absent


def _begin(participant: Participant, function: str, size: str, expected: Arrays, cell: Cell, plan: Plan) -> Turns:
    """The first call, and the one that is checked; what is to follow."""
    seconds = _checked(participant, function, size, expected, cell, plan)
    if seconds is None:
        return Turns(0, 0, False)
    if seconds > plan.budget:
        cell.samples.append(seconds)
        return Turns(0, 0, False)
    with _noted(cell):
        if seconds < SAMPLE:
            seconds = participant.turn(function, size, loops=3, wake=True)
    count = max(1, min(plan.repeats, int(plan.budget / seconds)))
    return Turns(count, max(1, min(MOST_LOOPS, round(SAMPLE / seconds))), seconds < LONG)


def _checked(
    participant: Participant, function: str, size: str, expected: Arrays, cell: Cell, plan: Plan
) -> float | None:
    """Seconds of the second call, if what it gave is right."""
    path = plan.cache / f"{participant.key}.npz"
    seconds = None
    with _noted(cell):
        cell.first = participant.call(function, size)
        warm = participant.call(function, size, path)
        with np.load(path) as file:
            cell.difference = check({name: file[name] for name in file.files}, expected)
        seconds = warm
    path.unlink(missing_ok=True)
    return seconds


@contextmanager
def _noted(cell: Cell) -> Iterator[None]:
    """What goes wrong is what was found."""
    try:
        yield
    except Overdue as overdue:
        cell.outcome, cell.said = "overdue", str(overdue)
    except Refusal as refusal:
        cell.outcome, cell.said = "failed", str(refusal)
    except Wrong as wrong:
        cell.outcome, cell.said = "wrong", str(wrong)


def _take_turns(
    entered: Sequence[Participant],
    function: str,
    size: str,
    cells: Cells,
    turns: Mapping[str, Turns],
    plan: Plan,
) -> None:
    order = [p for p in entered if p.key in turns]
    for i in range(plan.repeats):
        for participant in order:
            own, cell = turns[participant.key], cells[participant.key]
            if i >= own.count or cell.outcome != "measured":
                continue
            if plan.threads > 1:
                sleep(SETTLING)
            with _noted(cell):
                cell.samples.append(participant.turn(function, size, own.loops, own.wake))
        order = [*order[1:], *order[:1]]


def _say(text: str) -> None:
    print(f"measuring: {text}", file=sys.stderr, flush=True)
