"""Where PyTorch's derivative is another one: points at which mathematics leaves a choice, and losses of accuracy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import wengert as wg

from .operation import as_array

INF, NAN = np.inf, np.nan


@dataclass(frozen=True)
class Point:
    """A function in both libraries, and where."""

    shown: str
    """What is computed, and at which point, for a reader."""
    torch: Callable[..., Any]
    wengert: Callable[..., Any]
    at: Sequence[Any]

    def gradients_in_torch(self) -> list[Any]:
        """Of the sum of the result (of the real part), with respect to each argument."""
        leaves = [torch.tensor(np.asarray(x), requires_grad=True) for x in self.at]
        total = torch.real(torch.sum(self.torch(*leaves)))
        return [as_array(g) for g in torch.autograd.grad(total, leaves, allow_unused=True, materialize_grads=True)]

    def gradients_in_wengert(self) -> list[Any]:
        def total(*args: Any) -> Any:
            return wg.sum(wg.real(self.wengert(*args)))

        found = wg.grad(total, argnums=tuple(range(len(self.at))))(*map(wg.array, self.at))
        return [np.asarray(g) for g in found]


@dataclass(frozen=True)
class Difference(Point):
    """A point at which the gradients differ."""

    in_torch: Sequence[Any]
    in_wengert: Sequence[Any] | type[Exception]
    """Gradients, or the error that there is instead."""
    why: str


def _masked_root(module):
    return lambda x: module.where(x > 0, module.sqrt(x), 0.0)


def _masked_quotient(module):
    return lambda x: module.where(x != 0, 1 / x, 0.0)


CONVENTIONS = [
    Difference(
        "where(x > 0, sqrt(x), 0) at [0, 4]",
        _masked_root(torch),
        _masked_root(wg),
        [[0.0, 4.0]],
        [[NAN, 0.25]],
        [[0.0, 0.25]],
        "a cotangent that is exactly zero stays zero, so that a mask is enough",
    ),
    Difference(
        "where(x != 0, 1 / x, 0) at [0, 4]",
        _masked_quotient(torch),
        _masked_quotient(wg),
        [[0.0, 4.0]],
        [[NAN, -0.0625]],
        [[0.0, -0.0625]],
        "likewise",
    ),
    Difference(
        "sqrt(x)[1:] at [0, 4]",
        lambda x: torch.sqrt(x)[1:],
        lambda x: wg.sqrt(x)[1:],
        [[0.0, 4.0]],
        [[NAN, 0.25]],
        [[0.0, 0.25]],
        "likewise",
    ),
    Difference(
        "hypot(x, y) at (0, 0)",
        torch.hypot,
        wg.hypot,
        [0.0, 0.0],
        [NAN, NAN],
        [0.0, 0.0],
        "the subgradient of least norm, as of the 2-norm, whose gradient at 0 is 0 in both",
    ),
    Difference(
        "logaddexp(x, y) at (-inf, -inf)",
        torch.logaddexp,
        wg.logaddexp,
        [-INF, -INF],
        [NAN, NAN],
        [0.0, 0.0],
        "what is masked out contributes nothing",
    ),
    Difference(
        "logaddexp2(x, y) at (-inf, -inf)",
        torch.logaddexp2,
        wg.logaddexp2,
        [-INF, -INF],
        [NAN, NAN],
        [0.0, 0.0],
        "likewise",
    ),
    Difference(
        "logsumexp(x) at [-inf, -inf]",
        lambda x: torch.logsumexp(x, 0),
        wg.logsumexp,
        [[-INF, -INF]],
        [[NAN, NAN]],
        [[0.0, 0.0]],
        "likewise",
    ),
    Difference(
        "xlogy(x, y) at (0, 0)",
        torch.special.xlogy,
        wg.special.xlogy,
        [0.0, 0.0],
        [0.0, NAN],
        [0.0, 0.0],
        "0 log y is 0 for every y",
    ),
    Difference(
        "xlog1py(x, y) at (0, -1)",
        torch.special.xlog1py,
        wg.special.xlog1py,
        [0.0, -1.0],
        [0.0, NAN],
        [0.0, 0.0],
        "likewise",
    ),
    Difference(
        "fmax(x, y) at (1, 1)",
        torch.fmax,
        wg.fmax,
        [1.0, 1.0],
        [1.0, 0.0],
        [0.5, 0.5],
        "a tie gives ½ to each, as it does in maximum in both",
    ),
    Difference(
        "fmin(x, y) at (1, 1)",
        torch.fmin,
        wg.fmin,
        [1.0, 1.0],
        [1.0, 0.0],
        [0.5, 0.5],
        "likewise",
    ),
    Difference(
        "max along an axis, at [3, 1, 3]",
        lambda x: torch.max(x, 0)[0],
        lambda x: wg.max(x, axis=0),
        [[3.0, 1.0, 3.0]],
        [[1.0, 0.0, 0.0]],
        [[0.5, 0.0, 0.5]],
        "ties share evenly, as in PyTorch's amax; its max(dim) gives the derivative to the index that it returns",
    ),
    Difference(
        "maximum(x, y) at (nan, 1)",
        torch.maximum,
        wg.maximum,
        [NAN, 1.0],
        [1.0, 1.0],
        [0.0, 0.0],
        "the result depends on no argument",
    ),
    Difference(
        "max(x) at [nan, 1]",
        torch.amax,
        wg.max,
        [[NAN, 1.0]],
        [[NAN, NAN]],
        [[0.0, 0.0]],
        "likewise",
    ),
    Difference(
        "median of [3, 1, 2, 4]",
        torch.median,
        wg.median,
        [[3.0, 1.0, 2.0, 4.0]],
        [[0.0, 0.0, 1.0, 0.0]],
        [[0.5, 0.0, 0.5, 0.0]],
        "NumPy's median is the mean of the middle two, PyTorch's the lower one",
    ),
    Difference(
        "eigvalsh(A)[0] at the identity",
        lambda a: torch.linalg.eigvalsh(a)[0],
        lambda a: wg.linalg.eigvalsh(a)[0],
        [np.eye(2)],
        [[[1.0, 0.0], [0.0, 0.0]]],
        [[[0.5, 0.0], [0.0, 0.5]]],
        "equal eigenvalues share evenly, whatever basis their eigenvectors are in",
    ),
    Difference(
        "svdvals(A) at 0",
        torch.linalg.svdvals,
        wg.linalg.svdvals,
        [np.zeros((2, 2))],
        [np.eye(2)],
        [np.zeros((2, 2))],
        "the subgradient of least norm",
    ),
    Difference(
        "matrix_norm(A, 2) at 0",
        lambda a: torch.linalg.matrix_norm(a, 2),
        lambda a: wg.linalg.matrix_norm(a, ord=2),
        [np.zeros((2, 2))],
        [np.eye(2) / 2],
        [np.zeros((2, 2))],
        "likewise",
    ),
    Difference(
        "matrix_norm(A, 'nuc') at diag(1, 0)",
        lambda a: torch.linalg.matrix_norm(a, "nuc"),
        lambda a: wg.linalg.matrix_norm(a, ord="nuc"),
        [np.diag([1.0, 0.0])],
        [np.eye(2)],
        [np.diag([1.0, 0.0])],
        "likewise",
    ),
    Difference(
        "slogdet(A)[1] at [[1, 2], [2, 4]]",
        lambda a: torch.linalg.slogdet(a)[1],
        lambda a: wg.linalg.slogdet(a)[1],
        [[[1.0, 2.0], [2.0, 4.0]]],
        [[[-INF, INF], [INF, -INF]]],
        np.linalg.LinAlgError,
        "the logarithm of 0 has no derivative",
    ),
    Difference(
        "qr(A)[1] at [[1, 1], [1, 1]]",
        lambda a: torch.linalg.qr(a)[1],
        lambda a: wg.linalg.qr(a)[1],
        [np.ones((2, 2))],
        [np.full((2, 2), NAN)],
        np.linalg.LinAlgError,
        "dependent columns have no differentiable factors",
    ),
    Difference(
        "(1 - 2i) cholesky(A) at [[0.25 + 0i]]",
        lambda a: (1 - 2j) * torch.linalg.cholesky(a),
        lambda a: (1 - 2j) * wg.linalg.cholesky(a),
        [[[0.25 + 0j]]],
        [[[1 + 2j]]],
        [[[1 + 0j]]],
        "the gradient with respect to a Hermitian matrix is Hermitian, and Wengert's the Hermitian part of PyTorch's",
    ),
]

ACCURACY = [
    Difference(
        "det(A) at [[1, 2], [2, 4]]",
        torch.linalg.det,
        wg.linalg.det,
        [[[1.0, 2.0], [2.0, 4.0]]],
        [[[0.0, 0.0], [0.0, 0.0]]],
        [[[4.0, -2.0], [-2.0, 1.0]]],
        "the gradient is the matrix of cofactors, also of a singular matrix",
    ),
    Difference(
        "sinc(x) at 1e-8",
        torch.sinc,
        wg.sinc,
        [1e-8],
        [-2.1063981330815398e-08],
        [-(np.pi**2) * 1e-8 / 3],
        "the quotient rule cancels; near 0 there is the Taylor series",
    ),
    Difference(
        "expm1(x) at -50",
        torch.expm1,
        wg.expm1,
        [-50.0],
        [0.0],
        [np.exp(-50.0)],
        "the derivative is exp(x), not expm1(x) + 1",
    ),
    Difference(
        "arctan2(y, x) at (1e200, 1e200)",
        torch.arctan2,
        wg.arctan2,
        [1e200, 1e200],
        [0.0, 0.0],
        [5e-201, -5e-201],
        "x² + y² overflows",
    ),
    Difference(
        "arctan2(y, x) at (1e-200, 1e-200)",
        torch.arctan2,
        wg.arctan2,
        [1e-200, 1e-200],
        [0.0, 0.0],
        [5e199, -5e199],
        "x² + y² underflows",
    ),
    Difference(
        "arccosh(x) at 1e200",
        torch.arccosh,
        wg.arccosh,
        [1e200],
        [0.0],
        [1e-200],
        "x² overflows",
    ),
    Difference(
        "angle(z) at 1e200 + 1e200i",
        torch.angle,
        wg.angle,
        [1e200 + 1e200j],
        [0j],
        [-5e-201 + 5e-201j],
        "abs(z)² overflows",
    ),
    Difference(
        "ldexp(x, -2) at 1",
        lambda x: torch.ldexp(x, torch.tensor(-2)),
        lambda x: wg.ldexp(x, -2),
        [1.0],
        [0.0],
        [0.25],
        "PyTorch raises 2 to a negative integer, in integers",
    ),
    Difference(
        "expit(x) at 20",
        torch.special.expit,
        wg.special.expit,
        [20.0],
        [2.0611536879193953e-09],
        [1 / (np.exp(20.0) * (1 + np.exp(-20.0)) ** 2)],
        "1 - expit(x) cancels; expit(-x) does not",
    ),
    Difference(
        "softplus(x) at 25",
        torch.nn.functional.softplus,
        wg.special.softplus,
        [25.0],
        [1.0],
        [1 / (1 + np.exp(-25.0))],
        "PyTorch takes x itself beyond 20",
    ),
    Difference(
        "digamma(x) at 1",
        torch.special.digamma,
        wg.special.digamma,
        [1.0],
        [1.6449340676383375],
        [np.pi**2 / 6],
        "PyTorch's polygamma has nine digits",
    ),
    Difference(
        "erfcx(x) at 1e8",
        torch.special.erfcx,
        wg.special.erfcx,
        [1e8],
        [0.0],
        [-1e-16 / np.sqrt(np.pi)],
        "2 x erfcx(x) - 2 / √π cancels",
    ),
]

SAME = [
    Point("abs(x) at 0", torch.abs, wg.abs, [0.0]),
    Point("abs(z) at 0i", torch.abs, wg.abs, [0j]),
    Point("sign(z) at 0i", torch.sgn, wg.sign, [0j]),
    Point("maximum(x, y) at (1, 1)", torch.maximum, wg.maximum, [1.0, 1.0]),
    Point("max(x) at [3, 1, 3]", torch.amax, wg.max, [[3.0, 1.0, 3.0]]),
    Point("clip(x, a, b) at (0, 0, 1)", torch.clamp, wg.clip, [0.0, 0.0, 1.0]),
    Point("clip(x, a, b) at (1, 0, 1)", torch.clamp, wg.clip, [1.0, 0.0, 1.0]),
    Point("remainder(x, y) at (6, 2)", torch.remainder, wg.remainder, [6.0, 2.0]),
    Point("sqrt(x) at 0", torch.sqrt, wg.sqrt, [0.0]),
    Point("log(x) at 0", torch.log, wg.log, [0.0]),
    Point("norm(x) at [0, 0]", torch.linalg.norm, wg.linalg.norm, [[0.0, 0.0]]),
    Point(
        "the 3-norm at [0, 0]",
        lambda x: torch.linalg.vector_norm(x, 3),
        lambda x: wg.linalg.vector_norm(x, ord=3),
        [[0.0, 0.0]],
    ),
    Point("std(x) at [2, 2, 2]", lambda x: torch.std(x, correction=0), wg.std, [[2.0, 2.0, 2.0]]),
    Point("x**0 at [0, inf, nan]", lambda x: x**0, lambda x: x**0, [[0.0, INF, NAN]]),
    Point("0**b at [0, 0.5, 2]", lambda b: 0.0**b, lambda b: 0.0**b, [[0.0, 0.5, 2.0]]),
    Point("x**b at (-2, 2)", torch.pow, wg.power, [-2.0, 2.0]),
    Point("arctan2(y, x) at (0, 0)", torch.arctan2, wg.arctan2, [0.0, 0.0]),
    Point("angle(z) at 0i", torch.angle, wg.angle, [0j]),
    Point("prod(x) at [0, 0, 3]", torch.prod, wg.prod, [[0.0, 0.0, 3.0]]),
    Point("cumprod(x) at [2, 0, 0, 3]", lambda x: torch.cumprod(x, 0), wg.cumprod, [[2.0, 0.0, 0.0, 3.0]]),
    Point("gammaln(x) at 0", torch.special.gammaln, wg.special.gammaln, [0.0]),
    Point("erfinv(x) at 1", torch.special.erfinv, wg.special.erfinv, [1.0]),
]
