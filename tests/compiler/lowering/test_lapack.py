"""Systems of equations, factors and determinants in compiled programs: the same as eager, with one factorisation."""

import re

import numpy as np
import optree
import pytest

import wengert as wg
from wengert import linalg as la
from wengert.compiler.compile import compile
from wengert.compiler.native import symbols
from wengert.compiler.native.executable import Executable, RunEagerly

pytestmark = pytest.mark.skipif(symbols.lapack("dgetrf") is None, reason="no LAPACK here")

DTYPES = ["float64", "complex128"]
SINGLE = ["float32", "complex64"]
SHAPES = [(1, 1), (3, 3), (5, 5), (70, 70), (2, 3, 4, 4), (0, 0), (2, 0, 3, 3)]


def matrices(shape, dtype="float64", seed=0):
    """Well-conditioned matrices."""
    random = np.random.default_rng(seed)
    a = random.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        a = a + 1j * random.normal(size=shape)
    n = shape[-1]
    return (a / max(1, n) ** 0.5 + 2 * np.eye(n)).astype(dtype)


def positive(shape, dtype="float64", seed=0):
    """Positive definite ones."""
    a = matrices(shape, dtype, seed)
    return a @ a.swapaxes(-1, -2).conj()


def numbers(shape, dtype="float64", seed=1):
    """Right-hand sides."""
    random = np.random.default_rng(seed)
    b = random.normal(size=shape)
    return (b + 1j * random.normal(size=shape) if np.dtype(dtype).kind == "c" else b).astype(dtype)


def code(f, *args):
    """The machine code of a function, and what it gives."""
    executable = Executable(wg.trace(f)(*map(wg.array, args)))
    return executable, executable(args)


def calls(executable):
    """How often each function of LAPACK and BLAS stands in the code."""
    found = {}
    for name in re.findall(r'call void @"(?:lapack|blas)\.\w(\w+)"', executable.lowered.ir):
        found[name] = found.get(name, 0) + 1
    return found


def same(f, *args, called_out=()):
    """Compiled equals eager; gives the calls of libraries."""
    executable, found = code(f, *args)
    assert called_out is None or tuple(c.equation.primitive.name for c in executable.lowered.callouts) == called_out
    expected = optree.tree_leaves(f(*map(wg.array, args)))
    assert len(found) == len(expected)
    for x, y in zip(found, expected, strict=True):
        y = y.numpy()
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        tolerance = 1e-9 if y.dtype.itemsize // (1 + (y.dtype.kind == "c")) == 8 else 1e-3
        scale = np.abs(y[np.isfinite(y)]).max(initial=0.0)
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance * scale)
    return calls(executable)


def adjoint(x):
    return wg.conj(x).mT


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_is_what_it_is_eagerly(shape, dtype):
    a, s, b = matrices(shape, dtype), positive(shape, dtype), numbers((*shape[:-1], 2), dtype)
    same(la.cholesky, s)
    same(la.inv, a)
    if shape[-1] < 70 or a.dtype.itemsize >= 8:
        same(la.det, a)
    same(lambda x: tuple(la.slogdet(x)), a)
    same(la.solve, a, b)
    same(la.solve, a, b[..., :1])


@pytest.mark.parametrize("dtype", SINGLE)
def test_single_precision_is_factored_in_double(dtype):
    """As NumPy does it: a matrix that is nearly singular in single precision has a factor."""
    s, b = positive((5, 5), dtype), numbers((5, 2), dtype)
    same(la.cholesky, s, called_out=("cholesky",))
    same(la.solve, s, b, called_out=("solve",))
    hilbert = (1 / (np.arange(7)[:, None] + np.arange(7) + 1)).astype(dtype)
    _, (found,) = code(la.cholesky, hilbert)
    np.testing.assert_array_equal(found, np.linalg.cholesky(hilbert))


@pytest.mark.parametrize(("a", "b"), [((3, 3), (2, 3, 2)), ((2, 1, 3, 3), (4, 3, 1)), ((4, 1, 5, 5), (1, 3, 5, 70))])
def test_stacks_broadcast(a, b):
    same(la.solve, matrices(a), numbers(b))


def test_one_right_hand_side():
    same(la.solve, matrices((6, 6)), numbers(6))


