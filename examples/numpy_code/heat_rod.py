"""What a thermometer in a heated rod shows: the heat equation, solved implicitly.

    c ∂u/∂t = ∂/∂x (k(x) ∂u/∂x) + q(x, t),   u = 0 at the left end, no flow through the right one

The finite volumes and the Crank-Nicolson steps are those of R. J. LeVeque, Finite Difference Methods for Ordinary and
Partial Differential Equations, sections 2.15 and 9.1; the conductivity of a face is the harmonic mean of its cells'.
"""

import numpy as np


def flow_matrix(conductivity, dx):
    """The matrix A of the semi-discrete equation u' = A u + q, for cells of the given conductivities."""
    k = conductivity
    faces = 2 * k[:-1] * k[1:] / (k[:-1] + k[1:])
    A = np.diag(faces, 1) + np.diag(faces, -1)
    A -= np.diag(A.sum(axis=1))
    A[0, 0] -= 2 * k[0]  # the left end is half a cell away
    return A / dx**2


def temperatures(conductivity, power, duration, steps, length=1.0):
    """The temperatures of all cells at all times, while the cells in the middle third are heated."""
    n = len(conductivity)
    dt = duration / steps
    A = flow_matrix(conductivity, length / n)
    forward, backward = np.eye(n) + 0.5 * dt * A, np.eye(n) - 0.5 * dt * A
    heating = np.zeros_like(conductivity)
    heating[n // 3 : 2 * n // 3] = power
    u = np.zeros(n)
    history = []
    for _ in range(steps):
        u = np.linalg.solve(backward, forward @ u + dt * heating)
        history.append(u)
    return np.stack(history)


def misfit(conductivity, power, measured, cell, duration=0.5):
    """Half the sum of squared deviations of the thermometer in a cell from what was measured."""
    u = temperatures(conductivity, power, duration, len(measured))
    return 0.5 * np.sum((u[:, cell] - measured) ** 2)


def example():
    """A rod of two metals; the measurements are of a uniform rod."""
    times = np.linspace(0.0, 0.5, 21)[1:]
    return {
        "conductivity": np.where(np.arange(24) < 10, 1.2, 0.7),
        "power": np.array(1.5),
        "measured": 0.35 * (1.0 - np.exp(-4.0 * times)),
        "cell": 17,
    }
