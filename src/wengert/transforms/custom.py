"""Functions with derivatives of their own: ``custom_vjp`` and ``custom_jvp``.

One rule is enough for both modes. What a VJP rule gives is linear in the cotangent, so the JVP is its transpose; what
a JVP rule gives is linear in the tangents, so the VJP is its transpose. Under ``vmap`` function and rules run on the
batch. An array that the function captured instead of taking it as an argument is differentiated as if there were no
rule: the rule says nothing about it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import update_wrapper
from typing import Any

from ..backends import backend
from ..core.errors import GraphError, ShapeError, TreeError
from ..core.interpreter import Box, Interpreter, apply, strip, wrap
from ..core.primitive import Primitive
from ..core.program import Program, Variable
from ..core.tree import flatten, same_structure, unflatten
from ..core.types import SCALARS, ArrayType, Value, is_inexact, type_of
from ..eager.tape import Node, Recorder
from ..ops.families import zeros_like
from .arguments import array_value
from .batch import Batch
from .calls import FlatCall, at_level, call_primitive, mine, of_level, positional
from .forward import Forward
from .reverse import record_call
from .trace import Stager

__all__ = ["custom_jvp", "custom_vjp"]

Values = Sequence[Value]


# ---------------------------------------------------------------------------------------------------------------------
# Rules, flat in arrays: what all interpreters ask
# ---------------------------------------------------------------------------------------------------------------------


class _Rule:
    """A function with its derivative, on flat values; each of ``backward`` and ``push`` gives the other."""

    name: str
    reverse: bool
    """Whether it is ``backward`` that was given."""

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        raise NotImplementedError

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs, and what ``backward`` needs besides the inputs."""
        return self.evaluate(*values), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        """The inputs' cotangents."""
        return _transpose(lambda *ts: self.push(values, ts)[1], values, cotangents)

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        """Outputs and their tangents."""
        outputs, residuals = self.forward(*values)
        return outputs, _transpose(lambda *cts: self.backward(values, residuals, cts), outputs, tangents)


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
    reverse = True

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

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
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


class _JVPRule(_Rule):
    reverse = False

    def __init__(self, owner: custom_jvp, args: tuple[Any, ...]) -> None:
        self.name = owner.__name__
        self.primal = FlatCall(owner.function, args)
        self._jvp = owner.rule

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        return self.primal(*values)

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        result = self._jvp(self.primal.arguments(values), self.primal.arguments(tangents))
        if not isinstance(result, tuple) or len(result) != 2:
            raise TreeError(f"the rule of {self.name} must return a pair (output, tangent)")
        leaves, self.primal.out_tree = flatten(result[0])
        outputs = tuple(strip(array_value(x, "the output of a rule")) for x in leaves)
        if result[1] is None and leaves:  # zero
            return outputs, tuple(map(zeros_like, outputs))
        given = same_structure(result[1], self.primal.out_tree, f"the tangent from the rule of {self.name}")
        what = f"the rule of {self.name}"
        return outputs, tuple(_fitting(t, y, what) for t, y in zip(given, outputs, strict=True))


class _BatchedRule(_Rule):
    """A rule that runs on the batch of a level."""

    def __init__(self, rule: _Rule, level: Batch, batched: Sequence[bool]) -> None:
        self.name, self.reverse = rule.name, rule.reverse
        flags = tuple(batched)
        self.evaluate = at_level(level, of_level(level, rule.evaluate), flags)  # type: ignore[method-assign]
        self.forward = at_level(level, rule.forward, flags)  # type: ignore[method-assign]
        inputs = tuple(flags)

        def entered(values: Values) -> list[Value]:
            return [level.box(v, None) if b else v for v, b in zip(values, inputs, strict=True)]

        self._backward = at_level(level, lambda v, r, c: rule.backward(v, r, c), (False, True, True))
        self._push = at_level(level, lambda v, t: rule.push(v, t), (False, False))
        self._entered = entered

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        return self._backward(self._entered(values), residuals, cotangents)  # type: ignore[no-any-return]

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        return self._push(self._entered(values), self._entered(tangents))  # type: ignore[no-any-return]


Traced = tuple[Program, Sequence[Variable]]
"""A function as a program, and the variables that it captured: the last inputs of the program."""


