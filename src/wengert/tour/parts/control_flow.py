"""Part 3: Python's own loops and branches."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disable-error-code="union-attr,operator"

import numpy as np

import wengert as wg
from wengert.tour import display

from ..stage import Part


def loops_and_branches():
    """A function with a while and an if.

    How often the loop runs, and which branch is taken, depends on the input. Whatever it is, the result is a multiple
    of the input, f(a) = ka. So the gradient must be k, which is f(a)/a: it is, for numbers, vectors and matrices. (Of a
    vector or matrix the tape differentiates the sum of all elements.)
    """

    def f(a):
        b = 2 * a
        while wg.linalg.norm(b) < 1000:
            b = 2 * b
        if wg.sum(b) > 0:
            c = b
        else:
            c = 100 * b
        return c

    rng = np.random.default_rng(1)
    for shape in [(), (), (3,), (3,), (2, 3), (2, 3)]:
        a = wg.array(rng.normal(size=shape)).attach_grad()
        with wg.record() as tape:
            y = f(a)
        tape.backward(y)
        ratio = (y / a).detach()
        total = a.detach().sum()
        print(f"shape {shape!s:7} sum {total:+.2f}   k = {ratio.max():6.0f}", end="")
        print(f"   {len(tape)} equations recorded")
        assert wg.allclose(a.grad, ratio, rtol=1e-14)

    a = wg.array(-0.25, requires_grad=True)
    f(a).backward()
    print("and with backward(), at -0.25:", a.grad)
    assert a.grad == f(-0.25) / -0.25
    return f


def the_path_taken(f):
    """The list is the path that was taken.

    The list knows nothing of loops and branches: it holds the operations that ran. For another input it is another
    list. `plot` meets the branch at each point as well, and shows what comes of it.
    """
    a = wg.array(200.0, requires_grad=True)
    print(wg.program_of(f(a)))
    a = wg.array(-200.0, requires_grad=True)
    program = wg.program_of(f(a))
    print(program)
    names = [equation.primitive.name for equation in program.equations]
    assert names == ["multiply"] * 4

    display(
        wg.draw(program),
        "What led from a = −200 to the result: no loop and no branch, only steps.",
    )
    display(
        wg.plot(f, (0.5, 8)),
        "f is a sawtooth, and its derivative halves from tooth to tooth.",
    )


def backward_twice(f):
    """Going backward twice.

    A sweep lets go of what the list saved as soon as it was used. A second sweep through the same list is an error, and
    leaves the gradient as it was. `retain_graph=True` keeps the list; then gradients add up as always.
    """
    a = wg.array(3.0, requires_grad=True)
    y = f(a)
    y.backward()
    try:
        y.backward()
    except wg.GraphError as error:
        print("GraphError:", error)
    print("after one sweep: ", a.grad)
    assert a.grad == y.detach() / 3

    a.grad = None
    y = f(a)
    y.backward(retain_graph=True)
    y.backward()
    print("after two sweeps:", a.grad)
    assert a.grad == 2 * y.detach() / 3


PART = Part(
    3,
    "control-flow",
    "Loops and branches",
    "The function may be any Python program: what is differentiated is what ran.",
    (loops_and_branches, the_path_taken, backward_twice),
)
