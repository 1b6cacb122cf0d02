"""Part 2: the Wengert list and the reverse sweep."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disable-error-code="union-attr,operator"

import wengert as wg
from wengert.tour import display

from ..stage import Part


def recorded():
    """The list, as recorded.

    To differentiate y = 2xᵀx with respect to the vector x, attach a gradient to x and record the computation. What the
    tape holds is a Wengert list: elementary operations in the order in which they ran. Going through it backward, from
    y to x, collects the gradient, which is 4x.
    """
    x = wg.arange(4.0).attach_grad()
    with wg.record() as tape:
        y = 2 * wg.dot(x, x)
    print(tape)

    tape.backward(y)
    print("gradient:", x.grad)
    assert wg.array_equal(x.grad, 4 * x.detach())

    display(
        wg.draw(tape),
        "The list as a graph: a box for each operation, an arrow for each use.",
    )


def backward():
    """The same without a tape in sight.

    Recording is always on for an array that requires a gradient. Then `y.backward()` is all there is to say, and
    `program_of` shows what led to y.
    """
    x = wg.arange(4.0, requires_grad=True)
    y = 2 * wg.dot(x, x)
    print(wg.program_of(y))

    y.backward()
    print("gradient:", x.grad)
    assert wg.array_equal(x.grad, 4 * x.detach())


def accumulation():
    """Gradients add up, until they are set to zero.

    `y.backward()` adds to the gradient that is there, so that losses in several pieces work. Between two steps of a
    training one sets it to zero. `tape.backward(y)`, in the collector form, overwrites it instead.
    """
    x = wg.arange(4.0, requires_grad=True)
    (2 * wg.dot(x, x)).backward()
    print("of 2xᵀx:       ", x.grad)
    x.sum().backward()
    print("and sum(x):    ", x.grad, "= 4x + 1")
    assert wg.array_equal(x.grad, 4 * x.detach() + 1)

    x.grad.zero_()
    x.sum().backward()
    print("sum(x) from 0: ", x.grad)
    assert wg.array_equal(x.grad, wg.ones(4))

    x = wg.arange(4.0).attach_grad()
    print("attached:      ", x.grad)
    with wg.record() as tape:
        y, z = 2 * wg.dot(x, x), x.sum()
    tape.backward(y)
    tape.backward(z)
    print("overwritten:   ", x.grad)
    assert wg.array_equal(x.grad, wg.ones(4))


def not_a_scalar():
    """When y is not a number.

    A gradient belongs to a single number. For a vector y = x * x, `backward` asks for a cotangent: the weights of the
    elements of y in the sum that is differentiated. With ones the result is 2x. The collector form takes ones by
    itself: it differentiates the sum of all elements.
    """
    x = wg.arange(4.0, requires_grad=True)
    y = x * x
    try:
        y.backward()
    except wg.GraphError as error:
        print("GraphError:", error)
    assert x.grad is None

    y.backward(wg.ones(4))
    print("with a cotangent:  ", x.grad)
    assert wg.array_equal(x.grad, 2 * x.detach())

    x = wg.arange(4.0).attach_grad()
    with wg.record() as tape:
        y = x * x
    tape.backward(y)
    print("the tape sums it:  ", x.grad)
    assert wg.array_equal(x.grad, 2 * x.detach())


def detaching():
    """Taking a value out of the computation.

    Let y = x * x, and let it count as a constant in z: `u = y.detach()` has its values without its history. The
    gradient of z = u * x is then u, and not 3x². The history of y itself is untouched: its gradient is 2x. In the
    tape's list the constant comes in as an input of its own.
    """
    x = wg.arange(4.0, requires_grad=True)
    y = x * x
    u = y.detach()
    z = u * x
    z.sum().backward()
    print("u constant:   ", x.grad, "= u:", wg.array_equal(x.grad, u))
    assert wg.array_equal(x.grad, u)

    x.grad.zero_()
    y.sum().backward()
    print("y itself:     ", x.grad)
    assert wg.array_equal(x.grad, 2 * x.detach())

    x = wg.arange(4.0).attach_grad()
    with wg.record() as tape:
        z = (x * x).detach() * x
    print(tape)
    tape.backward(z)
    print("by the tape:  ", x.grad)
    assert wg.array_equal(x.grad, u)


def not_recording():
    """Computing without recording.

    Inside `no_grad()` nothing is recorded: for evaluating a model, or for changing its parameters. A tape skips it too.
    """
    x = wg.arange(4.0, requires_grad=True)
    y = 2 * wg.dot(x, x)
    with wg.no_grad():
        z = 2 * wg.dot(x, x)
    print("y requires a gradient:", y.requires_grad)
    print("z requires a gradient:", z.requires_grad)
    assert y.requires_grad
    assert not z.requires_grad

    x = wg.arange(4.0).attach_grad()
    with wg.record() as tape:
        y = x.sum()
        with wg.no_grad():
            z = x.sum()
    print(f"the tape holds {len(tape)} equation, for two sums")
    assert len(tape) == 1


def derivative_as_list():
    """The derivative is a list as well.

    The reverse sweep is made of the same operations as the function, so it can be written down in its turn: `wg.trace`
    runs a function on real values and gives its list. It can be printed, drawn, run again, and differentiated again.
    Here it is the gradient of the sum of all exp(sin x); `pruned` leaves out what it does not need, the sum itself.

    An `absorbing_multiply` is a product in which 0 times infinity is 0: what does not count stays out of a gradient.
    """
    gradient = wg.grad(lambda x: wg.sum(wg.exp(wg.sin(x))))
    x = wg.arange(4.0)
    program = wg.trace(gradient)(x).pruned()
    print(program)

    expected = wg.exp(wg.sin(x)) * wg.cos(x)
    assert wg.allclose(gradient(x), expected)
    assert wg.allclose(program(x), expected)

    display(
        wg.draw(program),
        "The gradient of the sum of exp(sin x). What was captured are ones.",
    )


PART = Part(
    2,
    "list",
    "The Wengert list",
    "How it works: a computation is recorded as a list of elementary operations, and the list is differentiated.",
    (recorded, backward, accumulation, not_a_scalar, detaching, not_recording, derivative_as_list),
)
