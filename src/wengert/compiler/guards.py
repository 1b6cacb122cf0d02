"""Guards: where a program depends on a value that Python looked at, it says so, and says which value it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.interpreter import apply, strip
from ..core.lowering import Special
from ..core.primitive import Primitive
from ..core.types import ArrayType, Value

__all__ = ["GuardFailed", "guard", "holds"]


class GuardFailed(Exception):
    """A program was run on values that would have led Python elsewhere."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def holds(value: Any, kind: str, expected: Any) -> bool:
    """Whether Python would see in a value what it saw when the program was traced."""
    if kind == "truth":
        return bool(value) is expected
    return same_number(value.item(), expected)


def same_number(a: Any, b: Any) -> bool:
    """Whether two numbers cannot be told apart: NaN is itself, and zeros have signs."""
    if isinstance(b, complex):
        return same_number(a.real, b.real) and same_number(a.imag, b.imag)
    if isinstance(b, float):
        return bool(np.isnan(a)) if b != b else a == b and np.signbit(a) == np.signbit(b)
    return bool(a == b)


def _evaluate(x: Any, *, number: int, kind: str, expected: Any) -> tuple[()]:
    if not holds(x, kind, expected):
        raise GuardFailed(number)
    return ()


def _type(x: ArrayType, **params: Any) -> tuple[()]:
    return ()


def _jvp(tangents: Sequence[Value], values: Sequence[Value], params: dict[str, Any]) -> tuple[()]:
    return ()


def _batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: dict[str, Any]) -> tuple[()]:
    from ..core.errors import ConversionError

    if any(batched):
        raise ConversionError(
            "Python's control flow needs a single value, but under vmap there is one for each batch entry; "
            "choose elementwise with wg.where, or use wg.cond or wg.while_loop"
        )
    apply(guard, *map(strip, inputs), **params)
    return ()


# It is not in the registry: the laws there are about values.
guard = Primitive(
    name="guard",
    family="effect",
    evaluate=_evaluate,
    type_rule=_type,
    jvp=None,
    vjp=None,
    batch=_batch,
    needs=lambda wanted, arity: (),
    examples=(),
    multiple=True,
    arity=1,
    pure=False,
    lowering=Special("guard"),
)
"""No outputs. ``kind`` is "truth" (``expected``: a bool) or "number" (``expected``: a Python number, one element)."""


def condition(m: Any, x: Any, kind: str, expected: Any) -> Any:
    """The guard's condition in machine arithmetic."""
    if kind == "truth":
        truth = m.truth(x)
        return truth if expected else m.logical_not(truth)
    if x.dtype.kind == "c":
        return m.logical(
            "and",
            condition(m, m.real(x), kind, complex(expected).real),
            condition(m, m.imag(x), kind, complex(expected).imag),
        )
    if x.dtype.kind == "f" and expected != expected:
        return m.isnan(x)
    equal = m.compare("==", x, m.constant(expected, x.dtype))
    if x.dtype.kind == "f" and expected == 0:
        sign = m.signbit(x)
        return m.logical("and", equal, sign if np.signbit(expected) else m.logical_not(sign))
    return equal
