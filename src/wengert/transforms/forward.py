"""Forward mode: ``jvp``, by pushing tangents along, and ``linearize``, by recording what happens to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..backends import backend
from ..core.errors import TreeError
from ..core.interpreter import Box, Interpreter, apply, state, strip, wrap
from ..core.primitive import Primitive
from ..core.tree import Tree, flatten, map_tree, unflatten
from ..core.types import Value, is_inexact
from ..ops.elementwise import astype
from ..ops.families import zeros_like
from ..ops.shaping import broadcast_to
from .arguments import array_value, check_callable, differentiable_value, split_aux, tangent_values

__all__ = ["Forward", "jvp"]


class Forward(Interpreter):
    """Pushes a tangent along with each value: a box of this level notes its tangent."""

    name: ClassVar[str] = "jvp"

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Evaluate one level down, and apply the primitive's JVP."""
        if primitive.call is not None and self.depth >= state.floor and (self.open or self._pushes()):
            return primitive.call(self, inputs, params)
        primals: list[Value] = []
        tangents: list[Value | None] = []
        for x in inputs:
            mine = isinstance(x, Box) and x._level is self
            primals.append(x._value if mine else strip(x))
            tangents.append(x._note if mine else None)
        if primitive.jvp is None or self.depth < state.floor or not (self.open or self._pushes()):
            out = apply(primitive, *primals, **params)
            return tuple(map(wrap, out)) if primitive.multiple else wrap(out)
        out = apply(primitive, *primals, **params)
        with backend.quiet():
            tangent = primitive.jvp(tangents, (*primals, out), params)
        if primitive.multiple:
            return tuple(self.dual(o, t) for o, t in zip(out, tangent, strict=True))
        return self.dual(out, tangent)

    def _pushes(self) -> bool:
        """Whether the level, reopened, is to push tangents along: the innermost visit says so."""
        return next((not visit.values_only for visit in reversed(state.visits) if visit.level is self), True)

    def dual(self, value: Value, tangent: Value | None) -> Box:
        """A value with its tangent, which is given the value's shape and dtype; a tangent of None is zero."""
        if tangent is None or not is_inexact(value.dtype):
            return wrap(value)
        if tangent.shape != value.shape:
            tangent = broadcast_to(tangent, shape=value.shape)
        if tangent.dtype != value.dtype:
            tangent = astype(tangent, dtype=value.dtype)
        return self.box(strip(value), strip(tangent))

    def split(self, x: Value) -> tuple[Value, Value | None]:
        """The value and tangent of what a function at this level returned."""
        if isinstance(x, Box) and x._level is self:
            return x._value, x._note
        return array_value(x, "what the function returns"), None


def push_forward(
    function: Callable[..., Any],
    primals: Sequence[Value],
    tangents: Sequence[Value],
    structure: Tree,
    has_aux: bool,
) -> tuple[list[Value], list[Value | None], Tree, Any]:
    """Outputs and their tangents (None for zero), the outputs' structure, and what is not differentiated."""
    with Forward() as level:
        boxes = [level.dual(p, t) for p, t in zip(primals, tangents, strict=True)]
        out, aux = split_aux(function(*unflatten(structure, boxes)), has_aux)
    leaves, out_tree = flatten(out)
    pairs = [level.split(x) for x in leaves]
    aux = map_tree(lambda x: wrap(x._value) if isinstance(x, Box) and x._level is level else x, aux)
    return [p for p, _ in pairs], [t for _, t in pairs], out_tree, aux


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """A function's value and its derivative along a direction.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.
    primals : sequence
        The arguments.
    tangents : sequence
        The direction: of the structure and shapes of the arguments.
    has_aux : bool
        Whether the function returns ``(output, aux)``, of which ``aux`` is not differentiated.

    Returns
    -------
    value, tangent
        ``function(*primals)`` and its directional derivative; with ``has_aux`` also ``aux``.

    Raises
    ------
    ShapeError, DTypeError, TreeError
        If the tangents do not fit the arguments.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.jvp(wg.sin, (0.0,), (2.0,))
    (Array(0.), Array(2.))
    """
    check_callable(function)
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TreeError("jvp takes a tuple of arguments and a tuple of tangents: jvp(f, (x,), (x_dot,))")
    leaves, structure = flatten(tuple(primals))
    values = [differentiable_value(x, "an argument of jvp") for x in leaves]
    directions = tangent_values(tuple(tangents), values, structure, "tangent")
    outputs, moved, out_tree, aux = push_forward(function, values, directions, structure, has_aux)
    value = unflatten(out_tree, [wrap(x) for x in outputs])
    tangent = unflatten(
        out_tree, [wrap(zeros_like(x) if t is None else t) for x, t in zip(outputs, moved, strict=True)]
    )
    return (value, tangent, aux) if has_aux else (value, tangent)
