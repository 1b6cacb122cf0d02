"""Recording: equations that remember where their inputs came from, kept while somebody can still ask for a derivative.

A tape is a program being recorded while it runs on real values. Its equations are linked to those that made their
inputs, so that what nobody holds any more goes away by itself; their numbers tell in which order they ran. An
equation keeps the values that its VJP reads and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, ClassVar

from ..backends import backend
from ..core.errors import user_location
from ..core.interpreter import Box, Interpreter, apply, state, strip, wrap
from ..core.primitive import Primitive
from ..core.types import SCALARS, ArrayType, DType, Shape, Value, is_inexact, type_of

__all__ = ["Hook", "Leaf", "Node", "Output", "Recorder"]

Hook = Callable[[Any], Any]
_next_order = count().__next__


class Node:
    """A recorded equation with one output, or (see the subclasses) another place where cotangents are collected.

    Attributes
    ----------
    primitive, params
        What was applied.
    inputs
        For each input its node, or what is known of it where it is not recorded: a Python scalar, or a type. There
        may be a None behind them.
    saved
        Inputs and output as far as the VJP reads them; in the place of others what ``inputs`` has there. None once it
        was let go.
    wanted
        A bit for each recorded input.
    shape, dtype
        Of the output; where there are several, their types, and None.
    order
        Grows with each node.
    hooks
        Called with the cotangent; None where there are none.
    """

    __slots__ = ("dtype", "hooks", "inputs", "order", "params", "primitive", "saved", "shape", "wanted")

    def __init__(
        self,
        primitive: Primitive | None,
        params: dict[str, Any],
        inputs: Sequence[Any],
        saved: Any,
        wanted: int,
        shape: Shape,
        dtype: DType,
    ) -> None:
        self.primitive = primitive
        self.params = params
        self.inputs = inputs
        self.saved = saved
        self.wanted = wanted
        self.shape = shape
        self.dtype = dtype
        self.order: int = _next_order()
        self.hooks: list[Hook] | None = None


class Leaf(Node):
    """An array that requires a gradient and was not computed: where gradients arrive."""

    __slots__ = ("attached", "grad")

    def __init__(self, shape: Shape, dtype: DType) -> None:
        super().__init__(None, {}, (), (), 0, shape, dtype)
        self.grad: Any = None
        self.attached: bool = False
        """Whether the gradient's memory was allocated once and for all."""


class Output(Node):
    """One of the outputs of an equation that has several."""

    __slots__ = ("count", "index")

    def __init__(self, equation: Node, index: int, count: int, shape: Shape, dtype: DType) -> None:
        super().__init__(None, {}, (equation,), (), 1, shape, dtype)
        self.index = index
        self.count = count


