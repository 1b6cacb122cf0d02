"""Reductions and scans.

A reduction takes ``axes`` (sorted, counted from the front) and ``keepdims``; a scan takes one ``axis``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf, nan, prod as _prod
from typing import Any

from ..backends import backend
from ..core.lowering import Reduction, Special
from ..core.primitive import BatchRule, Example
from ..core.types import ArrayType, DType, Shape, Value
from .elementwise import astype, exp, kept, real_part, stop_gradient, where
from .families import conjugate, constant, general, linear, scale, shape_rule, tangent_multiply
from .indexing import getitem
from .shaping import broadcast_to, concatenate, flip, pad, reshape, spread, transpose

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "linear_recurrence",
    "logsumexp",
    "max",
    "min",
    "nanmax",
    "nanmin",
    "norm",
    "prod",
    "sum",
]

Params = dict[str, Any]
Axes = tuple[int, ...]


def _reduced(shape: Shape, axes: Axes, keepdims: bool) -> Shape:
    if keepdims:
        return tuple(1 if a in axes else n for a, n in enumerate(shape))
    return tuple(n for a, n in enumerate(shape) if a not in axes)


def _expand(x: Value, shape: Shape, axes: Axes, keepdims: bool) -> Value:
    """A reduction's result, in a shape that broadcasts against its argument of this shape."""
    return x if keepdims or len(axes) == 0 else reshape(x, shape=_reduced(shape, axes, True))


@lru_cache(maxsize=512)
def _reduction_dtype(name: str, dtype: DType) -> DType:
    with backend.quiet():
        return backend.implementation(name)(backend.sample(dtype, 1), axes=(0,), keepdims=False).dtype


def _type_rule(name: str) -> Callable[..., ArrayType]:
    def type_rule(x: ArrayType, *, axes: Axes, keepdims: bool) -> ArrayType:
        return ArrayType(_reduced(x.shape, axes, keepdims), _reduction_dtype(name, backend.dtype(x.dtype)))

    return type_rule


def _batch(primitive: Callable[..., Value]) -> BatchRule:
    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        return primitive(inputs[0], axes=tuple(a + 1 for a in params["axes"]), keepdims=params["keepdims"])

    return batch


def _examples(empty: bool = True) -> tuple[Example, ...]:
    """Shapes with axes and ``keepdims``; reductions of nothing among them, unless those are an error."""
    cases: list[tuple[Shape, Axes, bool]] = [
        ((2, 3), (0,), False),
        ((2, 3), (0, 1), False),
        ((2, 3, 2), (0, 2), True),
        ((), (), False),
        ((1, 2), (0,), False),
        ((2, 0), (0,), False),
    ]
    if empty:
        cases += [((0, 2), (0,), False), ((0, 2), (1,), True)]
    return tuple(Example((s,), {"axes": a, "keepdims": k}) for s, a, k in cases)


sum = linear(
    "sum",
    lambda ct, x, *, axes, keepdims: broadcast_to(_expand(ct, x.shape, axes, keepdims), shape=x.shape),
    type_rule=_type_rule("sum"),
    batch=_batch(lambda x, **p: sum(x, **p)),
    lowering=Reduction(lambda m, a, x: m.add(a, x, reassociate=True), lambda dtype: 0),
    examples=_examples(),
)
any = constant(
    "any",
    lowering=Reduction(lambda m, a, x: m.logical("or", a, x), lambda dtype: False),
    type_rule=_type_rule("any"),
    batch=_batch(lambda x, **p: any(x, **p)),
    examples=_examples(),
)
all = constant(
    "all",
    lowering=Reduction(lambda m, a, x: m.logical("and", a, x), lambda dtype: True),
    type_rule=_type_rule("all"),
    batch=_batch(lambda x, **p: all(x, **p)),
    examples=_examples(),
)


# The extremes: elements that tie share the derivative evenly ---------------------------------------------------------


def _ties(x: Value, out: Value, axes: Axes, keepdims: bool) -> tuple[Value, Value]:
    """Which elements attain the extreme, and how many do."""
    attained = x == _expand(out, x.shape, axes, keepdims)
    return attained, astype(sum(attained, axes=axes, keepdims=keepdims), dtype=x.dtype)


