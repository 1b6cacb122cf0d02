"""Operators and methods: as NumPy's arrays have them, recorded, and in every combination of operands."""

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose
A = np.array([[1.5, -2.0, 0.5], [0.25, 3.0, -1.0]])

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.floordiv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
BITS = [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift]


@pytest.mark.parametrize("operate", BINARY + COMPARISONS)
@pytest.mark.parametrize(
    "other",
    [
        2,
        2.5,
        True,
        np.float64(1.5),
        np.float32(1.5),
        np.int64(3),
        np.array(2.0),
        np.array([1.0, 2.0, 0.5]),
        [1.0, 2.0, 4.0],
    ],
    ids=repr,
)
def test_an_operator_takes_what_numpy_takes(operate: Callable[[Any, Any], Any], other: Any) -> None:
    a = np.abs(A)
    for x in (wg.array(a), wg.array(a, requires_grad=True)):
        for result, expected in (
            (operate(x, other), operate(a, other)),
            (operate(other, x), operate(np.asarray(other), a)),
            (operate(x, wg.array(other)), operate(a, np.asarray(other))),
        ):
            assert isinstance(result, wg.Array)
            close(result.detach(), expected)
            assert result.dtype == expected.dtype
            assert result.requires_grad == (x.requires_grad and operate not in COMPARISONS)


@pytest.mark.parametrize("other", [2, 2.5, np.float64(1.5), np.array([1.0, 2.0, 0.5]), [1.0, 2.0, 4.0]], ids=repr)
def test_divmod(other: Any) -> None:
    a = np.abs(A)
    x = wg.array(a, requires_grad=True)
    for found, expected in ((divmod(x, other), divmod(a, other)), (divmod(other, x), divmod(np.asarray(other), a))):
        for one, another in zip(found, expected, strict=True):
            close(one.detach(), another, rtol=1e-12)


def test_round() -> None:
    x = wg.array([2.567, -7.5], requires_grad=True)
    assert [round(v) for v in x] == [3, -8]
    assert type(round(x[0])) is int
    assert round(x[0], 1).item() == 2.6
    assert round(x, 1).tolist() == [2.6, -7.5]
    assert type(round(wg.array(7))) is int
    with pytest.raises(wg.ConversionError, match="one element"):
        round(x)


@pytest.mark.parametrize("operate", BITS)
def test_bitwise_operators(operate: Callable[[Any, Any], Any]) -> None:
    a, b = np.array([6, 3, 1]), np.array([1, 2, 0])
    for result in (operate(wg.array(a), b), operate(a, wg.array(b)), operate(wg.array(a), wg.array(b))):
        close(result, operate(a, b))
    if operate not in (operator.lshift, operator.rshift):
        close(operate(wg.array([True, False]), True), operate(np.array([True, False]), True))
        close(operate(True, wg.array([True, False])), operate(True, np.array([True, False])))
    close(~wg.array(a), ~a)


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64", "int8", "uint8"])
def test_python_numbers_promote_weakly(dtype: str) -> None:
    a = np.ones(2, dtype)
    for operate in (operator.add, operator.mul, operator.sub):
        for number in (2, 2.0, True):
            for left, right in ((a, number), (number, a)):
                x = operate(wg.array(left) if left is a else left, wg.array(right) if right is a else right)
                assert x.dtype == operate(left, right).dtype
    assert (wg.array(a) * 1j).dtype == (a * 1j).dtype
    assert (wg.array(a) / 2).dtype == (a / 2).dtype