class _TracedRule(_Rule):
    """A rule as programs, with the values of what its functions captured."""

    def __init__(
        self, rule: _Rule, evaluate: Traced, forward: Traced, derivative: Traced, captured: Mapping[Variable, Value]
    ) -> None:
        self.name, self.reverse = rule.name, rule.reverse
        self._evaluate, self._forward, self._derivative = evaluate, forward, derivative
        self._captured = captured

    def _run(self, traced: Traced, *values: Value) -> tuple[Value, ...]:
        program, captured = traced
        return tuple(program.evaluate(*values, *[self._captured[v] for v in captured]))

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        return self._run(self._evaluate, *values)

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        return self._run(self._forward, *values), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        if not self.reverse:
            return super().backward(values, residuals, cotangents)
        return self._run(self._derivative, *values, *cotangents)

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        if self.reverse:
            return super().push(values, tangents)
        out = self._run(self._derivative, *values, *tangents)
        return out[: len(out) // 2], out[len(out) // 2 :]


class _LoweredRule(_Rule):
    """A rule where captured arrays of a level stand for their values below."""

    def __init__(self, rule: _Rule, level: Interpreter) -> None:
        self.name, self.reverse = rule.name, rule.reverse
        self._rule, self._level = rule, level

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        return tuple(_below(self._level, self._rule.evaluate, values))

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        return tuple(_below(self._level, lambda *xs: self._rule.forward(*xs)[0], values)), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        def pull(*both: Value) -> Sequence[Value | None]:
            primals = both[: len(values)]
            return self._rule.backward(primals, self._rule.forward(*primals)[1], both[len(values) :])

        return _below(self._level, pull, (*values, *cotangents))

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        def push(*both: Value) -> Values:
            outputs, moved = self._rule.push(both[: len(values)], both[len(values) :])
            return (*outputs, *moved)

        out = _below(self._level, push, (*values, *tangents))
        return out[: len(out) // 2], out[len(out) // 2 :]


def _below(level: Interpreter, function: Callable[..., Sequence[Value | None]], values: Values) -> list[Value | None]:
    """A function's results, where arrays that it captured at ``level`` stand for their values below.

    They are found by tracing: in the program they are constants, and can be replaced.
    """
    with Stager() as stager, level.reopened():
        parts = function(*[stager.input(x) for x in values])
    program = stager.program([p for p in parts if p is not None], None, None)
    constants = {v: c._value if mine(level, c) else c for v, c in program.constants.items()}
    results = iter(replace(program, constants=constants).evaluate(*values))
    return [None if p is None else next(results) for p in parts]


def _wrapped(x: Value) -> Value:
    return x if isinstance(x, SCALARS) and not hasattr(x, "dtype") else wrap(x) if hasattr(x, "dtype") else x


def _fitting(x: Any, like: Value, what: str) -> Value:
    """A tangent or cotangent given by a rule, checked against what it belongs to."""
    value = strip(array_value(x, f"what {what} returns"))
    if value.shape != like.shape:
        raise ShapeError(f"{what} gave shape {value.shape} for an array of shape {like.shape}")
    return value


# ---------------------------------------------------------------------------------------------------------------------
# What the interpreters make of a rule
# ---------------------------------------------------------------------------------------------------------------------


def _primitive(rule: _Rule) -> Primitive:
    def call(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        if isinstance(level, (Recorder, Forward)) and not any(mine(level, x) for x in inputs):
            return _captured_only(rule, level, inputs)
        if isinstance(level, Recorder):
            return _record(rule, level, inputs)
        if isinstance(level, Forward):
            return _push(rule, level, inputs)
        if isinstance(level, Stager):
            return _stage(rule, level, inputs)
        assert isinstance(level, Batch)
        flags = [mine(level, x) for x in inputs]
        lowered = _primitive(_BatchedRule(rule, level, flags))
        out = apply(lowered, *[x._value if b else x for x, b in zip(inputs, flags, strict=True)])
        return tuple(level.box(strip(o), None) for o in out)

    return call_primitive(rule.name, rule.evaluate, call, vjp=_differently)


def _differently(*_: Any) -> Any:
    raise AssertionError("a call interprets itself")


def _captured_only(rule: _Rule, level: Interpreter, inputs: tuple[Value, ...]) -> Any:
    """A call of which the level sees captured arrays alone: for levels below, the rule still holds."""
    natively = rule.evaluate(*inputs)
    outputs = apply(_primitive(_LoweredRule(rule, level)), *inputs)
    return tuple(level.box(strip(o), n._note) if mine(level, n) else o for o, n in zip(outputs, natively, strict=True))


def _record(rule: _Rule, level: Recorder, inputs: tuple[Value, ...]) -> Any:
    """Record a call. An output that depends on captured arrays passes its cotangent on to them unchanged."""
    values = [x._value if mine(level, x) else strip(x) for x in inputs]
    notes = [
        x._note if mine(level, x) and x._note is not None else type_of(v) for x, v in zip(inputs, values, strict=True)
    ]
    residuals: list[Value] = []

    def forward(*values: Value) -> tuple[Value, ...]:
        outputs, residuals[:] = rule.forward(*values)
        return outputs

    outputs = of_level(level, forward)(*values)
    captured = [k for k, o in enumerate(outputs) if mine(level, o) and isinstance(o._note, Node)]
    notes += [outputs[k]._note for k in captured]
    lowered = tuple(o._value if mine(level, o) else o for o in outputs)
    kept = tuple(r._value if mine(level, r) else r for r in residuals)
    wanted = sum(1 << i for i, n in enumerate(notes) if isinstance(n, Node))
    types = tuple(map(type_of, lowered))
    primitive = call_primitive(
        rule.name,
        _not_to_be_run_again if captured else rule.evaluate,
        _differently,
        types,
        vjp=_pull(rule, level, len(values), captured, types),
    )
    saved = (*values, *[None] * len(captured), _Opaque(kept))
    return level.record(primitive, {}, tuple(notes), saved, wanted, lowered)


class _Opaque:
    """Residuals, which a recorded sweep computes anew from the inputs so that it can be differentiated."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.values = values


def _not_to_be_run_again(*_: Value) -> Any:
    raise GraphError("a function with a rule of its own that captured arrays cannot be run from a tape; use wg.trace")


def _pull(
    rule: _Rule, level: Recorder, arity: int, captured: Sequence[int], types: Sequence[ArrayType]
) -> Callable[..., Sequence[Value | None]]:
    def vjp(
        cotangents: Sequence[Value | None], saved: Sequence[Any], params: dict[str, Any], wanted: int
    ) -> Sequence[Value | None]:
        values, kept = saved[:arity], saved[-1]
        full = [zeros_like(t) if c is None else c for c, t in zip(cotangents, types, strict=True)]
        with level.reopened() as visit:  # the rule may have captured arrays of the level
            residuals = rule.forward(*values)[1] if kept is None else kept.values
            parts = rule.backward(values, residuals, full)
        if visit.used and any(isinstance(c, Box) and c._level.depth > level.depth for c in full):
            parts = _below(level, lambda *cts: rule.backward(values, residuals, cts), full)
        elif kept is not None:
            parts = [p._value if isinstance(p, Box) and p._level is level else p for p in parts]
        wanted_parts = [p if wanted >> i & 1 else None for i, p in enumerate(parts)]
        return [*wanted_parts, *[cotangents[k] for k in captured]]

    return vjp


def _push(rule: _Rule, level: Forward, inputs: tuple[Value, ...]) -> Any:
    values = [x._value if mine(level, x) else strip(x) for x in inputs]
    tangents = [x._note if mine(level, x) else zeros_like(v) for x, v in zip(inputs, values, strict=True)]
    moved: list[Value] = []

    def push(*values: Value) -> Values:
        outputs, moved[:] = rule.push(values, tangents)
        return outputs

    outputs = of_level(level, push)(*values)
    results = []
    for o, t in zip(outputs, moved, strict=True):
        value, through_captured = level.split(o)
        tangent = t._value if mine(level, t) else t
        results.append(level.dual(value, tangent if through_captured is None else tangent + through_captured))
    return tuple(results)


def _stage(rule: _Rule, level: Stager, inputs: tuple[Value, ...]) -> Any:
    """In a program the call is an equation; where it captured what is being traced, its rule is traced too."""
    program, captured, outputs = level.subprogram(of_level(level, rule.evaluate), inputs)
    atoms = tuple(map(level.atom, inputs))
    constants = level.constants(captured)
    if len(constants) == len(captured):
        program = replace(program, inputs=program.inputs[: len(inputs)], constants=constants)
        return level.write(_primitive(rule), atoms, {"program": program}, outputs)
    arity = len(inputs)

    def derivative(*values: Value) -> Sequence[Value]:
        primals, others = values[:arity], values[arity:]
        if rule.reverse:
            parts = rule.backward(primals, rule.forward(*primals)[1], others)
            return [zeros_like(x) if part is None else part for part, x in zip(parts, primals, strict=True)]
        results, moved = rule.push(primals, others)
        return [*results, *moved]

    others = [backend.ones(x.shape, x.dtype) for x in (outputs if rule.reverse else inputs)]
    evaluated, forward, derived = (
        (program, captured),
        level.subprogram(lambda *xs: rule.forward(*xs)[0], inputs)[:2],
        level.subprogram(derivative, (*inputs, *others))[:2],
    )
    everything = tuple(dict.fromkeys((*captured, *forward[1], *derived[1])))

    def bound(values: Sequence[Value]) -> Primitive:
        known = dict(zip(everything, values[arity:], strict=True))
        return _primitive(_TracedRule(rule, evaluated, forward, derived, known))

    primitive = call_primitive(
        rule.name,
        lambda *values: apply(bound(values), *values[:arity]),
        lambda level, values, params: apply(bound(values), *values[:arity]),
        vjp=_differently,
    )
    program = replace(program, inputs=(*program.inputs[:arity], *everything))
    return level.write(primitive, (*atoms, *everything), {"program": program}, outputs)


def _call(rule: Any) -> Any:
    out = apply(_primitive(rule), *rule.primal.inputs)
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
        update_wrapper(self, function, updated=())  # what the function has for attributes is not this object's

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
        update_wrapper(self, function, updated=())  # what the function has for attributes is not this object's

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

