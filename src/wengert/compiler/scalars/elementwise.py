"""Elementwise primitives on scalars: the rule of a primitive's record, applied with NumPy's promotion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.lowering import Elementwise, NotLowered
from ...core.primitive import Primitive
from .arithmetic import Arithmetic, common_dtype
from .ir import DType, Module, Operand, Scalar, supported

__all__ = ["lower_elementwise", "lowers"]


def lower_elementwise(
    m: Arithmetic, primitive: Primitive, inputs: Sequence[Operand], out_dtype: DType, params: dict[str, Any]
) -> Scalar:
    """One element of the output, of elements of the inputs.

    Raises
    ------
    NotLowered
        The primitive's lowering is not elementwise, or has nothing for these dtypes or parameters.
    """
    lowering = primitive.lowering
    if not isinstance(lowering, Elementwise):
        raise NotLowered(f"{primitive.name} is not elementwise")
    if not supported(out_dtype) or not all(supported(x.dtype) for x in inputs if isinstance(x, Scalar)):
        raise NotLowered(f"{primitive.name} gives {out_dtype}")
    if lowering.cast:
        inputs = m.cast_all(tuple(inputs), common_dtype(*inputs, out_dtype))
    result: Operand = lowering.rule(m, *inputs, **params)
    return m.cast(result, out_dtype)


_ANSWERS: dict[Any, bool] = {}


def lowers(
    primitive: Primitive, inputs: Sequence[DType | bool | int | float | complex], out_dtype: DType, **params: Any
) -> bool:
    """Whether a primitive can be lowered for inputs of these dtypes, or for these Python numbers.

    The rule is tried, and its answer kept.
    """
    key = (primitive, tuple((type(x), x) for x in inputs), out_dtype, *sorted(params.items()))
    found = _ANSWERS.get(key)
    if found is None:
        found = _ANSWERS[key] = _tried(primitive, inputs, out_dtype, params)
    return found


def _tried(primitive: Primitive, inputs: Sequence[Any], out_dtype: DType, params: dict[str, Any]) -> bool:
    m = Arithmetic(Module())
    operands = [Scalar(x, ("%x", "%y")[: 1 + (x.kind == "c")]) if isinstance(x, np.dtype) else x for x in inputs]
    try:
        lower_elementwise(m, primitive, operands, out_dtype, params)
    except NotLowered:
        return False
    return True