class Recorder(Interpreter):
    """Evaluates one level down, and records what depends on an array that requires a gradient."""

    name: ClassVar[str] = "grad or vjp"

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        # This is the hot path of the eager mode. One and two inputs are spelled out: it spares a third of the time.
        constant = False  # whether an input is an array that is not recorded
        if len(inputs) == 2:
            x, y = inputs
            wanted = 0
            a = x_note = x
            if isinstance(x, Box):
                if x._level is self:
                    a, x_note = x._value, x._note
                    if x_note is None:
                        x_note, constant = a, True
                    else:
                        wanted = 1
                else:
                    a = x_note = strip(x)
                    constant = True
            elif type(x) is not float and type(x) is not int:
                constant = True
            b = y_note = y
            if isinstance(y, Box):
                if y._level is self:
                    b, y_note = y._value, y._note
                    if y_note is None:
                        y_note, constant = b, True
                    else:
                        wanted += 2
                else:
                    b = y_note = strip(y)
                    constant = True
            elif type(y) is not float and type(y) is not int:
                constant = True
            values: list[Value] = [a, b]
            notes: list[Any] = [x_note, y_note]
        elif len(inputs) == 1:
            (x,) = inputs
            wanted = x._note is not None
            values = [x._value]
            notes = [x._note]
        else:
            values, notes, wanted = self._taken_apart(inputs)
            constant = True
        if not wanted or primitive.vjp is None or self.depth < state.floor:
            return _plain(self._evaluate(primitive, values, params))
        if primitive.call is not None:
            return primitive.call(self, inputs, params)
        out = self._evaluate(primitive, values, params)
        if constant:
            values = _owned(values, inputs)
            notes = [n if isinstance(n, (Node, *SCALARS)) else ArrayType(n.shape, n.dtype) for n in notes]
        values.append(out)
        notes.append(None)
        unread = primitive.resolved.get((wanted, len(inputs)))
        for i in primitive.unread(wanted, len(inputs)) if unread is None else unread:
            values[i] = notes[i]
        return self.record(primitive, params, notes, values, wanted, out)

    def _taken_apart(self, inputs: tuple[Value, ...]) -> tuple[list[Value], list[Any], int]:
        """Values, notes (where there is none, the value again), and a bit for each that is recorded."""
        values, notes, wanted = [], [], 0
        for i, x in enumerate(inputs):
            value = note = x
            if isinstance(x, Box):
                if x._level is self:
                    value = note = x._value
                    if x._note is not None:
                        note = x._note
                        wanted |= 1 << i
                else:
                    value = note = strip(x)
            values.append(value)
            notes.append(note)
        return values, notes, wanted

    def _evaluate(self, primitive: Primitive, values: list[Value], params: dict[str, Any]) -> Any:
        try:
            if self.depth:
                return apply(primitive, *values, **params)
            return primitive.evaluate(*values, **params)
        except (ValueError, TypeError, IndexError) as error:
            raise _located(error, primitive, values, params)

    def record(
        self,
        primitive: Primitive,
        params: dict[str, Any],
        inputs: Sequence[Any],
        saved: Sequence[Any],
        wanted: int,
        out: Any,
    ) -> Any:
        """The output of an equation as arrays of this level, with the node that remembers the equation."""
        boxes: Any
        if primitive.multiple:
            types = tuple(ArrayType(o.shape, o.dtype) for o in out)
            node = Node(primitive, params, inputs, saved, wanted, types, None)  # type: ignore[arg-type]
            boxes = tuple(
                self.box(o, Output(node, k, len(out), o.shape, o.dtype)) if is_inexact(o.dtype) else wrap(o)
                for k, o in enumerate(out)
            )
        else:
            dtype = out.dtype
            if dtype.kind not in "fc":
                return wrap(out)
            node = Node(primitive, params, inputs, saved, wanted, out.shape, dtype)
            boxes = Box.array_type(out, self, node)
        if state.tape is not None:
            state.tape.append(node)
        return boxes

    def leaf(self, value: Value) -> Box:
        """An array of this level that requires a gradient."""
        return self.box(value, Leaf(value.shape, value.dtype))


def _plain(out: Any) -> Any:
    return tuple(map(wrap, out)) if isinstance(out, tuple) else wrap(out)


def _owned(values: list[Value], inputs: tuple[Value, ...]) -> list[Value]:
    """What is kept of a caller's own arrays is kept as a copy: the caller may write into them before the sweep."""
    return [
        backend.frozen_copy(v) if v is x and not isinstance(x, (Box, *SCALARS)) else v
        for v, x in zip(values, inputs, strict=True)
    ]


def _located(error: Exception, primitive: Primitive, values: list[Value], params: dict[str, Any]) -> Exception:
    """The backend's error, with the operation, its operands and the user's line."""
    if getattr(error, "__notes__", None):
        return error
    operands = ", ".join(str(type_of(v)) for v in values)
    options = "".join(f", {k}={v}" for k, v in params.items())
    error.add_note(f"in {primitive.name}({operands}{options})")
    location = user_location()
    if location is not None:
        error.add_note(f"at {location}")
    return error
