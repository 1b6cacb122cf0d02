"""How much light a coated lens reflects: thin films by characteristic matrices.

M. Born and E. Wolf, Principles of Optics, 7th edition, section 1.6.2, at normal incidence. The refractive index of what
absorbs is complex.
"""

import numpy as np


def characteristic_matrices(indices, thicknesses, wavelengths):
    """A matrix for each film and wavelength, of shape (films, wavelengths, 2, 2)."""
    phase = 2 * np.pi * (indices * thicknesses)[:, np.newaxis] / wavelengths
    admittance = np.broadcast_to(indices[:, np.newaxis], phase.shape)
    rows = [
        np.stack([np.cos(phase), -1j * np.sin(phase) / admittance], axis=-1),
        np.stack([-1j * np.sin(phase) * admittance, np.cos(phase)], axis=-1),
    ]
    return np.stack(rows, axis=-2)


def reflectance(indices, thicknesses, wavelengths, incident=1.0, substrate=1.52):
    """The share of the light of each wavelength that comes back from the films, the first one outermost."""
    product = np.eye(2)
    for film in characteristic_matrices(indices, thicknesses, wavelengths):
        product = product @ film
    behind = product @ np.array([1.0, substrate])
    r = (incident * behind[:, 0] - behind[:, 1]) / (incident * behind[:, 0] + behind[:, 1])
    return np.abs(r) ** 2


def visible_reflectance(indices, thicknesses, wavelengths, weights):
    """The mean over the spectrum, in percent."""
    return 100 * np.average(reflectance(indices, thicknesses, wavelengths), weights=weights)


def example():
    """Magnesium fluoride on zirconia on alumina, on glass; the eye sees green best. Lengths in nanometres."""
    wavelengths = np.linspace(420.0, 680.0, 40)
    return {
        "indices": np.array([1.38 + 1e-4j, 2.1 + 4e-4j, 1.63 + 1e-4j]),
        "thicknesses": np.array([98.0, 130.0, 82.0]),
        "wavelengths": wavelengths,
        "weights": np.exp(-0.5 * ((wavelengths - 555.0) / 45.0) ** 2),
    }
