"""Values and derivatives of all problems in plain NumPy, by formulas written down by hand: what every library is
compared with.

`evaluate(problem, function, input)` takes an input of the suite's protocol and gives float64 arrays (a 0-d one for a
number) in the protocol's structure; of ``ba`` the complete arrays. Nothing here differentiates a program: derivatives
are closed formulas, reverse sweeps or tangents, each written by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln

from . import reference_descent, reference_hand, reference_lstm
from .rotation import rotate, rotation_derivative

Input = Any
Result = Any


def evaluate(problem: str, function: str, input: Input, **options: Any) -> Result:
    """The result of a problem's function; the only option is ode's ``of``, which its gradient explains."""
    if (problem, function) not in _FUNCTIONS:
        raise ValueError(f"no function {function!r} of a problem {problem!r}")
    return _FUNCTIONS[problem, function](input, **options)


def _f64(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=np.float64)


def logsumexp(x: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    largest = x.max(axis=-1, keepdims=True)
    return (largest + np.log(np.exp(x - largest).sum(axis=-1, keepdims=True)))[..., 0]


def softmax(x: np.ndarray) -> np.ndarray:
    """Along the last axis; the gradient of `logsumexp`."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# hello


def hello_square(x: Input) -> np.ndarray:
    return _f64(x) ** 2


def hello_double(x: Input) -> np.ndarray:
    return 2 * _f64(x)


# gmm


def _gmm_factors(input: Input) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The lower triangular factors Q [k, d, d], and the rows and columns of the entries of l in them."""
    q, l, d = _f64(input["q"]), _f64(input["l"]), int(input["d"])
    columns, rows = np.triu_indices(d, 1)  # column by column, downwards
    factors = np.zeros((len(q), d, d))
    factors[:, np.arange(d), np.arange(d)] = np.exp(q)
    factors[:, rows, columns] = l.reshape(len(q), len(rows))
    return factors, (rows, columns)


def _gmm_beta(input: Input, factors: np.ndarray) -> np.ndarray:
    """The logarithm of each point's density in each component, [n, k]."""
    x, alpha, mu, q = (_f64(input[name]) for name in ("x", "alpha", "mu", "q"))
    distances = [((x - m) @ f.T) ** 2 for m, f in zip(mu, factors, strict=True)]
    return alpha + q.sum(axis=1) - np.stack([d.sum(axis=1) for d in distances], axis=1) / 2


def gmm_objective(input: Input) -> np.ndarray:
    factors, _ = _gmm_factors(input)
    alpha, q = _f64(input["alpha"]), _f64(input["q"])
    d, n, m, gamma = int(input["d"]), int(input["n"]), int(input["m"]), float(input["gamma"])
    nu = d + m + 1
    log_gamma = d * (d - 1) / 4 * math.log(math.pi) + gammaln(nu / 2 + (1 - np.arange(1, d + 1)) / 2).sum()
    likelihood = logsumexp(_gmm_beta(input, factors)).sum() - n * (d / 2 * math.log(2 * math.pi) + logsumexp(alpha))
    prior = len(alpha) * (nu * d * math.log(gamma / math.sqrt(2)) - log_gamma)
    return _f64(likelihood + prior - gamma**2 * (factors**2).sum() / 2 + m * q.sum())


def gmm_jacobian(input: Input) -> dict[str, np.ndarray]:
    """With responsibilities r = softmax_k β, ∂F/∂Q_k = − Q_k Σ_i r_ik (x_i − μ_k)(x_i − μ_k)ᵀ − γ² Q_k."""
    factors, (rows, columns) = _gmm_factors(input)
    x, alpha, mu, q = (_f64(input[name]) for name in ("x", "alpha", "mu", "q"))
    responsibilities = softmax(_gmm_beta(input, factors))
    totals = responsibilities.sum(axis=0)
    by_mu, by_factor = np.empty_like(mu), np.empty_like(factors)
    for k, factor in enumerate(factors):
        offsets = x - mu[k]
        weighted = responsibilities[:, k, None] * offsets
        by_mu[k] = factor.T @ (factor @ weighted.sum(axis=0))
        by_factor[k] = -factor @ (offsets.T @ weighted) - float(input["gamma"]) ** 2 * factor
    by_diagonal = np.diagonal(by_factor, axis1=1, axis2=2)
    return {
        "alpha": totals - int(input["n"]) * softmax(alpha),
        "mu": by_mu,
        "q": totals[:, None] + int(input["m"]) + by_diagonal * np.exp(q),
        "l": by_factor[:, rows, columns],
    }


# ba


