"""How well a penalised logistic regression predicts: fitted by Newton's method, scored on data held out.

T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd edition, section 4.4.1 (iteratively
reweighted least squares), with the ridge penalty of section 3.4.1 on all coefficients but the intercept.
"""

import numpy as np


def with_intercept(X):
    return np.hstack([np.ones((len(X), 1)), X])


def fit(X, labels, penalties, tolerance=1e-10, limit=50):
    """The coefficients, the intercept first, for labels 0 and 1."""
    A = with_intercept(X)
    ridge = np.concatenate([[0.0], penalties])
    beta = np.zeros(A.shape[1])
    for _ in range(limit):
        p = 1.0 / (1.0 + np.exp(-(A @ beta)))
        gradient = A.T @ (labels - p) - ridge * beta
        hessian = (A.T * (p * (1.0 - p))) @ A + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step
        if np.max(np.abs(step)) < tolerance:
            return beta
    raise RuntimeError(f"no convergence in {limit} steps; the last was {step}")


def loss(beta, X, labels):
    """The mean of -log p(label), which does not overflow."""
    margins = with_intercept(X) @ beta
    return np.mean(np.logaddexp(0.0, np.where(labels == 1, -margins, margins)))


def held_out_loss(log_penalties, X, labels, X_test, labels_test):
    """The loss on the test data of what the training data and the penalties give."""
    return loss(fit(X, labels, np.exp(log_penalties)), X_test, labels_test)


def example():
    """Four features, of which one says nothing."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    chances = 1.0 / (1.0 + np.exp(-(X @ np.array([1.5, -1.0, 0.5, 0.0]) + 0.3)))
    labels = (rng.random(120) < chances).astype(int)
    return {
        "log_penalties": np.array([0.5, -0.5, 1.0, 2.0]),
        "X": X[:80],
        "labels": labels[:80],
        "X_test": X[80:],
        "labels_test": labels[80:],
    }
