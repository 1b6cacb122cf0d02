"""How likely a series of measurements is: the Kalman filter of a linear Gaussian state space model.

    state        x[t + 1] = F x[t] + w[t],    w ~ N(0, Q)
    measurement  y[t]     = H x[t] + v[t],    v ~ N(0, R)

The filter carries the mean and the covariance of the state, given all measurements so far; a missing one is NaN.
J. Durbin and S. J. Koopman, Time Series Analysis by State Space Methods, 2nd edition, sections 4.3, 4.10 and 7.2.
"""

import numpy as np


def log_likelihood(y, F, H, Q, R, mean, covariance):
    """log p(y) for measurements of shape (times, sensors), from the mean and covariance before the first."""
    total = 0.0
    for measured in y:
        seen = ~np.isnan(measured)
        if seen.any():
            H_seen, R_seen = H[seen], R[np.ix_(seen, seen)]
            surprise = measured[seen] - H_seen @ mean
            S = H_seen @ covariance @ H_seen.T + R_seen
            gain = np.linalg.solve(S, H_seen @ covariance).T
            _, logdet = np.linalg.slogdet(S)
            total -= 0.5 * (surprise @ np.linalg.solve(S, surprise) + logdet + len(surprise) * np.log(2 * np.pi))
            mean = mean + gain @ surprise
            covariance = covariance - gain @ S @ gain.T
        mean = F @ mean
        covariance = F @ covariance @ F.T + Q
    return total


def local_trend(log_variances, start, y, step=1.0):
    """The log-likelihood of a level that drifts with a slope that drifts, measured by several sensors.

    The variances, as logarithms, are those of level, slope and sensors; the start is the first level and slope.
    """
    variances = np.exp(log_variances)
    F = np.array([[1.0, step], [0.0, 1.0]])
    H = np.column_stack([np.ones(y.shape[1]), np.zeros(y.shape[1])])
    return log_likelihood(y, F, H, np.diag(variances[:2]), np.diag(variances[2:]), start, np.eye(2))


def example():
    """Two sensors follow a noisy level; one of them fails for a while."""
    rng = np.random.default_rng(0)
    level = np.cumsum(0.3 + rng.normal(scale=0.5, size=40))
    y = level[:, np.newaxis] + rng.normal(scale=[0.4, 1.2], size=(40, 2))
    y[12:18, 0] = np.nan
    y[15, 1] = np.nan
    return {"log_variances": np.log([0.3, 0.05, 0.2, 1.0]), "start": np.array([0.1, 0.2]), "y": y}