@pytest.mark.parametrize(
    "dtypes", [("int64", "float64"), ("float32", "float64"), ("float64", "complex128"), ("int8", "int8")]
)
def test_dtypes_promote(dtypes):
    a = (10 * matrices((5, 5))).astype(dtypes[0])
    b = (10 * numbers((5, 3))).astype(dtypes[1])
    same(la.solve, a, b)
    same(lambda a: (la.inv(a), la.det(a)), a, called_out=("inv", "det") if a.dtype == "float32" else ())


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64"])
def test_integers_are_factored_as_floats(dtype):
    same(lambda a: (la.cholesky(a), la.solve(a, a), *la.slogdet(a)), np.eye(6).astype(dtype))


def test_transposed_and_strided_operands():
    a, b = matrices((8, 8)), numbers((3, 8))
    same(lambda a, b: la.solve(a.mT, b.mT), a, b)
    same(lambda a, b: la.solve(a[::2, ::2], b.mT[::-2]), a, b)
    same(lambda a: la.cholesky((a @ a.mT)[1:, 1:].mT), a)
    same(lambda a: la.inv(a[::-1].mT), a)


# Sharing --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("columns", [1, 3])
def test_one_factorisation_for_all_that_is_solved(dtype, columns):
    def f(a, b):
        return (
            la.solve(a, b),
            la.solve(a.mT, b),
            la.solve(adjoint(a), b),
            la.solve(wg.conj(a), b),
            la.inv(a),
            la.det(a.mT),
        )

    found = same(f, matrices((7, 7), dtype), numbers((7, columns), dtype))
    assert found["getrf"] == 1


def test_the_gradient_shares_it():
    f = wg.value_and_grad(lambda a, b: wg.sum(la.solve(a, b) ** 3), argnums=(0, 1))
    assert same(f, matrices((9, 9)), numbers((9, 2)))["getrf"] == 1
    g = wg.value_and_grad(lambda a: la.slogdet(a).logabsdet)
    assert same(g, matrices((9, 9)))["getrf"] == 1
    h = wg.hessian(lambda b, a: wg.sum(la.solve(a, b) ** 3))
    assert same(h, numbers((4, 1)), matrices((4, 4)))["getrf"] == 1


def test_stacks_share_it_in_other_shapes():
    def f(a, b):
        return la.solve(a, b), la.solve(a.reshape((6, 4, 4)), b.reshape((6, 4, 1))), la.det(a.reshape((3, 2, 4, 4)))

    assert same(f, matrices((2, 3, 4, 4)), numbers((2, 3, 4, 1)))["getrf"] == 1


# Triangles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("columns", [1, 3])
def test_what_is_triangular_is_not_factored(shape, dtype, columns):
    def f(s, b):
        lower = la.cholesky(s)
        upper = adjoint(lower)
        return (
            la.solve(lower, b), la.solve(upper, b), la.solve(lower.mT, b), la.solve(wg.conj(lower), b),
            la.solve(upper, la.solve(lower, b)), la.inv(lower), la.inv(upper), *la.slogdet(upper),
        )  # fmt: skip

    found = same(f, positive(shape, dtype), numbers((*shape[:-1], columns), dtype))
    assert shape[-1] == 0 or "getrf" not in found


def test_unit_axes_are_looked_through():
    def f(s, b):
        lower = la.cholesky(s)
        return la.solve(lower.reshape((1, 5, 5)).mT, b)

    assert "getrf" not in same(f, positive((5, 5)), numbers((4, 5, 2)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_with_triangles(dtype):
    def f(s, y):
        lower = la.cholesky(s)
        upper = adjoint(lower)
        return lower @ y, upper @ y, y.mT @ lower, y.mT @ upper, lower.mT @ y, y.mT @ wg.conj(lower)

    different = 6 if np.dtype(dtype).kind == "c" else 4
    assert same(f, positive((70, 70), dtype), numbers((70, 90), dtype)) == {"potrf": 1, "trmm": different}


def test_second_derivatives_of_a_likelihood():
    def likelihood(theta, x, y):
        kernel = wg.exp(-((x[:, None] - x) ** 2) * wg.exp(theta[0])) + wg.exp(theta[1]) * wg.eye(12)
        lower = la.cholesky(kernel)
        return wg.sum(la.solve(lower, y) ** 2) + wg.sum(wg.log(wg.diagonal(lower)))

    args = np.array([0.3, -0.5]), np.linspace(0.0, 3.0, 12), numbers(12)
    assert "getrf" not in same(wg.value_and_grad(likelihood), *args)
    assert "getrf" not in same(wg.hessian(likelihood), *args)


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "a"),
    [
        (la.cholesky, np.diag([1.0, -1.0, 2.0])),
        (la.cholesky, np.zeros((2, 3, 3))),
        (la.inv, np.ones((3, 3))),
        (lambda a: la.solve(a, a), np.ones((2, 2, 2))),
        (lambda a: la.solve(a.mT, a), np.zeros((6, 6))),
    ],
)
def test_errors_are_those_of_the_eager_run(f, a):
    good = np.broadcast_to(np.eye(a.shape[-1]) * 2, a.shape)
    executable, _ = code(f, good)
    assert not executable.lowered.callouts
    with pytest.raises(RunEagerly):
        executable([a])
    compiled = compile(f)
    compiled(good)
    for _ in range(2):
        with pytest.raises(np.linalg.LinAlgError):
            compiled(a)
    np.testing.assert_allclose(compiled(good).numpy(), f(wg.array(good)).numpy())


