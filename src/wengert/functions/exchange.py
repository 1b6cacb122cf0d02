"""Arrays of other libraries, without a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError
from ..core.interpreter import Box
from .devices import check_device
from .operands import result
from .shaping import astype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["from_dlpack"]


def from_dlpack(x: Any, /, *, device: str | None = None, copy: bool | None = None) -> Array:
    """An array of the memory of another library's array, by the DLPack protocol.

    What is done with the result is not seen by the other library's derivatives, nor the other way round.

    Parameters
    ----------
    x
        An object with ``__dlpack__`` and ``__dlpack_device__``: an array of NumPy, PyTorch, JAX, ...
    device : "cpu", optional
        Where the result is to be.
    copy : bool, optional
        Whether to make a copy: always, never, or by default if need be. Without one, the array sees what is written
        into the memory later.

    Returns
    -------
    Array

    Raises
    ------
    BufferError, RuntimeError
        If the memory cannot be shared.

    Examples
    --------
    >>> import numpy as np
    >>> import wengert as wg
    >>> wg.from_dlpack(np.arange(3.0))
    Array([0., 1., 2.])
    """
    check_device(device)
    if isinstance(x, Box):  # which may be recorded, and needs no exchange
        return astype(x, x.dtype, copy=bool(copy))
    if not hasattr(x, "__dlpack__"):
        raise DTypeError(f"from_dlpack takes an array that has __dlpack__, not {type(x).__name__}; see wg.asarray")
    return result(np.from_dlpack(x, copy=copy))
