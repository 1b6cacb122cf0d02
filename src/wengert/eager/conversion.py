"""What Python and other libraries ask of an array: text, numbers, iteration, copies, and its memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ConversionError
from ..core.interpreter import Box, apply, state, wrap
from ..core.types import Value
from ..ops import elementwise as el
from .methods import Methods
from .tape import Leaf, Node

if TYPE_CHECKING:
    from .array import Array

__all__ = ["Conversions"]


class Conversions(Methods):
    """How an array becomes something else; a derivative is never lost on the way unless it is said that it may be."""

    __slots__ = ()

    def _concrete(self, purpose: str) -> Value:
        """The value of the backend, whatever levels it is wrapped in."""
        value: Value = self
        while isinstance(value, Box):
            value = value._level.concrete(value, purpose)
        return value

    # -- Text ---------------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        try:
            value = self._concrete("repr")
        except ConversionError:
            return f"Array({self.dtype}{list(self.shape)} inside {self._level.name})"
        text = np.array2string(np.asarray(value), separator=", ", prefix="Array(")
        marks = [] if self.size or self.shape == (0,) else [f"shape={self.shape}"]
        marks += [] if self.dtype in (np.float64, np.int64, np.bool_, np.complex128) else [f"dtype={self.dtype}"]
        note = self._note
        if isinstance(note, Leaf):
            marks.append("requires_grad=True")
        elif isinstance(note, Node):
            primitive = note.primitive or note.inputs[0].primitive
            marks.append(f"recorded by {primitive.name}")
        return f"Array({', '.join([text, *marks])})"

    def __str__(self) -> str:
        try:
            return str(self._concrete("str"))
        except ConversionError:
            return repr(self)

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        if self.size != 1:
            raise ConversionError(
                f"the format {spec!r} is for one number, not for an array of shape {self.shape}; "
                "format its elements, or print it under numpy.printoptions"
            )
        return format(self.item(), spec)

    # -- Numbers ------------------------------------------------------------------------------------------------------

    def item(self, *index: Any) -> Any:
        """An element as a Python number; no derivative follows it.

        Parameters
        ----------
        *index : int or tuple of int
            Which element: its position in C order, or one integer an axis. Not needed where there is only one.

        Raises
        ------
        ConversionError
            If there is more than one element and no index, or under ``vmap``, where there is one for each batch entry.
        """
        if not index and self.size != 1:
            raise ConversionError(
                f"item() needs an array of one element, not one of shape {self.shape}; x.item(i) or x.item(i, j) "
                "gives one of several"
            )
        return self._concrete("item()").item(*index)

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; no derivative follows them."""
        return self._concrete("tolist()").tolist()

    def tobytes(self, order: Any = "C") -> bytes:
        """The elements' memory as bytes; no derivative follows them."""
        return self._concrete("tobytes()").tobytes(order)  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ConversionError(
                f"the truth value of an array of shape {self.shape} is ambiguous; use wg.any or wg.all, "
                "or wg.where to choose elementwise"
            )
        return bool(self._concrete("a branch"))

    def __float__(self) -> float:
        number = float(self.item())
        self._warn_of_loss("float()")
        return number

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        number = complex(self.item())
        self._warn_of_loss("complex()")
        return number

    def __round__(self, ndigits: int | None = None) -> Any:
        """With a number of digits an array, else, of one element, the nearest integer as a Python one."""
        return round(self.item()) if ndigits is None else self.round(ndigits)

    def __trunc__(self) -> int:
        return int(self.item())

    def _warn_of_loss(self, what: str) -> None:
        """Say that a derivative ends here: ``math.sin(x)`` asks for a float as quietly as ``print`` does."""
        if self._level.depth >= state.floor and self._level.differentiates(self):
            warnings.warn(
                f"{what} of an array that is being differentiated gives a number on which no derivative depends; "
                "use wg functions to keep it (wg.sin, not math.sin; wg.zeros, not numpy.zeros, for an array to write "
                "it into), or x.item() to say that it may go",
                stacklevel=3,
            )

    def __index__(self) -> int:
        if self.dtype.kind not in "iu" or self.size != 1:
            raise ConversionError(f"only an integer array of one element is an index, not {self.dtype}{self.shape}")
        return int(self.item())

    # -- A sequence of its rows ---------------------------------------------------------------------------------------

    def __len__(self) -> int:
        shape = self.shape
        if not shape:
            raise ConversionError("an array without dimensions has no len()")
        return shape[0]

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, item: Any) -> bool:
        found = self == item
        return found if isinstance(found, bool) else bool(found.any())

    __hash__ = None  # type: ignore[assignment]

    # -- Copies -------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Array:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Array:
        return _rebuilt(np.array(self._value), True) if isinstance(self._note, Leaf) else self.copy()

    def __reduce__(self) -> Any:
        leaf = isinstance(self._note, Leaf)
        return _rebuilt, (_without_derivative(self).numpy() if leaf else self.numpy(), leaf)

    # -- NumPy and others that share memory ---------------------------------------------------------------------------

    def numpy(self) -> np.ndarray[Any, np.dtype[Any]]:
        """The values as a NumPy array: a read-only view, without a copy.

        Raises
        ------
        ConversionError
            If the array is recorded: the gradient would be lost. ``x.detach().numpy()`` says that it may be.
        """
        value: Value = self._value
        if self._note is not None or self._level.depth:
            value = self._concrete("a NumPy array")
            if self.dtype.kind not in "biu":  # these have no derivative to lose
                raise ConversionError(
                    f"an array that is being differentiated ({self.dtype}{list(self.shape)}) cannot become a NumPy "
                    "array without losing its derivative; use wg functions, or x.detach().numpy() to drop it"
                    if isinstance(self._note, Node)
                    else f"an array inside {self._level.name} ({self.dtype}{list(self.shape)}) cannot become a NumPy "
                    "array, which the transform could not follow; use wg functions, or x.detach().numpy() for a "
                    "constant"
                )
        view = np.asarray(value).view()
        view.flags.writeable = False
        return view

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, np.dtype[Any]]:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """A DLPack capsule: memory that another library reads, as it is where that library understands "read-only".

        A library that does not (DLPack before 1.0) is given a copy. A recorded array is refused, as by :meth:`numpy`.
        """
        value = self.numpy()
        if copy is None and (max_version is None or max_version < (1, 0)):
            copy = True
        if copy:
            value, copy = value.copy(), None
        return value.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)  # kDLCPU


def _without_derivative(array: Any) -> Array:
    return apply(el.stop_gradient, array)  # type: ignore[no-any-return]


def _rebuilt(value: Any, requires_grad: bool) -> Array:
    array: Array = wrap(value)  # type: ignore[assignment]
    return array.requires_grad_() if requires_grad else array