@pytest.mark.parametrize("first", ["bool", "int32", "float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("second", ["uint8", "int64", "float32", "float64", "complex128"])
def test_promotion_is_numpys(first: str, second: str) -> None:
    a, b = np.ones(2, first), np.full((3, 1), 2, second)
    for operate in (operator.add, operator.mul, operator.truediv):
        for x, y in ((wg.array(a), wg.array(b)), (wg.array(a), b), (a, wg.array(b))):
            assert operate(x, y).dtype == operate(a, b).dtype
    if "i" not in first[:1] + "b" * (first == "bool") and first != "bool" and first != "int32":
        x = wg.array(a, requires_grad=True)
        wg.real(wg.sum(x * wg.array(b))).backward()
        assert x.grad.dtype == x.dtype
        close(x.grad, [6, 6])


@pytest.mark.parametrize("scalar", [2.0, np.float64(2.0), np.float32(2.0), np.array(2.0), np.array([2.0])], ids=repr)
@pytest.mark.parametrize("operate", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
def test_gradients_of_operators_with_constants(operate: Callable[[Any, Any], Any], scalar: Any) -> None:
    derivatives = {
        operator.add: (1, 1),
        operator.sub: (1, -1),
        operator.mul: (2, 2),
        operator.truediv: (0.5, -2 / 9),
        operator.pow: (6, 8 * np.log(2)),
    }
    for operands, expected in (((0, 1), derivatives[operate][0]), ((1, 0), derivatives[operate][1])):
        x = wg.array(3.0, requires_grad=True)
        left, right = (x, scalar) if operands == (0, 1) else (scalar, x)
        y = operate(left, right)
        y.backward(wg.ones(y.shape))
        close(x.grad, expected, rtol=1e-6)


def test_broadcasting_is_undone_in_the_gradient() -> None:
    for shape, other in (
        ((), (2, 3)),
        ((3,), (2, 3)),
        ((2, 1), (2, 3)),
        ((1, 1), (3,)),
        ((1, 3), (4, 2, 3)),
        ((0,), (1,)),
    ):
        x, y = wg.ones(shape, requires_grad=True), wg.ones(other, requires_grad=True)
        wg.sum(x * y * 3).backward()
        size = np.broadcast(np.ones(shape), np.ones(other)).size
        for z in (x, y):
            assert z.grad.shape == z.shape
            close(z.grad, np.full(z.shape, 3 * size / max(z.size, 1)))


def test_unary_operators() -> None:
    x = wg.array(A, requires_grad=True)
    close((-x).detach(), -A)
    close(abs(x).detach(), abs(A))
    assert +x is x
    wg.sum(abs(-x)).backward()
    close(x.grad, np.sign(A))


def test_matmul_in_every_combination() -> None:
    m, v = A, np.array([1.0, 2.0, 3.0])
    close(wg.array(m) @ v, m @ v)
    close(m @ wg.array(v), m @ v)
    close([[1.0, 0.0], [0.0, 2.0]] @ wg.array(m), np.diag([1, 2]) @ m)
    close(wg.array(v) @ [1.0, 0.0, 2.0], 7)
    with pytest.raises(wg.ShapeError, match=r"\(2, 3\) and \(2, 3\)"):
        wg.array(m) @ m
    with pytest.raises(wg.ShapeError, match="scalars"):
        wg.array(m) @ 2.0


def test_what_is_no_operand() -> None:
    x = wg.ones(2)
    for other in ("text", None, object(), {}, Fraction(1, 2)):
        for operate in (operator.add, operator.mul, operator.lt):
            with pytest.raises(TypeError):
                operate(x, other)
            with pytest.raises(TypeError):
                operate(other, x)


def test_an_operand_that_knows_arrays_has_its_turn() -> None:
    class Quantity:
        __array_ufunc__ = None

        def __radd__(self, other: Any) -> str:
            return f"added to {other.tolist()}"

    assert wg.ones(2) + Quantity() == "added to [1.0, 1.0]"


def test_shapes_that_do_not_broadcast() -> None:
    for requires_grad in (False, True):
        x = wg.ones((2, 3), requires_grad=requires_grad)
        for operate in (operator.add, operator.lt, operator.pow):
            with pytest.raises(wg.ShapeError, match=r"\(2, ?3\).*\(2, ?\)|float64\[2, 3\], float64\[2\]") as caught:
                operate(x, wg.ones(2))
            assert isinstance(caught.value, ValueError)
            assert "operate(x, wg.ones(2))" in caught.value.__notes__[-1]


METHODS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("reshape", (3, 2), {}),
    ("reshape", ((3, -1),), {}),
    ("reshape", (-1,), {"order": "F"}),
    ("transpose", (), {}),
    ("transpose", (None,), {}),
    ("transpose", (1, 0), {}),
    ("transpose", ((1, 0),), {}),
    ("ravel", (), {}),
    ("flatten", (), {}),
    ("swapaxes", (0, 1), {}),
    ("repeat", (2,), {}),
    ("repeat", (2,), {"axis": 1}),
    ("take", ([0, 2],), {"axis": 1}),
    ("sum", (), {}),
    ("sum", (0,), {}),
    ("sum", (), {"axis": (0, 1), "keepdims": True}),
    ("prod", (1,), {}),
    ("mean", (), {"axis": -1, "keepdims": True}),
    ("var", (), {"axis": 0, "ddof": 1}),
    ("std", (1,), {}),
    ("max", (), {"axis": 1}),
    ("min", (0,), {"keepdims": True}),
    ("cumsum", (), {}),
    ("cumsum", (1,), {}),
    ("cumprod", (0,), {}),
    ("conj", (), {}),
    ("conjugate", (), {}),
    ("diagonal", (1,), {}),
    ("trace", (), {}),
    ("clip", (-0.7, 1.2), {}),
    ("clip", (None, 1.2), {}),
    ("dot", (np.arange(6.0).reshape(3, 2),), {}),
    ("copy", (), {}),
    ("squeeze", (), {}),
    ("astype", ("float32",), {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), METHODS, ids=lambda p: str(p)[:30])
def test_methods(name: str, args: Any, kwargs: Any) -> None:
    expected = getattr(A, name)(*args, **kwargs)
    x = wg.array(A, requires_grad=True)
    y = getattr(x, name)(*args, **kwargs)
    close(y.detach(), expected)
    assert y.dtype == expected.dtype
    assert y.shape == expected.shape
    tolerance: dict[str, Any] = {"order": 1, "rtol": 2e-2, "atol": 1e-2, "step": 0.05} if name == "astype" else {}
    wg.testing.check_grads(lambda x: getattr(x, name)(*args, **kwargs), (A,), **tolerance)


@pytest.mark.parametrize("name", ["argmax", "argmin", "argsort", "any", "all"])
def test_methods_without_derivatives(name: str) -> None:
    x = wg.array(A, requires_grad=True)
    for kwargs in ({}, {"axis": 0}):
        y = getattr(x, name)(**kwargs)
        close(y, getattr(A, name)(**kwargs))
        assert not y.requires_grad


def test_other_methods_without_derivatives() -> None:
    x = wg.array([0.0, 1.26, 3.0], requires_grad=True)
    close(x.nonzero()[0], [1, 2])
    close(x.searchsorted(2.0), 2)
    close(x.round(1).detach(), [0, 1.3, 3])


def test_norm() -> None:
    close(wg.array(A).norm(), np.linalg.norm(A))
    b = wg.array([1.0, 1.0])
    while b.norm() < 1000:
        b = b * 2
    assert b.norm() >= 1000


def test_complex_methods() -> None:
    z = wg.array([1 + 2j, 3 - 1j])
    close(z.conj(), [1 - 2j, 3 + 1j])
    x = wg.ones(2)
    assert x.conj() is x
    assert x.real is x


def test_every_numeric_method_of_numpy_exists_or_is_deliberately_absent() -> None:
    absent = {  # in place, of memory, or of bytes
        *("argpartition", "byteswap", "ctypes", "data", "device", "dump", "dumps", "flags", "flat", "getfield"),
        *("base", "choose", "compress", "itemsize", "partition", "put", "resize", "setfield", "setflags", "strides"),
        *("to_device", "tobytes", "tofile", "view"),
    }
    public = {name for name in dir(np.ndarray) if not name.startswith("_")}
    assert public - absent <= set(dir(wg.Array))


def test_methods_are_numpys() -> None:
    x = wg.array(A, requires_grad=True)
    for use in (
        lambda a: a.argpartition(1, axis=1)[:, 1],
        lambda a: a.compress([True, False, True], axis=1),
        lambda a: a.take([0, 2], axis=1),
        lambda a: np.asarray([0, 1, 1]).choose(a) if isinstance(a, np.ndarray) else wg.array([0, 1, 1]).choose(a),
        lambda a: a.sum(0, where=[True, False, True], initial=1.0),
        lambda a: a.mean(axis=(0, 1), keepdims=True),
        lambda a: a.std(1, ddof=1),
        lambda a: a.ravel("F"),
        lambda a: a.flatten(),
        lambda a: a.clip(-0.5, 0.5),
        lambda a: a.round(1),
        lambda a: a.cumsum(1),
        lambda a: a.repeat(2, axis=0),
        lambda a: a.swapaxes(0, 1),
        lambda a: a.searchsorted(0.5) if a.ndim == 1 else a[0].argsort().searchsorted(1),
        lambda a: a.astype("float32", copy=False),
        lambda a: a.max(1),
        lambda a: a.dot(a.T),
        lambda a: a.trace(),
    ):
        found, expected = wg.asarray(use(x)), np.asarray(use(A))
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        close(found.detach(), expected)
    assert (x.itemsize, x.nbytes, x.tobytes()) == (A.itemsize, A.nbytes, A.tobytes())
    assert [x.item(2), x.item(1, 1)] == [A.item(2), A.item(1, 1)]


def test_methods_that_write() -> None:
    for write in (
        lambda a: a.sort(),
        lambda a: a.sort(axis=0),
        lambda a: a.partition(1),
        lambda a: a.put([0, 5], [9.0, 8.0]),
        lambda a: a.fill(3.0),
    ):
        a, x = A.copy(), wg.array(A, requires_grad=True) * 1.0
        assert write(a) is None
        assert write(x) is None
        close(x.detach(), a)
        with pytest.raises(wg.GraphError, match="leaf"):
            write(wg.array(A, requires_grad=True))
    x = wg.array(A, requires_grad=True)
    y = x * 1.0
    y.sort(axis=1)
    (y * wg.array([1.0, 2.0, 3.0])).sum().backward()
    close(x.grad, 1 + np.argsort(np.argsort(A, axis=1), axis=1))
