"""Discrete Fourier transforms, by SciPy's pocketfft, which takes several axes and batches at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def fft(x: Any, *, axes: tuple[int, ...], inverse: bool, norm: str) -> Array:
    """The complex transform along some axes."""
    from scipy import fft as library

    transform = library.ifftn if inverse else library.fftn
    out: Array = transform(x, axes=axes, norm=norm)
    return out


def rfft(x: Any, *, axis: int, doubled: bool, norm: str) -> Array:
    """The half of the spectrum of real numbers that is not redundant."""
    from scipy import fft as library

    x = np.asarray(x)
    if x.dtype.kind == "c":
        raise TypeError("rfft is of real numbers")
    out: Array = library.rfft(x, axis=axis, norm=norm)
    if doubled:
        out[_between(axis, x.shape[axis])] *= 2
    return out


def irfft(x: Any, *, axis: int, size: int, doubled: bool, norm: str) -> Array:
    """So many real numbers of which this is half of the spectrum."""
    from scipy import fft as library

    x = np.asarray(x)
    if not doubled:
        x = np.array(x, np.result_type(x if x.dtype.kind in "fc" else np.float64, np.complex64))
        x[_between(axis, size)] /= 2
    out: Array = library.irfft(x, size, axis=axis, norm=norm)
    return out


def _between(axis: int, size: int) -> tuple[slice, ...]:
    """The frequencies between 0 and the highest, if that has no partner: those that stand for two."""
    return (*(slice(None),) * axis, slice(1, (size + 1) // 2))
