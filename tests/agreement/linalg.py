"""Linear algebra. What is only determined up to signs or phases is compared by what does not depend on them."""

import numpy as np
import torch

import wengert as wg

from .inputs import (
    axes,
    definite,
    diagonalizable,
    each,
    hermitian,
    normal,
    numbers,
    plane,
    reduced,
    regular,
    shape,
    stacks,
    together,
    triangular,
)
from .operation import operation

SQUARE = (stacks(regular()), stacks(regular(plane)))
DIAGONALIZABLE = (stacks(diagonalizable()), stacks(diagonalizable(plane)))
HERMITIAN = (stacks(hermitian()), stacks(hermitian(plane)))
DEFINITE = (stacks(definite()), stacks(definite(plane)))


def _tall(least, most):
    """Stacks of rectangular matrices with singular values that lie apart."""

    def inputs_of(m, n):
        def draw(random, shape):
            a = numbers(random, (shape[0], m, n))
            u, s, vh = np.linalg.svd(a, full_matrices=False)
            return (u * (np.arange(1, min(m, n) + 1) + random.uniform(-0.2, 0.2, s.shape))[:, None, :]) @ vh

        return draw

    sizes = [(m, n) for m in range(least, most + 1) for n in range(least, most + 1)]
    return [stacks(inputs_of(m, n), sizes=(1,), each_size=25) for m, n in sizes]


def _equations(random):
    """A matrix, or a stack of them, with right-hand sides."""
    n, k = int(random.integers(1, 5)), int(random.integers(1, 4))
    left, right = together(random, 2)
    kinds = [(normal, normal), (plane, plane), (normal, plane), (plane, normal)][random.integers(0, 4)]
    if random.integers(0, 2):
        left, right = left, None
    a = regular(kinds[0])(random, (*left, n, n))
    return [a, kinds[1](random, (n,) if right is None else (*right, n, k))], {}


def _solve(a, b):
    """PyTorch takes a matrix for a stack of vectors where it can, NumPy only what has one dimension for a vector."""
    a, b = _promoted(a, b)
    right = b[:, None] if b.ndim == 1 else b
    stack = torch.broadcast_shapes(a.shape[:-2], right.shape[:-2])
    x = torch.linalg.solve(a, right.expand(*stack, *right.shape[-2:]))
    return x[..., 0] if b.ndim == 1 else x


def _promoted(*members):
    dtype = torch.complex128 if any(m.is_complex() for m in members) else torch.float64
    return [m.to(dtype) for m in members]


def _norms(random):
    size = shape(random, least=1)
    axis = axes(random, len(size), several=False)
    order = [2, 1, 3, 2.5, -1, -2, np.inf, -np.inf, 0.5][random.integers(0, 9)]
    return [numbers(random, size)], {"axis": axis, "ord": order, "keepdims": bool(random.integers(0, 2))}


def _vector_norm(x, ord, axis, keepdims):
    return torch.linalg.vector_norm(x, ord, axis, keepdims)


def _matrix_norms(orders):
    def draw(random):
        size = shape(random, least=2)
        return [numbers(random, size)], {
            "ord": orders[random.integers(0, len(orders))],
            "keepdims": bool(random.integers(0, 2)),
        }

    return each(draw)


def _powers(random):
    n = int(random.integers(1, 5))
    a = regular(numbers)(random, (*shape(random, most=1), n, n))
    return [a], {"n": int(random.integers(-3, 6))}


def _eigh(module):
    """Eigenvalues, and a function of the matrix, which the phases of the eigenvectors do not change."""

    def functions(a):
        values, vectors = module.linalg.eigh(a)
        return values, (vectors * module.sin(values)[..., None, :]) @ module.conj(vectors.mT)

    return functions


def _power_sums(eigenvalues):
    """What does not depend on the order of the eigenvalues."""

    def sums(a):
        values = eigenvalues(a)
        return [(values**k).sum(-1) for k in (1, 2, 3)]

    return sums


def _svd(module):
    def functions(a):
        u, s, vh = module.linalg.svd(a, full_matrices=False)
        return s, (u * module.sin(s)[..., None, :]) @ vh, abs(u) ** 2, abs(vh) ** 2

    return functions


def _qr(module):
    """The sign of each row of R belongs to the column of Q."""

    def functions(a):
        q, r = module.linalg.qr(a)
        return q @ module.conj(q.mT), module.conj(r.mT) @ r, abs(r) ** 2

    return functions


def _eig(module):
    def functions(a):
        values, vectors = module.linalg.eig(a)
        return (vectors * values[..., None, :] ** 3) @ module.linalg.inv(vectors)

    return functions


def _least_squares(random):
    m, n, k = (int(i) for i in random.integers(1, 5, 3))
    m = m + n
    kind = (normal, plane)[random.integers(0, 2)]
    return [kind(random, (m, n)), kind(random, (m, k))], {}


