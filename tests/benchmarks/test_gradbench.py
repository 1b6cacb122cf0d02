"""The twelve problems of GradBench in Wengert have the values and derivatives of the independent reference."""

from importlib import import_module

import pytest

from benchmarks.gradbench import inputs, reference, results
from benchmarks.gradbench.problems import PROBLEMS

HAND = "complicated_60_7_mirrored"
SOME = 2
"""Sizes of a problem that always run: each is compiled anew, the others on request."""


def cases():
    for problem in PROBLEMS:
        for number, size in enumerate(inputs.SIZES[problem]["small"]):
            on_request = size != HAND if problem == "ht" else number >= SOME
            marks = [pytest.mark.slow] if on_request else []
            for function in PROBLEMS[problem].functions:
                yield pytest.param(problem, size, function, id=f"{problem} {size} {function}", marks=marks)


@pytest.mark.parametrize(("problem", "size", "function"), [*cases()])
def test_small_sizes(problem, size, function):
    given = inputs.make(problem, size)
    module = import_module(f"benchmarks.gradbench.{problem}")
    found = results.arrays(getattr(module, function)(*module.prepare(given)))
    results.check(found, results.arrays(reference.evaluate(problem, function, given)))


def test_the_gradient_of_the_other_components_of_ode():
    """The one of the last component is the zero vector at all of the suite's sizes."""
    import wengert as wg
    from benchmarks.gradbench import ode

    given = inputs.make("ode", "1000_10")
    x, steps = ode.prepare(given)
    found = results.arrays(wg.grad(lambda x: wg.sum(ode.primal(x, steps)))(x))
    results.check(found, results.arrays(reference.evaluate("ode", "gradient", given, of="sum")))


@pytest.mark.slow
@pytest.mark.parametrize("function", PROBLEMS["det"].functions)
def test_minors_one_after_the_other(function):
    test_small_sizes("det", "9", function)
