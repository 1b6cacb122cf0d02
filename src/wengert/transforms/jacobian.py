"""Matrices of derivatives: ``jacobian``, ``hessian``, and Hessian-vector products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import prod
from typing import Any

from ..backends import backend
from ..core.errors import DTypeError, TreeError
from ..core.interpreter import wrap
from ..core.tree import Tree, flatten, unflatten
from ..core.types import Value, is_inexact
from ..ops.families import conjugate, zeros_like
from ..ops.indexing import getitem
from ..ops.shaping import move_axis, reshape
from .arguments import check_function, differentiable_value, fixed_except, is_single
from .batch import Batch
from .forward import jvp, push_forward
from .reverse import Recording, grad, record_call

__all__ = ["hessian", "hvp", "jacfwd", "jacobian", "jacrev"]

_MODES = {"auto": "auto", "forward": "forward", "fwd": "forward", "reverse": "reverse", "rev": "reverse"}


def jacobian(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: str = "auto", has_aux: bool = False
) -> Callable[..., Any]:
    """A function that gives all first derivatives of ``function``.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to.
    mode : {"auto", "forward", "reverse"}
        A sweep for each input element, or for each output element; by default whichever are fewer.
    has_aux : bool
        Whether the function returns ``(output, aux)``; then the result is ``(jacobian, aux)``.

    Returns
    -------
    A function of the same arguments. For an output of shape ``s`` and an argument of shape ``t`` the derivative has
    shape ``s + t``; for containers it is the output's container of the argument's containers. A function of complex
    arguments is taken to be holomorphic.

    Raises
    ------
    DTypeError
        If an argument has no derivatives, or in reverse mode for complex outputs of real arguments.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.jacobian(lambda x: x * x[::-1])(wg.array([1.0, 2.0]))
    Array([[2., 1.],
           [2., 1.]])
    """
    if mode not in _MODES:
        raise ValueError(f"mode must be 'auto', 'forward' or 'reverse', not {mode!r}")
    chosen_mode = _MODES[mode]

    check_function(function)

    @wraps(function)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        chosen, primals = fixed_except(function, args, kwargs, argnums)
        if chosen_mode == "forward":
            blocks, in_tree, out_tree, aux = _by_columns(chosen, primals, has_aux)
        else:
            recording = record_call(chosen, primals, has_aux)
            _check_differentiable(recording.primals, recording.outputs)
            to_complex = _any_complex(recording.outputs) and not _any_complex(recording.primals)
            if chosen_mode == "reverse" and to_complex:
                raise DTypeError("a complex output of real arguments needs mode='forward'")
            if chosen_mode == "auto" and (_size(recording.primals) < _size(recording.outputs) or to_complex):
                del recording
                blocks, in_tree, out_tree, aux = _by_columns(chosen, primals, has_aux)
            else:
                blocks, in_tree, out_tree, aux = _by_rows(recording)
        rows = [unflatten(in_tree, [wrap(b) for b in row]) for row in blocks]
        if is_single(argnums):
            rows = [row[0] for row in rows]
        result = unflatten(out_tree, rows)
        return (result, aux) if has_aux else result

    return differentiated


def _size(values: Sequence[Value]) -> int:
    return sum(prod(x.shape) for x in values)


def _any_complex(values: Sequence[Value]) -> bool:
    return any(x.dtype.kind == "c" for x in values)


def _check_differentiable(primals: Sequence[Value], outputs: Sequence[Value]) -> None:
    for y in outputs:
        if not is_inexact(y.dtype):
            raise DTypeError(
                f"jacobian needs floating-point or complex outputs, not {y.dtype}, which has no derivative; "
                "return it as aux with has_aux=True"
            )
        if y.dtype.kind != "c" and _any_complex(primals):
            raise DTypeError(
                "a real output of complex arguments is not holomorphic, so that it has no complex Jacobian; use "
                "wg.grad or wg.vjp, or differentiate with respect to the real and imaginary parts"
            )


def _basis(values: Sequence[Value]) -> tuple[int, list[Value]]:
    """The unit vectors of the space of all elements of ``values``: for each value a stack of its share of them."""
    sizes = [prod(v.shape) for v in values]
    total = sum(sizes)
    stacks, start = [], 0
    for value, size in zip(values, sizes, strict=True):
        columns = backend.basis(total, value.dtype)[:, start : start + size]
        stacks.append(reshape(columns, shape=(total, *value.shape)))
        start += size
    return total, stacks


def _split(stack: Value, parts: Sequence[Value], axis: int) -> list[Value]:
    """Cut the axis of all elements of ``parts`` into blocks with their shapes."""
    blocks, start = [], 0
    for part in parts:
        size = prod(part.shape)
        block = getitem(stack, index=(*(slice(None),) * axis, slice(start, start + size)))
        blocks.append(reshape(block, shape=(*stack.shape[:axis], *part.shape, *stack.shape[axis + 1 :])))
        start += size
    return blocks


Blocks = list[list[Value]]
"""For each output its derivatives by each argument."""


def _by_rows(recording: Recording) -> tuple[Blocks, Tree, Tree, Any]:
    """One batched sweep for all elements of the outputs."""
    outputs = recording.outputs
    total, stacks = _basis(outputs)
    with Batch(total) as level:
        pulled = recording.pull([level.box(s, None) for s in stacks], retain=True)
        # <e_j, J v> = <J* e_j, v>: the pullback of a unit vector is the conjugate of a row
        columns = [_split(conjugate(level.lower(x)), outputs, 0) for x in pulled]
    blocks = [[column[i] for column in columns] for i in range(len(outputs))]
    return blocks, recording.in_tree, recording.out_tree, recording.aux


def _by_columns(function: Callable[..., Any], args: Sequence[Any], has_aux: bool) -> tuple[Blocks, Tree, Tree, Any]:
    """One batched push for all elements of the arguments."""
    leaves, in_tree = flatten(tuple(args))
    primals = [differentiable_value(x, "an argument to differentiate with respect to") for x in leaves]
    total, stacks = _basis(primals)
    with Batch(total) as level:
        directions = [level.box(s, None) for s in stacks]
        outputs, moved, out_tree, aux = push_forward(function, primals, directions, in_tree, has_aux)
        _check_differentiable(primals, outputs)
        tangents = [level.lower(zeros_like(y) if t is None else t) for y, t in zip(outputs, moved, strict=True)]
    blocks = [_split(move_axis(t, 0, len(t.shape) - 1), primals, len(t.shape) - 1) for t in tangents]
    return blocks, in_tree, out_tree, aux


def jacfwd(function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """:func:`jacobian` in forward mode: for few inputs and many outputs."""
    return jacobian(function, argnums, "forward", has_aux)


def jacrev(function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """:func:`jacobian` in reverse mode: for many inputs and few outputs."""
    return jacobian(function, argnums, "reverse", has_aux)


def hessian(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """A function that gives all second derivatives of ``function``: forward over reverse mode.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to.

    Returns
    -------
    A function of the same arguments. For a scalar output and an argument of shape ``t`` the derivative has shape
    ``t + t``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.hessian(lambda x: x[0] ** 2 * x[1])(wg.array([1.0, 2.0]))
    Array([[4., 2.],
           [2., 0.]])
    """
    return jacfwd(jacrev(function, argnums), argnums)


def hvp(function: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """The product of a scalar function's Hessian with a vector, without the Hessian: forward over reverse mode.

    Parameters
    ----------
    function : callable
        Returns a real scalar.
    primals
        The argument; a tuple of arguments where there are several.
    tangents
        The vector: of the structure and shapes of ``primals``.

    Returns
    -------
    The product, of the structure of ``primals``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.hvp(lambda x: wg.sum(x**3), wg.array([1.0, 2.0]), wg.array([1.0, 1.0]))
    Array([ 6., 12.])
    """
    single = type(primals) is not tuple  # a named tuple is one argument
    args = (primals,) if single else primals
    directions = (tangents,) if single else tangents
    if not isinstance(directions, tuple) or len(directions) != len(args):
        raise TreeError("the tangents of hvp must be a tuple with one for each argument")
    _, moved = jvp(grad(function, argnums=tuple(range(len(args)))), args, directions)
    return moved[0] if single else moved
