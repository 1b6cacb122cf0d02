"""Products of arrays: matrix products, einsum, convolutions."""

from itertools import pairwise

import numpy as np
import torch

import wengert as wg

from .inputs import each, normal, numbers, plane, shape, together
from .operation import operation


def _factors(random, *sizes):
    """Arrays of these shapes, real, complex or mixed."""
    kinds = [(normal,) * len(sizes), (plane,) * len(sizes), tuple(random.choice([normal, plane], len(sizes)))]
    kind = kinds[random.integers(0, 3)]
    return [k(random, tuple(s)) for k, s in zip(kind, sizes, strict=True)], {}


def _n(random, smallest=1):
    return int(random.integers(smallest, 5))


def _matmul(random):
    n, k, m = _n(random), _n(random, 0), _n(random)
    left, right = together(random, 2)
    return _factors(
        random, *[((k,), (k,)), ((n, k), (k,)), ((k,), (k, m)), ((*left, n, k), (*right, k, m))][random.integers(0, 4)]
    )


def _dot(random):
    n, k, m = _n(random), _n(random), _n(random)
    return _factors(
        random,
        *[((k,), (k,)), ((n, k), (k,)), ((n, k), (k, m)), ((2, n, k), (k,)), ((), (n, k)), ((n, k), (2, k, m))][
            random.integers(0, 6)
        ],
    )


def _dot_in_torch(x, y):
    if not x.ndim or not y.ndim:
        return x * y
    return torch.tensordot(*_promoted(x, y), dims=([-1], [max(y.ndim - 2, 0)]))


def _promoted(*members):
    """PyTorch multiplies matrices of one dtype only."""
    dtype = torch.complex128 if any(m.is_complex() for m in members) else torch.float64
    return [m.to(dtype) for m in members]


def _same(random):
    size = shape(random, least=1)
    return _factors(random, size, size)


def _vectors(random):
    left, right = together(random, 2)
    k = _n(random)
    return _factors(random, (*left, k), (*right, k))


def _inner(random):
    k = _n(random)
    return _factors(random, (*shape(random, most=2), k), (*shape(random, most=2), k))


def _flat_pair(random):
    return _factors(random, (_n(random, 0),), (_n(random),))


def _tensordot(random):
    a, b, c, d = (_n(random) for _ in range(4))
    kind = random.integers(0, 4)
    sizes = [((a, b, c), (b, c, d)), ((a, b, c), (c, a)), ((a,), (b,)), ((a, b, c, d), (d, b, a))][kind]
    (x, y), _ = _factors(random, *sizes)
    return [x, y], {"axes": [2, ([0, 2], [1, 0]), 0, ([1, 3], [1, 0])][kind]}


SUBSCRIPTS = (
    *(
        "ij,jk->ik",
        "ij,kj->ki",
        "i,i->",
        "i,j->ij",
        "bij,bjk->bik",
        "bij,bkj->ibk",
        "ij,j,i->j",
        "ij,ij->ij",
        "ijk,k->ij",
    ),
    *(
        "i,ij,j->",
        "abc,cd,be->aed",
        "b...,...->...b",
        "ij,ik,il->jkl",
        "ij->ji",
        "ij->i",
        "ij->",
        "ii->i",
        "ii->",
        "iij->j",
    ),
)


def _einsum(random):
    subscripts = str(random.choice(SUBSCRIPTS))
    lengths = {letter: _n(random) for letter in "abcdeijkl"}
    extra = (_n(random), _n(random))
    sizes = []
    for part in subscripts.split("->")[0].split(","):
        named = [lengths[c] for c in part if c != "."]
        sizes.append((*named, *extra) if "..." in part else tuple(named))
    factors, _ = _factors(random, *sizes)
    return factors, {"subscripts": subscripts}


def _diagonal(random):
    size = shape(random, least=2)
    first, second = (int(a) for a in random.permutation(len(size))[:2])
    return [numbers(random, size)], {
        "offset": int(random.integers(-1, 2)),
        "axis1": first,
        "axis2": second,
    }


def _chain(random):
    sizes = [_n(random) for _ in range(random.integers(3, 6))]
    members = list(pairwise(sizes))
    if random.integers(0, 2):
        members[0] = members[0][1:]
    if random.integers(0, 2):
        members[-1] = members[-1][:1]
    return [normal(random, s) for s in members], {}