def _triangular(random):
    n, k = int(random.integers(1, 5)), int(random.integers(1, 4))
    kind, lower = (normal, plane)[random.integers(0, 2)], bool(random.integers(0, 2))
    return [triangular(kind, upper=not lower)(random, (n, n)), kind(random, (n, k))], {"lower": lower}


def _factored(random):
    """A right-hand side for which PyTorch differentiates, and a factor."""
    n, k = (int(i) for i in random.integers(1, 5, 2))
    kind = (normal, plane)[random.integers(0, 2)]
    return [kind(random, (n, k))], {"factor": triangular(kind)(random, (n, n))}


def _tensors(random):
    a, b = (int(n) for n in random.integers(1, 4, 2))
    return [regular(numbers)(random, (a * b, a * b)).reshape(a, b, b, a)], {}


def _tensor_equations(random):
    (tensor,), _ = _tensors(random)
    kind = plane if tensor.dtype.kind == "c" else normal
    return [tensor, kind(random, tensor.shape[:2])], {}


def _blocks(random):
    return [numbers(random, shape(random, most=2)) for _ in range(random.integers(1, 4))], {}


def _of_hermitian(function):
    """PyTorch's gradient with respect to a complex Hermitian matrix is not Hermitian; this takes its Hermitian part."""
    return lambda a: function((a + a.mT.conj()) / 2 if "complex" in str(a.dtype) else a)


OPERATIONS = [
    operation("linalg.solve", _solve, each(_equations)),
    operation("linalg.inv", torch.linalg.inv, *SQUARE),
    operation("linalg.det", torch.linalg.det, *SQUARE),
    operation("linalg.slogdet", torch.linalg.slogdet, *SQUARE),
    operation(
        "linalg.cholesky", _of_hermitian(torch.linalg.cholesky), *DEFINITE, wengert=_of_hermitian(wg.linalg.cholesky)
    ),
    operation("linalg.vector_norm", _vector_norm, each(_norms)),
    operation(
        "linalg.norm",
        lambda x, axis, keepdims: torch.linalg.norm(x, None, axis, keepdims),
        reduced(numbers, several=False),
    ),
    operation(
        "linalg.matrix_norm",
        lambda x, ord, keepdims: torch.linalg.matrix_norm(x, ord, keepdim=keepdims),
        _matrix_norms(("fro", 1, -1, np.inf, -np.inf, 2, -2, "nuc")),
    ),
    operation("linalg.matrix_power", torch.linalg.matrix_power, each(_powers)),
    operation("linalg.eigh", _eigh(torch), *HERMITIAN, wengert=_eigh(wg)),
    operation("linalg.eigvalsh", torch.linalg.eigvalsh, *HERMITIAN),
    operation("linalg.eig", _eig(torch), *DIAGONALIZABLE, wengert=_eig(wg)),
    operation(
        "linalg.eigvals",
        _power_sums(torch.linalg.eigvals),
        *DIAGONALIZABLE,
        wengert=_power_sums(lambda a: wg.linalg.eigvals(wg.astype(a, complex))),  # of real ones NumPy's may be real
    ),
    operation("linalg.svd", _svd(torch), *_tall(2, 4), wengert=_svd(wg)),
    operation("linalg.svdvals", torch.linalg.svdvals, *_tall(1, 4)),
    operation("linalg.qr", _qr(torch), *SQUARE, wengert=_qr(wg)),
    operation("linalg.pinv", torch.linalg.pinv, *_tall(1, 4)),
    operation(
        "linalg.cond", torch.linalg.cond, stacks(regular(), sizes=(2, 3, 4, 5)), stacks(regular(plane), sizes=(2, 3))
    ),
    operation(
        "linalg.lstsq",
        lambda a, b: torch.linalg.lstsq(a, b)[0],
        each(_least_squares),
        wengert=lambda a, b: wg.linalg.lstsq(a, b)[0],
    ),
    operation("linalg.expm", torch.linalg.matrix_exp, *SQUARE),
    operation(
        "linalg.lu",
        lambda a: torch.linalg.lu(a)[1:],
        *SQUARE,
        wengert=lambda a: wg.linalg.lu(a)[1:],
    ),
    operation(
        "linalg.solve_triangular",
        lambda a, b, lower: torch.linalg.solve_triangular(a, b, upper=not lower),
        each(_triangular),
    ),
    operation(
        "linalg.lu_factor",
        lambda a: torch.linalg.lu_factor(a)[0],
        *SQUARE,
        wengert=lambda a: wg.linalg.lu_factor(a)[0],
    ),
    operation(
        "linalg.cho_solve",
        lambda b, factor: torch.cholesky_solve(b, factor, upper=False),
        each(_factored),
        wengert=lambda b, factor: wg.linalg.cho_solve((factor, True), b),
    ),
    operation(
        "linalg.tensorinv",
        lambda a: torch.linalg.tensorinv(a, 2),
        each(_tensors),
        wengert=lambda a: wg.linalg.tensorinv(a, 2),
    ),
    operation("linalg.tensorsolve", torch.linalg.tensorsolve, each(_tensor_equations)),
    operation("linalg.block_diag", torch.block_diag, each(_blocks)),
]
