"""Guards: where a program depends on a value that Python looked at, it says so, and says which value it was."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from struct import Struct
from typing import Any

import numpy as np

from ...core.errors import ConversionError
from ...core.interpreter import apply, strip
from ...core.lowering import Special
from ...core.primitive import Primitive
from ...core.types import ArrayType, Value

__all__ = ["GuardFailed", "condition", "guard", "holds", "outcome_of"]


class GuardFailed(Exception):
    """A program was run on values that would have led Python elsewhere.

    Attributes
    ----------
    number
        Of the guard, in the order of the program.
    kind
        Of the guard.
    value
        What Python would have seen: a bool or a number.
    """

    def __init__(self, number: int, kind: str, value: Any) -> None:
        super().__init__(number, kind, value)
        self.number, self.kind, self.value = number, kind, value


def outcome_of(kind: str, value: Any) -> Hashable:
    """What Python saw in a value: the same for values that it cannot tell apart."""
    if kind == "truth":
        return bool(value)
    number = value.item() if hasattr(value, "item") else value
    return tuple(map(_bits, (number.real, number.imag))) if isinstance(number, complex) else _bits(number)


def _bits(number: Any) -> Hashable:
    if not isinstance(number, float):
        return int(number)
    return "nan" if number != number else _packed(number)


_packed = Struct("d").pack


def holds(value: Any, kind: str, expected: Any) -> bool:
    """Whether Python would see in a value what it saw when the program was traced."""
    return outcome_of(kind, value) == outcome_of(kind, expected)


def _evaluate(x: Any, *, number: int, kind: str, expected: Any) -> tuple[()]:
    if not holds(x, kind, expected):
        raise GuardFailed(number, kind, bool(x) if kind == "truth" else x.item())
    return ()


def _type(x: ArrayType, **params: Any) -> tuple[()]:
    return ()


def _batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: dict[str, Any]) -> tuple[()]:
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
