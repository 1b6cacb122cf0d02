"""The evidence for a Gaussian process: the log marginal likelihood of its hyperparameters.

C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, algorithm 2.1; the kernels are those of
its equations 4.9 and 4.17.
"""

import numpy as np


def distances(a, b, scales):
    """Euclidean distances of points of shape (n, d) and (m, d), each axis in units of its scale."""
    differences = (a[:, None, :] - b[None, :, :]) / scales
    return np.sqrt(np.sum(differences**2, axis=-1))


def squared_exponential(r):
    return np.exp(-0.5 * r**2)


def matern52(r):
    z = np.sqrt(5.0) * r
    return (1.0 + z + z**2 / 3.0) * np.exp(-z)


def log_marginal_likelihood(amplitude, scales, noise, X, y, kernel=matern52):
    """log p(y | X) for targets with independent normal noise."""
    K = amplitude**2 * kernel(distances(X, X, scales))
    L = np.linalg.cholesky(K + noise**2 * np.eye(len(y)))
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return -0.5 * y @ alpha - np.sum(np.log(np.diag(L))) - 0.5 * len(y) * np.log(2 * np.pi)


def example():
    """Thirty noisy values of a smooth function of two variables."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-2.0, 2.0, size=(30, 2))
    y = np.sin(2.0 * X[:, 0]) + 0.5 * X[:, 1] + rng.normal(scale=0.1, size=30)
    return {"amplitude": np.array(1.1), "scales": np.array([0.8, 2.5]), "noise": np.array(0.15), "X": X, "y": y}
