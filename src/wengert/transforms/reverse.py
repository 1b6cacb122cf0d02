"""Reverse mode: ``vjp``, ``grad`` and ``value_and_grad``, by recording at a level of one's own and sweeping back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..backends import backend
from ..core.errors import DTypeError, ShapeError, TreeError
from ..core.interpreter import Box, strip, wrap
from ..core.tree import Tree, flatten, map_tree, unflatten
from ..core.types import Value
from ..eager.sweep import sweep
from ..eager.tape import Node, Recorder
from ..ops.families import zeros_like
from .arguments import (
    array_value,
    check_callable,
    check_function,
    differentiable_value,
    fixed_except,
    is_single,
    split_aux,
    tangent_values,
)

__all__ = ["Recording", "grad", "record_call", "value_and_grad", "vjp"]


class Recording:
    """A function's outputs one level down, with the tape that leads from them back to its arguments."""

    def __init__(self, function: Callable[..., Any], args: Sequence[Any], has_aux: bool) -> None:
        leaves, self.in_tree = flatten(tuple(args))
        self.primals = [differentiable_value(x, "an argument to differentiate with respect to") for x in leaves]
        with Recorder() as level:
            boxes = [level.leaf(value) for value in self.primals]
            self._leaves: list[Node] = [box._note for box in boxes]
            out, aux = split_aux(function(*unflatten(self.in_tree, boxes)), has_aux)
        outputs, self.out_tree = flatten(out)
        self._nodes: list[Node | None] = []
        self.outputs: list[Value] = []
        for x in outputs:
            mine = isinstance(x, Box) and x._level is level
            self._nodes.append(x._note if mine else None)
            self.outputs.append(x._value if mine else array_value(x, "what the function returns"))
        self.aux = map_tree(lambda x: wrap(x._value) if isinstance(x, Box) and x._level is level else x, aux)

    @property
    def value(self) -> Any:
        """The function's result."""
        return unflatten(self.out_tree, [wrap(x) for x in self.outputs])

    def pull(self, cotangents: Sequence[Value], retain: bool) -> list[Value]:
        """The cotangents of the arguments for those of the outputs."""
        roots = [(node, ct) for node, ct in zip(self._nodes, cotangents, strict=True) if node is not None]
        found = sweep(roots, retain=retain)
        return [
            strip(found[leaf]) if leaf in found else zeros_like(primal)
            for leaf, primal in zip(self._leaves, self.primals, strict=True)
        ]


def record_call(function: Callable[..., Any], args: Sequence[Any], has_aux: bool = False) -> Recording:
    """Run a function on the arguments, recording it."""
    return Recording(function, args, has_aux)


def vjp(function: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """A function's value, and the map from cotangents of its output to cotangents of its arguments.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.
    *primals
        The arguments; floating-point or complex.
    has_aux : bool
        Whether the function returns ``(output, aux)``, of which ``aux`` is not differentiated.

    Returns
    -------
    value
        ``function(*primals)``.
    pullback : callable
        Takes a cotangent of the structure and shapes of ``value``, and gives a tuple of cotangents, one for each
        argument. It can be called any number of times.
    aux
        Only with ``has_aux``.

    Raises
    ------
    ShapeError, DTypeError, TreeError
        If an argument or cotangent does not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> y, pullback = wg.vjp(lambda x: x**2, wg.array([1.0, 2.0]))
    >>> pullback(wg.array([1.0, 10.0]))
    (Array([ 2., 40.]),)
    """
    check_callable(function)
    recording = record_call(function, map_tree(backend.frozen_copy, primals), has_aux)

    def pullback(cotangent: Any) -> Any:
        values = tangent_values(cotangent, recording.outputs, recording.out_tree, "cotangent")
        return unflatten(recording.in_tree, [wrap(x) for x in recording.pull(values, retain=True)])

    return (recording.value, pullback, recording.aux) if has_aux else (recording.value, pullback)


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that gives the value of ``function`` and its gradient.

    Parameters
    ----------
    function : callable
        Returns a real scalar (an array of one element); or a pair of it and anything with ``has_aux``.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to. Each may be a container of arrays.
    has_aux : bool
        Whether the function returns ``(output, aux)``; then the result is ``((output, aux), gradient)``.

    Returns
    -------
    A function of the same arguments. The gradient has the structure of the argument; for a sequence of argnums it is
    a tuple. Of a complex argument it is the direction of steepest ascent.

    Raises
    ------
    ShapeError
        If the function does not return one number (see :func:`jacobian`).
    DTypeError
        If the argument or the output is of a dtype without derivatives.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.value_and_grad(lambda x: wg.sum(x**2))(wg.array([1.0, 2.0]))
    (Array(5.), Array([2., 4.]))
    """
    check_function(function)

    @wraps(function)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        chosen, primals = fixed_except(function, args, kwargs, argnums)
        recording = record_call(chosen, primals, has_aux)
        output = _single_number(recording.outputs, recording.out_tree)
        gradients = recording.pull([backend.ones(output.shape, output.dtype)], retain=False)
        gradient = unflatten(recording.in_tree, [wrap(x) for x in gradients])
        value = (recording.value, recording.aux) if has_aux else recording.value
        return value, gradient[0] if is_single(argnums) else gradient

    return differentiated


def _single_number(outputs: Sequence[Value], structure: Tree) -> Value:
    if not outputs:
        raise TreeError("grad needs a function that returns one number, but it returned no array: is a return missing?")
    if len(outputs) != 1 or len(outputs[0].shape) != outputs[0].shape.count(1):
        shapes = " and ".join(str(x.shape) for x in outputs)
        raise ShapeError(
            f"grad needs a function that returns one number, not shape {shapes}; use wg.jacobian, wg.vjp, "
            "or return a sum (has_aux=True for further results)"
        )
    (output,) = outputs
    if output.dtype.kind != "f":
        advice = "take its real part or absolute value" if output.dtype.kind == "c" else "it has no derivative"
        raise DTypeError(f"grad needs a function that returns a real number, not {output.dtype}: {advice}")
    return output


def grad(function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of ``function``.

    Parameters, errors and conventions are those of :func:`value_and_grad`; with ``has_aux`` the result is
    ``(gradient, aux)``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.sin)(0.0)
    Array(1.)
    >>> wg.grad(wg.grad(lambda x: x**3))(2.0)
    Array(12.)
    """
    both = value_and_grad(function, argnums, has_aux)

    @wraps(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return gradient
