"""How close a spacecraft comes to Mars: the N-body problem by the leapfrog method.

Lengths are in astronomical units, times in years, masses in solar masses, so that G = 4π². The method (kick, drift,
kick) is that of E. Hairer, C. Lubich and G. Wanner, Geometric Numerical Integration, equation I.1.17 (Störmer-Verlet).
"""

import numpy as np

G = 4 * np.pi**2


def accelerations(positions, masses):
    """Newton's law of gravitation, for positions of shape (bodies, dimensions)."""
    apart = positions[np.newaxis, :, :] - positions[:, np.newaxis, :]
    squares = np.sum(apart**2, axis=-1)
    with np.errstate(divide="ignore"):
        inverse_cubes = np.where(squares > 0, squares**-1.5, 0.0)
    return G * np.sum((masses * inverse_cubes)[:, :, np.newaxis] * apart, axis=1)


def energy(positions, velocities, masses):
    i, j = np.triu_indices(len(masses), k=1)
    potential = -G * masses[i] * masses[j] / np.linalg.norm(positions[i] - positions[j], axis=1)
    return 0.5 * np.sum(masses * np.sum(velocities**2, axis=1)) + np.sum(potential)


def leapfrog(positions, velocities, masses, dt, steps):
    """The positions at all times, of shape (steps + 1, bodies, dimensions), and the last velocities."""
    trajectory = [positions]
    force = accelerations(positions, masses)
    for _ in range(steps):
        velocities = velocities + 0.5 * dt * force
        positions = positions + dt * velocities
        force = accelerations(positions, masses)
        velocities = velocities + 0.5 * dt * force
        trajectory.append(positions)
    return np.stack(trajectory), velocities


def closest_approach(launch, positions, velocities, masses, dt=0.01, steps=70, tolerance=1e-4):
    """The least distance of the last body from the one before it.

    The last body is launched with a velocity relative to that of the body before those two.
    """
    velocities = np.concatenate([velocities, velocities[-2:-1] + launch])
    trajectory, final = leapfrog(positions, velocities, masses, dt, steps)
    before, after = energy(positions, velocities, masses), energy(trajectory[-1], final, masses)
    if abs(after - before) > tolerance * abs(before):
        raise RuntimeError(f"the energy changed from {before:.6g} to {after:.6g}; take smaller steps")
    return np.linalg.norm(trajectory[:, -1] - trajectory[:, -2], axis=-1).min()


def example():
    """From the Earth to Mars, on something like a Hohmann transfer: the Sun, the Earth, Mars, and the craft."""
    phase = np.radians(44.0)
    direction = np.array([np.cos(phase), np.sin(phase)])
    across = np.array([-np.sin(phase), np.cos(phase)])
    return {
        "launch": np.array([[0.05, 0.62]]),
        "positions": np.array([[0.0, 0.0], [1.0, 0.0], 1.524 * direction, [1.01, 0.0]]),
        "velocities": np.array([[0.0, 0.0], [0.0, 2 * np.pi], 2 * np.pi / np.sqrt(1.524) * across]),
        "masses": np.array([1.0, 3.0e-6, 3.2e-7, 1.0e-20]),
    }
