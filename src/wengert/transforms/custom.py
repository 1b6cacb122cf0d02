"""Functions with derivatives of their own: ``custom_vjp`` and ``custom_jvp``.

One rule is enough for both modes. What a VJP rule gives is linear in the cotangent, so the JVP is its transpose; what
a JVP rule gives is linear in the tangents, so the VJP is its transpose. Under ``vmap`` function and rules run on the
batch. An array that the function captured instead of taking it as an argument is differentiated as if there were no
rule: the rule says nothing about it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any

from ..core.errors import GraphError, TreeError
from ..core.interpreter import Box, Interpreter, apply, strip, wrap
from ..core.primitive import Primitive
from ..core.tree import flatten, same_structure, unflatten
from ..core.types import SCALARS, Value, is_inexact, type_of
from ..eager.tape import Node, Recorder
from ..ops.families import zeros_like
from .arguments import array_value
from .batch import Batch
from .calls import FlatCall, at_level, call_primitive, mine, positional
from .forward import Forward
from .reverse import record_call

__all__ = ["custom_jvp", "custom_vjp"]

Values = Sequence[Value]


# ---------------------------------------------------------------------------------------------------------------------
# Rules, flat in arrays: what all interpreters ask
# ---------------------------------------------------------------------------------------------------------------------


class _Rule:
    """A function with its derivative, on flat values."""

    name: str

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        raise NotImplementedError

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs, and what ``backward`` needs besides the inputs."""
        raise NotImplementedError

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> tuple[Value | None, ...]:
        """The inputs' cotangents."""
        raise NotImplementedError

    def push(self, values: Values, tangents: Values) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs and their tangents."""
        raise NotImplementedError


def _transpose(linear: Callable[..., Sequence[Value | None]], at: Values, cotangents: Values) -> list[Value]:
    """The transpose of a linear function from values shaped like ``at``, applied to cotangents of its results."""
    places = [i for i, x in enumerate(at) if is_inexact(x.dtype)]
    kept: list[int] = []

    def restricted(*xs: Value) -> list[Value]:
        full: list[Value] = [zeros_like(x) for x in at]
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        results = [r if isinstance(r, Box) else None for r in linear(*full)]
        kept.extend(i for i, r in enumerate(results) if r is not None)
        return [r for r in results if r is not None]

    recording = record_call(restricted, [zeros_like(at[i]) for i in places])
    pulled = recording.pull([cotangents[i] for i in kept], retain=False)
    full: list[Value] = [zeros_like(x) for x in at]
    for i, x in zip(places, pulled, strict=True):
        full[i] = x
    return full


class _VJPRule(_Rule):
    def __init__(self, owner: custom_vjp, args: tuple[Any, ...]) -> None:
        self.name = owner.__name__
        self.primal = FlatCall(owner.function, args)
        self._fwd, self._bwd = owner.rules
        self._residual_tree: Any = None

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        return self.primal(*values)

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        result = self._fwd(*self.primal.arguments(values))
        if not isinstance(result, tuple) or len(result) != 2:
            raise TreeError(f"the forward rule of {self.name} must return a pair (output, residuals)")
        leaves, self.primal.out_tree = flatten(result[0])
        residuals, self._residual_tree = flatten(result[1])
        outputs = tuple(strip(array_value(x, "the output of a forward rule")) for x in leaves)
        return outputs, tuple(strip(x) for x in residuals)

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> tuple[Value | None, ...]:
        residual = unflatten(self._residual_tree, [_wrapped(x) for x in residuals])
        cotangent = unflatten(self.primal.out_tree, [wrap(c) for c in cotangents])
        parts = self._bwd(residual, cotangent)
        args = self.primal.arguments(values)
        if not isinstance(parts, tuple) or len(parts) != len(args):
            raise TreeError(f"the backward rule of {self.name} must return a tuple of {len(args)} cotangent(s)")
        flat: list[Value | None] = []
        for part, arg in zip(parts, args, strict=True):
            leaves, structure = flatten(arg)
            arrays = [x for x in leaves if isinstance(x, Box)]
            if part is None:
                flat.extend([None] * len(arrays))
                continue
            given = same_structure(part, structure, f"a cotangent from the backward rule of {self.name}")
            for x, leaf in zip(given, leaves, strict=True):
                if isinstance(leaf, Box):
                    flat.append(_fitting(x, leaf, f"the backward rule of {self.name}"))
        return tuple(flat)

    def push(self, values: Values, tangents: Values) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        outputs, residuals = self.forward(*values)
        return outputs, tuple(_transpose(lambda *cts: self.backward(values, residuals, cts), outputs, tangents))


class _JVPRule(_Rule):
    def __init__(self, owner: custom_jvp, args: tuple[Any, ...]) -> None:
        self.name = owner.__name__
        self.primal = FlatCall(owner.function, args)
        self._jvp = owner.rule

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        return self.primal(*values)

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        return self.evaluate(*values), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> tuple[Value | None, ...]:
        return tuple(_transpose(lambda *ts: self.push(values, ts)[1], values, cotangents))

    def push(self, values: Values, tangents: Values) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        result = self._jvp(self.primal.arguments(values), self.primal.arguments(tangents))
        if not isinstance(result, tuple) or len(result) != 2:
            raise TreeError(f"the rule of {self.name} must return a pair (output, tangent)")
        leaves, self.primal.out_tree = flatten(result[0])
        outputs = tuple(strip(array_value(x, "the output of a rule")) for x in leaves)
        given = same_structure(result[1], self.primal.out_tree, f"the tangent from the rule of {self.name}")
        what = f"the rule of {self.name}"
        return outputs, tuple(_fitting(t, y, what) for t, y in zip(given, outputs, strict=True))


class _BatchedRule(_Rule):
    """A rule that runs on the batch of a level."""

    def __init__(self, rule: _Rule, level: Batch, batched: Sequence[bool]) -> None:
        self.name = rule.name
        flags = tuple(batched)
        self.evaluate = at_level(level, rule.evaluate, flags)  # type: ignore[method-assign]
        self.forward = at_level(level, rule.forward, flags)  # type: ignore[method-assign]
        inputs = tuple(flags)

        def entered(values: Values) -> list[Value]:
            return [level.box(v, None) if b else v for v, b in zip(values, inputs, strict=True)]

        self._backward = at_level(level, lambda v, r, c: rule.backward(v, r, c), (False, True, True))
        self._push = at_level(level, lambda v, t: rule.push(v, t), (False, False))
        self._entered = entered

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> tuple[Value | None, ...]:
        return self._backward(self._entered(values), residuals, cotangents)  # type: ignore[no-any-return]

    def push(self, values: Values, tangents: Values) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        return self._push(self._entered(values), self._entered(tangents))  # type: ignore[no-any-return]


def _wrapped(x: Value) -> Value:
    return x if isinstance(x, SCALARS) and not hasattr(x, "dtype") else wrap(x) if hasattr(x, "dtype") else x


def _fitting(x: Any, like: Value, what: str) -> Value:
    """A tangent or cotangent given by a rule, checked against what it belongs to."""
    value = strip(array_value(x, f"what {what} returns"))
    if value.shape != like.shape:
        raise TreeError(f"{what} gave shape {value.shape} for an array of shape {like.shape}")
    return value


# ---------------------------------------------------------------------------------------------------------------------
# What the interpreters make of a rule
# ---------------------------------------------------------------------------------------------------------------------


def _primitive(rule: _Rule) -> Primitive:
    def call(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        if isinstance(level, Recorder):
            return _record(rule, primitive, level, inputs)
        if isinstance(level, Forward):
            return _push(rule, level, inputs)
        assert isinstance(level, Batch)
        flags = [mine(level, x) for x in inputs]
        lowered = _primitive(_BatchedRule(rule, level, flags))
        out = apply(lowered, *[x._value if b else x for x, b in zip(inputs, flags, strict=True)])
        return tuple(level.box(strip(o), None) for o in out)

    primitive = call_primitive(rule.name, rule.evaluate, call, vjp=_pull(rule))
    return primitive


def _record(rule: _Rule, primitive: Primitive, level: Recorder, inputs: tuple[Value, ...]) -> Any:
    """Record a call. An output that depends on captured arrays passes its cotangent on to them unchanged."""
    values = [x._value if mine(level, x) else strip(x) for x in inputs]
    notes = [x._note if mine(level, x) and x._note is not None else type_of(v) for x, v in zip(inputs, values, strict=True)]
    outputs, residuals = rule.forward(*values)
    captured = [k for k, o in enumerate(outputs) if mine(level, o) and isinstance(o._note, Node)]
    notes += [outputs[k]._note for k in captured]
    lowered = [o._value if mine(level, o) else o for o in outputs]
    kept = tuple(r._value if mine(level, r) else r for r in residuals)
    wanted = sum(1 << i for i, n in enumerate(notes) if isinstance(n, Node))
    params = {
        "level": level,
        "captured": tuple(captured),
        "arity": len(values),
        "types": tuple(map(type_of, lowered)),
    }
    saved = (*values, *[None] * len(captured), _Opaque(kept))
    return level.record(primitive, params, tuple(notes), saved, wanted, tuple(lowered))


class _Opaque:
    """Residuals, which a recorded sweep computes anew from the inputs so that it can be differentiated."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.values = values


