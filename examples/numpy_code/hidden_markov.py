"""How sure one can be of the states of a hidden Markov model: the forward and the backward recursion.

L. R. Rabiner, A tutorial on hidden Markov models and selected applications in speech recognition, Proceedings of the
IEEE 77 (1989), equations 19 to 27; with logarithms, so that long sequences do not underflow.
"""

import numpy as np


def log_normalized(scores):
    """Logarithms of probabilities, from scores that are free up to a constant in each row."""
    return scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)


def log_densities(x, means, deviations):
    """Those of normal distributions, of shape (times, states)."""
    z = (x[:, None] - means) / deviations
    return -0.5 * z**2 - np.log(deviations) - 0.5 * np.log(2 * np.pi)


def forward(log_start, log_transition, log_emission):
    """log p(x[0], ..., x[t], state at t), of shape (times, states)."""
    alpha = np.zeros_like(log_emission)
    alpha[0] = log_start + log_emission[0]
    for t in range(1, len(log_emission)):
        alpha[t] = np.logaddexp.reduce(alpha[t - 1][:, None] + log_transition, axis=0) + log_emission[t]
    return alpha


def backward(log_transition, log_emission):
    """log p(x[t + 1], ... | state at t), of shape (times, states)."""
    beta = np.zeros_like(log_emission)
    for t in range(len(log_emission) - 2, -1, -1):
        beta[t] = np.logaddexp.reduce(log_transition + log_emission[t + 1] + beta[t + 1], axis=1)
    return beta


def certainty(transition_scores, means, deviations, x):
    """How certain the states are, given x, at the mean of all times: 1 less the entropy in units of its maximum."""
    states = len(means)
    log_transition = log_normalized(transition_scores)
    log_emission = log_densities(x, means, deviations)
    alpha = forward(np.full(states, -np.log(states)), log_transition, log_emission)
    log_posterior = log_normalized(alpha + backward(log_transition, log_emission))
    entropy = -np.sum(np.exp(log_posterior) * log_posterior, axis=1)
    return 1.0 - entropy.mean() / np.log(states)


def example():
    """Three states that like to stay, and noisy values of each."""
    rng = np.random.default_rng(0)
    state, x = 0, []
    for _ in range(60):
        state = state if rng.random() < 0.85 else int(rng.integers(3))
        x.append(rng.normal([-1.0, 0.5, 2.0][state], 0.6))
    return {
        "transition_scores": np.array([[2.0, 0.1, 0.0], [0.2, 1.8, -0.1], [0.0, 0.3, 2.2]]),
        "means": np.array([-0.8, 0.4, 1.9]),
        "deviations": np.array([0.7, 0.5, 0.6]),
        "x": np.array(x),
    }