def _kronecker(random):
    return _factors(random, shape(random, least=1, most=2, largest=3), shape(random, least=1, most=2, largest=3))


def _signals(random):
    (x, y), _ = _factors(random, (int(random.integers(1, 8)),), (int(random.integers(1, 8)),))
    return [x, y], {"mode": str(random.choice(["full", "same", "valid"]))}


def _correlate(x, y, mode):
    """With the definition of NumPy: c[k] = Σ x[n + k] conj(y[n])."""
    x, y = _promoted(x, y)
    return _convolve(x, y.conj().flip(0), mode, longer=len(x) >= len(y))


def _convolve(x, y, mode, longer=True):
    x, y = _promoted(x, y)
    full = torch.zeros(len(x) + len(y) - 1, dtype=x.dtype)
    for i in range(len(y)):
        full = full + torch.nn.functional.pad(x * y[i], (i, len(y) - 1 - i))
    long, short = max(len(x), len(y)), min(len(x), len(y))
    if mode == "full":
        return full
    if mode == "valid":
        return full[short - 1 : long]
    start = (short - 1) // 2 if longer else short // 2  # NumPy correlates the longer with the shorter, and turns round
    return full[start : start + long]


def _matrix_vector(random):
    n, k = _n(random), _n(random)
    left, right = together(random, 2)
    return _factors(random, (*left, n, k), (*right, k))


def _vector_matrix(random):
    (a, x), _ = _matrix_vector(random)
    return [x, np.swapaxes(a, -1, -2).copy()], {}


def _polynomial(random):
    return _factors(random, (_n(random),), shape(random))


def _polynomials(random):
    return _factors(random, (_n(random),), (_n(random),))


def _horner(p, x):
    value = 0 * x
    for c in p:
        value = value * x + c
    return value


OPERATIONS = [
    operation("matmul", lambda x, y: torch.matmul(*_promoted(x, y)), each(_matmul)),
    operation("dot", _dot_in_torch, each(_dot)),
    operation("vdot", lambda x, y: torch.vdot(*_promoted(x.reshape(-1), y.reshape(-1))), each(_same)),
    operation("vecdot", lambda x, y: torch.linalg.vecdot(*_promoted(x, y)), each(_vectors)),
    operation("inner", lambda x, y: torch.inner(*_promoted(x, y)), each(_inner)),
    operation("outer", lambda x, y: torch.outer(x, y), each(_flat_pair)),
    operation("tensordot", lambda x, y, axes: torch.tensordot(*_promoted(x, y), axes), each(_tensordot)),
    operation(
        "einsum",
        lambda *members, subscripts: torch.einsum(subscripts, *_promoted(*members)),
        each(_einsum, 400),
        wengert=lambda *members, subscripts: wg.einsum(subscripts, *members),
    ),
    operation(
        "Array.trace",
        lambda x, offset, axis1, axis2: torch.diagonal(x, offset, axis1, axis2).sum(-1),
        each(_diagonal),
        wengert=lambda x, **where: x.trace(**where),
    ),
    operation("diagonal", lambda x, offset, axis1, axis2: torch.diagonal(x, offset, axis1, axis2), each(_diagonal)),
    operation(
        "linalg.multi_dot",
        lambda *members: torch.linalg.multi_dot(members),
        each(_chain),
        wengert=lambda *members: wg.linalg.multi_dot(members),
    ),
    operation("kron", torch.kron, each(_kronecker)),
    operation("convolve", _convolve, each(_signals), wengert=lambda x, y, mode: wg.convolve(x, y, mode)),
    operation("correlate", _correlate, each(_signals), wengert=lambda x, y, mode: wg.correlate(x, y, mode)),
    operation("matvec", lambda a, x: (torch.matmul(*_promoted(a, x[..., None])))[..., 0], each(_matrix_vector)),
    operation(
        "vecmat", lambda x, a: torch.matmul(*_promoted(x.conj()[..., None, :], a))[..., 0, :], each(_vector_matrix)
    ),
    operation("polyval", _horner, each(_polynomial)),
    operation("polymul", lambda p, q: _convolve(p, q, "full"), each(_polynomials)),
]
