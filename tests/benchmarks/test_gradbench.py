"""The twelve problems of GradBench in Wengert have the values and derivatives of the independent reference."""

from importlib import import_module

import pytest

from benchmarks.gradbench import inputs, reference, results
from benchmarks.gradbench.problems import PROBLEMS

HAND = "complicated_60_7_mirrored"


def cases():
    for problem in PROBLEMS:
        for size in inputs.SIZES[problem]["small"]:
            marks = [pytest.mark.slow] if problem == "ht" and size != HAND else []  # each takes seconds to compile
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
