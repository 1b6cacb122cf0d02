"""``vmap``: a function of single entries, applied to all entries at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from ..core.errors import ConversionError, ShapeError, TreeError
from ..core.interpreter import Box, Interpreter, strip, wrap
from ..core.primitive import Primitive
from ..core.tree import flatten, spread_prefix, unflatten
from ..core.types import Shape, Value, normalize_axis
from ..ops.shaping import move_axis, spread
from .arguments import array_value, check_callable

__all__ = ["Batch", "vmap"]


class Batch(Interpreter):
    """Carries a batch along: the value one level down of a box of this level has the batch as its axis 0."""

    name: ClassVar[str] = "vmap"

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Apply the primitive's batching rule one level down."""
        if primitive.call is not None:
            return primitive.call(self, inputs, params)
        values: list[Value] = []
        batched: list[bool] = []
        for x in inputs:
            mine = isinstance(x, Box) and x._level is self
            batched.append(mine)
            values.append(x._value if mine else strip(x))
        out = primitive.batch(self.size, values, batched, params)
        if primitive.multiple:
            return tuple(self.box(strip(o), None) for o in out)
        return self.box(strip(out), None)

    def shape_of(self, box: Box) -> Shape:
        """The shape without the batch axis."""
        shape: Shape = box._value.shape[1:]
        return shape

    def concrete(self, box: Box, purpose: str) -> Value:
        """There is no single value: raises ConversionError."""
        raise ConversionError(
            f"{purpose} needs a single value, but under vmap there is one for each of {self.size} batch entries; "
            "choose elementwise with wg.where, or keep this argument out of in_axes"
        )

    def lower(self, x: Value) -> Value:
        """What a function at this level returned, with the batch as axis 0."""
        if isinstance(x, Box) and x._level is self:
            return x._value
        return spread(array_value(x, "what the function returns"), False, self.size)


def _axes(prefix: Any, tree: Any, what: str) -> list[int | None]:
    """An axis for each leaf, of a container of axes that may stop short of the leaves."""
    if isinstance(prefix, list) and isinstance(tree, tuple):
        prefix = tuple(prefix)
    axes = spread_prefix(prefix, tree, what)
    for axis in axes:
        if not (axis is None or hasattr(axis, "__index__")):
            raise TreeError(f"{what} must hold integers and None, not {axis!r}")
    return axes


def vmap(function: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """A function that applies ``function`` to each entry along an axis, all at once.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays; it sees single entries.
    in_axes : int, None, or a container of them
        The axis of each argument along which entries lie; None for an argument that all entries share. A container
        has an axis for each argument, which may itself be a container that goes as far down as the axes differ.
        Keyword arguments are batched along axis 0.
    out_axes : int, None, or a container of them
        Where the entries' axis goes in each result; None for a result that does not depend on the entry.

    Returns
    -------
    A function of arguments with one more axis.

    Raises
    ------
    ShapeError
        If the axes have different lengths, or an argument has no such axis.
    ConversionError
        In the function, where Python's control flow would depend on an entry's value.

    Examples
    --------
    >>> import wengert as wg
    >>> dot = wg.vmap(wg.dot, in_axes=(0, None))
    >>> dot(wg.array([[1.0, 0.0], [0.0, 2.0]]), wg.array([3.0, 4.0]))
    Array([3., 8.])
    """
    check_callable(function)

    @wraps(function)
    def batched(*args: Any, **kwargs: Any) -> Any:
        if isinstance(in_axes, (tuple, list)) and len(in_axes) != len(args):
            raise TreeError(f"in_axes={in_axes!r} has {len(in_axes)} entries for {len(args)} arguments")
        leaves, structure = flatten((args, kwargs))
        axes = [*_axes(in_axes, args, "in_axes"), *_axes(0, kwargs, "in_axes")]
        values = [array_value(x, "an argument of vmap") for x in leaves]
        entering: list[tuple[Value, int | None]] = []
        sizes: dict[int, str] = {}
        for value, axis in zip(values, axes, strict=True):
            if axis is not None:
                axis = normalize_axis(axis, len(value.shape), "in_axes")
                sizes.setdefault(value.shape[axis], f"axis {axis} of shape {value.shape}")
            entering.append((value, axis))
        if not sizes:
            raise ShapeError("vmap needs an argument that is batched: in_axes is None for all of them")
        if len(sizes) > 1:
            raise ShapeError(f"vmap needs axes of one length, not {' and '.join(sizes.values())}")
        with Batch(next(iter(sizes))) as level:
            boxes = [
                wrap(value) if axis is None else level.box(strip(move_axis(value, axis, 0)), None)
                for value, axis in entering
            ]
            inner_args, inner_kwargs = unflatten(structure, boxes)
            out = function(*inner_args, **inner_kwargs)
        outputs, out_tree = flatten(out)
        results = [_leave(level, x, axis) for x, axis in zip(outputs, _axes(out_axes, out, "out_axes"), strict=True)]
        return unflatten(out_tree, results)

    return batched


def _leave(level: Batch, x: Any, axis: int | None) -> Box:
    """A result with the batch axis where it belongs."""
    if axis is None:
        if isinstance(x, Box) and x._level is level:
            raise ShapeError("out_axes is None for a result that differs between batch entries")
        return wrap(array_value(x, "what the function returns"))
    value = level.lower(x)
    return wrap(move_axis(value, 0, normalize_axis(axis, len(value.shape), "out_axes")))
