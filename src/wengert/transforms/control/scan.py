"""``scan``: a loop over the entries of arrays that hands a carry from step to step and stacks results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...core.errors import DTypeError, ShapeError, TreeError
from ...core.interpreter import apply, wrap
from ...core.tree import flatten, leaf_names, unflatten
from ...core.types import ArrayType, Value
from ...ops.elementwise import astype
from ...ops.indexing import getitem
from ...ops.shaping import concatenate, reshape
from ..arguments import array_value, check_callable
from .passes import bind, hoisted
from .scan_primitive import scan as scan_primitive, stacked
from .schedule import chain
from .staging import Carry, Unknown, staged, strong, traced, wrapped

__all__ = ["scan"]


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int = 1,
    *,
    checkpoints: int | None = None,
) -> tuple[Any, Any]:
    """Apply a function to each entry of some arrays, handing a carry from step to step.

    It is what this loop computes::

        carry, ys = init, []
        for x in xs:
            carry, y = f(carry, x)
            ys.append(y)
        return carry, wg.stack(ys)

    In a traced or compiled function it is one equation, with the function's program beside it, for any number of steps.

    Parameters
    ----------
    f : callable
        ``f(carry, x) -> (carry, y)``: of containers of arrays. The carry that it returns has the structure, shapes
        and dtypes of the one that it is given.
    init
        The first carry. A Python number becomes an array; of the dtype that ``f`` returns, if that is wider.
    xs : array or container of arrays, optional
        Their entries along axis 0 are what ``f`` is given; None where there is nothing to hand it.
    length : int, optional
        The number of steps; needed where ``xs`` has no array.
    reverse : bool
        Go through the entries from the last to the first; each result is put where its entry is.
    unroll : int
        In a traced or compiled function, this many steps are written one after the other as one step of the loop. A
        carry that is too large for registers then goes through memory once for all of them.
    checkpoints : int, optional
        Keep only this many carries for a reverse sweep, instead of what every step computed, and compute the rest
        again by the binomial schedule of Griewank and Walther (2000), which repeats steps least often. A few more
        are kept where a step would be repeated more than 30 times. To keep the carry of every step and compute the
        rest of the step again, scan ``wg.checkpoint(f)`` instead.

    Returns
    -------
    carry
        The last carry.
    ys
        The results of all steps, stacked along a new axis 0.

    Raises
    ------
    TreeError, ShapeError, DTypeError
        If the carry changes, the arrays have different lengths, or ``f`` does not return a pair.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.scan(lambda total, x: (total + x, total * x), 0.0, wg.array([1.0, 2.0, 3.0]))
    (Array(6.), Array([0., 2., 9.]))
    """
    check_callable(f)
    leaves, x_tree = flatten(xs)
    stacks = [strong(array_value(x, "an array to scan")) for x in leaves]
    count = _length(stacks, leaf_names(x_tree, "xs") if leaves else [], length)
    if checkpoints is not None and (not hasattr(checkpoints, "__index__") or checkpoints < 1):
        raise ValueError(f"checkpoints must be a positive number of carries, not {checkpoints!r}")
    if not hasattr(unroll, "__index__") or unroll < 1:
        raise ValueError(f"unroll must be a positive number of steps, not {unroll!r}")
    if unroll > 1 and count and staged():
        return _unrolled(f, init, unflatten(x_tree, [wrap(x) for x in stacks]), count, reverse, unroll, checkpoints)
    carry = Carry(init, "carry")
    trees: list[Any] = []

    def step(values: Sequence[Value], entries: Sequence[Value]) -> tuple[list[Value], list[Value]]:
        out: Any = f(carry.wrapped(values), wrapped(x_tree, entries))
        if not isinstance(out, tuple) or len(out) != 2:
            raise TreeError(f"the function of scan must return a pair (carry, y), not {_described(out)}")
        fitted = carry.fitting(out[0])
        ys, tree = flatten(out[1])
        if trees and trees[0] != tree:
            raise TreeError(f"the function of scan must return results of one structure, not {trees[0]}, then {tree}")
        trees[:] = [tree]
        return fitted, [strong(array_value(y, "a result of scan")) for y in ys]

    def loop() -> tuple[Any, Any]:
        if staged() or not count:
            try:
                return in_program()
            except Unknown:  # the body needs values: a loop of Python's has them, where anybody has
                if not count:
                    raise
        return in_python()

    def in_program() -> tuple[Any, Any]:
        entries = [ArrayType(x.shape[1:], x.dtype) for x in stacks]
        carries = len(carry.values)

        def body(*values: Value) -> list[Value]:
            new, ys = step(values[:carries], values[carries:])
            return [*new, *ys]

        program, captured = traced(body, [*carry.types, *entries])
        if count:  # what does not change from step to step is computed once
            before, program, again = hoisted(program, program.inputs[: len(captured)])
            known = dict(zip(before.inputs, captured, strict=True))
            captured = (*before.evaluate(*captured), *(known[v] for v in again))
        out = bind(scan_primitive, program, captured, carry.values, stacks, count, bool(reverse), checkpoints)
        return carry.wrapped(out[:carries]), wrapped(trees[0], out[carries:])

    def in_python() -> tuple[Any, Any]:
        order = range(count)[::-1] if reverse else range(count)

        def numbered(values: Sequence[Value], k: int) -> tuple[list[Value], list[Value]]:
            return step(values, [apply(getitem, x, index=(order[k],)) for x in stacks])

        values: list[Value] = carry.values
        if checkpoints is None:
            rows = []
            for k in range(count):
                values, ys = numbered(values, k)
                rows.append(ys)
        else:

            def boxed(values: Any, k: int) -> Any:
                new, ys = numbered(values, k)
                return [wrap(x) for x in new], [wrap(y) for y in ys]

            values, rows = chain(boxed, [wrap(x) for x in values], count, checkpoints)
        columns = [_column([row[i] for row in rows], bool(reverse)) for i in range(len(rows[0]))]
        return carry.wrapped(values), unflatten(trees[0], columns)

    result: tuple[Any, Any] = carry.repeated(loop)
    return result


def _unrolled(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any,
    count: int,
    reverse: bool,
    unroll: int,
    checkpoints: int | None,
) -> tuple[Any, Any]:
    """A scan of several steps at once, and a shorter one of the steps that are left over: the last entries."""
    whole = count // unroll * unroll

    kept = Carry(init, "carry")

    def several(carry: Any, entries: Any) -> tuple[Any, Any]:
        values = [
            x if x.dtype == t.dtype else apply(astype, x, dtype=t.dtype)
            for x, t in zip(flatten(carry)[0], kept.types, strict=True)
        ]
        rows: list[Any] = []
        for i in range(unroll)[::-1] if reverse else range(unroll):
            out: Any = f(kept.wrapped(values), _each(lambda x, i=i: apply(getitem, x, index=(i,)), entries))
            if not isinstance(out, tuple) or len(out) != 2:
                raise TreeError(f"the function of scan must return a pair (carry, y), not {_described(out)}")
            values = kept.fitting(out[0])
            rows.append(out[1])
        return kept.wrapped(values), _each(_stack, *(rows[::-1] if reverse else rows))

    def main(carry: Any) -> tuple[Any, Any]:
        blocks = _each(lambda x: reshape(_part(x, 0, whole), shape=(whole // unroll, unroll, *x.shape[1:])), xs)
        carry, ys = scan(several, carry, blocks, whole // unroll, reverse, checkpoints=checkpoints)
        return carry, _each(lambda y: reshape(y, shape=(whole, *y.shape[2:])), ys)

    def rest(carry: Any) -> tuple[Any, Any]:
        entries = _each(lambda x: _part(x, whole, count), xs)
        return scan(f, carry, entries, count - whole, reverse, checkpoints=checkpoints)

    if whole == count:
        return main(init)
    if not whole:
        return rest(init)
    carry, first = (rest if reverse else main)(init)
    carry, second = (main if reverse else rest)(carry)
    parts = (second, first) if reverse else (first, second)
    return carry, _each(lambda a, b: apply(concatenate, a, b, axis=0, sizes=(a.shape[0], b.shape[0])), *parts)


def _each(function: Callable[..., Value], *trees: Any) -> Any:
    """A function of values, of the leaves of containers of one structure."""
    flat = [flatten(tree) for tree in trees]
    for _, tree in flat[1:]:
        if tree != flat[0][1]:
            raise TreeError(f"the function of scan must return results of one structure, not {flat[0][1]}, then {tree}")
    leaves = [[strong(array_value(x, "a result of scan")) for x in column] for column, _ in flat]
    return wrapped(flat[0][1], [function(*row) for row in zip(*leaves, strict=True)])


def _part(x: Value, start: int, stop: int) -> Value:
    """Some of the entries."""
    return apply(getitem, x, index=(slice(start, stop),))


def _stack(*rows: Value) -> Value:
    """Results of several steps, one behind the other."""
    types = [ArrayType(y.shape, y.dtype) for y in rows]
    for t in types[1:]:
        if t != types[0]:
            raise ShapeError(f"the results of scan must have one type, not {types[0]}, then {t}")
    return stacked(rows, ArrayType((len(rows), *types[0].shape), types[0].dtype), reverse=False)


def _described(out: Any) -> str:
    return f"a tuple of {len(out)}" if isinstance(out, tuple) else f"{type(out).__name__}"


def _length(stacks: Sequence[Value], names: Sequence[str], length: int | None) -> int:
    """The number of steps."""
    for name, x in zip(names, stacks, strict=True):
        if not x.shape:
            raise ShapeError(f"{name} has no axis to scan: it is a single number")
    found = {x.shape[0]: name for name, x in reversed(list(zip(names, stacks, strict=True)))}
    if len(found) > 1:
        lengths = ", ".join(f"{name} has {x.shape[0]}" for name, x in zip(names, stacks, strict=True))
        raise ShapeError(f"the arrays to scan must have one length, but {lengths}")
    if length is None:
        if not found:
            raise TreeError("scan needs arrays to scan (xs), or the number of steps (length=...)")
        return next(iter(found), 0)
    if not hasattr(length, "__index__"):
        raise DTypeError(
            f"length must be an integer, not {length!r}; for a number that is not known, use wg.while_loop"
        )
    steps = length.__index__()
    if steps < 0:
        raise ShapeError(f"length must not be negative, but is {steps}")
    if found and steps not in found:
        name, lengths = next(iter(found.values())), next(iter(found))
        raise ShapeError(f"length={steps}, but {name} has {lengths} entries")
    return steps


def _column(rows: Sequence[Value], reverse: bool) -> Any:
    """The results of all steps, which must be of one type, as one array."""
    first = rows[0]
    for y in rows:
        if y.shape != first.shape:
            raise ShapeError(f"the results of scan must have one shape, not {first.shape}, then {y.shape}")
        if y.dtype != first.dtype:
            raise DTypeError(f"the results of scan must be of one dtype, not {first.dtype}, then {y.dtype}")
    return wrap(stacked(rows, ArrayType((len(rows), *first.shape), first.dtype), reverse))