def _pull(rule: _Rule) -> Callable[..., Sequence[Value | None]]:
    def vjp(
        cotangents: Sequence[Value | None], saved: Sequence[Any], params: dict[str, Any], wanted: int
    ) -> Sequence[Value | None]:
        level, values, kept = params["level"], saved[: params["arity"]], saved[-1]
        full = [zeros_like(t) if c is None else c for c, t in zip(cotangents, params["types"], strict=True)]
        with level.reopened():  # the rule may have captured arrays of the level
            recorded_sweep = kept is None
            residuals = rule.forward(*values)[1] if recorded_sweep else kept.values
            parts = rule.backward(values, residuals, full)
        if not recorded_sweep:
            parts = tuple(p._value if mine(level, p) else p for p in parts)
        wanted_parts = [p if wanted >> i & 1 else None for i, p in enumerate(parts)]
        return [*wanted_parts, *[cotangents[k] for k in params["captured"]]]

    return vjp


def _push(rule: _Rule, level: Forward, inputs: tuple[Value, ...]) -> Any:
    values = [x._value if mine(level, x) else strip(x) for x in inputs]
    tangents = [x._note if mine(level, x) else zeros_like(v) for x, v in zip(inputs, values, strict=True)]
    outputs, moved = rule.push(values, tangents)
    results = []
    for o, t in zip(outputs, moved, strict=True):
        value, through_captured = level.split(o)
        tangent = t._value if mine(level, t) else t
        results.append(level.dual(value, tangent if through_captured is None else tangent + through_captured))
    return tuple(results)


