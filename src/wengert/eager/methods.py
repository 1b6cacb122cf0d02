"""NumPy's operators and methods, as the functions of the same names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, Self

from ..core.errors import ConversionError
from ..core.interpreter import Box, apply, wrap
from ..core.primitive import Primitive
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
)
from ..functions.operands import ArrayLike
from ..ops import elementwise as el
from ..ops.contraction import matmul
from .tape import binary

if TYPE_CHECKING:
    from .array import Array

__all__ = ["Operators"]


def _reflected(primitive: Primitive) -> Callable[[Array, Any], Array]:
    operate = binary(primitive)

    def method(self: Array, other: Any) -> Array:
        return operate(other, self)  # type: ignore[no-any-return]

    return method


def _unary(primitive: Primitive) -> Callable[[Array], Array]:
    def method(self: Array) -> Array:
        return apply(primitive, self)  # type: ignore[no-any-return]

    return method


def _in_place(primitive: Primitive) -> Callable[[Array, Any], Array]:
    operate = binary(primitive)

    def method(self: Array, other: Any) -> Array:
        self._update(primitive, operate, other)
        return self

    return method


class Operators(Box):
    """What NumPy's arrays can do without knowing of derivatives."""

    __slots__ = ()

    def _update(self, primitive: Primitive, operate: Callable[[Any, Any], Any], other: ArrayLike) -> None:
        """``self op= other``."""
        raise NotImplementedError

    __add__, __radd__, __iadd__ = binary(el.add), _reflected(el.add), _in_place(el.add)
    __sub__, __rsub__, __isub__ = binary(el.subtract), _reflected(el.subtract), _in_place(el.subtract)
    __mul__, __rmul__, __imul__ = binary(el.multiply), _reflected(el.multiply), _in_place(el.multiply)
    __truediv__, __rtruediv__, __itruediv__ = binary(el.divide), _reflected(el.divide), _in_place(el.divide)
    __floordiv__, __rfloordiv__ = binary(el.floor_divide), _reflected(el.floor_divide)
    __ifloordiv__ = _in_place(el.floor_divide)
    __mod__, __rmod__, __imod__ = binary(el.remainder), _reflected(el.remainder), _in_place(el.remainder)
    __pow__, __rpow__, __ipow__ = binary(el.power), _reflected(el.power), _in_place(el.power)
    __and__, __rand__, __iand__ = binary(el.bitwise_and), _reflected(el.bitwise_and), _in_place(el.bitwise_and)
    __or__, __ror__, __ior__ = binary(el.bitwise_or), _reflected(el.bitwise_or), _in_place(el.bitwise_or)
    __xor__, __rxor__, __ixor__ = binary(el.bitwise_xor), _reflected(el.bitwise_xor), _in_place(el.bitwise_xor)
    __lshift__, __rlshift__, __ilshift__ = binary(el.left_shift), _reflected(el.left_shift), _in_place(el.left_shift)
    __rshift__, __rrshift__ = binary(el.right_shift), _reflected(el.right_shift)
    __irshift__ = _in_place(el.right_shift)
    __lt__, __le__ = binary(el.less), binary(el.less_equal)
    __gt__, __ge__ = binary(el.greater), binary(el.greater_equal)
    __eq__ = binary(el.equal)
    __ne__ = binary(el.not_equal)
    __neg__, __abs__, __invert__ = _unary(el.negative), _unary(el.absolute), _unary(el.invert)

    def __pos__(self) -> Self:
        return self

    def __matmul__(self, other: ArrayLike) -> Array:
        return contraction.matmul(self, other)

    __imatmul__ = _in_place(matmul)

    def __rmatmul__(self, other: ArrayLike) -> Array:
        return contraction.matmul(other, self)

    def __getitem__(self, index: Any) -> Array:
        return wrap(indexing.getitem(self, index))  # type: ignore[return-value]

    # -- Methods: the functions of the same names ---------------------------------------------------------------------

    def astype(self, dtype: Any) -> Array:
        """Elements converted to ``dtype``; see :func:`wengert.astype`."""
        return shaping.astype(self, dtype)

    def copy(self) -> Array:
        """An array of the same values in memory of its own; derivatives pass through."""
        return shaping.copy(self)

    def reshape(self, *shape: Any, order: str = "C") -> Array:
        """See :func:`wengert.reshape`; the shape may be given as one tuple or as several integers."""
        return shaping.reshape(self, _unpacked(shape), order=order)

    def transpose(self, *axes: Any) -> Array:
        """See :func:`wengert.transpose`; the axes may be given as one tuple or as several integers."""
        return shaping.transpose(self, None if not axes or axes == (None,) else _unpacked(axes))

    def ravel(self) -> Array:
        """See :func:`wengert.ravel`."""
        return shaping.ravel(self)

    flatten = ravel

    def squeeze(self, axis: Any = None) -> Array:
        """See :func:`wengert.squeeze`."""
        return shaping.squeeze(self, axis)

    def swapaxes(self, axis1: int, axis2: int) -> Array:
        """See :func:`wengert.swapaxes`."""
        return shaping.swapaxes(self, axis1, axis2)

    def repeat(self, repeats: Any, axis: int | None = None) -> Array:
        """See :func:`wengert.repeat`."""
        return shaping.repeat(self, repeats, axis)

    def take(self, indices: ArrayLike, axis: int | None = None) -> Array:
        """See :func:`wengert.take`."""
        return indexing.take(self, indices, axis)

    def sum(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.sum`."""
        return reductions.sum(self, axis, dtype=dtype, keepdims=keepdims)

    def prod(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.prod`."""
        return reductions.prod(self, axis, dtype=dtype, keepdims=keepdims)

    def mean(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.mean`."""
        return statistics.mean(self, axis, dtype=dtype, keepdims=keepdims)

    def var(self, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
        """See :func:`wengert.var`."""
        return statistics.var(self, axis, dtype=dtype, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
        """See :func:`wengert.std`."""
        return statistics.std(self, axis, dtype=dtype, ddof=ddof, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.max`."""
        return reductions.max(self, axis, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.min`."""
        return reductions.min(self, axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.argmax`."""
        return reductions.argmax(self, axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.argmin`."""
        return reductions.argmin(self, axis, keepdims=keepdims)

    def any(self, axis: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.any`."""
        return reductions.any(self, axis, keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Array:
        """See :func:`wengert.all`."""
        return reductions.all(self, axis, keepdims=keepdims)

    def cumsum(self, axis: int | None = None) -> Array:
        """See :func:`wengert.cumsum`."""
        return scans.cumsum(self, axis)

    def cumprod(self, axis: int | None = None) -> Array:
        """See :func:`wengert.cumprod`."""
        return scans.cumprod(self, axis)

    def norm(self) -> Array:
        """The 2-norm of all elements; see :func:`wengert.linalg.norm`."""
        return linalg.norm(self)

    def dot(self, other: ArrayLike) -> Array:
        """See :func:`wengert.dot`."""
        return contraction.dot(self, other)

    def argsort(self, axis: int | None = -1) -> Array:
        """See :func:`wengert.argsort`."""
        return sorting.argsort(self, axis)

    def conj(self) -> Array:
        """The complex conjugate; a real array as it is."""
        return apply(el.conj, self) if self.dtype.kind == "c" else self  # type: ignore[return-value]

    conjugate = conj

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
        """See :func:`wengert.diagonal`."""
        return contraction.diagonal(self, offset, axis1, axis2)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Array:
        """The sum along a diagonal, as :func:`numpy.trace`; ``wg.trace`` is the transform."""
        return contraction.trace(self, offset, axis1, axis2, dtype)

    def round(self, decimals: int = 0) -> Array:
        """See :func:`wengert.round`."""
        return rounding.round(self, decimals)

    def nonzero(self) -> tuple[Array, ...]:
        """See :func:`wengert.nonzero`."""
        return indexing.nonzero(self)

    def searchsorted(self, v: ArrayLike, side: str = "left", sorter: ArrayLike | None = None) -> Array:
        """See :func:`wengert.searchsorted`."""
        return sorting.searchsorted(self, v, side, sorter)

    def clip(self, min: ArrayLike | None = None, max: ArrayLike | None = None) -> Array:
        """See :func:`wengert.clip`."""
        return selection.clip(self, min, max)

    def sort(self, *args: Any) -> NoReturn:
        """Not here: NumPy sorts in place, the array API does not; ``wg.sort(x)`` gives a sorted copy."""
        raise ConversionError("use wg.sort(x), which gives a sorted copy; x.sort() would sort in place")


def _unpacked(arguments: tuple[Any, ...]) -> Any:
    return arguments[0] if len(arguments) == 1 else arguments
