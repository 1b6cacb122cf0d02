"""The rule families: what a primitive declares, and the rules that follow from it.

- *elementwise*: a partial derivative for each input; JVP, VJP, batching and the result's type follow;
- *linear*: a transpose for each input in which the operation is (jointly) linear; its JVP is the operation itself;
- *multilinear*: a transpose for each input, with the others held fixed; its JVP is a sum of applications of itself;
- *general*: a JVP and a VJP for each input;
- *constant*: no derivative.

Rules name what they read: ``x``, ``y``, ``z`` are the inputs (or as ``inputs`` says), ``out`` the output, ``x_type``
something with the shape and dtype of an input that the tape need not keep, and keyword-only arguments are parameters.
The names are resolved here, when the primitive is defined; they decide what a tape keeps.

Cotangents follow PyTorch's convention for complex numbers: the adjoint of t -> a t is ct -> conj(a) ct, so that
<J v, w> = <v, J* w> in the real inner product Re(conj(a) b).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import Any

from ..backends import backend
from ..core.interpreter import apply
from ..core.lowering import Elementwise
from ..core.primitive import BatchRule, Example, JVPRule, Needs, Primitive, VJPRule, register, registry
from ..core.types import ArrayType, DType, Shape, Value, broadcast_shapes
from . import lowered

__all__ = [
    "constant",
    "conjugate",
    "elementwise",
    "general",
    "linear",
    "multilinear",
    "result_dtype",
    "scale",
    "shape_rule",
    "tangent_multiply",
    "zeros_like",
]

Rule = Callable[..., Any]
Reader = Callable[[Sequence[Value], dict[str, Any]], Any]
TypeRule = Callable[..., Any]


# ---------------------------------------------------------------------------------------------------------------------
# Scaling by a partial derivative
# ---------------------------------------------------------------------------------------------------------------------


def conjugate(x: Value) -> Value:
    """The complex conjugate; a real value as it is."""
    if isinstance(x, complex) and not hasattr(x, "dtype"):
        return x.conjugate()
    if hasattr(x, "dtype") and x.dtype.kind == "c":
        return registry["conj"](x)
    return x


def scale(tangent: Value, partial: Value) -> Value:
    """``tangent * partial``, where a tangent or cotangent that is exactly zero stays zero."""
    kind = type(partial)
    if (kind is float or kind is int) and isfinite(partial):
        return tangent * partial
    return apply(absorbing_multiply, tangent, partial)


def _scale_adjoint(cotangent: Value, partial: Value) -> Value:
    kind = type(partial)
    if (kind is float or kind is int) and isfinite(partial):
        return cotangent * partial
    if cotangent.dtype.kind == "c":
        partial = conjugate(partial)
    return apply(absorbing_multiply, cotangent, partial)


def zeros_like(x: Any) -> Value:
    """Zeros of the shape and dtype of ``x``; a constant."""
    return backend.zeros(x.shape, x.dtype) if hasattr(x, "shape") else type(x)(0)


# ---------------------------------------------------------------------------------------------------------------------
# Reading a rule's names
# ---------------------------------------------------------------------------------------------------------------------


class _Reads:
    """What a rule reads, by the names of its arguments."""

    def __init__(self, rule: Rule, inputs: Sequence[str], leading: Sequence[str] = ()) -> None:
        arguments = inspect.signature(rule).parameters.values()
        self.rule = rule
        self.positional = [a.name for a in arguments if a.kind is a.POSITIONAL_OR_KEYWORD]
        self.params = [a.name for a in arguments if a.kind is a.KEYWORD_ONLY]
        self.leading = [name for name in self.positional if name in leading]
        if self.positional[: len(self.leading)] != self.leading:
            raise TypeError(f"{self.leading} must come first in a rule, not {self.positional}")
        self.indices: list[int] = []
        self.kept: set[int] = set()
        for name in self.positional[len(self.leading) :]:
            base = name.removesuffix("_type")
            if base != "out" and base not in inputs:
                raise TypeError(f"a rule reads {name!r}, which is none of {[*inputs, 'out']}")
            index = -1 if base == "out" else list(inputs).index(base)
            self.indices.append(index)
            if base == name:
                self.kept.add(index)

    def reader(self) -> Reader:
        """``(values, params) -> rule(...)`` for a rule without leading arguments."""
        rule, indices, names = self.rule, self.indices, self.params
        if not names and len(indices) == 1:
            (i,) = indices
            return lambda values, params: rule(values[i])
        if not names and len(indices) == 2:
            i, j = indices
            return lambda values, params: rule(values[i], values[j])
        return lambda values, params: rule(*[values[i] for i in indices], **{n: params[n] for n in names})

    def mapper(self) -> Callable[[Value, Sequence[Value], dict[str, Any]], Any]:
        """``(tangent, values, params) -> rule(tangent, ...)``."""
        rule, indices, names = self.rule, self.indices, self.params
        if not self.leading:
            read = self.reader()
            return lambda t, values, params: scale(t, read(values, params))
        if not names and len(indices) == 1:
            (i,) = indices
            return lambda t, values, params: rule(t, values[i])
        return lambda t, values, params: rule(t, *[values[i] for i in indices], **{n: params[n] for n in names})


def _unread(kept: set[int], arity: int) -> tuple[int, ...]:
    """The positions of inputs and output that are not in ``kept``, where -1 means the output."""
    return tuple(i for i in range(arity) if i not in kept) + (() if -1 in kept else (arity,))


def _needs(kept_by_rule: Sequence[set[int] | None]) -> Needs:
    """``Primitive.needs`` for rules that read these inputs each."""

    def needs(wanted: int, arity: int) -> tuple[int, ...]:
        kept: set[int] = set()
        for i, reads in enumerate(kept_by_rule):
            if reads is not None and wanted >> i & 1:
                kept |= reads
        return _unread(kept, arity)

    return needs


# ---------------------------------------------------------------------------------------------------------------------
# Types
# ---------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def result_dtype(evaluate: Callable[..., Any], dtypes: tuple[DType, ...], ndim: int = 0) -> DType:
    """The dtype that evaluation gives for inputs of these dtypes: asked of the backend once, on single elements."""
    with backend.quiet():
        return backend.asarray(evaluate(*[backend.sample(dtype, ndim) for dtype in dtypes])).dtype


def shape_rule(shape: Callable[..., Shape]) -> TypeRule:
    """The type rule of an operation that keeps the (promoted) dtype and has this shape."""

    def type_rule(*inputs: ArrayType, **params: Any) -> ArrayType:
        dtypes = [t.dtype for t in inputs]
        alone = len(dtypes) == 1 and not isinstance(dtypes[0], type)  # of a Python number an array is made
        dtype = dtypes[0] if alone else result_dtype(_promote, tuple(dtypes))
        return ArrayType(shape(*[t.shape for t in inputs], **params), dtype)

    return type_rule


_promote = backend.implementation("promote")


# ---------------------------------------------------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------------------------------------------------

Partial = Any  # a number, a rule, a pair of rules (JVP, VJP), or None for an input without derivative


def elementwise(
    name: str,
    *partials: Partial,
    domain: tuple[float, float] = (-2.0, 2.0),
    examples: tuple[Example, ...] | None = None,
    lower: Callable[..., Any] | Elementwise | None = None,
    cost: float = 15.0,
) -> Primitive:
    """An elementwise operation, from its partial derivatives.

    Each partial is a number, a rule for the derivative (``lambda x: cos(x)``), a rule for its action on a tangent
    when it is the same on a cotangent (``lambda t, x: where(x > 0, t, 0)``), a pair of rules for the actions on
    tangent and cotangent, or None where there is no derivative.

    ``cost`` is that of an element, in additions. ``lower`` is the operation on scalars of the compiler
    (``lambda m, x: m.math("sin", x)``), in the dtype to which
    inputs and output promote; an ``Elementwise`` says otherwise.
    """
    inputs = "xyz"[: len(partials)]
    evaluate = backend.implementation(name)
    resolved = [_resolve_partial(p, inputs) for p in partials]
    pushes = [r[0] for r in resolved]
    differentiable = any(p is not None for p in pushes)
    pulls = [_pull_zero if differentiable and r[1] is None else r[1] for r in resolved]

    def type_rule(*types: ArrayType, **params: Any) -> ArrayType:
        if params:
            dtype = result_dtype(_with_params(evaluate, tuple(sorted(params.items()))), tuple(t.dtype for t in types))
        else:
            dtype = result_dtype(evaluate, tuple(t.dtype for t in types))
        return ArrayType(broadcast_shapes(*[t.shape for t in types]), dtype)

    if examples is None:
        shapes: list[tuple[Shape, ...]] = [((2, 3),) * len(partials), ((),) * len(partials), ((0, 2),) * len(partials)]
        if len(partials) == 2:
            shapes += [((2, 3), (3,)), ((), (2,)), ((2, 1), (1, 3))]
        examples = tuple(Example(s, domain=domain) for s in shapes)
    primitive = Primitive(
        name=name,
        family="elementwise",
        evaluate=evaluate,
        type_rule=type_rule,
        jvp=_sum_of_pushes(pushes) if differentiable else None,
        vjp=_each_pull(pulls) if differentiable else None,
        batch=_batch_elementwise(name),
        needs=_needs([r[2] for r in resolved]),
        examples=examples,
        pulls=tuple(pulls) if differentiable else None,
        arity=len(partials),
        lowering=None
        if lower is None
        else replace(lower if isinstance(lower, Elementwise) else Elementwise(lower), cost=cost),
    )
    return register(primitive)


@lru_cache(maxsize=1024)
def _with_params(evaluate: Callable[..., Any], params: tuple[tuple[str, Any], ...]) -> Callable[..., Any]:
    return lambda *inputs: evaluate(*inputs, **dict(params))


Map = Callable[[Value, Sequence[Value], dict[str, Any]], Any]


def _resolve_partial(partial: Partial, inputs: str) -> tuple[Map | None, Map | None, set[int] | None]:
    """The actions on a tangent and on a cotangent, and what the latter reads."""
    if partial is None:
        return None, None, None
    if isinstance(partial, (int, float)):
        number = partial
        if number == 1:
            return _identity, _identity, set()
        return (lambda t, values, params: t * number), (lambda t, values, params: t * number), set()
    if isinstance(partial, tuple):
        push, pull = (_Reads(rule, inputs, ("t",)) for rule in partial)
        return push.mapper(), pull.mapper(), pull.kept
    reads = _Reads(partial, inputs, ("t",))
    if reads.leading:
        return reads.mapper(), reads.mapper(), reads.kept
    read = reads.reader()
    if not reads.params and len(reads.indices) == 1:  # the commonest case, with one call less
        rule, (i,) = reads.rule, reads.indices

        def adjoint(t: Value, values: Sequence[Value], params: dict[str, Any]) -> Value:
            partial = rule(values[i])
            if type(partial) is float and isfinite(partial):
                return t * partial
            return _scale_adjoint(t, partial)
    else:

        def adjoint(t: Value, values: Sequence[Value], params: dict[str, Any]) -> Value:
            return _scale_adjoint(t, read(values, params))

    return (lambda t, values, params: scale(t, read(values, params))), adjoint, reads.kept


def _identity(t: Value, values: Sequence[Value], params: dict[str, Any]) -> Value:
    return t


def _pull_zero(t: Value, values: Sequence[Value], params: dict[str, Any]) -> Value:
    return zeros_like(t)


def _sum_of_pushes(pushes: Sequence[Map | None]) -> JVPRule:
    def jvp(tangents: Sequence[Value], values: Sequence[Value], params: dict[str, Any]) -> Value:
        total = None
        for push, t in zip(pushes, tangents, strict=True):
            if push is not None and t is not None:
                term = push(t, values, params)
                total = term if total is None else _add(total, term)
        return total

    return jvp


def _add(a: Any, b: Any) -> Any:
    """The sum of two tangents; of tuples where there are several outputs, None for zero."""
    if isinstance(a, tuple):
        return tuple(_add(x, y) for x, y in zip(a, b, strict=True))
    return b if a is None else a if b is None else a + b


def _each_pull(pulls: Sequence[Map | None]) -> VJPRule:
    """One cotangent an input; the commonest numbers of inputs are spelled out, for speed."""
    if len(pulls) == 1 and pulls[0] is not None:
        only = pulls[0]
        return lambda ct, values, params, wanted: (only(ct, values, params),)
    if len(pulls) == 2 and pulls[0] is not None and pulls[1] is not None:
        first, second = pulls[0], pulls[1]

        def vjp2(ct: Value, values: Sequence[Value], params: dict[str, Any], wanted: int) -> Sequence[Value]:
            if wanted == 1:
                return (first(ct, values, params),)
            if wanted == 2:
                return (None, second(ct, values, params))
            return (first(ct, values, params), second(ct, values, params))

        return vjp2

    def vjp(ct: Value, values: Sequence[Value], params: dict[str, Any], wanted: int) -> Sequence[Value]:
        return [
            pull(ct, values, params) if pull is not None and wanted >> i & 1 else None for i, pull in enumerate(pulls)
        ]

    return vjp


def _batch_elementwise(name: str) -> BatchRule:
    """Align the batch axis in front of the broadcast shape, then apply."""

    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: dict[str, Any]) -> Value:
        ranks = [len(x.shape) - b if hasattr(x, "shape") else 0 for x, b in zip(inputs, batched, strict=True)]
        rank = max(ranks)
        aligned = []
        for x, b, r in zip(inputs, batched, ranks, strict=True):
            if b and r < rank:
                shape = x.shape
                x = registry["reshape"](x, shape=(shape[0], *(1,) * (rank - r), *shape[1:]))
            aligned.append(x)
        return registry[name](*aligned, **params)

    return batch


# ---------------------------------------------------------------------------------------------------------------------
# Linear, multilinear, general, constant
# ---------------------------------------------------------------------------------------------------------------------


def _make(
    name: str,
    family: str,
    jvp: JVPRule | None,
    vjp: VJPRule | None,
    needs: Needs,
    *,
    type_rule: TypeRule,
    batch: BatchRule,
    examples: tuple[Example, ...],
    **optional: Any,
) -> Primitive:
    evaluate = backend.implementation(name)
    return register(Primitive(name, family, evaluate, type_rule, jvp, vjp, batch, needs, examples, **optional))


def linear(name: str, *transposes: Rule | None, variadic: bool = False, **declared: Any) -> Primitive:
    """An operation that is jointly linear in the inputs that have a transpose.

    A transpose is called with the cotangent, the inputs (of a linear one only ``.shape`` and ``.dtype`` may be
    read), and the parameters. With ``variadic=True`` the operation is linear in all of its any number of inputs,
    and the one transpose gives the cotangents of all, of which those not recorded are dropped.
    """

    def jvp(tangents: Sequence[Value], values: Sequence[Value], params: dict[str, Any]) -> Value:
        inputs = [
            (zeros_like(v) if t is None else t) if variadic or transpose is not None else v
            for t, v, transpose in zip(tangents, values[:-1], _pad(transposes, len(values) - 1), strict=True)
        ]
        return registry[name](*inputs, **params)

    def vjp(ct: Value, values: Sequence[Value], params: dict[str, Any], wanted: int) -> Sequence[Value]:
        if variadic:
            (transpose,) = transposes
            assert transpose is not None
            cotangents: Sequence[Value] = transpose(ct, *values[:-1], **params)
            return [c if wanted >> i & 1 else None for i, c in enumerate(cotangents)]
        return [
            transpose(ct, *values[:-1], **params) if transpose is not None and wanted >> i & 1 else None
            for i, transpose in enumerate(_pad(transposes, len(values) - 1))
        ]

    def needs(wanted: int, arity: int) -> tuple[int, ...]:
        fixed = set() if variadic else {i for i, t in enumerate(_pad(transposes, arity)) if t is None}
        return _unread(fixed, arity)

    return _make(name, "linear", jvp, vjp, needs, **declared)


def _pad(rules: Sequence[Rule | None], arity: int) -> list[Rule | None]:
    """Inputs beyond those that have a rule (indices, of which there is any number) have no derivative."""
    return [*rules, *[None] * (arity - len(rules))]


def multilinear(name: str, *transposes: Rule, variadic: bool = False, **declared: Any) -> Primitive:
    """An operation that is linear in each input while the others are held fixed.

    A transpose is called with the cotangent, the inputs (of its own only ``.shape`` and ``.dtype`` may be read) and
    the parameters; with ``variadic=True`` the one transpose is given the number of its input after the cotangent.
    """

    def jvp(tangents: Sequence[Value], values: Sequence[Value], params: dict[str, Any]) -> Value:
        total = None
        for i, t in enumerate(tangents):
            if t is not None:
                term = registry[name](*values[:i], t, *values[i + 1 : -1], **params)
                total = term if total is None else total + term
        return total

    def vjp(ct: Value, values: Sequence[Value], params: dict[str, Any], wanted: int) -> Sequence[Value]:
        inputs = values[:-1]
        if variadic:
            transpose = transposes[0]
            return [transpose(ct, i, *inputs, **params) if wanted >> i & 1 else None for i in range(len(inputs))]
        return [t(ct, *inputs, **params) if wanted >> i & 1 else None for i, t in enumerate(transposes)]

    def needs(wanted: int, arity: int) -> tuple[int, ...]:
        kept = {j for i in range(arity) if wanted >> i & 1 for j in range(arity) if j != i}
        return _unread(kept, arity)

    return _make(name, "multilinear", jvp, vjp, needs, **declared)


def general(
    name: str, inputs: str, *, jvp: Sequence[Rule | None], vjp: Sequence[Rule | None], **declared: Any
) -> Primitive:
    """An operation given by a JVP (``lambda t, x, out: ...``) and a VJP (``lambda ct, x, out: ...``) for each input."""
    arguments = inputs.split()
    pushes = [None if rule is None else _Reads(rule, arguments, ("t",)).mapper() for rule in jvp]
    reads = [None if rule is None else _Reads(rule, arguments, ("ct",)) for rule in vjp]
    pulls = [None if r is None else r.mapper() for r in reads]
    return _make(
        name,
        "general",
        _sum_of_pushes(pushes),
        _each_pull(pulls),
        _needs([None if r is None else r.kept for r in reads]),
        **declared,
    )


def constant(name: str, **declared: Any) -> Primitive:
    """An operation without a derivative: its result is constant almost everywhere, or not a number."""
    return _make(name, "constant", None, None, _needs([]), **declared)


absorbing_multiply = elementwise(
    "absorbing_multiply",
    (lambda t, y: apply(absorbing_multiply, t, y), lambda t, y: apply(absorbing_multiply, t, conjugate(y))),
    (lambda t, x: apply(tangent_multiply, t, x), lambda t, x: apply(tangent_multiply, t, conjugate(x))),
    lower=Elementwise(lowered.absorbing_multiply, cast=False),
    cost=1,
)
"""``x * y``, and 0 wherever ``x`` is 0, even if ``y`` is infinite or NaN there.

It is the product by which tangents and cotangents meet partial derivatives: what does not depend on a branch (its
cotangent is zero) is not made NaN by a derivative that does not exist there.
"""

tangent_multiply = elementwise(
    "tangent_multiply",
    (lambda t, y: apply(tangent_multiply, t, y), lambda t, y: apply(tangent_multiply, t, conjugate(y))),
    (lambda t, x: apply(tangent_multiply, t, x), lambda t, x: apply(tangent_multiply, t, conjugate(x))),
    lower=lowered.tangent_multiply,
)
"""``x * y``, and 0 wherever either is 0: the product of two tangents or cotangents, which higher derivatives meet."""
