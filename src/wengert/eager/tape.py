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
from ..core.errors import DTypeError
from ..core.interpreter import Box, Interpreter, apply, located, placed, raise_closed, state, strip, wrap
from ..core.primitive import Primitive
from ..core.types import SCALARS, ArrayType, DType, Shape, Value, is_inexact
from ..functions.operands import operand

__all__ = ["EAGER", "Hook", "Leaf", "Node", "Output", "Recorder", "binary", "unary"]

Hook = Callable[[Any], Any]
_next_order = count().__next__


class Node:
    """A recorded equation with one output, or (see the subclasses) another place where cotangents are collected.

    Attributes
    ----------
    primitive, params
        What was applied.
    inputs
        For each input its node, or what is known of it where it is not recorded: a Python scalar, or a type (or
        shape and dtype).
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
        """Evaluate one level down; record, if an input is recorded and there is a derivative."""
        if len(inputs) == 1 and primitive.call is None:
            return unary(primitive)(inputs[0], params)
        if not params and primitive.arity == 2 and all(_at_home(self, x) for x in inputs):
            return binary(primitive)(*inputs)
        values, notes, wanted = self._taken_apart(inputs)
        if not wanted or primitive.vjp is None or self.depth < state.floor:
            return _plain(apply(primitive, *values, **params))
        if primitive.call is not None:
            return primitive.call(self, inputs, params)
        out = apply(primitive, *values, **params)
        notes = [_noted(note) for note in notes]
        unread = primitive.unread(wanted, len(inputs))
        saved = [notes[i] if i in unread else _owned(v, inputs[i]) for i, v in enumerate(values)]
        saved.append(None if len(inputs) in unread else out)
        return self.record(primitive, params, notes, saved, wanted, out, values)

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

    def record(
        self,
        primitive: Primitive,
        params: dict[str, Any],
        inputs: Sequence[Any],
        saved: Sequence[Any],
        wanted: int,
        out: Any,
        values: Sequence[Value] = (),
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
        if state.scoped:
            _tell_scopes(node, values, out)
        return boxes

    def leaf(self, value: Value) -> Box:
        """An array of this level that requires a gradient."""
        return self.box(value, Leaf(value.shape, value.dtype))


def _tell_scopes(node: Node, values: Sequence[Value], out: Any) -> None:
    """Tell a collector and an anomaly detector, if there are any, what was recorded."""
    if state.tape is not None:
        state.tape.append(node)
    if state.watch is not None:
        state.watch.recorded(node, values, out)


def _plain(out: Any) -> Any:
    return tuple(map(wrap, out)) if isinstance(out, tuple) else wrap(out)


def _noted(note: Any) -> Any:
    """What a node remembers of an input: its node, a Python scalar, or the type of what is not recorded."""
    return note if isinstance(note, (Node, *SCALARS)) else ArrayType(note.shape, note.dtype)


def _noted_briefly(note: Any) -> Any:
    """The same, where no rule asks: shape and dtype as a tuple, which is made much faster."""
    return note if isinstance(note, (Node, *SCALARS)) else (note.shape, note.dtype)


def _owned(value: Value, given: Value) -> Value:
    """What is kept of a caller's own array is kept as a copy: the caller may write into it before the sweep."""
    return backend.frozen_copy(value) if value is given else value


# ---------------------------------------------------------------------------------------------------------------------
# The hot path: Recorder.process, unrolled for one and for two operands, with all that depends on the primitive resolved
# ---------------------------------------------------------------------------------------------------------------------


def unary(primitive: Primitive) -> Callable[..., Any]:
    """``(x, params) -> output`` for a box of a level that records."""
    return _unaries.get(primitive) or _unary(primitive)


def binary(primitive: Primitive) -> Callable[[Any, Any], Any]:
    """``(x, y) -> output`` for whatever a Python operator may meet.

    Operands of different levels, or of one that does not record, go through ``apply``; what is no array gives
    NotImplemented.
    """
    return _binaries.get(primitive) or _binary(primitive)


_unaries: dict[Primitive, Callable[..., Any]] = {}
_binaries: dict[Primitive, Callable[[Any, Any], Any]] = {}
_NO_PARAMS: dict[str, Any] = {}


def _unary(primitive: Primitive) -> Callable[..., Any]:
    if primitive.vjp is None:
        keep_x = keep_out = False
    else:
        keep_x, keep_out = (i not in primitive.unread(1, 1) for i in range(2))
    evaluate, differentiable = primitive.evaluate, primitive.vjp is not None
    several, elementwise = primitive.multiple, primitive.family == "elementwise"

    def operate(x: Box, params: dict[str, Any] = _NO_PARAMS) -> Any:
        level: Any = x._level
        if level is not EAGER and state.body is not None and (body := placed(level)) is not level:
            return body.process(primitive, (x,), params)
        a, node = x._value, x._note
        recording = node is not None and differentiable and not ((scoped := state.scoped) and level.depth < state.floor)
        try:
            out = evaluate(a, **params) if level is EAGER else _lower(level, primitive, params, a)
        except (ValueError, TypeError, IndexError) as error:
            raise located(error, primitive, [a], params) from None
        if not recording:
            return _plain(out)
        saved = (a if keep_x else None if elementwise else node, out if keep_out else None)
        if several:
            return level.record(primitive, params, (node,), saved, 1, out, (a,))
        dtype = out.dtype
        if dtype.kind not in "fc":
            return wrap(out)
        equation = Node(primitive, params, (node,), saved, 1, out.shape, dtype)
        if scoped:
            _tell_scopes(equation, (a,), out)
        return Box.array_type(out, level, equation)

    _unaries[primitive] = operate
    return operate


