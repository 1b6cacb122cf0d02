"""The energy and the pressure of a liquid of Lennard-Jones atoms in a periodic box.

M. P. Allen and D. J. Tildesley, Computer Simulation of Liquids, 2nd edition, sections 1.3.2 (the potential), 1.6.3 (the
minimum image) and 2.4 (the virial); the potential is cut off, and shifted so that it is continuous.
"""

import numpy as np


def near_pairs(positions, box, cutoff):
    """The vectors between the atoms of all pairs that are nearer than the cutoff, each pair once."""
    i, j = np.triu_indices(len(positions), k=1)
    apart = positions[i] - positions[j]
    apart -= box * np.round(apart / box)
    return apart[np.sum(apart**2, axis=1) < cutoff**2]


def energy(positions, box, epsilon=1.0, sigma=1.0, cutoff=2.5):
    apart = near_pairs(positions, box, cutoff)
    sixth = (sigma**2 / np.sum(apart**2, axis=1)) ** 3
    at_cutoff = (sigma / cutoff) ** 6
    return 4 * epsilon * np.sum(sixth**2 - sixth - (at_cutoff**2 - at_cutoff))


def pressure(positions, box, temperature, epsilon=1.0, sigma=1.0, cutoff=2.5):
    """By the virial theorem."""
    apart = near_pairs(positions, box, cutoff)
    sixth = (sigma**2 / np.sum(apart**2, axis=1)) ** 3
    virial = 24 * epsilon * np.sum(2 * sixth**2 - sixth)
    return (len(positions) * temperature + virial / 3) / box**3


def example():
    """A cubic lattice of atoms, shaken."""
    side, spacing = 4, 1.2
    lattice = spacing * np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    shaken = lattice + np.random.default_rng(0).normal(scale=0.08, size=lattice.shape)
    return {"positions": shaken, "epsilon": np.array(0.95), "sigma": np.array(1.02), "box": np.array(side * spacing)}
