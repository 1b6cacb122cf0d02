"""NumPy's own functions on arrays of the library: what they record, give back, and refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert import functions
from wengert.interop import coverage

close = np.testing.assert_allclose
A = np.array([[0.3, 0.7, -0.2], [0.5, -0.6, 0.1]])
UFUNCS = sorted(
    {u.__name__ for n in dir(np) if isinstance(u := getattr(np, n), np.ufunc) and hasattr(functions, u.__name__)}
)


def inputs(ufunc: np.ufunc) -> list[Any]:
    return list(coverage.sample(ufunc.__name__, ufunc))


def test_most_of_numpys_ufuncs_are_there() -> None:
    assert len(UFUNCS) > 60


@pytest.mark.parametrize("name", UFUNCS)
def test_a_ufunc_is_the_function_of_its_name(name: str) -> None:
    ufunc = getattr(np, name)
    args = inputs(ufunc)
    expected = ufunc(*args)
    arrays = [wg.array(a, requires_grad=a.dtype.kind == "f") for a in args]
    for given in (arrays, [arrays[0], *args[1:]], [*args[:-1], arrays[-1]], [a.detach() for a in arrays]):
        result = ufunc(*given)
        for found, wanted in zip(
            result if ufunc.nout > 1 else [result], expected if ufunc.nout > 1 else [expected], strict=True
        ):
            assert isinstance(found, wg.Array)
            close(found.detach(), wanted)
            assert found.dtype == wanted.dtype
    own, by_numpy = getattr(wg, name)(*arrays), ufunc(*arrays)
    if isinstance(own, wg.Array) and own.requires_grad:
        gradients = []
        for y in (own, by_numpy):
            for a in filter(lambda a: a.requires_grad, arrays):
                a.grad = None
            y.backward(wg.ones(y.shape))
            gradients.append([None if a.grad is None else np.array(a.grad) for a in arrays])
        for first, second in zip(*gradients, strict=True):
            assert (first is None) == (second is None)
            assert first is None or np.array_equal(first, second, equal_nan=True)


FUNCTIONS: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
    ("sum", lambda x: np.sum(x, axis=0), (A,)),
    ("sum keepdims", lambda x: np.sum(x, axis=(0, 1), keepdims=True), (A,)),
    ("mean", lambda x: np.mean(x, 1), (A,)),
    ("var", lambda x: np.var(x, axis=0, ddof=1), (A,)),
    ("std", np.std, (A,)),
    ("prod", lambda x: np.prod(x, axis=-1), (A,)),
    ("max", lambda x: np.max(x, axis=1), (A,)),
    ("amin", lambda x: np.amin(x, axis=0), (A,)),
    ("cumsum", lambda x: np.cumsum(x, axis=1), (A,)),
    ("cumprod", np.cumprod, (A,)),
    ("reshape", lambda x: np.reshape(x, (3, 2)), (A,)),
    ("ravel", np.ravel, (A,)),
    ("transpose", lambda x: np.transpose(x, (1, 0)), (A,)),
    ("swapaxes", lambda x: np.swapaxes(x, 0, 1), (A,)),
    ("moveaxis", lambda x: np.moveaxis(x, 0, 1), (A,)),
    ("expand_dims", lambda x: np.expand_dims(x, 1), (A,)),
    ("squeeze", lambda x: np.squeeze(x[None]), (A,)),
    ("broadcast_to", lambda x: np.broadcast_to(x, (4, 2, 3)), (A,)),
    ("concatenate", lambda x, y: np.concatenate([x, y], axis=1), (A, 2 * A)),
    ("stack", lambda x, y: np.stack([x, y, np.ones((2, 3))], axis=-1), (A, 2 * A)),
    ("vstack", lambda x, y: np.vstack((x, y)), (A, A)),
    ("hstack", lambda x, y: np.hstack((x, y)), (A, A)),
    ("split", lambda x: np.split(x, 3, axis=1)[1], (A,)),
    ("flip", lambda x: np.flip(x, 1), (A,)),
    ("roll", lambda x: np.roll(x, 1, axis=1), (A,)),
    ("tile", lambda x: np.tile(x, (2, 1)), (A,)),
    ("repeat", lambda x: np.repeat(x, 2, axis=0), (A,)),
    ("pad", lambda x: np.pad(x, ((1, 0), (0, 2))), (A,)),
    ("where", lambda x, y: np.where(np.asarray([True, False, True]), x, y), (A, 2 * A)),
    ("clip", lambda x: np.clip(x, -0.55, 0.45), (A,)),
    ("sort", lambda x: np.sort(x, axis=1), (A,)),
    ("take", lambda x: np.take(x, [0, 2], axis=1), (A,)),
    ("take_along_axis", lambda x: np.take_along_axis(x, np.array([[0], [2]]), axis=1), (A,)),
    ("diagonal", np.diagonal, (A,)),
    ("trace", np.trace, (A,)),
    ("tril", np.tril, (A,)),
    ("dot", lambda x, y: np.dot(x, y), (A, A.T)),
    ("vdot", np.vdot, (A, A)),
    ("inner", np.inner, (A, A)),
    ("outer", np.outer, (A[0], A[1])),
    ("tensordot", lambda x, y: np.tensordot(x, y, axes=([1], [1])), (A, A)),
    ("einsum", lambda x, y: np.einsum("ij,kj->ik", x, y), (A, A)),
    ("real", np.real, (A,)),
    ("linalg.norm", np.linalg.norm, (A,)),
    ("linalg.norm axis", lambda x: np.linalg.norm(x, axis=1), (A,)),
    ("linalg.solve", lambda x, y: np.linalg.solve(x @ x.T + np.eye(2), y), (A, A)),
    ("linalg.inv", lambda x: np.linalg.inv(x @ x.T + np.eye(2)), (A,)),
    ("linalg.det", lambda x: np.linalg.det(x @ x.T + np.eye(2)), (A,)),
    ("linalg.slogdet", lambda x: np.linalg.slogdet(x @ x.T + np.eye(2))[1], (A,)),
    ("linalg.cholesky", lambda x: np.linalg.cholesky(x @ x.T + np.eye(2)), (A,)),
    ("linalg.matrix_power", lambda x: np.linalg.matrix_power(x @ x.T, 3), (A,)),
]


@pytest.mark.parametrize(("name", "f", "args"), FUNCTIONS, ids=[name for name, _, _ in FUNCTIONS])
def test_functions(name: str, f: Callable[..., Any], args: Any) -> None:
    expected = f(*args)
    leaves = [wg.array(a, requires_grad=True) for a in args]
    result = f(*leaves)
    assert isinstance(result, wg.Array)
    assert result.requires_grad
    close(result.detach(), expected)
    assert result.shape == np.shape(expected)
    assert isinstance(f(*[x.detach() for x in leaves]), wg.Array)
    wg.testing.check_grads(f, args, order=1)
    close(wg.vmap(f)(*[np.stack([a, a]) for a in args])[1], expected)


def test_every_function_of_numpys_that_the_library_has_is_reached() -> None:
    reached = [
        name
        for module, own in ((np, functions), (np.linalg, functions.linalg))
        for name in dir(module)
        if hasattr(getattr(module, name), "_implementation") and hasattr(own, getattr(module, name).__name__)
    ]
    assert len(reached) > 90
    for name in ("sum", "mean", "concatenate", "stack", "where", "einsum", "solve", "norm", "take_along_axis"):
        assert name in reached


def test_operators_with_arrays_of_numpy_on_either_side() -> None:
    x = wg.array(A, requires_grad=True)
    for y, expected in (
        (A + x, 2 * A),
        (x + A, 2 * A),
        (A @ x.T, A @ A.T),
        (x @ A.T, A @ A.T),
        (np.float64(2) * x, 2 * A),
        (np.float32(2) ** x, np.float32(2) ** A),
        (A[0] - x, A[0] - A),
        (np.int64(3) / x, 3 / A),
        (divmod(3.5, 2)[1] * x, 1.5 * A),
    ):
        assert isinstance(y, wg.Array)
        assert y.requires_grad
        close(y.detach(), expected)
    assert isinstance(x > A, wg.Array)
    close(x < A, False)


# -- Methods of ufuncs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ufunc", "kwargs"),
    [
        (np.add, {}),
        (np.add, {"axis": 1}),
        (np.add, {"axis": None}),
        (np.add, {"axis": (0, 1), "keepdims": True}),
        (np.multiply, {"axis": -1}),
        (np.maximum, {}),
        (np.minimum, {"axis": 1}),
    ],
)
def test_reduce(ufunc: np.ufunc, kwargs: Any) -> None:
    x = wg.array(A, requires_grad=True)
    y = ufunc.reduce(x, **kwargs)
    close(y.detach(), ufunc.reduce(A, **kwargs))
    assert y.requires_grad
    wg.testing.check_grads(lambda x: ufunc.reduce(x, **kwargs), (A,), order=1)


def test_other_methods() -> None:
    x = wg.array(A, requires_grad=True)
    for y, expected in (
        (np.add.accumulate(x), np.add.accumulate(A)),
        (np.add.reduce(x, 1), np.add.reduce(A, 1)),
        (np.add.accumulate(x, axis=1), np.add.accumulate(A, axis=1)),
        (np.multiply.accumulate(x, 1), np.multiply.accumulate(A, 1)),
        (np.add.outer(x, A[0]), np.add.outer(A, A[0])),
        (np.multiply.outer(A[0], x), np.multiply.outer(A[0], A)),
        (np.subtract.outer(x[0], x[1]), np.subtract.outer(A[0], A[1])),
        (np.arctan2.outer(x[0], x[1]), np.arctan2.outer(A[0], A[1])),
    ):
        assert y.requires_grad
        close(y.detach(), expected)
    close(np.logical_and.reduce(x > 0), [True, False, False])
    assert np.logical_or.reduce(x > 0, axis=None)


# -- out= and in-place operators on NumPy's arrays -------------------------------------------------------------------


def test_out_into_an_array_of_the_library() -> None:
    x, target = wg.array(A, requires_grad=True), wg.zeros((2, 3))
    result = np.multiply(x, 3.0, out=target)
    assert result is target
    wg.sum(target**2).backward()
    close(x.grad, 18 * A)
    close(np.add(A, 1.0, out=wg.zeros((2, 3))), A + 1)
    total = wg.zeros(3)
    assert np.sum(x, axis=0, out=total) is total
    close(total.detach(), A.sum(0))
    assert total.requires_grad
    with pytest.raises(wg.GraphError, match="leaf that requires a gradient"):
        np.multiply(x, 2, out=x)


def test_out_into_an_array_of_numpy() -> None:
    plain, target = wg.array(A), np.zeros((2, 3))
    assert np.exp(plain, out=target) is target
    close(target, np.exp(A))
    target += plain
    close(target, np.exp(A) + A)
    assert type(target) is np.ndarray
    total = np.zeros(())
    np.sum(plain, out=total)
    close(total, A.sum())
    x = wg.array(A, requires_grad=True)
    before = target.copy()
    for act in (
        lambda: np.exp(x, out=target),
        lambda: target.__iadd__(x),
        lambda: np.add(A, x, target),
        lambda: np.sum(x, axis=0, out=np.zeros(3)),
        lambda: wg.grad(lambda x: np.sum(np.exp(x, out=target)))(A),
        lambda: wg.vmap(lambda x: np.exp(x, out=target))(A),
        lambda: wg.jvp(lambda x: np.exp(x, out=target), (A,), (A,)),
    ):
        with pytest.raises(wg.ConversionError, match="lose its derivative|plain NumPy array|vmap|cannot become"):
            act()
    close(target, before)


def test_out_that_does_not_fit() -> None:
    integers = np.arange(3)
    with pytest.raises(wg.DTypeError, match="float64 in an array of int64"):
        integers += wg.array([0.5, 0.5, 0.5])
    with pytest.raises(wg.ShapeError, match=r"shape \(3,\) in an array of shape \(2,\)"):
        np.exp(wg.ones(3), out=np.zeros(2))
    close(integers, [0, 1, 2])
    integers += wg.array([1, 2, 3])
    close(integers, [1, 3, 5])


# -- Functions and arguments that the library lacks ------------------------------------------------------------------


def test_a_function_that_the_library_lacks_runs_on_plain_arrays_and_refuses_recorded_ones() -> None:
    x = np.array([3.0, 1.0, 2.0])
    for f in (lambda x: np.add(x, x, signature="dd->d"), lambda x: np.einsum("i,i", x, x, casting="unsafe")):
        result = f(wg.array(x))
        assert isinstance(result, wg.Array)
        close(result, f(x))
        for recorded in (wg.array(x, requires_grad=True), wg.array(x, requires_grad=True) * 2):
            with pytest.raises(
                wg.ConversionError, match=r"numpy\.\w+( with \w+=)? is not differentiable here.*detach\(\)"
            ) as caught:
                f(recorded)
            assert isinstance(caught.value, TypeError)
            assert "test_numpy_protocol.py" in caught.value.__notes__[-1]
        with pytest.raises(wg.ConversionError):
            wg.grad(lambda x, f=f: np.sum(f(x)))(x)


def test_containers_of_results_and_no_results() -> None:
    counts, edges = np.histogram(wg.array([1.0, 2.0, 2.5]), bins=2)
    assert isinstance(counts, wg.Array)
    assert isinstance(edges, wg.Array)
    fraction, whole = np.modf(wg.array([1.5, -0.5]))
    close(fraction, [0.5, -0.5])
    close(whole, [1, 0])
    target = np.zeros(2)
    assert np.copyto(target, wg.array([1.0, 2.0])) is None
    close(target, [1, 2])
    with pytest.raises(wg.ConversionError, match="copyto"):
        np.copyto(target, wg.ones(2, requires_grad=True))
    close(target, [1, 2])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.add(x, 1.0, signature="dd->d"),
    ],
)
def test_arguments_that_the_library_lacks(call: Callable[[Any], Any]) -> None:
    x = np.array([1.0, 2.0, 3.0])
    result = call(wg.array(x))
    assert isinstance(result, wg.Array)
    close(result, call(x), rtol=1e-6)
    with pytest.raises(wg.ConversionError, match=r"numpy\.[a-z.]+ with [a-z]+= is not differentiable"):
        call(wg.array(x, requires_grad=True))


def test_the_dtype_of_a_ufunc() -> None:
    for function, args in ((np.add, (A, 1)), (np.divide, (A, A[0])), (np.exp, (A.astype("float32"),))):
        for dtype in ("float32", "float64", "complex128"):
            x = wg.array(args[0], requires_grad=True)
            if not np.can_cast(args[0].dtype, dtype, "same_kind"):
                continue
            y = function(x, *args[1:], dtype=dtype)
            expected = function(*args, dtype=dtype)
            assert y.dtype == expected.dtype == dtype
            assert y.requires_grad
            close(y.detach(), expected)
    with pytest.raises(TypeError, match="same_kind"):
        np.add(wg.array(A, requires_grad=True), 1, dtype="int64")
    close(np.add(wg.array(A), 1, dtype="int64", casting="unsafe"), np.add(A, 1, dtype="int64", casting="unsafe"))


def test_a_ufunc_where_some_elements_are_kept() -> None:
    x, mask = wg.array([1.0, 2.0, 3.0], requires_grad=True), np.array([True, False, True])
    start = wg.array([10.0, 20.0, 30.0], requires_grad=True)
    target = start * 1.0
    assert np.multiply(x, 5.0, where=mask, out=target) is target
    close(target.detach(), [5, 20, 15])
    target.sum().backward()
    close(x.grad, [5, 0, 5])
    close(start.grad, [0, 1, 0])
    plain = np.array([10.0, 20.0, 30.0])
    np.multiply(x.detach(), 5.0, where=mask, out=plain)
    close(plain, [5, 20, 15])
    with pytest.raises(wg.ConversionError, match=r"without out=; use wg\.where"):
        np.multiply(x, 5.0, where=mask)


def test_ufuncs_of_others() -> None:
    from scipy import special

    x = wg.array([0.5, 2.0], requires_grad=True)
    assert special.xlogy(x, 2.0).requires_grad
    close(special.expit(x.detach()), special.expit(np.array([0.5, 2.0])))
    if not hasattr(wg.special, "airy"):
        with pytest.raises(wg.ConversionError, match=r"^scipy\.special\.airy is not differentiable"):
            special.airy(x)
    log = np.frompyfunc(lambda x: 7.0, 1, 1)  # of another meaning than its name
    with pytest.raises(wg.ConversionError, match="not differentiable"):
        log(x)
    close(log(x.detach()).numpy().astype(float), 7)
    for again in (special.cbrt, special.exp2, special.expm1, special.log1p):  # others than NumPy's of these names
        assert again(x).requires_grad
        close(again(x).detach(), again(np.array([0.5, 2.0])))


def test_arguments_that_change_nothing() -> None:
    x = wg.array(A, requires_grad=True)
    assert np.add(x, 1.0, where=True).requires_grad
    assert np.sum(x, out=None).requires_grad
    assert np.mean(x, axis=None, dtype=None, out=None).requires_grad


def test_questions_about_shape_and_dtype_lose_no_derivative() -> None:
    for x in (wg.array(A), wg.array(A, requires_grad=True), wg.array(A, requires_grad=True) * 2):
        assert np.shape(x) == (2, 3)
        assert np.ndim(x) == 2
        assert np.size(x) == 6
        assert np.size(x, 1) == 3
        assert not np.iscomplexobj(x)
        assert np.isrealobj(x)
        assert np.result_type(x, np.float32) == np.float64
    assert np.iscomplexobj(wg.array([1j], requires_grad=True))

    def f(x: Any) -> Any:
        return x * np.ndim(x) * np.size(x)

    close(wg.grad(lambda x: np.sum(f(x)))(A), 12)
    close(wg.vmap(f)(A), A * 3)
    close(wg.jvp(f, (A,), (A,))[1], 12 * A)


def test_new_arrays_like_recorded_ones() -> None:
    x = wg.array(A, requires_grad=True)
    for f in (np.zeros_like, np.ones_like, np.empty_like, lambda x: np.full_like(x, 3.0)):
        y = f(x)
        assert isinstance(y, wg.Array)
        assert y.shape == (2, 3)
        assert not y.requires_grad


def test_lists_of_recorded_arrays() -> None:
    x = wg.array([1.0, 2.0], requires_grad=True)
    for f in (np.stack, np.concatenate, np.vstack, np.hstack):
        assert f([x, np.ones(2)]).requires_grad
        assert f((x, [3.0, 4.0])).requires_grad
    for f in (np.array, np.asarray):
        with pytest.raises(wg.ConversionError, match="detach"):
            f([x, x])
        with pytest.raises(wg.ConversionError, match="detach"):
            f([x[0], x[1]])
    y = wg.array([x[0], 2 * x[1], 3.0])
    assert y.requires_grad
    close(wg.stack([x, x]).detach(), [[1, 2], [1, 2]])


def test_transforms_of_numpys_functions() -> None:
    close(wg.grad(np.sin)(0.3), np.cos(0.3))
    close(wg.vmap(np.dot)(A, A), np.sum(A * A, 1))
    close(wg.jacobian(np.exp)(np.array([0.1, 0.2])), np.diag(np.exp([0.1, 0.2])))
    close(wg.hessian(lambda x: np.sum(np.tanh(x) ** 2))(A[0]), wg.hessian(lambda x: wg.sum(wg.tanh(x) ** 2))(A[0]))
    assert str(wg.trace(np.sin)(1.0)) == "program(a: float64[]) -> float64[]:\n  b: float64[] = sin(a)\n  return b"


def test_a_program_written_for_numpy() -> None:
    def softmax_loss(w: Any, x: Any, labels: Any) -> Any:
        logits = np.dot(x, w)
        logits = logits - np.max(logits, axis=1, keepdims=True)
        probabilities = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)
        return -np.mean(np.log(probabilities[np.arange(len(labels)), labels]))

    rng = np.random.default_rng(0)
    w, x, labels = rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), np.array([0, 2, 1, 1, 0])
    gradient = wg.grad(softmax_loss)(w, x, labels)
    p = np.exp(x @ w) / np.exp(x @ w).sum(1, keepdims=True)
    close(gradient, x.T @ (p - np.eye(3)[labels]) / 5)
    wg.testing.check_grads(lambda w: softmax_loss(w, x, labels), (w,))
