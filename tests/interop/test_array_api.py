"""The Python array API standard, 2025.12: names, signatures and results are those of its reference implementation.

``array_api_strict`` accepts what the standard allows and nothing else: whatever it computes, the library must compute.
"""

import inspect
from itertools import product

import numpy as np
import pytest

import wengert as wg

strict = pytest.importorskip("array_api_strict", minversion="2.6")
strict.set_array_api_strict_flags(api_version="2025.12")

NUMERIC = ["int8", "int32", "int64", "uint8", "uint64", "float32", "float64", "complex64", "complex128"]
DTYPES = ["bool", *NUMERIC]
OWN = {name for name in strict.__all__ if "flags" in name.lower()} | {"Device", "Array"}
"""What is about the reference implementation itself."""


def functions(space):
    return sorted(n for n in space.__all__ if inspect.isfunction(getattr(space, n)) and n not in OWN)


NAMES = [
    *functions(strict),
    *(f"linalg.{n}" for n in functions(strict.linalg)),
    *(f"fft.{n}" for n in functions(strict.fft)),
]


def found(space, name):
    for part in name.split("."):
        space = getattr(space, part)
    return space


def test_the_namespace():
    x = wg.ones(3)
    assert x.__array_namespace__() is wg
    assert x.__array_namespace__(api_version="2024.12") is wg
    with pytest.raises(ValueError, match="2019"):
        x.__array_namespace__(api_version="2019.10")
    assert wg.__array_api_version__ == "2025.12"
    for name in ("e", "inf", "nan", "newaxis", "pi", *DTYPES, "int16", "uint16", "uint32"):
        assert hasattr(wg, name), name