def _binary(primitive: Primitive) -> Callable[[Any, Any], Any]:
    evaluate, differentiable = primitive.evaluate, primitive.vjp is not None
    elementwise = primitive.family == "elementwise"  # then no rule asks for the type of an input that is not kept
    kept = []
    for wanted in range(4):
        keep_x, keep_y, keep_out = (i not in primitive.unread(wanted, 2) for i in range(3))
        nothing = elementwise and not (keep_x or keep_y or keep_out)
        only_other = elementwise and not keep_out and (wanted, keep_x, keep_y) in ((1, False, True), (2, True, False))
        kept.append((keep_x, keep_y, keep_out, nothing, only_other))

    def operate(x: Any, y: Any) -> Any:
        wanted = 0
        level: Interpreter | None = None
        loose = False  # whether there is an array that is not recorded
        if isinstance(x, Box):
            level = x._level
            if level is not EAGER and (type(level) is not Recorder or placed(level) is not level):
                return _elsewhere(primitive, x, y)
            a, x_note = x._value, x._note
            if x_note is None:
                x_note, loose = a, True
            else:
                wanted = 1
        elif type(x) is float or type(x) is int:
            a = x_note = x
        elif _is_value(x):
            a, x_note, loose = x, x, True
        else:
            return _elsewhere(primitive, x, y)
        if type(y) is float or type(y) is int:
            b = y_note = y
        elif isinstance(y, Box):
            if y._level is not level:
                if level is not None or type(y._level) is not Recorder or placed(y._level) is not y._level:
                    return _elsewhere(primitive, x, y)
                level = y._level
            b, y_note = y._value, y._note
            if y_note is None:
                y_note, loose = b, True
            else:
                wanted += 2
        elif _is_value(y):
            b, y_note, loose = y, y, True
        else:
            return _elsewhere(primitive, x, y)
        try:
            out = evaluate(a, b) if level is EAGER else _lower(level, primitive, _NO_PARAMS, a, b)  # type: ignore[arg-type]
        except (ValueError, TypeError) as error:
            raise located(error, primitive, [a, b], _NO_PARAMS) from None
        if not wanted or not differentiable or ((scoped := state.scoped) and level.depth < state.floor):  # type: ignore[union-attr]
            return wrap(out)
        keep_x, keep_y, keep_out, nothing, only_other = kept[wanted]
        if loose:
            x_note, y_note = _noted_briefly(x_note), _noted_briefly(y_note)
            a, b = _owned(a, x) if keep_x else a, _owned(b, y) if keep_y else b
        inputs = (x_note, y_note)
        if nothing:
            saved: tuple[Any, ...] = ()
        elif only_other and not loose:  # a Python number, which the inputs have in the same place
            saved = inputs
        elif elementwise:
            saved = (a if keep_x else None, b if keep_y else None, out if keep_out else None)
        else:
            saved = (a if keep_x else x_note, b if keep_y else y_note, out if keep_out else None)
        equation = Node(primitive, _NO_PARAMS, inputs, saved, wanted, out.shape, out.dtype)
        if scoped:
            _tell_scopes(equation, (a, b), out)
        return Box.array_type(out, level, equation)  # type: ignore[arg-type]

    _binaries[primitive] = operate
    return operate


def _lower(level: Interpreter, primitive: Primitive, params: dict[str, Any], *values: Value) -> Any:
    """Evaluation below a level of a transform."""
    if not level.open:
        raise_closed(level)
    for value in values:
        if isinstance(value, Box):
            return apply(primitive, *values, **params)
    return primitive.evaluate(*values, **params)


def _at_home(level: Interpreter, x: Value) -> bool:
    return not isinstance(x, Box) or x._level is level


def _is_value(x: Any) -> bool:
    return backend.is_array(x) or isinstance(x, SCALARS)


def _elsewhere(primitive: Primitive, x: Any, y: Any) -> Any:
    """The operation on operands of which one is of another level, or no array yet."""
    for box, other in ((x, y), (y, x)):
        if isinstance(other, (list, tuple, str)) and isinstance(box, Box) and box._level.is_number(box):
            return NotImplemented
    try:
        return apply(primitive, operand(x), operand(y))
    except DTypeError:
        return NotImplemented


EAGER = Recorder(depth=0)
"""The level of arrays that no transform is looking at."""
Box.ground = EAGER
