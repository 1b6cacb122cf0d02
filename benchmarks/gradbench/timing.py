"""The one clock of the tool and of our own runner: what is inside it is the evaluation, until it has finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any

Function = Callable[..., Any]
Prepared = tuple[Any, ...]


def finished(result: Any) -> Any:
    """How to wait for a library that has finished when it returns."""
    return result


def timed(function: Function, prepared: Prepared, wait: Function = finished) -> tuple[Any, int]:
    """The result of a call when all of it has been computed, and the nanoseconds until then."""
    start = perf_counter_ns()
    result = wait(function(*prepared))
    return result, perf_counter_ns() - start


def repeated(function: Function, prepared: Prepared, runs: int, seconds: float) -> tuple[Any, list[int]]:
    """The last result, and the nanoseconds of each call; at least one, and more until there are so many runs and so
    many seconds.
    """
    times: list[int] = []
    while not times or len(times) < runs or sum(times) < 1e9 * seconds:
        result = None  # a former result is given back outside the clock
        result, time = timed(function, prepared)
        times.append(time)
    return result, times


def mean(function: Function, inputs: Sequence[Prepared], loops: int, wait: Function) -> float:
    """Mean seconds of a call; no two in succession have the same input, if there is more than one."""
    total = 0
    for i in range(loops):
        result, time = timed(function, inputs[i % len(inputs)], wait)
        total += time
        del result  # outside the clock
    return total / loops / 1e9