def _ba_arrays(input: Input) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cameras [n, 11], points [m, 3], weights [p], features [p, 2]; one of a kind is repeated."""
    n, m, p = (int(input[name]) for name in "nmp")
    shapes = {"cam": (n, 11), "x": (m, 3), "w": (p,), "feat": (p, 2)}
    cameras, points, weights, features = (np.broadcast_to(_f64(input[name]), shape) for name, shape in shapes.items())
    return cameras, points, weights, features


def _ba_blocks(p: int) -> list[np.ndarray]:
    """The observations in blocks, which bounds the memory of a large problem."""
    return np.array_split(np.arange(p), p // 65536 + 1)


def _ba_project(cameras: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The point in the camera's frame, its projection h, and the powers ρ, ρ² of its squared distance."""
    seen = rotate(cameras[:, :3], points - cameras[:, 3:6])
    h = seen[:, :2] / seen[:, 2:]
    rho = (h**2).sum(axis=1)
    return seen, h, np.stack([rho, rho**2], axis=1)


def ba_objective(input: Input) -> tuple[np.ndarray, np.ndarray]:
    cameras, points, weights, features = _ba_arrays(input)
    errors = np.empty((len(weights), 2))
    for i in _ba_blocks(len(weights)):
        camera = cameras[i % len(cameras)]
        _, h, powers = _ba_project(camera, points[i % len(points)])
        radial = 1 + (camera[:, 9:] * powers).sum(axis=1)
        image = camera[:, 6:7] * h * radial[:, None] + camera[:, 7:9]
        errors[i] = weights[i, None] * (image - features[i])
    return errors, 1 - weights**2


def ba_jacobian(input: Input) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row starts, columns and values of the 3p rows."""
    cameras, points, weights, features = _ba_arrays(input)
    n, m, p = len(cameras), len(points), len(weights)
    i = np.arange(p)
    own = np.empty((p, 15), dtype=np.int64)
    own[:, :11] = 11 * (i % n)[:, None] + np.arange(11)
    own[:, 11:14] = 11 * n + 3 * (i % m)[:, None] + np.arange(3)
    own[:, 14] = 11 * n + 3 * m + i
    values = np.empty((p, 2, 15))
    for block in _ba_blocks(p):
        values[block] = _ba_rows(cameras[block % n], points[block % m], weights[block], features[block])
    return (
        np.concatenate([15 * np.arange(2 * p), 30 * p + np.arange(p + 1)]),
        np.concatenate([np.repeat(own, 2, axis=0).ravel(), own[:, 14]]),
        np.concatenate([values.ravel(), -2 * weights]),
    )


def _ba_rows(cameras: np.ndarray, points: np.ndarray, weights: np.ndarray, features: np.ndarray) -> np.ndarray:
    """The two rows of every observation, [p, 2, 15]."""
    seen, h, powers = _ba_project(cameras, points)
    focal, kappa = cameras[:, 6, None], cameras[:, 9:]
    radial = 1 + (kappa * powers).sum(axis=1)[:, None]
    by_h = 2 * (kappa[:, 0] + 2 * kappa[:, 1] * powers[:, 0])[:, None, None] * h[:, :, None] * h[:, None, :]
    by_h += radial[:, :, None] * np.eye(2)
    by_seen = np.concatenate([by_h, -by_h @ h[:, :, None]], axis=2) * (focal / seen[:, 2:])[:, :, None]
    by_rotation, turn = rotation_derivative(cameras[:, :3], points - cameras[:, 3:6])
    by_point = by_seen @ turn
    rows = np.empty((len(points), 2, 15))
    rows[:, :, :3] = by_seen @ by_rotation
    rows[:, :, 3:6] = -by_point
    rows[:, :, 6] = h * radial
    rows[:, :, 7:9] = np.eye(2)
    rows[:, :, 9:11] = (focal * h)[:, :, None] * powers[:, None, :]
    rows[:, :, 11:14] = by_point
    rows[:, :, :14] *= weights[:, None, None]
    rows[:, :, 14] = focal * h * radial + cameras[:, 7:9] - features
    return rows


# kmeans


def _kmeans_nearest(input: Input) -> tuple[np.ndarray, np.ndarray]:
    """Of each point the nearest centroid, and the way from the point to it."""
    points, centroids = _f64(input["points"]), _f64(input["centroids"])
    nearest = np.empty(len(points), dtype=np.int64)
    for block in np.array_split(np.arange(len(points)), centroids.size * len(points) // 2**22 + 1):
        squares = ((points[block, None] - centroids) ** 2).sum(axis=2)
        nearest[block] = squares.argmin(axis=1)
    return nearest, centroids[nearest] - points


def kmeans_cost(input: Input) -> np.ndarray:
    _, ways = _kmeans_nearest(input)
    return _f64((ways**2).sum())


def kmeans_dir(input: Input) -> np.ndarray:
    nearest, ways = _kmeans_nearest(input)
    gradient = np.zeros(np.shape(input["centroids"]))
    np.add.at(gradient, nearest, 2 * ways)
    return gradient / (2 * np.bincount(nearest, minlength=len(gradient))[:, None])


# lse


def lse_primal(input: Input) -> np.ndarray:
    return _f64(logsumexp(_f64(input["x"])))


def lse_gradient(input: Input) -> np.ndarray:
    return softmax(_f64(input["x"]))


# llsq


def _llsq_residuals(input: Input) -> tuple[np.ndarray, np.ndarray]:
    """The residuals s − V x and the powers V = t_i^j."""
    x, n = _f64(input["x"]), int(input["n"])
    t = -1 + 2 * np.arange(n) / (n - 1)
    factors = np.repeat(t[:, None], len(x), axis=1)
    factors[:, 0] = 1
    powers = np.cumprod(factors, axis=1)
    return np.sign(t) - powers @ x, powers


def llsq_primal(input: Input) -> np.ndarray:
    residuals, _ = _llsq_residuals(input)
    return _f64(residuals @ residuals / 2)


def llsq_gradient(input: Input) -> np.ndarray:
    residuals, powers = _llsq_residuals(input)
    return -residuals @ powers


# ode


def _ode_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The right-hand side x_i y_{i-1}, with y_{-1} = 1."""
    return x * np.concatenate([np.ones(1, y.dtype), y[:-1]])


