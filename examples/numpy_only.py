"""A physics engine that has never heard of derivatives, differentiated.

``gravity`` is plain NumPy. Given a Wengert array instead of a NumPy array, it records: NumPy's own functions work on
the array, so the forces are minus the gradient of the potential energy, and nobody had to write them down.
"""

import numpy as np

import wengert as wg

MASSES = np.array([5.0, 1.0, 1.0, 0.5])


def gravity(positions):
    """The potential energy of point masses: plain NumPy."""
    i, j = np.triu_indices(len(MASSES), k=1)
    distances = np.linalg.norm(positions[i] - positions[j], axis=-1)
    return -np.sum(MASSES[i] * MASSES[j] / distances)


def forces_by_hand(positions):
    """Newton's law of gravitation, as in the textbook."""
    apart = positions[None, :] - positions[:, None]
    cubes = np.sum(apart**2, axis=-1) ** 1.5 + np.eye(len(MASSES))
    return np.sum((MASSES * MASSES[:, None] / cubes)[..., None] * apart, axis=1)


def main():
    positions = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 2.0], [-1.0, -1.0]])
    print(f"energy of a NumPy array:   {gravity(positions):.6f}, a {type(gravity(positions)).__name__}")

    x = wg.array(positions, requires_grad=True)
    energy = gravity(x)
    print(f"energy of a Wengert array: {energy:.6f}, an {type(energy).__name__}")
    print("\nwhat NumPy's functions recorded:\n")
    print(wg.program_of(energy))

    energy.backward()
    forces = -x.grad.numpy()
    print("\nforces (minus the gradient)  and by hand")
    for found, expected in zip(forces, forces_by_hand(positions), strict=True):
        print(f"{found.round(6)!s:28} {expected.round(6)}")
    print(f"\nNewton's third law: the forces sum to {np.abs(forces.sum(axis=0)).max():.1e}")

    return {
        "energy": energy.item(),
        "plain_energy": gravity(positions),
        "error": np.abs(forces - forces_by_hand(positions)).max(),
        "total": np.abs(forces.sum(axis=0)).max(),
    }


if __name__ == "__main__":
    main()
