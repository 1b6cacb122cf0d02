"""stop_gradient: constant in every mode and to any order."""

from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose


def f(x: Any) -> Any:
    return x * wg.stop_gradient(x * x)


@pytest.mark.parametrize(
    "derivative",
    [
        lambda f, x: wg.grad(f)(x),
        lambda f, x: wg.jvp(f, (x,), (1.0,))[1],
        lambda f, x: wg.jacfwd(f)(x),
        lambda f, x: wg.linearize(f, x)[1](1.0),
        lambda f, x: wg.grad(wg.trace(f)(x))(x),
        lambda f, x: wg.grad(wg.checkpoint(f))(x),
        lambda f, x: wg.vmap(wg.grad(f))(wg.array([x, x]))[0],
    ],
)
def test_in_every_mode(derivative: Any) -> None:
    close(derivative(f, 3.0), 9)
    close(derivative(wg.grad(f), 3.0), 0)


def test_containers_and_eager_arrays() -> None:
    x = wg.array([1.0, 2.0], requires_grad=True)
    stopped = wg.stop_gradient({"x": x, "rest": (x * 2, None, 3.0)})
    assert not stopped["x"].requires_grad
    assert not stopped["rest"][0].requires_grad
    assert stopped["rest"][1] is None
    close(stopped["rest"][2], 3)
    with pytest.raises(wg.DTypeError, match="'text'"):
        wg.stop_gradient("text")
