"""vmap: axes, containers, nesting, captured arrays, empty batches, writing, and what has no single value."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

close = np.testing.assert_allclose
RNG = np.random.default_rng(0)
A = RNG.normal(size=(4, 3))
B = RNG.normal(size=(4, 3))
Pair = namedtuple("Pair", "first second")


@dataclass
class Model:
    weights: Any
    bias: Any = None


def loop(f: Callable[..., Any], *args: Any) -> np.ndarray[Any, Any]:
    return np.stack([np.asarray(f(*entry)) for entry in zip(*args, strict=True)])


FUNCTIONS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (lambda x: x * 2 + 1, (A,)),
    (lambda x: wg.sum(x), (A,)),
    (lambda x, y: wg.dot(x, y), (A, B)),
    (lambda x, y: wg.outer(x, y) @ x, (A, B)),
    (lambda x: x[::-1][0], (A,)),
    (lambda x: x[wg.argsort(x)], (A,)),
    (lambda x: wg.where(x > 0, x, 0.1 * x), (A,)),
    (lambda x: wg.cumsum(x) / wg.max(x), (A,)),
    (lambda x, y: wg.concatenate([x, y, np.ones(2)]), (A, B)),
    (lambda x: x.reshape(3, 1).T + np.ones((2, 3)), (A,)),
    (lambda x: wg.linalg.norm(x), (A,)),
    (lambda m: wg.linalg.solve(m @ m.T + wg.eye(2), m), (A.reshape(2, 2, 3),)),
    (lambda m: wg.linalg.slogdet(m @ m.T)[1], (A.reshape(2, 2, 3),)),
    (lambda m, v: m @ v, (A.reshape(2, 2, 3), A[:2])),
    (lambda m, v: wg.einsum("ij,j->i", m, v), (A.reshape(2, 2, 3), A[:2])),
    (lambda x, i: x[i], (A, np.array([0, 2, 1, 1]))),
    (lambda x, i: wg.take(x, wg.stack([i, i])), (A, np.array([0, 2, 1, 1]))),
    (lambda x: 3.0, (A,)),
    (lambda x: np.arange(2.0), (A,)),
    (lambda x: wg.mean(x) + wg.std(x) + wg.prod(x) + wg.logsumexp(x), (A,)),
    (lambda z: wg.abs(z * 1j + wg.conj(z)), (A + 1j * B,)),
    (lambda x: wg.sort(x), (A,)),
    (lambda x: x > 0, (A,)),
]


@pytest.mark.parametrize(("f", "args"), FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_it_is_a_loop(f: Callable[..., Any], args: Any) -> None:
    close(wg.vmap(f)(*args), loop(f, *args))
    moved = tuple(np.moveaxis(a, 0, -1) for a in args)
    close(wg.vmap(f, in_axes=-1)(*moved), loop(f, *args))
    close(wg.vmap(f, out_axes=-1)(*args), np.moveaxis(loop(f, *args), 0, -1))


@pytest.mark.parametrize(("f", "args"), FUNCTIONS[:15], ids=range(15))
def test_derivatives_of_a_batch_are_batches_of_derivatives(f: Callable[..., Any], args: Any) -> None:
    def total(*xs: Any) -> Any:
        return wg.sum(wg.sin(f(*xs)))

    close(wg.vmap(wg.grad(total))(*args), loop(wg.grad(total), *args))
    close(wg.grad(lambda *xs: wg.sum(wg.vmap(total)(*xs)))(*args), loop(wg.grad(total), *args))
    if args[0].ndim == 2:
        close(wg.vmap(wg.hessian(total))(*args), loop(wg.hessian(total), *args), atol=1e-12)
        close(wg.vmap(wg.jacobian(f))(*args), loop(wg.jacobian(f), *args), atol=1e-12)
    close(wg.vmap(lambda *xs: wg.jvp(f, xs, xs)[1])(*args), loop(lambda *xs: wg.jvp(f, xs, xs)[1], *args), atol=1e-12)


def test_in_axes() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y.sum()

    close(wg.vmap(f, (0, None))(A, B), A * B.sum())
    close(wg.vmap(f, [None, 0])(A, B), A[None] * B.sum(1)[:, None, None])
    close(wg.vmap(f, (1, 0))(A.T, B), (A * B.sum(1)[:, None]))
    close(wg.vmap(f, (-1, -2))(A.T, B), (A * B.sum(1)[:, None]))
    close(wg.vmap(f, np.int64(0))(A, B), A * B.sum(1)[:, None])


@pytest.mark.parametrize(
    "axes",
    [
        0,
        (0,),
        ({"w": 0, "b": 0, "rest": 0},),
        ({"w": 0, "b": 0, "rest": [0, (0, 0)]},),
        ({"w": 0, "b": None, "rest": [0, (0, 0)]},),
        ({"w": 0, "b": 0, "rest": [None, (0, 0)]},),
        ({"w": 0, "b": 0, "rest": [0, None]},),
        ({"w": None, "b": 0, "rest": 0},),
    ],
    ids=str,
)
def test_axes_of_containers_may_stop_short_of_the_leaves(axes: Any) -> None:
    tree = {"w": A, "b": None, "rest": [B, (A + B, A - B)]}

    def f(t: Any) -> Any:
        assert t["b"] is None
        return {"sum": wg.sum(t["w"]) + wg.sum(t["rest"][0]), "rest": (t["rest"][1], None)}

    result = wg.vmap(f, axes)(tree)

    def total(x: Any, axis: Any) -> Any:
        return np.full(4, x.sum()) if axis is None else x.sum(1)

    given = axes[0] if isinstance(axes, tuple) else axes
    w_axis = given["w"] if isinstance(given, dict) else given
    rest = given["rest"] if isinstance(given, dict) else given
    close(result["sum"], total(A, w_axis) + total(B, rest[0] if isinstance(rest, list) else rest))
    assert result["rest"][1] is None
    assert result["rest"][0][0].shape == ((4, 4, 3) if rest == [0, None] else (4, 3))


def test_named_tuples_and_dataclasses() -> None:
    def f(pair: Any, model: Any) -> Any:
        return Model(pair.first * model.weights, pair.second)

    result = wg.vmap(f, (Pair(0, None), Model(1, None)), Model(0, None))(Pair(A, B), Model(A.T))
    assert isinstance(result, Model)
    close(result.weights, A * A)
    close(result.bias, B)
    close(wg.vmap(lambda m: m.weights)(Model(A)), A)


def test_out_axes() -> None:
    def f(x: Any) -> Any:
        return {"a": wg.outer(x, x), "b": (x, x.sum()), "shared": np.ones(2)}

    result = wg.vmap(f, out_axes={"a": 2, "b": (-1, 0), "shared": None})(A)
    close(result["a"], np.einsum("ni,nj->ijn", A, A))
    close(result["b"][0], A.T)
    close(result["b"][1], A.sum(1))
    close(result["shared"], [1, 1])
    with pytest.raises(wg.ShapeError, match="out_axes is None for a result that differs"):
        wg.vmap(lambda x: x, out_axes=None)(A)
    with pytest.raises(wg.TreeError, match="out_axes=.*structure"):
        wg.vmap(f, out_axes={"a": 0})(A)
    with pytest.raises(wg.ShapeError, match="out_axes 2 is out of bounds"):
        wg.vmap(lambda x: x, out_axes=2)(A)


def test_keyword_arguments_are_batched() -> None:
    close(wg.vmap(lambda x, *, y, p: x * y + p["q"])(A, y=B, p={"q": A}), A * B + A)
    with pytest.raises(wg.ShapeError, match="axes of one length"):
        wg.vmap(lambda x, y: x + y)(A, y=B[:2])


def test_functions_without_arrays_among_the_arguments() -> None:
    with pytest.raises(wg.ShapeError, match="argument that is batched"):
        wg.vmap(lambda: 1.0)()
    with pytest.raises(wg.ShapeError, match="in_axes is None for all"):
        wg.vmap(lambda x: x, in_axes=None)(A)
    with pytest.raises(wg.DTypeError, match="argument of vmap must be an array or a number, not 'text'"):
        wg.vmap(lambda x, t: x)(A, "text")


@pytest.mark.parametrize(
    ("axes", "args", "error", "message"),
    [
        (0, (A, B[:2]), wg.ShapeError, r"axis 0 of shape \(4, 3\) and axis 0 of shape \(2, 3\)"),
        ((0, 1), (A, B), wg.ShapeError, r"axis 0 of shape \(4, 3\) and axis 1 of shape \(4, 3\)"),
        (2, (A, B), wg.ShapeError, "in_axes 2 is out of bounds for an array of 2"),
        (0, (A, 1.0), wg.ShapeError, "in_axes 0 is out of bounds for an array of 0"),
        ((0,), (A, B), wg.TreeError, "has 1 entries for 2 arguments"),
        ((0, {"a": 0}), (A, B), wg.TreeError, "in_axes=.* does not match the structure"),
        ((0, "a"), (A, B), wg.TreeError, "integers and None, not 'a'"),
        ((0, 0.0), (A, B), wg.TreeError, "integers and None"),
        ({"a": 0}, (A, B), wg.TreeError, "structure"),
    ],
)
def test_axes_that_do_not_fit(axes: Any, args: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        wg.vmap(lambda x, y: x + y, axes)(*args)
    assert "test_batch.py" in caught.value.__notes__[-1]


def test_nesting() -> None:
    table = wg.vmap(wg.vmap(lambda x, y: x - y, (None, 0)), (0, None))(A[:, 0], B[:, 0])
    close(table, A[:, :1] - B[:, 0])
    cube = wg.vmap(wg.vmap(wg.vmap(lambda x, y, z: x * y + z, (0, None, None)), (None, 0, None)), (None, None, 0))
    close(cube(A[0], A[1], A[2]), np.einsum("i,j->ji", A[0], A[1])[None] + A[2][:, None, None])
    close(wg.vmap(wg.vmap(wg.dot))(RNG.normal(size=(2, 4, 3)) * 0 + A, np.stack([B, B])), [np.sum(A * B, 1)] * 2)


def test_captured_arrays() -> None:
    shared = wg.array([1.0, 2.0, 3.0], requires_grad=True)
    y = wg.vmap(lambda x: wg.dot(x, shared))(A)
    y.backward(wg.ones(4))
    close(shared.grad, A.sum(0))
    close(wg.vmap(lambda x: wg.vmap(lambda y: x * y)(B))(A), A[:, None] * B)  # captured from the outer vmap
    close(wg.grad(lambda w: wg.sum(wg.vmap(lambda x: w * x)(A)))(2.0), A.sum())
    close(wg.jvp(lambda w: wg.vmap(lambda x: w * x)(A), (2.0,), (1.0,))[1], A)


def test_gradients_inside_with_respect_to_what_is_shared() -> None:
    w = np.array([1.0, -1.0, 0.5])
    per_example = wg.vmap(wg.grad(lambda w, x: wg.tanh(wg.dot(w, x))), (None, 0))(w, A)
    close(per_example, A * (1 - np.tanh(A @ w) ** 2)[:, None])
    close(wg.vmap(lambda x: wg.grad(lambda w: wg.tanh(wg.dot(w, x)))(w))(A), per_example)


@pytest.mark.parametrize("shape", [(0, 3), (0,), (0, 0, 2)])
def test_an_empty_batch(shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    for f, inner in (
        (lambda x: x * 2, shape[1:]),
        (lambda x: wg.sum(x), ()),
        (lambda x: wg.grad(lambda y: wg.sum(y * y))(x), shape[1:]),
        (lambda x: wg.concatenate([x.reshape(-1), np.ones(2)]), (int(np.prod(shape[1:])) + 2,)),
        (lambda x: 1.0, ()),
    ):
        assert wg.vmap(f)(x).shape == (0, *inner)
    assert wg.vmap(lambda x, y: x @ y, (0, None))(np.zeros((0, 3)), np.ones((3, 2))).shape == (0, 2)


def test_entries_without_elements_and_of_one_number() -> None:
    assert wg.vmap(lambda x: x * 2)(np.zeros((4, 0))).shape == (4, 0)
    close(wg.vmap(lambda x: x.sum())(np.zeros((4, 0))), 0)
    close(wg.vmap(lambda x: x * x)(np.arange(3.0)), [0, 1, 4])
    close(wg.vmap(lambda x, y: x + y)(np.arange(3), np.array([True, False, True])), [1, 1, 3])


def test_writing_in_a_batch() -> None:
    def f(x: Any, i: Any) -> Any:
        y = wg.zeros(3)
        y[1:] = x[:-1]
        y[0] += 2.0
        y[i] = -x[2]
        y[y > 1] = 0.5
        return y

    i = np.array([0, 1, 2, 2])
    expected = []
    for x, k in zip(A, i, strict=True):
        y = np.zeros(3)
        y[1:] = x[:-1]
        y[0] += 2
        y[k] = -x[2]
        y[y > 1] = 0.5
        expected.append(y)
    close(wg.vmap(f)(A, i), expected)
    close(wg.vmap(wg.jacobian(f))(A, i), loop(wg.jacobian(f), A, i))


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x if x > 0 else -x,
        lambda x: float(x),
        lambda x: x.item(),
        lambda x: np.asarray(x),
        lambda x: x.tolist(),
        lambda x: [0, 1][wg.argmax(x)],
        lambda x: x.numpy(),
        lambda x: wg.nonzero(x),
        lambda x: wg.ones(3)[wg.ones(3) > x],
        lambda x: f"{x:.2f}",
        lambda x: x.detach().numpy(),
    ],
)
def test_what_needs_a_single_value(use: Callable[[Any], Any]) -> None:
    with pytest.raises(
        wg.ConversionError, match=r"under vmap there is one for each of 4 batch entries.*wg\.where"
    ) as caught:
        wg.vmap(use)(A[:, 0])
    assert isinstance(caught.value, TypeError)
    with pytest.raises(wg.ConversionError, match="under vmap"):
        wg.vmap(wg.grad(lambda x: wg.sum(x) * (use(x) is not None)))(A[:, 0])


def test_control_flow_on_what_is_shared() -> None:
    def f(x: Any, n: Any) -> Any:
        while n > 1:
            x, n = x * 2, n - 1
        return x

    close(wg.vmap(f, (0, None))(A, 3.0), 4 * A)
    close(wg.vmap(wg.grad(lambda x, n: f(x, n).sum()), (0, None))(A, 3.0), 4 + 0 * A)


def test_gradients_may_not_be_required_inside() -> None:
    for act in (lambda x: x.requires_grad_(), lambda x: x.attach_grad(), lambda x: setattr(x, "requires_grad", True)):
        with pytest.raises(wg.GraphError, match=r"inside vmap.*wg\.grad"):
            wg.vmap(act)(A)


OPERATIONS: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: wg.sin(x) * y.sum(),
    lambda x, y: x[::-1] - y[0],
    lambda x, y: wg.concatenate([x, y])[: len(x)],
    lambda x, y: wg.outer(x, y)[:, 0],
    lambda x, y: wg.where(x > y[: len(x)], x, -y[: len(x)]) if len(x) <= len(y) else x,
    lambda x, y: wg.cumsum(x) + wg.max(y),
]


@given(st.lists(st.sampled_from(range(len(OPERATIONS))), min_size=1, max_size=4), st.integers(0, 1), st.integers(0, 1))
@settings(max_examples=40, deadline=None)
def test_compositions_with_and_without_a_batch(steps: list[int], first: int, second: int) -> None:
    axes = (first or None, second or None) if first or second else (0, None)

    def f(x: Any, y: Any) -> Any:
        for step in steps:
            x, y = OPERATIONS[step](x, y), x
        return x

    rng = np.random.default_rng(1)
    args = [rng.normal(size=(3,) if axis is None else (2, 3) if axis == 0 else (3, 2)) for axis in axes]
    entries = [
        [a if axis is None else np.take(a, k, axis) for a, axis in zip(args, axes, strict=True)] for k in range(2)
    ]
    close(wg.vmap(f, axes)(*args), [f(*entry) for entry in entries])
    gradient = wg.grad(lambda x, y: wg.sum(f(x, y)), argnums=(0, 1))
    for k, part in enumerate(wg.vmap(gradient, axes)(*args)):
        close(part, [gradient(*entry)[k] for entry in entries])