def test_nan_is_what_it_is_eagerly():
    a = np.eye(4)
    a[2, 2] = np.nan

    def outcome(f):
        try:
            return str(f(a).numpy())
        except np.linalg.LinAlgError as error:
            return str(error)

    assert outcome(compile(la.cholesky)) == outcome(la.cholesky)
    assert outcome(compile(lambda a: la.solve(a, a))) == outcome(lambda a: la.solve(a, a))


def test_determinants_of_singular_matrices():
    def f(a):
        return (la.det(a), *la.slogdet(a))

    same(f, np.zeros((3, 3)))
    same(f, np.array([[1.0, 2.0], [2.0, 4.0]]))
    same(f, np.zeros((2, 2, 2), complex))


def test_without_libraries_they_are_called_out(monkeypatch):
    a = positive((4, 4))
    program = wg.trace(lambda a: la.solve(la.cholesky(a), a))(wg.array(a))
    off = Executable(program, ["blas"])
    assert len(off.lowered.callouts) == 2
    monkeypatch.setattr(symbols, "address", lambda name, found=symbols.address: None if "." in name else found(name))
    missing = Executable(program)
    assert len(missing.lowered.callouts) == 2
    for executable in (off, missing):
        np.testing.assert_allclose(executable([a])[0], np.linalg.solve(np.linalg.cholesky(a), a))


def test_in_the_body_of_a_loop():
    a, s = matrices((6, 6)), positive((6, 6))

    def f(a, s, b):
        def step(carry, _):
            lower = la.cholesky(s)
            return la.solve(a, la.solve(lower, carry)) + 1.0, la.solve(lower.mT, carry)

        return wg.scan(step, b, None, length=4)

    same(f, a, s, numbers((6, 2)))


# Diagonals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ii->i", [(70, 70)]), ("ii->", [(70, 70)]), ("iji->ij", [(9, 8, 9)]), ("iii->i", [(20, 20, 20)]),
        ("iij->ji", [(9, 9, 8)]), ("iij,j->i", [(9, 9, 8), (8,)]), ("bii,bi->b", [(4, 9, 9), (4, 9)]),
        ("ij,ij->i", [(20, 30)] * 2), ("bi,bi->b", [(20, 30)] * 2), ("ijk,ikl->ijl", [(4, 5, 6), (4, 6, 7)]),
        ("ii,jj->ij", [(9, 9), (8, 8)]), ("ij,jk,kl->il", [(9, 8), (8, 7), (7, 9)]), ("i,i,i->", [(30,)] * 3),
        ("ij,j,jk,k->", [(9, 8), (8,), (8, 7), (7,)]),
    ],
)  # fmt: skip
def test_diagonals_and_traces_are_views(subscripts, shapes):
    def f(*xs):
        return wg.einsum(subscripts, *(2.0 * x for x in xs))

    xs = [numbers(shape, seed=n) for n, shape in enumerate(shapes)]
    same(f, *xs)
    same(wg.grad(lambda *xs: wg.sum(f(*xs) ** 2), argnums=tuple(range(len(xs)))), *xs)


def test_three_operands_of_different_dtypes_do_not_overflow():
    x = np.full(20, 100, "int8")
    same(lambda x, y: wg.einsum("i,i,i->i", x, x, y), x, np.ones(20))
