"""``cond``: one of two functions, as a boolean says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...backends import backend
from ...core.errors import DTypeError, ShapeError, TreeError
from ...core.interpreter import Box, apply, wrap
from ...core.tree import Tree, flatten, leaf_names, unflatten
from ...core.types import ArrayType, DType, Value
from ...ops.elementwise import astype, where
from ..arguments import array_value, check_callable
from .cond_primitive import bind_cond
from .derivation import Derived
from .predicate import holds, predicate_value
from .staging import is_python_number, promoted, staged, strong, traced, wrapped

__all__ = ["cond"]


def cond(pred: Any, true_fun: Callable[..., Any], false_fun: Callable[..., Any], *operands: Any) -> Any:
    """One of two functions, as a boolean says.

    It is what this branch computes::

        return true_fun(*operands) if pred else false_fun(*operands)

    In a traced or compiled function it is one equation that holds both. Under ``vmap``, where entries go different
    ways, both are computed.

    Parameters
    ----------
    pred : bool
        A single boolean.
    true_fun, false_fun : callable
        Give containers of arrays of one structure, and of the same shapes and dtypes, where both are needed.
    *operands
        Arrays or containers of arrays.

    Raises
    ------
    TreeError, ShapeError, DTypeError
        If the condition is no boolean, or the results do not match.

    Examples
    --------
    >>> import wengert as wg
    >>> f = lambda x: wg.cond(x > 0, wg.sqrt, lambda x: 0 * x, x)
    >>> f(4.0), wg.grad(f)(wg.array(4.0))
    (Array(2.), Array(0.25))
    """
    check_callable(true_fun)
    check_callable(false_fun)
    what = "the condition of cond"
    predicate = predicate_value(pred, what)
    leaves, tree = flatten(operands)
    values = [strong(array_value(x, "an operand of cond")) for x in leaves]
    if isinstance(predicate, Box) and staged():
        return _in_program(predicate, (true_fun, false_fun), values, tree)
    chosen, batched = holds(predicate, what)
    if not batched:
        return _arrays((true_fun if chosen else false_fun)(*wrapped(tree, values)))
    with backend.quiet():  # about entries that take the other branch
        first, second = (_Result(f(*wrapped(tree, values))) for f in (true_fun, false_fun))
    dtypes = first.common(second)
    both = zip(first.cast(dtypes), second.cast(dtypes), strict=True)
    return wrapped(first.tree, [apply(where, predicate, a, b) for a, b in both])


def _arrays(out: Any) -> Any:
    leaves, tree = flatten(out)
    return unflatten(tree, [wrap(array_value(x, "what a branch of cond returns")) for x in leaves])


class _Result:
    """What a branch returned."""

    def __init__(self, out: Any) -> None:
        leaves, self.tree = flatten(out)
        self.weak = [is_python_number(x) for x in leaves]
        self.values = [strong(array_value(x, "what a branch of cond returns")) for x in leaves]
        self.types = [ArrayType(x.shape, x.dtype) for x in self.values]

    def common(self, other: _Result) -> list[DType]:
        """The dtypes of both branches' results; raises unless they match."""
        if self.tree != other.tree:
            raise TreeError(
                f"the branches of cond must return containers of one structure, not {self.tree} and {other.tree}"
            )
        names, dtypes = leaf_names(self.tree, "result"), []
        for k, (a, b) in enumerate(zip(self.types, other.types, strict=True)):
            message = f"the branches of cond must return the same types, but {names[k]} is {a} if true and {b} if false"
            if a.shape != b.shape:
                raise ShapeError(message)
            wide = promoted(a.dtype, b.dtype)
            if (a.dtype != wide and not self.weak[k]) or (b.dtype != wide and not other.weak[k]):
                raise DTypeError(f"{message}; convert one of them")
            dtypes.append(wide)
        return dtypes

    def cast(self, dtypes: Sequence[DType]) -> list[Value]:
        """The results in these dtypes."""
        both = zip(self.values, dtypes, strict=True)
        return [x if x.dtype == dtype else apply(astype, x, dtype=dtype) for x, dtype in both]


def _in_program(predicate: Value, functions: Sequence[Callable[..., Any]], values: Sequence[Value], tree: Tree) -> Any:
    types = [ArrayType(x.shape, x.dtype) for x in values]
    results: dict[int, _Result] = {}

    def program(place: int, dtypes: Sequence[DType] | None) -> Derived:
        def run(*values: Value) -> Sequence[Value]:
            result = results[place] = _Result(functions[place](*wrapped(tree, values)))
            return result.values if dtypes is None else result.cast(dtypes)

        return Derived(*traced(run, types))

    both = [program(place, None) for place in (0, 1)]
    dtypes = results[0].common(results[1])
    for place in (0, 1):
        if [t.dtype for t in results[place].types] != dtypes:
            both[place] = program(place, dtypes)
    return wrapped(results[0].tree, bind_cond(predicate, both[0], both[1], values))
