"""Python's operators on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from ..core.interpreter import Box, apply, wrap
from ..core.primitive import Primitive
from ..functions import arithmetic, contraction, indexing
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
    """Operators, each the function of that meaning; the right-hand side may be anything that a function takes."""

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

    def __divmod__(self, other: ArrayLike) -> tuple[Array, Array]:
        return arithmetic.divmod(self, other)

    def __rdivmod__(self, other: ArrayLike) -> tuple[Array, Array]:
        return arithmetic.divmod(other, self)

    def __pos__(self) -> Self:
        return self

    def __matmul__(self, other: ArrayLike) -> Array:
        return contraction.matmul(self, other)

    __imatmul__ = _in_place(matmul)

    def __rmatmul__(self, other: ArrayLike) -> Array:
        return contraction.matmul(other, self)

    def __setitem__(self, index: Any, value: ArrayLike) -> None:
        """``self[index] = value``."""
        raise NotImplementedError

    def __getitem__(self, index: Any) -> Array:
        return wrap(indexing.getitem(self, index))  # type: ignore[return-value]
