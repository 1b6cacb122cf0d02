"""``vmap``: a function of single entries, applied to all entries at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar

from ..core.errors import ConversionError, ShapeError, TreeError
from ..core.interpreter import Box, Interpreter, state, strip, wrap
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
        flags = [axis is not None for axis in axes]
        size = _size(values, axes)
        whole = [
            x if axis is None else strip(move_axis(x, normalize_axis(axis, len(x.shape), "in_axes"), 0))
            for x, axis in zip(values, axes, strict=True)
        ]
        returned: list[Any] = []

        def entry(entries: Sequence[Value]) -> Sequence[Value]:
            inner_args, inner_kwargs = unflatten(structure, [wrap(x) for x in entries])
            returned[:] = [function(*inner_args, **inner_kwargs)]
            return flatten(returned[0])[0]

        mapper = _mapper() if isinstance(out_axes, int) else None
        stacked = None if mapper is None else mapper(entry, whole, flags, size)
        if stacked is None:
            with Batch(size) as level:
                outputs = entry([level.box(x, None) if f else x for x, f in zip(whole, flags, strict=True)])
            ends = _axes(out_axes, returned[0], "out_axes")
            results = [_leave(level, x, axis) for x, axis in zip(outputs, ends, strict=True)]
        else:
            results = [_placed(x, int(out_axes)) for x in stacked]
        return unflatten(flatten(returned[0])[1], results)

    return batched


def _size(values: Sequence[Value], axes: Sequence[int | None]) -> int:
    """The number of entries."""
    sizes: dict[int, str] = {}
    for x, axis in zip(values, axes, strict=True):
        if axis is not None:
            axis = normalize_axis(axis, len(x.shape), "in_axes")
            sizes.setdefault(x.shape[axis], f"axis {axis} of shape {x.shape}")
    if not sizes:
        raise ShapeError("vmap needs an argument that is batched: in_axes is None for all of them")
    if len(sizes) > 1:
        raise ShapeError(f"vmap needs axes of one length, not {' and '.join(sizes.values())}")
    return next(iter(sizes))


def _mapper() -> Callable[..., list[Value] | None] | None:
    """How the level that writes the program wants entries to be treated."""
    levels = (*state.levels, *(visit.level for visit in state.visits))
    return next((level.mapper for level in levels if level.mapper is not None), None)


def _placed(x: Value, axis: int) -> Box:
    """A result of which axis 0 is the batch, with it where it belongs."""
    return wrap(move_axis(x, 0, normalize_axis(axis, len(x.shape), "out_axes")))


def _leave(level: Batch, x: Any, axis: int | None) -> Box:
    """A result with the batch axis where it belongs."""
    if axis is None:
        if isinstance(x, Box) and x._level is level:
            raise ShapeError("out_axes is None for a result that differs between batch entries")
        return wrap(array_value(x, "what the function returns"))
    return _placed(level.lower(x), axis)
