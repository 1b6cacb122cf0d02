"""Part 4: a linear regression, by hand."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disable-error-code="union-attr,operator"

import numpy as np

import wengert as wg
from wengert.tour import display
from wengert.tour.pictures import loss_curve

from ..stage import Part


def guesses():
    """Three rents, and what a guess is worth.

    Each row of X describes a flat by four numbers, Y holds the rents. A vector w of four prices predicts the rents as
    Xw. How wrong it is, the loss says: the mean of the squared differences. The last guess happens to be perfect.
    """
    X = wg.array([[2, 1, 0.5, 0], [4, 2, 2, 1], [3, 1, 1, 0]])
    Y = wg.array([1550.0, 3100.0, 2200.0])

    def loss(w):
        return wg.mean((X @ w - Y) ** 2)

    for w in (
        np.array([0, 0, 0, 0]),
        np.array([500, 0, 0, 0]),
        np.array([500, 200, -100, 100]),
        np.array([700, 200, -100, 100]),
    ):
        print(f"guess {w!s:23}  loss {loss(w):14,.2f}")

    assert loss(w) == 0
    assert abs(loss(np.array([500, 200, -100, 100])) - 386_666.667) < 1e-3
    return X, Y, loss


def gradient(loss):
    """Which way is down.

    The gradient says how the loss changes with each price. All four are negative here: the prices are too low. In
    forward mode and in reverse mode it is the same.
    """
    w = wg.array([500.0, 200.0, -100.0, 100.0], requires_grad=True)
    loss(w).backward()
    print(w.grad)
    print(wg.jacfwd(loss)(w.detach()))

    expected = [-3866.667, -1733.333, -1600, -533.333]
    assert wg.allclose(w.grad, expected, rtol=0, atol=5e-4)
    assert wg.allclose(w.grad, wg.jacfwd(loss)(w.detach()), rtol=1e-13)


def training(X, Y, loss):
    """Downhill, in small steps.

    Gradient descent: take a small step against the gradient, set the gradient to zero, and so on. Three rents do not
    determine four prices: the way down from here leads to [680, 220, -60, 60], which is perfect as well.
    """
    w = wg.array([500.0, 200.0, -100.0, 100.0], requires_grad=True)
    losses = []
    for step in range(5001):
        value = loss(w)
        value.backward()
        with wg.no_grad():
            w -= 0.04 * w.grad
        w.grad.zero_()
        losses.append(value.item())
        if step in (0, 1, 10, 100, 1000, 5000):
            print(f"step {step:4}   loss {value:16.9f}   w {wg.round(w.detach(), 2)}")
    w = w.detach()
    print("rents:    ", Y)
    print("predicted:", X @ w)
    assert losses[-1] < 1e-8
    assert wg.allclose(X @ w, Y, atol=1e-3)
    assert wg.allclose(w, [680, 220, -60, 60], atol=1e-3)

    display(loss_curve(losses), "The loss of each step; both axes are logarithmic.")


PART = Part(
    4,
    "rent",
    "Fitting rents",
    "What gradients are for: a model with parameters, a loss, and the way downhill.",
    (guesses, gradient, training),
)
