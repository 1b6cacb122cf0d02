"""The array that a person holds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from ..core.errors import ConversionError, DTypeError, GraphError, ShapeError
from ..core.interpreter import Box, apply, state, strip, wrap
from ..core.types import SCALARS, Value, is_inexact, type_of
from ..functions import indexing, reductions, shaping
from ..functions.operands import ArrayLike, operand
from ..interop import numpy_protocol
from ..ops import elementwise as el
from ..ops.indexing import index_set
from .methods import Operators
from .sweep import sweep
from .tape import EAGER, Hook, Leaf, Node

__all__ = ["EAGER", "Array"]

class Array(Operators):
    """An n-dimensional array of numbers whose computations can be differentiated.

    Arrays are made by :func:`wengert.array`, :func:`wengert.zeros` and the other creation functions, and by
    computing with arrays; not by calling the class. They have NumPy's attributes, methods and operators, and NumPy's
    own functions work on them.

    Attributes
    ----------
    shape, dtype, ndim, size
        As in NumPy.
    requires_grad : bool
        Whether computations with the array are recorded.
    grad : Array or None
        The gradient that ``backward`` has accumulated, of the array's shape and dtype.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.arange(4.0, requires_grad=True)
    >>> y = 2 * wg.dot(x, x)
    >>> y.backward()
    >>> x.grad
    Array([ 0.,  4.,  8., 12.])
    """

    __slots__ = ()

    # -- What it is --------------------------------------------------------------------------------------------------

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
    def nbytes(self) -> int:
        """Bytes that the elements take."""
        return self.size * int(self.dtype.itemsize)

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
        return apply(el.real, self) if self.dtype.kind == "c" else self

    @property
    def imag(self) -> Array:
        """The imaginary part."""
        return apply(el.imag, self)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        try:
            value = self._concrete("repr")
        except ConversionError:
            return f"Array({self.dtype}{list(self.shape)} inside {self._level.name})"
        text = np.array2string(np.asarray(value), separator=", ", prefix="Array(")
        marks = [] if self.dtype in (np.float64, np.int64, np.bool_, np.complex128) else [f"dtype={self.dtype}"]
        note = self._note
        if isinstance(note, Leaf):
            marks.append("requires_grad=True")
        elif isinstance(note, Node):
            equation = note if note.primitive is not None else note.inputs[0]
            marks.append(f"recorded by {equation.primitive.name}")
        return f"Array({', '.join([text, *marks])})"

    def __str__(self) -> str:
        try:
            return str(self._concrete("str"))
        except ConversionError:
            return repr(self)

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        return format(self.item(), spec)

    # -- Python's own protocols ----------------------------------------------------------------------------------------

    def _concrete(self, purpose: str) -> Value:
        """The value of the backend, whatever levels it is wrapped in."""
        value: Value = self
        while isinstance(value, Box):
            value = value._level.concrete(value, purpose)
        return value

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ConversionError(
                f"the truth value of an array of shape {self.shape} is ambiguous; use wg.any or wg.all, "
                "or wg.where to choose elementwise"
            )
        return bool(self._concrete("a branch"))

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.dtype.kind not in "iu" or self.size != 1:
            raise ConversionError(f"only an integer array of one element is an index, not {self.dtype}{self.shape}")
        return int(self.item())

    def __len__(self) -> int:
        shape = self.shape
        if not shape:
            raise ConversionError("an array without dimensions has no len()")
        return shape[0]

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, item: Any) -> bool:
        return bool(reductions.any(self == item))

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Array:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Array:
        copy = self.detach().copy()
        return copy.requires_grad_() if isinstance(self._note, Leaf) else copy

    def __reduce__(self) -> Any:
        return _unpickle, (np.asarray(self._concrete("pickling")), isinstance(self._note, Leaf))

    def item(self) -> Any:
        """The single element as a Python number; no derivative follows it.

        Raises
        ------
        ConversionError
            If there is more than one element, or under ``vmap``, where there is one for each batch entry.
        """
        if self.size != 1:
            raise ConversionError(f"item() needs an array of one element, not one of shape {self.shape}")
        return self._concrete("item()").item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; no derivative follows them."""
        return self._concrete("tolist()").tolist()

    # -- NumPy ---------------------------------------------------------------------------------------------------------

    def numpy(self) -> np.ndarray[Any, np.dtype[Any]]:
        """The values as a NumPy array: a read-only view, without a copy.

        Raises
        ------
        ConversionError
            If the array is recorded: the gradient would be lost. ``x.detach().numpy()`` says that it may be.
        """
        if self._note is not None or self._level.depth:
            raise ConversionError(
                f"an array that is being differentiated ({self.dtype}{list(self.shape)}) cannot become a NumPy "
                "array without losing its derivative; use wg functions, or x.detach().numpy() to drop it"
            )
        view = np.asarray(self._value).view()
        view.flags.writeable = False
        return view

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, np.dtype[Any]]:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return numpy_protocol.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return numpy_protocol.call_function(function, args, kwargs)

    # -- Derivatives -----------------------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether computations with the array are recorded."""
        return isinstance(self._note, Node)

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        self.requires_grad_(flag)

    @property
    def is_leaf(self) -> bool:
        """Whether the array was not computed from arrays that require a gradient."""
        return self._note is None or isinstance(self._note, Leaf)

    @property
    def grad(self) -> Array | None:
        """The accumulated gradient, or None; set it to None to forget it."""
        return self._note.grad if isinstance(self._note, Leaf) else None

    @grad.setter
    def grad(self, value: Array | None) -> None:
        leaf = self._leaf("set the gradient of")
        if value is not None:
            value = wrap(operand(value))  # type: ignore[assignment]
            if value.shape != leaf.shape:  # type: ignore[union-attr]
                raise ShapeError(f"the gradient of an array of shape {leaf.shape} cannot have shape {value.shape}")  # type: ignore[union-attr]
        leaf.grad = value

    def _leaf(self, doing: str) -> Leaf:
        if not isinstance(self._note, Leaf):
            raise GraphError(f"cannot {doing} an array that is not a leaf requiring a gradient; see requires_grad_()")
        return self._note

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Record computations with this array from now on; returns the array.

        Raises
        ------
        DTypeError
            If the elements are not floating-point or complex numbers.
        GraphError
            If recording is to end for an array that was computed: ``detach()`` gives one that is not recorded.
        """
        if not requires_grad:
            if not self.is_leaf:
                raise GraphError("an array that was computed from recorded ones stays recorded; use detach()")
            self._note = None
        elif self._note is None:
            if not is_inexact(self.dtype):
                raise DTypeError(
                    f"only floating-point and complex arrays can require a gradient, not {self.dtype}; "
                    "convert with astype(float) first"
                )
            self._note = Leaf(self.shape, self.dtype)
        elif not isinstance(self._note, Node):
            raise GraphError(f"an array inside {self._level.name} cannot require a gradient; use wg.grad there")
        return self

    def attach_grad(self) -> Self:
        """Require a gradient, and allocate its memory once, as zeros, for all later sweeps; returns the array."""
        if not self.is_leaf:
            raise GraphError("attach_grad() needs an array that was not computed from recorded ones; detach() it")
        leaf = self.requires_grad_()._leaf("attach a gradient to")
        leaf.grad = wrap(np.zeros(leaf.shape, leaf.dtype))
        leaf.attached = True
        return self

    def detach(self) -> Array:
        """The same values, on which no derivative depends."""
        return apply(el.stop_gradient, self)  # type: ignore[no-any-return]

    stop_gradient = detach

    def register_hook(self, hook: Hook) -> Callable[[], None]:
        """Call ``hook(gradient)`` whenever a sweep has the gradient with respect to this array.

        A hook that returns an array replaces the gradient by it.

        Returns
        -------
        A function that removes the hook.
        """
        node = self._note
        if not isinstance(node, Node):
            raise GraphError("register_hook() needs an array that requires a gradient")
        if node.hooks is None:
            node.hooks = []
        hooks = node.hooks
        hooks.append(hook)

        def remove() -> None:
            if hook in hooks:
                hooks.remove(hook)

        return remove

    def backward(
        self, cotangent: ArrayLike | None = None, *, retain_graph: bool | None = None, create_graph: bool = False
    ) -> None:
        """Accumulate the gradients of this array into ``.grad`` of the leaves it depends on.

        Parameters
        ----------
        cotangent : array of this array's shape, optional
            By what the derivative is multiplied from the left; 1 for a scalar, needed otherwise.
        retain_graph : bool, optional
            Keep what was saved, so that another sweep can follow; by default as ``create_graph``.
        create_graph : bool
            Record the sweep itself, so that gradients can be differentiated.

        Raises
        ------
        GraphError
            If the array is not recorded, is no scalar and no cotangent is given, or its graph was freed.
        ShapeError
            If the cotangent has another shape.
        """
        node = self._note
        if not isinstance(node, Node):
            raise GraphError(
                "this array does not require a gradient: nothing that led to it was recorded; "
                "call requires_grad_() on an input before computing"
            )
        ct = self._cotangent(cotangent)
        lift = self._lift if create_graph else None
        if lift is not None:
            ct = wrap(ct)
        keep = create_graph if retain_graph is None else retain_graph
        for leaf, gradient in sweep([(node, ct)], retain=keep, lift=lift).items():
            assert isinstance(leaf, Leaf)
            deposit(leaf, gradient, overwrite=False)

    def _cotangent(self, given: ArrayLike | None) -> Value:
        if given is None:
            if self.size != 1:
                raise GraphError(
                    f"backward() without a cotangent needs a scalar, not an array of shape {self.shape}; "
                    "give y.backward(cotangent), or sum y first"
                )
            return np.ones(self.shape, self.dtype)
        ct = strip(operand(given))
        if not isinstance(ct, Box):
            ct = np.array(ct)
        if ct.shape != self.shape:
            raise ShapeError(f"the cotangent of an array of shape {self.shape} cannot have shape {ct.shape}")
        if ct.dtype.kind not in "biuf" + ("c" if self.dtype.kind == "c" else ""):
            raise DTypeError(f"the cotangent of an array of {self.dtype} cannot be of {ct.dtype}")
        return ct

    def _lift(self, value: Value, node: Node) -> Value:
        return Array(value, self._level, node)

    # -- Writing in place: the handle moves on, what was recorded keeps the old version -----------------------------------

    def _check_writable(self, doing: str) -> None:
        if isinstance(self._note, Leaf) and self._level.depth >= state.floor:
            raise GraphError(
                f"{doing} would overwrite a leaf that requires a gradient; do it inside `with wg.no_grad():`, "
                "or compute a new array"
            )

    def _move_on(self, value: Value, doing: str) -> None:
        """Make this handle the name of another value, of the same shape and dtype."""
        self._check_writable(doing)
        new = wrap(value)
        if new.shape != self.shape:
            raise ShapeError(f"{doing} in place cannot turn an array of shape {self.shape} into one of {new.shape}")
        if new.dtype != self.dtype:
            if not np.can_cast(new.dtype, self.dtype, "same_kind"):
                raise DTypeError(f"{doing} in place cannot store {new.dtype} in an array of {self.dtype}")
            new = apply(el.astype, new, dtype=self.dtype)
        if isinstance(self._note, Leaf):
            self._value = strip(new.detach() if isinstance(new, Array) else new)
            if isinstance(self._value, Box):
                raise GraphError(f"{doing} would make a leaf depend on a transform under way; compute a new array")
        else:
            self._value, self._level, self._note = new._value, new._level, new._note

    def __setitem__(self, index: Any, value: ArrayLike) -> None:
        self._check_writable("writing into it")
        value = operand(value)
        if isinstance(value, Box) and isinstance(value._note, Node) and not is_inexact(self.dtype):
            raise DTypeError(f"writing into an array of {self.dtype} would lose the derivative of the {value.dtype} value")
        level = self._level
        if level.depth == 0 and indexing.is_basic(index):
            # Two references: this array's and the call's own. More means that somebody can still see the old version.
            if (
                isinstance(self._value, np.ndarray)
                and self._value.base is None
                and sys.getrefcount(self._value) <= 2
                and self._value.flags.writeable
                and not (isinstance(value, Box) and value._level.depth)
            ):
                self._write(index, value)
                return
        self._move_on(indexing.setitem(self, index, value), "writing")

    def _write(self, index: Any, value: Value) -> None:
        """Write where nobody else can see it, and record that as one writes a copy."""
        note, mine = (value._note, value._value) if isinstance(value, Box) else (None, value)
        self._value[index] = mine
        leaf = isinstance(self._note, Leaf)
        if EAGER.depth >= state.floor and not leaf and (self._note is not None or note is not None):
            index = index if isinstance(index, tuple) else (index,)
            inputs = [self._note or _type(self._value), note or _type(mine)]
            wanted = (self._note is not None) + 2 * (note is not None)
            saved = (*inputs, None)
            self._note = EAGER.record(
                index_set, {"index": indexing.basic_index(index, self.ndim)}, inputs, saved, wanted, self._value
            )._note

    def zero_(self) -> Self:
        """Set all elements to zero, in place; returns the array."""
        self[...] = 0
        return self

    def fill(self, value: ArrayLike) -> None:
        """Set all elements to a value, in place."""
        self[...] = value


def _type(value: Value) -> Any:
    return value if isinstance(value, SCALARS) else type_of(value)


def _unpickle(value: Any, requires_grad: bool) -> Array:
    array = Array(value, EAGER)
    return array.requires_grad_() if requires_grad else array


def deposit(leaf: Leaf, gradient: Value, *, overwrite: bool) -> None:
    """Give a leaf its gradient: added to what is there, or in its place.

    An attached gradient keeps its handle, and its memory too unless somebody else can see that.
    """
    grad = leaf.grad
    if grad is None:
        leaf.grad = wrap(gradient)
    elif not leaf.attached or isinstance(gradient, Box):
        leaf.grad = wrap(gradient if overwrite else grad + gradient)
    elif sys.getrefcount(grad._value) > 2 or not isinstance(grad._value, np.ndarray):
        grad._value = np.array(gradient if overwrite else grad._value + gradient)
    elif overwrite:
        grad._value[...] = gradient
    else:
        grad._value += gradient


Box.array_type = Array