def _call(rule: Any) -> Any:
    if not rule.primal.inputs:
        return rule.primal.function(*rule.primal.arguments(()))
    out = apply(_primitive(rule), *rule.primal.inputs)
    for x in out:
        if isinstance(x, Box) and isinstance(x._value, Box) and x._value._level is x._level:
            raise GraphError(f"{rule.name} captured an array that is being traced; pass it as an argument")
    return unflatten(rule.primal.out_tree, [wrap(x) for x in out])


# ---------------------------------------------------------------------------------------------------------------------
# The interface
# ---------------------------------------------------------------------------------------------------------------------


class custom_vjp:  # noqa: N801 - JAX's name
    """A function whose reverse derivative is given.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.

    Notes
    -----
    ``defvjp(forward, backward)`` gives the rule: ``forward(*args)`` returns ``(output, residuals)``, and
    ``backward(residuals, cotangent)`` a tuple with a cotangent for each argument (None for zero). Forward mode,
    ``vmap`` and higher derivatives follow from it; for the latter, the rule must itself be differentiable.

    Examples
    --------
    >>> import wengert as wg
    >>> @wg.custom_vjp
    ... def clip_gradient(x):
    ...     return x
    >>> clip_gradient.defvjp(lambda x: (x, None), lambda _, ct: (wg.clip(ct, -1.0, 1.0),))
    >>> wg.grad(lambda x: 10 * clip_gradient(x))(2.0)
    Array(1.)
    """

    __name__: str

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._signature = inspect.signature(function)
        self._rules: tuple[Callable[..., Any], Callable[..., Any]] | None = None
        update_wrapper(self, function)

    @property
    def rules(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The forward and the backward rule."""
        if self._rules is None:
            raise GraphError(f"{self.__name__} has no rule: call {self.__name__}.defvjp(forward, backward) first")
        return self._rules

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Give the rule; see the class."""
        self._rules = (forward, backward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _call(_VJPRule(self, positional(self._signature, args, kwargs)))


class custom_jvp:  # noqa: N801 - JAX's name
    """A function whose forward derivative is given.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.

    Notes
    -----
    ``defjvp(rule)`` gives the rule: ``rule(primals, tangents)`` takes two tuples and returns ``(output, tangent)``.
    Reverse mode, ``vmap`` and higher derivatives follow from it; for reverse mode, the tangent must be computed from
    the tangents by differentiable operations, and linearly, as derivatives are.

    Examples
    --------
    >>> import wengert as wg
    >>> @wg.custom_jvp
    ... def log1pexp(x):
    ...     return wg.log1p(wg.exp(x))
    >>> @log1pexp.defjvp
    ... def rule(primals, tangents):
    ...     (x,), (t,) = primals, tangents
    ...     return log1pexp(x), t / (1 + wg.exp(-x))
    >>> wg.grad(log1pexp)(100.0)
    Array(1.)
    """

    __name__: str

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._signature = inspect.signature(function)
        self._rule: Callable[..., Any] | None = None
        update_wrapper(self, function)

    @property
    def rule(self) -> Callable[..., Any]:
        """The rule."""
        if self._rule is None:
            raise GraphError(f"{self.__name__} has no rule: call {self.__name__}.defjvp(rule) first")
        return self._rule

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Give the rule; see the class. Usable as a decorator."""
        self._rule = rule
        return rule

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _call(_JVPRule(self, positional(self._signature, args, kwargs)))

