"""What an array is, and the methods that NumPy's and PyTorch's arrays have, as the functions of the same names."""

from __future__ import annotations

from inspect import getattr_static
from typing import TYPE_CHECKING, Any, Self

from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import apply
from ..functions import (
    contraction,
    indexing,
    linalg,
    reductions,
    rounding,
    scans,
    selection,
    shaping,
    sorting,
    statistics,
    writing,
)
from ..functions.devices import check_device
from ..ops import elementwise as el
from .foreign import Elsewhere
from .operators import Operators

if TYPE_CHECKING:
    from .array import Array

__all__ = ["Methods"]


class Methods(Operators):
    """Attributes and methods; where a method is a public function, it is that function, given the array first."""

    __slots__ = ()

    # -- What it is ---------------------------------------------------------------------------------------------------

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        size = 1
        for n in self.shape:
            size *= n
        return size

    @property
    def itemsize(self) -> int:
        """Bytes that an element takes."""
        return int(self.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        """Bytes that the elements take."""
        return self.size * self.itemsize

    @property
    def device(self) -> str:
        """Where the array lives: always ``"cpu"``."""
        return "cpu"

    @property
    def T(self) -> Array:
        """The array with its axes reversed."""
        return shaping.transpose(self)

    @property
    def mT(self) -> Array:
        """The array with its last two axes exchanged."""
        return shaping.matrix_transpose(self)

    @property
    def real(self) -> Array:
        """The real part; of a real array the array itself."""
        return apply(el.real, self) if self.dtype.kind == "c" else self  # type: ignore[return-value]

    @property
    def imag(self) -> Array:
        """The imaginary part."""
        return apply(el.imag, self)  # type: ignore[no-any-return]

    def __dir__(self) -> list[str]:
        return [n for n in super().__dir__() if not isinstance(getattr_static(type(self), n, None), Elsewhere)]

    # -- Methods that are functions -----------------------------------------------------------------------------------

    astype, copy = shaping.astype, shaping.copy
    squeeze, swapaxes, repeat = shaping.squeeze, shaping.swapaxes, shaping.repeat
    sum, prod, max, min = reductions.sum, reductions.prod, reductions.max, reductions.min
    any, all = reductions.any, reductions.all
    argmax, argmin = reductions.argmax, reductions.argmin
    cumsum, cumprod = scans.cumsum, scans.cumprod
    mean, var, std = statistics.mean, statistics.var, statistics.std
    argsort, argpartition, searchsorted = sorting.argsort, sorting.argpartition, sorting.searchsorted
    take, nonzero, choose = indexing.take, indexing.nonzero, selection.choose
    dot, diagonal, trace = contraction.dot, contraction.diagonal, contraction.trace
    clip, round = selection.clip, rounding.round
    norm = linalg.norm

    # -- NumPy's that differ from the functions -----------------------------------------------------------------------

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Array:
        """See :func:`wengert.reshape`; the shape may be given as one tuple or as several integers."""
        return shaping.reshape(self, _unpacked(shape), order=order, copy=copy)

    def transpose(self, *axes: Any) -> Array:
        """See :func:`wengert.transpose`; the axes may be given as one tuple or as several integers."""
        return shaping.transpose(self, None if not axes or axes == (None,) else _unpacked(axes))

    def ravel(self, order: str = "C") -> Array:
        """See :func:`wengert.ravel`."""
        return shaping.ravel(self, order)

    flatten = ravel

    def compress(self, condition: Any, axis: int | None = None) -> Array:
        """See :func:`wengert.compress`."""
        return indexing.compress(condition, self, axis)

    def conj(self) -> Array:
        """The complex conjugate; a real array as it is."""
        return apply(el.conj, self) if self.dtype.kind == "c" else self  # type: ignore[return-value]

    conjugate = conj

    def sort(self, axis: int = -1, kind: str | None = None, *, stable: bool | None = None) -> None:
        """Sort in place, as NumPy's method does; :func:`wengert.sort` gives a sorted copy."""
        self[...] = sorting.sort(self, axis, kind=kind, stable=stable)

    def partition(self, kth: Any, axis: int = -1) -> None:
        """Partition in place, as NumPy's method does; :func:`wengert.partition` gives a copy."""
        self[...] = sorting.partition(self, kth, axis)

    def put(self, indices: Any, values: Any, mode: str = "raise") -> None:
        """Write at indices of the flattened array, in place; see :func:`wengert.put`."""
        writing.put(self, indices, values, mode)

    def fill(self, value: Any) -> None:
        """Set all elements to a value, in place."""
        self[...] = value

    def to_device(self, device: str, /, *, stream: None = None) -> Self:
        """The array itself, which lives on the CPU: the array API standard's way to move one.

        Raises
        ------
        ValueError
            If the device is another than ``"cpu"``, or a stream is given.
        """
        check_device(device)
        if stream is not None:
            raise ValueError(f"to_device: the CPU has no streams; stream={stream!r} must be None")
        return self

    # -- PyTorch's ----------------------------------------------------------------------------------------------------

    def clone(self) -> Array:
        """PyTorch's name of :meth:`copy`: derivatives pass through."""
        return shaping.copy(self)

    def numel(self) -> int:
        """PyTorch's name of :attr:`size`."""
        return self.size

    def t(self) -> Array:
        """PyTorch's name of the transpose of a matrix; a vector as it is.

        Raises
        ------
        ShapeError
            If there are more than two dimensions, of which ``mT`` exchanges the last two.
        """
        if self.ndim > 2:
            raise ShapeError(f"t() is for matrices, not for the shape {self.shape}; x.mT exchanges the last two axes")
        return shaping.transpose(self)

    def unsqueeze(self, dim: int) -> Array:
        """PyTorch's name of :func:`wengert.expand_dims`."""
        return shaping.expand_dims(self, dim)

    def view(self, *shape: Any) -> Array:
        """PyTorch's name of :meth:`reshape`, of which the result may share memory.

        Raises
        ------
        DTypeError
            If it is given a dtype: NumPy's view of the same bytes as other numbers has no derivative.
        """
        try:
            return self.reshape(*(shape or (self.shape,)))
        except DTypeError:
            raise DTypeError(
                f"view() takes a shape, as PyTorch's, not {_unpacked(shape)!r}; for other numbers use astype(dtype), "
                "for the same bytes x.detach().numpy().view(dtype)"
            ) from None

    def zero_(self) -> Self:
        """Set all elements to zero, in place; returns the array."""
        self[...] = 0
        return self


def _unpacked(arguments: tuple[Any, ...]) -> Any:
    return arguments[0] if len(arguments) == 1 else arguments