def _ode_states(x: np.ndarray, s: int) -> np.ndarray:
    """The solution before the first step and after each."""
    h = 2 / s
    y = np.zeros((s + 1, len(x)), x.dtype)
    for i in range(s):
        k1 = _ode_slope(x, y[i])
        k2 = _ode_slope(x, y[i] + h * k1 / 2)
        k3 = _ode_slope(x, y[i] + h * k2 / 2)
        k4 = _ode_slope(x, y[i] + h * k3)
        y[i + 1] = y[i] + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6
    return y


def ode_primal(input: Input) -> np.ndarray:
    return _ode_states(_f64(input["x"]), int(input["s"]))[-1]


def ode_gradient(input: Input, of: str = "last") -> np.ndarray:
    """The gradient of the last component of the result, or with ``of="sum"`` of the sum of all: the adjoint steps."""
    x, s = _f64(input["x"]), int(input["s"])
    h = 2 / s
    states = _ode_states(x, s)
    gradient = np.zeros_like(x)
    adjoint = np.ones_like(x) if of == "sum" else np.eye(1, len(x), len(x) - 1)[0]

    def back(y: np.ndarray, slope_adjoint: np.ndarray) -> np.ndarray:
        """Adds to the gradient what a slope at y passes to x; returns what it passes to y."""
        gradient[0] += slope_adjoint[0]
        gradient[1:] += slope_adjoint[1:] * y[:-1]
        return np.append(slope_adjoint[1:] * x[1:], 0)

    for y in states[-2::-1]:
        y2 = y + h * _ode_slope(x, y) / 2
        y3 = y + h * _ode_slope(x, y2) / 2
        y4 = y + h * _ode_slope(x, y3)
        to_y4 = back(y4, h * adjoint / 6)
        to_y3 = back(y3, h * adjoint / 3 + h * to_y4)
        to_y2 = back(y2, h * adjoint / 3 + h * to_y3 / 2)
        to_y = back(y, h * adjoint / 6 + h * to_y2 / 2)
        adjoint = adjoint + to_y + to_y2 + to_y3 + to_y4
    return gradient


# det


def _det_matrix(input: Input) -> np.ndarray:
    return _f64(input["A"]).reshape(int(input["ell"]), -1)


def det_primal(input: Input) -> np.ndarray:
    return _f64(np.linalg.det(_det_matrix(input)))


def det_gradient(input: Input) -> np.ndarray:
    """The cofactors, which need no inverse."""
    matrix = _det_matrix(input)
    places = range(len(matrix))
    minors = np.array([[np.delete(np.delete(matrix, i, 0), j, 1) for j in places] for i in places])
    return (np.linalg.det(minors) * (-1.0) ** np.add.outer(places, places)).ravel()


_FUNCTIONS: dict[tuple[str, str], Callable[..., Result]] = {
    ("hello", "square"): hello_square,
    ("hello", "double"): hello_double,
    ("gmm", "objective"): gmm_objective,
    ("gmm", "jacobian"): gmm_jacobian,
    ("ba", "objective"): ba_objective,
    ("ba", "jacobian"): ba_jacobian,
    ("ht", "objective"): reference_hand.objective,
    ("ht", "jacobian"): reference_hand.jacobian,
    ("lstm", "objective"): reference_lstm.objective,
    ("lstm", "jacobian"): reference_lstm.jacobian,
    ("kmeans", "cost"): kmeans_cost,
    ("kmeans", "dir"): kmeans_dir,
    ("lse", "primal"): lse_primal,
    ("lse", "gradient"): lse_gradient,
    ("llsq", "primal"): llsq_primal,
    ("llsq", "gradient"): llsq_gradient,
    ("ode", "primal"): ode_primal,
    ("ode", "gradient"): ode_gradient,
    ("det", "primal"): det_primal,
    ("det", "gradient"): det_gradient,
    **{("particle", modes): reference_descent.particle for modes in ("ff", "fr", "rf", "rr")},
    **{("saddle", modes): reference_descent.saddle for modes in ("ff", "fr", "rf", "rr")},
}
