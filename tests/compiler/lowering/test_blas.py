import numpy as np
import pytest

import wengert as wg

RANDOM = np.random.default_rng(0)


def matrix(*shape, dtype="float64"):
    x = RANDOM.uniform(-1, 1, shape)
    return (x + 1j * RANDOM.uniform(-1, 1, shape)).astype(dtype) if dtype[0] == "c" else x.astype(dtype)


SHAPES = [
    *(((20, 30), (30, 10)), ((20, 30), (30,)), ((30,), (30, 10)), ((30,), (30,)), ((1, 30), (30, 1))),
    *(((20, 1), (1, 10)), ((5, 2, 3), (3, 4)), ((2, 1, 8, 3), (4, 3, 8)), ((7,), (5, 7, 3)), ((5, 6, 7), (7,))),
    *(((0, 3), (3, 2)), ((20, 0), (0, 30)), ((0,), (0,)), ((3, 0, 2), (2, 5)), ((2, 2), (2, 2))),
]


def products():
    """Every shape in one dtype always, in turn; in the others on request, since each is compiled anew."""
    dtypes = ("float64", "complex64", "float32", "complex128")
    for number, (x, y) in enumerate(SHAPES):
        for which, dtype in enumerate(dtypes):
            marks = [] if which == number % 4 or number < 2 else [pytest.mark.slow]
            yield pytest.param(x, y, dtype, id=f"{x}-{y}-{dtype}", marks=marks)


@pytest.mark.parametrize(("x", "y", "dtype"), [*products()])
def test_products(lowering, x, y, dtype):
    tolerance = 1e-12 if dtype in ("float64", "complex128") else 1e-5
    a, b = matrix(*x, dtype=dtype), matrix(*y, dtype=dtype)
    lowering.same(lambda a, b: a @ b, a, b, tolerance=tolerance)
    lowering.same(lambda a, b: (a * 2) @ wg.conj(b), a, b, tolerance=tolerance)


def test_transposed_operands_are_not_copied(lowering):
    a, b = matrix(20, 30), matrix(20, 10)
    ir = lowering.lowered_of(lambda a, b: a.T @ b, a, b).ir
    assert "blas.dgemm" in ir
    assert "@loop" not in ir
    assert "memcpy" not in ir
    for function in (lambda a, b: a.T @ b, lambda a, b: b.T @ a, lambda a, b: (a.T @ b).T):
        lowering.same(function, a, b, tolerance=1e-12)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[::2, ::2],
        lambda x: x[::-1],
        lambda x: x[:, ::-1],
        lambda x: x[3:17, 2:9],
        lambda x: x[:1],
        lambda x: x[:, :1],
        lambda x: wg.broadcast_to(x[0], (20, 20)),
        lambda x: wg.broadcast_to(x[:, :1], (20, 20)),
        lambda x: x[2],
        lambda x: x[:, 2],
        lambda x: x[::-1, 2],
    ],
)
def test_views(lowering, view):
    x = matrix(20, 20)
    lowering.same(lambda x: view(x) @ (view(x).T if view(x).ndim > 1 else view(x)), x, tolerance=1e-12)
    lowering.same(lambda x: view(x) @ wg.sin(x)[: view(x).shape[-1]], x, tolerance=1e-12)


@pytest.mark.parametrize(("x", "y"), [("int64", "int64"), ("bool", "bool"), ("int64", "float32"), ("bool", "float64")])
def test_mixed_dtypes(lowering, x, y):
    for n in (2, 20):
        a, b = RANDOM.integers(0, 3, (n, n)).astype(x), RANDOM.integers(0, 3, (n, n)).astype(y)
        lowering.same(lambda a, b: (a @ b, b @ a, a[0] @ b), a, b)


def test_without_blas(lowering):
    a = matrix(30, 30)
    lowering.same(lambda a: a @ a.T, a, off=("blas",), tolerance=1e-12)


def test_gradients(lowering):
    a, b = matrix(20, 30), matrix(30, 10)
    lowering.same(wg.grad(lambda a, b: wg.sum(wg.tanh(a @ b)), argnums=(0, 1)), a, b, tolerance=1e-12)
