"""Every way in which a convolution is evaluated gives what its definition does, in pieces of any size."""

from math import prod

import numpy as np
import pytest

from wengert.backends.numpy import convolution as backend

# sizes, kernel, strides, padding, lhs_dilation, rhs_dilation
CASES = [
    ((7,), (3,), (1,), ((1, 2),), (1,), (1,)),
    ((6,), (3,), (1,), ((3, -2),), (2,), (2,)),
    ((5, 6), (2, 3), (2, 1), ((0, 0), (1, 1)), (1, 1), (1, 2)),
    ((4, 3), (4, 3), (1, 1), ((1, 0), (0, 1)), (1, 1), (1, 1)),
    ((3, 4, 2), (2, 1, 2), (1, 1, 1), ((1, 1), (0, -1), (0, 2)), (1, 2, 1), (1, 1, 1)),
]


def arguments(case, groups, dtype, batch=3):
    sizes, kernel, strides, padding, left, right = case
    rng = np.random.default_rng(prod(sizes))
    x, w = rng.normal(size=(batch, 2 * groups, *sizes)), rng.normal(size=(3 * groups, 2, *kernel))
    if np.dtype(dtype).kind == "c":
        x, w = x + 1j * x[::-1], w * (1 - 2j)
    params = {"strides": strides, "padding": padding, "lhs_dilation": left, "rhs_dilation": right, "groups": groups}
    return (4 * x).astype(dtype), (4 * w).astype(dtype), params


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("piece", [1, 500, 1 << 19])
@pytest.mark.parametrize("way", ["_gathered", "_summed", "_scattered"])
def test_ways(way, piece, case, monkeypatch, references):
    monkeypatch.setattr(backend, "PIECE", piece)
    monkeypatch.setattr(backend, "_PER_SUM", -1e9 if way == "_scattered" else 1e9)
    chosen, called = getattr(backend, way), []
    for name in ("_gathered", "_summed") if way != "_scattered" else ("_scattered",):
        monkeypatch.setattr(backend, name, lambda *args: called.append(way) or chosen(*args))
    for groups, dtype in ((1, "float64"), (2, "float32"), (1, "complex128"), (2, "int64")):
        x, w, params = arguments(case, groups, dtype)
        found = backend.convolution(x, w, **params)
        expected = references.of("convolution")(x, w, **params)
        assert (found.dtype, found.shape, found.flags.c_contiguous) == (expected.dtype, expected.shape, True)
        np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype == "float32" else 1e-12, atol=1e-4)
    assert len(called) == (4 if way != "_scattered" or prod(case[2]) == 1 else 0)


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128"])
@pytest.mark.parametrize("long", [2000, 40])
def test_long_signals(dtype, long, monkeypatch, references):
    """Single channels go to NumPy's correlation, whether the signal is much longer than the kernel or not."""
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(2, 2, 2010)).astype(dtype), rng.normal(size=(4, 1, 2010 - long)).astype(dtype)
    if dtype == "complex128":
        w = w * 1j
    params = {"strides": (1,), "padding": ((2, 0),), "lhs_dilation": (1,), "rhs_dilation": (1,), "groups": 2}
    monkeypatch.setattr(backend, "_gathered", None)
    monkeypatch.setattr(backend, "_scattered", None)
    monkeypatch.setattr(backend, "_summed", None)
    found, expected = backend.convolution(x, w, **params), references.of("convolution")(x, w, **params)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 if dtype == "float32" else 1e-10)
