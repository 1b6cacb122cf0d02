"""xlogy and softplus are SciPy's."""

import numpy as np
import scipy.special
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=30, deadline=None)
REAL = ("float64", "float32", "int64")


@FEW
@given(data=st.data(), shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3))
def test_xlogy(data, shapes, arrays, like_numpy):
    x, y = (data.draw(arrays(shape, REAL)) for shape in shapes.input_shapes)
    like_numpy("special.xlogy", x, y, numpy=scipy.special.xlogy, rtol=1e-5)


def test_xlogy_is_zero_at_zero():
    gradient = wg.grad(wg.special.xlogy, argnums=(0, 1))
    assert [g.item() for g in gradient(0.0, 0.0)] == [0.0, 0.0]
    assert [g.item() for g in gradient(2.0, 1.0)] == [0.0, 2.0]


def test_softplus(like_numpy, arrays):
    for x in (np.array([-1000.0, 0.0, 1000.0]), np.float32([0.5])):
        like_numpy("special.softplus", x, numpy=lambda x: np.logaddexp(x.dtype.type(0), x), rtol=1e-6)
    assert wg.grad(wg.special.softplus)(-1000.0).item() == 0.0
    assert wg.grad(wg.special.softplus)(40.0).item() == 1.0
