"""Windows are NumPy's."""

import numpy as np
import pytest

import wengert as wg


@pytest.mark.parametrize("name", ["bartlett", "blackman", "hamming", "hanning"])
def test_like_numpy(name, like_numpy):
    for m in (0, 1, 2, 7, 8, -1):
        like_numpy(name, m)


def test_kaiser(like_numpy):
    for m, beta in ((0, 1.0), (1, 2), (7, 8.6), (8, 0)):
        like_numpy("kaiser", m, beta)


def test_they_may_require_a_gradient():
    assert wg.hanning(4, requires_grad=True).requires_grad
    assert not wg.kaiser(4, 2.0).requires_grad


def test_derivative_of_kaiser():
    wg.testing.check_grads(lambda beta: wg.kaiser(7, beta), (3.0,))
    for count in (0, 1, 2, 8):
        found = wg.kaiser(count, wg.array(2.5, requires_grad=True)).detach()
        np.testing.assert_allclose(found, np.kaiser(count, 2.5), rtol=1e-12)