def test_what_the_namespace_says_of_itself():
    mine, theirs = wg.__array_namespace_info__(), strict.__array_namespace_info__()
    assert mine.capabilities() == theirs.capabilities()
    assert mine.default_device() == "cpu"
    assert mine.devices() == ["cpu"]
    assert {k: str(v) for k, v in mine.default_dtypes().items()} == {
        "real floating": "float64",
        "complex floating": "complex128",
        "integral": "int64",
        "indexing": "int64",
    }
    for kind in (None, "bool", "integral", "real floating", ("bool", "complex floating"), "numeric"):
        assert set(mine.dtypes(kind=kind)) == set(theirs.dtypes(kind=kind))


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name):
    expected = inspect.signature(found(strict, name)).parameters.values()
    given = inspect.signature(found(wg, name)).parameters.values()
    names = {p.name for p in given if p.kind is not p.POSITIONAL_ONLY}
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in given)
    positional = [p for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    wanted = [p for p in expected if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    assert takes_any or len(positional) >= len(wanted)
    for p in expected:
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
            assert p.name in names, f"{name} has no parameter {p.name}"
    for mine, theirs in zip(positional, wanted, strict=False):
        assert (mine.default is mine.empty) >= (theirs.default is theirs.empty) or theirs.default is theirs.empty


def same(mine, theirs):
    if isinstance(theirs, (tuple, list)):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            same(a, b)
        if hasattr(theirs, "_fields"):
            assert mine._fields == theirs._fields
    elif isinstance(theirs, type(strict.asarray(0))):
        assert isinstance(mine, wg.Array)
        expected = np.asarray(theirs)
        assert (mine.dtype, mine.shape) == (expected.dtype, expected.shape)
        eps = np.finfo(expected.dtype).eps if expected.dtype.kind in "fc" else 0
        np.testing.assert_allclose(mine.numpy(), expected, rtol=8 * eps, atol=64 * eps)
    else:
        assert mine == theirs


def both(call, *arrays):
    """The call with the reference, where the standard allows it, and with the library."""
    with np.errstate(all="ignore"):
        try:
            expected = call(strict, *(strict.asarray(a) for a in arrays))
        except TypeError:  # not in the standard
            return False
        same(call(wg, *(wg.asarray(a) for a in arrays)), expected)
    return True


def special(dtype):
    """Numbers among which every special case of the standard is met."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([False, True, True, False])
    if kind in "iu":
        return np.array([0, 1, 2, 5, 100] + ([-1, -3] if kind == "i" else []), dtype)
    parts = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-3, -50.0, np.inf, -np.inf, np.nan]
    if kind == "f":
        return np.array(parts, dtype)
    return np.array([complex(a, b) for a in parts[:8] for b in parts[:8]], dtype)


ELEMENTWISE = [n for n in NAMES if "." not in n and list(inspect.signature(getattr(strict, n)).parameters) == ["x"]]
BINARY = [
    n for n in NAMES if "." not in n and list(inspect.signature(getattr(strict, n)).parameters) in (["x1", "x2"],)
]


def test_the_elementwise_functions_are_found():
    assert len(ELEMENTWISE) > 40
    assert len(BINARY) > 25


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise(name):
    done = [both(lambda xp, x: getattr(xp, name)(x), special(d)) for d in DTYPES if name != "matrix_transpose"]
    assert any(done) or name == "matrix_transpose"


@pytest.mark.parametrize("name", [n for n in BINARY if n not in ("matmul", "vecdot", "tensordot")])
def test_of_two_arrays(name):
    done = []
    for one, other in product(DTYPES, DTYPES):
        x, y = special(one)[:13], special(other)[:13]
        if "shift" in name:
            y = y[(y >= 0) & (y < 8)]
        if name in ("pow", "floor_divide", "remainder") and y.dtype.kind in "iu":
            y = y[y > 0]
        done.append(both(lambda xp, x, y: getattr(xp, name)(x[:, None], y[None, :]), x, y))
    assert sum(done) >= 1
    for dtype, scalar in product(DTYPES, (True, 2, 3.0, 1j)):
        x = special(dtype)[1:3]
        both(lambda xp, x, y=scalar: getattr(xp, name)(x, y), x)
        both(lambda xp, x, y=scalar: getattr(xp, name)(y, x), x)


OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "&", "|", "^", "<<", ">>"]


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators(operator):
    code = compile(f"x {operator} y", "operator", "eval")
    compares = operator[0] in "<>=!" and operator not in ("<<", ">>")
    in_place = None if compares else compile(f"x {operator}= y", "in place", "exec")

    def updated(xp, x, y):
        scope = {"x": xp.asarray(x, copy=True), "y": y}
        exec(in_place, scope)
        return scope["x"]

    done = []
    for one, other in product(DTYPES, DTYPES):
        x, y = special(one)[1:4], special(other)[1:4]
        y = y[:2] if "<<" in operator or ">>" in operator else y
        x = x[: len(y)]
        done.append(both(lambda xp, x, y: eval(code, {"x": x, "y": y}), x, y))
        if not compares:
            both(updated, x, y)
    assert any(done)
    for dtype, scalar in product(DTYPES, (True, 2, 3.0, 1j)):
        x = special(dtype)[1:3]
        both(lambda xp, x, y=scalar: eval(code, {"x": x, "y": y}), x)
        both(lambda xp, x, y=scalar: eval(code, {"x": y, "y": x}), x)
        both(lambda xp, x: eval(code, {"x": x[0], "y": x[1]}), x)


A = np.array([[1.5, -2.0, 0.5, 2.0], [0.25, 3.0, -1.0, 2.0], [0.5, 0.5, 4.0, -3.0]])
N = np.array([3, 1, 2, 3, 1, 0])
SQUARE = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]])
CALLS = {
    "arange": lambda xp: (xp.arange(3), xp.arange(1, 8, 3), xp.arange(0.5, 2.0, 0.25), xp.arange(3, dtype=xp.float32)),
    "asarray": lambda xp: (xp.asarray([[1, 2], [3, 4]]), xp.asarray(1.5), xp.asarray([True]), xp.asarray([1j])),
    "asarray dtype": lambda xp: xp.asarray([1, 2], dtype=xp.float32, copy=True),
    "empty": lambda xp: (xp.empty((2, 0)), xp.empty_like(xp.zeros((0, 3), dtype=xp.int8))),
    "eye": lambda xp: (xp.eye(3), xp.eye(2, 4, k=1), xp.eye(3, k=-1, dtype=xp.int64), xp.eye(0)),
    "full": lambda xp: (xp.full(3, 2), xp.full((2, 2), 1.5), xp.full((), True), xp.full_like(xp.zeros(2), 7)),
    "linspace": lambda xp: (xp.linspace(0, 1, 5), xp.linspace(0, 4, 4, endpoint=False), xp.linspace(0, 1j, 3)),
    "ones": lambda xp: (xp.ones(3), xp.ones((2, 1), dtype=xp.bool), xp.ones_like(xp.zeros(2, dtype=xp.uint8))),
    "zeros": lambda xp: (xp.zeros(()), xp.zeros((2, 3), dtype=xp.complex64), xp.zeros_like(xp.ones((1, 0)))),
    "meshgrid": lambda xp: (*xp.meshgrid(xp.arange(3), xp.arange(2)), *xp.meshgrid(xp.arange(3), indexing="ij")),
    "tri": lambda xp, a: (xp.tril(a), xp.triu(a, k=1), xp.tril(a, k=-1)),
    "astype": lambda xp, a: (xp.astype(a, xp.float32), xp.astype(a, xp.bool), xp.astype(a, xp.float64, copy=False)),
    "can_cast": lambda xp: (xp.can_cast(xp.int8, xp.int16), xp.can_cast(xp.float64, xp.float32)),
    "isdtype": lambda xp: (xp.isdtype(xp.int8, "integral"), xp.isdtype(xp.float32, ("bool", xp.float32))),
    "result_type": lambda xp: (
        xp.result_type(xp.int8, xp.uint8) == xp.int16,
        xp.result_type(xp.float32, 1.0) == xp.float32,
    ),
    "limits": lambda xp: (float(xp.finfo(xp.float32).eps), xp.finfo(xp.complex64).bits, xp.iinfo(xp.int8).min),
    "broadcast": lambda xp, a: (xp.broadcast_to(a, (2, 3, 4)), *xp.broadcast_arrays(a, xp.ones((3, 1)))),
    "broadcast_shapes": lambda xp: xp.broadcast_shapes((3, 1), (4,), ()),
    "concat": lambda xp, a: (xp.concat([a, a]), xp.concat([a, a], axis=-1), xp.concat([a, a], axis=None)),
    "expand_dims": lambda xp, a: (xp.expand_dims(a, axis=0), xp.expand_dims(a, axis=-1)),
    "flip": lambda xp, a: (xp.flip(a), xp.flip(a, axis=0), xp.flip(a, axis=(0, 1))),
    "moveaxis": lambda xp, a: (xp.moveaxis(a, 0, 1), xp.moveaxis(a, (0, 1), (1, 0))),
    "permute_dims": lambda xp, a: xp.permute_dims(a, (1, 0)),
    "repeat": lambda xp, a: (xp.repeat(a, 2), xp.repeat(a, 2, axis=0), xp.repeat(a, xp.asarray([1, 0, 2]), axis=0)),
    "reshape": lambda xp, a: (xp.reshape(a, (4, 3)), xp.reshape(a, (-1,), copy=True)),
    "roll": lambda xp, a: (xp.roll(a, 2), xp.roll(a, -1, axis=1), xp.roll(a, (1, 2), axis=(0, 1))),
    "squeeze": lambda xp, a: xp.squeeze(xp.expand_dims(a, axis=1), axis=1),
    "stack": lambda xp, a: (xp.stack([a, a]), xp.stack([a, a], axis=-1)),
    "tile": lambda xp, a: (xp.tile(a, (2,)), xp.tile(a, (2, 1, 1))),
    "unstack": lambda xp, a: (xp.unstack(a), xp.unstack(a, axis=1)),
    "searching": lambda xp, a: (xp.argmax(a), xp.argmin(a, axis=1), xp.argmax(a, axis=0, keepdims=True)),
    "count_nonzero": lambda xp, a: (xp.count_nonzero(a), xp.count_nonzero(a, axis=0, keepdims=True)),
    "nonzero": lambda xp, a: (xp.nonzero(a), xp.nonzero(a > 1)),
    "searchsorted": lambda xp, a: (
        xp.searchsorted(xp.asarray([0.0, 1.0, 2.0]), a),
        xp.searchsorted(xp.asarray([0.0, 1.0, 2.0]), a, side="right"),
        xp.searchsorted(xp.asarray([2.0, 0.0, 1.0]), a, sorter=xp.asarray([1, 2, 0])),
    ),
    "where": lambda xp, a: (xp.where(a > 1, a, -a), xp.where(a > 1, a, 0.0), xp.where(a > 1, 2, a)),
    "sets": lambda xp, a: (
        xp.unique_all(xp.asarray(N)),
        xp.unique_counts(a),
        xp.unique_inverse(a),
        xp.unique_values(a),
    ),
    "isin": lambda xp: (xp.isin(xp.asarray(N), xp.asarray([1, 0])), xp.isin(xp.asarray(N), 3)),
    "sort": lambda xp, a: (xp.sort(a), xp.sort(a, axis=0, descending=True), xp.sort(xp.asarray(N), descending=True)),
    "argsort": lambda xp, a: (
        xp.argsort(a, axis=0),
        xp.argsort(a, descending=True),
        xp.argsort(xp.asarray(N), stable=True),
        xp.argsort(xp.asarray(N), descending=True, stable=True),
    ),
    "sum": lambda xp, a: (xp.sum(a), xp.sum(a, axis=(0, 1), keepdims=True), xp.sum(xp.asarray(N, dtype=xp.int8))),
    "sum dtype": lambda xp, a: (
        xp.sum(a, dtype=xp.float32),
        xp.prod(a, axis=0),
        xp.prod(xp.asarray(N, dtype=xp.uint8)),
    ),
    "extremes": lambda xp, a: (xp.max(a), xp.min(a, axis=1), xp.max(a, axis=(0,), keepdims=True)),
    "mean": lambda xp, a: (xp.mean(a), xp.mean(a, axis=0, keepdims=True), xp.mean(xp.astype(a, xp.float32))),
    "var": lambda xp, a: (xp.var(a), xp.var(a, axis=0, correction=1), xp.std(a, axis=1, correction=0.5, keepdims=True)),
    "cumulative": lambda xp, a: (
        xp.cumulative_sum(xp.asarray(N)),
        xp.cumulative_sum(a, axis=1, include_initial=True),
        xp.cumulative_prod(a, axis=0),
        xp.cumulative_prod(xp.asarray(N), include_initial=True, dtype=xp.float64),
    ),
    "diff": lambda xp, a: (xp.diff(a), xp.diff(a, axis=0, n=2), xp.diff(a, prepend=xp.zeros((3, 1)), append=a)),
    "any and all": lambda xp, a: (
        xp.all(a > 0),
        xp.any(a > 3, axis=1),
        xp.all(xp.zeros((0, 2)), axis=0, keepdims=True),
    ),
    "take": lambda xp, a: (xp.take(a, xp.asarray([2, 0]), axis=0), xp.take(a, xp.asarray([1, 1]), axis=1)),
    "take_along_axis": lambda xp, a: xp.take_along_axis(a, xp.asarray([[0], [3], [1]]), axis=1),
    "clip": lambda xp, a: (xp.clip(a, -1.0, 1.0), xp.clip(a, max=xp.asarray([0.0, 1.0, 2.0, 3.0])), xp.clip(a)),
    "products": lambda xp, a: (xp.matmul(a, a.T), xp.tensordot(a, a, axes=((1,), (1,))), xp.vecdot(a, a, axis=-2)),
    "matrix_transpose": lambda xp, a: (xp.matrix_transpose(a), a.mT, a.T),
    "indexing": lambda xp, a: (
        a[0, :],
        a[:, 1],
        a[..., -1],
        a[None, 1:, ...],
        a[::-1, ::2],
        a[1, 2],
        a[a > 0.5],
        a[xp.asarray([0, 2]), 1],
    ),
    "zero-dimensional": lambda xp, a: (a[0, 0] + 1, xp.sum(a) * 2.0, xp.asarray(3)[()], xp.sin(xp.asarray(0.5))),
    "conversions": lambda xp, a: (
        float(a[0, 0]),
        int(xp.asarray(3)),
        bool(a[0, 0] > 0),
        complex(a[1, 1]),
        [1, 2, 3][xp.asarray(1)],
    ),
    "cholesky": lambda xp: (xp.linalg.cholesky(xp.asarray(SQUARE)), xp.linalg.cholesky(xp.asarray(SQUARE), upper=True)),
    "cross": lambda xp: xp.linalg.cross(xp.asarray(SQUARE[0]), xp.asarray(SQUARE)),
    "determinants": lambda xp: (xp.linalg.det(xp.asarray(SQUARE)), xp.linalg.slogdet(xp.asarray(SQUARE))),
    "diagonal": lambda xp, a: (xp.linalg.diagonal(a), xp.linalg.diagonal(a, offset=1), xp.linalg.trace(a, offset=-1)),
    "eigenvalues": lambda xp: (xp.linalg.eigvalsh(xp.asarray(SQUARE)), xp.linalg.eigh(xp.asarray(SQUARE)).eigenvalues),
    "any eigenvalues": lambda xp: xp.linalg.eigvals(xp.asarray(SQUARE)),
    "inv": lambda xp: (xp.linalg.inv(xp.asarray(SQUARE)), xp.linalg.solve(xp.asarray(SQUARE), xp.asarray(SQUARE[0]))),
    "matrix norms": lambda xp, a: [
        xp.linalg.matrix_norm(a, ord=o) for o in ("fro", "nuc", 1, -1, 2, -2, xp.inf, -xp.inf)
    ],
    "vector norms": lambda xp, a: [
        xp.linalg.vector_norm(a, ord=o, axis=1) for o in (0, 1, 2, 3.5, -1, xp.inf, -xp.inf)
    ],
    "rank": lambda xp, a: (
        xp.linalg.matrix_rank(a),
        xp.linalg.matrix_power(xp.asarray(SQUARE), 3),
        xp.linalg.outer(a[0, :], a[1, :]),
    ),
    "pinv": lambda xp, a: (xp.linalg.pinv(a), xp.linalg.pinv(a, rtol=0.5)),
    "qr": lambda xp, a: (xp.linalg.qr(a), xp.linalg.qr(a, mode="complete")),
    "svd": lambda xp, a: (xp.linalg.svdvals(a), xp.linalg.svd(a, full_matrices=False), xp.linalg.svd(a)),
    "fft": lambda xp, a: [
        getattr(xp.fft, f)(xp.astype(a, xp.complex128)) for f in ("fft", "ifft", "fftn", "ifftn", "irfft", "hfft")
    ],
    "rfft": lambda xp, a: [getattr(xp.fft, f)(a, norm="ortho") for f in ("rfft", "rfftn", "ihfft")],
    "frequencies": lambda xp, a: (
        xp.fft.fftfreq(5, d=0.5),
        xp.fft.rfftfreq(6),
        xp.fft.fftshift(a),
        xp.fft.ifftshift(a, axes=1),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name):
    call = CALLS[name]
    arrays = [A] if "a" in inspect.signature(call).parameters else []
    assert both(call, *arrays)


def test_isin_inverted():
    """The reference implementation, in its version 2.6.1, ignores ``invert``."""
    np.testing.assert_array_equal(wg.isin(wg.asarray(N), 3, invert=True).numpy(), N != 3)


def test_promotion_is_the_standards():
    for one, other in product(DTYPES, DTYPES):
        try:
            expected = strict.result_type(getattr(strict, one), getattr(strict, other))
        except TypeError:
            continue
        assert str(wg.result_type(getattr(wg, one), getattr(wg, other))) == str(expected).split(".")[-1]


def test_generic_code_is_differentiated():
    """What is written for the standard, not for any library."""

    def softmax_entropy(x):
        xp = x.__array_namespace__()
        p = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
        p = p / xp.sum(p, axis=-1, keepdims=True)
        return -xp.sum(p * xp.log(p))

    both(lambda xp, x: softmax_entropy(x), A)
    wg.testing.check_grads(softmax_entropy, (A,))
