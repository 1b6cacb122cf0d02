"""The array that a person holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import ModuleType
from typing import Any, ClassVar, Self

import numpy as np

from ..core.errors import DTypeError, GraphError, ShapeError
from ..core.interpreter import Box, apply, state, strip, wrap
from ..core.primitive import Primitive
from ..core.types import SCALARS, Value, is_inexact, type_of
from ..functions import index_parts, indexing
from ..functions.operands import ArrayLike, array_operand, operand
from ..interop import numpy_protocol
from ..ops import elementwise as el
from ..ops.indexing import index_set
from .conversion import Conversions
from .foreign import elsewhere
from .gradients import check_cotangent, deposit, root, unit_cotangent
from .modes import enable_grad
from .ownership import alone
from .sweep import sweep
from .tape import EAGER, Hook, Leaf, Node

__all__ = ["EAGER", "Array"]

_API_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")


class Array(Conversions):
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

    # -- NumPy --------------------------------------------------------------------------------------------------------

    _namespace: ClassVar[ModuleType]

    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType:
        """The functions of the Python array API standard: the package itself.

        Raises
        ------
        ValueError
            If a version of the standard is asked for that the package does not follow.
        """
        if api_version not in (None, *_API_VERSIONS):
            raise ValueError(f"the array API standard is followed in its versions {_API_VERSIONS}, not {api_version!r}")
        return self._namespace

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return numpy_protocol.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return numpy_protocol.call_function(function, args, kwargs)

    # -- Derivatives --------------------------------------------------------------------------------------------------

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
            given = array_operand(value)
            check_cotangent(given, "gradient", leaf.shape, leaf.dtype)
            if not isinstance(given, Box):
                given = np.array(given)
            value = wrap(given if given.dtype == leaf.dtype else apply(el.astype, given, dtype=leaf.dtype))  # type: ignore[assignment]
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
        if requires_grad and self.requires_grad:
            return self
        if self._level.depth:
            raise GraphError(
                f"inside {self._level.name} it is the transform that says what is differentiated, not requires_grad; "
                "use wg.grad there, or x.detach() for what is to be constant"
            )
        if not requires_grad:
            if not self.is_leaf:
                raise GraphError("an array that was computed from recorded ones stays recorded; use detach()")
            self._note = None
        elif not is_inexact(self.dtype):
            raise DTypeError(
                f"only floating-point and complex arrays can require a gradient, not {self.dtype}; "
                "convert with astype(float) first"
            )
        else:
            self._note = Leaf(self.shape, self.dtype)
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

    def detach_(self) -> Self:
        """Forget what the array was computed from, so that no derivative depends on it; returns the array."""
        if isinstance(self._note, Leaf):
            self._note = None
        else:
            self._move_on(self.detach(), "detach_()")
        return self

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

        def registered(gradient: Array) -> Any:  # a function of its own: the same hook may be registered twice
            return hook(gradient)

        def remove() -> None:
            if registered in hooks:
                hooks.remove(registered)

        hooks.append(registered)
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
            Record the sweep itself, so that gradients can be differentiated. A recorded gradient refers to the graph,
            and the graph to its leaves: set ``x.grad = None`` when it is done with, or use :func:`wengert.grad`.

        Raises
        ------
        GraphError
            If the array is not recorded, is no scalar and no cotangent is given, or its graph was freed.
        ShapeError, DTypeError
            If the cotangent has another shape, or is complex for a real array, or none is given for a complex one.
        """
        node = root(self)
        ct = self._cotangent(cotangent, create_graph)
        keep = create_graph if retain_graph is None else retain_graph
        with enable_grad() if create_graph else nullcontext():
            gradients = sweep([(node, ct)], retain=keep, lift=self._lift if create_graph else None)
            deposit(gradients, overwrite=False)

    def _cotangent(self, given: ArrayLike | None, recorded: bool) -> Value:
        if given is None:
            if self.size != 1:
                raise GraphError(
                    f"backward() without a cotangent needs a scalar, not an array of shape {self.shape}; "
                    "give y.backward(cotangent), or sum y first"
                )
            ct = unit_cotangent(self)
            return wrap(ct) if recorded else ct
        ct = array_operand(given)
        check_cotangent(ct, "cotangent", self.shape, self.dtype)
        if not isinstance(ct, Box):
            return wrap(np.array(ct)) if recorded else np.array(ct)
        if ct._level.depth > self._level.depth:
            raise GraphError(
                f"the cotangent is an array inside {ct._level.name}, of which nothing outside may keep a gradient; "
                "use wg.grad or wg.vjp there"
            )
        return ct if recorded else strip(apply(el.stop_gradient, ct))

    def _lift(self, value: Value, node: Node) -> Value:
        return Array(value, self._level, node)

    # -- Writing in place: the handle moves on, what was recorded keeps the old version -------------------------------

    def _is_fixed_leaf(self) -> bool:
        """Whether the array is a leaf whose gradient a new version would not belong to."""
        return isinstance(self._note, Leaf) and self._level is EAGER and state.floor <= 0

    def _check_writable(self, doing: str) -> None:
        if self._is_fixed_leaf():
            raise GraphError(
                f"{doing} would overwrite a leaf that requires a gradient; do it inside `with wg.no_grad():`, "
                "or compute a new array"
            )

    def _update(self, primitive: Primitive, operate: Callable[[Any, Any], Any], other: ArrayLike) -> None:
        """``self op= other``."""
        self._check_writable(primitive.name)
        other = operand(other)
        plain = not isinstance(other, Box) or (other._level is EAGER and other._note is None)
        if plain and self._is_constant() and alone(self) and isinstance(primitive.evaluate, np.ufunc):
            try:
                primitive.evaluate(self._value, strip(other), out=self._value, casting="same_kind")
            except (TypeError, ValueError):
                pass  # nothing was written; what is wrong is said below
            else:
                return
        collected = None if state.tape is None else len(state.tape)
        new = operate(self, other)
        problem = _misfit(self, new, primitive.name)
        if problem is not None:
            if state.tape is not None:
                del state.tape[collected:]
            raise problem
        self._move_on(new, primitive.name)

    def _is_constant(self) -> bool:
        """Whether nothing is recorded here of what is done with the array."""
        return self._level is EAGER and (self._note is None or (state.floor > 0 and isinstance(self._note, Leaf)))

    def _move_on(self, value: Value, doing: str) -> None:
        """Make this handle the name of another value, of the same shape and of a dtype that can be converted."""
        new = wrap(value)
        if new.dtype != self.dtype:
            new = apply(el.astype, new, dtype=self.dtype)
        if not (isinstance(self._note, Leaf) and self._level is EAGER):
            if state.body is not None and new._level is state.body is not self._level:
                state.body.overwritten.append((self, self._value, self._level, self._note))
            self._value, self._level, self._note = new._value, new._level, new._note
            return
        constant = strip(apply(el.stop_gradient, new))
        if isinstance(constant, Box):
            raise GraphError(f"{doing} would make a leaf depend on a transform under way; compute a new array")
        self._value = constant

    def __setitem__(self, index: Any, value: ArrayLike) -> None:
        self._check_writable("writing into it")
        value = operand(value)
        if isinstance(value, Box) and isinstance(value._note, Node) and not is_inexact(self.dtype):
            raise DTypeError(
                f"writing into an array of {self.dtype} would lose the derivative of the {value.dtype} value"
            )
        if not (self._level is EAGER and alone(self) and self._write(index, value)):
            self._move_on(indexing.setitem(self, index, value), "writing")

    def _write(self, index: Any, value: Value) -> bool:
        """Write into memory that nobody else can see, and record that as one writes a copy.

        Where that is not possible, be it that the arguments are wrong, nothing is done, and the answer is False.
        """
        note: Node | None = None
        if isinstance(value, Box):
            if value._level is not EAGER:
                return False
            value, note = value._value, value._note
        recorded = state.floor <= 0 and not isinstance(self._note, Leaf) and (self._note or note) is not None
        if not index_parts.is_basic(index):
            if recorded:
                return False
            index = tuple(map(strip, index)) if isinstance(index, tuple) else strip(index)
            if _holds_box(index):
                return False
        if getattr(value, "dtype", self.dtype).kind == "c" and self.dtype.kind != "c":
            return False
        try:
            self._value[index] = value
        except (ValueError, TypeError, IndexError):
            return False
        if recorded:
            index = index_parts.basic_index(index if isinstance(index, tuple) else (index,), self.ndim)
            inputs = [self._note or type_of(self._value), note or _type(value)]
            wanted = (self._note is not None) + 2 * (note is not None)
            self._note = EAGER.record(index_set, {"index": index}, inputs, (*inputs, None), wanted, self._value)._note
        else:
            self._forget()
        return True

    def _forget(self) -> None:
        """Become a constant, unless a leaf: what was written is not recorded."""
        if not isinstance(self._note, Leaf):
            self._note = None


def _misfit(old: Array, new: Array, doing: str) -> Exception | None:
    """Why an array cannot become a new version of another; None where it can."""
    if new.shape != old.shape:
        return ShapeError(
            f"{doing} in place cannot turn an array of shape {old.shape} into one of shape {new.shape}; "
            "compute a new array"
        )
    if new.dtype != old.dtype and not np.can_cast(new.dtype, old.dtype, "same_kind"):
        return DTypeError(
            f"{doing} in place cannot store {new.dtype} in an array of {old.dtype}; convert it with astype() first"
        )
    return None


def _holds_box(index: Any) -> bool:
    return any(map(_holds_box, index)) if isinstance(index, (tuple, list)) else isinstance(index, Box)


def _type(value: Value) -> Any:
    return value if isinstance(value, SCALARS) else type_of(value)


for _name, _advice in elsewhere(set(dir(Array))):
    setattr(Array, _name, _advice)
Box.array_type = Array
