import numpy as np
import pytest

import wengert as wg

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(5,), (300,), (4, 50), (50, 4), (1, 50), (50, 1), (3, 4, 5), (0, 3), (3, 0)])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "complex128"])
def test_cumulative(lowering, shape, dtype):
    x = RANDOM.uniform(0.5, 1.5, shape).astype(dtype)
    for axis in range(len(shape)):
        lowering.same(
            lambda x, axis=axis: (wg.cumsum(x, axis=axis), wg.cumprod(x, axis=axis), wg.cumsum(x * 2 - 1, axis=axis)),
            x,
            tolerance=1e-4 if dtype == "float32" else 1e-11,
        )


def test_gradients(lowering):
    x = RANDOM.uniform(0.5, 1.5, (40, 3))
    x[4, 1] = 0.0
    for axis in (0, 1):
        lowering.same(wg.grad(lambda x, axis=axis: wg.sum(wg.sin(wg.cumprod(x, axis=axis)))), x, tolerance=1e-11)
        lowering.same(wg.grad(lambda x, axis=axis: wg.sum(wg.sin(wg.cumsum(x, axis=axis)))), x, tolerance=1e-11)


def test_truths_are_counted(lowering):
    lowering.same(lambda x: (wg.cumsum(x > 0), wg.cumsum(x > 0, axis=0)), RANDOM.uniform(-1, 1, (5, 30)))