def _extreme_push(t: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    attained, count = _ties(x, out, axes, keepdims)
    return sum(kept(t, attained), axes=axes, keepdims=keepdims) / count


def _extreme_pull(ct: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    attained, count = _ties(x, out, axes, keepdims)
    return kept(_expand(ct / count, x.shape, axes, keepdims), attained)


def _lowest(dtype: DType) -> Any:
    return -inf if dtype.kind in "fc" else backend.limits(dtype)[0]


def _highest(dtype: DType) -> Any:
    return inf if dtype.kind in "fc" else backend.limits(dtype)[1]


max = general(
    "max",
    "x",
    jvp=[_extreme_push],
    vjp=[_extreme_pull],
    type_rule=_type_rule("max"),
    batch=_batch(lambda x, **p: max(x, **p)),
    lowering=Reduction(lambda m, a, x: m.largest(a, x), _lowest, of_nothing=False),
    examples=_examples(empty=False),
)
min = general(
    "min",
    "x",
    jvp=[_extreme_push],
    vjp=[_extreme_pull],
    type_rule=_type_rule("min"),
    batch=_batch(lambda x, **p: min(x, **p)),
    lowering=Reduction(lambda m, a, x: m.smallest(a, x), _highest, of_nothing=False),
    examples=_examples(empty=False),
)


def _present(x: Value, out: Value, axes: Axes, keepdims: bool) -> tuple[Value, Value]:
    """Which elements attain the extreme, and how many do; of nothing but NaN, which equals nothing, one."""
    attained, count = _ties(x, out, axes, keepdims)
    return attained, count + (count == 0)


def _present_push(t: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    attained, count = _present(x, out, axes, keepdims)
    return sum(kept(t, attained), axes=axes, keepdims=keepdims) / count


def _present_pull(ct: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    attained, count = _present(x, out, axes, keepdims)
    return kept(_expand(ct / count, x.shape, axes, keepdims), attained)


nanmax = general(  # of the elements that are not NaN
    "nanmax",
    "x",
    jvp=[_present_push],
    vjp=[_present_pull],
    type_rule=_type_rule("nanmax"),
    batch=_batch(lambda x, **p: nanmax(x, **p)),
    examples=(*_examples(empty=False)[:4], Example(([[nan, 1.0], [2.0, nan]],), {"axes": (1,), "keepdims": False})),
)
nanmin = general(
    "nanmin",
    "x",
    jvp=[_present_push],
    vjp=[_present_pull],
    type_rule=_type_rule("nanmin"),
    batch=_batch(lambda x, **p: nanmin(x, **p)),
    examples=(*_examples(empty=False)[:4], Example(([[nan, 1.0], [2.0, nan]],), {"axes": (1,), "keepdims": False})),
)


def _arg_type(x: ArrayType, *, axis: int, keepdims: bool) -> ArrayType:
    return ArrayType(_reduced(x.shape, (axis,), keepdims), backend.dtype("intp"))


def _arg_batch(primitive: Callable[..., Value]) -> BatchRule:
    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        return primitive(inputs[0], axis=params["axis"] + 1, keepdims=params["keepdims"])

    return batch


_ARG_EXAMPLES = tuple(
    Example((s,), {"axis": a, "keepdims": k}) for s, a, k in (((2, 3), 1, False), ((4,), 0, True), ((0, 2), 1, False))
)
argmax = constant(
    "argmax", type_rule=_arg_type, batch=_arg_batch(lambda x, **p: argmax(x, **p)), examples=_ARG_EXAMPLES
)
argmin = constant(
    "argmin", type_rule=_arg_type, batch=_arg_batch(lambda x, **p: argmin(x, **p)), examples=_ARG_EXAMPLES
)


# The 2-norm and logsumexp ---------------------------------------------------------------------------------------------


def _direction(x: Value, out: Value, axes: Axes, keepdims: bool) -> Value:
    """x / ‖x‖, and 0 where the norm is 0 (see ``_below`` of the elementwise operations)."""
    return x / _expand(where(out == 0, inf, out), x.shape, axes, keepdims)


def _norm_push(t: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    return sum(real_part(scale(t, conjugate(_direction(x, out, axes, keepdims)))), axes=axes, keepdims=keepdims)


def _norm_pull(ct: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    return scale(_expand(ct, x.shape, axes, keepdims), _direction(x, out, axes, keepdims))


norm = general(
    "norm",
    "x",
    jvp=[_norm_push],
    vjp=[_norm_pull],
    type_rule=_type_rule("norm"),
    batch=_batch(lambda x, **p: norm(x, **p)),
    examples=_examples(),
)


def _shares(x: Value, out: Value, axes: Axes, keepdims: bool) -> Value:
    """exp(x) / Σ exp(x), by a shift that does not matter; 0 where all elements are -inf.

    exp(x - out) alone would have the rounding error of ``out``, which is large where ``out`` is.
    """
    shift = stop_gradient(_expand(where(out == -inf, 0.0, out), x.shape, axes, keepdims))
    powers = exp(x - shift)
    total = sum(powers, axes=axes, keepdims=True)
    return powers / where(total == 0, inf, total)


def _logsumexp_push(t: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    return sum(scale(t, _shares(x, out, axes, keepdims)), axes=axes, keepdims=keepdims)


def _logsumexp_pull(ct: Value, x: Value, out: Value, *, axes: Axes, keepdims: bool) -> Value:
    return scale(_expand(ct, x.shape, axes, keepdims), conjugate(_shares(x, out, axes, keepdims)))


logsumexp = general(
    "logsumexp",
    "x",
    jvp=[_logsumexp_push],
    vjp=[_logsumexp_pull],
    type_rule=_type_rule("logsumexp"),
    batch=_batch(lambda x, **p: logsumexp(x, **p)),
    examples=_examples(empty=False),
)


# Scans ----------------------------------------------------------------------------------------------------------------


def _scan_type(name: str) -> Callable[..., ArrayType]:
    def type_rule(x: ArrayType, *, axis: int) -> ArrayType:
        return ArrayType(x.shape, _scan_dtype(name, x.dtype))

    return type_rule


@lru_cache(maxsize=512)
def _scan_dtype(name: str, dtype: DType) -> DType:
    return backend.implementation(name)(backend.sample(dtype, 1), axis=0).dtype


def _scan_batch(primitive: Callable[..., Value]) -> BatchRule:
    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        return primitive(*[spread(x, b, size) for x, b in zip(inputs, batched, strict=True)], axis=params["axis"] + 1)

    return batch


_SCAN_EXAMPLES = tuple(Example((s,), {"axis": a}) for s, a in (((2, 3), 1), ((3, 2), 0), ((0,), 0), ((1,), 0)))


def _reversed(operation: Callable[..., Value], *xs: Value, axis: int) -> Value:
    """A scan from the end to the beginning."""
    return flip(operation(*[flip(x, axes=(axis,)) for x in xs], axis=axis), axes=(axis,))


def _shifted(x: Value, axis: int, step: int) -> Value:
    """``y[i] = x[i - step]`` for a step of 1 or -1, and 0 where there is no such element."""
    if x.shape[axis] == 0:
        return x
    kept = slice(None, -1) if step == 1 else slice(1, None)
    part = getitem(x, index=(*(slice(None),) * axis, kept))
    widths = tuple(((1, 0) if step == 1 else (0, 1)) if a == axis else (0, 0) for a in range(len(x.shape)))
    return pad(part, widths=widths)


cumsum = linear(
    "cumsum",
    lambda ct, x, *, axis: _reversed(cumsum, ct, axis=axis),
    type_rule=_scan_type("cumsum"),
    batch=_scan_batch(lambda x, **p: cumsum(x, **p)),
    lowering=Special("cumsum"),
    examples=_SCAN_EXAMPLES,
)


def _recurrence_adjoint(ct: Value, a: Value, axis: int) -> Value:
    """The recurrence run backwards: r[i] = ct[i] + conj(a[i+1]) r[i+1]."""
    return _reversed(linear_recurrence, _shifted(conjugate(a), axis, -1), ct, axis=axis)


# h[i] = a[i] h[i-1] + b[i], from h[-1] = 0: the derivative of a cumulative product, and closed under differentiation.
# States are tangents or cotangents: one that is 0 stays 0, whatever its factor.
linear_recurrence = general(
    "linear_recurrence",
    "a b",
    jvp=[
        lambda t, a, out, *, axis: linear_recurrence(a, tangent_multiply(t, _shifted(out, axis, 1)), axis=axis),
        lambda t, a, *, axis: linear_recurrence(a, t, axis=axis),
    ],
    vjp=[
        lambda ct, a, out, *, axis: tangent_multiply(
            _recurrence_adjoint(ct, a, axis), conjugate(_shifted(out, axis, 1))
        ),
        lambda ct, a, *, axis: _recurrence_adjoint(ct, a, axis),
    ],
    type_rule=shape_rule(lambda a, b, *, axis: b),
    batch=_scan_batch(lambda a, b, **p: linear_recurrence(a, b, **p)),
    lowering=Special("linear_recurrence"),
    examples=tuple(Example((s, s), {"axis": a}) for s, a in (((2, 3), 1), ((4,), 0), ((0,), 0))),
)


def _reigns(x: Value, out: Value, axis: int) -> tuple[Value, Value, Value]:
    """Of a running extreme: where it stays what it was, which elements attain it, and how many did since it changed."""
    stays = astype(out == _shifted(out, axis, 1), dtype=x.dtype)
    attained = x == out
    count = linear_recurrence(stays, astype(attained, dtype=x.dtype), axis=axis)
    return stays, attained, count + (count == 0)  # NaN equals nothing


def _running_push(t: Value, x: Value, out: Value, *, axis: int) -> Value:
    stays, attained, count = _reigns(x, out, axis)
    return linear_recurrence(stays, kept(t, attained), axis=axis) / count


def _running_pull(ct: Value, x: Value, out: Value, *, axis: int) -> Value:
    stays, attained, count = _reigns(x, out, axis)
    return kept(_recurrence_adjoint(ct / count, stays, axis), attained)


cummax = general(  # elements that tie share the derivative evenly
    "cummax",
    "x",
    jvp=[_running_push],
    vjp=[_running_pull],
    type_rule=_scan_type("cummax"),
    batch=_scan_batch(lambda x, **p: cummax(x, **p)),
    examples=_SCAN_EXAMPLES,
)
cummin = general(
    "cummin",
    "x",
    jvp=[_running_push],
    vjp=[_running_pull],
    type_rule=_scan_type("cummin"),
    batch=_scan_batch(lambda x, **p: cummin(x, **p)),
    examples=_SCAN_EXAMPLES,
)


def _product_before(x: Value, out: Value, axis: int) -> Value:
    """The product of the elements before each, given the cumulative product."""
    ones = backend.ones((*x.shape[:axis], x.shape[axis] and 1, *x.shape[axis + 1 :]), x.dtype)
    before = getitem(out, index=(*(slice(None),) * axis, slice(None, -1)))
    return concatenate(ones, before, axis=axis, sizes=(ones.shape[axis], before.shape[axis]))


cumprod = general(  # without division, so that zeros do not matter
    "cumprod",
    "x",
    jvp=[lambda t, x, out, *, axis: linear_recurrence(x, scale(t, _product_before(x, out, axis)), axis=axis)],
    vjp=[lambda ct, x, out, *, axis: scale(_recurrence_adjoint(ct, x, axis), conjugate(_product_before(x, out, axis)))],
    type_rule=_scan_type("cumprod"),
    batch=_scan_batch(lambda x, **p: cumprod(x, **p)),
    lowering=Special("cumprod"),
    examples=_SCAN_EXAMPLES,
)


def _product_of_others(x: Value, axes: Axes) -> Value:
    """For each element the product of all others along the axes: those before times those after."""
    kept = tuple(a for a in range(len(x.shape)) if a not in axes)
    order = kept + axes
    moved = transpose(x, axes=order)
    flat = reshape(moved, shape=(*moved.shape[: len(kept)], _prod(moved.shape[len(kept) :])))
    axis = len(kept)
    before = _product_before(flat, cumprod(flat, axis=axis), axis)
    mirrored = flip(flat, axes=(axis,))
    after = flip(_product_before(mirrored, cumprod(mirrored, axis=axis), axis), axes=(axis,))
    others = reshape(before * after, shape=moved.shape)
    return transpose(others, axes=tuple(sorted(range(len(order)), key=order.__getitem__)))


prod = general(
    "prod",
    "x",
    jvp=[lambda t, x, *, axes, keepdims: sum(scale(t, _product_of_others(x, axes)), axes=axes, keepdims=keepdims)],
    vjp=[
        lambda ct, x, *, axes, keepdims: scale(
            _expand(ct, x.shape, axes, keepdims), conjugate(_product_of_others(x, axes))
        )
    ],
    type_rule=_type_rule("prod"),
    batch=_batch(lambda x, **p: prod(x, **p)),
    lowering=Reduction(lambda m, a, x: m.multiply(a, x, reassociate=True), lambda dtype: 1),
    examples=_examples(),
)
