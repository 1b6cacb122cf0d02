"""``detect_anomaly``: which operation, forward or backward, made the first NaN or infinity."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import numpy as np

from ..core.errors import AnomalyError, user_location
from ..core.interpreter import Box, state
from ..core.types import Value, type_of
from .tape import Node

__all__ = ["detect_anomaly"]


class detect_anomaly:
    """A scope in which the first recorded operation to make a NaN or infinity of finite numbers is an error.

    Forward, the error names the operation and its inputs; in a reverse sweep, the operation whose derivative is not
    finite, and the line that recorded it. Operations are recorded where an input requires a gradient, so also inside
    ``grad`` and ``vjp``. The scope costs a pass over every result, so it is for debugging.

    Raises
    ------
    AnomalyError
        At the operation.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([1.0, 0.0], requires_grad=True)
    >>> with wg.detect_anomaly():
    ...     wg.log(x)
    Traceback (most recent call last):
    ...
    wengert.core.errors.AnomalyError: log(float64[2]) made -inf at index (1,) of [ 0. -inf], from [1. 0.]
    at ...
    """

    def __init__(self) -> None:
        self._lines: dict[int, str] = {}

    def __enter__(self) -> Self:
        self._outer = state.watch
        state.set_watch(self)
        self._quiet = np.errstate(all="ignore")  # NumPy's warning would only come before the error
        self._quiet.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._quiet.__exit__(kind, error, traceback)
        state.set_watch(self._outer)

    def recorded(self, node: Node, values: Iterable[Value], out: Any) -> None:
        """Look at what an equation gave; remember the user's line."""
        location = user_location()
        if location is not None:
            self._lines[node.order] = location
        inputs = [_raw(v) for v in values]
        for part in out if isinstance(out, tuple) else (out,):
            found = _first_infinite(_raw(part))
            if found is not None and all(_first_infinite(x) is None for x in inputs):
                operands = ", ".join(str(type_of(x)) for x in inputs)
                given = " and ".join(map(_text, inputs))
                raise AnomalyError(f"{_name(node)}({operands}) made {found} of {_text(_raw(part))}, from {given}")

    def swept(self, node: Node, cotangent: Any, parts: Iterable[Value | None]) -> None:
        """Look at the cotangents that a VJP gave."""
        if any(_first_infinite(_raw(c)) for c in (cotangent if isinstance(cotangent, list) else [cotangent])):
            return
        for part in parts:
            found = None if part is None else _first_infinite(_raw(part))
            if found is not None:
                line = self._lines.get(node.order)
                where = f", which was recorded at {line}," if line else ""
                raise AnomalyError(
                    f"the derivative of {_name(node)}{where} made {found} of the cotangent {_text(_raw(part))}; "
                    f"what it had saved: {', '.join(_text(_raw(v)) for v in node.saved if hasattr(v, 'dtype')) or '-'}"
                )


def _name(node: Node) -> str:
    return "an operation" if node.primitive is None else node.primitive.name


def _raw(value: Any) -> Any:
    while isinstance(value, Box):
        value = value._value
    return value


def _first_infinite(x: Any) -> str | None:
    """The first NaN or infinity, and its index; None where there is none."""
    if x is None or np.isfinite(x).all():
        return None
    array = np.asarray(x)
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    return f"{array[index]} at index {index}"


def _text(x: Any) -> str:
    return np.array2string(np.asarray(x), threshold=20, edgeitems=3).replace("\n", "")
