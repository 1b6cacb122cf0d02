"""``while_loop`` and ``fori_loop``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...backends import backend
from ...core.errors import ConversionError, DTypeError, ShapeError
from ...core.interpreter import Box, apply, strip, wrap
from ...core.types import Value
from ...ops.elementwise import astype, logical_and, where
from ..arguments import array_value, check_callable
from .predicate import holds, predicate_value
from .scan import scan
from .staging import Carry, staged, strong
from .while_primitive import loop

__all__ = ["fori_loop", "while_loop"]


def while_loop(
    cond_fun: Callable[[Any], Any], body_fun: Callable[[Any], Any], init_val: Any, *, max_steps: int | None = None
) -> Any:
    """Apply a function again and again as long as a condition holds.

    It is what this loop computes::

        val = init_val
        while cond_fun(val):
            val = body_fun(val)
        return val

    In a traced or compiled function it is one equation, whatever the number of steps will be. Under ``vmap`` it runs
    as long as the condition holds for any entry; an entry for which it does not stays as it is.

    Parameters
    ----------
    cond_fun : callable
        Gives a boolean.
    body_fun : callable
        Gives a container of arrays of the structure, shapes and dtypes of what it is given.
    init_val
        What to begin with. A Python number becomes an array; of the dtype that ``body_fun`` returns, if that is wider.
    max_steps : int, optional
        The loop ends after so many steps even if the condition still holds. In a traced function, reverse mode then
        stores the values of that many steps; otherwise it notes how many steps there were, keeps a fixed number of
        values, and computes those between them again.

    Raises
    ------
    TreeError, ShapeError, DTypeError
        If the value changes in structure or type, or the condition is no boolean.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.while_loop(lambda x: x < 100, lambda x: 2 * x, 3.0)
    Array(192.)
    >>> wg.grad(lambda x: wg.while_loop(lambda y: y < 100, lambda y: 2 * y, x))(3.0)
    Array(64.)
    """
    check_callable(cond_fun)
    check_callable(body_fun)
    if max_steps is not None and (not hasattr(max_steps, "__index__") or max_steps < 0):
        raise ValueError(f"max_steps must be a number of steps, not {max_steps!r}")
    carry = Carry(init_val, "value")
    what = "the condition of while_loop"

    def condition(values: Sequence[Value]) -> Value:
        return predicate_value(cond_fun(carry.wrapped(values)), what)

    def step(values: Sequence[Value]) -> list[Value]:
        return carry.fitting(body_fun(carry.wrapped(values)))

    def in_program() -> Any:
        if max_steps is None:
            out = loop(lambda *v: [condition(v)], lambda *v: step(v), carry.values)
            return carry.wrapped(out)
        count = backend.asarray(0, backend.dtype("int64"))
        out = loop(
            lambda k, *v: [apply(logical_and, wrap(k) < max_steps, condition(v))],  # type: ignore[operator]
            lambda k, *v: [wrap(k) + 1, *step(v)],  # type: ignore[operator]
            (count, *carry.values),
            max_steps,
        )
        return carry.wrapped(out[1:])

    def in_python() -> Any:
        values, steps = carry.values, 0
        while max_steps is None or steps < max_steps:
            going = condition(values)
            some, batched = holds(going, what)
            if not some:
                break
            steps += 1
            if not batched:
                values = step(values)
                continue
            with backend.quiet():  # about entries that are done
                new = step(values)
            values = [strip(apply(where, going, a, b)) for a, b in zip(new, values, strict=True)]
        return carry.wrapped(values)

    return carry.repeated(lambda: in_program() if staged() else in_python())


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Apply a function for each integer from ``lower`` up to, but not including, ``upper``.

    It is what this loop computes::

        val = init_val
        for i in range(lower, upper):
            val = body_fun(i, val)
        return val

    In a traced or compiled function it is one equation. Bounds that are known beforehand make it a :func:`scan`, others
    a :func:`while_loop`.

    Parameters
    ----------
    lower, upper : int
        The bounds; an integer array where they are computed.
    body_fun : callable
        ``body_fun(i, val)`` gives a container of arrays of the structure, shapes and dtypes of ``val``; ``i`` is an
        integer array.
    init_val
        What to begin with. A Python number becomes an array; of the dtype that ``body_fun`` returns, if that is wider.

    Raises
    ------
    TreeError, ShapeError, DTypeError
        If the value changes in structure or type, or a bound is no integer.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fori_loop(1, 5, lambda i, product: product * i, 1)
    Array(24)
    """
    check_callable(body_fun)
    low, high = _bound(lower, "lower"), _bound(upper, "upper")
    if isinstance(low, int) and isinstance(high, int):
        if high <= low:
            carry = Carry(init_val, "value")
            return carry.wrapped(carry.values)
        numbers = backend.arange(high - low)
        return scan(lambda value, i: (body_fun(i + low if low else i, value), None), init_val, numbers)[0]
    start, stop = (apply(astype, strong(b), dtype=backend.dtype("int64")) for b in (low, high))
    return while_loop(
        lambda state: state[0] < stop,
        lambda state: (state[0] + 1, body_fun(state[0], state[1])),
        (wrap(start), init_val),
    )[1]


def _bound(x: Any, name: str) -> Any:
    """A bound: an integer if it is known, else a value."""
    if not isinstance(x, Box) and hasattr(x, "__index__") and not getattr(x, "shape", ()):
        return x.__index__()
    value = array_value(x, f"{name} of fori_loop")
    if value.shape:
        raise ShapeError(f"{name} of fori_loop must be a single integer, not of shape {value.shape}")
    if value.dtype.kind not in "iu":
        raise DTypeError(f"{name} of fori_loop must be an integer, not {value.dtype}")
    if staged():
        return value
    try:
        return int(wrap(value))  # type: ignore[call-overload]
    except ConversionError:  # there is one for each entry of a batch
        return value
